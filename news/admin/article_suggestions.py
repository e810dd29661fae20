"""Answers of the desk to the form while one types: tags, and stories that belong beside this one."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from news import suggesting


def number(value: str) -> int | None:
    """A key as a form sends it, None for anything else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


class ArticleSuggestions:
    """For ArticleAdmin."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("the/", wrap(require_safe(self.tags_view)), name="news_article_tags"),
            path("goi-y/", wrap(require_safe(self.beside_view)), name="news_article_beside"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def tags_view(self, request: HttpRequest) -> JsonResponse:
        """Names of tags that begin as `q`."""
        if not request.user.has_perm("news.view_tag"):
            raise PermissionDenied("Bạn không có quyền xem thẻ.")
        return JsonResponse({"names": suggesting.tags_beginning(request.GET.get("q", ""))})

    def beside_view(self, request: HttpRequest) -> JsonResponse:
        """Stories for `title`, `tags` (between commas) and `thread`, without the story `article`."""
        user = request.user
        if not (user.has_perm("news.change_article") or user.has_perm("news.add_article")):
            raise PermissionDenied("Bạn không có quyền viết tin.")
        found = suggesting.stories_beside(
            title=request.GET.get("title", "")[:300],
            tags=request.GET.get("tags", "")[:2000].split(",")[:20],
            thread=number(request.GET.get("thread", "")),
            without=number(request.GET.get("article", "")),
        )
        return JsonResponse(
            {"stories": [{"id": story.pk, "title": story.title} for story in found]}
        )
