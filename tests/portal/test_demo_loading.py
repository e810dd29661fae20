"""How the demo is loaded: beside what is there, whole or not at all, and never in production."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError

from comments.models import Comment
from news.models import Article
from portal import roles
from portal.models import SiteIdentity
from tests.factories import make_article, make_section, make_user
from tests.portal.loading import run_demo, small_pictures


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    small_pictures(monkeypatch)


def test_articles_that_were_there_before_are_kept_and_mentioned(db: None) -> None:
    own = make_article(title="Tin thật", section=make_section(name="Tin riêng"))

    assert "Đã có sẵn 1 tin bài" in run_demo()
    assert Article.objects.get(pk=own.pk).title == "Tin thật"


def test_production_is_refused(db: None, settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        run_demo()

    assert not User.objects.exists()
    assert not Article.objects.exists()


def test_a_load_that_fails_half_way_is_not_taken_for_a_complete_one(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Comment, **kwargs: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(Comment, "approve", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        run_demo()

    assert not Article.objects.exists()
    assert not SiteIdentity.objects.exists()


def test_ensuring_roles_again_takes_nothing_away_that_was_added_by_hand(db: None) -> None:
    roles.ensure_roles()
    extra = make_user("news.delete_section").user_permissions.get()
    Group.objects.get(name=roles.MODERATOR).permissions.add(extra)
    groups = roles.ensure_roles()

    assert extra in groups[roles.MODERATOR].permissions.all()
    assert groups[roles.MODERATOR].permissions.count() == len(roles.ROLES[roles.MODERATOR]) + 1
