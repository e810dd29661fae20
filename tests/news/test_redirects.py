"""Old addresses: what moved is still found, in one hop; loops and senseless redirects are refused."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from news.content import Content
from news.models import Article, Redirect, Section, StaffProfile
from portal.models import TextPage
from tests.asking import ask
from tests.factories import make_article, make_section, make_user
from tests.news.redirecting import leads, redirect, rename

pytestmark = pytest.mark.django_db


# --- Sections -----------------------------------------------------------------------------------


def test_a_renamed_section_is_found_at_every_old_address_with_one_hop() -> None:
    section = make_section(slug="tin-cu")
    article = make_article(section=section, slug="cau-moi")
    rename(section, "tin-moi")
    rename(section, "tin-moi-hon")

    for old in ("tin-cu", "tin-moi"):
        assert leads(f"/{old}/") == "/tin-moi-hon/"
        assert leads(f"/{old}") == "/tin-moi-hon/"
        assert leads(f"/{old}/rss.xml") == "/tin-moi-hon/rss.xml"
        assert leads(f"/{old}/cau-moi-{article.pk}/") == f"/tin-moi-hon/cau-moi-{article.pk}/"
        assert (
            leads(f"/{old}/cau-moi-{article.pk}/ban-in/")
            == f"/tin-moi-hon/cau-moi-{article.pk}/ban-in/"
        )


def test_the_page_that_was_asked_for_comes_along() -> None:
    section = make_section(slug="tin-cu")
    _, newest = make_article(section=section), make_article(section=section)
    rename(section, "tin-moi")

    assert leads("/tin-cu/", f"truoc={newest.pk}") == f"/tin-moi/?truoc={newest.pk}"
    # An address of when pages had numbers: two hops would be one too many.
    assert leads("/tin-cu/", "trang=2") == "/tin-moi/"
    assert leads("/tin-cu/", "fbclid=x") == "/tin-moi/"


def test_a_section_that_takes_its_old_name_back_answers_there() -> None:
    section = make_section(slug="a")
    rename(section, "b")
    rename(section, "a")

    assert leads("/a/") == "200"
    assert leads("/b/") == "/a/"


def test_a_new_section_takes_an_old_name_over_and_hands_it_on() -> None:
    first = make_section(slug="tin")
    rename(first, "tin-tuc")
    second = make_section(slug="tin")
    assert leads("/tin/") == "200"

    rename(second, "thong-bao")
    assert leads("/tin/") == "/thong-bao/"
    assert leads("/tin-tuc/") == "200"


def test_two_sections_that_change_names_are_both_found() -> None:
    one, two = make_section(slug="mot"), make_section(slug="hai")
    rename(one, "tam")
    rename(two, "mot")
    rename(one, "hai")

    assert leads("/mot/") == leads("/hai/") == "200"
    assert leads("/tam/") == "/hai/"


def test_what_led_to_a_section_still_does_when_it_moves() -> None:
    section = make_section(slug="tin")
    redirect("/cu.aspx", "/tin/")
    redirect("/feed.aspx", "/tin/rss.xml")
    rename(section, "tin-tuc")

    assert leads("/cu.aspx") == "/tin-tuc/"
    assert leads("/feed.aspx") == "/tin-tuc/rss.xml"


def test_what_led_to_a_story_still_does_when_it_moves() -> None:
    article = make_article(section=make_section(slug="tin"), slug="cau")
    redirect("/cu.aspx?id=7", article.get_absolute_url())
    article.slug = "cau-moi"
    article.save()
    rename(article.section, "tin-tuc")

    assert leads("/cu.aspx", "id=7") == f"/tin-tuc/cau-moi-{article.pk}/"


def test_a_renamed_text_page_is_found_at_every_old_address_with_one_hop() -> None:
    page = TextPage.objects.create(title="Giới thiệu", body="<p>x</p>")
    redirect("/gioi-thieu.aspx", page.get_absolute_url())
    for slug in ("ve-chung-toi", "phuong-ta"):
        page.slug = slug
        page.save()

    for old in ("/trang/gioi-thieu/", "/trang/ve-chung-toi/", "/gioi-thieu.aspx"):
        assert leads(old) == "/trang/phuong-ta/"
    TextPage.objects.create(title="Giới thiệu", body="<p>y</p>")
    assert leads("/trang/gioi-thieu/") == "200"


# --- Merging ------------------------------------------------------------------------------------


def test_a_merged_section_is_found_in_the_other_with_all_it_had() -> None:
    old, new = make_section(slug="cu"), make_section(slug="moi")
    rename(old, "cu-hon")
    child = Section.objects.create(name="Con", slug="con", parent=old)
    article = make_article(section=old, slug="cau")
    profile = StaffProfile.objects.create(user=make_user())
    profile.sections.set([old])

    assert old.merge_into(new, by=make_user("news.merge_section")) == 1

    for address in ("/cu/", "/cu-hon/"):
        assert leads(address) == "/moi/"
    assert leads("/cu-hon/rss.xml") == "/moi/rss.xml"
    assert leads(f"/cu-hon/cau-{article.pk}/") == f"/moi/cau-{article.pk}/"
    child.refresh_from_db()
    assert child.parent == new
    assert profile.sections.get() == new


def test_versions_of_a_merged_sections_stories_can_still_be_published_and_restored() -> None:
    editor = make_user(superuser=True)
    old, new = make_section(), make_section()
    article = Article.begin(Content(title="Cầu", section=old.pk, lead="Một."), by=editor)
    article.publish(by=editor, alone=True)
    article.write(Content(title="Cầu", section=old.pk, lead="Hai."), by=editor)
    old.merge_into(new, by=editor)

    article = Article.objects.get()
    article.publish(by=editor, alone=True)
    assert (article.lead, article.section) == ("Hai.", new)
    article.restore(article.revisions.get(number=1), by=editor)


@pytest.mark.parametrize("case", ["itself", "child", "third level", "no right", "limited"])
def test_a_merge_that_makes_no_sense_is_refused_and_changes_nothing(case: str) -> None:
    top, other = make_section(slug="tren"), make_section(slug="khac")
    child = Section.objects.create(name="Con", slug="con", parent=top)
    below_other = Section.objects.create(name="Con khác", slug="con-khac", parent=other)
    user = make_user(*([] if case == "no right" else ["news.merge_section"]))
    if case == "limited":
        StaffProfile.objects.create(user=user).sections.set([other])
    into = {"itself": top, "child": child, "third level": below_other}.get(case, other)

    with pytest.raises((ValidationError, PermissionDenied)):
        top.merge_into(into, by=user)

    assert set(Section.objects.values_list("slug", "parent__slug")) == {
        *(("tren", None), ("khac", None), ("con", "tren"), ("con-khac", "khac"))
    }
    assert not Redirect.objects.exists()


# --- Old portals --------------------------------------------------------------------------------


def test_an_address_of_the_old_portal_with_its_query_is_found() -> None:
    article = make_article()
    redirect("/hien-thi-tin-tuc?cau-moi&post=AbC%3D", article.get_absolute_url())

    assert leads("/hien-thi-tin-tuc", "cau-moi&post=AbC=") == article.get_absolute_url()
    assert leads("/hien-thi-tin-tuc", "cau-moi&post=AbC%3D&fbclid=1") == article.get_absolute_url()
    assert ask("/hien-thi-tin-tuc/", query="khac&post=AbC=").status == 404
    assert ask("/hien-thi-tin-tuc/").status == 404


def test_the_whole_old_address_can_be_pasted() -> None:
    section = make_section(slug="tin")
    made = redirect("https://cu.example.gov.vn/T%C3%A0i-li%E1%BB%87u.aspx?a=b#x", "/tin/")

    assert made.old == "/Tài-liệu.aspx?a=b"
    assert made.section == section
    # As servers hand paths over: bytes, read as Latin-1.
    assert leads("/Tài-liệu.aspx".encode().decode("latin-1"), "a=b") == "/tin/"


def test_an_exact_query_is_preferred_to_the_path_alone() -> None:
    make_section(slug="a")
    make_section(slug="b")
    redirect("/cu", "/a/")
    redirect("/cu?x=1", "/b/")

    assert leads("/cu", "x=1") == "/b/"
    assert leads("/cu", "x=2") == "/a/"


def test_an_address_elsewhere_is_reached() -> None:
    redirect("/dich-vu-cong", "https://dichvucong.example.vn/a?b=c#d")

    assert leads("/dich-vu-cong") == "https://dichvucong.example.vn/a?b=c#d"


def test_browsers_keep_a_redirect_for_an_hour_only_and_our_cache_never() -> None:
    make_section(slug="a")
    redirect("/cu", "/a/")
    answer = ask("/cu")

    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "X-Accel-Expires" not in answer.headers
    Redirect.objects.all().delete()
    assert ask("/cu/").status == 404


def test_only_reading_is_redirected() -> None:
    make_section(slug="a")
    redirect("/cu/x/y", "/a/")

    assert Client().post("/cu/x/y").status_code == 404
    assert Client().head("/cu/x/y").status_code == 301


def test_an_old_address_costs_one_query_and_a_page_that_exists_none() -> None:
    article = make_article(section=make_section(slug="a"))
    redirect("/cu/x", article.get_absolute_url())
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/cu/x").status_code == 301
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        client.get("/a/")
    assert not [query for query in queries if "news_redirect" in query["sql"]]


@pytest.mark.parametrize(
    ("path", "query"), [("/a\x00b", ""), ("/" + "x" * 5000, ""), ("/x", "a=\x00"), ("/%", "%%%")]
)
def test_strange_addresses_are_not_found(path: str, query: str) -> None:
    assert ask(path, query=query).status in {301, 404}
    assert ask(f"{path}/", query=query).status == 404


# --- Withdrawn stories --------------------------------------------------------------------------


def test_a_withdrawn_story_may_lead_to_another_until_it_is_back() -> None:
    gone, other = make_article(status="withdrawn", slug="cu"), make_article()
    redirect(gone.get_absolute_url(), other.get_absolute_url())

    for old in (gone.get_absolute_url(), f"/bat-ky/khac-{gone.pk}/"):
        assert leads(old) == other.get_absolute_url()
    gone.publish(by=make_user(superuser=True), alone=True)
    assert leads(gone.get_absolute_url()) == "200"


def test_two_withdrawn_stories_never_lead_in_a_circle() -> None:
    one, two = make_article(status="withdrawn"), make_article(status="withdrawn")
    assert (
        "không có trang nào" in refused(one.get_absolute_url(), two.get_absolute_url())["target"][0]
    )
    Redirect.objects.create(old=one.get_absolute_url(), article=two)
    Redirect.objects.create(old=two.get_absolute_url(), article=one)

    for article in (one, two):
        assert ask(article.get_absolute_url()).status == 410


# --- What is refused ----------------------------------------------------------------------------


def refused(old: str, target: str, **fields: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        redirect(old, target, **fields)
    return refusal.value.message_dict


@pytest.mark.parametrize(
    "target",
    [
        *("javascript:alert(1)", "data:text/html,x", "ftp://a.vn/x", "mailto:a@b.vn", "tin-tuc"),
        *("//evil.example/", "/\\evil.example", "\\\\evil.example", "https:evil.example"),
        *("http:///evil.example", "///evil.example", "/%2Fevil.example", "https://", "", " "),
        *("https://a@evil.example/", "https://evil.example\r\nX: y", "/a\tb", "https://[x"),
        "http://127.0.0.1//evil.example",
    ],
)
def test_a_target_that_is_no_page_of_the_web_is_refused(target: str) -> None:
    assert "target" in refused("/cu", target)
    assert not Redirect.objects.exists()


@pytest.mark.parametrize(
    "old", ["", "tin", "javascript:x", "//a", "/a\nb", "/a\\b", "/" + "x" * 600]
)
def test_an_old_address_nobody_could_ask_for_is_refused(old: str) -> None:
    make_section(slug="a")
    assert "old" in refused(old, "/a/")


@pytest.mark.parametrize("old", ["/quan-tri/x/", "/static/x.css", "/media/x.jpg"])
def test_the_desk_and_files_do_not_move(old: str) -> None:
    make_section(slug="a")
    assert "thuộc bàn biên tập" in refused(old, "/a/")["old"][0]


def test_an_address_where_a_page_answers_is_refused() -> None:
    article = make_article(section=make_section(slug="a"))
    page = TextPage.objects.create(title="Giới thiệu")
    for old in (
        *("/", "/?tin=7", "/a/", "/a", "/a/rss.xml", "/tim-kiem/", "/sitemap.xml"),
        *(article.get_absolute_url(), f"/xyz/khac-{article.pk}/", page.get_absolute_url()),
    ):
        assert "Đang có trang trả lời" in refused(old, "https://b.example/")["old"][0], old


def test_a_target_where_no_page_is_is_refused() -> None:
    draft, gone = make_article(status="draft"), make_article(status="withdrawn")
    unread = [draft.get_absolute_url(), gone.get_absolute_url()]
    for target in ("/khong-co/", "/khong/co/gi", "/trang/khong-co/", *unread):
        assert refused("/cu", target)["target"] == ["Địa chỉ đích không có trang nào."]


def test_a_redirect_to_itself_is_refused() -> None:
    for target in ("/cu?a=b", "/cu/?a=b", "http://127.0.0.1:8000/cu?a=b"):
        assert "chạy vòng" in refused("/cu?a=b", target)["target"][0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Redirect.objects.create(old="/cu", target="/cu")


def test_a_chain_is_refused_with_the_place_where_it_ends() -> None:
    make_section(slug="a")
    redirect("/mot", "/a/")

    assert "chuyển tiếp đến /a/" in refused("/hai", "/mot")["target"][0]
    assert "chuyển tiếp đến /a/" in refused("/hai", "/mot/")["target"][0]


def test_a_chain_at_the_other_end_is_refused_too() -> None:
    make_section(slug="a")
    Redirect.objects.create(old="/hai", target="/mot")

    assert "/hai" in refused("/mot", "/a/")["old"][0]


def test_the_same_old_address_is_taken_once() -> None:
    make_section(slug="a")
    redirect("/cu?x=1", "/a/")

    assert refused("http://cu.example/cu?x=1&utm_source=z", "/a/")["old"] == [
        "Địa chỉ cũ này đã có chuyển hướng."
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"old": "//x", "target": "/a/"},
        {"old": "x", "target": "/a/"},
        {"old": "/x", "target": "javascript:1"},
        {"old": "/x", "target": "//evil.example"},
        {"old": "/x", "target": ""},
    ],
)
def test_the_database_refuses_what_the_form_refuses(fields: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Redirect.objects.create(**fields)
