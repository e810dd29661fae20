"""deploy/nginx.conf, run by a real nginx: in front of the real application, and of one that does as it is told."""

import gzip
import http.server
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from news import downloads
from portal import pagecache
from portal.headers import PERMISSIONS_POLICY
from tests.deploy.conftest import Installation
from tests.deploy.running import DEPLOY, HOST, Answer, ask, free_port, nginx, program, stop

# --- In front of the application ---------------------------------------------------------------------------------


@dataclass
class Front:
    """nginx before the running application."""

    installation: Installation
    port: int
    log: Path

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, /, **headers: str
    ) -> Answer:
        return ask(self.port, path, method, body, **headers)

    def logged(self, log: str, path: str) -> dict[str, str]:
        """The last line of this log about the path. nginx writes it shortly after its answer."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for text in reversed(self.log.read_text().splitlines()):
                line: dict[str, str] = json.loads(text)
                if (line["log"], line["path"]) == (log, path):
                    return line
            time.sleep(0.05)
        raise AssertionError(f"no line about {path}")


@pytest.fixture(scope="module")
def front(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    site = installation.site
    with site.web() as web, nginx(folder, upstream=web.port, data=site.folder) as port:
        yield Front(installation, port, folder / "nginx.log")


def test_a_page_is_fetched_once_and_then_answered_by_nginx(front: Front) -> None:
    address = front.installation.articles[0]
    first, second = front.ask(address), front.ask(address)
    assert (first.status, first.cache, second.cache) == (200, "MISS", "HIT")
    assert first.body == second.body
    assert "Tin thật số 0" in first.text


def test_a_mark_that_another_site_hangs_on_a_link_is_answered_from_the_same_copy(
    front: Front,
) -> None:
    address = front.installation.articles[1]
    front.ask(address)
    assert front.ask(f"{address}?fbclid=abc&utm_source=zalo").cache == "HIT"
    assert front.ask(f"{address}?zarsrc=30").cache == "HIT"


def test_the_marks_are_those_that_the_page_cache_drops() -> None:
    found = re.search(r'"~\^\(\?:\(\?:([a-z_|]+)\)=', (DEPLOY / "nginx.conf").read_text())
    assert found
    assert set(found[1].split("|")) == pagecache.DROPPED_PARAMETERS


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
    assert front.ask(address).cache == "HIT"
    assert front.ask(address, **header).cache == "BYPASS"


def test_a_reader_without_gzip_gets_the_same_page_from_the_same_copy(front: Front) -> None:
    packed = front.ask("/", Accept_Encoding="gzip, br")
    plain = front.ask("/")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body
    assert plain.cache == "HIT"
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

POLICY = {
    f"{name} {' '.join(words)}"
    for name, words in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
}
MEDIA_POLICY = {"default-src 'none'", "sandbox"}


@pytest.mark.parametrize(
    ("path", "status", "policy"),
    [
        ("/", 200, POLICY),
        ("/khong-co/", 404, POLICY),
        ("/robots.txt", 200, POLICY),
        ("/static/css/base.css", 200, POLICY),
        ("/static/khong-co.css", 404, POLICY),
        ("/static/", 404, POLICY),
        ("photo", 200, MEDIA_POLICY),
        ("/media/photos/00/khong-co.jpg", 404, POLICY),
        ("/media/", 404, POLICY),
        ("/song/", 404, POLICY),
        ("/_loi/trang.css", 200, POLICY),
        ("/" + "x" * 9000, 414, POLICY),
    ],
)
def test_every_answer_carries_the_headers_of_the_house_once(
    front: Front, path: str, status: int, policy: set[str]
) -> None:
    answer = front.ask(front.installation.photo if path == "photo" else path)
    assert answer.status == status
    expected = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    }
    if status == 414:
        # The request was refused before its headers were read, and with them what the front said of https.
        del expected["Strict-Transport-Security"]
    for name, value in expected.items():
        assert answer.headers.get_all(name) == [value], name
    (found,) = answer.headers.get_all("Content-Security-Policy") or []
    assert {part.strip() for part in found.split(";")} == policy
    assert answer.headers["Server"] == "nginx"


# --- Files -------------------------------------------------------------------------------------------------------


def test_a_static_file_named_by_its_checksum_is_kept_for_ever_and_comes_compressed(
    front: Front,
) -> None:
    page = front.ask("/").text
    (address,) = re.findall(r'href="(/static/css/base\.[0-9a-f]{12}\.css)"', page)
    answer = front.ask(address, Accept_Encoding="gzip")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.body) == front.ask(address).body


def test_a_static_file_by_its_plain_name_is_kept_for_minutes(front: Front) -> None:
    assert front.ask("/static/css/base.css").headers["Cache-Control"] == "public, max-age=600"


def test_every_file_that_a_page_names_is_there(front: Front) -> None:
    for page in ("/", front.installation.articles[0]):
        files = re.findall(r'(?:href|src)="(/(?:static|media)/[^"]+)"', front.ask(page).text)
        assert files
        for file in files:
            assert front.ask(file).status == 200, file


def test_a_photo_is_served_as_a_picture_and_nothing_else(front: Front) -> None:
    answer = front.ask(front.installation.photo)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (
        answer.body
        == (front.installation.site.folder / front.installation.photo.lstrip("/")).read_bytes()
    )


def test_every_file_of_a_photo_is_served_as_what_it_is(front: Front) -> None:
    media = front.installation.site.folder / "media"
    kinds = {
        ".jpg": "image/jpeg",
        ".webp": "image/webp",
        ".avif": "image/avif",
    }
    files = sorted((media / "photos").rglob("*.*"))
    assert {file.suffix for file in files} == set(kinds)
    for file in files:
        answer = front.ask(f"/media/{file.relative_to(media)}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, kinds[file.suffix]), file
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "name",
    [
        "photos/x.gif",
        "photos/x.html",
        "photos/x.svg",
        "photos/x.jpg.html",
        "photos/x",
        "photos/.x.jpg",
        "photos/x.php",
        "x.jpg",
    ],
)
def test_whatever_else_lies_among_the_media_is_not_found(front: Front, name: str) -> None:
    file = front.installation.site.folder / "media" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("<script>alert(1)</script>")
    assert front.ask(f"/media/{name}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        *("/media/", "/media/photos/", "/static/", "/static/css/", "/static/staticfiles.json"),
        *(
            "/static../portal.sqlite3",
            "/static/../portal.sqlite3",
            "/media/..%2fportal.sqlite3",
            "/_loi/502.html",
        ),
        *("/media/photos/..%2f..%2f..%2fstatic/img/favicon.svg", "/.env", "/portal.sqlite3"),
    ],
)
def test_no_folder_is_listed_and_no_file_beside_is_reached(front: Front, path: str) -> None:
    # 400 is nginx's own word for a path that leads out of everything.
    assert front.ask(path).status in {400, 404}


def test_a_missing_file_is_answered_with_a_vietnamese_page(front: Front) -> None:
    assert "Không tìm thấy" in front.ask("/media/photos/00/khong-co.jpg").text


@pytest.mark.parametrize("path", ["/static/css/base.css", "photo"])
def test_files_are_read_only(front: Front, path: str) -> None:
    path = front.installation.photo if path == "photo" else path
    for method in ("POST", "PUT", "DELETE"):
        assert front.ask(path, method).status == 405


# --- Files below stories -------------------------------------------------------------------------------------------


def lying(front: Front) -> bytes:
    """The file as it lies on the disk."""
    path: Path = front.installation.site.folder / "media" / front.installation.file[3]
    return path.read_bytes()


def test_a_file_is_sent_by_nginx_as_the_application_says(front: Front) -> None:
    _, address, in_place, _ = front.installation.file
    for path, disposition, policy in (
        (address, "attachment", downloads.DOWNLOAD_POLICY),
        (in_place, "inline", downloads.VIEW_POLICY),
    ):
        answer = front.ask(path)
        assert (answer.status, answer.body) == (200, lying(front))
        assert answer.headers.get_all("Content-Type") == ["application/pdf"]
        assert answer.headers["Content-Disposition"] == (
            f"{disposition}; filename=\"lich-nghi.pdf\"; filename*=UTF-8''L%E1%BB%8Bch%20ngh%E1%BB%89.pdf"
        )
        assert answer.headers["Cache-Control"] == downloads.PUBLIC_CACHE
        assert answer.headers.get_all("Content-Security-Policy") == [policy]
        for name, value in {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Accept-Ranges": "bytes",
        }.items():
            assert answer.headers.get_all(name) == [value], name
        assert answer.headers["Strict-Transport-Security"]
        assert "X-Accel-Redirect" not in answer.headers
        assert answer.cache is None


def test_a_file_is_sent_in_part_as_head_and_not_again(front: Front) -> None:
    address = front.installation.file[1]
    piece = front.ask(address, Range="bytes=0-3")
    assert (piece.status, piece.body) == (206, b"%PDF")
    assert piece.headers["Content-Range"] == f"bytes 0-3/{len(lying(front))}"
    assert front.ask(address, Range="bytes=999999-").status == 416
    head = front.ask(address, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(lying(front)))
    again = front.ask(address, If_None_Match=head.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_file_is_reached_by_the_application_s_word_only(front: Front, method: str) -> None:
    stored = front.installation.file[3]
    for path in (
        f"/media/{stored}",
        "/media/attachments/",
        f"/media/photos/../{stored}",
        f"/media/photos/..%2f{stored}",
        f"/media//{stored}",
    ):
        assert front.ask(path, method, X_Accel_Redirect=f"/media/{stored}").status in {404, 405}
    # 403 is a POST without a token.
    assert front.ask(front.installation.loose_file, method).status in {403, 404}
    assert "Không tìm thấy" in front.ask(f"/media/{stored}").text


def test_a_draft_s_file_is_sent_to_who_has_the_draft_s_link_and_nobody_logs_it(
    front: Front,
) -> None:
    shared = front.installation.shared_file
    answer = front.ask(shared)
    assert (answer.status, answer.body[:5]) == (200, b"%PDF-")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    front.ask("/sau-ban-nhap/")
    front.logged("reading", "/sau-ban-nhap/")
    assert "/ban-nhap/" not in front.log.read_text()


def test_a_page_cannot_hand_out_files(told: "Told") -> None:
    secret = told.log.parent / "media" / "attachments" / "a.pdf"
    secret.parent.mkdir(parents=True)
    secret.write_bytes(b"secret")
    told.headers = {"X-Accel-Redirect": "/media/attachments/a.pdf"}
    assert told.ask("/mot-bai-viet/").body == b"page"
    assert told.ask("/tep/1/a.pdf").body == b"secret"


def test_who_loads_which_file_is_in_no_log(front: Front) -> None:
    assert front.ask(f"{front.installation.file[1]}?danh-dau").status == 200
    front.ask("/danh-dau-sau/")
    front.logged("reading", "/danh-dau-sau/")
    assert front.installation.file[1] not in front.log.read_text()


# --- Limits ------------------------------------------------------------------------------------------------------


def test_a_body_is_bounded_and_the_refusal_is_in_words(front: Front) -> None:
    answer = front.ask("/binh-luan/1/", "POST", b"x" * (64 * 1024 + 1))
    assert answer.status == 413
    assert "quá lớn" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_the_desk_may_send_photographs_and_files(front: Front) -> None:
    for size in (15, 20):
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


def test_a_failing_application_writes_no_address_into_the_error_log(told: "Told") -> None:
    told.port_of_nowhere()
    told.ask("/mot-bai-viet/")
    assert "203.0.113.7" not in told.log.read_text()


def test_the_log_of_the_desk_knows_who(front: Front) -> None:
    front.ask("/quan-tri/anh/chon/", User_Agent="Firefox")
    line = front.logged("desk", "/quan-tri/anh/chon/")
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
        time.sleep(pagecache.PROXY_SECONDS + 1.1)
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


# --- In front of an application that does as it is told ------------------------------------------------------------


@dataclass
class Told:
    """nginx before an application whose next answer is `status`, `headers` and `body`; `heard` are its requests."""

    log: Path
    port: int = 0
    upstream: http.server.ThreadingHTTPServer | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"page"
    heard: list[dict[str, str]] = field(default_factory=list)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, /, **headers: str
    ) -> Answer:
        return ask(self.port, path, method, body, **headers)

    def port_of_nowhere(self) -> None:
        """The application goes away."""
        assert self.upstream
        self.upstream.shutdown()
        self.upstream.server_close()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    yield from tell(tmp_path, {})


@pytest.fixture
def told_without_front(tmp_path: Path) -> Iterator[Told]:
    """As it is when nobody stands in front of nginx: no address is believed."""
    yield from tell(tmp_path, {"set_real_ip_from 172.31.213.1;": ""})


def tell(folder: Path, changes: dict[str, str]) -> Iterator[Told]:
    told = Told(folder / "nginx.log")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: in two, the second waits 40 ms for the first to be acknowledged.
        wbufsize = -1

        def do_GET(self) -> None:
            told.heard.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as upstream:
        thread = threading.Thread(target=upstream.serve_forever, args=(0.02,))
        thread.start()
        told.upstream = upstream
        try:
            with nginx(
                folder, upstream=upstream.server_port, data=folder, changes=changes
            ) as told.port:
                yield told
        finally:
            upstream.shutdown()
            thread.join()


def test_the_front_s_word_about_the_reader_is_passed_on_and_the_reader_s_own_is_not(
    told: Told,
) -> None:
    told.ask(
        "/",
        X_Real_IP="6.6.6.6",
        X_Forwarded_For="6.6.6.6, 198.51.100.9",
        X_Forwarded_Host="evil.example",
    )
    heard = told.heard[-1]
    assert heard["x-real-ip"] == heard["x-forwarded-for"] == "198.51.100.9"
    assert "x-forwarded-host" not in heard
    assert (heard["host"], heard["x-forwarded-proto"]) == (HOST, "https")


def test_without_a_front_no_word_about_the_reader_is_believed(told_without_front: Told) -> None:
    told_without_front.ask(
        "/", X_Real_IP="6.6.6.6", X_Forwarded_For="6.6.6.6", Forwarded="for=6.6.6.6"
    )
    heard = told_without_front.heard[-1]
    assert heard["x-real-ip"] == heard["x-forwarded-for"] == "127.0.0.1"
    assert "6.6.6.6" not in str(heard)


def test_a_foreign_port_never_reaches_the_application(told: Told) -> None:
    told.ask("/", Host=f"{HOST}:1234")
    assert told.heard[-1]["host"] == HOST


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cache-Control": "public, max-age=600"},
        {"Expires": "Thu, 31 Dec 2099 00:00:00 GMT"},
        {"X-Accel-Expires": "0"},
        {"X-Accel-Expires": "60", "Set-Cookie": "a=b"},
    ],
)
def test_nothing_is_kept_but_what_the_application_marked_and_what_sets_no_cookie(
    told: Told, headers: dict[str, str]
) -> None:
    told.headers = headers
    for _ in range(2):
        assert told.ask("/").cache == "MISS"


def test_the_mark_is_not_shown_to_readers(told: Told) -> None:
    told.headers = {"X-Accel-Expires": "60"}
    assert "X-Accel-Expires" not in told.ask("/").headers


@pytest.mark.parametrize(
    "other", ["/a/?trang=2", "/%61/", "//a/", "/b/../a/", "/a%2f", "/a/%3F", "/a/?", "/a/index"]
)
def test_an_address_that_is_spelled_differently_never_gets_another_s_copy(
    told: Told, other: str
) -> None:
    told.headers = {"X-Accel-Expires": "60"}
    told.ask("/a/")
    told.body = b"other"
    # An empty query is the same address, for the application too.
    assert told.ask(other).body == (b"page" if other == "/a/?" else b"other")


@pytest.mark.parametrize("header", [{"Host": "other.example"}, {"X_Forwarded_Proto": "http"}])
def test_another_host_or_scheme_never_gets_this_one_s_copy(
    told: Told, header: dict[str, str]
) -> None:
    told.headers = {"X-Accel-Expires": "60"}
    told.ask("/")
    assert told.ask("/", **header).cache == "MISS"


def test_after_its_time_nobody_is_shown_the_old_page_while_the_new_one_can_be_had(
    told: Told,
) -> None:
    told.headers = {"X-Accel-Expires": "1"}
    told.body = b"wrong figure"
    told.ask("/")
    told.body = b"right figure"
    time.sleep(2.1)
    answer = told.ask("/")
    assert (answer.cache, answer.body) == ("EXPIRED", b"right figure")


def test_a_change_is_seen_within_five_seconds() -> None:
    # nginx counts in whole seconds and so may keep a page for one more.
    assert pagecache.PROXY_SECONDS + 1 + settings.GENERATION_MEMO_SECONDS <= 5


def test_a_failing_application_is_covered_by_the_last_good_page(told: Told) -> None:
    told.headers = {"X-Accel-Expires": "1"}
    failures = [500, 502, 503, 504]
    for status in failures:
        told.ask(f"/{status}/")
    time.sleep(2.1)
    told.headers, told.body = {}, b"broken"
    for status in failures:
        told.status = status
        answer = told.ask(f"/{status}/")
        assert (answer.status, answer.cache, answer.body) == (200, "STALE", b"page")
        assert told.ask("/never-seen/").status == status


def test_a_page_that_was_taken_away_is_not_covered_by_its_last_copy(told: Told) -> None:
    told.headers = {"X-Accel-Expires": "1"}
    taken_away = [301, 403, 404, 410]
    for status in taken_away:
        told.ask(f"/{status}/")
    time.sleep(2.1)
    told.headers = {"Location": "/khac/"}
    for status in taken_away:
        told.status = status
        assert told.ask(f"/{status}/").status == status


def test_comments_are_bounded_for_one_sender_and_reading_for_nobody(told: Told) -> None:
    sent = [told.ask("/binh-luan/1/", "POST", b"x=1") for _ in range(60)]
    refused = [answer for answer in sent if answer.status == 429]
    assert 0 < len(refused) <= 30
    assert "quá nhiều" in refused[0].text
    assert refused[0].headers["Retry-After"] == "600"
    assert told.ask("/binh-luan/1/", "POST", b"x=1", X_Forwarded_For="203.0.113.8").status == 200
    assert {told.ask(f"/{number}/").status for number in range(200)} == {200}
    assert {told.ask("/dem/1/", "POST").status for _ in range(200)} == {200}


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
