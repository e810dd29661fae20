"""What an open form of a story asks every half minute: am I still signed in, who else is here, what is the newest version."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from news.models import Article, EditingPresence
from news.text import desk_moment


def name_of(user: Any) -> str:
    """How a colleague is called at the desk."""
    return (user.get_full_name() or user.get_username()) if user else "Một tài khoản đã xoá"


class ArticlePresence:
    """For ArticleAdmin: the addresses its form asks.

    A form that lies open is no work: these views must not keep a session alive, or it would never end on a desk
    that was left. They carry the mark `is_no_work` for whoever counts how long a session was idle.
    """

    def get_urls(self) -> list[URLPattern]:
        urls = []
        for route, view, name in (
            ("<int:article_id>/co-mat/", self.presence_view, "news_article_presence"),
            ("co-mat/", self.new_presence_view, "news_article_new_presence"),
        ):
            asked = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(view))  # type: ignore[attr-defined]
            asked.is_no_work = True
            urls.append(path(route, asked, name=name))
        return [*urls, *super().get_urls()]  # type: ignore[misc]

    def presence_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """Says what the form should know; a POST also notes who asks.

        A GET changes nothing. It is asked when the POST was refused, to learn the new CSRF token after signing in.
        """
        article: Article = self._story(request, article_id)  # type: ignore[attr-defined]
        if not article.may_edit(request.user):
            raise PermissionDenied("Bạn không có quyền sửa tin bài này.")
        if request.method == "POST":
            EditingPresence.objects.note(article, request.user)
        others = EditingPresence.objects.beside(request.user, article)
        newest = article.revisions.filter(number=article.version).select_related("saved_by").first()
        return JsonResponse(
            {
                **_signed_in(request),
                "others": [name_of(other.user) for other in others],
                "version": article.version,
                "saved": (
                    f"{name_of(newest.saved_by)} đã lưu phiên bản mới "
                    f"lúc {desk_moment(newest.saved_at)}"
                    if newest
                    else ""
                ),
            }
        )

    def new_presence_view(self, request: HttpRequest) -> HttpResponse:
        """The same for a story that has not been saved yet: whether one is still signed in."""
        if not request.user.has_perm("news.add_article"):
            raise PermissionDenied("Bạn không có quyền viết tin bài.")
        return JsonResponse({**_signed_in(request), "others": [], "version": 0, "saved": ""})


def _signed_in(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in, and the token with which a form of this person may be sent."""
    return {
        "user": str(request.user.pk),
        "name": name_of(request.user),
        "token": get_token(request),
    }
