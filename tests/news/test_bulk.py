"""Several stories at once: the ticked rows as they were shown, each by its own verb, what is refused by name."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.models import Article, NeedsSecondReader, Section, StaffProfile
from news.text import local
from portal.roles import AUTHOR, EDITOR, MODERATOR
from tests.desk import logged_in, said
from tests.factories import make_article, make_official, make_section

pytestmark = pytest.mark.django_db

LIST = reverse("admin:news_article_changelist")
JOBS = ["move", "feature", "unfeature", "withdraw"]


@pytest.fixture
def editor() -> User:
    return make_official(EDITOR)


def tick(client: Client, job: str, *stories: Article, **more: Any) -> Any:
    """Tick these rows of the list and press the button."""
    sent = {
        "action": f"bulk_{job}",
        "index": "0",
        "_selected_action": [story.pk for story in stories],
        **{f"seen-{story.pk}": story.version for story in stories},
        **more,
    }
    return client.post(LIST, sent)


def confirm(client: Client, job: str, *stories: Article, **asked: Any) -> Any:
    """Send the page that names them."""
    sent = {"story": [f"{story.pk}:{story.version}" for story in stories], **asked}
    return client.post(reverse("admin:news_article_bulk", args=[job]), sent, follow=True)


def state(*stories: Article) -> list[Any]:
    """What must not change when something is refused."""
    fields = ["status", "section", "featured_from", "featured_until", "version", "stage"]
    keys = [story.pk for story in stories]
    return list(Article.objects.filter(pk__in=keys).order_by("pk").values(*fields))


# --- the list and the page --------------------------------------------------------------------------------


def test_the_list_sends_the_version_of_every_row(editor: User) -> None:
    story = make_article(version=7)

    page = logged_in(editor).get(LIST).content.decode()

    assert f'<input type="hidden" name="seen-{story.pk}" value="7">' in page


def test_the_page_names_the_ticked_stories_and_no_others(editor: User) -> None:
    first, second, other = (make_article(title=title) for title in ("Một", "Hai", "Ba"))

    page = tick(logged_in(editor), "withdraw", first, second)

    assert page.status_code == 200
    assert [story for story, _ in page.context["rows"]] == [first, second]
    assert f'value="{first.pk}:0"' in page.content.decode()
    assert other.title not in page.content.decode().partition("bulk-stories")[2]
    assert Article.objects.filter(status="published").count() == 3


def test_a_row_without_its_version_is_not_taken(editor: User) -> None:
    client, story = logged_in(editor), make_article()

    answer = client.post(
        LIST, {"action": "bulk_withdraw", "index": "0", "_selected_action": [story.pk]}
    )

    assert answer.status_code == 302
    assert said(client.get(LIST)) == ["Hãy chọn ít nhất một tin."]


@pytest.mark.parametrize("job", JOBS)
def test_what_matches_on_other_pages_is_never_taken(editor: User, job: str) -> None:
    client, story = logged_in(editor), make_article()

    answer = tick(client, job, story, select_across="1")

    assert answer.status_code == 302
    assert said(client.get(LIST)) == [
        "Chỉ làm được với những tin đang hiện trên trang và được chọn."
    ]
    assert "Chọn tất cả" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("key", ["abc", "-1", "²", "9" * 30, "1 OR 1=1"])
def test_a_key_that_is_none_is_no_error(editor: User, key: str) -> None:
    client = logged_in(editor)

    sent = {"action": "bulk_move", "index": "0", "_selected_action": [key], f"seen-{key}": "0"}
    assert client.post(LIST, sent).status_code == 302
    address = reverse("admin:news_article_bulk", args=["move"])
    assert client.post(address, {"story": [key, f"{key}:{key}"]}).status_code == 302


# --- what is done -----------------------------------------------------------------------------------------


def test_stories_move_to_another_section_and_readers_are_led_there(editor: User) -> None:
    stories = [make_article(title="Một"), make_article(title="Hai", status="draft")]
    there = make_section(name="Văn hoá")
    old = stories[0].get_absolute_url()

    answer = confirm(logged_in(editor), "move", *stories, section=there.pk)

    assert said(answer) == ["Chuyển chuyên mục: đã làm với 2 tin."]
    assert {story.section for story in Article.objects.all()} == {there}
    assert (
        Client().get(old).headers["Location"] == Article.objects.get(title="Một").get_absolute_url()
    )
    assert LogEntry.objects.filter(change_message__contains="Văn hoá").count() == 2


def test_stories_are_featured_until_a_moment_and_taken_out_again(editor: User) -> None:
    client, story = logged_in(editor), make_article()
    until = local(timezone.now() + dt.timedelta(days=3)).replace(second=0, microsecond=0)

    confirm(client, "feature", story, until=f"{until:%d/%m/%Y %H:%M}")
    story.refresh_from_db()
    assert story.is_featured
    assert story.featured_until == until
    confirm(client, "unfeature", story)
    story.refresh_from_db()
    assert not story.is_featured
    assert story.featured_from is None


def test_stories_are_withdrawn_for_one_reason(editor: User) -> None:
    stories = [make_article(), make_article()]

    confirm(logged_in(editor), "withdraw", *stories, reason="Đăng nhầm")

    assert [(s.status, s.withdrawal_reason) for s in Article.objects.all()] == [
        ("withdrawn", "Đăng nhầm")
    ] * 2
    assert "Đăng nhầm" in Client().get(stories[0].get_absolute_url()).content.decode()


def test_the_filters_of_the_list_are_there_afterwards(editor: User) -> None:
    client, story = logged_in(editor), make_article()

    page = client.post(
        f"{LIST}?tinh-trang=dang-hien",
        {
            "action": "bulk_unfeature",
            "index": "0",
            "_selected_action": [story.pk],
            f"seen-{story.pk}": 0,
        },
    )
    answer = client.post(
        reverse("admin:news_article_bulk", args=["unfeature"]),
        {"story": f"{story.pk}:0", "_changelist_filters": page.context["filters"]},
    )

    assert answer.headers["Location"] == f"{LIST}?tinh-trang=dang-hien"


# --- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("job", "asked", "field"),
    [
        ("move", {}, "section"),
        ("move", {"section": "999999"}, "section"),
        ("move", {"section": "x"}, "section"),
        ("feature", {"until": "mai"}, "until"),
        ("feature", {"until": "01/01/2020 00:00"}, "until"),
        ("feature", {"until": "31/12/9999 23:59"}, None),
        ("withdraw", {"reason": " "}, "reason"),
        ("withdraw", {"reason": "x" * 301}, "reason"),
    ],
)
def test_what_is_missing_is_asked_again_beside_its_field_and_no_tick_is_lost(
    editor: User, job: str, asked: dict[str, str], field: str | None
) -> None:
    stories = [make_article(), make_article()]
    before = state(*stories)

    page = confirm(logged_in(editor), job, *stories, **asked)

    assert page.status_code == 200
    if field:
        assert list(page.context["form"].errors) == [field]
        assert [story for story, _ in page.context["rows"]] == stories
        assert state(*stories) == before


def test_a_story_that_changed_meanwhile_is_refused_by_name_and_the_others_are_done(
    editor: User,
) -> None:
    changed, same = make_article(title="Vừa sửa"), make_article(title="Như cũ")
    Article.objects.filter(pk=changed.pk).update(version=3)

    answer = confirm(logged_in(editor), "withdraw", changed, same, reason="Đăng nhầm")

    assert said(answer) == [
        "“Vừa sửa”: tin vừa được người khác sửa; hãy xem lại",
        "Thu hồi: đã làm với 1 tin.",
    ]
    assert [s.status for s in Article.objects.order_by("pk")] == ["published", "withdrawn"]


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("role", [AUTHOR, MODERATOR])
def test_who_has_not_the_right_is_refused_and_nothing_changes(job: str, role: str) -> None:
    user = make_official(role)
    client, story = logged_in(user), make_article(created_by=user, featured=True)
    before = state(story)

    answer = confirm(client, job, story, section=make_section().pk, reason="Đăng nhầm")

    assert answer.status_code == 403
    assert "bulk-stories" not in tick(client, job, story).content.decode()
    assert state(story) == before


@pytest.mark.parametrize("job", JOBS)
def test_stories_of_other_sections_are_not_this_editor_s(job: str) -> None:
    editor, here = make_official(EDITOR), make_section()
    StaffProfile.objects.create(user=editor).sections.add(here)
    other = make_article(title="Của mục khác", section=make_section(), featured=True)
    own = make_article(section=here, featured=True)
    before = state(other)

    answer = confirm(
        logged_in(editor), job, other, own, section=here.pk, reason="Đăng nhầm", until=""
    )

    assert state(other) == before
    assert "1 tin không còn ở bàn biên tập của bạn." in said(answer)


def test_a_limited_editor_does_not_move_stories_out_of_the_limit() -> None:
    editor, here, there = make_official(EDITOR), make_section(), make_section()
    StaffProfile.objects.create(user=editor).sections.add(here)
    story = make_article(section=here)

    page = confirm(logged_in(editor), "move", story, section=there.pk)

    assert list(page.context["form"].errors) == ["section"]
    assert Article.objects.get().section == here


@pytest.mark.parametrize("job", JOBS)
def test_nothing_is_done_by_looking(editor: User, job: str) -> None:
    address = reverse("admin:news_article_bulk", args=[job])

    assert logged_in(editor).get(address).status_code == 405
    assert Client().post(address).status_code == 302
    token_missing = Client(enforce_csrf_checks=True)
    token_missing.force_login(editor)
    assert token_missing.post(address, {"story": "1:0"}).status_code == 403


def test_what_does_not_exist_is_no_job(editor: User) -> None:
    assert confirm(logged_in(editor), "delete", make_article()).status_code == 403


# --- the verbs -------------------------------------------------------------------------------------------------


def test_a_working_copy_moves_with_its_story(editor: User) -> None:
    story = make_article(title="Cũ")
    copy = story.newest
    story.write(type(copy)(**{**vars(copy), "title": "Đang sửa"}), by=editor)
    there = make_section()

    story.move_to(there, by=editor)

    story = Article.objects.get(pk=story.pk)
    assert (story.title, story.section) == ("Cũ", there)
    assert (story.newest.title, story.newest.section) == ("Đang sửa", there.pk)
    assert story.stage == "writing"
    story.publish(by=editor, alone=True)
    assert Article.objects.get().section == there


def test_placing_a_story_is_no_second_look_at_its_words() -> None:
    writer, colleague = make_official(EDITOR), make_official(EDITOR)
    story = make_article(status="draft", created_by=writer)
    story.write(type(story.newest)(**{**vars(story.newest), "title": "Mới"}), by=writer)
    story.move_to(make_section(), by=colleague)
    story.feature(by=colleague)

    with pytest.raises(NeedsSecondReader):
        story.publish(by=writer)


def test_every_place_a_story_had_is_in_its_history(editor: User) -> None:
    story = make_article()
    first, second = story.section, make_section()

    story.move_to(second, by=editor)

    assert [r.text.section for r in story.revisions.order_by("number")] == [first.pk, second.pk]


@pytest.mark.parametrize("again", ["move", "unfeature"])
def test_what_would_change_nothing_is_said(editor: User, again: str) -> None:
    story = make_article(title="Một")

    answer = confirm(logged_in(editor), again, story, section=Section.objects.get().pk)

    assert len(said(answer)) == 1
    assert said(answer)[0].startswith("“Một”: Tin")
