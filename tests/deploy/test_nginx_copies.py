"""deploy/nginx.conf, run by a real nginx, in front of an application that does as it is told: what is kept, passed on, bounded."""

import time

import pytest

from tests.deploy.fronts import Told
from tests.deploy.running import HOST


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


def test_a_reader_who_asks_for_a_piece_or_has_another_page_spoils_no_copy(told: Told) -> None:
    told.headers = {"X-Accel-Expires": "60"}
    told.ask("/a/", Range="bytes=0-1", If_None_Match="*", If_Range="x")
    assert not {"range", "if-none-match", "if-range"} & told.heard[-1].keys()
    whole = told.ask("/a/")
    assert (whole.status, whole.cache, whole.body) == (200, "HIT", b"page")
    told.ask("/b/", "HEAD")
    assert told.ask("/b/").body == b"page"


def test_no_copy_is_kept_of_spellings_that_the_site_does_not_use(told: Told) -> None:
    told.headers = {"X-Accel-Expires": "60"}
    queries = ["trang=2&fbclid=1", "trang=2&", "trang=%32", "trang=", "x=1", "&"]
    for path in [*(f"/tin/?{query}" for query in queries), "/%74in/", "/tin/#1", "/tin/;1"]:
        assert [told.ask(path).cache for _ in range(2)] == ["MISS"] * 2, path
    for path in ["/tin/?sau=1&thu-tu=cu-nhat", "/tin/?fbclid=%20&utm_source=x", "/api/x_1.json"]:
        # nginx may answer a moment before it has put its copy away.
        assert "HIT" in [told.ask(path).cache for _ in range(4)], path


@pytest.mark.parametrize("header", [{"Host": "other.example"}, {"X_Forwarded_Proto": "http"}])
def test_another_host_or_scheme_never_gets_this_one_s_copy(
    told: Told, header: dict[str, str]
) -> None:
    told.headers = {"X-Accel-Expires": "60"}
    told.ask("/")
    assert told.ask("/", **header).cache == "MISS"


def test_after_the_second_that_is_named_nobody_is_shown_the_old_page(told: Told) -> None:
    time.sleep(1 - time.time() % 1)
    told.headers = {"X-Accel-Expires": f"@{int(time.time())}"}
    told.body = b"wrong figure"
    told.ask("/")
    assert told.ask("/").cache == "HIT"
    told.body = b"right figure"
    time.sleep(1.02 - time.time() % 1)
    answer = told.ask("/")
    assert (answer.cache, answer.body) == ("EXPIRED", b"right figure")


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
    # As the application marks the last of these: nor does it come back when that is away.
    told.headers = {"X-Accel-Expires": "@1"}
    told.ask("/410/")
    told.headers, told.status = {}, 502
    assert (told.ask("/410/").status, told.ask("/404/").status) == (410, 200)


def test_that_something_has_moved_or_is_gone_is_kept_in_the_place_of_its_page_only(
    told: Told,
) -> None:
    told.headers = {"X-Accel-Expires": "1"}
    told.ask("/was-here/")
    time.sleep(2.1)
    told.headers = {"X-Accel-Expires": "60", "Location": "/khac/"}
    for told.status in (301, 410):
        heard = len(told.heard)
        assert {told.ask(f"/invented-{told.status}/").status for _ in range(2)} == {told.status}
        assert len(told.heard) == heard + 2
    told.status = 301
    assert [told.ask("/was-here/").cache for _ in range(2)] == ["EXPIRED", "HIT"]


def test_comments_and_the_api_are_bounded_for_one_sender_and_reading_pages_for_nobody(
    told: Told,
) -> None:
    sent = [told.ask("/binh-luan/1/", "POST", b"x=1") for _ in range(60)]
    refused = [answer for answer in sent if answer.status == 429]
    assert 0 < len(refused) <= 30
    assert "quá nhiều" in refused[0].text
    assert refused[0].headers["Retry-After"] == "600"
    assert told.ask("/binh-luan/1/", "POST", b"x=1", X_Forwarded_For="203.0.113.8").status == 200
    assert {told.ask(f"/{number}/").status for number in range(200)} == {200}
    assert {told.ask("/dem/1/", "POST").status for _ in range(200)} == {200}
    # Programs are bounded too, each source by itself.
    assert any(told.ask("/api/articles/").status == 429 for _ in range(400))
    assert told.ask("/api/articles/", X_Forwarded_For="203.0.113.8").status == 200


def test_saving_stories_is_bounded_for_one_reader_and_for_no_other(told: Told) -> None:
    # A section may be called as the place where comments are sent.
    addresses = ["/muc/tin-1/ban-luu.pdf", "/binh-luan/tin-1/ban-luu.html"]
    asked = [told.ask(addresses[number % 2]).status for number in range(60)]
    assert asked[:40] == [200] * 40
    assert 429 in asked
    assert told.ask(addresses[0], X_Forwarded_For="203.0.113.8").status == 200
    assert told.ask("/muc/tin-1/").status == 200


def test_a_failing_application_writes_no_address_into_the_error_log(told: Told) -> None:
    told.port_of_nowhere()
    told.ask("/mot-bai-viet/")
    assert "203.0.113.7" not in told.log.read_text()


def test_a_household_of_ipv6_is_one_sender_and_its_neighbour_another(told: Told) -> None:
    def send(address: str) -> int:
        return told.ask("/binh-luan/1/", "POST", b"x=1", X_Forwarded_For=address).status

    assert 429 in [send(f"2001:db8:a:a::{number:x}:1") for number in range(60)]
    assert send("2001:db8:a:a:ffff::1") == 429
    assert send("2001:db8:a:b::1") == 200


def test_an_ipv4_address_is_the_same_sender_however_it_is_written(told: Told) -> None:
    def send(address: str) -> int:
        return told.ask("/binh-luan/1/", "POST", b"x=1", X_Forwarded_For=address).status

    assert 429 in [send("::ffff:203.0.113.7") for _ in range(60)]
    assert send("203.0.113.7") == 429
    assert send("::ffff:203.0.113.8") == 200
