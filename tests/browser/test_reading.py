"""A citizen reads: finds the story, changes size and colours, prints, on every width and in both themes."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db.models import F
from playwright.sync_api import Browser, Page, expect

from news.models import Article, Section
from portal.models import SiteIdentity, TextPage
from tests.browser.conftest import SCHEMES
from tests.factories import make_article, make_comment, make_document, make_photo, make_section

SEED = project.BASE_DIR / "portal" / "demo" / "conference-2019-05-31.txt"


@pytest.fixture
def story(site: str) -> Article:
    """The page this project was born from, among neighbours."""
    SiteIdentity(level="Quận", name="Gò Vấp", source_mark="WEBGOVAP").save()
    call_command("import_page", str(SEED), verbosity=0)
    story = Article.objects.get()
    Article.objects.filter(pk=story.pk).update(featured_from=F("published_at"))
    make_article(section=story.section, title="Tin mới của mục", cover=make_photo())
    make_section(name="Thông báo", role=Section.Role.ANNOUNCEMENTS)
    return Article.objects.get(pk=story.pk)


def test_a_reader_finds_the_story_from_the_home_page(
    watched: Page, site: str, story: Article
) -> None:
    watched.goto(site)
    watched.get_by_role("link", name=story.title).first.click()
    expect(watched).to_have_url(f"{site}{story.get_absolute_url()}")
    expect(watched.get_by_role("heading", level=1)).to_have_text(story.title)
    expect(watched.locator(".date-line time")).to_have_text("Thứ sáu, Ngày 31/05/2019, 05:09 CH")


def test_size_and_colours_are_kept_after_a_reload_and_set_before_the_first_paint(
    watched: Page, site: str, story: Article
) -> None:
    watched.goto(f"{site}{story.get_absolute_url()}")
    tools = watched.locator(".article [data-reading-tools]")
    before = watched.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.prose p')).fontSize)"
    )
    for _ in range(5):
        tools.get_by_role("button", name="Chữ lớn hơn").click()
    tools.get_by_role("button", name="Nền tối").click()
    watched.reload()
    after = watched.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.prose p')).fontSize)"
    )
    assert after == pytest.approx(2 * before)
    expect(tools.get_by_role("button", name="Nền tối")).to_have_attribute("aria-pressed", "true")
    assert watched.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 27)"
    # The script that sets them is not deferred and stands before every stylesheet.
    head = watched.evaluate(
        "[...document.head.querySelectorAll('script, link[rel=stylesheet]')].map(e => e.src || e.href)"
    )
    assert "display.js" in head[0]
    tools.get_by_role("button", name="Chữ cỡ thường").click()
    assert watched.evaluate("document.documentElement.dataset.size") == "100"


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_every_page_fits_its_width_in_both_themes_and_at_double_size(
    browser: Browser, site: str, story: Article, width: int
) -> None:
    photo = make_photo()
    figure = (
        f'<figure class="image"><img src="{photo.url}" alt=""><figcaption>Ảnh</figcaption></figure>'
    )
    long = make_article(title=("NGHỊQUYẾT " * 30).strip(), section=story.section)
    gallery = make_article(title="Năm mươi ảnh", section=story.section, body=figure * 50)
    bare = make_article(title="Không ảnh, không phần dẫn", section=story.section)
    page = browser.new_page(viewport={"width": width, "height": 800})
    for path in (
        "/",
        *(article.get_absolute_url() for article in (story, long, gallery, bare)),
        f"{story.get_absolute_url()}ban-in/",
        story.section.get_absolute_url(),
        "/tim-kiem/?q=quan",
        f"/binh-luan/{story.pk}/",
        "/khong-co/",
    ):
        page.goto(f"{site}{path}")
        for size in ("100", "200"):
            page.evaluate("size => { document.documentElement.dataset.size = size; }", size)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                needed = page.evaluate("document.documentElement.scrollWidth")
                assert needed <= width, (path, size, theme)
    page.close()


def test_the_first_screen_of_a_phone_shows_the_whole_title_of_the_lead_story(
    browser: Browser, site: str, story: Article
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 640})
    page.goto(site)
    box = page.locator(".lead-story h2").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 640
    page.close()


def test_nothing_moves_while_the_page_loads_nor_on_the_way_back_to_its_end(
    watched: Page, site: str, story: Article
) -> None:
    for number in range(5):
        section = make_section()
        for _ in range(1 + number % 3 * 2):
            make_article(section=section)
    for path in ("/", story.get_absolute_url(), story.section.get_absolute_url()):
        watched.goto(f"{site}{path}", wait_until="networkidle")
        assert moved(watched) < 0.01, path
        watched.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        watched.wait_for_timeout(200)
        watched.reload(wait_until="networkidle")
        assert moved(watched) < 0.01, path


def moved(page: Page) -> float:
    """The sum of layout shifts since the page was opened that no input explains."""
    sum_of_shifts: float = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
            }).observe({type: "layout-shift", buffered: true});
            setTimeout(() => done(sum), 300);
        })"""
    )
    return sum_of_shifts


def test_the_article_page_weighs_little(page: Page, site: str, story: Article) -> None:
    """Bounds of the issue, met here without any compression: 150 KB apart from photographs, 20 KB of scripts."""
    sizes: dict[str, int] = {}
    page.on(
        "response",
        lambda response: (
            sizes.update({response.url: len(response.body())})
            if response.ok and response.status == 200
            else None
        ),
    )
    page.goto(f"{site}{story.get_absolute_url()}", wait_until="networkidle")
    page.wait_for_timeout(300)
    weight = sum(size for url, size in sizes.items() if "/media/" not in url)
    scripts = sum(size for url, size in sizes.items() if url.endswith(".js"))
    assert scripts <= 20_000
    assert weight <= 150_000, sorted(sizes.items(), key=lambda item: -item[1])[:8]


def test_the_print_view_is_black_on_white_and_ends_with_address_and_code(
    page: Page, site: str, story: Article, tmp_path: Path
) -> None:
    page.goto(f"{site}{story.get_absolute_url()}")
    page.get_by_role("link", name="Bản in").click()
    expect(page.locator(".print-end svg")).to_be_visible()
    expect(page.locator(".print-end")).to_contain_text(f"{site}{story.get_absolute_url()}")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.get_by_role("button", name="In trang này")).to_be_hidden()
    page.pdf(path=tmp_path / "print.pdf", format="A4")
    assert (tmp_path / "print.pdf").stat().st_size > 10_000


def test_back_goes_to_where_the_reader_came_from_and_else_to_the_section(
    page: Page, site: str, story: Article
) -> None:
    page.goto(site)
    page.get_by_role("link", name=story.title).first.click()
    page.get_by_role("link", name="Quay lại").click()
    expect(page).to_have_url(f"{site}/")
    stranger = page.context.new_page()
    stranger.goto(f"{site}{story.get_absolute_url()}")
    stranger.get_by_role("link", name="Quay lại").click()
    expect(stranger).to_have_url(f"{site}{story.section.get_absolute_url()}")


def test_a_view_is_counted_once_a_page_view(page: Page, site: str, story: Article) -> None:
    posts: list[str] = []
    page.on(
        "request", lambda request: posts.append(request.url) if "/dem/" in request.url else None
    )
    page.goto(f"{site}{story.get_absolute_url()}", wait_until="networkidle")
    assert posts == [f"{site}/dem/{story.pk}/"]


def test_the_whole_page_works_by_keyboard(page: Page, site: str, story: Article) -> None:
    page.goto(f"{site}{story.get_absolute_url()}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "noi-dung"
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement; if (e === document.body) return "body";
                const style = getComputedStyle(e);
                return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 ? "" : e.outerHTML.slice(0, 120); }"""
        )
        if seen == "body":
            break
        assert seen == "", seen


def test_axe_finds_nothing_on_any_page_type_in_any_colour_scheme(
    site: str, story: Article, axe_of: Any
) -> None:
    make_comment(article=story, status="approved", text="Rất đồng tình.")
    gone = make_article(title="Đã rút", status=Article.Status.WITHDRAWN, section=story.section)
    table = make_article(
        title="Bảng",
        section=story.section,
        body="<table><tr><th scope='col'>A</th></tr><tr><td>1</td></tr></table>",
    )
    about = TextPage.objects.create(
        title="Giới thiệu", body="<h2>Về chúng tôi</h2><p>Nội dung.</p>"
    )
    document = make_document(effective_on=dt.date(2099, 1, 1), replaced_by=make_document())
    for path in (
        "/",
        "/van-ban/",
        document.get_absolute_url(),
        story.section.get_absolute_url(),
        story.get_absolute_url(),
        table.get_absolute_url(),
        f"{story.get_absolute_url()}ban-in/",
        about.get_absolute_url(),
        "/tim-kiem/?q=tin",
        "/tim-kiem/?q=khongcogi",
        f"/binh-luan/{story.pk}/",
        "/khong-co/",
        gone.get_absolute_url(),
    ):
        assert axe_of(f"{site}{path}", schemes=SCHEMES) == [], path


def test_axe_finds_nothing_in_the_dialog_and_the_open_menu(
    site: str, story: Article, axe_of: Any
) -> None:
    def open_dialog(page: Page) -> None:
        page.get_by_label("Ý kiến của bạn").fill("Một ý kiến.")
        page.get_by_role("button", name="Gửi bình luận").click()
        page.get_by_role("button", name="Lưu thông tin").click()

    def open_menu(page: Page) -> None:
        page.locator(".menu-all summary").click()

    address = f"{site}{story.get_absolute_url()}"
    assert axe_of(address, schemes=SCHEMES, prepare=open_dialog) == []
    assert axe_of(address, schemes=SCHEMES, width=360, prepare=open_menu) == []
