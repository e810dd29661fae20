"""The way of a story: versions, steps, the second pair of eyes, working copies; each verb with its right and without."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from news.content import Content
from news.models import (
    Article,
    NeedsSecondReader,
    NotReady,
    Outdated,
    Revision,
    SearchEntry,
    StaffProfile,
    Step,
    Tag,
)
from news.search import search
from portal.roles import AUTHOR, EDITOR, MODERATOR
from tests.factories import (
    make_article,
    make_attachment,
    make_official,
    make_photo,
    make_section,
    make_user,
)
from tests.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    """One person of each role, and a second author and editor."""
    return {
        "author": make_official(AUTHOR),
        "other author": make_official(AUTHOR),
        "editor": make_official(EDITOR),
        "second editor": make_official(EDITOR),
        "moderator": make_official(MODERATOR),
    }


def content(**fields: Any) -> Content:
    fields.setdefault("title", "Cầu mới thông xe")
    fields.setdefault("lead", "Sáng nay, cầu mới thông xe.")
    fields.setdefault("body", "<p>Cầu dài trăm mét.</p>")
    if "section" not in fields:
        fields["section"] = make_section().pk
    return Content(**fields)


def fresh(article: Article) -> Article:
    return Article.objects.get(pk=article.pk)


# --- Versions -----------------------------------------------------------------------------------


def test_a_story_begins_as_the_first_version_of_a_draft(people: dict[str, User]) -> None:
    article = Article.begin(content(tags=("Giao thông", "giao thong", "")), by=people["author"])

    assert (article.status, article.stage, article.version) == ("draft", "writing", 1)
    assert article.created_by == people["author"]
    assert [tag.name for tag in article.tags.all()] == ["Giao thông"]
    assert article.revisions.get().text.title == "Cầu mới thông xe"


def test_a_new_story_is_indexed_as_a_row_and_once_more_with_all_that_hangs_on_it(
    people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    keep = SearchEntry.keep

    def noted(rows: Any) -> None:
        kept.append(rows)
        keep(rows)

    monkeypatch.setattr(SearchEntry, "keep", noted)
    hung = content(tags=("Giao thông",), attachments=(make_attachment(title="Biểu mẫu").pk,))
    article = Article.begin(hung, by=people["author"])

    assert [rows for rows in kept if rows == [article]] == [[article]] * 2
    for words in ("giao thong", "bieu mau"):
        assert list(search(Article.objects.all(), words)) == [article], words


def test_every_save_is_kept_with_its_author_and_can_be_restored(people: dict[str, User]) -> None:
    article = Article.begin(content(), by=people["author"])
    article.write(replace(article.newest, body="<p>Hai.</p>"), by=people["author"])
    article.write(replace(article.newest, body="<p>Ba.</p>"), by=people["editor"])

    assert [r.saved_by for r in article.revisions.all()] == [
        people["editor"],
        people["author"],
        people["author"],
    ]
    article.restore(article.revisions.get(number=1), by=people["author"])
    assert fresh(article).body == "<p>Cầu dài trăm mét.</p>"
    assert fresh(article).version == 4


def test_a_save_that_changes_nothing_makes_no_version(people: dict[str, User]) -> None:
    article = Article.begin(content(published_at=timezone.now()), by=people["author"])
    article.write(fresh(article).newest, by=people["author"], seen=1)

    assert Revision.objects.count() == 1


def test_what_was_imported_stays_findable_when_it_is_first_written_to(
    people: dict[str, User],
) -> None:
    article = make_article(title="Như nhập vào")
    article.write(replace(article.newest, title="Đã sửa"), by=people["editor"])

    assert [r.text.title for r in article.revisions.all()] == ["Đã sửa", "Như nhập vào"]


def test_who_saves_over_a_newer_version_is_shown_it_and_overwrites_nothing(
    people: dict[str, User],
) -> None:
    article = Article.begin(content(), by=people["author"])
    mine = fresh(article)
    article.write(replace(article.newest, title="Của người nhanh"), by=people["editor"], seen=1)

    with pytest.raises(Outdated) as caught:
        mine.write(replace(mine.newest, title="Của người chậm"), by=people["author"], seen=1)

    assert caught.value.newest.title == "Của người nhanh"
    assert caught.value.revision and caught.value.revision.saved_by == people["editor"]
    assert fresh(article).title == "Của người nhanh"


def test_a_version_names_what_is_gone_and_is_restored_without_it(people: dict[str, User]) -> None:
    photo = make_photo()
    article = Article.begin(content(cover=photo.pk), by=people["author"])
    article.write(replace(article.newest, cover=None), by=people["author"])
    photo.delete()

    article.restore(article.revisions.get(number=1), by=people["author"])

    assert fresh(article).cover is None


def test_a_section_that_is_gone_is_refused_in_words(people: dict[str, User]) -> None:
    with pytest.raises(ValidationError, match="không còn"):
        Article.begin(content(section=999), by=people["author"])


# --- Who may write ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["other author", "moderator"])
def test_a_story_of_somebody_else_is_not_written_by(who: str, people: dict[str, User]) -> None:
    article = Article.begin(content(), by=people["author"])

    for verb in (
        lambda: article.write(replace(article.newest, title="Khác"), by=people[who]),
        lambda: article.submit(by=people[who]),
        lambda: article.delete_draft(by=people[who]),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert (fresh(article).title, fresh(article).version) == ("Cầu mới thông xe", 1)


def test_while_it_waits_for_approval_its_author_takes_it_back_before_writing(
    people: dict[str, User],
) -> None:
    article = Article.begin(content(), by=people["author"])
    article.submit(by=people["author"])
    with pytest.raises(PermissionDenied):
        article.write(replace(article.newest, title="Khác"), by=people["author"])

    article.take_back(by=people["author"])
    article.write(replace(article.newest, title="Khác"), by=people["author"])

    assert (fresh(article).title, fresh(article).stage) == ("Khác", "writing")


def test_a_person_limited_to_sections_works_there_and_nowhere_else(
    people: dict[str, User],
) -> None:
    mine, child, other = make_section(), make_section(), make_section()
    child.parent = mine
    child.save()
    profile = StaffProfile.objects.create(user=people["editor"])
    profile.sections.add(mine)
    here, there = make_article(section=child), make_article(section=other)
    editor = User.objects.get(pk=people["editor"].pk)

    assert set(Article.objects.visible_to(editor)) == {here}
    assert here.may_edit(editor) and here.may_publish(editor) and here.may_withdraw(editor)
    assert not (there.may_edit(editor) or there.may_publish(editor) or there.may_withdraw(editor))
    with pytest.raises(PermissionDenied):
        there.withdraw(by=editor, reason="x")
    with pytest.raises(PermissionDenied):
        here.write(replace(here.newest, section=other.pk), by=editor)
    with pytest.raises(PermissionDenied):
        Article.begin(content(section=other.pk), by=editor)


@pytest.mark.parametrize("who", ["author", "other author", "editor", "moderator"])
def test_the_property_and_the_queryset_agree_on_who_sees_what(
    who: str, people: dict[str, User]
) -> None:
    for article in (Article.begin(content(), by=people["author"]), make_article()):
        seen = Article.objects.visible_to(people[who]).filter(pk=article.pk).exists()
        assert article.may_view(people[who]) == seen


def test_an_author_cannot_make_a_story_prominent(people: dict[str, User]) -> None:
    with pytest.raises(PermissionDenied):
        Article.begin(content(featured_from=timezone.now()), by=people["author"])
    assert not Article.objects.exists()


# --- Steps --------------------------------------------------------------------------------------


def test_the_way_of_a_story_is_recorded(people: dict[str, User]) -> None:
    author, editor = people["author"], people["editor"]
    article = Article.begin(content(), by=author)
    article.submit(by=author, note="Nhờ xem giúp")
    article.return_to_author(by=editor, note="Thiếu chú thích ảnh")
    article.submit(by=author)
    article.publish(by=editor)
    article.withdraw(by=editor, reason="Sai số liệu")

    steps = [(s.verb, s.by, s.note, s.alone) for s in article.steps.order_by("id")]
    assert steps == [
        ("submitted", author, "Nhờ xem giúp", False),
        ("returned", editor, "Thiếu chú thích ảnh", False),
        ("submitted", author, "", False),
        ("published", editor, "", False),
        ("withdrawn", editor, "Sai số liệu", False),
    ]


def test_returning_needs_a_note_a_right_and_a_story_that_waits(people: dict[str, User]) -> None:
    article = Article.begin(content(), by=people["author"])
    with pytest.raises(ValueError, match="chờ duyệt"):
        article.return_to_author(by=people["editor"], note="x")
    article.submit(by=people["author"])
    with pytest.raises(ValidationError):
        article.return_to_author(by=people["editor"], note="  ")
    with pytest.raises(PermissionDenied):
        article.return_to_author(by=people["author"], note="x")
    assert fresh(article).stage == "submitted"


def test_an_editor_s_own_story_needs_a_second_pair_of_eyes(people: dict[str, User]) -> None:
    article = Article.begin(content(), by=people["editor"])
    with pytest.raises(NeedsSecondReader):
        article.publish(by=people["editor"])
    article.submit(by=people["editor"])
    with pytest.raises(NeedsSecondReader):
        article.publish(by=people["editor"])

    article.publish(by=people["second editor"])

    assert fresh(article).is_published
    assert not article.steps.filter(alone=True).exists()


def test_a_submitted_story_that_the_editor_polished_was_seen_by_two(
    people: dict[str, User],
) -> None:
    article = Article.begin(content(), by=people["author"])
    article.submit(by=people["author"])
    article.write(replace(article.newest, title="Câu chữ gọn hơn"), by=people["editor"])

    article.publish(by=people["editor"])

    assert fresh(article).title == "Câu chữ gọn hơn"


def test_publishing_alone_is_possible_and_counted(people: dict[str, User]) -> None:
    article = Article.begin(content(), by=people["editor"])

    article.publish(by=people["editor"], alone=True)

    assert Step.objects.get(verb="published").alone


def test_saying_alone_counts_only_where_nobody_else_has_looked(people: dict[str, User]) -> None:
    article = Article.begin(content(), by=people["author"])
    article.submit(by=people["author"])

    article.publish(by=people["editor"], alone=True)

    assert not Step.objects.get(verb="published").alone


def test_an_editor_publishes_what_was_looked_at_and_nothing_newer(people: dict[str, User]) -> None:
    article = Article.begin(content(), by=people["author"])
    looked_at = fresh(article)
    article.write(replace(article.newest, title="Mới hơn"), by=people["author"])

    with pytest.raises(Outdated):
        looked_at.publish(by=people["editor"], seen=1)
    assert fresh(article).status == "draft"


def test_an_empty_story_is_not_published(people: dict[str, User]) -> None:
    article = Article.begin(content(lead="", body=""), by=people["author"])
    with pytest.raises(NotReady):
        article.publish(by=people["editor"])
    assert fresh(article).status == "draft"


# --- Times --------------------------------------------------------------------------------------


def test_a_story_for_later_is_scheduled_and_taking_that_back_makes_it_a_draft(
    people: dict[str, User],
) -> None:
    later = timezone.now() + dt.timedelta(hours=2)
    article = Article.begin(content(published_at=later), by=people["author"])
    article.publish(by=people["editor"])
    assert fresh(article).is_scheduled
    assert article.steps.get().verb == "scheduled"
    assert list(Article.objects.scheduled()) == [article]

    article.withdraw(by=people["editor"], reason="Đổi ngày")

    assert (fresh(article).status, fresh(article).stage) == ("draft", "writing")


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_property_and_the_queryset_agree_on_what_has_expired(hours: int) -> None:
    article = make_article(expires_at=timezone.now() + dt.timedelta(hours=hours))

    assert article.is_published == Article.objects.published().filter(pk=article.pk).exists()
    assert article.is_published == (hours > 0)
    answer = Client().get(article.get_absolute_url())
    assert answer.status_code == (200 if hours > 0 else 410)


@pytest.mark.parametrize(
    ("begins", "ends"), [(-2, None), (-2, -1), (-2, 1), (1, None), (None, None)]
)
def test_the_property_and_the_queryset_agree_on_what_is_featured(
    begins: int | None, ends: int | None
) -> None:
    now = timezone.now()
    article = make_article(
        featured_from=begins and now + dt.timedelta(hours=begins),
        featured_until=ends and now + dt.timedelta(hours=ends),
    )

    assert article.is_featured == Article.objects.featured().filter(pk=article.pk).exists()
    assert article.is_featured == (begins == -2 and ends != -1)


def test_pages_are_kept_until_the_next_moment_at_which_something_changes_by_itself() -> None:
    now = timezone.now()

    def at(minutes: int) -> dt.datetime:
        return now + dt.timedelta(minutes=minutes)

    make_article(featured_from=at(-60), featured_until=at(40))
    make_article(status="draft", published_at=at(1))
    assert Article.next_change(after=now) == at(40)
    make_article(expires_at=at(30))
    assert Article.next_change(after=now) == at(30)
    make_article(featured_from=at(20))
    assert Article.next_change(after=now) == at(20)
    make_article(published_at=at(10))
    assert Article.next_change(after=now) == at(10)
    assert Article.next_change(after=at(50)) is None


def test_a_public_story_is_not_sent_into_the_future(people: dict[str, User]) -> None:
    article = make_article()
    later = timezone.now() + dt.timedelta(days=1)
    article.write(replace(article.newest, published_at=later), by=people["editor"])

    with pytest.raises(NotReady, match="tương lai"):
        article.publish(by=people["second editor"])
    assert fresh(article).is_published


# --- Working copies -----------------------------------------------------------------------------


def test_a_working_copy_goes_the_same_way_while_readers_see_the_old_text(
    people: dict[str, User],
) -> None:
    author, editor = people["author"], people["editor"]
    article = Article.begin(content(), by=author)
    article.publish(by=editor)
    article.write(replace(article.newest, title="Cầu mới đã khánh thành"), by=author)
    article.submit(by=author)
    article.return_to_author(by=editor, note="Ghi rõ giờ")
    article.submit(by=author)

    assert fresh(article).title == "Cầu mới thông xe"
    assert list(Article.objects.submitted()) == [article]
    assert "khánh thành" not in Client().get(article.get_absolute_url()).content.decode()

    article.publish(by=editor)
    assert (fresh(article).title, fresh(article).stage) == ("Cầu mới đã khánh thành", "clean")


def test_a_working_copy_can_be_given_up_and_found_again(people: dict[str, User]) -> None:
    article = make_article(title="Công khai")
    article.write(replace(article.newest, title="Bản sửa"), by=people["editor"])

    article.discard_copy(by=people["editor"])

    assert (fresh(article).stage, fresh(article).newest.title) == ("clean", "Công khai")
    assert [r.text.title for r in article.revisions.all()] == ["Công khai", "Bản sửa", "Công khai"]


def test_nothing_is_published_twice(people: dict[str, User]) -> None:
    with pytest.raises(ValueError, match="không có thay đổi"):
        make_article().publish(by=people["editor"])


def test_a_picture_of_a_working_copy_is_not_deleted(people: dict[str, User]) -> None:
    from django.db.models import ProtectedError

    photo = make_photo()
    article = make_article()
    body = f'<p><img src="{photo.url}" alt="Cầu"></p>'
    article.write(replace(article.newest, body=body), by=people["editor"])
    with pytest.raises(ProtectedError):
        photo.delete()

    article.discard_copy(by=people["editor"])
    article.write(replace(article.newest, cover=None), by=people["editor"])
    photo.delete()


# --- Two at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_exactly_one_wins_fifty_times() -> None:
    editors = [make_user(superuser=True), make_user(superuser=True)]
    article = Article.begin(content(), by=editors[0])

    def saves(editor: User, title: str) -> Callable[[], Revision]:
        story = fresh(article)
        return lambda: story.write(
            replace(Content.of(story), title=title), by=editor, seen=story.version
        )

    for number in range(50):
        results = race(*(saves(e, f"Lần {number} của {e}") for e in editors))
        winners = [r for r in results if isinstance(r, Revision)]
        losers = [r for r in results if isinstance(r, Outdated)]
        assert (len(winners), len(losers)) == (1, 1), results
        assert losers[0].newest.title == winners[0].text.title == fresh(article).title
    assert Revision.objects.count() == 51


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_is_told_that_it_is_done() -> None:
    author, *editors = (make_user(superuser=True) for _ in range(3))

    def publishes(article: Article, editor: User) -> Callable[[], None]:
        return lambda: article.publish(by=editor)

    for _ in range(10):
        article = Article.begin(content(), by=author)
        results = race(*(publishes(fresh(article), editor) for editor in editors))
        assert sorted(type(r).__name__ for r in results) == ["NoneType", "ValueError"]
        assert article.steps.filter(verb="published").count() == 1


def test_tags_that_fold_alike_are_one(people: dict[str, User]) -> None:
    Article.begin(content(tags=("Đô thị",)), by=people["author"])
    Article.begin(content(tags=("do thi",)), by=people["author"])

    assert Tag.objects.get().articles.count() == 2
