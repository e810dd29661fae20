"""The command box of the desk (Ctrl+K): one line that finds stories, pictures, pages of the desk and all the rest.

To let it find another kind of thing, add a Kind to KINDS; to lead to another page, add a Page to PAGES. Each kind
asks for the person's right before it asks the database, and costs a fixed number of queries.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from news import text
from news.admin.article_list import states_of
from news.models import Article, Attachment, Document, Photo, Section, Tag, Thread
from news.models.words import MAX_QUERY, Terms
from news.search import search, search_titles
from portal.templatetags.desk import by_subject

# As many of each kind as are shown: who does not see what was meant goes on typing.
SHOWN = 6


@dataclass(frozen=True)
class Hit:
    """One thing that was found: its name, what tells it from others of that name, and where it is."""

    title: str
    detail: str
    address: str


@dataclass(frozen=True)
class Kind:
    """Things of one kind; `find(user, words)` is asked only for who has the right."""

    name: str
    right: str
    find: Callable[[Any, str], Iterable[Hit]]


@dataclass(frozen=True)
class Page:
    """A page of the desk that is no list of Django's; `also` are other words for it."""

    name: str
    url_name: str
    right: str = ""
    also: str = ""


PAGES = [
    Page("Viết tin mới", "admin:news_article_add", "news.add_article", "thêm bài soạn bản nháp"),
    Page("Lịch tin bài", "admin:news_article_calendar", "news.view_article", "hẹn giờ tháng"),
    Page("Báo cáo tin bài", "admin:news_article_report", "news.view_reports", "nhuận bút chỉ tiêu"),
    Page(
        "Thống kê ý kiến", "admin:comments_comment_statistics", "comments.view_comment", "bình luận"
    ),
    Page("Tải ảnh lên", "admin:news_photo_add", "news.add_photo", "thêm hình"),
    Page(
        "Câu hỏi chưa trả lời",
        "admin:comments_answer_questions",
        "comments.answer_comment",
        "hạn trả lời bạn đọc",
    ),
    Page("Việc đang chờ", "admin:index", "", "trang đầu bàn biên tập"),
    Page("Thông báo", "notices", "", "tin nhắn nội bộ"),
    Page("Hướng dẫn biên tập", "admin:guide", "", "trợ giúp cách làm"),
    Page("Bảo mật tài khoản", "admin:account_security", "", "xác thực hai bước mã khôi phục"),
    Page("Đổi mật khẩu", "admin:password_change"),
    Page("Phiên đăng nhập", "admin:my_sessions", "", "đăng xuất thoát"),
    Page("Trang công khai", "home", "", "xem trang trang chủ"),
]


def _change(model: str, key: int) -> str:
    return reverse(f"admin:news_{model}_change", args=[key])


def _stories(user: Any, words: str) -> list[Hit]:
    """By the beginnings of words in the title, then by whole words anywhere; two queries."""
    seen = Article.objects.visible_to(user)
    found: dict[int, Article] = {}
    for articles in (search_titles(seen, words), search(seen, words)):
        for article in articles.select_related("section").defer("body", "lead")[:SHOWN]:
            found.setdefault(article.pk, article)
    return [
        Hit(
            article.title,
            " · ".join(
                [
                    *(words for _, _, words in states_of(article)),
                    article.section.name,
                    *([text.short_date(article.published_at)] if article.published_at else []),
                ]
            ),
            _change("article", article.pk),
        )
        for article in list(found.values())[:SHOWN]
    ]


def _sections(user: Any, words: str) -> list[Hit]:
    """A site has a few dozen: they are looked through here."""
    sections = Section.objects.select_related("parent")
    return [
        Hit(
            section.name,
            section.parent.name if section.parent else "",
            _change("section", section.pk),
        )
        for section in sections
        if _holds(section.name, words)
    ][:SHOWN]


def _photos(user: Any, words: str) -> list[Hit]:
    found = Photo.objects.search(words).order_by("-uploaded_at", "-pk")
    return [
        Hit(str(photo), text.short_date(photo.uploaded_at), _change("photo", photo.pk))
        for photo in found[:SHOWN]
    ]


def _attachments(user: Any, words: str) -> list[Hit]:
    found = Attachment.objects.found_by(words).order_by("-uploaded_at", "-pk")
    return [
        Hit(file.title, file.kind_and_size, _change("attachment", file.pk))
        for file in found[:SHOWN]
    ]


def _documents(user: Any, words: str) -> list[Hit]:
    found = Document.objects.newest_first().found_by(words, typing=True)
    return [
        Hit(str(document), document.get_status_display(), _change("document", document.pk))
        for document in found[:SHOWN]
    ]


def _topics(model: type[Tag] | type[Thread]) -> Callable[[Any, str], list[Hit]]:
    def find(user: Any, words: str) -> list[Hit]:
        found = model.objects.beginning(words).order_by("folded", "pk")
        return [
            Hit(topic.name, "", _change(model._meta.model_name or "", topic.pk))
            for topic in found[:SHOWN]
        ]

    return find


KINDS = [
    Kind("Tin bài", "news.view_article", _stories),
    Kind("Ảnh", "news.view_photo", _photos),
    Kind("Tệp đính kèm", "news.view_attachment", _attachments),
    Kind("Văn bản", "news.view_document", _documents),
    Kind("Chuyên mục", "news.view_section", _sections),
    Kind("Dòng sự kiện", "news.view_thread", _topics(Thread)),
    Kind("Thẻ", "news.view_tag", _topics(Tag)),
]


def _holds(name: str, words: str) -> bool:
    """Whether every word is the beginning of a word of the name."""
    there = text.words(name)
    return all(any(word.startswith(typed) for word in there) for typed in Terms.of(words).words)


def _pages(request: HttpRequest, words: str) -> list[Hit]:
    """Pages by name, all of them while nothing is typed; then every list that Django shows this person."""
    user: Any = request.user
    known = [
        (page.name, page.also, reverse(page.url_name))
        for page in PAGES
        if not page.right or user.has_perm(page.right)
    ]
    for subject in by_subject(admin.site.get_app_list(request)):
        for model in subject["models"]:
            if model["admin_url"]:
                name = str(model["name"])
                known.append((name[:1].upper() + name[1:], subject["name"], model["admin_url"]))
    return [
        Hit(name, "", address) for name, also, address in known if _holds(f"{name} {also}", words)
    ]


def find(request: HttpRequest, words: str) -> list[tuple[str, list[Hit]]]:
    """What this person may find by these words, by kind; kinds of which there is nothing are left out."""
    user: Any = request.user
    found = [("Trang của bàn biên tập", _pages(request, words))]
    if Terms.of(words).words:
        found += [
            (kind.name, list(kind.find(user, words))) for kind in KINDS if user.has_perm(kind.right)
        ]
    return [(name, hits) for name, hits in found if hits]


@require_safe
def command_box(request: HttpRequest) -> HttpResponse:
    """The answer for js/admin/command-box.js, and the same as a page for who has no JavaScript."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:MAX_QUERY]
    groups = find(request, words)
    number = sum(len(hits) for _, hits in groups)
    said = f"{number} kết quả" if number else f"Không tìm thấy gì với “{words}”"
    response: HttpResponse
    if "application/json" in request.headers.get("Accept", ""):
        response = JsonResponse(
            {
                "said": said,
                "groups": [
                    {"name": name, "hits": [vars(hit) for hit in hits]} for name, hits in groups
                ],
            }
        )
    else:
        response = render(
            request,
            "admin/find.html",
            {
                **admin.site.each_context(request),
                "title": "Tìm trong bàn biên tập",
                "words": words,
                "said": said,
                "groups": groups,
            },
        )
    patch_vary_headers(response, ["Accept"])
    return response
