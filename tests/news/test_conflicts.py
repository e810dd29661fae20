"""Two people on one story: the second to save sees both texts, chooses field by field, and loses nothing."""

import datetime as dt
import re
from dataclasses import fields, replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.content import Content
from news.models import Article, Revision, StaffProfile, Tag, Thread, Unit
from portal.roles import EDITOR
from tests.desk import form_data, logged_in
from tests.factories import (
    make_article,
    make_attachment,
    make_document,
    make_official,
    make_photo,
    make_section,
    make_user,
)
from tests.racing import race

CHANGE = "admin:news_article_change"

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    """Two editors, each with a name."""
    return {name: make_official(EDITOR, last_name=name) for name in ("Lan", "Minh")}


def begin(by: User, **fields: Any) -> Article:
    fields.setdefault("title", "Cầu mới thông xe")
    fields.setdefault("lead", "Sáng nay, cầu thông xe.")
    fields.setdefault("body", "<p>Cầu dài trăm mét.</p><p>Đoạn thứ hai.</p>")
    fields.setdefault("section", make_section().pk)
    return Article.begin(Content(**fields), by=by)


def change(article: Article, *, by: User, **fields: Any) -> None:
    story = Article.objects.get(pk=article.pk)
    story.write(replace(story.newest, **fields), by=by, seen=story.version)


def address(article: Article) -> str:
    return reverse(CHANGE, args=[article.pk])


def post(client: Client, article: Article, **fields: Any) -> Any:
    """What the browser of somebody who opened the story at version `seen` sends."""
    typed = form_data(article)
    typed.pop("_draft")
    return client.post(address(article), typed | {"_save": "", **fields})


def panel(response: Any) -> str:
    """The markup of the conflict panel."""
    assert response.status_code == 200
    found = re.search(r'<section class="conflict".*?</section>', response.content.decode(), re.S)
    assert found, "no conflict is shown"
    return found[0]


def answers(response: Any) -> dict[str, str]:
    """Which choice stands at each field; an empty one where none is made yet."""
    return {c.field: c.answer for c in response.context["adminform"].form.conflict.choices}


def newest(article: Article) -> Content:
    return Article.objects.get(pk=article.pk).newest


# --- The panel ----------------------------------------------------------------------------------


def test_the_second_to_save_sees_both_texts_and_who_saved_when(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Cầu cũ thông xe", lead="Sáng nay, cầu đã thông xe.")
    saved = Revision.objects.get(article=article, number=2)

    response = post(logged_in(people["Minh"]), article, title="Cầu đẹp thông xe", seen="1")

    shown = panel(response)
    assert "Lan" in shown
    assert f"{timezone.localtime(saved.saved_at):%H:%M %d/%m/%Y}" in shown
    assert re.search(r"<mark><span[^>]*>chỗ khác: </span>cũ</mark>", shown)
    assert re.search(r"<mark><span[^>]*>chỗ khác: </span>đẹp</mark>", shown)
    assert "Giữ bản của tôi" in shown
    assert "Lấy bản của Lan" in shown
    assert newest(article).title == "Cầu cũ thông xe"
    assert Revision.objects.count() == 2


def test_what_was_typed_stays_in_the_boxes_and_the_body_is_clean(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], body="<p>Cầu dài hai trăm mét.</p>")

    response = post(
        logged_in(people["Minh"]),
        article,
        title="Chữ tôi viết",
        body='<p>Tôi viết.</p><script>alert(1)</script><p onclick="x()">Nữa.</p>',
        seen="1",
    )

    shown = response.content.decode()
    assert "Chữ tôi viết</textarea>" in shown
    assert "&lt;p&gt;Tôi viết.&lt;/p&gt;&lt;p&gt;Nữa.&lt;/p&gt;" in shown
    assert "alert(1)" not in shown
    assert '<input type="hidden" name="seen" value="2">' in shown
    assert '<input type="hidden" name="began" value="1">' in shown


def test_typed_markup_is_words_in_the_panel(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="<b>Lan</b><script>alert(1)</script>")

    response = post(
        logged_in(people["Minh"]), article, title='"><img src=x onerror=alert(2)>', seen="1"
    )

    shown = panel(response)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&gt;&lt;" in shown


def test_a_field_that_only_one_changed_has_its_answer_and_one_that_both_changed_has_none(
    people: dict[str, User],
) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan", lead="Phần dẫn của Lan.")

    response = post(
        logged_in(people["Minh"]), article, title="Của Minh", byline="MINH TÂM", seen="1"
    )

    assert answers(response) == {"title": "", "lead": "theirs", "byline": "mine"}


def test_it_is_chosen_field_by_field(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan", lead="Phần dẫn của Lan.", body="<p>Lan.</p>")

    response = post(
        logged_in(people["Minh"]),
        article,
        title="Của Minh",
        body="<p>Minh.</p>",
        byline="MINH TÂM",
        began="1",
        seen="2",
        **{"take-title": "mine", "take-body": "theirs", "take-lead": "theirs"},
    )

    assert response.status_code == 302
    kept = newest(article)
    assert (kept.title, kept.lead, kept.body, kept.byline) == (
        "Của Minh",
        "Phần dẫn của Lan.",
        "<p>Lan.</p>",
        "MINH TÂM",
    )
    assert Revision.objects.get(number=3).saved_by == people["Minh"]


def test_one_s_own_text_may_be_kept_everywhere_on_purpose(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan", lead="Phần dẫn của Lan.")

    post(
        logged_in(people["Minh"]),
        article,
        title="Của Minh",
        began="1",
        seen="2",
        **{"take-title": "mine", "take-lead": "mine"},
    )

    assert (newest(article).title, newest(article).lead) == ("Của Minh", "Sáng nay, cầu thông xe.")


@pytest.mark.parametrize("answer", [{}, {"take-title": "ai-do"}, {"take-title": ""}])
def test_without_an_answer_nothing_is_overwritten(
    answer: dict[str, str], people: dict[str, User]
) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan")

    response = post(
        logged_in(people["Minh"]), article, title="Của Minh", began="1", seen="2", **answer
    )

    assert "chưa chọn" in response.content.decode()
    assert answers(response) == {"title": ""}
    assert newest(article).title == "Của Lan"


def test_a_third_save_in_between_shows_the_panel_again_and_keeps_answers_that_still_hold(
    people: dict[str, User],
) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan", lead="Phần dẫn của Lan.")
    change(article, by=people["Lan"], title="Lan lần nữa")

    response = post(
        logged_in(people["Minh"]),
        article,
        title="Của Minh",
        lead="Phần dẫn của Minh.",
        began="1",
        seen="2",
        **{"take-title": "theirs", "take-lead": "mine"},
    )

    # The title that was chosen is another one now, the lead is as it was.
    assert answers(response) == {"title": "", "lead": "mine"}
    assert '<input type="hidden" name="began" value="1">' in response.content.decode()
    assert newest(article).title == "Lan lần nữa"


def test_answers_stay_when_another_mistake_sends_the_form_back(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan")

    response = post(
        logged_in(people["Minh"]),
        article,
        title="Của Minh",
        published_at_0="hôm qua",
        began="1",
        seen="2",
        **{"take-title": "theirs"},
    )

    assert answers(response)["title"] == "theirs"
    assert "Của Minh</textarea>" in response.content.decode()
    assert newest(article).title == "Của Lan"


def test_a_body_that_is_taken_over_counts_when_publishing(people: dict[str, User]) -> None:
    article = begin(people["Lan"], lead="")
    change(article, by=people["Lan"], body="<p>Của Lan.</p>")

    response = post(
        logged_in(people["Minh"]),
        article,
        body="",
        began="1",
        seen="2",
        _publish="",
        **{"take-body": "theirs"},
    )

    assert response.status_code == 302
    assert Article.objects.get().is_published
    assert Article.objects.get().body == "<p>Của Lan.</p>"


def test_only_fields_of_the_form_are_honoured(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan")

    response = post(
        logged_in(people["Minh"]),
        article,
        title="Của Minh",
        began="1",
        seen="2",
        **{
            "take-title": "mine",
            "take-status": "theirs",
            "take-created_by": "theirs",
            "take-__class__": "theirs",
        },
    )

    assert response.status_code == 302
    assert newest(article).title == "Của Minh"
    assert Article.objects.get().status == "draft"


@pytest.mark.parametrize("name", ["seen", "began"])
@pytest.mark.parametrize("value", ["-1", "x", "99999999999999999999", "7"])
def test_nonsense_in_hidden_boxes_stores_nothing_and_breaks_nothing(
    name: str, value: str, people: dict[str, User]
) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan")
    numbers = {"seen": "2", "began": "2"} | {name: value}

    response = post(logged_in(people["Minh"]), article, title="Của Minh", **numbers)

    assert response.status_code == 200
    assert newest(article).title == "Của Lan"


def test_who_does_not_say_what_was_seen_overwrites_nothing(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan")

    response = post(logged_in(people["Minh"]), article, title="Của Minh", seen="")

    assert response.status_code == 200
    assert "chưa ghi đè lên gì" in panel(response)
    assert "Của Minh" in response.content.decode()
    assert newest(article).title == "Của Lan"


# --- What is no conflict ------------------------------------------------------------------------


def test_who_wrote_the_same_is_told_nothing(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Cùng một tiêu đề")

    response = post(logged_in(people["Minh"]), article, title="Cùng một  tiêu đề ", seen="1")

    assert response.status_code == 302
    assert Revision.objects.count() == 2


def test_line_ends_and_markup_of_the_browser_are_no_difference(people: dict[str, User]) -> None:
    article = begin(people["Lan"], lead="Dòng một\nDòng hai", body="<p>Một</p><p>Hai</p>")
    change(article, by=people["Lan"], title="Của Lan")

    response = post(
        logged_in(people["Minh"]),
        article,
        lead="Dòng một\r\nDòng hai",
        body="<p>Một</p>\r\n\r\n<p>Hai</p>\r\n",
        seen="1",
    )

    assert answers(response) == {"title": "theirs"}


def test_one_s_own_other_window_is_called_so(people: dict[str, User]) -> None:
    article = begin(people["Minh"])
    change(article, by=people["Minh"], title="Cửa sổ kia")

    response = post(logged_in(people["Minh"]), article, title="Cửa sổ này", seen="1")

    assert "bạn, ở một cửa sổ khác" in panel(response)
    assert "Lấy bản đã lưu" in panel(response)


# --- Settings -----------------------------------------------------------------------------------


def test_tags_and_times_are_taken_over_too(people: dict[str, User]) -> None:
    article = begin(people["Lan"], tags=("Y tế",))
    moment = timezone.now().replace(microsecond=0) + dt.timedelta(days=2)
    other = make_section(name="Văn hoá")
    change(article, by=people["Lan"], tags=("Đô thị",), expires_at=moment, section=other.pk)

    response = post(
        logged_in(people["Minh"]),
        article,
        tags="Y tế, Giáo dục",
        title="Của Minh",
        began="1",
        seen="2",
        **{"take-tags": "theirs"},
    )

    assert response.status_code == 302
    kept = newest(article)
    assert (kept.tags, kept.expires_at, kept.section) == (("Đô thị",), moment, other.pk)
    assert not Tag.objects.filter(name="Giáo dục").exists()


def test_every_kind_of_field_can_be_taken_over(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    related = make_article()
    theirs: dict[str, Any] = {
        "title": "Của Lan",
        "slug": "cua-lan",
        "section": make_section().pk,
        "lead": "Phần dẫn của Lan.",
        "body": "<p>Của Lan.</p>",
        "byline": "LAN",
        "source": "LAN",
        "unit": Unit.objects.create(name="Văn phòng").pk,
        "cover": make_photo().pk,
        "thread": Thread.objects.create(name="Cầu mới").pk,
        "published_at": timezone.now().replace(microsecond=0) + dt.timedelta(days=1),
        "expires_at": timezone.now().replace(microsecond=0) + dt.timedelta(days=2),
        "featured_from": timezone.now().replace(microsecond=0),
        "featured_until": timezone.now().replace(microsecond=0) + dt.timedelta(days=3),
        "comments_open": False,
        "tags": ("Đô thị",),
        "related": (related.pk,),
        "documents": (make_document().pk,),
        "attachments": (make_attachment().pk,),
    }
    assert theirs.keys() == {f.name for f in fields(Content)}
    change(article, by=people["Lan"], **theirs)

    response = post(
        logged_in(people["Minh"]),
        article,
        began="1",
        seen="2",
        **{f"take-{name}": "theirs" for name in theirs},
    )

    assert response.status_code == 302
    assert newest(article).differing(Content(**theirs)) == []


def test_a_section_where_one_does_not_work_is_not_taken_over(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    article.publish(by=people["Minh"])
    profile = StaffProfile.objects.create(user=people["Minh"])
    profile.sections.add(article.section)
    client = logged_in(User.objects.get(pk=people["Minh"].pk))
    change(article, by=people["Lan"], section=make_section().pk)

    response = post(
        client,
        article,
        title="Của Minh",
        began="1",
        seen="2",
        **{"take-section": "theirs"},
    )

    assert response.status_code == 200
    assert "section" in response.context["adminform"].form.errors
    assert Article.objects.get().version == 2


# --- Working copies -----------------------------------------------------------------------------


def test_working_copies_of_a_public_story_meet_the_same_way(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    article.publish(by=people["Minh"])
    change(article, by=people["Lan"], title="Bản sửa của Lan")

    response = post(logged_in(people["Minh"]), article, title="Bản sửa của Minh", seen="1")

    assert answers(response) == {"title": ""}
    row = Article.objects.get()
    assert (row.title, row.newest.title) == ("Cầu mới thông xe", "Bản sửa của Lan")


def test_publishing_over_a_newer_version_publishes_nothing(people: dict[str, User]) -> None:
    article = begin(people["Lan"])
    change(article, by=people["Lan"], title="Của Lan")

    response = post(logged_in(people["Minh"]), article, title="Của Minh", seen="1", _publish="")

    assert answers(response) == {"title": ""}
    assert Article.objects.get().status == "draft"


# --- Two at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_save_at_once_one_wins_and_the_other_sees_both_words_fifty_times() -> None:
    names = ("Lan", "Minh")
    editors = [make_user(superuser=True, last_name=name) for name in names]
    clients = [logged_in(editor) for editor in editors]
    article = begin(editors[0])

    def saves(client: Client, title: str, version: int) -> Any:
        return lambda: post(client, article, title=title, seen=str(version))

    for number in range(50):
        article = Article.objects.get()
        titles = [f"Tin {number} do {name} viết" for name in names]
        results = race(
            *(saves(c, t, article.version) for c, t in zip(clients, titles, strict=True))
        )
        winners = [n for n, r in enumerate(results) if getattr(r, "status_code", 0) == 302]
        assert len(winners) == 1, results
        (winner,) = winners
        loser = 1 - winner
        shown = panel(results[loser])
        assert newest(article).title == titles[winner]
        assert f"chỗ khác: </span>{names[winner]}</mark>" in shown
        assert f"chỗ khác: </span>{names[loser]}</mark>" in shown
        assert f"{titles[loser]}</textarea>" in results[loser].content.decode()
    assert Revision.objects.count() == 51
