"""The office's rules at the desk: when comments are open, watched words, holidays, blocked sources."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from comments.models import BlockedSource, Comment, Holiday, Policy, WatchedWord
from comments.suspicion import in_words
from news.text import local
from portal.roles import ADMINISTRATOR, MODERATOR
from tests.asking import ask
from tests.desk import logged_in
from tests.factories import make_article, make_comment, make_official

pytestmark = pytest.mark.django_db

POLICY = {
    "is_open": "on",
    "waiting_limit": "8",
    "alert_above": "50",
    "answer_days": "15",
    "close_after_days": "",
}


@pytest.fixture
def administrator() -> User:
    return make_official(ADMINISTRATOR)


@pytest.fixture
def moderator() -> User:
    return make_official(MODERATOR)


def change(model: str, key: int) -> str:
    return reverse(f"admin:comments_{model}_change", args=[key])


def test_the_list_of_rules_is_their_form_with_the_defaults(administrator: User) -> None:
    response = logged_in(administrator).get(
        reverse("admin:comments_policy_changelist"), follow=True
    )

    assert response.redirect_chain[-1][0] == change("policy", 1)
    assert 'value="50"' in response.content.decode()
    assert not Policy.objects.exists()


def test_the_rules_are_saved_and_hold(administrator: User) -> None:
    client = logged_in(administrator)
    for waiting in ("5", "6"):
        client.post(change("policy", 1), POLICY | {"waiting_limit": waiting})
        assert Policy.current().waiting_limit == int(waiting)

    assert Policy.objects.count() == 1


def test_closing_the_whole_site_is_seen_on_a_cached_page_at_once(administrator: User) -> None:
    article = make_article()
    assert "không còn nhận ý kiến" not in ask(article.get_absolute_url()).text
    closed = {name: value for name, value in POLICY.items() if name != "is_open"}

    logged_in(administrator).post(change("policy", 1), closed)

    assert not Policy.current().takes_comments(article)


def test_rules_beyond_sense_are_refused(administrator: User) -> None:
    client = logged_in(administrator)

    for field, value in (("waiting_limit", "0"), ("alert_above", "0"), ("close_after_days", "0")):
        client.post(change("policy", 1), POLICY | {field: value})

    assert not Policy.objects.exists()


def test_moderators_see_the_rules_and_do_not_change_them(moderator: User) -> None:
    client = logged_in(moderator)

    assert client.get(change("policy", 1)).status_code == 200
    assert client.post(change("policy", 1), POLICY).status_code == 403
    assert not Policy.objects.exists()


def test_there_are_no_other_rules_than_the_one_row(administrator: User) -> None:
    client = logged_in(administrator)

    assert client.get(reverse("admin:comments_policy_add")).status_code == 403
    client.post(change("policy", 2), POLICY)
    assert not Policy.objects.exists()


def test_a_moderator_adds_a_word_that_is_watched_from_then_on(moderator: User) -> None:
    logged_in(moderator).post(
        reverse("admin:comments_watchedword_add"), {"words": " Vay  TIỀN ", "tier": "suspect"}
    )

    assert WatchedWord.objects.get().words == "vay tiền"
    assert ("word_suspect", "vay tiền") in list(in_words("Cho vay tiền nhanh"))


def test_holidays_are_kept_by_the_administrator_alone(administrator: User, moderator: User) -> None:
    add, data = reverse("admin:comments_holiday_add"), {"day": "02/09/2026", "name": "Quốc khánh"}

    assert logged_in(moderator).post(add, data).status_code == 403
    logged_in(administrator).post(add, data)

    assert Holiday.objects.get().day == dt.date(2026, 9, 2)


def block(days: int = 7) -> BlockedSource:
    return BlockedSource.objects.create(
        source="c0ffee", until=timezone.now() + dt.timedelta(days=days)
    )


def moment(days: int) -> dict[str, str]:
    there = local(timezone.now() + dt.timedelta(days=days))
    return {"until_0": f"{there:%d/%m/%Y}", "until_1": f"{there:%H:%M}", "note": ""}


def test_a_block_is_listed_without_the_hash_and_ended_by_deleting(moderator: User) -> None:
    blocked, client = block(), logged_in(moderator)
    newest = make_comment(source=blocked.source)

    page = client.get(reverse("admin:comments_blockedsource_changelist")).content.decode()
    assert f"Nguồn số {blocked.pk}" in page
    assert f'?cung-nguon={newest.pk}">Xem các ý kiến</a>' in page
    Comment.objects.update(source="")
    form = client.get(change("blockedsource", blocked.pk)).content.decode()
    assert "không còn ý kiến nào ghi nguồn này" in form
    assert "c0ffee" not in page + form
    delete = reverse("admin:comments_blockedsource_delete", args=[blocked.pk])
    assert "c0ffee" not in client.get(delete).content.decode()
    client.post(delete, {"post": "yes"})
    assert not BlockedSource.objects.exists()


def test_a_block_is_shortened_and_never_longer_than_a_month(moderator: User) -> None:
    blocked, client = block(), logged_in(moderator)

    client.post(change("blockedsource", blocked.pk), moment(2))
    blocked.refresh_from_db()
    assert blocked.until < timezone.now() + dt.timedelta(days=3)

    response = client.post(change("blockedsource", blocked.pk), moment(31))
    assert "Chặn được nhiều nhất 30 ngày." in response.content.decode()
    blocked.refresh_from_db()
    assert blocked.until < timezone.now() + dt.timedelta(days=3)


def test_a_source_is_not_blocked_without_its_comment(moderator: User) -> None:
    assert logged_in(moderator).get(reverse("admin:comments_blockedsource_add")).status_code == 403
