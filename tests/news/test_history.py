"""The history of a story at the desk: what is shown, to whom, and restoring, with its right and without."""

import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.history import names_of, public_version, timeline
from news.models import Article, Revision, StaffProfile
from portal.roles import AUTHOR, EDITOR, MODERATOR
from tests.desk import logged_in
from tests.factories import make_article, make_official, make_photo, make_section
from tests.news.test_conflicts import begin, change

pytestmark = pytest.mark.django_db

HISTORY = "admin:news_article_history"
COMPARE = "admin:news_article_compare"
VERSION = "admin:news_article_version"
RESTORE = "admin:news_article_restore"


def staff() -> dict[str, User]:
    """Two authors, two editors and a moderator, each with a name."""
    roles = {"An": AUTHOR, "Bình": AUTHOR, "Lan": EDITOR, "Minh": EDITOR, "Kiểm": MODERATOR}
    return {name: make_official(role, last_name=name) for name, role in roles.items()}


@pytest.fixture
def people() -> dict[str, User]:
    return staff()


def fresh(article: Article) -> Article:
    return Article.objects.get(pk=article.pk)


def restoring(article: Article, number: int) -> str:
    return reverse(RESTORE, args=[article.pk, number])


def entries(article: Article, page: str = "1") -> list[tuple[str, str]]:
    """The lines of the history: what, and who."""
    return [
        (
            f"bản {entry.revision.number}" if entry.revision else entry.step.get_verb_display(),
            entry.who,
        )
        for entry in timeline(article, page)
    ]


# --- What is shown ------------------------------------------------------------------------------


def test_versions_and_steps_stand_in_one_line_the_newest_first(people: dict[str, User]) -> None:
    article = begin(people["An"])
    article.submit(by=people["An"])
    article.return_to_author(by=people["Lan"], note="Thiếu chú thích ảnh")
    change(article, by=people["An"], title="Cầu mới đã thông xe")
    fresh(article).submit(by=people["An"])
    fresh(article).publish(by=people["Lan"])

    assert entries(fresh(article)) == [
        ("Xuất bản", "Lan"),
        ("Gửi duyệt", "An"),
        ("bản 2", "An"),
        ("Trả lại", "Lan"),
        ("Gửi duyệt", "An"),
        ("bản 1", "An"),
    ]


def test_the_page_says_who_when_what_and_why(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Tiêu đề khác", tags=("Đô thị",))
    fresh(article).submit(by=people["Lan"], note="Nhờ xem <b>gấp</b>")
    fresh(article).publish(by=people["Lan"], alone=True)
    saved = Revision.objects.get(article=article, number=2).saved_at

    shown = logged_in(people["Lan"]).get(reverse(HISTORY, args=[article.pk])).content.decode()

    assert f"lưu lúc {timezone.localtime(saved):%H:%M %d/%m/%Y}" in shown
    assert "Đổi: Tiêu đề, Thẻ" in shown
    assert "Nhờ xem &lt;b&gt;gấp&lt;/b&gt;" in shown
    assert "Không có người thứ hai xem" in shown
    assert "Bạn đọc đang thấy" in shown
    assert "Mới nhất" in shown


def test_the_first_edit_after_publishing_lists_no_date_that_nobody_typed(
    people: dict[str, User],
) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Cầu mới đã thông xe")
    fresh(article).publish(by=people["Lan"])
    change(article, by=people["Lan"], lead="Sáng nay, cầu mới thông xe.")
    moment = fresh(article).published_at
    assert moment
    change(article, by=people["Lan"], published_at=moment - dt.timedelta(hours=1))

    lines = [entry.changed for entry in timeline(fresh(article), "1") if entry.revision]
    assert lines == [("Thời điểm xuất bản",), ("Phần dẫn",), ("Tiêu đề",), ()]
    client = logged_in(people["Lan"])
    compared = [
        [
            difference.label
            for difference in client.get(
                reverse(COMPARE, args=[article.pk]), {"cu": old, "moi": new}
            ).context["differences"]
        ]
        for old, new in ((2, 3), (3, 4), (2, 4))
    ]
    assert compared == [
        ["Phần dẫn"],
        ["Thời điểm xuất bản"],
        ["Phần dẫn", "Thời điểm xuất bản"],
    ]


def test_the_form_leads_to_the_history(people: dict[str, User]) -> None:
    article = begin(people["An"])
    form = logged_in(people["An"]).get(reverse("admin:news_article_change", args=[article.pk]))

    assert f'href="{reverse(HISTORY, args=[article.pk])}"' in form.content.decode()


def test_an_account_that_is_gone_leaves_its_versions(people: dict[str, User]) -> None:
    article = begin(people["An"])
    people["An"].delete()

    assert entries(fresh(article)) == [("bản 1", "không rõ ai")]


def test_the_history_is_paged(people: dict[str, User]) -> None:
    article = begin(people["An"])
    for number in range(29):
        change(article, by=people["An"], title=f"Tiêu đề {number}")
    client = logged_in(people["An"])
    address = reverse(HISTORY, args=[article.pk])

    first, second = (client.get(address, {"trang": page}).content.decode() for page in ("1", "2"))

    assert "Phiên bản 30</a>" in first
    assert "Phiên bản 5</a>" not in first
    assert "Phiên bản 5</a>" in second
    assert "Bản đầu tiên" in second
    for nonsense in ("x", "0", "-3", "99", "1" * 30):
        assert client.get(address, {"trang": nonsense}).status_code == 200


@pytest.mark.usefixtures("long_running")
def test_the_history_costs_the_same_for_three_versions_and_for_three_hundred(
    people: dict[str, User],
) -> None:
    costs = []
    for number in (3, 300):
        article = begin(people["An"])
        for version in range(2, number + 1):
            Revision.objects.create(
                article=article,
                number=version,
                saved_by=people["An"],
                content=replace(article.newest, title=f"Tiêu đề {version}").to_json(),
            )
        Article.objects.filter(pk=article.pk).update(version=number)
        fresh(article).submit(by=people["An"])
        client = logged_in(people["An"])
        client.get(reverse("admin:index"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(HISTORY, args=[article.pk]))
        costs.append(len(queries))

    # The one more of a full page asks for the version before its last.
    assert costs[1] <= costs[0] + 1
    assert costs[1] <= 16


# --- Which one is public ------------------------------------------------------------------------


def test_the_public_version_is_followed_through_the_life_of_a_story(
    people: dict[str, User],
) -> None:
    article, lan, minh = begin(people["Lan"]), people["Lan"], people["Minh"]

    def public() -> int | None:
        return public_version(fresh(article))

    assert public() is None
    fresh(article).publish(by=minh)
    assert public() == 1
    change(article, by=lan, title="Bản sửa")
    change(article, by=lan, title="Bản sửa nữa")
    assert public() == 1
    fresh(article).discard_copy(by=lan)
    assert (public(), fresh(article).version) == (4, 4)
    change(article, by=lan, title="Bản sửa sau cùng")
    assert public() == 4
    fresh(article).publish(by=minh)
    assert public() == 5
    fresh(article).withdraw(by=lan, reason="Sai số liệu")
    assert public() is None


def test_of_an_imported_story_the_first_version_is_public_once_somebody_writes(
    people: dict[str, User],
) -> None:
    article = make_article()
    assert public_version(article) is None
    change(article, by=people["Lan"], title="Bản sửa")

    assert public_version(fresh(article)) == 1
    shown = logged_in(people["Lan"]).get(reverse(HISTORY, args=[article.pk]))
    assert shown.context["public"] == 1


def test_the_history_of_an_imported_story_says_that_nobody_has_written_yet(
    people: dict[str, User],
) -> None:
    shown = logged_in(people["Lan"]).get(reverse(HISTORY, args=[make_article().pk]))

    assert "chưa ai sửa" in shown.content.decode()


# --- Looking and comparing ----------------------------------------------------------------------


def test_two_versions_are_compared_word_by_word(people: dict[str, User]) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Cầu cũ thông xe", body="<p>Một đoạn khác hẳn.</p>")

    response = logged_in(people["An"]).get(
        reverse(COMPARE, args=[article.pk]), {"cu": "1", "moi": "2"}
    )

    shown = response.content.decode()
    assert '<del><span class="visually-hidden">đã bỏ: </span>mới</del>' in shown
    assert '<ins><span class="visually-hidden">đã thêm: </span>cũ</ins>' in shown


def test_the_older_version_comes_first_however_they_are_named(people: dict[str, User]) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Cầu cũ thông xe")
    client = logged_in(people["An"])

    pages = [
        client.get(reverse(COMPARE, args=[article.pk]), asked).context
        for asked in ({"cu": "1", "moi": "2"}, {"cu": "2", "moi": "1"})
    ]

    assert [(page["old"].number, page["new"].number) for page in pages] == [(1, 2), (1, 2)]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"cu": "1"},
        {"cu": "1", "moi": "9"},
        {"cu": "x", "moi": "1"},
        {"cu": "0", "moi": "1"},
        {"cu": "1", "moi": "9" * 30},
        {"cu": "-1", "moi": "\x00"},
    ],
)
def test_a_version_that_does_not_exist_is_refused_beside_its_box(
    asked: dict[str, str], people: dict[str, User]
) -> None:
    article = begin(people["An"])

    response = logged_in(people["An"]).get(reverse(COMPARE, args=[article.pk]), asked)

    assert response.status_code == 400
    assert 'class="errorlist"' in response.content.decode()


def test_a_version_is_shown_as_text_and_never_as_markup(people: dict[str, User]) -> None:
    article = begin(
        people["An"],
        title="<script>alert(1)</script>",
        lead='"><img src=x onerror=alert(2)>',
        body="<h2>Đề</h2><p>&lt;script&gt;alert(3)&lt;/script&gt;</p>",
    )
    change(article, by=people["An"], title="Khác")
    client = logged_in(people["An"])

    for address in (
        reverse(VERSION, args=[article.pk, 1]),
        reverse(COMPARE, args=[article.pk]) + "?cu=1&moi=2",
        restoring(article, 1),
        reverse(HISTORY, args=[article.pk]),
    ):
        shown = client.get(address).content.decode()
        assert "alert(" in shown or address.endswith("history/")
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
    assert "Đề mục: " in client.get(reverse(VERSION, args=[article.pk, 1])).content.decode()


def test_keys_are_shown_by_their_names_and_hidden_stories_by_their_number(
    people: dict[str, User],
) -> None:
    section = make_section(name="Thời sự")
    photo = make_photo(alt="Cầu", caption="Cầu mới")
    hidden, public = begin(people["Bình"], title="Nháp kín"), make_article(title="Đã đăng")
    article = begin(
        people["An"],
        section=section.pk,
        cover=photo.pk,
        related=(hidden.pk, public.pk),
    )

    shown = logged_in(people["An"]).get(reverse(VERSION, args=[article.pk, 1])).content.decode()

    assert "Thời sự" in shown
    assert "Cầu mới" in shown
    assert "Đã đăng" in shown
    assert "Nháp kín" not in shown
    names = names_of([article.newest], seen_by=people["Lan"])
    assert names["related"][hidden.pk] == "Nháp kín"


# --- Who may look -------------------------------------------------------------------------------


def addresses(article: Article) -> list[str]:
    return [
        reverse(HISTORY, args=[article.pk]),
        reverse(VERSION, args=[article.pk, 1]),
        reverse(COMPARE, args=[article.pk]) + "?cu=1&moi=2",
        restoring(article, 1),
    ]


@pytest.mark.parametrize(
    ("who", "status"), [("An", 200), ("Lan", 200), ("Bình", 404), ("Kiểm", 403)]
)
def test_the_history_is_open_to_who_sees_the_story(
    who: str, status: int, people: dict[str, User]
) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Tiêu đề bí mật")
    client = logged_in(people[who])

    for address in addresses(article):
        response = client.get(address)
        assert response.status_code == status, address
        assert status == 200 or "bí mật" not in response.content.decode()
    assert client.get(reverse(HISTORY, args=["x"])).status_code in {403, 404}


def test_the_history_is_closed_to_who_works_in_other_sections(people: dict[str, User]) -> None:
    article = begin(people["An"])
    change(article, by=people["An"], title="Khác")
    profile = StaffProfile.objects.create(user=people["Lan"])
    profile.sections.add(make_section())
    client = logged_in(User.objects.get(pk=people["Lan"].pk))

    for address in addresses(article):
        assert client.get(address).status_code == 404, address
    assert client.post(restoring(article, 1), {"seen": "2"}).status_code == 404
    assert fresh(article).version == 2


def test_nobody_looks_without_signing_in(people: dict[str, User]) -> None:
    article = begin(people["An"])

    for address in addresses(article):
        response = Client().get(address)
        assert response.status_code == 302
        assert "login" in response.url  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", [0, 9, 10**30])
def test_a_version_that_is_none_is_not_found(number: int, people: dict[str, User]) -> None:
    article = begin(people["An"])
    client = logged_in(people["An"])

    assert client.get(reverse(VERSION, args=[article.pk, number])).status_code == 404
    assert client.post(restoring(article, number), {"seen": "1"}).status_code == 404


def test_a_version_is_found_below_its_own_story_only(people: dict[str, User]) -> None:
    mine, other = begin(people["An"]), begin(people["Bình"])
    change(other, by=people["Bình"], title="Của người khác")
    client = logged_in(people["An"])

    assert client.get(reverse(VERSION, args=[mine.pk, 2])).status_code == 404
    assert client.post(restoring(mine, 2), {"seen": "1"}).status_code == 404
