"""The privacy page: true to the settings, found from everywhere it is promised, and the only one."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from comments import consent, retention
from comments.models import Comment, asked, report
from news import outbox
from portal.accounts import audit
from portal.models import PRIVACY_SLUG, SiteIdentity, TextPage
from tests.asking import ask
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def page() -> str:
    words = Client().get(reverse("privacy")).content.decode()
    return " ".join(
        re.sub(r"<[^>]+>", "", words.partition("<main")[2].partition("</main>")[0]).split()
    )


def test_it_says_the_terms_that_the_portal_keeps(monkeypatch: Any, settings: Any) -> None:
    settings.PERSON_ANSWER_DAYS, settings.PERSON_DONE_DAYS = 41, 42
    settings.COMMENT_LIMIT_SECONDS, settings.SESSION_COOKIE_AGE = 43 * 60, 44 * 3600
    for number, (module, name) in enumerate(
        (
            (retention, "ADDRESS_KEPT"),
            (retention, "SOURCE_KEPT"),
            (retention, "WITHDRAWN_KEPT"),
            (outbox, "KEPT"),
            (report, "KEPT"),
            (asked, "KEPT"),
        ),
        start=51,
    ):
        monkeypatch.setattr(module, name, dt.timedelta(days=number))
    monkeypatch.setattr(audit, "KEPT", dt.timedelta(days=66 * 30))
    words = page()

    for said in (
        *("phản hồi trong 41 ngày làm việc", "thực hiện trong 42 ngày", "khoảng 43 phút"),
        *("tối đa 44 giờ", "Xoá 51 ngày sau khi ý kiến được quyết định", "Xoá sau 52 ngày"),
        *("bị xoá sau 53 ngày", "bị xoá 54 ngày sau khi gửi", "giữ 66 tháng"),
        *("Xoá 55 ngày sau khi báo", "hoặc 56 ngày sau khi hỏi"),
    ):
        assert said in words


def test_it_holds_the_wording_readers_agree_to_and_the_office_s_contacts() -> None:
    SiteIdentity(
        level="Xã", name="Gò Mây", email="xa@example.vn", phone="028 1", address="Số 1 Ví Dụ"
    ).save()
    words = page()

    assert consent.wording(consent.CURRENT, "Ủy ban nhân dân Xã Gò Mây") in words
    for contact in ("xa@example.vn", "028 1", "Số 1 Ví Dụ"):
        assert contact in words


def test_it_names_every_column_of_a_comment_that_says_something_of_the_sender() -> None:
    """A new column fails here until somebody has said on the page what it holds, or that it holds nothing of a person."""
    said = {
        "name": "Họ tên và ý kiến",
        "text": "Họ tên và ý kiến",
        "email": "Thư điện tử:",
        "notify": "báo khi có trả lời nếu bạn đã xin",
        "source": "Mã băm",
        "digest": "Mã băm",
        "words_digest": "Mã băm",
        **dict.fromkeys(("created_at", "consented_at"), "Thời điểm gửi"),
        "consent_version": "bản của lời đồng ý",
        **dict.fromkeys(("signals", "weight", "suspected"), "Dấu hiệu máy nhận thấy"),
        **dict.fromkeys(("status", "decided_at", "decided_by", "reason"), "Quyết định về ý kiến"),
        **dict.fromkeys(("answer_due", "answered_at"), "nếu là câu hỏi, sau khi được trả lời"),
    }
    of_nobody = {"id", "article", "parent", "revision", "reports"}
    words = page()

    assert {field.name for field in Comment._meta.concrete_fields} == said.keys() | of_nobody
    assert [place for place in said.values() if place not in words] == []


def test_it_is_linked_from_every_foot_and_beside_the_consent(client: Client) -> None:
    article = make_article()
    link = f'href="{reverse("privacy")}"'

    assert client.get("/").content.decode().count(link) == 1
    assert client.get(article.get_absolute_url()).content.decode().count(link) == 2
    form = client.get(reverse("comments:write", args=[article.pk])).content.decode()
    assert form.count(link) == 2


def test_it_is_kept_by_the_page_cache_and_stands_in_the_site_map(client: Client) -> None:
    first, second = ask(reverse("privacy")), ask(reverse("privacy"))

    assert first.status == second.status == 200
    assert first.body == second.body
    assert "public" in second.headers["Cache-Control"]
    assert reverse("privacy") in client.get("/sitemap-pages.xml").content.decode()


def test_there_is_no_second_page_at_its_address(client: Client) -> None:
    """An installation may have one from before: it is neither shown nor linked."""
    TextPage.objects.create(title="Quyền riêng tư", body="<p>Bản cũ</p>")

    assert "Bản cũ" not in client.get(f"/trang/{PRIVACY_SLUG}/").content.decode()
    assert client.get("/").content.decode().count(">Quyền riêng tư</a>") == 1
    listed = client.get("/sitemap-pages.xml").content.decode()
    assert listed.count(reverse("privacy")) == 1
    with pytest.raises(ValidationError):
        TextPage(title="Quyền riêng tư").full_clean()
