"""The front page of the desk: what waits, for whom, for how long; how the site is read."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news.models import DailyViewCount
from news.text import desk_moment, local
from portal.frontpage import views_by_day
from portal.models import Tick
from portal.persons import PersonRequest
from portal.roles import ADMINISTRATOR, AUTHOR, EDITOR, MODERATOR
from tests.factories import make_article, make_comment, make_official, make_user

pytestmark = pytest.mark.django_db


def front_page(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse("admin:index")).content.decode()


def part(page: str, title: str) -> str:
    """The words below one heading."""
    return page.partition(f"<h3>{title}</h3>")[2].partition("</div>")[0]


def test_an_editor_sees_what_waits_for_approval_and_since_when() -> None:
    editor, author = make_official(EDITOR), make_official(AUTHOR)
    story = make_article(status="draft", title="Tin chờ hai ngày", created_by=author)
    story.submit(by=author)
    type(story).objects.update(stage_since=timezone.now() - dt.timedelta(days=2))

    words = part(front_page(editor), "Chờ bạn duyệt")

    assert "Tin chờ hai ngày" in words
    assert '<span class="waited-long">2 ngày</span>' in words
    assert reverse("admin:news_article_report") in front_page(editor)
    assert reverse("admin:news_article_report") not in front_page(author)


def test_who_can_mend_it_reads_that_the_regular_work_stands_still_and_nobody_else() -> None:
    administrator, editor = make_official(ADMINISTRATOR), make_official(EDITOR)
    assert "Việc định kỳ không được làm lần nào" in front_page(administrator)

    tick = Tick.begin()
    assert tick
    tick.end()
    assert "không được làm" not in front_page(administrator)

    ended = timezone.now() - dt.timedelta(minutes=6)
    Tick.objects.update(ended_at=ended)
    page = front_page(administrator)
    assert f"Việc định kỳ không được làm từ {desk_moment(ended)}" in page
    assert f'href="{reverse("admin:portal_jobrun_changelist")}">Xem việc định kỳ' in page
    assert "không được làm" not in front_page(editor)


def test_an_author_sees_what_was_returned_the_own_drafts_and_nobody_else_s() -> None:
    editor, author, other = make_official(EDITOR), make_official(AUTHOR), make_official(AUTHOR)
    returned = make_article(status="draft", title="Tin bị trả lại", created_by=author)
    returned.submit(by=author)
    returned.return_to_author(by=editor, note="Sửa giúp")
    make_article(status="draft", title="Tin đang viết dở", created_by=author)
    make_article(status="draft", title="Tin của người khác", created_by=other)

    page = front_page(author)

    assert "Tin bị trả lại" in part(page, "Bị trả lại cho bạn")
    assert "Tin đang viết dở" in part(page, "Bạn đang viết")
    assert "Tin của người khác" not in page
    assert "Chờ bạn duyệt" not in page


def test_a_moderator_sees_comments_and_no_story() -> None:
    make_comment(article=make_article(title="Tin công khai"))
    make_article(status="draft", title="Tin đang viết")

    page = front_page(make_official(MODERATOR))

    assert "<strong>1</strong> ý kiến chờ duyệt" in page
    assert "<dt>Chờ duyệt</dt><dd>1</dd>" in page
    assert "Tin đang viết" not in page and "Lượt xem 30 ngày" not in page


def test_what_waits_is_counted_the_same_wherever_it_stands() -> None:
    for suspected in (False, False, True):
        make_comment(suspected=suspected)
    make_comment(status="spam", suspected=True)

    page = front_page(make_official(MODERATOR))

    assert "<strong>2</strong> ý kiến chờ duyệt" in page
    assert "<strong>1</strong> ý kiến nghi spam" in page
    assert "<dt>Chờ duyệt</dt><dd>2</dd>" in page
    assert "<dt>Nghi spam</dt><dd>1</dd>" in page


def test_who_has_no_part_sees_none() -> None:
    make_comment()

    page = front_page(make_user())

    assert "Việc đang chờ" not in page and "Lượt xem" not in page and "chờ duyệt" not in page


def test_what_waits_for_its_time_is_shown_with_it() -> None:
    make_article(title="Tin hẹn giờ", published_at=timezone.now() + dt.timedelta(hours=3))

    assert "Tin hẹn giờ" in part(front_page(make_official(EDITOR)), "Chờ đến giờ xuất bản")


def test_the_chart_holds_thirty_vietnamese_days_and_stands_as_a_table() -> None:
    today = local(timezone.now()).date()
    for days, views in ((0, 40), (29, 10), (30, 99)):
        for article in (make_article(), make_article()):
            DailyViewCount.objects.create(
                article=article, day=today - dt.timedelta(days=days), views=views
            )

    bars = views_by_day()

    assert len(bars) == 30
    assert (bars[0].views, bars[-1].views) == (20, 80)
    assert (bars[-1].height, bars[0].height, bars[1].height) == (100, 25, 0)
    page = front_page(make_official(EDITOR))
    assert "Lượt xem 30 ngày qua: 100" in page
    assert f'<tr><th scope="row">{today:%d/%m/%Y}</th><td>80</td></tr>' in page


def test_a_site_nobody_has_read_yet_has_an_empty_chart() -> None:
    assert {bar.height for bar in views_by_day()} == {0}
    assert "Chưa có lượt xem nào." in front_page(make_official(EDITOR))


def test_an_administrator_sees_how_many_requests_about_personal_data_wait_and_how_many_are_late() -> (
    None
):
    administrator = make_official(ADMINISTRATOR)
    assert "Không có yêu cầu nào" in part(front_page(administrator), "Dữ liệu cá nhân")
    for days in (0, 30):
        PersonRequest(
            kind="erase",
            email="a@example.vn",
            received_on=timezone.localdate() - dt.timedelta(days=days),
        ).save()

    words = part(front_page(administrator), "Dữ liệu cá nhân")

    assert "<strong>2</strong> yêu cầu đang chờ" in words
    assert '<p class="waited-long">1 yêu cầu quá hạn</p>' in words
    assert "Dữ liệu cá nhân" not in front_page(make_official(MODERATOR))
