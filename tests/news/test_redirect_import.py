"""Many redirects from a table: every line for itself, and a word about each."""

import io
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from news import redirect_import
from news.models import Redirect
from tests.factories import make_section, make_user

pytestmark = pytest.mark.django_db

TABLE = (
    "Địa chỉ cũ,Địa chỉ mới,Ghi chú\n"
    "/mot.aspx?id=1,/tin/,Trang đầu\n"
    "\n"
    "/hai.aspx,/khong-co/\n"
    "/ba.aspx\n"
    "https://cu.example/bon.aspx,https://khac.example/x\n"
    "/mot.aspx?id=1,https://khac.example/\n"
)


@pytest.fixture(autouse=True)
def a_section() -> None:
    make_section(slug="tin")


def read(table: str, **options: bool) -> list[tuple[int, bool, str]]:
    rows = redirect_import.rows_of(table.encode())
    lines = redirect_import.report(rows, by=None, dry_run=options.get("dry_run", False))
    return [(line.number, line.is_wrong, line.said) for line in lines]


def test_good_lines_are_stored_and_wrong_ones_named_with_number_and_reason() -> None:
    assert read(TABLE) == [
        (2, False, "Đã dẫn đến /tin/"),
        (4, True, "Địa chỉ đích không có trang nào."),
        (5, True, "Thiếu địa chỉ đích ở cột thứ hai."),
        (6, False, "Đã dẫn đến https://khac.example/x"),
        (7, True, "Địa chỉ này đã dẫn đến /tin/."),
    ]
    assert set(Redirect.objects.values_list("old", "note")) == {
        ("/mot.aspx?id=1", "Trang đầu"),
        ("/bon.aspx", ""),
    }


def test_reading_the_same_table_again_changes_nothing_and_complains_of_nothing() -> None:
    table = "/mot,/tin/\n/hai,https://khac.example/x\n"
    read(table)

    assert read(table) == [(1, False, "Đã có từ trước."), (2, False, "Đã có từ trước.")]
    assert Redirect.objects.count() == 2


def test_a_dry_run_says_the_same_and_stores_nothing() -> None:
    dry = read(TABLE, dry_run=True)
    assert not Redirect.objects.exists()

    wet = read(TABLE)
    assert [(n, w) for n, w, _ in dry] == [(n, w) for n, w, _ in wet]
    assert dry[0][2] == "Sẽ dẫn đến /tin/"


@pytest.mark.parametrize(
    "content",
    [
        "/a;/tin/\n".encode("utf-8-sig"),
        "/a\t/tin/\n".encode("utf-16"),
        b'"/a","/tin/"\r\n',
    ],
)
def test_tables_as_spreadsheets_save_them_are_read(content: bytes) -> None:
    assert redirect_import.rows_of(content) == [(1, ["/a", "/tin/"])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "không có dòng nào"),
        (b"\xff\xfe\x00", "CSV UTF-8"),
        ("Đỗ".encode("cp1258", "replace") + b"\xc4\xff", "CSV UTF-8"),
        (b"x" * (redirect_import.MAX_BYTES + 1), "lớn quá"),
        (b"only,a,head", "không có dòng nào"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        redirect_import.rows_of(content)


# --- The command --------------------------------------------------------------------------------


def run(tmp_path: Path, table: str, **options: bool) -> tuple[str, str, str]:
    file = tmp_path / "bang.csv"
    file.write_text(table)
    out, err, failed = io.StringIO(), io.StringIO(), ""
    try:
        call_command("import_redirects", file, stdout=out, stderr=err, **options)
    except CommandError as error:
        failed = str(error)
    return out.getvalue(), err.getvalue(), failed


def test_the_command_reports_every_line_and_fails_if_one_was_wrong(tmp_path: Path) -> None:
    out, err, failed = run(tmp_path, TABLE)

    assert "dòng 2: /mot.aspx?id=1: Đã dẫn đến /tin/" in out
    assert "dòng 4: /hai.aspx: Địa chỉ đích không có trang nào." in err
    assert failed.startswith("3 trong 5 dòng")
    assert Redirect.objects.count() == 2


def test_the_command_can_say_what_it_would_do(tmp_path: Path) -> None:
    out, _, failed = run(tmp_path, "/a,/tin/\n", dry_run=True)

    assert "Sẽ dẫn đến /tin/" in out
    assert "chưa ghi gì cả" in out
    assert failed == ""
    assert not Redirect.objects.exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Không mở được"):
        call_command("import_redirects", tmp_path / "khong-co.csv")


# --- At the desk --------------------------------------------------------------------------------

ADDRESS = "admin:news_redirect_import"


def send(client: Client, table: str, **fields: str) -> str:
    file = SimpleUploadedFile("bang.csv", table.encode())
    return client.post(reverse(ADDRESS), {"file": file, **fields}).content.decode()


def desk_of(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions))
    return client


def test_a_table_is_tried_and_then_read_in_at_the_desk() -> None:
    client = desk_of("news.add_redirect", "news.view_redirect")
    assert "Nhập từ bảng" in client.get(reverse("admin:news_redirect_changelist")).content.decode()

    page = send(client, TABLE, dry_run="on")
    assert "Sẽ dẫn đến /tin/" in page
    assert not Redirect.objects.exists()

    page = send(client, TABLE)
    assert "2 trong 5 dòng dùng được" in page
    assert Redirect.objects.count() == 2
    assert Redirect.objects.filter(created_by=None).count() == 0


def test_a_file_that_is_no_table_is_said_beside_its_field() -> None:
    client = desk_of("news.add_redirect", "news.view_redirect")

    assert "không có dòng nào" in send(client, "\n")
    assert "nhiều hơn 1000" in send(client, "/a,/tin/\n" * 1001)
    assert "Hãy chọn một tệp." in client.post(reverse(ADDRESS)).content.decode()


def test_without_the_right_nothing_is_read_in() -> None:
    client = desk_of("news.view_redirect", "news.change_redirect")

    assert client.get(reverse(ADDRESS)).status_code == 403
    assert client.post(reverse(ADDRESS), {}).status_code == 403
    with pytest.raises(PermissionDenied):
        redirect_import.report([(1, ["/a", "/tin/"])], by=make_user(), dry_run=False)
    assert not Redirect.objects.exists()
