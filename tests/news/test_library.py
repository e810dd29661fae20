"""The photo library at the desk: found, uploaded, described and refused, with and without JavaScript."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.library import PhotoFilterForm
from news.models import Article, Photo
from portal.models import SiteIdentity
from tests.desk import files, logged_in, said
from tests.factories import make_article, make_photo, make_user, picture_bytes, upload
from tests.news.library import ADD, AUTHOR, JSON, LIBRARY, address, editor, send, words

pytestmark = pytest.mark.django_db

# --- Finding -------------------------------------------------------------------------------------


def found(query: dict[str, str], user: Any = None) -> set[str]:
    asked = PhotoFilterForm(query, user=user or make_user())
    return set(asked.filter(Photo.objects.all()).values_list("caption", flat=True))


def test_the_library_is_filtered_by_description() -> None:
    make_photo(alt="", caption="chưa")
    make_photo(alt="", caption="trang trí", is_decorative=True)
    make_photo(alt="Cầu", caption="có")

    assert [found({"mota": value}) for value in ("chua", "trang-tri", "co", "")] == [
        {"chưa"},
        {"trang trí"},
        {"có"},
        {"chưa", "trang trí", "có"},
    ]


def test_the_library_is_filtered_by_use_in_any_room() -> None:
    make_photo(caption="không")
    crest = make_photo(caption="huy hiệu")
    SiteIdentity(crest=crest).save()
    make_article(cover=make_photo(caption="ảnh đại diện"))
    shown = make_photo(caption="trong bài")
    make_article(body=f'<p><img src="{shown.url}" alt="Cầu"></p>')

    assert found({"dung": "khong"}) == {"không"}
    assert found({"dung": "co"}) == {"huy hiệu", "ảnh đại diện", "trong bài"}


def test_the_library_is_filtered_by_who_uploaded() -> None:
    me = make_user()
    make_photo(caption="của tôi")
    Photo.objects.update(uploaded_by=me)
    make_photo(caption="của người khác")

    assert found({"cua": "toi"}, me) == {"của tôi"}


def test_a_month_is_that_of_the_vietnamese_calendar() -> None:
    for caption, moment in (
        ("tháng mười", "2026-10-31T16:59:00+00:00"),
        ("tháng mười một", "2026-10-31T17:00:00+00:00"),
        ("cuối tháng mười một", "2026-11-30T16:59:00+00:00"),
        ("tháng mười hai", "2026-11-30T17:00:00+00:00"),
    ):
        photo = make_photo(caption=caption)
        Photo.objects.filter(pk=photo.pk).update(uploaded_at=dt.datetime.fromisoformat(moment))

    assert found({"thang": "2026-11"}) == {"tháng mười một", "cuối tháng mười một"}
    months = PhotoFilterForm({}, user=None).fields["thang"].choices  # type: ignore[attr-defined]
    assert [value for value, _ in months] == ["", "2026-12", "2026-11", "2026-10"]


def test_filters_and_words_go_together() -> None:
    make_photo(alt="", caption="cầu")
    make_photo(alt="Cầu", caption="cầu khác")

    assert found({"q": "CAU", "mota": "chua"}) == {"cầu"}


@pytest.mark.parametrize(
    "query", ["mota=x", "thang=2026-13", "thang=x&cua=1", "trang=x", "trang=99", "q=%00", "x=1"]
)
def test_nonsense_in_the_address_is_ignored(query: str) -> None:
    make_photo(caption="còn đây")

    assert "còn đây" in editor().get(f"{reverse(LIBRARY)}?{query}").content.decode()


def test_further_pages_keep_the_question() -> None:
    for _ in range(25):
        make_photo(alt="")

    page = editor().get(reverse(LIBRARY), {"mota": "chua"}).content.decode()

    assert '<a href="?mota=chua&amp;trang=2">Trang sau</a>' in page


@pytest.mark.usefixtures("long_running")
def test_the_library_costs_the_same_for_three_photos_and_for_twelve() -> None:
    client = editor()
    client.get(reverse(LIBRARY))
    costs = []
    for number in (3, 9):
        for _ in range(number):
            make_article(cover=make_photo())
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(LIBRARY))
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 10


def test_the_library_says_how_many_stories_show_a_photo() -> None:
    photo, unused = make_photo(), make_photo()
    make_article(body=f'<p><img src="{photo.url}" alt=""></p>', cover=photo)
    make_article(cover=photo)

    page = editor().get(reverse(LIBRARY))

    assert {shown.pk: shown.used_in for shown in page.context["photos"]} == {
        photo.pk: 2,
        unused.pk: 0,
    }
    assert "Dùng trong 2 tin" in page.content.decode()


def test_the_page_of_a_photo_links_the_stories_that_one_may_see() -> None:
    photo = make_photo()
    make_article(title="Tin thấy được", cover=photo)
    writer = make_user(*AUTHOR, "news.view_article", "news.change_article")
    Article.objects.update(created_by=writer)
    make_article(title="Tin của người khác", cover=photo, status=Article.Status.DRAFT)

    page = logged_in(writer).get(address("change", photo)).content.decode()

    assert "Tin thấy được" in page
    assert "Tin của người khác" not in page
    assert "Dùng trong 2 tin" in page
    assert "Còn có tin khác" in page


# --- Uploading -----------------------------------------------------------------------------------


def test_many_files_of_one_form_become_photos() -> None:
    user = make_user(*AUTHOR)

    response = logged_in(user).post(
        reverse(ADD),
        {"pictures": [upload(name="a.jpg"), upload(name="b.jpg")], "credit": "Ảnh: Tâm"},
        follow=True,
    )

    assert said(response) == ["Đã thêm 2 ảnh vào thư viện."]
    assert list(Photo.objects.values_list("credit", "uploaded_by")) == [("Ảnh: Tâm", user.pk)] * 2


def test_a_bad_file_among_good_ones_is_named_and_the_good_ones_stay(settings: Any) -> None:
    response = logged_in(make_user(*AUTHOR)).post(
        reverse(ADD), {"pictures": [upload(b"<svg/>", "xau.svg"), upload()], "credit": "Ảnh: Tâm"}
    )

    assert response.status_code == 400
    assert response.context["form"].errors["pictures"] == [
        "xau.svg: Tệp này không phải ảnh JPEG, PNG, WebP, GIF hoặc đã bị hỏng."
    ]
    assert said(response) == ["Đã thêm 1 ảnh vào thư viện."]
    assert 'value="Ảnh: Tâm"' in response.content.decode()
    assert Photo.objects.count() == 1


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        ([], "Hãy chọn ít nhất một tệp ảnh."),
        ([b""], "Có tệp rỗng. Hãy chọn lại."),
        ([b"x"] * 21, "Mỗi lần gửi không quá 20 ảnh. Hãy chia thành nhiều lần."),
    ],
)
def test_a_form_without_sensible_files_is_refused(pictures: list[bytes], words: str) -> None:
    response = logged_in(make_user(*AUTHOR)).post(
        reverse(ADD), {"pictures": [upload(content) for content in pictures]}
    )

    assert response.context["form"].errors["pictures"] == [words]
    assert not Photo.objects.exists()


def test_one_file_sent_by_the_page_comes_back_as_its_card() -> None:
    user = make_user(*AUTHOR)

    response = send(logged_in(user))

    photo = Photo.objects.get()
    assert response.status_code == 201
    assert address("change", photo) in response.json()["card"]
    assert (photo.credit, photo.uploaded_by) == ("Ảnh: Tâm", user)
    assert "data-photo-words" in response.json()["card"]


def test_a_card_of_somebody_who_may_not_change_photos_has_no_form() -> None:
    answer = send(logged_in(make_user("news.view_photo", "news.add_photo"))).json()

    assert "data-photo-words" not in answer["card"]


def test_a_refused_file_is_answered_in_words_and_leaves_nothing(settings: Any) -> None:
    response = send(logged_in(make_user(*AUTHOR)), b"<svg/>")

    assert response.status_code == 400
    assert response.json() == {
        "error": {"message": "Tệp này không phải ảnh JPEG, PNG, WebP, GIF hoặc đã bị hỏng."}
    }
    assert not Photo.objects.exists()
    assert files(settings) == set()


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (None, "Phiên làm việc đã hết hạn. Hãy đăng nhập lại ở một thẻ khác rồi tải ảnh lên."),
        (("news.view_photo", "news.change_photo"), "Bạn không có quyền tải ảnh lên."),
    ],
)
def test_who_may_not_upload_is_told_so_in_json(user: Any, words: str) -> None:
    client = Client() if user is None else logged_in(make_user(*user))

    response = send(client)

    assert (response.status_code, response.json()) == (403, {"error": {"message": words}})
    assert not Photo.objects.exists()


def test_a_reader_with_an_account_uploads_nothing() -> None:
    assert send(logged_in(make_user(*AUTHOR, is_staff=False))).status_code == 403
    assert not Photo.objects.exists()


def test_an_upload_from_another_site_is_refused() -> None:
    assert send(logged_in(make_user(*AUTHOR), enforce_csrf_checks=True)).status_code == 403
    assert not Photo.objects.exists()


def test_an_upload_without_file_is_answered_in_words() -> None:
    response = logged_in(make_user(*AUTHOR)).post(reverse("photo_add"))

    assert response.status_code == 400
    assert response.json() == {"error": {"message": "Hãy chọn một tệp ảnh."}}


def test_uploading_by_get_is_refused() -> None:
    assert logged_in(make_user(*AUTHOR)).get(reverse("photo_add")).status_code == 405


# --- Words and focal point -----------------------------------------------------------------------


def test_words_are_mended_in_the_card_and_the_card_comes_back() -> None:
    photo = make_photo(alt="", focal_x=20)

    response = editor().post(address("change", photo), words(alt="Cầu mới"), headers=JSON)

    assert "Cầu mới" in response.json()["card"]
    photo.refresh_from_db()
    assert (photo.alt, photo.focal_x) == ("Cầu mới", 20)


def test_a_contradiction_in_the_card_is_answered_in_words() -> None:
    photo = make_photo(alt="")

    response = editor().post(
        address("change", photo), words(alt="Cầu", is_decorative="on"), headers=JSON
    )

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["is_decorative"]
    photo.refresh_from_db()
    assert (photo.alt, photo.is_decorative) == ("", False)


def test_without_javascript_the_contradiction_stands_beside_its_field() -> None:
    photo = make_photo(alt="")

    response = editor().post(address("change", photo), words(alt="Cầu", is_decorative="on"))

    assert 'value="Cầu"' in response.content.decode()
    assert "is_decorative" in response.context["adminform"].form.errors


def test_the_focal_point_is_changed_by_numbers_and_the_crops_follow() -> None:
    photo = make_photo()

    response = editor().post(
        address("change", photo), words(alt="Cầu", focal_x="10", focal_y="80"), follow=True
    )

    photo.refresh_from_db()
    assert said(response) == ["Đã lưu ảnh."]
    assert (photo.focus, photo.crops[:6]) == ((10, 80), "010080")


@pytest.mark.parametrize("value", ["-1", "101", "", "x", "1e9", "9" * 30])
def test_a_focal_point_that_is_none_is_refused_at_its_field(value: str) -> None:
    photo = make_photo()

    response = editor().post(
        address("change", photo), words(alt="Mới", focal_x=value, focal_y="50")
    )

    assert list(response.context["adminform"].form.errors) == ["focal_x"]
    photo.refresh_from_db()
    assert (photo.alt, photo.focal_x) == ("Một tấm ảnh", 50)


def test_crops_that_cannot_be_made_are_said_and_the_words_are_kept(
    settings: Any,
) -> None:
    photo = make_photo()
    for path in files(settings):
        path.unlink()

    response = editor().post(
        address("change", photo), words(alt="Mới", focal_x="10", focal_y="10"), follow=True
    )

    photo.refresh_from_db()
    assert (photo.alt, photo.focal_x) == ("Mới", 50)
    assert "chưa cắt được ảnh" in said(response)[0]


def test_the_file_of_a_photo_cannot_be_changed() -> None:
    photo = make_photo()

    editor().post(
        address("change", photo), words(file=upload(), key="0" * 32, width=1, crops="x", avif="x")
    )

    after = Photo.objects.get()
    assert (after.key, after.width, after.crops, after.avif) == (
        photo.key,
        photo.width,
        photo.crops,
        photo.avif,
    )


# --- Deleting ------------------------------------------------------------------------------------


def test_a_photo_in_use_is_not_deleted_and_the_reason_is_said() -> None:
    photo = make_photo()
    make_article(body=f'<p><img src="{photo.url}" alt=""></p>')

    response = editor().post(address("delete", photo), {"post": "yes"}, follow=True)

    assert said(response) == [
        "Ảnh đang dùng trong 1 tin nên chưa xoá được. Hãy bỏ ảnh khỏi những nơi đó trước."
    ]
    assert Photo.objects.exists()


def test_a_photo_nobody_uses_can_be_deleted() -> None:
    photo = make_photo()

    editor().post(address("delete", photo), {"post": "yes"})

    assert not Photo.objects.exists()


# --- The small window ----------------------------------------------------------------------------


def test_a_photo_is_declared_decoration_in_the_small_window() -> None:
    logged_in(make_user(*AUTHOR)).post(
        reverse("ckeditor_browse"), {"file": upload(), "alt": "", "is_decorative": "on"}
    )

    assert Photo.objects.get().is_decorative


def test_the_small_window_keeps_who_asked_while_it_is_filtered() -> None:
    for _ in range(25):
        make_photo(alt="")

    page = (
        logged_in(make_user(*AUTHOR))
        .get(reverse("ckeditor_browse"), {"CKEditorFuncNum": "7", "mota": "chua"})
        .content.decode()
    )

    assert '<input type="hidden" name="CKEditorFuncNum" value="7">' in page
    assert "?CKEditorFuncNum=7&amp;mota=chua&amp;trang=2" in page


def test_an_upload_of_a_large_picture_is_shown_in_the_grid_by_a_small_file() -> None:
    photo = make_photo(picture_bytes(1800, 1200))
    Photo.objects.update(uploaded_at=timezone.now())

    page = editor().get(reverse(LIBRARY)).content.decode()

    assert photo.rendition_url(480) in page
    assert f'src="{photo.url}"' not in page
