"""Old addresses: how they are written, what makes a redirect senseless, and the answer where no page is.

Where a redirect leads is stored, never taken from a request, so nobody can send readers elsewhere through this site.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseForbidden,
    HttpResponsePermanentRedirect,
    QueryDict,
)
from django.urls import Resolver404, resolve, reverse

from news import addresses, redirect_patterns, text
from news.freshness import STORY_NUMBER
from news.models.redirect import MAX_OLD, Redirect
from news.paging import OLDER

# Browsers keep a permanent redirect for ever unless told otherwise, and then a new section at an old address
# would never be seen (seconds).
REMEMBERED = 3600
# Each is tried where no page is.
MAX_PATTERNS = 50
# The feeds of a section move with it.
FEEDS = {"rss.xml": "news:section_feed", "atom.xml": "news:section_atom"}
# Blanks at the ends are cut off before.
_UNFIT = re.compile(r"[\x00-\x1f\x7f\\]")


# --- how addresses are written ----------------------------------------------------------------------


def normalised(address: str) -> str:
    """Path and query of an old address: decoded, in NFC, without host, fragment and words of advertisers.

    Raises ValidationError for what no browser could ask this site for.
    """
    parts = addresses.split(address.strip())
    if parts is None or parts.scheme not in {"", "http", "https"} or _UNFIT.search(address.strip()):
        raise ValidationError("Địa chỉ cũ phải có dạng /duong-dan hoặc https://ten-mien/duong-dan.")
    path = unquote(parts.path) or "/"
    if not path.startswith("/") or path.startswith("//"):
        raise ValidationError("Địa chỉ cũ phải bắt đầu bằng một dấu /.")
    found = _joined(path, parts.query)
    if len(found) > MAX_OLD or "\x00" in found:
        raise ValidationError(f"Địa chỉ cũ dài quá {MAX_OLD} ký tự hoặc có ký tự lạ.")
    return found


def _joined(path: str, query: str) -> str:
    parts = [unquote(part.replace("+", " ")) for part in query.split("&") if part]
    kept = [part for part in parts if part.partition("=")[0] not in addresses.TRACKING]
    return text.nfc(f"{path}?{'&'.join(kept)}" if kept else path)


def _other_slash(path: str) -> str:
    """The same path with a slash at its end, or without: readers type both."""
    return path.removesuffix("/") if path.endswith("/") else f"{path}/"


def _candidates(path: str, query: str) -> list[str]:
    """What a redirect for this request may be stored under, the most exact first."""
    found = [_joined(path, query), _joined(path, "")]
    if len(path) > 1:
        found += [_joined(_other_slash(path), query), _joined(_other_slash(path), "")]
    return [old for old in dict.fromkeys(found) if len(old) <= MAX_OLD and "\x00" not in old]


def _feed(path: str) -> tuple[str, str]:
    """The path of the section whose feed this path asks for, and the feed's route; nothing for other paths."""
    section, _, name = path.rpartition("/")
    return (f"{section}/", FEEDS[name]) if section and name in FEEDS else ("", "")


# --- the answer where no page is --------------------------------------------------------------------


def answer(request: HttpRequest, *, withdrawn: str = "") -> HttpResponsePermanentRedirect | None:
    """The redirect for an address at which no page is, in one query, or two where patterns are tried; None if there is none.

    `withdrawn` is the present address of the story that was there and is gone: whatever old address a reader came
    by. What would lead to another story that is gone is passed over, so that two of them never lead in a circle.
    """
    if request.method not in {"GET", "HEAD"} or is_reserved(request.path_info):
        return None
    path, query = request.path_info, request.META.get("QUERY_STRING", "")
    wanted = [*_candidates(path, query), *([withdrawn] if withdrawn else [])]
    section, feed = _feed(path)
    rows = (
        Redirect.objects.filter(old__in=[*wanted, section] if section else wanted)
        .select_related("section", "article__section")
        .defer("article__body", "article__lead")
    )
    found = {row.old: row for row in rows}
    row = next((found[old] for old in wanted if old in found), None)
    if withdrawn and row is not None and row.article and not row.article.is_published:
        return None
    if row is not None:
        place = request.GET.get(OLDER, "")
        is_page = row.section is not None and STORY_NUMBER.fullmatch(place)
        return _permanent(f"{row.destination}?{OLDER}={place}" if is_page else row.destination)
    row = found.get(section)
    if row is not None and row.section is not None:
        return _permanent(reverse(feed, args=[row.section.slug]))
    if withdrawn:
        return None
    destination = _by_pattern(_candidates(path, query), Redirect.objects.patterns())
    return _permanent(destination) if destination else None


def _by_pattern(candidates: list[str], patterns: Iterable[Redirect]) -> str:
    """Where the first of these patterns leads that knows one of the addresses; empty for nowhere.

    What it fills in comes from readers, so the page is asked whether it is there, and its own redirect is followed:
    nobody is led to nothing, in a circle, or in two hops.
    """
    for redirect in patterns:
        for candidate in candidates:
            parts = redirect_patterns.match(redirect.old, candidate)
            if parts is not None:
                target = redirect_patterns.filled(redirect.destination, parts)
                return target if target == redirect.destination else _present(target)
    return ""


def _present(target: str) -> str:
    """The address itself if a page answers there, where its redirect leads if that does; empty otherwise."""
    response = _asked_of_readers(target)
    if response is None or response.status_code >= 400:
        return ""
    if response.status_code < 300:
        return target
    location = response.headers.get("Location", "")
    further = _asked_of_readers(location) if location.startswith("/") else None
    return location if further is not None and further.status_code == 200 else ""


def _asked_of_readers(address: str) -> HttpResponseBase | None:
    """What is answered there; None where no page is, and where nothing is for readers, whatever was filled in."""
    path, _, query = address.partition("?")
    path = unquote(path)
    return None if is_reserved(path) else _asked(path, query)


def moved(asked: dict[str, tuple[str, str]]) -> set[str]:
    """Which of these addresses (each with its path and query) a redirect answers, as answer() would; one query, and one for patterns."""
    asked = {name: address for name, address in asked.items() if not is_reserved(address[0])}
    wanted = {name: _candidates(path, query) for name, (path, query) in asked.items()}
    for name, (path, _) in asked.items():
        if section := _feed(path)[0]:
            wanted[name].append(section)
    every = [old for candidates in wanted.values() for old in candidates]
    known = set(Redirect.objects.filter(old__in=every).values_list("old", flat=True))
    found = {name for name, candidates in wanted.items() if known.intersection(candidates)}
    patterns = list(Redirect.objects.patterns()) if len(found) < len(wanted) else []
    return found | {name for name in wanted.keys() - found if _by_pattern(wanted[name], patterns)}


def _permanent(destination: str) -> HttpResponsePermanentRedirect:
    return HttpResponsePermanentRedirect(
        destination, headers={"Cache-Control": f"public, max-age={REMEMBERED}"}
    )


def is_reserved(path: str) -> bool:
    """Whether the path belongs to the desk or to files, which never move."""
    return path.startswith((reverse("admin:index"), settings.STATIC_URL, settings.MEDIA_URL))


# --- what makes a redirect senseless ----------------------------------------------------------------


def check(redirect: Redirect) -> None:
    """Put a redirect into its stored form. Raises ValidationError, by field, for one that leads nowhere or in circles."""
    try:
        redirect.old = normalised(redirect.old)
        path, _, query = redirect.old.partition("?")
        redirect.is_pattern = redirect_patterns.is_pattern(redirect.old)
        if redirect.is_pattern:
            _refuse_reserved(path)
        else:
            _refuse_living(path, query)
    except ValidationError as error:
        raise ValidationError({"old": error.messages}) from None
    if redirect.is_pattern:
        redirect_patterns.check(redirect.old, redirect.target)
        patterns = Redirect.objects.filter(is_pattern=True).exclude(pk=redirect.pk)
        if patterns.count() >= MAX_PATTERNS:
            raise ValidationError({"old": f"Cổng giữ nhiều nhất {MAX_PATTERNS} mẫu địa chỉ."})
    try:
        if redirect_patterns.is_pattern(redirect.target):
            _aim_with_parts(redirect, redirect.target.strip())
        else:
            _aim(redirect, redirect.target)
    except ValidationError as error:
        raise ValidationError({"target": error.messages}) from None
    others = Redirect.objects.exclude(pk=redirect.pk)
    if (leads_here := others.filter(target__in=_candidates(path, query)).first()) is not None:
        raise ValidationError(
            {
                "old": f"Chuyển hướng từ {leads_here.old} đang dẫn đến địa chỉ này; hãy sửa chuyển hướng đó trước."
            }
        )


def _refuse_reserved(path: str) -> None:
    if is_reserved(path):
        raise ValidationError(
            "Địa chỉ này thuộc bàn biên tập hoặc các tệp, không chuyển hướng được."
        )


def _refuse_living(path: str, query: str) -> None:
    _refuse_reserved(path)
    if answers(path, query) or (not path.endswith("/") and answers(f"{path}/", query)):
        raise ValidationError(
            "Đang có trang trả lời ở địa chỉ này nên chuyển hướng sẽ không bao giờ được dùng."
        )


def _aim_with_parts(redirect: Redirect, target: str) -> None:
    """Keep a target that the parts of a pattern are filled into; whether a page is there is asked each time."""
    if not redirect.is_pattern:
        raise ValidationError("Chỉ mẫu địa chỉ mới có phần để điền vào địa chỉ đích.")
    if not target.startswith("/") or target.startswith("//") or _UNFIT.search(target):
        raise ValidationError(
            "Địa chỉ đích có phần điền vào phải ở trong cổng, bắt đầu bằng một dấu /."
        )
    _refuse_reserved(target)
    if redirect_patterns.match(redirect.old, redirect_patterns.sample(target)) is not None:
        raise ValidationError("Địa chỉ đích lại đúng với mẫu: chuyển hướng sẽ chạy vòng.")
    redirect.section = redirect.article = None
    redirect.target = target


def _aim(redirect: Redirect, target: str) -> None:
    """Point the redirect at what lies at the target."""
    target = target.strip()
    parts = addresses.split(target)
    if (
        not target
        or parts is None
        or _UNFIT.search(target)
        or bool(parts.scheme) != bool(parts.netloc)
    ):
        raise ValidationError(
            "Hãy viết địa chỉ đích, dạng /duong-dan hoặc https://ten-mien/duong-dan."
        )
    own = addresses.own_path(parts)
    redirect.section = redirect.article = None
    if own is None:
        redirect.target = _outside(target)
        return
    if not own.startswith("/") or target.startswith("//"):
        raise ValidationError("Địa chỉ đích trong cổng phải bắt đầu bằng một dấu /.")
    wanted = _candidates(own, parts.query)
    if redirect.old in wanted:
        raise ValidationError("Địa chỉ đích chính là địa chỉ cũ: chuyển hướng sẽ chạy vòng.")
    redirect.target = parts._replace(scheme="", netloc="").geturl()
    if not (parts.query or parts.fragment) and _aim_at_row(redirect, own):
        redirect.target = ""
    elif not is_reserved(own) and not answers(own, parts.query):
        further = Redirect.objects.filter(old__in=wanted).exclude(pk=redirect.pk).first()
        if further is not None:
            raise ValidationError(
                f"Địa chỉ đích lại được chuyển tiếp đến {further.destination}; hãy dẫn thẳng đến đó."
            )
        raise ValidationError("Địa chỉ đích không có trang nào.")


def _aim_at_row(redirect: Redirect, path: str) -> bool:
    """Whether the path is a section's or a public story's; then point at the row, which may move."""
    from news.models import Article, Section

    try:
        match = resolve(path)
    except Resolver404:
        return False
    if match.view_name == "news:section":
        redirect.section = Section.objects.filter(slug=match.kwargs["section_slug"]).first()
        return redirect.section is not None
    if match.view_name == "news:article":
        articles = Article.objects.select_related("section").defer("body", "lead")
        found = articles.filter(pk=match.kwargs["article_id"]).first()
        if found is not None and found.is_published:
            redirect.article = found
            return True
    return False


def _outside(target: str) -> str:
    """An address elsewhere. Raises ValidationError for any scheme but the web's, and for names and passwords in it."""
    try:
        URLValidator(schemes=["http", "https"])(target)
    except ValidationError:
        raise ValidationError("Địa chỉ đích phải bắt đầu bằng /, http:// hoặc https://.") from None
    if "@" in urlsplit(target).netloc:
        raise ValidationError("Địa chỉ đích không được chứa tên đăng nhập.")
    return target


def answers(path: str, query: str = "") -> bool:
    """Whether a page of this site answers there now, be it with a redirect; that it is gone is no answer.

    The view itself is asked, as a reader would, because only it knows whether the row exists.
    """
    response = _asked(path, query)
    return response is not None and response.status_code not in {404, 410}


def _asked(path: str, query: str) -> HttpResponseBase | None:
    """What an anonymous reader is answered there; None where no page is."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    request = HttpRequest()
    request.method = "HEAD"
    request.path = request.path_info = path
    request.META = {
        "HTTP_HOST": urlsplit(settings.SITE_URL).netloc,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
    }
    request.GET = QueryDict(query)
    request.user = AnonymousUser()
    request.resolver_match = match
    try:
        return match.func(request, *match.args, **match.kwargs)
    except PermissionDenied:
        return HttpResponseForbidden()
    except Http404:
        return None
