"""The public search page: what it says and offers, what breaks it not, and how its index follows the stories."""

import dataclasses
import datetime as dt
import io
import json
import time
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from news import file_text
from news import search as searching
from news.content import Content
from news.models import (
    Article,
    ArticleAttachment,
    AttachmentText,
    Document,
    SearchEntry,
    StoryWords,
    Tag,
)
from tests.factories import (
    make_article,
    make_attachment,
    make_document,
    make_section,
    make_user,
    office_parts,
    pdf_bytes,
    zip_bytes,
)

pytestmark = pytest.mark.django_db


def page(client: Client, **asked: str) -> str:
    answer = client.get("/tim-kiem/", {name.replace("_", "-"): v for name, v in asked.items()})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_counts_honestly_and_marks_the_words(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        make_article(title=f"Tin số {number}", lead="Tin của <b>phường</b> & quận")

    words = page(client, q="tin phuong")

    assert "3 kết quả với “tin phuong”." in words
    assert "<mark>Tin</mark> của &lt;b&gt;<mark>phường</mark>&lt;/b&gt; &amp; quận" in words
    for module in ("news.search", "news.forms"):
        monkeypatch.setattr(f"{module}.RANKED", 2)
    words = page(client, q="tin")
    assert "Hơn 2 kết quả với “tin”. Cổng xếp 2 tin sát nhất" in words


def test_what_stands_only_in_a_file_is_shown_with_the_file(client: Client) -> None:
    article = make_article(title="Một", lead="Hai")
    file = make_attachment(title="Kế hoạch")
    AttachmentText.objects.filter(attachment=file).update(text="Danh sách <hộ> dân cư nghèo")
    ArticleAttachment.put_below(article, [file.pk])

    words = page(client, q='"ho dan cu"')

    assert "Danh sách &lt;<mark>hộ&gt; dân cư</mark> nghèo" in words
    assert file.get_absolute_url() in words


def test_cells_of_a_table_do_not_run_together_and_a_phrase_over_them_is_marked(
    client: Client,
) -> None:
    cells = "<td>Tuần thứ tư</td><td>Thứ năm</td>"
    make_article(title="Lịch", lead="Hai", body=f"<table><tbody><tr>{cells}</tr></tbody></table>")

    assert "Tuần thứ <mark>tư · Thứ</mark> năm" in page(client, q='"tu thu"')


def test_each_filter_narrows_and_says_what_is_wrong_with_it(client: Client) -> None:
    culture, sport = make_section(name="Văn hoá"), make_section(name="Thể thao")
    below = make_section(name="Bóng đá", parent=sport)
    now = timezone.now()
    old = make_article(title="Tin cũ", section=culture, published_at=now - dt.timedelta(days=400))
    new = make_article(title="Tin mới", section=below, byline="MINH TÂM")
    new.tags.set([Tag.objects.create(name="Đô thị")])
    ArticleAttachment.put_below(new, [make_attachment().pk])
    year_ago = f"{now - dt.timedelta(days=365):%Y-%m-%d}"
    tomorrow = f"{now + dt.timedelta(days=2):%d/%m/%Y}"
    for asked, there in [
        ({"q": "tin"}, {"Tin cũ", "Tin mới"}),
        ({"q": "tin", "muc": sport.slug}, {"Tin mới"}),
        ({"muc": culture.slug}, {"Tin cũ"}),
        ({"q": "tin", "tu": year_ago}, {"Tin mới"}),
        ({"q": "tin", "den": year_ago}, {"Tin cũ"}),
        ({"q": "tin", "tu": tomorrow, "den": tomorrow}, set()),
        ({"tac_gia": "minh"}, {"Tin mới"}),
        ({"q": "tin", "the": "do thi"}, {"Tin mới"}),
        ({"tep": "1"}, {"Tin mới"}),
        ({"q": "tin", "the": "khong co"}, set()),
        ({"q": "tin", "tac_gia": "!"}, set()),
        ({"q": "-moi", "muc": sport.slug}, set()),
    ]:
        words = page(client, **asked).replace("<mark>", "").replace("</mark>", "")
        found = {a.title for a in (old, new) if f'{a.get_absolute_url()}">{a.title}' in words}
        assert found == there, asked
    assert "Hãy viết ngày theo mẫu" in page(client, q="tin", tu="hôm qua")
    assert "Không có chuyên mục này" in page(client, q="tin", muc="khong-co")
    words = page(client, q="tin", tu="2026-02-01", den="2026-01-01")
    assert words.count('class="error"') == words.count("phải sau ngày bắt đầu") == 1
    assert 'name="tu" value="2026-02-01"' in words and 'name="den" value="2026-01-01"' in words
    assert '<details class="search-filters" open>' in words


def test_after_filtering_a_line_says_by_what_and_leads_out(client: Client) -> None:
    sport = make_section(name="Thể thao")

    words = page(client, q="tin", muc=sport.slug, tu="2026-01-02", the="<b>", thu_tu="moi-nhat")

    assert "Đang lọc: chuyên mục Thể thao, từ ngày 02/01/2026, thẻ “&lt;b&gt;”." in words
    assert 'href="/tim-kiem/?q=tin&amp;thu-tu=moi-nhat">Bỏ lọc' in words
    assert '<details class="search-filters">' in words
    assert '<input type="hidden" name="thu-tu" value="moi-nhat">' in words
    assert 'href="/tim-kiem/">Bỏ lọc' in page(client, tep="1")
    assert "Bỏ lọc" not in page(client, q="tin")


def test_results_are_counted_by_section_and_every_link_keeps_what_was_asked(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in (("Thể thao", 2), ("Văn hoá", 1)):
        section = make_section(name=name)
        for _ in range(number):
            make_article(section=section, title="Tin chung", byline="An")

    words = page(client, q="chung", tac_gia="an", thu_tu="moi-nhat")

    assert (
        'href="?q=chung&amp;muc=the-thao&amp;tac-gia=an&amp;thu-tu=moi-nhat">Thể thao (2)' in words
    )
    assert 'href="?q=chung&amp;tac-gia=an">sát nhất' in words
    monkeypatch.setattr(searching, "RANKED", 2)
    # Of the best two nobody can tell how many there are.
    assert ">Thể thao</a>" in page(client, q="chung")


def test_a_misspelt_word_is_offered_as_one_that_finds_something(client: Client) -> None:
    make_article(title="Hội nghị hành chính công")
    for typed, meant in [
        ("hanh chnih", "hanh chinh"),
        ("hành chih công", "hành chinh công"),
        ("hooij nghij", "hoi nghi"),
        ('"hội nghhị"', "&quot;hội nghi&quot;"),
    ]:
        assert f">{meant}</a>?" in page(client, q=typed), typed
    for typed in ("hội nghị thể thao", "zzzzqqqq", "hanh hanh"):
        assert "Có phải bạn tìm" not in page(client, q=typed), typed


def test_suggestions_are_public_titles_and_tags(client: Client) -> None:
    story = make_article(title="Đô thị văn minh")
    draft = make_article(title="Đô thị nháp", status=Article.Status.DRAFT)
    story.tags.set([Tag.objects.create(name="Đô thị")])
    draft.tags.set([Tag.objects.create(name="Đô thị kín")])

    answer = client.get(reverse("news:suggestions"), {"q": "do th"})

    assert answer.headers["Cache-Control"] == "public, max-age=5"
    assert json.loads(answer.content)["suggestions"] == [
        {
            "text": "Đô thị",
            "kind": "Thẻ",
            "address": Tag.objects.get(slug="do-thi").get_absolute_url(),
        },
        {"text": story.title, "kind": "Tin", "address": story.get_absolute_url()},
    ]
    for typed in ("", "d", "\x00", "%" * 10_000, "' OR 1=1 --"):
        assert client.get(reverse("news:suggestions"), {"q": typed}).status_code == 200


def test_official_documents_stand_above_the_stories(client: Client) -> None:
    document = make_document(number="03/2019/QĐ-UBND", abstract="Về thu gom rác thải")
    hidden = make_document(
        number="03/2019/QĐ-UBND-X", abstract="Rác thải nháp", status=Document.Status.DRAFT
    )
    make_article(title="Tin về rác thải")
    link = f'href="{document.get_absolute_url()}"'

    for typed in ("03/2019/QĐ-UBND", "3/2019", "thu gom", '"rác thải"'):
        words = page(client, q=typed)
        assert link in words, typed
        assert hidden.get_absolute_url() not in words
        assert "Có phải bạn tìm" not in words
    assert words.index(link) < words.index("Tin về")
    assert "Không có tin bài nào với “3/2019”" in page(client, q="3/2019")
    assert 'href="/van-ban/?q=3%2F2019"' in page(client, q="3/2019")
    assert 'href="/van-ban/?q=kh%C3%B4ng"' in page(client, q="không")
    for asked in ({"q": "rác -thu"}, {"q": "rác", "tep": "1"}, {"q": "!"}, {}):
        assert link not in page(client, **asked), asked


def test_a_title_that_begins_with_the_words_is_suggested_first(client: Client) -> None:
    now = timezone.now()
    for age, title in ((3, "Thư viện"), (2, "Đường có thư"), (1, "Văn thư"), (4, "Thu gom rác")):
        make_article(title=title, published_at=now - dt.timedelta(days=age))

    answer = client.get(reverse("news:suggestions"), {"q": "thu"})

    offered = [one["text"] for one in json.loads(answer.content)["suggestions"]]
    assert offered == ["Thư viện", "Thu gom rác", "Văn thư", "Đường có thư"]


def test_the_number_of_a_document_is_completed_while_one_types(client: Client) -> None:
    document = make_document(number="03/2019/QĐ-UBND", abstract="Về rác thải")
    make_document(number="03/2019/NQ", status=Document.Status.DRAFT)

    answer = client.get(reverse("news:suggestions"), {"q": "03/20"})

    assert json.loads(answer.content)["suggestions"] == [
        {
            "text": "03/2019/QĐ-UBND – Về rác thải",
            "kind": "Văn bản",
            "address": document.get_absolute_url(),
        }
    ]
    for typed in ("//", "/\x00", "%/%" * 5_000):
        assert client.get(reverse("news:suggestions"), {"q": typed}).status_code == 200


def test_nothing_one_types_is_an_error_or_slow(client: Client) -> None:
    make_article(title="Tin số 5")
    longest = max(
        [
            ("tin " * 3_000)[:10_000],
            "\x00tin\x00",
            "🙂 tin 🙂",
            '"' * 300,
            "-" * 300,
            '-"',
            "NEAR(tin so) AND NOT *",
            "tin:* | !so <-> so",
            "'; DROP TABLE news_article; --",
            "\ud800tin",
            "ệ" * 10_000,
            "a" + "\u0301" * 10_000,
            "ﷺ" * 5_000,
            "zzq" * 60,
        ],
        key=lambda typed: took(client, q=typed),
    )
    assert took(client, q=longest) < 1
    for name in ("muc", "tu", "den", "tac-gia", "the", "tep", "thu-tu"):
        for typed in ("\x00", "9" * 5_000, "0001-01-01", "9999-12-31", "🙂", "-", "' --"):
            assert took(client, **{"q": "tin", name: typed}) < 1, (name, typed)


def took(client: Client, **asked: Any) -> float:
    """Seconds of this process's own work."""
    asked = {name: value.encode("utf-8", "surrogatepass") for name, value in asked.items()}
    began = time.process_time()
    assert client.get("/tim-kiem/", asked).status_code == 200, asked
    return time.process_time() - began


def test_what_has_expired_or_waits_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "RANKED", 2)
    now = timezone.now()
    for number in range(4):
        gone = make_article(title=f"Tin hết hạn {number}", expires_at=now + dt.timedelta(days=1))
        Article.objects.filter(pk=gone.pk).update(expires_at=now - dt.timedelta(days=1))
        gone.refresh_from_db()
        gone.save()
    make_article(title="Tin mai", published_at=now + dt.timedelta(days=1))
    there = make_article(title="Tin cũ", published_at=now - dt.timedelta(days=9))

    found = searching.find(searching.Query.of("tin"))

    assert ([article.pk for article in found[0:10]], found.more) == ([there.pk], False)


def test_marks_never_put_an_old_title_behind_what_no_marks_put_it_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "RANKED", 5)
    for _ in range(20):
        make_article(title="Tin", body="<p>giếng</p>")
    make_article(title="Giếng cổ", published_at=timezone.now() - dt.timedelta(days=9))

    for typed in ("gieng", "giếng"):
        assert found(typed)[0] == "Giếng cổ", typed


# --- the index follows ------------------------------------------------------------------------------


def test_what_hangs_on_a_story_is_found_as_it_is_now() -> None:
    story = make_article(title="Một")
    tag = Tag.objects.create(name="Giao thông")
    dataclasses.replace(Content.of(story), tags=("Giao thông",)).hang_on(story)
    file = make_attachment(title="Biểu mẫu")
    ArticleAttachment.put_below(story, [file.pk])
    other = make_section(name="Mục khác")

    assert found("giao thong") == found("bieu mau") == ["Một"]
    tag.name = "Đường sá"
    tag.save()
    file.title = "Phụ lục"
    file.save()
    assert found("giao thong") == found("bieu mau") == []
    assert found("duong sa") == found("phu luc") == ["Một"]
    story.section.merge_into(other, by=make_user(superuser=True))
    assert found("", searching.Filters(sections=(other.pk,))) == ["Một"]
    tag.delete()
    assert found("duong sa") == []


def test_many_stories_of_a_tag_or_section_follow_by_the_regular_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("news.models.search.AT_ONCE", 1)
    section, other = make_section(name="Mục này"), make_section(name="Mục khác")
    tag = Tag.objects.create(name="Giao thông")
    for _ in range(2):
        make_article(title="Tin", section=section).tags.add(tag)
    call_command("reindex", stdout=io.StringIO())

    tag.save()
    assert not SearchEntry.objects.filter(form=0).exists()
    tag.name = "Đường sá"
    tag.save()
    assert len(found("giao thong")) == 2
    SearchEntry.keep_outdated(seconds=5)
    assert (len(found("giao thong")), len(found("duong sa"))) == (0, 2)

    tag.delete()
    section.merge_into(other, by=make_user(superuser=True))
    SearchEntry.keep_outdated(seconds=5)
    assert found("duong sa") == []
    assert len(found("tin", searching.Filters(sections=(other.pk,)))) == 2


def found(typed: str, filters: searching.Filters = searching.NO_FILTERS) -> list[str]:
    return [story.title for story in searching.find(searching.Query.of(typed), filters)[:20]]


def test_words_of_files_are_read_when_they_come_and_made_up_for() -> None:
    words = "<w:p><w:r><w:t>Hồ sơ cư</w:t></w:r><w:r><w:t> trú</w:t></w:r><w:delText>xoá</w:delText></w:p>"
    document = f'<w:document xmlns:w="w">{words}</w:document>'
    docx = make_attachment(zip_bytes({**office_parts(), "word/document.xml": document}), "mau.docx")
    pdf = make_attachment(pdf_bytes("Danh muc ho so"), "danh-muc.pdf")
    ArticleAttachment.put_below(make_article(title="Một"), [docx.pk])
    ArticleAttachment.put_below(make_article(title="Hai"), [pdf.pk])

    assert found('"hồ sơ cư trú"') == ["Một"]
    assert found('"danh muc ho so"') == ["Hai"]
    assert found("xoá") == []
    AttachmentText.objects.all().delete()
    call_command("reindex", stdout=io.StringIO())
    assert found('"hồ sơ cư trú"') == ["Một"]


def test_a_file_that_declares_entities_or_unfolds_too_far_has_no_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x><t>&a;</t></x>'
    assert file_text.read("docx", zip_bytes({"word/document.xml": bomb})) == ""
    assert file_text.read("docx", b"PK\x03\x04") == file_text.read("xlsx", b"") == ""
    monkeypatch.setattr(file_text, "MAX_TEXT", 10)
    long = f"<x>{'<t>chữ </t>' * 100}</x>"
    assert file_text.read("docx", zip_bytes({"word/document.xml": long})) == "chữ chữ ch"


def test_what_was_indexed_in_an_older_form_is_written_anew_by_the_regular_work() -> None:
    story = make_article(title="Một", body="<p>alpha</p>")
    StoryWords.objects.all().delete()
    SearchEntry.objects.update(form=0)

    SearchEntry.keep_outdated(seconds=5)

    assert found("alpha") == [story.title]
