"""Pages of the old portal become articles, to the character, or are refused with their line."""

import datetime as dt
import io
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from news import importing, oldportal
from news.models import Article, Photo, Section, ViewCount
from news.oldportal import Unreadable, decode, parse
from news.text import local
from tests.factories import make_article, make_section

STORY = django_settings.BASE_DIR / "portal" / "demo" / "conference-2019-05-31.txt"
SEED = STORY.read_bytes()
SEED_LINES = SEED.decode().split("\n")
DATE = "Thứ bảy, Ngày 01/06/2019, 09:30 SA"


def page(
    *text: str, section: str = "image Tin tức", title: str = "Tiêu đề", date: str = DATE
) -> str:
    """A page with these lines between the date line and the view count."""
    return "\n".join([section, title, date, "", *text, "Lượt xem: 7", "Bản in Quay lại"])


def import_pages(*paths: Path, **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_page", *paths, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def seed_article(db: None) -> Article:
    import_pages(STORY)
    return Article.objects.get()


# --- The real page --------------------------------------------------------------------------------


def test_the_seed_gives_title_slug_moment_byline_views_and_four_captions(
    seed_article: Article,
) -> None:
    assert len(seed_article.title) == 128
    assert len(seed_article.slug) == 125
    assert seed_article.slug.endswith("-xa-hoi-dia-phuong")
    assert seed_article.published_at
    assert local(seed_article.published_at).isoformat() == "2019-05-31T17:09:00+07:00"
    assert seed_article.byline == "MINH TÂM"
    assert seed_article.view_count.total == 12677
    assert seed_article.body.count("<figcaption>") == 4
    assert seed_article.section.name == "Hoạt động Ủy ban nhân dân"
    assert seed_article.is_published


def test_the_lead_with_its_mark_is_the_old_one_to_the_character(seed_article: Article) -> None:
    assert seed_article.source == "WEBGOVAP"
    assert seed_article.marked_lead == SEED_LINES[6].rstrip()
    assert seed_article.marked_lead.endswith("Quận…")


def test_every_paragraph_and_caption_stands_in_its_order_to_the_character(
    seed_article: Article,
) -> None:
    captions = [14, 26, 39, 44]
    place = 0
    for number in [14, 18, 19, 20, 21, 26, 30, 31, 32, 33, 34, 39, 44]:
        line = SEED_LINES[number - 1]
        expected = f"<figcaption>{line}</figcaption>" if number in captions else f"<p>{line}</p>"
        place = seed_article.body.index(expected, place)


def test_each_caption_has_the_picture_that_says_one_is_missing(seed_article: Article) -> None:
    photo = Photo.objects.get()
    assert photo.alt == "Ảnh chưa có trong bản lưu"
    assert (
        seed_article.body.count(f'<figure class="image"><img src="{photo.url}" alt="{photo.alt}">')
        == 4
    )


@pytest.mark.parametrize(
    "words", ["Bản in", "Tin mới hơn", "Thông tin cá nhân", "imageUser", "Cỡ chữ"]
)
def test_the_furniture_of_the_old_page_is_dropped(seed_article: Article, words: str) -> None:
    assert words not in seed_article.body


def test_importing_twice_makes_no_second_copy(seed_article: Article) -> None:
    out, _ = import_pages(STORY)

    assert "đã có từ trước, bỏ qua" in out
    assert Article.objects.count() == Photo.objects.count() == Section.objects.count() == 1
    assert Article.objects.get().updated_at == seed_article.updated_at


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + SEED,
        SEED.replace(b"\n", b"\r\n"),
        unicodedata.normalize("NFD", SEED.decode()).encode(),
    ],
    ids=["BOM", "CRLF", "NFD"],
)
def test_byte_order_mark_line_ends_and_normal_form_make_no_difference(content: bytes) -> None:
    assert parse(decode(content)) == parse(decode(SEED))


# --- A dry run ------------------------------------------------------------------------------------


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(db: None, settings: Any) -> None:
    out, _ = import_pages(STORY, dry_run=True)

    for words in [
        "Hoạt động Ủy ban nhân dân (sẽ tạo mới)",
        "(128 ký tự)",
        "Thứ sáu, Ngày 31/05/2019, 05:09 CH",
        "Dấu nguồn: WEBGOVAP",
        "9 đoạn, 4 ảnh",
        "Chú thích 4: Thường trực HĐND Phường 7 báo cáo tham luận với hội nghị",
        "Tác giả: MINH TÂM",
        "Lượt xem: 12677",
        "chưa ghi gì cả",
    ]:
        assert words in out
    assert not Article.objects.exists()
    assert not Section.objects.exists()
    assert not Photo.objects.exists()
    assert not Path(settings.MEDIA_ROOT).exists()


def test_a_dry_run_knows_what_is_there_and_what_an_earlier_file_would_have_made(
    db: None, tmp_path: Path
) -> None:
    for name, title in [("a", "Một"), ("b", "Hai"), ("c", "Một")]:
        (tmp_path / name).write_text(page("Nội dung.", title=title), encoding="utf-8")
    import_pages(STORY)

    out, _ = import_pages(STORY, tmp_path / "a", tmp_path / "b", tmp_path / "c", dry_run=True)

    assert "[1/4]" in out
    assert "đã có từ trước, sẽ bỏ qua" in out
    assert out.count("Tin tức (sẽ tạo mới)") == out.count("Tin tức (đã có)") == 1
    assert "trùng với một tệp ở trên, sẽ bỏ qua" in out


# --- Other pages than the seed --------------------------------------------------------------------


def test_a_page_without_mark_pictures_or_byline_is_read() -> None:
    found = parse(page("Đoạn mở đầu.", "", "Đoạn hai."))

    assert (found.source, found.lead, found.byline, found.captions) == ("", "Đoạn mở đầu.", "", [])
    assert [block.text for block in found.blocks] == ["Đoạn hai."]


@pytest.mark.parametrize("written", ["12.677", "12,677", "12 677", "12\xa0677", "12677"])
def test_views_are_read_with_and_without_separators(written: str) -> None:
    assert parse(page("Nội dung.").replace("xem: 7", f"xem: {written}")).views == 12677


def test_a_page_without_views_or_furniture_is_read_to_its_end() -> None:
    found = parse(f"Tin tức\nTiêu đề\n{DATE}\nMở đầu.\nĐoạn cuối.\n")

    assert (found.views, found.dropped, found.blocks[-1].text) == (0, 0, "Đoạn cuối.")


@pytest.mark.parametrize(
    "lead", ["(WEB) - Gạch ngắn.", "(WEB)–Không cách.", "(WEB) –\xa0NBSP.", "( WEB ) – Cách."]
)
def test_a_mark_written_another_way_stays_in_the_lead_as_it_was(lead: str) -> None:
    article = Article(source=parse(page(lead)).source, lead=parse(page(lead)).lead)

    assert article.marked_lead == lead


@pytest.mark.parametrize(
    "name", ["MINH TÂM", "Minh Tâm", "Tin, ảnh: Minh Tâm", "P.V", "MINH TÂM - THANH HÀ"]
)
def test_a_pen_name_on_the_last_line_is_the_byline(name: str) -> None:
    assert parse(page("Mở đầu.", "Đoạn hai.", name)).byline == name


@pytest.mark.parametrize("line", ["Người dân đồng tình", "- Phường Một", "HẾT…", "Xin cảm ơn."])
def test_a_short_last_paragraph_is_no_byline(line: str) -> None:
    found = parse(page("Mở đầu.", line))

    assert found.byline == ""
    assert found.blocks[-1].text == line


def test_a_caption_on_the_last_line_is_no_byline() -> None:
    found = parse(page("Mở đầu.", "", "\xa0", "", "", "Toàn Cảnh"))

    assert (found.byline, found.captions) == ("", ["Toàn Cảnh"])


def test_only_exactly_two_empty_lines_make_a_caption() -> None:
    found = parse(
        page("Mở đầu.", "", "Một.", "", "\xa0", "", "Hai.", "", "", "", "Ba.", "", "", "Ảnh")
    )

    assert found.captions == ["Ảnh"]


def test_long_text_and_text_that_runs_on_are_paragraphs_even_after_a_gap() -> None:
    found = parse(page("Mở đầu.", "", "", "Dài " * 100, "", "", "Một", "Hai và ba"))

    assert found.captions == []


def test_the_first_paragraph_is_the_lead_even_after_a_wide_gap() -> None:
    assert parse(page("\xa0", "", "", "(WEB) – Mở đầu")).lead == "Mở đầu"


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("12:05 SA", 0),
        ("01:05 SA", 1),
        ("11:05 SA", 11),
        ("12:05 CH", 12),
        ("1:05 CH", 13),
        ("11:05 CH", 23),
    ],
)
def test_the_clock_has_twelve_hours(written: str, hour: int) -> None:
    moment = parse(page("Nội dung.", date=f"Thứ bảy, Ngày 1/6/2019, {written}")).published_at

    assert (moment.hour, moment.minute) == (hour, 5)
    assert moment.utcoffset() == dt.timedelta(hours=7)


def test_signs_of_markup_on_the_page_stay_text(db: None, tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    file.write_text(page("Mở đầu.", "5 < 6 & <b>đậm</b> <script>x</script>"), encoding="utf-8")
    import_pages(file)

    assert Article.objects.get().body == (
        "<p>5 &lt; 6 &amp; &lt;b&gt;đậm&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;</p>"
    )


def test_comments_of_the_old_page_are_mentioned_as_left_behind(db: None, tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    file.write_text(page("Nội dung.") + "\nÝ kiến bạn đọc (3)\nA\nHay", encoding="utf-8")

    assert "3 ý kiến bạn đọc trên trang cũ không được nhập" in import_pages(file, dry_run=True)[0]


# --- Sections -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Hoạt động Ủy ban nhân dân", "Hoạt động Uỷ ban nhân dân"])
def test_a_section_that_is_there_is_used_also_with_the_other_spelling(db: None, name: str) -> None:
    section = make_section(name=name)
    import_pages(STORY)

    assert Article.objects.get().section == section
    assert Section.objects.count() == 1


def test_a_new_section_comes_last(db: None) -> None:
    make_section(order=4)
    import_pages(STORY)

    assert Section.objects.all()[1].name == "Hoạt động Ủy ban nhân dân"


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_section_whose_address_is_taken_is_refused(
    db: None, tmp_path: Path, dry_run: bool
) -> None:
    file = tmp_path / "page.txt"
    file.write_text(page("Nội dung.", section="image Tìm kiếm"), encoding="utf-8")
    err = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_page", file, dry_run=dry_run, stdout=io.StringIO(), stderr=err)

    assert "đã dành cho một trang khác" in err.getvalue()
    assert not Section.objects.exists()


# --- Refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "tệp trống"),
        ("\n\xa0\n", 1, "tệp trống"),
        (f"{DATE}\nNội dung", 1, "tên chuyên mục và tiêu đề"),
        (f"image Tin tức\n\n{DATE}\nNội dung", 3, "chờ tiêu đề"),
        ("image Tin tức\nTiêu đề", 2, "gặp cuối tệp"),
        ("image Tin tức\nTiêu đề\n\nMột đoạn văn không có ngày", 4, "chờ dòng ngày"),
        (page("x", date="Thứ bảy, Ngày 01/06/2019, 09:30"), 3, "chờ dòng ngày"),
        (page("x", date="Thứ sáu, Ngày 31/02/2019, 09:30 SA"), 3, "ngày giờ có thật"),
        (page("x", date="Thứ bảy, Ngày 01/06/2019, 09:61 SA"), 3, "ngày giờ có thật"),
        (page("x", date="Thứ bảy, Ngày 01/06/2019, 13:30 CH"), 3, "giờ từ 1 đến 12"),
        (page("x", date="Thứ bảy, Ngày 01/06/2019, 00:30 SA"), 3, "giờ từ 1 đến 12"),
        (page("x", date="Thứ hai, Ngày 01/06/2019, 09:30 SA"), 3, "chờ “Thứ bảy”"),
        (page("x", date=f"{DATE} Tin khác"), 3, "chờ hết dòng"),
        (page("x", title="T" * 301), 2, "không quá 300 ký tự"),
        (page("x", section="S" * 101), 1, "không quá 100 ký tự"),
        (page("\xa0", ""), 4, "trang không có chữ"),
        (page("x").replace("xem: 7", "xem: nhiều"), 6, "số lượt xem"),
        (page("x").replace("xem: 7", "xem: 12.67"), 6, "số lượt xem"),
    ],
)
def test_a_page_that_cannot_be_read_is_refused_with_its_line(
    text: str, line: int, words: str
) -> None:
    with pytest.raises(Unreadable, match=words) as refusal:
        parse(text)

    assert refusal.value.line == line


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"image Tin\nTi\xeau \xf0\xea", 2, "UTF-8"),
        ("image Tin".encode("utf-16"), 1, "UTF-8"),
        (b"image Tin\n\na\x00b", 3, "NUL"),
        (b"a" * (oldportal.MAX_CHARACTERS + 1), 1, "dài hơn"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_line(
    content: bytes, line: int, words: str
) -> None:
    with pytest.raises(Unreadable, match=words) as refusal:
        decode(content)

    assert refusal.value.line == line


def test_a_file_that_cannot_be_read_is_reported_and_the_others_go_on(
    db: None, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_text(page("x", date="Thứ sáu, Ngày 31/02/2019, 09:30 SA"), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="3 trong 4 tệp") as failure:
        call_command(
            "import_page", broken, tmp_path, tmp_path / "none.txt", STORY, stdout=out, stderr=err
        )

    assert failure.value.returncode == 1
    assert f"[1/4] {broken}: dòng 3: chờ ngày giờ có thật" in err.getvalue()
    assert f"[2/4] {tmp_path}: là thư mục" in err.getvalue()
    assert "[3/4]" in err.getvalue()
    assert "không có tệp này" in err.getvalue()
    assert f"[4/4] {STORY}: đã nhập" in out.getvalue()
    assert Article.objects.get().byline == "MINH TÂM"


def test_a_page_that_fails_while_it_is_stored_leaves_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(ViewCount.objects, "filter", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        importing.store(parse(decode(SEED)))

    assert not Article.objects.exists()
    assert not Section.objects.exists()


def test_the_same_title_at_another_moment_is_another_article(seed_article: Article) -> None:
    make_article(title="Khác", published_at=seed_article.published_at, section=seed_article.section)
    moved = parse(decode(SEED.replace(b"05:09", b"06:09")))

    assert importing.existing(moved) is None


def test_the_reader_allows_what_the_models_hold() -> None:
    for model, name, most in [
        (Section, "name", oldportal.MAX_SECTION),
        (Article, "title", oldportal.MAX_TITLE),
        (Article, "source", oldportal.MAX_SOURCE),
    ]:
        assert getattr(model._meta.get_field(name), "max_length", None) == most
