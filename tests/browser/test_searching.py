"""The public search box by keyboard: suggestions as a combobox, and the page with axe in every state."""

from playwright.sync_api import Page, expect

from news.models import Article
from tests.factories import make_article


def test_suggestions_are_walked_through_and_opened_by_keyboard(watched: Page, site: str) -> None:
    story: Article = make_article(title="Đại hội đại biểu")
    make_article(title="Đại hội thể thao")
    watched.goto(f"{site}/tim-kiem/")
    line = watched.locator("#tim-lon")
    line.focus()
    expect(line).to_have_attribute("role", "combobox")
    line.press_sequentially("dai ho")
    options = watched.locator("#tim-lon-goi-y [role=option]")
    expect(options).to_have_count(2)
    expect(line).to_have_attribute("aria-expanded", "true")
    line.press("Escape")
    expect(options).to_have_count(0)
    expect(line).to_have_value("dai ho")
    line.press_sequentially("i")
    expect(options).to_have_count(2)
    line.press("ArrowDown")
    line.press("ArrowDown")
    expect(line).to_have_attribute("aria-activedescendant", "tim-lon-goi-y-1")
    line.press("Enter")
    watched.wait_for_url(f"**{story.get_absolute_url()}")


def test_enter_searches_while_nothing_is_chosen(watched: Page, site: str) -> None:
    make_article(title="Đại hội đại biểu")
    watched.goto(f"{site}/tim-kiem/")
    line = watched.locator("#tim-lon")
    line.focus()
    expect(line).to_have_attribute("role", "combobox")
    line.press_sequentially("dai hoi")
    expect(watched.locator("#tim-lon-goi-y [role=option]")).to_have_count(1)
    watched.keyboard.press("Enter")
    expect(watched.get_by_text("1 kết quả với “dai hoi”.")).to_be_visible()
    expect(watched.locator("mark").first).to_have_text("Đại")
    # Of the fields that were left empty nothing is in the address.
    expect(watched).to_have_url(f"{site}/tim-kiem/?q=dai+hoi")
