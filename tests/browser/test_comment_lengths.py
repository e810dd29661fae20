"""The browser normalises, counts and refuses as the server does: the same strings go through both."""

import json

import pytest
from playwright.sync_api import Page, expect

from comments.forms import CommentForm
from comments.plain_text import length, normalise
from news.models import Article
from tests.comments.lengths import LONE_SURROGATES, STRINGS, TYPED
from tests.factories import make_article

BOTH = """
async table => {
    const { length, normalise } = await import("/static/js/plain-text.js");
    return JSON.parse(table).map(value => [false, true].map(oneLine => {
        const kept = normalise(value, oneLine);
        return [kept, length(kept)];
    }));
}
"""


@pytest.fixture
def story(site: str) -> Article:
    return make_article(title="Tin để góp ý")


def test_both_keep_and_count_the_same_of_every_string(page: Page, site: str) -> None:
    table = {**STRINGS, **LONE_SURROGATES, **{repr(typed[:40]): typed for typed, _, _ in TYPED}}
    page.goto(f"{site}/robots.txt")
    # As JSON with escapes: a lone surrogate would not survive the way to the browser otherwise.
    in_browser = page.evaluate(BOTH, json.dumps(list(table.values())))
    for (name, value), found in zip(table.items(), in_browser, strict=True):
        for one_line, (kept, counted) in zip((False, True), found, strict=True):
            expected = normalise(value, one_line=one_line)
            assert (kept, counted) == (expected, length(expected)), (name, one_line)


@pytest.mark.parametrize("field", ["text", "name"])
def test_the_dialog_refuses_what_the_form_refuses_in_the_same_words(
    watched: Page, site: str, story: Article, field: str
) -> None:
    watched.goto(f"{site}{story.get_absolute_url()}")
    # The dialog's script comes when the box is touched; here it has to be there before the first string.
    watched.locator("#box-text").focus()
    watched.evaluate("() => import('/static/js/comment-dialog.js').then(() => true)")
    # Without an address nothing leaves the browser.
    strings = {**STRINGS, "far too long": "x " * 5000, "sixty": "x" * 60, "sixty-one": "x" * 61}
    place = watched.locator("#box-text" if field == "text" else "#dialog-name")
    for name, value in strings.items():
        said = place.evaluate(
            """(input, value) => {
                input.value = value;
                input.form.requestSubmit();
                document.querySelector("dialog").close();
                return document.getElementById(`${input.id}-error`).textContent;
            }""",
            value,
        )
        # What an input keeps of line breaks is the browser's affair.
        sent = place.input_value()
        form = CommentForm({field: sent})
        expected = form.errors.get(field, [""])[0]
        assert said == expected, name


def test_the_reader_is_told_what_is_left_when_little_is(
    watched: Page, site: str, story: Article
) -> None:
    watched.goto(f"{site}{story.get_absolute_url()}")
    text, left = watched.get_by_label("Ý kiến của bạn"), watched.locator("[data-left]")
    for typed, said in (
        ("x" * 1800, ""),
        ("x" * 1801, "Còn 199 ký tự"),
        ("e\u0302\u0323" * 1999, "Còn 1 ký tự"),
        ("\u200b" * 500 + "x" * 2000, "Còn 0 ký tự"),
        ("x" * 3001, "Quá 1.001 ký tự"),
    ):
        text.fill(typed)
        expect(left).to_have_text(said)
        expect(watched.locator("[data-left-said]")).to_have_text(said)
    watched.get_by_role("button", name="Gửi bình luận").click()
    expect(watched.locator("#box-text-error")).to_have_text(
        "Ý kiến dài 3.001 ký tự; tối đa là 2.000."
    )
    expect(text).to_be_focused()
    expect(text).to_have_value("x" * 3001)
    expect(watched.get_by_role("dialog")).to_be_hidden()
