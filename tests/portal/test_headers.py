"""Each answer carries the headers of the house: a page, a file, a refusal, a crash."""

import pytest
from django.test import Client

from tests.factories import make_photo

pytestmark = pytest.mark.django_db

PUBLIC_POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/khong-co/",
        "/tim-kiem/?q=x",
        "/rss.xml",
        "/robots.txt",
        "/static/css/base.css",
        "/song/",
        "media",
    ],
)
def test_every_answer_carries_the_headers_of_the_house(client: Client, address: str) -> None:
    if address == "media":
        address = make_photo().url
    headers = client.get(address).headers
    assert {part.strip() for part in headers["Content-Security-Policy"].split(";")} == PUBLIC_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_bad_request_and_a_crash_carry_the_headers_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Content-Security-Policy" in client.get("/", headers={"host": "evil.example"}).headers
    monkeypatch.setattr("portal.views.section_blocks", lambda _: 1 / 0)
    client.raise_request_exception = False
    crashed = client.get("/")
    assert crashed.status_code == 500
    assert "Trang đang gặp lỗi" in crashed.content.decode()
    assert crashed.headers["X-Content-Type-Options"] == "nosniff"
