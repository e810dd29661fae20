"""What differs between two versions, in words: nothing that changed is invisible, nothing is markup, work is bounded."""

import datetime as dt
import itertools
import random
import time
from dataclasses import fields, replace
from typing import Any

import pytest
from django.template.loader import render_to_string

from news import diffing
from news.content import Content
from news.diffing import FieldDifference, Kind, Passage
from news.text import VIETNAM

PHOTO = "/media/photos/3f/3f2a91bc00000000000000000000000a.jpg"
OTHER_PHOTO = "/media/photos/77/7777777700000000000000000000000b.jpg"


def content(**values: Any) -> Content:
    values.setdefault("title", "Cầu mới thông xe")
    return Content(section=1, **values)


def marked(difference: FieldDifference | Passage) -> str:
    """The pieces as one line: [-gone-], {+new+}, and the rest as it is."""
    passages = difference.passages if isinstance(difference, FieldDifference) else (difference,)
    shown = []
    for passage in passages:
        if passage.skipped:
            shown.append(f"<{passage.skipped}>")
        for piece in passage.pieces:
            form = {Kind.SAME: "{}", Kind.GONE: "[-{}-]", Kind.NEW: "{{+{}+}}"}[piece.kind]
            shown.append(form.format(piece.text.strip()))
    return " ".join(shown)


def compared(old: str, new: str, field: str = "title") -> str:
    found = diffing.differences(content(**{field: old}), content(**{field: new}))
    return marked(found[0]) if found else ""


def body(old: str, new: str) -> tuple[Passage, ...]:
    (found,) = diffing.differences(content(body=old), content(body=new))
    return found.passages


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Cầu mới thông xe", "Cầu cũ thông xe", "Cầu [-mới-] {+cũ+} thông xe"),
        ("Hội nghị hôm nay", "Hội nghị ngày mai", "Hội nghị [-hôm nay-] {+ngày mai+}"),
        ("Họp lúc 8 giờ.", "Họp lúc 9 giờ!", "Họp lúc [-8 giờ.-] {+9 giờ!+}"),
        ("Nghị định 42/2022", "Nghị định 42/2023", "Nghị định 42/ [-2022-] {+2023+}"),
        ("", "Mới", "{+Mới+}"),
        ("toán học", "toàn học", "[-toán-] {+toàn+} học"),
    ],
)
def test_words_are_syllables_and_signs_stand_apart(old: str, new: str, shown: str) -> None:
    assert compared(old, new) == shown


def test_a_blank_that_differs_is_said_in_words() -> None:
    (found,) = diffing.differences(content(lead="một hai"), content(lead="một\nhai"))

    assert "khoảng trắng" in found.passages[0].remark


def test_what_is_the_same_is_no_difference() -> None:
    one = content(lead="x", body="<p>a</p>", tags=("Đô thị",))

    assert diffing.differences(one, replace(one)) == []
    assert diffing.differences(one, replace(one, body="<p>\n  a</p>\n\n")) == []
    assert diffing.differing(one, replace(one, body="<p>\n  a</p>\n\n")) == []


def test_marks_hold_words_and_no_blank_after_them() -> None:
    (found,) = diffing.differences(content(title="một hai ba"), content(title="một bốn ba"))

    texts = [piece.text for piece in found.passages[0].pieces]
    assert texts == ["một ", "hai", "bốn", " ba"]


def test_blanks_between_the_tags_of_a_table_are_no_difference() -> None:
    tidy = "<table><tbody><tr><td>Thu</td><td>12</td></tr></tbody></table>"
    spread = tidy.replace("><", ">\n\t<")

    assert diffing.differing(content(body=tidy), content(body=spread)) == []


def test_long_unchanged_stretches_are_cut_between_words() -> None:
    long = " ".join(f"chữ{n}" for n in range(200))
    shown = compared(f"{long} cũ {long}", f"{long} mới {long}")

    assert len(shown) < 300
    assert shown.startswith("… chữ1")
    assert "[-cũ-] {+mới+}" in shown
    assert shown.endswith("…")


# --- Bodies -------------------------------------------------------------------------------------


def test_only_changed_blocks_and_their_neighbours_are_shown() -> None:
    paragraphs = [f"<p>Đoạn thứ {n}.</p>" for n in range(20)]
    changed = [*paragraphs]
    changed[10] = "<p>Đoạn thứ mười.</p>"

    passages = body("".join(paragraphs), "".join(changed))

    assert [marked(p) for p in passages] == [
        "<9>",
        "Đoạn thứ 9.",
        "Đoạn thứ [-10-] {+mười+} .",
        "Đoạn thứ 11.",
        "<8>",
    ]


def test_a_paragraph_put_in_leaves_the_others_alone() -> None:
    passages = body("<p>Một.</p><p>Hai.</p>", "<p>Một.</p><p>Xen vào giữa.</p><p>Hai.</p>")

    assert [marked(p) for p in passages] == ["Một.", "{+Xen vào giữa.+}", "Hai."]


def test_edited_paragraphs_find_their_partners_beside_new_ones() -> None:
    passages = body(
        "<p>Phường tổ chức hội nghị sáng nay.</p><p>Có năm mươi đại biểu đến dự.</p>",
        "<p>Tin vắn.</p><p>Phường tổ chức hội nghị chiều nay.</p><p>Có sáu mươi đại biểu đến dự.</p>",
    )

    assert [marked(p) for p in passages] == [
        "{+Tin vắn.+}",
        "Phường tổ chức hội nghị [-sáng-] {+chiều+} nay.",
        "Có [-năm-] {+sáu+} mươi đại biểu đến dự.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (
            '<p>Xem <a href="https://a.gov.vn/1">văn bản</a>.</p>',
            '<p>Xem <a href="https://a.gov.vn/2">văn bản</a>.</p>',
            "Xem văn bản [-[https://a.gov.vn/1]-] {+[https://a.gov.vn/2]+} .",
        ),
        (
            f'<figure class="image"><img src="{PHOTO}" alt="Cầu cũ"><figcaption>Ảnh: An</figcaption></figure>',
            f'<figure class="image"><img src="{PHOTO}" alt="Cầu mới"><figcaption>Ảnh: An</figcaption></figure>',
            "[ảnh 3f2a91bc] Cầu [-cũ-] {+mới+} chú thích: Ảnh: An",
        ),
        (
            f'<p><img src="{PHOTO}" alt="Cầu"></p>',
            f'<p><img src="{OTHER_PHOTO}" alt="Cầu"></p>',
            "[-[ảnh 3f2a91bc]-] {+[ảnh 77777777]+} Cầu",
        ),
        (
            f'<p><img src="{PHOTO}"></p>',
            f'<p><img src="{PHOTO}" role="presentation"></p>',
            "[ảnh 3f2a91bc] [-chưa có mô tả-] {+để trang trí+}",
        ),
        (
            "<table><tbody><tr><td>Thu</td><td>12</td></tr><tr><td>Chi</td><td>9</td></tr></tbody></table>",
            "<table><tbody><tr><td>Thu</td><td>15</td></tr><tr><td>Chi</td><td>9</td></tr></tbody></table>",
            "Thu | [-12-] {+15+} Chi | 9",
        ),
        (
            "<ul><li>Một</li><li>Hai</li></ul>",
            "<ul><li>Một</li></ul>",
            "Một [-Hai-]",
        ),
        ("<p>x<em>y</em> z</p>", "<p>xy t</p>", "xy [-z-] {+t+}"),
    ],
)
def test_links_pictures_cells_and_items_show_what_changed(old: str, new: str, shown: str) -> None:
    assert " ".join(marked(p) for p in body(old, new)) == shown


@pytest.mark.parametrize(
    ("old", "new", "remark"),
    [
        ("<p>Chữ</p>", "<p><strong>Chữ</strong></p>", "trình bày"),
        ("<p><strong>Một</strong> hai</p>", "<p>Một <strong>hai</strong></p>", "trình bày"),
        ("<p>Chữ</p>", '<p class="align-center">Chữ</p>', "trình bày"),
        ("<p>Chữ</p>", "<h2>Chữ</h2>", "Trước là: đoạn"),
        ("<ul><li>Chữ</li></ul>", "<ol><li>Chữ</li></ol>", "Trước là: mục"),
        ("<h2>Chữ</h2>", "<h3>Chữ</h3>", "Trước là: đề mục"),
    ],
)
def test_what_differs_without_words_is_said(old: str, new: str, remark: str) -> None:
    (passage,) = body(old, new)

    assert remark in passage.remark
    assert passage.is_changed


# --- Other fields -------------------------------------------------------------------------------


def test_every_field_has_a_label() -> None:
    assert {f.name for f in fields(Content)} <= set(diffing.LABELS)


def test_settings_are_shown_in_words() -> None:
    names = {
        "section": {1: "Thời sự", 2: "Văn hoá"},
        "cover": {7: "Cầu mới"},
        "related": {3: "Tin ba", 4: "Tin bốn"},
    }
    old = content(
        published_at=dt.datetime(2026, 11, 25, 1, 30, tzinfo=dt.UTC),
        tags=("Đô thị", "Y tế"),
        related=(3,),
        cover=7,
    )
    new = replace(
        old,
        section=2,
        published_at=dt.datetime(2026, 11, 25, 8, 45, tzinfo=VIETNAM),
        tags=("Đô thị", "Giáo dục"),
        related=(3, 4, 5),
        cover=None,
        comments_open=False,
    )

    shown = {d.label: marked(d) for d in diffing.differences(old, new, names)}

    assert shown == {
        "Chuyên mục": "[-Thời sự-] {+Văn hoá+}",
        "Ảnh đại diện": "[-Cầu mới-] {+(để trống)+}",
        "Thẻ": "Đô thị [-Y tế-] {+Giáo dục+}",
        "Tin liên quan": "Tin ba {+Tin bốn; số 5 (không còn)+}",
        "Thời điểm xuất bản": "[-08:30 25/11/2026-] {+08:45 25/11/2026+}",
        "Nhận ý kiến bạn đọc": "[-có-] {+không+}",
    }


# --- Safety and bounds --------------------------------------------------------------------------


PAYLOAD = '<script>alert(1)</script><img src=x onerror="alert(2)">\' onmouseover=alert(3) "'


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("field", ["title", "lead", "body", "byline", "tags"])
def test_nothing_that_was_typed_becomes_markup(field: str, side: str) -> None:
    value: Any = (PAYLOAD,) if field == "tags" else PAYLOAD
    if field == "body":
        # As if a row from another hand had never been cleaned, and as words of a clean one.
        value = f'<p>{PAYLOAD}</p><p>&lt;script&gt;x&lt;/script&gt;</p><a href="javascript:alert(4)">x</a>'
    (found,) = diffing.differences(content(), content(**{field: value}))
    template = "admin/news/article/_side.html"
    markup = render_to_string(template, {"passages": found.passages, "side": side})

    assert "<script" not in markup
    assert "<img" not in markup
    assert "<a " not in markup


# Few words are common and many rare, as in a language.
KNOWN = [f"chữ{n}" for n in range(3000)]
COMMON = list(itertools.accumulate(1 / (n + 1) for n in range(3000)))


def words_of(seed: int, number: int) -> str:
    return " ".join(random.Random(seed).choices(KNOWN, cum_weights=COMMON, k=number))


@pytest.mark.parametrize(
    ("blocks", "words"), [(300, 60), (1, 18000), (15, 1200), (2500, 6)], ids=str
)
def test_bodies_of_100_kb_that_are_wholly_different_are_compared_in_bounded_time(
    blocks: int, words: int
) -> None:
    old, new = (
        "".join(f"<p>{words_of(seed + n, words)}</p>" for n in range(blocks))
        for seed in (0, 10_000)
    )
    assert len(old) > 90_000
    began = time.process_time()

    passages = body(old, new)

    assert time.process_time() - began < 4
    assert any(passage.is_changed for passage in passages)


def test_what_is_too_large_for_words_is_given_whole_and_says_so() -> None:
    old, new = f"<p>{words_of(1, 18000)}</p>", f"<p>{words_of(2, 18000)}</p>"
    (found,) = diffing.differences(content(body=old), content(body=new))

    assert found.coarse
    assert [piece.kind for piece in found.passages[0].pieces] == [Kind.GONE, Kind.NEW]


def test_one_word_in_a_long_body_is_found_word_by_word() -> None:
    text = words_of(1, 18000)
    (found,) = diffing.differences(
        content(body=f"<p>{text} cũ {text}</p>"), content(body=f"<p>{text} mới {text}</p>")
    )

    assert not found.coarse
    assert "[-cũ-] {+mới+}" in marked(found)


def test_equal_blocks_without_number_are_compared_in_bounded_time() -> None:
    began = time.process_time()

    body("<p>a</p>" * 3000, "<p>b</p>" + "<p>a</p><p>c</p>" * 1500)

    assert time.process_time() - began < 4
