"""Pictures from outside: cleaned or refused in Vietnamese, never an error page, nothing left behind."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from news.models import Photo
from tests.desk import files, logged_in
from tests.factories import make_photo, make_user, picture_bytes, upload

pytestmark = pytest.mark.django_db

RIGHTS = ("news.add_photo", "news.view_photo")


def send(client: Client, content: bytes, name: str = "anh.jpg", **extra: Any) -> Any:
    return client.post(reverse("ckeditor_upload"), {"upload": upload(content, name)}, **extra)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png_of_zeros(side: int) -> bytes:
    """A picture of side × side black points in some kilobytes, as a bomb is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(bytes((side // 8 + 1) * side), 9))
        + chunk(b"IEND", b"")
    )


NO_PICTURE = "Tệp này không phải ảnh JPEG, PNG, WebP, GIF hoặc đã bị hỏng."
HOSTILE = {
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.svg", NO_PICTURE),
    "html named gif": (b"GIF89a<html><script>alert(1)</script>", "a.gif", NO_PICTURE),
    "html": (b"<html><script>alert(1)</script>", "a.jpg", NO_PICTURE),
    "truncated jpeg": (picture_bytes()[:1500], "a.jpg", NO_PICTURE),
    "bmp": (picture_bytes(kind="BMP"), "a.bmp", NO_PICTURE),
    "tiff named jpg": (picture_bytes(kind="TIFF"), "a.jpg", NO_PICTURE),
    "zero bytes": (b"", "a.jpg", NO_PICTURE),
    "20,000 x 20,000": (png_of_zeros(20_000), "a.png", "Ảnh có quá nhiều điểm ảnh."),
    "25 megapixels of PNG": (
        png_of_zeros(5_000),
        "a.png",
        "vượt mức 20 triệu điểm ảnh của ảnh PNG",
    ),
    "8 megapixels of WebP": (
        picture_bytes(4000, 2000, "WEBP", method=0),
        "a.webp",
        "vượt mức 7 triệu điểm ảnh của ảnh WebP",
    ),
    "65 megapixels of JPEG": (
        picture_bytes(8_100, 8_000),
        "a.jpg",
        "vượt mức 64 triệu điểm ảnh của ảnh JPEG",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_words_and_leaves_nothing(case: str, settings: Any) -> None:
    content, name, words = HOSTILE[case]

    response = send(logged_in(make_user(*RIGHTS)), content, name)

    assert response.status_code == 400
    assert response.json()["uploaded"] == 0
    assert words in response.json()["error"]["message"]
    assert not Photo.objects.exists()
    assert files(settings) == set()


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("news.photos.MAX_BYTES", 1000)

    response = send(logged_in(make_user(*RIGHTS)), picture_bytes() + bytes(1000))

    assert response.status_code == 400
    assert "Hãy thu nhỏ ảnh" in response.json()["error"]["message"]


def test_a_picture_is_stored_with_who_sent_it() -> None:
    user = make_user(*RIGHTS)

    answer = send(logged_in(user), picture_bytes()).json()

    photo = Photo.objects.get()
    assert answer == {"uploaded": 1, "fileName": photo.key.hex, "url": photo.url}
    assert photo.uploaded_by == user


def test_nothing_hidden_survives_in_any_file(settings: Any) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret description"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (10.0, 50.0, 0.0)
    content = (
        picture_bytes(1000, 600, exif=exif, comment=b"secret comment") + b"secret trailing <script>"
    )

    send(logged_in(make_user(*RIGHTS)), content)

    assert Photo.objects.count() == 1
    for path in files(settings):
        stored = path.read_bytes()
        assert b"secret" not in stored
        assert not Image.open(io.BytesIO(stored)).getexif()


def test_the_name_of_the_file_is_ours_whatever_it_was(settings: Any) -> None:
    send(logged_in(make_user(*RIGHTS)), picture_bytes(), "../../x.html")

    photo = Photo.objects.get()
    assert {path.name.removeprefix(photo.key.hex) for path in files(settings)} == {
        ".jpg",
        "-480.jpg",
        "-480.webp",
        "-640.webp",
        f"-card-{photo.crops}-240.webp",
        f"-card-{photo.crops}-480.webp",
        f"-card-{photo.crops}-480.jpg",
        f"-social-{photo.crops}.jpg",
    }


def test_a_picture_taken_upright_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    send(logged_in(make_user(*RIGHTS)), picture_bytes(900, 600, exif=exif))

    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (600, 900)


def test_a_large_picture_becomes_a_master_of_bounded_size() -> None:
    send(logged_in(make_user(*RIGHTS)), picture_bytes(3900, 2925))

    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (2560, 1920)
    assert photo.rendition_widths == [480, 960, 1600]


SEEN = {
    "cmyk jpeg": (encoded(Image.new("CMYK", (600, 400), (0, 255, 255, 0)), "JPEG"), "jpg", "RGB"),
    "grey jpeg": (encoded(Image.new("L", (600, 400)), "JPEG"), "jpg", "RGB"),
    "palette png with transparency": (
        encoded(Image.new("P", (600, 400)), "PNG", transparency=0),
        "png",
        "RGBA",
    ),
    "16 bit png": (encoded(Image.new("I;16", (600, 400)), "PNG"), "png", "RGB"),
    "animated gif": (
        encoded(
            Image.new("P", (600, 400)),
            "GIF",
            save_all=True,
            append_images=[Image.new("P", (600, 400), 5)],
        ),
        "png",
        "RGB",
    ),
    "transparent webp": (
        encoded(Image.new("RGBA", (600, 400), (1, 2, 3, 0)), "WEBP"),
        "webp",
        "RGBA",
    ),
    "two pictures in one, as phones make": (
        encoded(
            Image.new("RGB", (600, 400)),
            "MPO",
            save_all=True,
            append_images=[Image.new("RGB", (600, 400))],
        ),
        "jpg",
        "RGB",
    ),
    "broken colour profile": (
        picture_bytes(600, 400, icc_profile=b"no profile" * 20),
        "jpg",
        "RGB",
    ),
    "one point": (picture_bytes(1, 1), "jpg", "RGB"),
}


@pytest.mark.parametrize("case", SEEN)
def test_every_ordinary_kind_of_picture_is_taken(case: str, settings: Any) -> None:
    content, extension, mode = SEEN[case]

    response = send(logged_in(make_user(*RIGHTS)), content)

    assert response.status_code == 200, response.json()
    photo = Photo.objects.get()
    with Image.open(Path(settings.MEDIA_ROOT) / photo.url.removeprefix("/media/")) as stored:
        assert (photo.extension, stored.mode, getattr(stored, "n_frames", 1)) == (
            extension,
            mode,
            1,
        )


def test_a_full_disk_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("news.photos.default_storage.save", full)

    response = send(logged_in(make_user(*RIGHTS)), picture_bytes())

    assert response.status_code == 503
    assert "Hãy thử lại" in response.json()["error"]["message"]
    assert not Photo.objects.exists()


# --- Who may ------------------------------------------------------------------------------------


def test_who_is_not_logged_in_is_refused_in_json() -> None:
    response = send(Client(), picture_bytes())

    assert (response.status_code, response.json()["uploaded"]) == (403, 0)
    assert not Photo.objects.exists()


def test_staff_without_the_right_to_add_photos_are_refused() -> None:
    response = send(logged_in(make_user("news.view_photo")), picture_bytes())

    assert (response.status_code, response.json()["error"]["message"]) == (
        403,
        "Bạn không có quyền tải ảnh lên.",
    )
    assert not Photo.objects.exists()


def test_a_reader_with_an_account_is_refused() -> None:
    response = send(logged_in(make_user(*RIGHTS, is_staff=False)), picture_bytes())

    assert response.status_code == 403
    assert not Photo.objects.exists()


def test_a_forged_upload_without_token_is_refused() -> None:
    response = send(logged_in(make_user(*RIGHTS), enforce_csrf_checks=True), picture_bytes())

    assert response.status_code == 403
    assert not Photo.objects.exists()


def test_the_token_is_accepted_from_the_header() -> None:
    client = logged_in(make_user(*RIGHTS), enforce_csrf_checks=True)
    token = client.get(reverse("ckeditor_browse")).context["csrf_token"]

    assert send(client, picture_bytes(), headers={"X-CSRFToken": str(token)}).status_code == 200


def test_an_upload_without_a_file_is_refused() -> None:
    response = logged_in(make_user(*RIGHTS)).post(reverse("ckeditor_upload"))

    assert (response.status_code, response.json()["error"]["message"]) == (
        400,
        "Hãy chọn một tệp ảnh.",
    )


def test_uploading_by_get_is_refused() -> None:
    assert logged_in(make_user(*RIGHTS)).get(reverse("ckeditor_upload")).status_code == 405


# --- The library --------------------------------------------------------------------------------


def test_the_library_is_found_without_diacritics() -> None:
    make_photo(caption="Đồng chí Lê Hoàng Hà phát biểu")
    make_photo(caption="Khánh thành cầu")

    page = (
        logged_in(make_user(*RIGHTS))
        .get(reverse("ckeditor_browse"), {"q": "LE HOANG dong"})
        .context["page"]
    )

    assert [photo.caption for photo in page] == ["Đồng chí Lê Hoàng Hà phát biểu"]


def test_a_search_that_finds_nothing_says_so() -> None:
    make_photo()

    assert "Không có ảnh nào như vậy." in (
        logged_in(make_user(*RIGHTS))
        .get(reverse("ckeditor_browse"), {"q": "\x00xyz"})
        .content.decode()
    )


def test_a_photo_is_uploaded_with_its_words_from_the_library() -> None:
    data = {"file": upload(), "alt": "Cầu mới", "caption": "Cầu mới thông xe", "credit": "Ảnh: Tâm"}

    response = logged_in(make_user(*RIGHTS)).post(
        reverse("ckeditor_browse") + "?CKEditorFuncNum=1", data
    )

    photo = Photo.objects.get()
    assert (photo.alt, photo.caption, photo.credit) == ("Cầu mới", "Cầu mới thông xe", "Ảnh: Tâm")
    assert (
        response.headers["Location"]
        == f"{reverse('ckeditor_browse')}?CKEditorFuncNum=1&moi={photo.pk}"
    )


def test_a_refused_photo_of_the_library_is_said_beside_the_field_and_keeps_the_words() -> None:
    response = logged_in(make_user(*RIGHTS)).post(
        reverse("ckeditor_browse"), {"file": upload(b"<svg/>"), "alt": "Cầu mới"}
    )

    assert response.status_code == 400
    assert response.context["form"].errors == {"file": [NO_PICTURE]}
    assert 'value="Cầu mới"' in response.content.decode()


def test_a_photo_of_the_library_needs_a_description() -> None:
    response = logged_in(make_user(*RIGHTS)).post(reverse("ckeditor_browse"), {"file": upload()})

    assert response.context["form"].errors == {"alt": ["Hãy mô tả ảnh bằng một câu ngắn."]}
    assert not Photo.objects.exists()


def test_the_library_sends_who_is_not_logged_in_to_the_door() -> None:
    assert reverse("admin:login") in Client().get(reverse("ckeditor_browse")).headers["Location"]


def test_the_library_is_closed_to_staff_without_the_right() -> None:
    assert logged_in(make_user()).get(reverse("ckeditor_browse")).status_code == 403


def test_who_may_only_look_cannot_upload_in_the_library() -> None:
    client = logged_in(make_user("news.view_photo"))

    assert (
        client.post(reverse("ckeditor_browse"), {"file": upload(), "alt": "x"}).status_code == 403
    )
    assert not Photo.objects.exists()
    assert "Tải ảnh mới lên" not in client.get(reverse("ckeditor_browse")).content.decode()


def test_words_of_a_photo_cannot_break_out_of_the_library_page() -> None:
    make_photo(alt='"><script>alert(1)</script>', caption="<img src=x>")

    page = logged_in(make_user(*RIGHTS)).get(reverse("ckeditor_browse")).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_the_views_of_django_ckeditor_are_not_mounted() -> None:
    client = logged_in(make_user(superuser=True))

    assert client.post("/ckeditor/upload/", {"upload": upload()}).status_code == 404
    assert client.get("/ckeditor/browse/").status_code == 404
