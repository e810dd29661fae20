"""A request that names a strange charset for what it sends is answered like any other, and fills no page's place."""

from typing import Any

import pytest

from portal.pagecache import PageCache
from tests.asking import ask
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db

CHARSETS = ["; charset=hex", "; charset =hex", "; charset*=utf-8''hex", ";x=1;charset = hex"]


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_strange_charset_is_answered_like_any_other_request(charset: str) -> None:
    make_article()
    kind = f"text/plain{charset}"
    assert ask("/tim-kiem/", query="q=tin", CONTENT_TYPE=kind).status == 200
    # Refused for its lack of a token, not broken.
    assert ask("/tim-kiem/", "POST", query="q=tin", CONTENT_TYPE=kind).status == 403


@pytest.mark.parametrize(
    "charset", ["; charset=cp037", "; charset =cp037", "; charset*=utf-8''cp037"]
)
def test_a_strange_charset_does_not_put_one_page_in_the_place_of_another(charset: str) -> None:
    section = make_section()
    newest = [make_article(section=section) for _ in range(2)][-1]
    address = section.get_absolute_url()
    strange = ask(address, query=f"truoc={newest.pk}", CONTENT_TYPE=f"x/y{charset}").body
    second = ask(address, query=f"truoc={newest.pk}").body
    assert second != ask(address).body
    assert strange == second


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("multipart/form-data; boundary=----x1", "multipart/form-data; boundary=----x1"),
        (
            'multipart/form-data; charset=hex; boundary="a; b"',
            'multipart/form-data; boundary="a; b"',
        ),
        ("application/json; charset=utf-8", "application/json"),
        ("text/plain", "text/plain"),
    ],
)
def test_of_what_a_form_says_of_itself_kind_and_boundary_reach_the_application(
    told: str, meant: str
) -> None:
    seen: list[str] = []

    def inner(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append(environ["CONTENT_TYPE"])
        return []

    environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": told, "PATH_INFO": "/binh-luan/1/"}
    list(PageCache(inner)(environ, lambda *_: None))
    assert seen == [meant]
