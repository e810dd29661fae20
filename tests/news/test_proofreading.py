"""The rules of the second reader: what each finds, and what it leaves alone."""

import pytest

from news import oldportal, richtext
from news.legacy_encodings import Encoding
from news.proofreading import Finding, Manuscript, Severity, Trouble, findings
from portal.demo.articles import ARTICLES, LAST_LINE, SampleArticle
from portal.demo.load import STORY

LEAD = "Sáng nay, phường tổ chức hội nghị."
PHOTO = f"/media/photos/ab/{'ab' * 16}.jpg"
CAPITALS = "YÊU CẦU TOÀN THỂ CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC VÀ NGƯỜI LAO ĐỘNG NGHIÊM TÚC CHẤP HÀNH NỘI DUNG THÔNG BÁO NÀY"


def read(body: str = "", *, title: str = "Tin", lead: str = LEAD, **known: object) -> list[Finding]:
    return findings(Manuscript(title, lead, richtext.clean(body), **known))  # type: ignore[arg-type]


def codes(body: str = "", **known: object) -> list[str]:
    return [finding.code for finding in read(body, **known)]  # type: ignore[arg-type]


def test_a_plain_story_has_no_findings() -> None:
    assert codes("<p>Hội nghị thống nhất các nội dung chính.</p>") == []


@pytest.mark.parametrize("sample", ARTICLES, ids=lambda sample: sample.name[:40])
def test_the_demo_stories_have_no_findings_but_what_is_really_so(sample: SampleArticle) -> None:
    expected = []
    if not sample.lead:
        expected.append("lead-empty")
    if len(sample.title) > 100:
        expected.append("title-long")
    body = sample.body + LAST_LINE
    assert codes(body, title=sample.title, lead=sample.lead) == expected


def test_of_the_seed_story_only_the_title_is_too_long() -> None:
    page = oldportal.parse(oldportal.decode(STORY.read_bytes()))
    body = "".join(f"<p>{block.text}</p>" for block in page.blocks)
    assert codes(body, title=page.title, lead=page.lead) == ["title-long"]


# --- title and lead -------------------------------------------------------------------------------


def test_an_empty_lead_is_a_warning_at_its_field() -> None:
    (finding,) = read(lead=" ")
    assert (finding.code, finding.place.field) == ("lead-empty", "lead")
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(("length", "expected"), [(100, []), (101, ["title-long"])])
def test_a_title_of_more_than_100_characters_is_too_long_for_a_card(
    length: int, expected: list[str]
) -> None:
    assert codes(title="a" * length) == expected


# --- pictures, headings, tables -------------------------------------------------------------------


def test_a_picture_without_description_is_an_error_with_its_place_in_the_body() -> None:
    (finding,) = read(f'<p><img src="{PHOTO}" alt="Hội trường"></p><p><img src="{PHOTO}"></p>')
    assert finding.is_error
    assert (finding.code, finding.place.selector, finding.place.ordinal) == (
        "picture-alt",
        "img",
        1,
    )


def test_a_picture_that_the_library_describes_is_fine() -> None:
    assert codes(f'<p><img src="{PHOTO}"></p>', described=frozenset({"ab" * 16})) == []


def test_a_picture_that_only_decorates_by_decision_is_fine() -> None:
    assert codes(f'<p><img src="{PHOTO}" alt="" role="presentation"></p>') == []


def test_a_cover_without_description_is_an_error_unless_the_body_shows_it() -> None:
    assert codes(cover="ab" * 16) == ["picture-alt"]
    assert codes(f'<p><img src="{PHOTO}" alt="Hội trường"></p>', cover="ab" * 16) == []


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("<h2>Một</h2><h3>Hai</h3><h4>Ba</h4><h2>Bốn</h2>", []),
        ("<h3>Một</h3>", [0]),
        ("<h2>Một</h2><h4>Hai</h4><h3>Ba</h3>", [1]),
        ("<h2>Một</h2><h3>Hai</h3><h2>Ba</h2><h4>Bốn</h4>", [3]),
    ],
)
def test_a_heading_that_skips_a_level_is_found(body: str, wrong: list[int]) -> None:
    found = read(body)
    assert [finding.place.ordinal for finding in found] == wrong
    assert {finding.code for finding in found} <= {"heading-order"}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("<tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>", ["table-header"]),
        ("<tr><th>1</th><th>2</th></tr><tr><td>3</td><td>4</td></tr>", []),
        ("<tr><td>Nơi nhận</td><td>CHỦ TỊCH</td></tr>", []),
        ("<tr><td>1</td></tr><tr><td>2</td></tr>", []),
    ],
)
def test_a_table_of_data_needs_headers(table: str, expected: list[str]) -> None:
    assert codes(f"<table><tbody>{table}</tbody></table>") == expected


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["tại đây", "Tại đây.", "XEM THÊM", "xem thêm…", "(tại đây)", "<em>tại</em> đây", "» Xem tiếp"],
)
def test_a_link_that_does_not_say_where_it_leads_is_found(words: str) -> None:
    (finding,) = read(f'<p>Xem <a href="/tin/">{words}</a></p>')
    assert (finding.code, finding.place.selector) == ("link-words", "a")


@pytest.mark.parametrize(
    "words", ["Mẫu đơn khai sinh", "Xem thêm về lịch tiếp dân", "Cơ quan tại đây"]
)
def test_a_link_that_says_where_it_leads_is_fine(words: str) -> None:
    assert codes(f'<p><a href="/tin/">{words}</a></p>') == []


@pytest.mark.parametrize("trouble", Trouble)
def test_only_an_own_address_that_leads_nowhere_is_an_error(trouble: Trouble) -> None:
    (finding,) = read(
        '<p><a href="/x/">Lịch họp</a> <a href="/y/">Lịch nghỉ</a></p>',
        links={"/y/": (trouble, "Không có trang này.")},
    )
    assert finding.is_error == (trouble is Trouble.BROKEN)
    assert (finding.place.ordinal, finding.place.quote) == (1, "Lịch nghỉ")
    assert "/y/" in finding.explanation


# --- letters --------------------------------------------------------------------------------------


def test_text_in_an_old_encoding_is_an_error_once_for_each_field() -> None:
    found = read(
        "<p>Héi nghÞ b¸o c¸o kÕt qu¶</p><p>Trong suốt</p><p>Uû ban nh©n d©n</p>",
        title="Th«ng b¸o tuyÓn dông",
    )
    assert [(f.code, f.place.field, f.encoding) for f in found] == [
        ("encoding", "title", Encoding.TCVN3),
        ("encoding", "body", Encoding.TCVN3),
    ]
    assert found[1].is_error
    assert "2 đoạn" in found[1].explanation


def test_mixed_tone_marks_name_the_rarer_words() -> None:
    (finding,) = read("<p>Ủy ban, ủy viên và hòa giải. Uỷ quyền cho người hoà nhã.</p>")
    assert finding.code == "tone-marks"
    assert finding.severity is Severity.WARNING
    assert finding.place.quote == "Uỷ"
    assert "Uỷ, hoà" in finding.explanation


@pytest.mark.parametrize(
    "words",
    [
        "Ủy ban, hòa giải, khóa họp, quý một, hoàn thành, huỳnh quang, thoải mái",
        "Uỷ ban, hoà giải, khoá họp, quý một, hoàn thành, huỳnh quang, thoải mái",
        "Ủy ban, hòa giải; bà Nguyễn Thị Thuý và tỉnh Khánh Hoà",
        "Quỹ, quý, quỳ, quỷ và thủy",
    ],
)
def test_one_way_of_marking_is_fine_and_names_keep_theirs(words: str) -> None:
    assert codes(f"<p>{words}</p>") == []


def test_one_name_in_both_ways_is_found() -> None:
    assert codes("<p>Tỉnh Khánh Hòa. Về Khánh Hoà.</p>") == ["tone-marks"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<p>{CAPITALS}</p>", ["capitals"]),
        (f"<ul><li>{CAPITALS}</li></ul>", ["capitals"]),
        ("<p>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</p>", []),
        (f"<h2>{CAPITALS}</h2>", []),
        (f"<p>{CAPITALS.lower()} {CAPITALS}</p>", []),
    ],
)
def test_only_a_long_paragraph_in_capitals_is_found(body: str, expected: list[str]) -> None:
    assert codes(body) == expected


# --- persons --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["số 079203012345", "CCCD 079 203 012 345", "(001.299.000.001)", "CMND số: 023456789"]
)
def test_a_citizens_number_is_an_error(words: str) -> None:
    (finding,) = read(f"<p>Ông A, {words}, ngụ tại phường.</p>")
    assert (finding.code, finding.is_error) == ("identity-number", True)
    assert finding.place.quote in words


@pytest.mark.parametrize(
    "words",
    [
        "079903012345",  # the fourth digit is a century to come
        "003203012345",  # no province
        "1079203012345",
        "kinh phí 79.203.012.345 đồng",
        "mã hồ sơ 000123456789",
        "0084 283 894 0000",
        "tăng 1.234.567.890 đồng so với năm 2018, từ ngày 15.4.2018 đến ngày 15.4.2019",
        "Quyết định số 023456789",
        "1.200.000 tài khoản định danh điện tử mức 2, đạt 102.345 hồ sơ",
    ],
)
def test_other_long_numbers_are_no_citizens_numbers(words: str) -> None:
    assert "identity-number" not in codes(f"<p>{words}</p>")
    assert "bank-account" not in codes(f"<p>{words}</p>")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("STK 0071000123456 Vietcombank", ["bank-account"]),
        ("số tài khoản: 1903 4567 8901 23", ["bank-account"]),
        ("Ban vận động cứu trợ phường, số tài khoản 3713.0.1058783", ["office-account"]),
        ("số tài khoản của anh là 0912345678", ["bank-account"]),
        ("mã số 0071000123456", []),
    ],
)
def test_a_bank_account_is_one_only_after_its_word(words: str, expected: list[str]) -> None:
    found = read(f"<p>{words}</p>")
    assert [finding.code for finding in found] == expected
    assert all(finding.is_error == (finding.code == "bank-account") for finding in found)


@pytest.mark.parametrize(
    "words",
    [
        "0912 345 678",
        "0912.345.678",
        "+84 912 345 678",
        "(028) 3894 1234",
        "028.38941234",
        "0356789012",
    ],
)
def test_a_telephone_number_is_a_warning(words: str) -> None:
    (finding,) = read(f"<p>Liên hệ: {words} để biết thêm.</p>")
    assert (finding.code, finding.severity) == ("phone", Severity.WARNING)
    assert finding.place.quote.strip("()") in words


@pytest.mark.parametrize(
    "words", ["113", "1900 1234", "1800599920", "0123", "20/05/2019", "09 ngày, 12 giờ"]
)
def test_short_numbers_and_dates_are_no_telephone_numbers(words: str) -> None:
    assert codes(f"<p>Gọi {words} khi cần.</p>") == []


# --- fingerprints ---------------------------------------------------------------------------------


def test_the_fingerprint_stays_while_other_text_changes_and_goes_with_its_own() -> None:
    (before,) = read("<p>Gọi 0912 345 678.</p>")
    (moved,) = read("<p>Đoạn mới.</p><p>Hãy gọi 0912 345 678.</p>")
    (other,) = read("<p>Gọi 0912 345 679.</p>")
    assert before.fingerprint == moved.fingerprint != other.fingerprint


def test_twins_have_fingerprints_of_their_own() -> None:
    found = read('<p><a href="/x/">tại đây</a> <a href="/x/">tại đây</a></p>')
    assert len({finding.fingerprint for finding in found}) == 2


def test_a_thousand_remarks_are_cut_and_the_errors_stay() -> None:
    links = '<p><a href="/x/">tại đây</a></p>' * 1000
    found = codes(links + "<p>CCCD 079203012345</p>")
    assert (len(found), found[0]) == (200, "identity-number")


def test_errors_come_before_warnings() -> None:
    assert codes("<p>Gọi 0912 345 678. CCCD 079203012345.</p>", lead="")[0] == "identity-number"
