"""The history of a story at the desk: looking at its versions, comparing two of them, restoring one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods, require_safe

from news import diffing, richtext
from news.history import as_published, names_of, person, public_version, timeline
from news.models import Article, Outdated, Revision
from news.models.revision import MAX_VERSION


class VersionField(forms.IntegerField):
    """Number of a version."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            min_value=1,
            max_value=MAX_VERSION,
            error_messages={
                "required": "Hãy cho biết số của phiên bản.",
                "invalid": "Hãy nhập số của phiên bản.",
            },
        )


class ComparisonForm(forms.Form):
    """Two versions of one story, by their numbers; the older is the first, however they were named."""

    cu = VersionField("Phiên bản")
    moi = VersionField("Với phiên bản")

    def __init__(self, data: Any, *, article: Article) -> None:
        super().__init__(data)
        self.article = article
        self.versions: list[Revision] = []

    def clean(self) -> dict[str, Any]:
        """Finds both. A number that no version has is refused beside its box."""
        data = super().clean() or self.cleaned_data
        found = {
            revision.number: revision
            for revision in self.article.revisions.select_related("saved_by").filter(
                number__in=data.values()
            )
        }
        for name, number in list(data.items()):
            if number not in found:
                self.add_error(name, f"Tin này không có phiên bản {number}.")
        if not self.errors:
            self.versions = [found[number] for number in sorted(data.values())]
        return data


class RestoringForm(forms.Form):
    """The version that was the newest when the person decided."""

    seen = forms.IntegerField(min_value=0, max_value=MAX_VERSION, widget=forms.HiddenInput)


class ArticleHistory:
    """For ArticleAdmin: the story's history in the place of Django's log, which knows no texts."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path(
                "<int:article_id>/so-sanh/",
                wrap(require_safe(self.compare_view)),
                name="news_article_compare",
            ),
            path(
                "<int:article_id>/phien-ban/<int:number>/",
                wrap(require_safe(self.version_view)),
                name="news_article_version",
            ),
            path(
                "<int:article_id>/phien-ban/<int:number>/lay-lai/",
                wrap(require_http_methods(["GET", "HEAD", "POST"])(self.restore_view)),
                name="news_article_restore",
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    @method_decorator(require_safe)
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Versions and steps, newest first."""
        if not object_id.isdecimal() or len(object_id) > 18:
            raise Http404
        article = self._story(request, int(object_id))  # type: ignore[attr-defined]
        page = timeline(article, request.GET.get("trang"))
        return self._show(
            request,
            article,
            "Lịch sử của tin",
            "admin/news/article/history.html",
            page=page,
            comparison=ComparisonForm(None, article=article) if article.version > 1 else None,
            **(extra_context or {}),
        )

    def compare_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """What differs between two versions, word by word."""
        article = self._story(request, article_id)  # type: ignore[attr-defined]
        form = ComparisonForm(request.GET, article=article)
        context: dict[str, Any] = {"comparison": form}
        if form.is_valid():
            old, new = form.versions
            before, after = as_published(article, {old.number: old.text})[old.number], new.text
            context |= {
                "old": old,
                "new": new,
                "old_who": person(old.saved_by),
                "new_who": person(new.saved_by),
                "differences": diffing.differences(
                    before, after, names_of([before, after], seen_by=request.user)
                ),
            }
        return self._show(
            request,
            article,
            "So sánh hai phiên bản",
            "admin/news/article/compare.html",
            status=200 if form.is_valid() else 400,
            **context,
        )

    def version_view(self, request: HttpRequest, article_id: int, number: int) -> HttpResponse:
        """One version as text."""
        article = self._story(request, article_id)  # type: ignore[attr-defined]
        revision = self._version(article, number)
        content = revision.text
        return self._show(
            request,
            article,
            f"Phiên bản {number}",
            "admin/news/article/version.html",
            revision=revision,
            who=person(revision.saved_by),
            fields=diffing.in_words(content, names_of([content], seen_by=request.user)),
        )

    def restore_view(self, request: HttpRequest, article_id: int, number: int) -> HttpResponse:
        """Shows what would change, then writes that version anew as the newest."""
        article = self._story(request, article_id)  # type: ignore[attr-defined]
        if not article.may_edit(request.user):
            raise PermissionDenied("Bạn không có quyền sửa tin bài này.")
        revision = self._version(article, number)
        if request.method == "POST":
            return self._restore(request, article, revision)
        newest, restored = article.newest, article.as_restored(revision, by=request.user)
        return self._show(
            request,
            article,
            f"Lấy lại phiên bản {number}",
            "admin/news/article/restore.html",
            revision=revision,
            who=person(revision.saved_by),
            differences=diffing.differences(
                newest, restored, names_of([newest, restored], seen_by=request.user)
            ),
        )

    def _restore(
        self, request: HttpRequest, article: Article, revision: Revision
    ) -> HttpResponseRedirect:
        """Done or refused, in words; refused means that nothing has changed."""
        again = HttpResponseRedirect(
            reverse("admin:news_article_restore", args=[article.pk, revision.number])
        )
        form = RestoringForm(request.POST)
        if not form.is_valid():
            return again
        try:
            kept = article.restore(revision, by=request.user, seen=form.cleaned_data["seen"])
        except Outdated as late:
            messages.warning(
                request,
                f"Trong lúc bạn xem, {person(late.revision.saved_by if late.revision else None)} đã lưu một "
                "phiên bản mới. Chưa có gì thay đổi. Hãy xem lại rồi quyết định.",
            )
            return again
        except ValidationError as refusal:
            for message in refusal.messages:
                messages.error(request, message)
            return again
        except richtext.TooComplex as refusal:
            messages.error(request, str(refusal))
            return again
        if kept.number == form.cleaned_data["seen"]:
            messages.warning(request, "Phiên bản này không khác gì bản mới nhất.")
            return again
        self.log_change(request, article, f"Lấy lại phiên bản {revision.number}")  # type: ignore[attr-defined]
        messages.success(
            request,
            f"Đã lấy lại phiên bản {revision.number}; nay là phiên bản {kept.number}."
            + (" Bạn đọc vẫn thấy bản đã xuất bản." if article.is_published else ""),
        )
        return HttpResponseRedirect(reverse("admin:news_article_change", args=[article.pk]))

    def _version(self, article: Article, number: int) -> Revision:
        return get_object_or_404(article.revisions.select_related("saved_by"), number=number)

    def _show(
        self,
        request: HttpRequest,
        article: Article,
        title: str,
        template: str,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        """A page of the history."""
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": title,
            "opts": Article._meta,
            "article": article,
            "public": public_version(article),
            "may_restore": article.may_edit(request.user),
            **more,
        }
        return render(request, template, context, status=status)
