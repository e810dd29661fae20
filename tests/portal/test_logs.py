"""No private link that works and no reader's words stand in a line of the log, whatever was wrong with the request."""

import io
import logging
from collections.abc import Iterator

import pytest
from django.db import IntegrityError
from django.test import Client

from comments.private_links import private_address
from news.models import PreviewLink
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the handler of settings.LOGGING writes."""
    (handler,) = (one for one in logging.getLogger("django").handlers if one.name == "console")
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def address_of_comment() -> str:
    return private_address(make_comment().pk, by_mail=True)


def address_of_draft() -> str:
    draft = make_article(status="draft")
    return PreviewLink.give(draft, by=make_user(superuser=True), days=1).get_absolute_url()


@pytest.mark.parametrize(
    ("method", "tail"),
    [("put", ""), ("put", "bao-tin/"), ("delete", "rut/"), ("get", "nowhere/"), ("get", "%0A/x")],
)
def test_a_refused_request_for_a_comment_s_link_is_logged_without_it(
    method: str, tail: str, lines: io.StringIO
) -> None:
    address = address_of_comment()
    client = Client(enforce_csrf_checks=True)
    assert client.generic(method.upper(), address + tail).status_code >= 400
    assert "/binh-luan/cua-toi/…/" in lines.getvalue()
    assert address.split("/")[-2] not in lines.getvalue()


@pytest.mark.parametrize("tail", ["", "tep/1/giay.pdf"])
def test_a_refused_request_for_a_draft_is_logged_without_its_link(
    tail: str, lines: io.StringIO
) -> None:
    address = address_of_draft()
    client = Client(enforce_csrf_checks=True)
    assert client.put(address + tail).status_code >= 400
    assert "/ban-nhap/…/" in lines.getvalue()
    assert address.split("/")[-2] not in lines.getvalue()


def test_a_mistyped_link_is_not_logged_either(client: Client, lines: io.StringIO) -> None:
    address = address_of_comment()
    for typed in (
        address.replace("cua-toi", "CUA-TOI"),
        address.replace("cua-toi/", "cua-toi//"),
        f"/x{address}",
    ):
        assert client.get(typed).status_code == 404
    assert lines.getvalue().count("Not Found") == 3
    assert address.split("/")[-2] not in lines.getvalue()


def test_a_traceback_that_quotes_a_link_is_masked_too(lines: io.StringIO) -> None:
    address = address_of_comment()
    try:
        raise ValueError(address)
    except ValueError:
        logging.getLogger("django.request").exception("failed at %s", address)
    assert "ValueError: /binh-luan/cua-toi/…/" in lines.getvalue()
    assert address.split("/")[-2] not in lines.getvalue()


def test_what_a_database_refused_is_logged_without_the_row(lines: io.StringIO) -> None:
    said = (
        'null value in column "zz"\nDETAIL:  Failing row contains (74, Trần Thị B, b@example.vn).\n'
    )
    try:
        try:
            raise IntegrityError(said)
        except IntegrityError as refused:
            raise RuntimeError("not stored") from refused
    except RuntimeError:
        logging.getLogger("django.request").exception("failed")
    assert 'null value in column "zz"' in lines.getvalue()
    assert "b@example.vn" not in lines.getvalue()
