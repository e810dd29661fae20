"""Old addresses by pattern: what they take, fill in and never lead to, and that none is slow."""

import time

import pytest
from django.core.exceptions import ValidationError

from news import redirects
from news.models import Redirect
from tests.asking import ask
from tests.factories import make_article, make_section
from tests.news.redirecting import leads, redirect

pytestmark = pytest.mark.django_db


def test_the_three_forms_of_the_old_portal_are_led_on_by_patterns() -> None:
    section = make_section(slug="tin")
    story = make_article(section=section, title="Khai mạc hội thao")
    redirect("/hien-thi-tin-tuc?{ten}&post=*", "/tim-kiem/?q={ten}")
    redirect("/chuyende/lists/posts/post.aspx?ItemID={so}", "/tin/tin-cu-{so}/")
    redirect("/documents/10217/*", "/tin/")

    found = "/tim-kiem/?q=khai-mac-hoi-thao"
    assert leads("/hien-thi-tin-tuc", "khai-mac-hoi-thao&post=AbC%3D") == found
    # The page's own redirect is followed: one hop, and none to where nothing is.
    old = "/chuyende/lists/posts/post.aspx"
    assert leads(old, f"ItemID={story.pk}&fbclid=1") == story.get_absolute_url()
    assert leads(old, "ItemID=999999") == "404"
    assert leads(old, "ItemID=x") == "404"
    assert leads("/documents/10217/0/a/b c.pdf") == "/tin/"
    assert leads("/documents/10217/") == "404"


def test_a_whole_address_comes_before_a_pattern_and_the_longer_pattern_before_the_shorter() -> None:
    for slug in ("mot", "hai", "ba"):
        make_section(slug=slug)
    redirect("/cu/*", "/mot/")
    redirect("/cu/rieng/*", "/hai/")
    redirect("/cu/rieng/trang.html", "/ba/")
    assert leads("/cu/gi-do.html") == "/mot/"
    assert leads("/cu/rieng/gi-do.html") == "/hai/"
    assert leads("/cu/rieng/trang.html") == "/ba/"


def test_what_a_reader_writes_into_a_pattern_never_leads_elsewhere() -> None:
    make_section(slug="tin")
    redirect("/cu/{ten}.html", "/tim-kiem/?q={ten}")
    for path in (
        "/cu//evil.example.html",
        "/cu/a&trang=2.html",
        "/cu/..%2f..html",
        "/cu/%0d%0a.html",
    ):
        place = ask(path).headers.get("Location", "/tim-kiem/?q=")
        assert place.startswith("/tim-kiem/?q="), path
        assert "&" not in place, path


def test_no_pattern_leads_to_the_desk_or_to_files_whatever_is_filled_in() -> None:
    redirect("/cu/{a}/{b}", "/{a}/{b}/")
    redirect("/cu/{a}.html", "/{a}/")
    redirect("/{a}.aspx", "/tim-kiem/?q={a}")
    asked = {
        path: (path, "")
        for path in (
            *("/cu/quan-tri/anh", "/cu/quan-tri/x", "/cu/quan-tri.html", "/cu/media/x"),
            *("/cu/static/x", "/cu/quan%2dtri/x"),
        )
    }
    for path in asked:
        assert ask(path).status == 404, path
    # A pattern knows this address, but the desk answers there.
    asked["the desk"] = ("/quan-tri/x.aspx", "")
    assert redirects.moved(asked) == set()


def test_a_pattern_that_takes_everything_or_turns_in_a_circle_is_refused() -> None:
    make_section(slug="tin")
    for old, target in (
        ("/*", "/tin/"),
        ("/{a}{b}cu.html", "/tin/"),
        ("/cu/{a}-{a}/", "/tin/"),
        ("/cu/{A}/", "/tin/"),
        ("/cu/{a", "/tin/"),
        ("/cu/" + "*-" * 6, "/tin/"),
        ("/quan-tri/*", "/tin/"),
        ("/cu/{ten}/", "/tin/{khac}/"),
        ("/cu/{ten}/", "/cu/{ten}-moi/"),
        ("/cu/{ten}/", "https://example.vn/{ten}"),
        ("/cu/{ten}/", "//example.vn/{ten}"),
        ("/cu/{ten}/", "/quan-tri/{ten}/"),
        ("/cu/*", "/tin/*"),
        ("/cu/*", "/khong-co/"),
        ("/cu/trang/", "/tin/{ten}/"),
    ):
        with pytest.raises(ValidationError):
            redirect(old, target)
    assert not Redirect.objects.exists()


def test_no_address_makes_a_pattern_slow() -> None:
    make_section(slug="tin")
    redirect("/aaa*a*a*a*a*b", "/tin/")
    began = time.monotonic()
    for _ in range(20):
        assert ask("/" + "a" * 480 + "/").status == 404
    assert time.monotonic() - began < 10
