"""deploy/nginx.conf, run by a real nginx in front of the real application: pages, headers, limits, logs, TLS."""

import gzip
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest
from django.conf import settings

from portal import pagecache
from portal.headers import PERMISSIONS_POLICY
from tests.deploy.fronts import POLICY, Front
from tests.deploy.running import (
    DEPLOY,
    HOST,
    Installation,
    ask,
    free_port,
    nginx,
    program,
    stop,
)

# --- Pages ---------------------------------------------------------------------------------------------------------


def test_a_page_is_fetched_once_and_then_answered_by_nginx(front: Front) -> None:
    address = front.installation.articles[0]
    first, second = front.ask(address), front.hit(address)
    assert (first.status, first.cache) == (200, "MISS")
    assert first.body == second.body
    assert "Tin thật số 0" in first.text


def test_a_mark_that_another_site_hangs_on_a_link_is_answered_from_the_same_copy(
    front: Front,
) -> None:
    address = front.installation.articles[1]
    for mark in ("fbclid={}&utm_source=zalo", "zarsrc={}"):
        # Each is asked for once only, so it would not find a copy of its own.
        marked = [f"{address}?{mark.format(number)}" for number in range(5)]
        assert any(front.ask(address) and front.ask(one).cache == "HIT" for one in marked)


def test_the_marks_are_those_that_the_page_cache_drops() -> None:
    found = re.search(r'"~\^\(\?:\(\?:([a-z_|]+)\)=', (DEPLOY / "nginx.conf").read_text())
    assert found
    assert set(found[1].split("|")) == pagecache.DROPPED_PARAMETERS


def test_the_parameters_of_what_is_kept_are_those_that_choose_a_page() -> None:
    found = re.search(r"\\\?\(\?:\(\?:([a-z|-]+)\)=", (DEPLOY / "nginx.conf").read_text())
    assert found
    assert set(found[1].split("|")) == pagecache.KEPT_PARAMETERS


@pytest.mark.parametrize("query", ["?x=1", "?q=tin", "?fbclid=1&x=1", "?trang=1&trang=1"])
def test_an_unknown_parameter_is_never_answered_from_a_copy(front: Front, query: str) -> None:
    for _ in range(2):
        assert front.ask(f"/{query}").cache != "HIT"


@pytest.mark.parametrize("path", ["/khong-co/", "/tim-kiem/?q=tin", "/quan-tri/"])
def test_what_the_application_did_not_mark_is_never_kept(front: Front, path: str) -> None:
    for _ in range(2):
        assert front.ask(path).cache in {None, "MISS"}


@pytest.mark.parametrize(
    "header", [{"Cookie": "x=1; sessionid=abc"}, {"Authorization": "Basic eDp5"}]
)
def test_staff_are_neither_answered_from_nor_put_into_the_cache(
    front: Front, header: dict[str, str]
) -> None:
    # One address for each case: the copy of the case before is still there.
    address = front.installation.articles[2] + ("" if "Cookie" in header else "ban-in/")
    assert front.ask(address, **header).cache == "BYPASS"
    assert front.ask(address).cache != "HIT"
    assert front.hit(address)
    assert front.ask(address, **header).cache == "BYPASS"


def test_a_reader_without_gzip_gets_the_same_page_from_the_same_copy(front: Front) -> None:
    packed = front.hit("/", Accept_Encoding="gzip, br")
    plain = front.hit("/")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_a_page_that_the_browser_has_is_not_sent_again(front: Front) -> None:
    known = front.ask("/")
    again = front.ask(
        "/", If_None_Match=known.headers["ETag"], If_Modified_Since=known.headers["Last-Modified"]
    )
    assert (again.status, again.body) == (304, b"")


def test_head_is_answered_without_a_body(front: Front) -> None:
    head = front.ask("/", "HEAD")
    assert (head.status, head.body) == (200, b"")


def test_a_reader_on_http_is_sent_to_https(front: Front) -> None:
    answer = front.ask("/", X_Forwarded_Proto="http")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/")
    assert "Strict-Transport-Security" not in answer.headers
    assert (
        "Strict-Transport-Security" not in front.ask("/media/x", X_Forwarded_Proto="http").headers
    )


def test_a_foreign_host_is_refused(front: Front) -> None:
    assert front.ask("/", Host="evil.example").status == 400


@pytest.mark.parametrize("path", ["/song/", "/san-sang/", "//song/"])
def test_health_is_asked_inside_the_house_only(front: Front, path: str) -> None:
    assert front.ask(path).status == 404


# --- Headers -----------------------------------------------------------------------------------------------------

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}
ON_PAGES = {
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
}
ON_FILES = {"default-src 'none'", "frame-ancestors 'none'"}


@pytest.mark.parametrize(
    ("path", "status", "policy"),
    [
        ("/", 200, POLICY),
        ("/khong-co/", 404, POLICY),
        ("/robots.txt", 200, POLICY),
        ("/rss.xml", 200, POLICY),
        ("/static/css/base.css", 200, ON_FILES),
        ("/static/img/favicon.svg", 200, ON_FILES),
        ("/static/khong-co.css", 404, POLICY),
        ("/static/", 404, POLICY),
        ("photo", 200, ON_FILES),
        ("/media/photos/00/khong-co.jpg", 404, POLICY),
        ("/media/", 404, POLICY),
        ("/song/", 404, POLICY),
        ("/_loi/trang.css", 200, POLICY),
        ("/" + "x" * 9000, 414, POLICY),
    ],
)
def test_every_answer_carries_once_the_headers_that_mean_something_in_it(
    front: Front, path: str, status: int, policy: set[str]
) -> None:
    answer = front.ask(front.installation.photo if path == "photo" else path)
    assert answer.status == status
    # What only a page can obey would make each file of a first visit longer.
    expected = EVERYWHERE if policy is ON_FILES else EVERYWHERE | ON_PAGES
    for name in EVERYWHERE | ON_PAGES:
        # A request of 414 was refused before its headers were read, and with them what the front said of https.
        if name in expected and (status, name) != (414, "Strict-Transport-Security"):
            assert answer.headers.get_all(name) == [expected[name]], name
        else:
            assert name not in answer.headers
    (found,) = answer.headers.get_all("Content-Security-Policy") or []
    assert {part.strip() for part in found.split(";")} == policy
    assert answer.headers["Server"] == "nginx"


# --- Limits ------------------------------------------------------------------------------------------------------


def test_a_body_is_bounded_and_the_refusal_is_in_words(front: Front) -> None:
    answer = front.ask("/binh-luan/1/", "POST", b"x" * (64 * 1024 + 1))
    assert answer.status == 413
    assert "quá lớn" in answer.text
    assert "Content-Security-Policy" in answer.headers
    # What nobody reads must not reach granian, which would close the connection of the next reader.
    assert front.ask("/robots.txt", "POST", b"x" * (8 * 1024 + 1)).status == 413


def test_the_desk_may_send_photographs_and_files(front: Front) -> None:
    # Refused without being read, which must cost nobody the connection: before the rest was read, one in six was a 502.
    for size in (*[15] * 12, 20):
        big = front.ask("/quan-tri/anh/tai-len/", "POST", b"x" * (size * 1024 * 1024))
        assert big.status in {302, 403}
    assert front.ask("/quan-tri/anh/tai-len/", "POST", b"x" * (24 * 1024 * 1024 + 1)).status == 413


def test_slow_connections_keep_nobody_waiting(front: Front) -> None:
    slow = [socket.create_connection(("127.0.0.1", front.port)) for _ in range(400)]
    try:
        for connection in slow:
            connection.send(
                b"POST /binh-luan/1/ HTTP/1.1\r\nHost: portal.example\r\nContent-Length: 900\r\n\r\nx"
            )
        began = time.monotonic()
        assert front.ask("/?x=1").status == 200
        assert time.monotonic() - began < 3
    finally:
        for connection in slow:
            connection.close()


# --- Logs --------------------------------------------------------------------------------------------------------


def test_the_log_of_reading_knows_the_network_and_no_address_and_no_search_words(
    front: Front,
) -> None:
    front.ask("/tim-kiem/?q=benh-cua-toi", Referer="https://x.example/", User_Agent="Rieng/1.0")
    front.ask("/ipv6/", X_Forwarded_For="2402:800:6105::12")
    assert front.logged("reading", "/ipv6/")["network"] == "2402:800::"
    assert front.logged("reading", "/tim-kiem/")["network"] == "203.0.113.0"
    reading = [line for line in front.log.read_text().splitlines() if '"log":"reading"' in line]
    for line in reading:
        assert not re.search(r"203\.0\.113\.7|benh-cua-toi|6105|Rieng|x\.example", line)


# Feeds and saved stories are known by how their addresses end: the desk is the desk whatever stands there.
@pytest.mark.parametrize(
    "path", ["/quan-tri/anh/chon/", "/quan-tri/rss.xml", "/quan-tri/a/ban-luu.html"]
)
def test_the_log_of_the_desk_knows_who(front: Front, path: str) -> None:
    front.ask(path, User_Agent="Firefox")
    line = front.logged("desk", path)
    assert (line["address"], line["agent"]) == ("203.0.113.7", "Firefox")


# --- The application away ----------------------------------------------------------------------------------------


def test_without_the_application_known_pages_stay_and_others_get_a_dignified_one(
    installation: Installation, tmp_path: Path
) -> None:
    site = installation.site
    with site.web() as web, nginx(tmp_path, upstream=web.port, data=site.folder) as port:
        before = ask(port, "/")
        assert before.status == 200
        stop(web.process)
        time.sleep(1.1)
        after = ask(port, "/")
        assert (after.status, after.cache, after.body) == (200, "STALE", before.body)
        unknown = ask(port, installation.articles[0])
        assert unknown.status == 502
        assert "tạm thời chưa trả lời" in unknown.text
        assert unknown.headers["Retry-After"] == "60"
        assert unknown.headers["Cache-Control"] == "no-store"
        assert unknown.headers["Strict-Transport-Security"]
        assert {p.strip() for p in unknown.headers["Content-Security-Policy"].split(";")} == POLICY
        assert ask(port, "/_loi/trang.css").status == 200
        assert ask(port, installation.photo).status == 200
        assert ask(port, "/binh-luan/1/", "POST", b"x=1").status == 502
        assert ask(port, "/quan-tri/").status == 502


# --- TLS in our own nginx ------------------------------------------------------------------------------------------


def test_with_tls_of_its_own_nginx_speaks_https_and_sends_others_there(tmp_path: Path) -> None:
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    names = {"-keyout": certificates / "privkey.pem", "-out": certificates / "fullchain.pem"}
    command = [
        program("openssl", "openssl"),
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        f"/CN={HOST}",
    ]
    command += [str(word) for pair in names.items() for word in pair]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    deploy = tmp_path / "deploy"
    shutil.copytree(DEPLOY, deploy)
    shutil.copy(deploy / "tls/site.conf.example", deploy / "tls/site.conf")
    secure, plain = free_port(), free_port()
    changes = {
        "listen 8443 ssl default_server;": f"listen 127.0.0.1:{secure} ssl default_server;",
        "listen 8081 default_server;": f"listen 127.0.0.1:{plain} default_server;",
        # Known since nginx 1.25.1.
        "http2 on;": "",
        "/etc/portal-tls/": f"{certificates}/",
    }
    (tmp_path / "run").mkdir()
    with nginx(
        tmp_path / "run", upstream=free_port(), data=tmp_path, changes=changes, deploy=deploy
    ):
        context = ssl.create_default_context(cafile=names["-out"])
        context.check_hostname = False
        with (
            socket.create_connection(("127.0.0.1", secure)) as raw,
            context.wrap_socket(raw) as connection,
        ):
            assert connection.version() in {"TLSv1.2", "TLSv1.3"}
            connection.send(f"GET /_loi/trang.css HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
            words = connection.recv(4096).decode()
        assert words.startswith("HTTP/1.1 200")
        assert "Strict-Transport-Security: max-age=31536000" in words
        answer = ask(plain, "/tin/?trang=2")
        assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/tin/?trang=2")
