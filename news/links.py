"""Where the links of a story lead: our own addresses are looked up, others are known from the night.

No request is made and no view is called. Whatever the number of links, the number of queries stays the same.
"""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.db.models import Q
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.module_loading import import_string

from news import redirects
from news.addresses import outside, own_path, split
from news.models import Article, Attachment, ExternalLink, Section
from news.proofreading import Trouble

MAX_ID = 2**63 - 1

Troubles = dict[str, tuple[Trouble, str]]


def troubles(hrefs: Iterable[str], *, article: Article | None = None) -> Troubles:
    """What is wrong with which of these addresses, and a sentence on it. `article` may link to itself."""
    found: Troubles = {}
    matches: dict[str, ResolverMatch] = {}
    elsewhere: dict[str, str] = {}
    for href in dict.fromkeys(hrefs):
        looked_at = _look_at(href)
        if isinstance(looked_at, ResolverMatch):
            matches[href] = looked_at
        elif isinstance(looked_at, tuple):
            found[href] = looked_at
        elif address := outside(href):
            elsewhere[href] = address
    found |= _articles(matches, article)
    found |= _sections(matches)
    found |= _attachments(matches, article)
    found |= _other_pages(matches)
    for href in _moved(found):
        del found[href]
    found |= _known_broken(elsewhere)
    return found


def _look_at(href: str) -> tuple[Trouble, str] | ResolverMatch | None:
    """Trouble that the address itself shows, or the page of ours that it asks for, or None."""
    if href.startswith("#"):
        return Trouble.ANCHOR, "Trong bài không có chỗ mang tên này."
    parts = split(href)
    if parts is None:
        return Trouble.BROKEN, "Địa chỉ viết sai."
    path = own_path(parts)
    if path is None:
        return None
    if not parts.netloc and not path.startswith("/"):
        return (
            Trouble.BROKEN,
            "Địa chỉ thiếu phần đầu: trang khác thì viết https://, trang của cổng thì viết /.",
        )
    if path.startswith(settings.STATIC_URL):
        return None
    if path.startswith(settings.MEDIA_URL):
        return None if _is_stored(path) else (Trouble.BROKEN, "Không có tệp này.")
    if path.startswith(reverse("admin:index")):
        return Trouble.BROKEN, "Đây là trang của bàn biên tập, bạn đọc không mở được."
    match = _resolve(path)
    if match and match.view_name == "news:preview":
        return (
            Trouble.BROKEN,
            "Đây là liên kết xem trước một bản nháp; nó hết hạn và bạn đọc không tìm thấy gì.",
        )
    return match or (Trouble.BROKEN, "Cổng không có trang này.")


def _resolve(path: str) -> ResolverMatch | None:
    """The page under a path, also where only the last slash is missing: the site adds it."""
    for attempt in (path, f"{path}/"):
        try:
            return resolve(attempt)
        except Resolver404:
            continue
    return None


def _is_stored(path: str) -> bool:
    """Whether a picture is there; other files of the storage are not handed out by their path."""
    if not path.startswith(f"{settings.MEDIA_URL}photos/"):
        return False
    try:
        return default_storage.exists(path.removeprefix(settings.MEDIA_URL))
    except (SuspiciousOperation, ValueError, OSError):
        return False


def _articles(matches: dict[str, ResolverMatch], itself: Article | None) -> Troubles:
    """Links to stories that nobody can read now: drafts, withdrawn ones, those that wait for their time."""
    wanted = {
        href: match.kwargs["article_id"]
        for href, match in matches.items()
        if match.view_name in {"news:article", "news:print"}
    }
    ids = {pk for pk in wanted.values() if pk <= MAX_ID}
    known = Article.objects.defer("body", "lead").in_bulk(ids)
    found: Troubles = {}
    for href, pk in wanted.items():
        linked = known.get(pk)
        if linked is None:
            found[href] = Trouble.BROKEN, "Không có tin này."
        elif linked.is_published or (itself and itself.pk == pk):
            continue
        elif linked.is_gone:
            found[href] = Trouble.BROKEN, f"Tin “{linked.title}” không còn trên trang."
        # The writer may not know what a colleague prepares: no title, no hour.
        elif linked.is_scheduled:
            found[href] = Trouble.NOT_YET, f"Tin số {pk} đã được hẹn giờ và chưa hiện ra."
        else:
            found[href] = Trouble.BROKEN, f"Tin số {pk} chưa xuất bản."
    return found


def _sections(matches: dict[str, ResolverMatch]) -> Troubles:
    wanted = {
        href: match.kwargs["section_slug"]
        for href, match in matches.items()
        if match.view_name in {"news:section", "news:section_feed", "news:section_atom"}
    }
    known = set(Section.objects.filter(slug__in=wanted.values()).values_list("slug", flat=True))
    return {
        href: (Trouble.BROKEN, "Cổng không có trang này.")
        for href, slug in wanted.items()
        if slug not in known
    }


def _attachments(matches: dict[str, ResolverMatch], itself: Article | None) -> Troubles:
    """Links to files that are below no public story, nor below the story that links to them."""
    wanted = {
        href: match.kwargs["attachment_id"]
        for href, match in matches.items()
        if match.view_name in {"news:attachment", "news:attachment_view"}
    }
    known = Attachment.objects.filter(pk__in=[pk for pk in wanted.values() if pk <= MAX_ID])
    public = Q(is_public=True) | Q(uses__article=itself) if itself else Q(is_public=True)
    open_to_all = set(known.with_publicity().filter(public).values_list("pk", flat=True))
    return {
        href: (Trouble.BROKEN, "Tệp này không nằm dưới tin nào bạn đọc xem được.")
        for href, pk in wanted.items()
        if pk not in open_to_all
    }


def _moved(found: Troubles) -> set[str]:
    """Addresses of ours at which no page is, but whose readers are led on."""
    asked = {}
    for href, (trouble, _) in found.items():
        parts = split(href) if trouble is Trouble.BROKEN else None
        path = own_path(parts) if parts else None
        if parts and path and path.startswith("/") and not redirects.is_reserved(path):
            asked[href] = (path, parts.query)
    return redirects.moved(asked)


def _other_pages(matches: dict[str, ResolverMatch]) -> Troubles:
    """Pages of the other rooms: settings.NEWS_MISSING_PAGES, a dotted path, knows which of them lead nowhere."""
    others = {href: match for href, match in matches.items() if match.namespace != "news"}
    missing: Callable[[dict[str, ResolverMatch]], set[str]] = import_string(
        settings.NEWS_MISSING_PAGES
    )
    return dict.fromkeys(missing(others), (Trouble.BROKEN, "Cổng không có trang này."))


def _known_broken(elsewhere: dict[str, str]) -> Troubles:
    known = {
        link.url: link for link in ExternalLink.objects.broken().filter(url__in=elsewhere.values())
    }
    return {
        href: (Trouble.OUTSIDE, f"Lần kiểm tra gần nhất: {known[url].words}.")
        for href, url in elsewhere.items()
        if url in known
    }
