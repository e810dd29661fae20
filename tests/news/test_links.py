"""Where links lead: our own addresses are looked up without a request, others are known from the night."""

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news import link_check
from news.link_check import Inspector, check_external_links, is_public
from news.links import troubles
from news.models import Article, ArticleAttachment, ExternalLink, Redirect
from news.proofreading import Trouble
from portal.models import TextPage
from tests.factories import make_article, make_attachment, make_photo, make_section, make_user

PUBLIC = "93.184.216.34"


def trouble_of(href: str, **known: Any) -> Trouble | None:
    found = troubles([href], **known).get(href)
    return found[0] if found else None


# --- our own addresses ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_public_pages_of_all_rooms_are_fine() -> None:
    article = make_article(section=make_section(name="Hoạt động"))
    page = TextPage.objects.create(title="Giới thiệu")
    photo = make_photo()
    for href in (
        "/",
        article.get_absolute_url(),
        article.get_absolute_url().removesuffix("/"),
        f"http://testserver{article.get_absolute_url()}",
        f"/muc-cu/tieu-de-cu-{article.pk}/",
        reverse("news:print", args=[article.section.slug, article.slug, article.pk]),
        "/hoat-dong/?trang=2#tin",
        "/hoat-dong/rss.xml",
        "/tim-kiem/?q=a",
        page.get_absolute_url(),
        photo.url,
        "mailto:a@example.vn",
        "tel:02838941234",
    ):
        assert trouble_of(href) is None, href


@pytest.mark.django_db
@pytest.mark.parametrize(
    "href",
    [
        "/khong-co/",
        "/khong-co/rss.xml",
        "/khong-co/tin-999/",
        "/khong-co/tin-99999999999999999999999/",
        "/trang/khong-co/",
        "/media/photos/ab/khong-co.jpg",
        "/media/../manage.py",
        "/quan-tri/news/article/1/change/",
        "http://testserver/khong/co/gi",
        "www.example.vn",
        "http://[",
        "http://example.vn:port/",
    ],
)
def test_an_address_that_leads_nowhere_public_is_broken(href: str) -> None:
    assert trouble_of(href) is Trouble.BROKEN


@pytest.mark.django_db
def test_an_anchor_is_no_error_because_none_is_kept_in_a_body() -> None:
    assert trouble_of("#_ftn1") is Trouble.ANCHOR


@pytest.mark.django_db
def test_links_to_stories_that_nobody_can_read_are_found() -> None:
    draft = make_article(status=Article.Status.DRAFT)
    withdrawn = make_article(status=Article.Status.WITHDRAWN)
    waiting = make_article(published_at=timezone.now() + dt.timedelta(days=1))
    assert trouble_of(draft.get_absolute_url()) is Trouble.BROKEN
    assert trouble_of(withdrawn.get_absolute_url()) is Trouble.BROKEN
    assert trouble_of(waiting.get_absolute_url()) is Trouble.NOT_YET
    assert trouble_of(draft.get_absolute_url(), article=draft) is None


@pytest.mark.django_db
def test_many_links_cost_as_many_queries_as_few(django_assert_num_queries: Any) -> None:
    hrefs = [make_article().get_absolute_url() for _ in range(5)]
    hrefs += [f"/muc-{n}/" for n in range(5)] + [f"https://example.org/{n}" for n in range(5)]
    hrefs += [make_attachment().get_absolute_url() for _ in range(3)]
    hrefs += [TextPage.objects.create(title=f"Trang {n}").get_absolute_url() for n in range(5)]
    with django_assert_num_queries(7):
        assert len(troubles(hrefs)) == 8


@pytest.mark.django_db
def test_a_file_is_open_to_readers_only_below_a_public_story() -> None:
    file = make_attachment()
    assert trouble_of(file.get_absolute_url()) is Trouble.BROKEN
    draft = make_article(status=Article.Status.DRAFT)
    ArticleAttachment.put_below(draft, [file.pk])
    assert trouble_of(file.view_url) is Trouble.BROKEN
    assert trouble_of(file.view_url, article=draft) is None
    ArticleAttachment.put_below(make_article(), [file.pk])
    assert trouble_of(file.get_absolute_url()) is None
    assert trouble_of("/tep/999/khong-co.pdf") is Trouble.BROKEN


@pytest.mark.django_db
def test_an_old_address_that_leads_on_is_fine() -> None:
    section = make_section(name="Hoạt động")
    Redirect.objects.create(old="/hien-thi-tin-tuc?post=1", target="https://example.org/")
    Redirect.objects.create(old="/muc-cu/", section=section)
    for href in (
        "/hien-thi-tin-tuc?post=1",
        "/muc-cu",
        "http://testserver/muc-cu/",
        "/muc-cu/rss.xml",
    ):
        assert trouble_of(href) is None, href
    for href in ("/hien-thi-tin-tuc?post=2", "/muc-khac/"):
        assert trouble_of(href) is Trouble.BROKEN, href


@pytest.mark.django_db
def test_a_link_to_a_preview_is_nothing_for_readers() -> None:
    assert trouble_of("/ban-nhap/abc/") is Trouble.BROKEN


# --- addresses outside ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_story_carries_the_links_of_its_body_and_drops_those_taken_out() -> None:
    two = make_article(
        body='<p><a href="https://example.org/a#x">A</a> <a href="http://example.org/b">B</a>'
        '<a href="/tin/">C</a> <a href="mailto:a@example.org">D</a></p>'
    )
    one = make_article(body='<p><a href="https://example.org/a">A</a></p>')
    assert set(two.external_links.values_list("url", flat=True)) == {
        "https://example.org/a",
        "http://example.org/b",
    }
    two.body = '<p><a href="http://example.org/b">B</a></p>'
    two.save()
    assert list(two.external_links.values_list("url", flat=True)) == ["http://example.org/b"]
    assert list(one.external_links.values_list("url", flat=True)) == ["https://example.org/a"]


@pytest.mark.django_db
def test_only_links_that_failed_for_a_day_warn() -> None:
    now = timezone.now()
    urls: dict[str, dict[str, Any]] = {
        "gone": {"status": "gone", "first_failed_at": now},
        "tonight": {"status": "failing", "first_failed_at": now},
        "days": {"status": "failing", "first_failed_at": now - dt.timedelta(days=2)},
        "closed": {"status": "unclear"},
        "fine": {"status": "fine"},
    }
    for name, found in urls.items():
        ExternalLink.objects.create(url=f"https://example.org/{name}", checked_at=now, **found)
    expected = {"https://example.org/gone", "https://example.org/days"}
    assert {link.url for link in ExternalLink.objects.all() if link.is_broken} == expected
    assert {link.url for link in ExternalLink.objects.broken()} == expected
    for name in urls:
        url = f"https://example.org/{name}"
        assert (trouble_of(url) is Trouble.OUTSIDE) == (url in expected)


# --- the night ------------------------------------------------------------------------------------


class Site(BaseHTTPRequestHandler):
    """A small web of pages: the path says what it answers."""

    asked: list[tuple[str, str, str]] = []

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        self.asked.append((self.command, self.headers["Host"], self.path))
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "to":
            self.send_response(302)
            self.send_header("Location", rest.replace("SLASHES", "//"))
        elif kind == "loop":
            self.send_response(302)
            self.send_header("Location", "/loop")
        elif kind == "nohead" and self.command == "HEAD":
            self.send_response(405)
        elif kind == "slow":
            for _ in range(40):
                if threading.Event().wait(0.05):
                    break
                try:
                    self.wfile.write(b"H")
                except OSError:
                    break
            return
        else:
            self.send_response(int(kind) if kind.isdigit() else 200)
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """The test's output stays readable."""


class Web:
    """The local server under every public name; what was resolved and connected to is remembered."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.names: dict[str, list[str]] = {"inside.example": ["10.0.0.5"]}
        self.connected: list[tuple[str, int]] = []
        self.slept: list[float] = []
        self.inspector = Inspector(self.resolve, self.connect, self.slept.append)

    def resolve(self, host: str, port: int) -> list[str]:
        return self.names.get(host, [PUBLIC])

    def connect(self, target: tuple[str, int], timeout: float) -> socket.socket:
        self.connected.append(target)
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def status(self, url: str) -> str:
        return self.inspector.look_at(url).status.value


@pytest.fixture
def web() -> Iterator[Web]:
    Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Web(server.server_address[1])
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255",  # noqa: S104
        "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "2001:db8::1", "2001::1", "2002:7f00:1::", "64:ff9b::7f00:1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "100::1", "nonsense", "",
    ],
)  # fmt: skip
def test_no_address_of_a_private_network_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("200", "fine"),
        ("404", "gone"),
        ("410", "gone"),
        ("403", "unclear"),
        ("429", "unclear"),
        ("500", "failing"),
        ("nohead", "fine"),
        ("to/200", "fine"),
        ("to/404", "gone"),
        ("to/http:SLASHESother.example/410", "gone"),
        ("loop", "unclear"),
    ],
)
def test_an_answer_is_judged_after_its_redirects(web: Web, path: str, status: str) -> None:
    assert (
        web.status(f"http://www.example/{path.replace('to/2', 'to//2').replace('to/4', 'to//4')}")
        == status
    )


def test_at_most_five_redirects_are_followed(web: Web) -> None:
    web.status("http://www.example/loop")
    assert len(Site.asked) == 6


def test_the_connection_goes_to_the_very_address_that_was_looked_at(web: Web) -> None:
    """A name that answers differently a second time gains nothing: it is asked once for each request."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    inspector = Inspector(rebinding, web.connect)
    assert inspector.look_at("http://www.example/200").status == "fine"
    assert asked == ["www.example"]
    assert web.connected == [(PUBLIC, 80)]
    assert Site.asked == [("HEAD", "www.example", "/200")]


@pytest.mark.parametrize(
    "url",
    [
        "http://inside.example/",
        "http://www.example/to/http:SLASHESinside.example/",
        "http://www.example:8080/",
        "https://www.example:80/",
        "http://user:word@www.example/",
        "ftp://www.example/",
        "http://www.example/to/file:SLASHES/etc/passwd",
        "http:///path",
    ],
)
def test_what_leads_inside_is_refused_before_anything_is_sent(web: Web, url: str) -> None:
    assert web.status(url) == "refused"
    assert set(web.connected) <= {(PUBLIC, 80)}
    assert all(host == "www.example" for _, host, _ in Site.asked)


def test_one_private_address_among_public_ones_is_enough_to_refuse(web: Web) -> None:
    web.names["both.example"] = [PUBLIC, "::ffff:192.168.0.1"]
    assert web.status("http://both.example/") == "refused"
    assert web.connected == []


def test_a_literal_private_address_is_refused_with_the_real_resolver(web: Web) -> None:
    inspector = Inspector(connect=web.connect)
    for url in ("http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://localhost/"):
        assert inspector.look_at(url).status == "refused", url
    assert web.connected == []


def test_a_server_that_dribbles_is_cut_off(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_check, "REQUEST_DEADLINE", 0.2)
    assert web.status("http://www.example/slow") == "failing"


def test_a_name_that_does_not_exist_and_a_closed_port_are_failing(web: Web) -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise socket.gaierror

    def closed(target: tuple[str, int], timeout: float) -> socket.socket:
        raise ConnectionRefusedError

    assert Inspector(nowhere).look_at("http://www.example/").status == "failing"
    assert Inspector(web.resolve, closed).look_at("http://www.example/").status == "failing"


def test_addresses_with_vietnamese_letters_are_asked_in_their_ascii_form(web: Web) -> None:
    assert web.status("http://phường.example/tài liệu?số=1") == "fine"
    (_, host, path) = Site.asked[0]
    assert host.isascii()
    assert host.encode().decode("idna") == "phường.example"
    assert path == "/t%C3%A0i%20li%E1%BB%87u?s%E1%BB%91=1"


def carry(*urls: str, **fields: Any) -> Article:
    return make_article(body="".join(f'<p><a href="{url}">Trang</a></p>' for url in urls), **fields)


@pytest.mark.django_db
def test_the_night_looks_at_links_of_public_stories_once(web: Web) -> None:
    carry("http://www.example/200", "http://www.example/404", "http://inside.example/")
    carry("http://www.example/draft", status=Article.Status.DRAFT)
    assert check_external_links(inspector=web.inspector) == {"fine": 1, "gone": 1, "refused": 1}
    assert check_external_links(inspector=web.inspector) == {}
    states = dict(ExternalLink.objects.values_list("url", "status"))
    assert states["http://www.example/draft"] == "unseen"
    assert states["http://www.example/404"] == "gone"
    assert len(web.slept) == 1
    assert 0 < web.slept[0] <= link_check.PAUSE


@pytest.mark.django_db
def test_a_link_remembers_since_when_it_fails_and_forgets_when_it_is_fine(web: Web) -> None:
    carry("http://www.example/500")
    link = ExternalLink.objects.get()
    for days in (3, 2):
        check_external_links(inspector=web.inspector)
        ExternalLink.objects.update(checked_at=timezone.now() - dt.timedelta(days=days))
    first = ExternalLink.objects.get().first_failed_at
    check_external_links(inspector=web.inspector)
    link.refresh_from_db()
    assert link.first_failed_at == first
    link.record("fine", "")
    assert ExternalLink.objects.get().first_failed_at is None


@pytest.mark.django_db
def test_a_night_without_any_connection_records_nothing(web: Web) -> None:
    def closed(target: tuple[str, int], timeout: float) -> socket.socket:
        raise OSError

    down = Inspector(web.resolve, closed, web.slept.append)
    carry("http://fine.example/")
    assert check_external_links(inspector=down) == {}
    check_external_links(inspector=web.inspector)
    carry("http://dead.example/")
    assert check_external_links(inspector=down) == {}
    states = dict(ExternalLink.objects.values_list("url", "status"))
    assert states == {"http://fine.example/": "fine", "http://dead.example/": "unseen"}


@pytest.mark.django_db
def test_dead_links_alone_do_not_pass_for_a_dead_connection(web: Web) -> None:
    def only_fine(target: tuple[str, int], timeout: float) -> socket.socket:
        if target[0] == PUBLIC:
            return web.connect(target, timeout)
        raise OSError

    web.names |= {f"dead-{n}.example": ["93.184.216.35"] for n in range(4)}
    inspector = Inspector(web.resolve, only_fine, web.slept.append)
    carry("http://fine.example/")
    check_external_links(inspector=inspector)
    carry(*(f"http://dead-{n}.example/" for n in range(4)))
    assert check_external_links(inspector=inspector) == {"failing": 4}


@pytest.mark.django_db
def test_the_night_ends_in_time_and_at_its_limit(web: Web) -> None:
    carry(*(f"http://host-{n}.example/" for n in range(4)))
    assert check_external_links(limit=1, inspector=web.inspector).total() == 1
    assert check_external_links(seconds=0, inspector=web.inspector).total() == 0


# --- the list at the desk -------------------------------------------------------------------------


def at_the_desk(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions))
    return client


@pytest.mark.django_db
def test_the_desk_lists_broken_links_with_the_public_stories_that_carry_them() -> None:
    carry("https://example.org/gone", title="Tin công khai")
    carry("https://example.org/gone", title="Tin nháp", status=Article.Status.DRAFT)
    carry("https://example.org/fine", "https://example.org/private", title="Tin khác")
    carry("https://example.org/draft", title="Tin nháp", status=Article.Status.DRAFT)
    for name, status in (
        ("gone", "gone"),
        ("fine", "fine"),
        ("private", "refused"),
        ("draft", "gone"),
    ):
        ExternalLink.objects.get(url__endswith=name).record(status, f"Đã xem {name}")
    client = at_the_desk("news.view_externallink", "news.view_article")
    page = client.get(reverse("admin:news_externallink_changelist")).text
    assert "https://example.org/gone" in page
    assert "Tin công khai" in page
    assert "Đã xem gone" in page
    for hidden in ("example.org/fine", "example.org/private", "example.org/draft", "Tin nháp"):
        assert hidden not in page


@pytest.mark.django_db
def test_the_list_costs_as_many_queries_for_many_links_as_for_one() -> None:
    client = at_the_desk("news.view_externallink")
    counts = []
    for n in range(4):
        carry(*(f"https://example.org/{n}-{m}" for m in range(1 + 4 * n)))
        for link in ExternalLink.objects.all():
            link.record("gone", "Trang không còn")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("admin:news_externallink_changelist")).status_code == 200
        counts.append(len(queries))
    assert len(set(counts)) == 1


@pytest.mark.django_db
def test_nobody_changes_the_list_and_who_may_not_see_it_is_refused() -> None:
    carry("https://example.org/gone")
    ExternalLink.objects.get().record("gone", "Trang không còn")
    address = reverse("admin:news_externallink_changelist")
    assert at_the_desk("news.view_article").get(address).status_code == 403
    client = Client()
    client.force_login(make_user(superuser=True))
    assert client.get(reverse("admin:news_externallink_add")).status_code == 403
    pk = ExternalLink.objects.get().pk
    assert client.post(reverse("admin:news_externallink_delete", args=[pk])).status_code == 403
    assert ExternalLink.objects.count() == 1
