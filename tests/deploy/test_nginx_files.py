"""deploy/nginx.conf, run by a real nginx: files of the site, pictures, and files below stories."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

from news import cards, downloads
from tests.deploy.fronts import Front, Told

# --- Files -------------------------------------------------------------------------------------------------------


def test_a_static_file_named_by_its_checksum_is_kept_for_ever_and_comes_compressed(
    front: Front,
) -> None:
    page = front.ask("/").text
    (address,) = re.findall(r'href="(/static/css/site\.[0-9a-f]{12}\.css)"', page)
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


def test_a_card_is_served_as_a_picture(front: Front) -> None:
    card = front.installation.site.folder / "media" / cards.file_name(7, cards.new_name("Tin"))
    card.parent.mkdir(parents=True)
    card.write_bytes(b"x")
    answer = front.ask(f"/media/{card.relative_to(front.installation.site.folder / 'media')}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")


@pytest.mark.parametrize(
    "name",
    [
        "cards/x.html",
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


def test_a_page_cannot_hand_out_files(told: Told) -> None:
    secret = told.log.parent / "media" / "attachments" / "a.pdf"
    secret.parent.mkdir(parents=True)
    secret.write_bytes(b"secret")
    told.headers = {"X-Accel-Redirect": "/media/attachments/a.pdf"}
    assert told.ask("/mot-bai-viet/").body == b"page"
    assert told.ask("/tep/1/a.pdf").body == b"secret"


def test_a_private_link_is_masked_where_nginx_answers_itself(front: Front) -> None:
    too_much = b"x" * 9000
    assert front.ask("/ban-nhap/bi-mat/", "POST", too_much).status == 413
    assert front.ask("/binh-luan/cua-toi/bi-mat/rut/", "POST", too_much * 8).status == 413
    front.logged("reading", "/ban-nhap/…")
    front.logged("reading", "/binh-luan/cua-toi/…")
    assert "bi-mat" not in front.log.read_text()


@pytest.mark.parametrize("link", ["/binh-luan/cua-toi/", "/ban-nhap/"])
@pytest.mark.parametrize("end", ["", "rss.xml", "ban-luu.html"])
def test_who_opens_a_private_link_is_in_no_log_whatever_it_ends_with(
    front: Front, link: str, end: str
) -> None:
    before = front.log.read_text().count(f'"{link}')
    front.ask(f"{link}bi-mat/{end}")
    after = f"/sau{link}{end}"
    front.ask(after)
    front.logged("reading", after)
    assert front.log.read_text().count(f'"{link}') == before


def test_who_loads_which_file_is_in_no_log(front: Front) -> None:
    assert front.ask(f"{front.installation.file[1]}?danh-dau").status == 200
    front.ask("/danh-dau-sau/")
    front.logged("reading", "/danh-dau-sau/")
    assert front.installation.file[1] not in front.log.read_text()
