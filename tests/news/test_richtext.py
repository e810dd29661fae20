"""What a body keeps, what it loses and how it is shown."""

from collections.abc import Callable

import pytest

from news import richtext
from tests.factories import make_article, make_photo, picture_bytes

KEY = "3f" + "0" * 30
OURS = f"/media/photos/3f/{KEY}.jpg"

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->
<style><!-- @font-face {font-family:"Times New Roman";} p.MsoNormal {margin:0in;} --></style></head>
<body lang=VI style='tab-interval:.5in'><!--StartFragment-->
<p class=MsoNormal align=center style='text-align:center;mso-pagination:none'><b><span lang=VI
style='font-size:14.0pt;font-family:"Times New Roman",serif;mso-bidi-font-weight:normal'>ỦY BAN NHÂN DÂN<o:p></o:p></span></b></p>
<p class=MsoNormal><span style='mso-spacerun:yes'>Kính gửi:</span> <i style='mso-bidi-font-style:normal'>Bà con</i><o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>-<span
style='font:7.0pt "Times New Roman"'>&nbsp; </span></span><![endif]>Mục một</p>
<ul type=disc><li class=MsoNormal style='mso-list:l1'>Mục hai<o:p></o:p></li></ul>
<table class=MsoTableGrid border=1 cellspacing=0><tr style='height:1in'><td width=200 valign=top><p class=MsoNormal>Ô một<o:p></o:p></p></td></tr></table>
<!--EndFragment--></body></html>"""


def test_word_leaves_its_words_and_nothing_else() -> None:
    assert [line for line in richtext.clean(WORD).splitlines() if line] == [
        "<p><strong>ỦY BAN NHÂN DÂN</strong></p>",
        "<p>Kính gửi: <em>Bà con</em></p>",
        "<p>-\xa0 Mục một</p>",
        "<ul><li>Mục hai</li></ul>",
        "<table><tbody><tr><td><p>Ô một</p></td></tr></tbody></table>",
    ]


@pytest.mark.parametrize(
    "markup",
    [WORD, "<p>a</p><p></p><b>c</b>", "<figure><img></figure>x", "a < b & c", "<p>&nbsp;</p>"],
)
def test_cleaning_twice_changes_nothing(markup: str) -> None:
    once = richtext.clean(markup)

    assert richtext.clean(once) == once


def test_plain_paragraphs_stay_as_they_are_to_the_byte() -> None:
    body = "<p>Sáng nay, “Ủy ban” – quận…</p>\n<p>- 12.677 lượt &amp; 5 &lt; 6</p>"

    assert richtext.clean(body) == body


def test_a_no_break_space_stays_one() -> None:
    assert richtext.clean("<p>31/5&nbsp;năm\u00a02019</p>") == "<p>31/5\u00a0năm\u00a02019</p>"


def test_decomposed_letters_are_stored_composed() -> None:
    assert richtext.clean("<p>Vie\u0323\u0302t</p>") == "<p>Việt</p>"


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Chữ</p><script>alert(1)</script>",
        "<p onclick=alert(1)>Chữ</p>",
        '<p style="color:red" id="x">Chữ</p>',
        '<p class="MsoNormal">Chữ</p>',
        "<p><span lang=vi>Chữ</span></p>",
        '<p>Chữ</p><iframe src="https://example.com"></iframe>',
        "<p>Chữ<!-- ghi chú --></p>",
        '<p>Chữ<svg onload="alert(1)"></svg></p>',
        "<p>Chữ</p><form><input name=q></form>",
        "<p>Chữ</p><p>&nbsp;</p>",
    ],
)
def test_what_is_not_offered_is_dropped(markup: str) -> None:
    assert richtext.clean(markup) == "<p>Chữ</p>"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)", "vbscript:x"]
)
def test_a_link_that_runs_code_loses_its_address(address: str) -> None:
    assert "href" not in richtext.clean(f'<p><a href="{address}">bấm</a></p>')


def test_a_link_keeps_its_address_and_no_window() -> None:
    cleaned = richtext.clean(
        '<p><a href="https://example.vn/a?b=1&amp;c=2" target="_blank">xem</a></p>'
    )

    assert cleaned == '<p><a href="https://example.vn/a?b=1&amp;c=2" rel="noopener">xem</a></p>'


@pytest.mark.parametrize(
    "source",
    [
        "https://example.com/a.jpg",
        "//example.com/a.jpg",
        "data:image/png;base64,AAAA",
        "/media/photos/../../etc/passwd",
        "/media/other/a.jpg",
        "file:///C:/a.png",
    ],
)
def test_a_foreign_picture_is_dropped(source: str) -> None:
    assert (
        richtext.clean(f'<p>Chữ</p><figure class="image"><img src="{source}"></figure>')
        == "<p>Chữ</p>"
    )


def test_our_picture_stays_with_its_words_and_without_sizes() -> None:
    figure = f'<figure class="image"><img src="{OURS}" alt="Hội nghị"><figcaption>Chú thích</figcaption></figure>'
    written = figure.replace("<img ", '<img width="1400" height="900" style="float:left" ')

    assert richtext.clean(written) == figure


def test_alignment_is_kept_as_our_class_only() -> None:
    assert richtext.clean('<p class="align-center xl2">a</p>') == '<p class="align-center">a</p>'


def test_markup_too_deep_to_clean_quickly_is_refused() -> None:
    with pytest.raises(richtext.TooComplex, match="lồng nhau"):
        richtext.clean("<div>" * (richtext.MAX_DEPTH + 1))


def test_markup_too_long_is_refused() -> None:
    with pytest.raises(richtext.TooComplex, match="quá dài"):
        richtext.clean("a" * (richtext.MAX_LENGTH + 1))


def test_many_paragraphs_are_not_deep() -> None:
    assert richtext.clean("<p>a<br>" * 5000).count("<p>") == 5000


def test_what_the_toolbar_offers_is_kept() -> None:
    everything = (
        "<h2>a</h2><h3>b</h3><h4>c</h4><p><strong>d</strong><em>e</em><u>f</u><sub>g</sub><sup>h</sup></p>"
        "<ul><li>i</li></ul><ol><li>k</li></ol><blockquote><p>l</p></blockquote><hr>"
        '<table><thead><tr><th scope="col">m</th></tr></thead><tbody><tr><td colspan="2">n</td></tr></tbody></table>'
    )

    assert richtext.clean(everything) == everything


def test_the_editor_speaks_vietnamese_and_asks_no_other_host() -> None:
    config = richtext.EDITOR_CONFIG
    removed = str(config["removePlugins"]).split(",")

    assert config["language"] == "vi"
    assert config["entities"] is False
    assert {
        "exportpdf",
        "scayt",
        "wsc",
        "flash",
        "codesnippetgeshi",
        "embed",
        "iframe",
        "image",
    } <= set(removed)
    assert not [value for value in map(str, config.values()) if "//" in value]


# --- Showing --------------------------------------------------------------------------------------


@pytest.fixture
def shown(db: None) -> Callable[..., str]:
    def show(body: str, **texts: str) -> str:
        photo = make_photo(picture_bytes(1800, 1200), **texts)
        body = body.replace("PHOTO", f'<img src="{photo.url}" alt="">')
        return richtext.show(make_article(body=body).body, [photo])

    return show


def test_a_picture_is_shown_with_size_and_renditions(shown: Callable[..., str]) -> None:
    page = shown('<figure class="image">PHOTO</figure>', alt="Hội nghị")

    assert 'width="1800" height="1200" alt="Hội nghị"' in page
    assert "-480.webp 480w" in page
    assert "-960.jpg 960w" in page


def test_only_a_picture_with_which_the_body_begins_loads_at_once(
    shown: Callable[..., str],
) -> None:
    page = shown("<p>PHOTO</p><p>PHOTO</p>")
    below = shown("<p>Chữ</p><p>PHOTO</p>")

    assert page.count("<img") == 2
    assert page.count('loading="lazy"') == below.count('loading="lazy"') == 1


def test_the_credit_stands_in_the_caption(shown: Callable[..., str]) -> None:
    page = shown(
        '<figure class="image">PHOTO<figcaption>Chú thích</figcaption></figure>',
        credit="Ảnh: <Tâm>",
    )

    assert (
        '<figcaption>Chú thích <span class="photo-credit">Ảnh: &lt;Tâm&gt;</span></figcaption>'
        in page
    )


def test_a_picture_without_caption_still_names_its_source(shown: Callable[..., str]) -> None:
    assert '<figcaption><span class="photo-credit">Ảnh: Tâm</span></figcaption></figure>' in shown(
        '<figure class="image">PHOTO</figure>', credit="Ảnh: Tâm"
    )


def test_a_picture_that_is_gone_leaves_no_hole(shown: Callable[..., str]) -> None:
    assert "img" not in shown(f'<p>Chữ <img src="{OURS}" alt=""></p>')


def test_a_wide_table_scrolls_in_a_box_of_its_own(shown: Callable[..., str]) -> None:
    page = shown("<table><tbody><tr><td>1</td></tr></tbody></table>")

    assert page.startswith('<div class="table-scroll" tabindex="0" role="region"')
    assert page.endswith("</table></div>")


def test_the_words_of_a_body_do_not_stick_together() -> None:
    assert richtext.plain("<p>một</p><p>hai &amp; ba</p>") == "một hai & ba"


def test_blocks_of_an_outline_are_told_apart() -> None:
    table = '<table><tr><th scope="col">Tuần</th><td>Thứ tư</td></tr></table>'
    body = f"<h2>Lịch</h2>{table}<p>Thu <em>gom</em> rác.</p><ul><li>một</li><li></li><li>hai</li></ul>"
    assert richtext.outlined(body) == "Lịch · Tuần · Thứ tư · Thu gom rác. một · hai"
    assert richtext.outlined("") == richtext.outlined("<p></p>") == ""


def test_the_descriptions_of_pictures_can_be_asked_for() -> None:
    assert richtext.alts(
        f'<p><img src="{OURS}" alt="A &amp; B"></p><p><img src="/media/x" alt="c"></p>'
    ) == {KEY: "A & B"}


def test_hundreds_of_blanks_as_word_signs_letters_with_are_cleaned_at_once() -> None:
    signature = f"<p>{'&nbsp;' * 500}TM. ỦY BAN NHÂN DÂN</p>"
    assert richtext.clean(signature).endswith("TM. ỦY BAN NHÂN DÂN</p>")


def test_what_holds_only_something_empty_goes_with_it() -> None:
    nested = "<blockquote><p><strong><em></em></strong></p></blockquote>"
    assert richtext.clean(nested) == ""


def test_markup_of_opening_signs_alone_is_read_once() -> None:
    assert "<script" not in richtext.clean("<a" * 50_000)


def test_ends_without_a_beginning_do_not_hide_how_deep_it_is() -> None:
    with pytest.raises(richtext.TooComplex):
        richtext.clean("<div></z>" * 5000)
