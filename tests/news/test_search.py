"""Finding stories by words: the same on both databases, from an index, whatever was typed."""

import datetime as dt
import io
import unicodedata
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import search as searching
from news.models import (
    Article,
    Document,
    Photo,
    SearchEntry,
    StoryWords,
    TitleWords,
    index,
    story_words,
)
from news.models.photo import PhotoWords
from news.models.words import Terms
from news.search import search, search_titles
from tests.factories import make_article, make_document, make_photo, make_section

pytestmark = pytest.mark.django_db

SYLLABLES = [
    "ba",
    "bo",
    "ca",
    "co",
    "da",
    "de",
    "ga",
    "go",
    "hoa",
    "lan",
    "mai",
    "nam",
    "nha",
    "pho",
    "que",
    "sen",
    "tan",
    "thu",
    "toi",
    "van",
]


def titles(words: str, finding: Any = search) -> list[str]:
    return [article.title for article in finding(Article.objects.all(), words)]


# --- What is found ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "dai bieu",
        "ĐẠI BIỂU",
        "đại biểu",
        "bieu dai",
        unicodedata.normalize("NFD", "đại biểu"),
        "“đại” — biểu!",
        "đại\u00a0biểu",
        "dai-bieu",
    ],
)
def test_words_are_found_however_they_are_typed(typed: str) -> None:
    make_article(title="Gặp gỡ", body="<p>Các đại biểu đã</p><p>đến dự</p>")
    make_article(title="Tin khác")

    assert titles(typed) == ["Gặp gỡ"]


@pytest.mark.parametrize("place", ["title", "lead", "body", "byline"])
def test_words_are_found_in_every_part_of_a_story(place: str) -> None:
    sought = make_article(**{"title": "Một", place: "Hợp Thành"})
    make_article(title="Hai")

    assert titles("hop thanh") == [sought.title]


def test_every_word_must_occur_and_each_as_a_whole() -> None:
    make_article(title="Nước sạch cho khu phố")

    assert titles("nuoc khu") == ["Nước sạch cho khu phố"]
    assert titles("nuoc ban") == []
    assert titles("nuo") == []


@pytest.mark.parametrize("typed", ["covid19", "COVID-19", "covid 19", "Covid – 19"])
def test_letters_and_digits_are_words_of_their_own(typed: str) -> None:
    make_article(title="Phòng chống Covid-19")

    assert titles(typed) == ["Phòng chống Covid-19"]


@pytest.mark.parametrize("typed", ["54/2017/QH14", "54 2017 qh14", "54/2017"])
def test_the_number_of_a_document_is_found(typed: str) -> None:
    make_article(title="Luật", body="<p>Căn cứ Nghị quyết số 54/2017/QH14 ngày 24/11/2017</p>")

    assert titles(typed) == ["Luật"]


def test_the_whole_phrase_in_the_title_comes_first_and_then_the_newest() -> None:
    now = timezone.now()
    make_article(title="Nhà văn", body="<p>hoá</p>", published_at=now - dt.timedelta(days=1))
    make_article(title="Đội văn hoá", published_at=now - dt.timedelta(days=3))
    make_article(title="Hoá văn", published_at=now - dt.timedelta(days=2))

    assert titles("van hoa") == ["Đội văn hoá", "Nhà văn", "Hoá văn"]


def test_a_phrase_that_only_ends_or_begins_a_word_of_the_title_is_not_in_it() -> None:
    old = timezone.now() - dt.timedelta(days=5)
    make_article(title="Tan hoang", body="<p>an ho</p>", published_at=old)
    make_article(title="Tin mới hơn", body="<p>ho rồi an</p>")

    assert titles("an ho") == ["Tin mới hơn", "Tan hoang"]


def test_while_one_types_titles_are_found_by_the_beginning_of_the_last_word() -> None:
    make_article(title="Hội nghị nhân dân")
    make_article(title="Khác", body="<p>Hội nghị nhân dân</p>")

    assert titles("hoi ngh", search_titles) == ["Hội nghị nhân dân"]
    assert titles("ho nghi", search_titles) == []
    assert titles("n", search_titles) == ["Hội nghị nhân dân"]


# --- What was typed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("finding", [search, search_titles])
@pytest.mark.parametrize(
    "typed", ["", " ", "\x00", "%", "_", '"', "'", "* *", "()", "🙂", "-", "&|!:"]
)
def test_what_holds_no_word_finds_nothing(finding: Any, typed: str) -> None:
    make_article()

    assert titles(typed, finding) == []


@pytest.mark.parametrize("finding", [search, search_titles])
@pytest.mark.parametrize(
    "typed",
    [
        "a" * 10_000,
        "tin " * 5_000,
        "tin AND NOT so",
        "NEAR(tin so)",
        "title:tin",
        "tin*",
        "^tin",
        "tin:* | so",
        "'tin' <-> 'so'",
        "tin'; DROP TABLE news_article; --",
        "tin\x00so",
        "tin\\",
        "{title} : tin",
        "số²",
        "\ud800",
        "ﷺ" * 300,
        "ខ្មែរ",
    ],
)
def test_no_input_is_an_error_or_an_operator(finding: Any, typed: str) -> None:
    make_article(title="Tin số 5")

    assert set(titles(typed, finding)) <= {"Tin số 5"}


def test_only_the_first_words_count() -> None:
    make_article(title=" ".join(SYLLABLES[:12]))

    assert len(titles(" ".join([*SYLLABLES[:12], "khongco"]))) == 1


# --- The index follows the story ----------------------------------------------------------------------


def test_a_changed_story_is_found_by_its_new_words_only() -> None:
    story = make_article(title="Cũ", body="<p>alpha</p>")
    story.title, story.body = "Mới", "<p>beta</p>"
    story.save()

    assert titles("alpha") == titles("cu") == titles("cu", search_titles) == []
    assert titles("beta") == titles("moi") == titles("mo", search_titles) == ["Mới"]


def test_a_story_with_another_date_leaves_no_second_row() -> None:
    story = make_article(title="Một")
    for days in (1, 200):
        assert story.published_at
        story.published_at -= dt.timedelta(days=days)
        story.save()

    assert (SearchEntry.objects.count(), StoryWords.objects.count()) == (1, 1)
    assert TitleWords.objects.count() == 1
    assert titles("mot") == ["Một"]


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_a_date_of_another_age_is_no_error(year: int) -> None:
    make_article(title="Một", published_at=dt.datetime(year, 6, 1, tzinfo=dt.UTC))

    assert titles("mot") == ["Một"]


def test_a_deleted_draft_leaves_the_index() -> None:
    make_article(status="draft").delete()
    make_article(status="draft")
    Article.objects.all().delete()

    assert not StoryWords.objects.exists()
    assert not TitleWords.objects.exists()


def test_a_story_of_any_length_is_saved_and_its_beginning_is_found() -> None:
    many = " ".join(
        f"{first}{second}{third}"
        for first in SYLLABLES
        for second in SYLLABLES
        for third in SYLLABLES
    )
    make_article(title="Dài", body=f"<p>đầutiên {many} {'ệ' * 3000} {many * 10}</p>")

    assert titles("đầutiên") == ["Dài"]


def test_reindex_writes_anew_what_was_lost_or_wrong() -> None:
    story = make_article(title="Một", body="<p>alpha</p>")
    Article.objects.filter(pk=story.pk).update(body="<p>beta</p>")
    make_article(title="Hai")
    SearchEntry.objects.filter(article__title="Hai").delete()
    said: list[str] = []

    class Output:
        def write(self, line: str) -> None:
            said.append(line.strip())

        def flush(self) -> None:
            pass

    call_command("reindex", stdout=Output())

    assert (titles("alpha"), titles("beta"), titles("hai")) == ([], ["Một"], ["Hai"])
    assert said[0] == "2/2 tin"


# --- The work is bounded -------------------------------------------------------------------------------


def many_stories(number: int) -> None:
    """Stories that all hold the word `chung`, each of them a number of its own besides."""
    section = make_section()
    begin = timezone.now() - dt.timedelta(days=number)
    stories = Article.objects.bulk_create(
        Article(
            title=f"Tin chung {SYLLABLES[n % 20]} {n}",
            slug="tin",
            body="<p>Nội dung chung của mọi tin.</p>" * 40,
            section=section,
            status=Article.Status.PUBLISHED,
            published_at=begin + dt.timedelta(days=n),
        )
        for n in range(number)
    )
    SearchEntry.keep(stories)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_a_word_in_every_story_yields_the_newest_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "RANKED", 50)
    many_stories(120)

    found = titles("chung")

    assert len(found) == 50
    assert found[0].endswith(" 119")
    assert found[-1].endswith(" 70")


def test_the_newest_are_the_newest_however_far_back_they_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(story_words, "_LOOKED_AT", 1)
    now = timezone.now()
    stories = [
        make_article(
            title="Họp" if number in {1, 4, 5, 11} else "Tin",
            published_at=now - dt.timedelta(days=60 * number),
        )
        for number in range(12)
    ]
    places = [story.search_entry.place for story in stories]
    asked = Terms(("hop", index.PUBLIC))
    hits = [places[number] for number in (1, 4, 5, 11)]

    for limit in range(1, 6):
        assert StoryWords.newest(asked, limit=limit) == hits[:limit]
        # Some of it among the newest, the whole only further back.
        assert StoryWords.newest(asked, before=places[1], limit=limit) == hits[1:][:limit]
        assert StoryWords.newest(asked, since=places[4], limit=limit) == hits[:2][:limit]
    assert StoryWords.among(places, asked) == set(hits)
    assert StoryWords.among(places[3:5], asked) == {places[4]}
    assert StoryWords.among([], asked) == set()


@pytest.mark.parametrize(
    ("finding", "table"), [(search, "news_story_words"), (search_titles, "news_title_words")]
)
@pytest.mark.parametrize("typed", ["1234", "tin 1234"])
def test_the_index_answers_and_no_table_is_read_through(
    finding: Any, table: str, typed: str
) -> None:
    many_stories(3000)

    plan = finding(Article.objects.published(), typed)[:20].explain()

    if connection.vendor == "sqlite":
        # 192 and M: FTS5 is asked for the words, and yields the newest first without sorting.
        assert "VIRTUAL TABLE INDEX 192:M" in plan
        assert plan.count("SCAN") == 1
    else:
        assert f"Bitmap Index Scan on {table}_gin" in plan
        assert "Seq Scan on news_article" not in plan


def test_a_word_in_every_story_does_not_read_through_all_words() -> None:
    many_stories(3000)

    plan = search(Article.objects.published(), "chung")[:20].explain()

    assert "Seq Scan on news_story_words" not in plan
    assert connection.vendor != "sqlite" or plan.count("SCAN") == 1


def test_searching_takes_one_query() -> None:
    make_article(title="Một")

    with CaptureQueriesContext(connection) as queries:
        assert titles("mot") == ["Một"]
    assert len(queries) == 1


# --- pictures and files ------------------------------------------------------------------------------------


def test_a_picture_is_found_by_its_words_as_far_as_they_are_typed() -> None:
    photo = make_photo(alt="Cầu Bình Lợi", caption="Ngày khánh thành", credit="Ảnh: Minh Tâm")
    make_photo(caption="Khác")

    for typed in ("binh lo", "KHÁNH cau", "minh tam", "cầu b"):
        assert list(Photo.objects.search(typed)) == [photo], typed
    assert not Photo.objects.search("loi duong").exists()
    assert not Photo.objects.search("%%").exists()
    assert Photo.objects.search(" ").count() == 2


def test_a_picture_with_other_words_is_found_by_them_and_a_deleted_one_by_none() -> None:
    photo = make_photo(alt="Cũ")
    photo.alt = "Mới"
    photo.save(update_fields=["alt"])

    assert not Photo.objects.search("cu").exists()
    assert Photo.objects.search("moi").exists()
    photo.delete()
    assert not PhotoWords.objects.exists()


def test_reindex_writes_pictures_and_the_register_too() -> None:
    photo, document = make_photo(alt="Một"), make_document(abstract="Một")
    Photo.objects.filter(pk=photo.pk).update(alt="Hai")
    Document.objects.filter(pk=document.pk).update(abstract="Hai")

    call_command("reindex", stdout=io.StringIO())

    assert list(Photo.objects.search("hai")) == [photo]
    assert list(Document.objects.found_by("hai")) == [document]
