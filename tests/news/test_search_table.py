"""What is found by which query: the same stories in the same order on every database the tests run on."""

import datetime as dt
import unicodedata

import pytest
from django.utils import timezone

from news.models import Article, ArticleAttachment, AttachmentText, Tag
from news.query import Query
from news.search import find, search
from tests.factories import make_article, make_attachment, make_photo

pytestmark = pytest.mark.django_db

# By a letter each, the newest first: title, lead, body, byline.
STORIES = {
    "a": (
        "HỘI NGHỊ ĐẠI BIỂU QUẬN GÒ VẤP",
        "Ký kết quy chế phối hợp giữa Ủy ban nhân dân và Mặt trận.",
        "<p>Căn cứ Nghị quyết số 54/2017/QH14 ngày 24/11/2017.</p>",
        "",
    ),
    "b": (
        "Uỷ ban nhân dân phường họp giao ban",
        "Phường triển khai việc mới.",
        "<p>Thực hiện Nghị định 42/2022/NĐ-CP và Công văn 1234/UBND-VX.</p>",
        "MINH TÂM",
    ),
    "c": (
        "Bàn thờ Tổ quốc",
        "Gian thờ.",
        "<p>Bàn bằng gỗ, Thông tư 5/2022/TT-BTP ngày 07/8/2022.</p>",
        "",
    ),
    "d": ("Bán hàng rong", "Quản lý vỉa hè.", "<p>Không bán trên vỉa hè.</p>", ""),
    "e": ("Ban nhạc biểu diễn", "Đêm nhạc.", "<p>Kê thêm bàn ghế; thuỷ thủ dự.</p>", ""),
    "f": ("Hòa giải ở cơ sở", "Tổ hoà giải.", "<p>Giải hoà trong xóm; thủy lợi.</p>", ""),
    "g": (
        "Phòng chống Covid-19",
        "Theo quy định về chế độ phối thuộc.",
        "<p>Các bên hợp tác, quy trình mới; quy chế riêng, phối hợp sau.</p>",
        "",
    ),
    "h": ("Thông báo", "Xem tệp.", "", ""),
    "i": (
        "Ảnh của tuần",
        "Một tấm ảnh.",
        '<figure class="image"><img src="{photo}"><figcaption>Đồng chí Lê Hoàng Hà phát biểu</figcaption></figure>',
        "",
    ),
    "j": ("Họp báo & trả lời", "Có: hỏi – đáp", "<p>Câu 1/ Ai? a<b b>a 100% x_y</p>", ""),
}

TABLE = {
    # Marks, case, forms of Unicode, places of tones.
    "dai bieu": "a",
    "đại biểu": "a",
    "ĐẠI BIỂU": "a",
    "Đại Biểu": "a",
    unicodedata.normalize("NFD", "đại biểu"): "a",
    unicodedata.normalize("NFD", "ĐẠI BIỂU"): "a",
    "đaị biêủ": "a",
    "bieu dai": "a",
    "đại\u00a0biểu": "a",
    "dai\tbieu\n": "a",
    "Go Vap": "a",
    "gò vấp": "a",
    "go vấp": "a",
    "uy ban": "ba",
    "ủy ban": "ba",
    "Uỷ ban": "ba",
    "ỦY BAN NHÂN DÂN": "ba",
    "hoà giải": "f",
    "hòa giải": "f",
    "thủy thủ": "e",
    "thuỷ lợi": "f",
    # The exact spelling, then title, lead, rest, then the newest.
    "bàn": "cebda",
    "bán": "dbcea",
    "ban": "bcdea",
    "phường": "b",
    "quy chế": "ag",
    "hop": "bjag",
    # Phrases.
    '"quy chế phối hợp"': "a",
    '"quy che phoi hop"': "a",
    "quy chế phối hợp": "ag",
    "“quy chế phối hợp”": "a",
    "„quy chế“ phối": "ag",
    '"phối hợp quy chế"': "",
    '"đại biểu': "a",
    '"hội nghị" "gò vấp"': "a",
    '"gò vấp ký kết"': "",
    "dai-bieu": "a",
    # Without.
    "ban -phường": "cdea",
    "ban -nhân -bàn": "",
    "hop -“hop bao”": "bag",
    'quy chế -"quy chế phối hợp"': "g",
    "-ban": "",
    "ban –nhạc": "bcda",
    # Numbers of documents.
    "54/2017/QH14": "a",
    "54/2017/qh14": "a",
    "54/2017": "a",
    "2017/54": "",
    "Nghị quyết 54/2017/QH14": "a",
    "42/2022/NĐ-CP": "b",
    "42/2022/nd-cp": "b",
    "42/2022/NÐ-CP": "b",
    "42/2022": "b",
    "42 2022": "b",
    # With and without a nought.
    "5/2022/TT-BTP": "c",
    "05/2022/tt-btp": "c",
    "05/2022": "c",
    "7/08/2022": "c",
    '"ngày 7/8/2022"': "c",
    "gỗ 05": "c",
    "gỗ -05/2022": "a",
    "005/2022": "",
    "1234/UBND-VX": "b",
    "covid19": "g",
    "COVID-19": "g",
    "covid – 19": "g",
    # Every part of a story.
    "lê hoàng hà": "i",
    "minh tam": "b",
    "do thi van minh": "h",
    "15/KH-UBND": "h",
    "hộ nghèo": "h",
    # What is in no language of queries, and what is.
    "": "",
    " ": "",
    "🙂": "",
    "ban 🙂": "bcdea",
    "-": "",
    "- - -": "",
    '"': "",
    '""': "",
    '-"': "",
    "* ? % _": "",
    "&|!:<->": "",
    "AND OR NOT": "",
    "ban OR hop": "",
    "ban* hop:*": "ba",
    "title:ban": "",
    "NEAR(uy ban)": "",
    "'; DROP TABLE news_article; --": "",
    "' OR '1'='1": "",
    "ban') UNION SELECT 1 --": "",
    "b%n": "",
    "{found} : ban": "",
    "^ban": "bcdea",
    "@p": "",
    "=bàn": "cebda",
    "uy_ban": "ba",
    "tin\x00ban": "",
    "\ud800ban": "bcdea",
    "100%": "j",
    "không có từ này": "",
    "XBIMATX": "",
    "x" * 10_000: "",
    "ban " * 2_500: "bcdea",
}


def test_each_query_finds_its_stories_in_their_order() -> None:
    now = timezone.now()
    names = {}
    for number, (name, (title, lead, body, byline)) in enumerate(STORIES.items()):
        story = make_article(
            title=title,
            lead=lead,
            body=body.replace("{photo}", make_photo().url) if "{photo}" in body else body,
            byline=byline,
            published_at=now - dt.timedelta(days=1, hours=number),
        )
        names[story.pk] = name
        if name == "h":
            story.tags.set([Tag.objects.create(name="Đô thị văn minh")])
            file = make_attachment(title="Kế hoạch 15/KH-UBND")
            AttachmentText.objects.filter(attachment=file).update(text="Danh sách hộ nghèo")
            ArticleAttachment.put_below(story, [file.pk])
    hidden = {"lead": "đại biểu uy ban hop XBIMATX", "body": "<p>54/2017/QH14</p>"}
    make_article(title="Nháp", status=Article.Status.DRAFT, **hidden)
    make_article(title="Rút", status=Article.Status.WITHDRAWN, **hidden)
    make_article(title="Mai", published_at=now + dt.timedelta(days=1), **hidden)

    wrong = {}
    for typed, expected in TABLE.items():
        found = "".join(names[story.pk] for story in find(Query.of(typed))[:20])
        newest = "".join(names[story.pk] for story in find(Query.of(typed), newest_first=True)[:20])
        any_order = {names[story.pk] for story in search(Article.objects.published(), typed)}
        if (found, newest, any_order) != (expected, "".join(sorted(expected)), set(expected)):
            wrong[typed[:60]] = (found, newest, "".join(sorted(any_order)), expected)
    assert not wrong, "\n".join(f"{typed!r}: {said}" for typed, said in wrong.items())
    assert len(TABLE) >= 60
