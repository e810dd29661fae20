"""Photos of the library: what is cut from them, who may change them, and what taking one in may cost."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from PIL import Image

from news import photos, renditions, richtext
from news.library import learn_descriptions
from news.models import Photo
from news.models.photo import cut_waiting_crops, make_waiting_avif
from tests.desk import files
from tests.factories import make_article, make_photo, make_user, picture_bytes

pytestmark = pytest.mark.django_db

OWN = ("news.view_photo", "news.add_photo", "news.change_photo", "news.delete_photo")


def two_halves(width: int, height: int, *, upright: bool = False) -> bytes:
    """White on the left (or above), black on the right (or below)."""
    image = Image.new("RGB", (width, height), (0, 0, 0))
    image.paste(
        (255, 255, 255), (0, 0, width, height // 2) if upright else (0, 0, width // 2, height)
    )
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def stored(photo: Photo, ending: str, settings: Any) -> Image.Image:
    path = Path(settings.MEDIA_ROOT) / renditions.file_name(photo.key, ending)
    with Image.open(path) as image:
        image.load()
        return image


def change(photo: Photo, **fields: Any) -> None:
    photo.change(by=make_user(superuser=True), **fields)


# --- What is cut ---------------------------------------------------------------------------------


def test_a_large_photograph_has_renditions_and_crops_in_these_files(settings: Any) -> None:
    photo = make_photo(picture_bytes(3600, 2400))

    crops = photo.crops
    assert {path.name.removeprefix(photo.key.hex) for path in files(settings)} == {
        ".jpg",
        *(f"-{width}.{kind}" for width in (480, 960, 1600) for kind in ("webp", "jpg")),
        *(f"-card-{crops}-{width}.webp" for width in (240, 480, 720, 960)),
        *(f"-card-{crops}-{width}.jpg" for width in (480, 960)),
        f"-social-{crops}.jpg",
    }


@pytest.mark.parametrize("size", [(1200, 800), (800, 1200), (2000, 300), (300, 2000), (1, 1)])
def test_every_crop_has_the_size_that_the_page_says(size: tuple[int, int], settings: Any) -> None:
    photo = make_photo(picture_bytes(*size))

    for cut in [*photo.cards, photo.social]:
        assert cut
        for kind in cut.extensions:
            assert stored(photo, f"{cut.stem}.{kind}", settings).size == (cut.width, cut.height)
        assert cut.width <= size[0]


def test_a_crop_shows_the_focal_point(settings: Any) -> None:
    photo = make_photo(two_halves(1600, 400))

    change(photo, focal_x=0)
    left = stored(photo, f"{photo.cards[0].stem}.jpg", settings).resize((1, 1)).getpixel((0, 0))
    change(photo, focal_x=100)
    right = stored(photo, f"{photo.cards[0].stem}.jpg", settings).resize((1, 1)).getpixel((0, 0))

    assert (left, right) == ((255, 255, 255), (0, 0, 0))


def test_a_crop_of_an_upright_picture_follows_the_height(settings: Any) -> None:
    photo = make_photo(two_halves(600, 1800, upright=True))

    change(photo, focal_y=100)

    crop = stored(photo, f"{photo.social.stem}.jpg", settings)  # type: ignore[union-attr]
    assert crop.resize((1, 1)).getpixel((0, 0)) == (0, 0, 0)


def test_a_new_focal_point_gives_new_names_and_takes_the_old_files_away(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    photo = make_photo(picture_bytes(1200, 800))
    before, old = files(settings), photo.crops

    with django_capture_on_commit_callbacks(execute=True):
        change(photo, focal_x=10, focal_y=90)

    after = files(settings)
    assert photo.crops.startswith("010090")
    assert not any(old in path.name for path in after)
    assert len(after) == len(before)
    assert Photo.objects.get().crops == photo.crops


def test_the_same_focal_point_again_cuts_nothing() -> None:
    photo = make_photo()
    old = photo.crops

    change(photo, focal_x=50, caption="Mới")

    assert photo.crops == old


def test_a_crop_of_something_transparent_is_white_as_jpeg(settings: Any) -> None:
    target = io.BytesIO()
    Image.new("RGBA", (600, 400), (0, 0, 0, 0)).save(target, "PNG")
    photo = make_photo(target.getvalue())

    assert stored(photo, f"{photo.cards[0].stem}.jpg", settings).getpixel((9, 9)) == (255, 255, 255)


def test_bands_leave_no_seam_where_they_meet() -> None:
    ramp = Image.linear_gradient("L").resize((4000, 3000)).convert("RGB")

    whole = ramp.resize((2560, 1920), Image.Resampling.BICUBIC)

    assert photos._shrunk(ramp).tobytes() == whole.tobytes()


def test_a_photo_that_is_deleted_leaves_no_file(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    photo = make_photo(picture_bytes(1800, 1200))
    make_waiting_avif(1)

    with django_capture_on_commit_callbacks(execute=True):
        Photo.objects.get().delete()

    assert photo.crops
    assert files(settings) == set()


def test_crops_that_cannot_be_written_leave_the_focal_point_as_it_was(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = make_photo()
    before = files(settings)

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("news.renditions.default_storage.save", full)
    with pytest.raises(OSError, match="No space"):
        change(photo, focal_x=0)

    assert (Photo.objects.get().focal_x, files(settings)) == (50, before)


def test_crops_of_a_change_that_the_database_refuses_do_not_stay(settings: Any) -> None:
    photo = make_photo(alt="Cầu")
    before = files(settings)

    with pytest.raises(IntegrityError):
        change(photo, focal_x=0, is_decorative=True)

    assert files(settings) == before


# --- On pages ------------------------------------------------------------------------------------


def test_a_card_shows_the_crop_and_its_size() -> None:
    photo = make_photo(picture_bytes(1200, 900))

    markup = photos.card_html(photo, alt="", sizes="8rem")

    assert f"-card-{photo.crops}-480.webp 480w" in markup
    assert f"-card-{photo.crops}-240.webp 240w" in markup
    assert 'width="960" height="640" alt=""' in markup
    assert "image/avif" not in markup
    for address in re.findall(r"/media/(\S+)", markup.replace('"', " ")):
        assert default_storage.exists(address), address


def test_a_card_without_crops_shows_the_whole_picture() -> None:
    photo = make_photo(picture_bytes(1200, 900))
    photo.crops = ""

    markup = photos.card_html(photo, alt="", sizes="8rem")

    assert 'width="1200" height="900"' in markup
    assert photo.social_url == photo.url
    assert photo.social_size == (1200, 900)


def test_a_story_is_shared_with_the_social_crop(client: Any) -> None:
    cover = make_photo(picture_bytes(1800, 1200))

    page = client.get(make_article(cover=cover).get_absolute_url()).content.decode()

    assert f'{cover.social_url}">' in page
    assert '<meta property="og:image:width" content="1200">' in page
    assert '<meta property="og:image:height" content="630">' in page


# --- Descriptions --------------------------------------------------------------------------------


def body(photo: Photo, attributes: str = 'alt=""') -> str:
    return f'<p><img src="{photo.url}" {attributes}></p>'


def test_a_description_and_the_decision_to_have_none_exclude_each_other() -> None:
    with transaction.atomic(), pytest.raises(IntegrityError):
        make_photo(alt="Cầu", is_decorative=True)

    assert not Photo.objects.exists()


@pytest.mark.parametrize("place", [(-1, 50), (50, 101)])
def test_a_focal_point_outside_the_picture_is_refused_by_the_database(
    place: tuple[int, int],
) -> None:
    photo = make_photo()

    with transaction.atomic(), pytest.raises(IntegrityError):
        Photo.objects.filter(pk=photo.pk).update(focal_x=place[0], focal_y=place[1])


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ('alt=""', {}),
        ('alt="  "', {}),
        ("", {}),
    ],
)
def test_a_picture_of_which_nobody_says_anything_is_found(
    attributes: str, words: dict[str, Any]
) -> None:
    photo = make_photo(alt="")

    article = make_article(body=body(photo, attributes))

    assert article.undescribed_photos() == [photo]
    assert list(Photo.objects.undescribed()) == [photo]
    assert not photo.is_described


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ('alt="Cầu"', {}),
        ('alt="" role="presentation"', {}),
        ('alt=""', {"alt": "Cầu"}),
        ('alt=""', {"is_decorative": True}),
    ],
)
def test_a_picture_with_any_description_or_decision_is_not_found(
    attributes: str, words: dict[str, Any]
) -> None:
    photo = make_photo(**{"alt": "", **words})

    assert make_article(body=body(photo, attributes)).undescribed_photos() == []
    assert photo.is_described is bool(words)
    assert Photo.objects.undescribed().exists() is not bool(words)


def test_one_silent_use_among_described_ones_is_found() -> None:
    photo = make_photo(alt="")

    article = make_article(body=body(photo, 'alt="Cầu"') + body(photo))

    assert article.undescribed_photos() == [photo]


def test_a_cover_above_the_body_needs_a_description_too() -> None:
    cover = make_photo(alt="")

    assert make_article(cover=cover).undescribed_photos() == [cover]


def test_what_a_story_says_is_learned_by_the_library_and_nothing_is_overwritten() -> None:
    silent, spoken = make_photo(alt=""), make_photo(alt="Như cũ")
    article = make_article(body=body(silent, 'alt="Cầu mới"') + body(spoken, 'alt="Khác"'))

    assert learn_descriptions(article) == 0
    assert {photo.alt for photo in Photo.objects.all()} == {"Cầu mới", "Như cũ"}


def test_the_decision_in_a_story_is_learned_by_the_library() -> None:
    photo = make_photo(alt="")
    article = make_article(body=body(photo, 'alt="" role="presentation"'))

    learn_descriptions(article)

    assert Photo.objects.get().is_decorative


def test_a_decorative_picture_is_shown_without_words() -> None:
    described = make_photo(alt="Cầu")
    article = make_article(body=body(described, 'alt="" role="presentation"'))

    markup = richtext.show(article.body, [described])

    assert 'alt=""' in markup
    assert "role" not in markup


def test_no_other_role_survives_cleaning() -> None:
    photo = make_photo()

    assert "role" not in richtext.clean(body(photo, 'alt="" role="button"'))
    assert 'role="presentation"' in richtext.clean(body(photo, 'alt="" role="presentation"'))


# --- Searching -----------------------------------------------------------------------------------


def test_words_are_found_after_every_way_of_changing_them() -> None:
    photo = make_photo(alt="")
    change(photo, caption="Khánh thành cầu Bình Lợi")
    photo.credit = "Ảnh: Đặng Tâm"
    photo.save(update_fields=["credit"])

    assert list(Photo.objects.search("dang BINH loi")) == [photo]
    assert not Photo.objects.search("binh duong").exists()


# --- Who may -------------------------------------------------------------------------------------


def test_an_author_changes_own_uploads() -> None:
    author = make_user(*OWN)
    photo = make_photo(alt="")
    Photo.objects.update(uploaded_by=author)

    Photo.objects.get().change(by=author, alt="Cầu")

    assert Photo.objects.get(pk=photo.pk).alt == "Cầu"


def test_the_upload_of_somebody_else_is_changed_with_the_right_to_all() -> None:
    photo = make_photo(alt="")

    photo.change(by=make_user(*OWN, "news.edit_any_photo"), alt="Cầu")

    assert Photo.objects.get().alt == "Cầu"


@pytest.mark.parametrize(
    ("own", "rights"),
    [
        (False, OWN),
        (True, ("news.view_photo", "news.add_photo")),
        (False, ("news.edit_any_photo",)),
    ],
)
def test_nobody_else_changes_or_deletes_it(own: bool, rights: tuple[str, ...]) -> None:
    user = make_user(*rights)
    photo = make_photo(alt="Như cũ")
    Photo.objects.update(uploaded_by=user if own else make_user())
    photo.refresh_from_db()

    with pytest.raises(PermissionDenied):
        photo.change(by=user, alt="Cầu", focal_x=1)
    with pytest.raises(PermissionDenied):
        photo.delete_by(user)

    photo.refresh_from_db()
    assert (photo.alt, photo.focal_x) == ("Như cũ", 50)


def test_a_photo_without_an_owner_belongs_to_nobody() -> None:
    with pytest.raises(PermissionDenied):
        make_photo().change(by=make_user(*OWN), alt="Cầu")


def test_an_own_unused_photo_can_be_deleted() -> None:
    author = make_user(*OWN)
    make_photo()
    Photo.objects.update(uploaded_by=author)

    Photo.objects.get().delete_by(author)

    assert not Photo.objects.exists()


# --- AVIF and missing files -----------------------------------------------------------------------


def test_after_an_upgrade_with_other_crops_the_regular_work_cuts_them_and_passes_by_what_is_lost(
    settings: Any,
) -> None:
    whole, older, lost = make_photo(), make_photo(), make_photo()
    Photo.objects.update(crops="", avif=Photo.Avif.WAITING)
    for path in files(settings):
        if lost.key.hex in path.name:
            path.unlink()
    assert cut_waiting_crops(1) == 1
    assert cut_waiting_crops(5) == 1
    assert set(Photo.objects.awaiting_crops()) == {lost}
    for photo in whole, older:
        photo.refresh_from_db()
        assert photo.crops


def test_avif_is_made_later_and_then_shown(settings: Any) -> None:
    photo = make_photo(picture_bytes(1200, 900))
    assert not any(path.suffix == ".avif" for path in files(settings))

    assert make_waiting_avif(5) == 1

    photo.refresh_from_db()
    assert f"-card-{photo.crops}-960.avif 960w" in photos.card_html(photo, alt="", sizes="8rem")
    shown = photos.picture_html(photo, alt="")
    assert shown.index("image/avif") < shown.index("image/webp")
    assert f"{photo.key.hex}-1200.avif 1200w" in shown
    assert stored(photo, "-480.avif", settings).size == (480, 360)
    assert make_waiting_avif(5) == 0


def test_only_so_many_are_made_at_once_the_newest_first() -> None:
    make_photo()
    newest = make_photo()

    make_waiting_avif(1)

    assert list(Photo.objects.filter(avif=Photo.Avif.MADE)) == [newest]


def test_a_lost_master_does_not_hold_up_the_others(settings: Any) -> None:
    make_photo()
    lost = make_photo()
    (Path(settings.MEDIA_ROOT) / renditions.file_name(lost.key, ".jpg")).unlink()

    assert [make_waiting_avif(1), make_waiting_avif(1)] == [0, 1]
    assert Photo.objects.get(pk=lost.pk).avif == Photo.Avif.IMPOSSIBLE


def test_a_full_disk_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    make_photo()

    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("news.renditions.default_storage.save", full)
        assert make_waiting_avif(1) == 0

    assert make_waiting_avif(1) == 1


def test_moved_crops_wait_for_their_avif_again() -> None:
    photo = make_photo()
    make_waiting_avif(1)
    photo.refresh_from_db()

    change(photo, focal_x=0)

    assert not Photo.objects.get().has_avif


def test_the_command_makes_what_a_photo_of_an_earlier_version_lacks(settings: Any) -> None:
    photo = make_photo(picture_bytes(1800, 1200))
    whole = files(settings)
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if "-card-" in path.name or "-social-" in path.name or path.name.endswith("-960.webp"):
            path.unlink()
    Photo.objects.update(crops="")
    said = io.StringIO()

    call_command("renditions", stdout=said)

    assert len(files(settings)) == len(whole)
    assert "1/1 ảnh, đã tạo 8 tệp" in said.getvalue()
    assert Photo.objects.get(pk=photo.pk).cards
    said.truncate(0)
    call_command("renditions", stdout=said)
    assert "Đã tạo 0 tệp" in said.getvalue()


def test_the_command_names_photos_whose_master_is_lost_and_goes_on(settings: Any) -> None:
    lost, whole = make_photo(), make_photo()
    (Path(settings.MEDIA_ROOT) / renditions.file_name(lost.key, ".jpg")).unlink()
    Photo.objects.update(crops="")

    with pytest.raises(CommandError, match=str(lost.pk)):
        call_command("renditions", stdout=io.StringIO(), stderr=io.StringIO())

    assert Photo.objects.get(pk=whole.pk).crops
    assert not Photo.objects.get(pk=lost.pk).crops
