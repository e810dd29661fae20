"""Numbers that are kept beside what they follow from: each one that is wrong is found and mended."""

import datetime as dt
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from comments.models import Answer, Comment, Report
from news import most_read
from news.models import DailyViewCount, DownloadCount, MostRead, Tag, Tagging, ViewCount
from portal import counts
from tests.factories import make_article, make_attachment, make_comment

pytestmark = pytest.mark.django_db

# In the order of counts.ALL: what breaks it.
BREAK: list[Callable[[], object]] = [
    lambda: ViewCount.objects.update(total=1),
    lambda: MostRead.objects.update(views=9),
    lambda: DownloadCount.objects.all().delete(),
    lambda: Tagging.objects.update(published_at=None),
    lambda: Comment.objects.update(answered_at=None),
    lambda: Comment.objects.update(reports=0),
]


def make_everything() -> None:
    story = make_article()
    story.tags.set(Tag.named(["Đô thị"]))
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    DailyViewCount.objects.create(article=story, day=yesterday, views=7)
    # More than the days have: those of the old portal.
    ViewCount.objects.update_or_create(article=story, defaults={"total": 50})
    most_read.keep()
    make_attachment()
    comment = make_comment(article=story, status=Comment.Status.APPROVED)
    now = timezone.now()
    Answer.objects.create(
        comment=comment, text="x", unit="Phường", state=Answer.State.PUBLISHED, published_at=now
    )
    Comment.objects.update(answered_at=now)
    Report.file(comment, "source")


def check(*options: str) -> str:
    said = StringIO()
    call_command("check_counts", *options, stdout=said)
    return said.getvalue()


def test_each_broken_count_is_found_and_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "BATCH", 1)
    make_everything()
    make_everything()
    assert "Mọi con số đều đúng." in check()
    for kept, spoil in zip(counts.ALL, BREAK, strict=True):
        spoil()
        with pytest.raises(CommandError, match="sửa bằng"):
            check()
        assert f"{kept.name}: đúng" not in check("--mend"), kept.name
        assert "Mọi con số đều đúng." in check(), kept.name


def test_what_was_mended_is_what_the_verbs_had_kept() -> None:
    make_everything()
    for spoil in BREAK:
        spoil()
    check("--mend")
    comment = Comment.objects.get()
    assert (comment.reports, comment.answered_at) == (1, Answer.objects.get().published_at)
    assert ViewCount.objects.get().total == MostRead.objects.filter(span="tuan").get().views == 7
    assert Tagging.objects.get().published_at == Tagging.objects.get().article.published_at


def test_reports_that_a_moderator_has_looked_at_count_no_more() -> None:
    make_everything()
    comment = Comment.objects.get()
    Comment.objects.update(reports=0)
    comment.decisions.create(
        action="keep", before="approved", after="approved", revision=2, at=timezone.now()
    )
    assert "Mọi con số đều đúng." in check()
