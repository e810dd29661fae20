"""Previews at the desk: of the saved version, of the form as it stands, and links for readers outside."""

import dataclasses
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from news.content import Content
from news.models import Article, PreviewLink, Section
from news.views import not_kept, preview_context


class ArticlePreviews:
    """For ArticleAdmin: the public page before it is public. Nothing of it is cached, counted or indexed."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path(
                "<int:article_id>/xem-truoc/",
                wrap(require_safe(self.preview_view)),
                name="news_article_preview",
            ),
            path("xem-thu/", wrap(require_POST(self.try_view)), name="news_article_try_new"),
            path(
                "<int:article_id>/xem-thu/",
                wrap(require_POST(self.try_view)),
                name="news_article_try",
            ),
            path(
                "<int:article_id>/chia-se/",
                wrap(require_POST(self.share_view)),
                name="news_article_share",
            ),
            path(
                "<int:article_id>/chia-se/<int:link_id>/huy/",
                wrap(require_POST(self.revoke_view)),
                name="news_article_revoke",
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def preview_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """The newest saved version as readers would see it."""
        article = self._story(request, article_id)  # type: ignore[attr-defined]
        context = {
            **preview_context(article, article.newest),
            "edit_address": reverse("admin:news_article_change", args=[article.pk]),
        }
        return not_kept(render(request, "news/article.html", context))

    @method_decorator([xframe_options_sameorigin, csp_replace({"frame-ancestors": [SELF]})])
    def try_view(self, request: HttpRequest, article_id: int | None = None) -> HttpResponse:
        """The form as it stands, unsaved, for the desk's own frame. What is not filled in yet is left empty."""
        article = None
        if article_id is not None:
            article = self._story(request, article_id)  # type: ignore[attr-defined]
        may = (
            article.may_edit(request.user) if article else request.user.has_perm("news.add_article")
        )
        if not may:
            raise PermissionDenied("Bạn không có quyền sửa tin bài này.")
        form_class = self.get_form(request, article, change=article is not None)  # type: ignore[attr-defined]
        form = form_class(request.POST, instance=article or Article())
        form.is_valid()
        content = _printable(form.content())
        if content is None:
            return not_kept(
                HttpResponse("Hãy lập chuyên mục trước.", status=400, content_type="text/plain")
            )
        context = {**preview_context(article or Article(), content), "framed": True}
        return not_kept(render(request, "news/article.html", context))

    # --- links for readers outside ---------------------------------------------------------------

    def share_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """Make a link; the form shows it."""
        article = self._story(request, article_id)  # type: ignore[attr-defined]
        days = request.POST.get("days", "")
        try:
            PreviewLink.give(article, by=request.user, days=int(days) if days.isdecimal() else 0)
        except ValueError as wrong:
            messages.error(request, str(wrong))
        else:
            self.log_change(request, article, "Tạo đường dẫn xem trước")  # type: ignore[attr-defined]
            messages.success(request, "Đã tạo đường dẫn xem trước. Ai có đường dẫn đều xem được.")
        return HttpResponseRedirect(_share_place(article))

    def revoke_view(self, request: HttpRequest, article_id: int, link_id: int) -> HttpResponse:
        """End a link now."""
        article = self._story(request, article_id)  # type: ignore[attr-defined]
        link = get_object_or_404(article.preview_links, pk=link_id)
        link.revoke(by=request.user)
        self.log_change(request, article, "Huỷ đường dẫn xem trước")  # type: ignore[attr-defined]
        messages.success(request, "Đã huỷ đường dẫn xem trước.")
        return HttpResponseRedirect(_share_place(article))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        article: Article | None = kwargs.get("obj")
        may_share = article is not None and article.may_edit(request.user)
        context.update(
            try_address=(
                reverse("admin:news_article_try", args=[article.pk])
                if article
                else reverse("admin:news_article_try_new")
            ),
            show_share=may_share,
            preview_links=article.preview_links.open() if article and may_share else [],
            share_days=settings.PREVIEW_LINK_DAYS,
            share_origin=settings.SITE_URL,
        )
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


def _printable(content: Content) -> Content | None:
    """The content with what a page cannot do without; None where the site has no section yet."""
    section = content.section or Section.objects.values_list("pk", flat=True).first()
    if section is None:
        return None
    title = content.title or "(Chưa có tiêu đề)"
    return dataclasses.replace(
        content, section=section, title=title, slug=content.slug or "xem-thu"
    )


def _share_place(article: Article) -> str:
    return reverse("admin:news_article_change", args=[article.pk]) + "#chia-se"
