"""What readers agree to: no published wording changes, and each comment knows which one its sender saw."""

import hashlib
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comments import consent
from comments.models import Comment
from portal.models import SiteIdentity
from portal.roles import MODERATOR
from tests.desk import logged_in
from tests.factories import make_article, make_comment, make_official

# A wording that was published is what people agreed to: mend none of these, add a line for a new version.
PUBLISHED = {
    "2026-01": "285a0b4ef8b9171cde2f9160abbbfc02b6529fbecb8ca8d934f599da59085eb9",
    "2026-11": "1ad221f66f03cb1c2df2821e8b5cff8369b5dc8245c93223af49a363deecfee8",
}


def test_no_published_wording_was_changed_and_a_new_one_has_a_new_version() -> None:
    sums = {
        version: hashlib.sha256(words.encode()).hexdigest()
        for version, words in consent.WORDINGS.items()
    }
    assert sums == PUBLISHED


def test_the_newest_version_is_the_one_that_is_shown() -> None:
    assert max(consent.WORDINGS) == consent.CURRENT


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["article", "form"])
def test_both_forms_show_the_newest_wording_with_the_name_of_the_office(
    client: Client, page: str
) -> None:
    SiteIdentity(level="Xã", name="Gò Mây").save()
    article = make_article()
    address = {
        "article": article.get_absolute_url(),
        "form": reverse("comments:write", args=[article.pk]),
    }[page]

    words = client.get(address).content.decode()

    assert consent.wording(consent.CURRENT, "Ủy ban nhân dân Xã Gò Mây") in words
    assert f'name="consent" type="checkbox" value="{consent.CURRENT}"' in words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "stored"),
    [(version, version) for version in consent.WORDINGS] + [("on", consent.CURRENT)],
)
def test_a_comment_keeps_the_version_that_stood_on_its_sender_s_page(
    client: Client, sent: str, stored: str
) -> None:
    """Who opened the page before an upgrade has agreed to the wording of before."""
    assert send(client, sent).status_code == 200
    assert Comment.objects.get().consent_version == stored


@pytest.mark.django_db
def test_a_version_that_never_was_is_no_consent(client: Client) -> None:
    assert send(client, "2019-99").status_code == 400
    assert not Comment.objects.exists()


@pytest.mark.django_db
def test_a_moderator_reads_what_the_sender_agreed_to() -> None:
    SiteIdentity(level="Xã", name="Gò Mây").save()
    comment = make_comment(consent_version="2026-01")
    client = logged_in(make_official(MODERATOR))
    page = client.get(reverse("admin:comments_comment_change", args=[comment.pk]))

    assert consent.wording("2026-01", "Ủy ban nhân dân Xã Gò Mây") in page.content.decode()


def send(client: Client, agreed: str) -> Any:
    article = make_article()
    ticket = client.get(reverse("comments:ticket", args=[article.pk])).json()["ticket"]
    return client.post(
        reverse("comments:write", args=[article.pk]),
        {
            "text": "Xin hỏi giờ làm việc.",
            "name": "Lê Thử",
            "email": "le@example.vn",
            "consent": agreed,
            "website": "",
            "ticket": ticket,
        },
    )
