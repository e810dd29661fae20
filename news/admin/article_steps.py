"""The steps of a story in the admin: saving a version and moving it on, each refused without its right."""

import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from news import library
from news.admin.article_form import PUBLISH, RETURN, SUBMIT, ArticleForm, WithdrawalForm
from news.models import Article, NeedsSecondReader, NotReady, Outdated
from news.text import desk_moment


class ArticleSteps:
    """For ArticleAdmin: what its buttons do."""

    # --- saving ----------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Who saves over a newer version gets the form back, with both texts and nothing stored."""
        show = super().changeform_view  # type: ignore[misc]
        try:
            return show(request, object_id, form_url, extra_context)
        except Outdated:
            # A colleague was faster between the form's look and the row's lock: now the form sees it.
            return show(request, object_id, form_url, extra_context)

    def save_model(self, request: Any, obj: Article, form: ArticleForm, change: bool) -> None:
        """Save a version, then take the step of the button. Django calls this inside a transaction.

        When publishing is refused for what has to be mended, the version is kept and the reasons are said.
        """
        content = form.content()
        if change:
            obj.write(content, by=request.user, seen=form.cleaned_data["seen"])
        else:
            # Django goes on with the object it knows; it becomes the story that was begun.
            vars(obj).update(vars(Article.begin(content, by=request.user)))
        note = form.cleaned_data.get("note", "")
        try:
            if PUBLISH in request.POST:
                obj.publish(by=request.user, alone=bool(form.cleaned_data.get("alone")))
            elif SUBMIT in request.POST:
                obj.submit(by=request.user, note=note)
            elif RETURN in request.POST:
                obj.return_to_author(by=request.user, note=note)
        except (NotReady, NeedsSecondReader) as refusal:
            request.refusals = refusal.messages
        except ValueError as late:
            # A colleague has taken the step already.
            request.refusals = [str(late)]

    def save_related(
        self, request: HttpRequest, form: ArticleForm, formsets: Any, change: bool
    ) -> None:
        """The verbs have set the lists already; what is left is what the pictures learn."""
        if missing := library.learn_descriptions(form.instance):
            messages.warning(
                request,
                f"{missing} ảnh trong bài chưa có mô tả. Hãy bấm đúp vào ảnh để viết mô tả.",
            )

    def response_add(
        self, request: HttpRequest, obj: Article, post_url_continue: Any = None
    ) -> HttpResponse:
        return self._after_save(request, obj)

    def response_change(self, request: HttpRequest, obj: Article) -> HttpResponse:
        return self._after_save(request, obj)

    def _after_save(self, request: Any, article: Article) -> HttpResponse:
        """Back to the same form, where the work goes on, with a sentence about what happened."""
        change_page = reverse("admin:news_article_change", args=[article.pk])
        if refusals := getattr(request, "refusals", []):
            messages.success(request, "Đã lưu phiên bản này.")
            for refusal in refusals:
                messages.error(request, refusal)
            return HttpResponseRedirect(change_page)
        messages.success(request, _said(article, request.POST))
        if article.may_view(request.user):
            return HttpResponseRedirect(change_page)
        return HttpResponseRedirect(reverse("admin:index"))

    # --- the form's buttons ----------------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Which buttons there are; each verb checks its right again."""
        article: Article | None = kwargs.get("obj")
        user = request.user
        may_write = article.may_edit(user) if article else user.has_perm("news.add_article")
        may_publish = (
            article.may_publish(user) if article else user.has_perm("news.publish_article")
        )
        stage = article.stage if article else Article.Stage.WRITING
        context.update(
            title=_title(article, may_write=may_write),
            subtitle=None,
            article=article,
            last_step=article.steps.select_related("by").first() if article else None,
            show_write=may_write,
            show_submit=may_write and stage != Article.Stage.SUBMITTED,
            show_return=(may_write and may_publish and stage == Article.Stage.SUBMITTED),
            show_publish=may_write and may_publish,
            show_take_back=article is not None and article.may_take_back(user),
            show_discard=article is not None and article.has_working_copy and may_write,
            show_withdraw=(
                article is not None
                and article.status == Article.Status.PUBLISHED
                and article.may_withdraw(user)
            ),
            show_delete_link=article is not None and article.may_delete(user),
        )
        form = context["adminform"].form
        if article and not may_write:
            # Fields that are only read come from the row; who looks is shown the newest version, as who writes is.
            form.instance = copy.copy(article)
            article.newest.put_on(form.instance)
        if form.conflict and set(form.errors) == {NON_FIELD_ERRORS}:
            # The panel says it, at the top; Django's sentence would lead down, away from the choices.
            context["errors"] = []
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    # --- addresses of steps ----------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        asking = require_http_methods(["GET", "HEAD", "POST"])
        return [
            path(
                "<int:article_id>/thu-hoi/",
                wrap(asking(self.withdraw_view)),
                name="news_article_withdraw",
            ),
            path(
                "<int:article_id>/rut-lai/",
                wrap(require_POST(self.take_back_view)),
                name="news_article_take_back",
            ),
            path(
                "<int:article_id>/bo-ban-sua/",
                wrap(asking(self.discard_view)),
                name="news_article_discard",
            ),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def _story(self, request: HttpRequest, article_id: int) -> Article:
        """The story, if this person sees it at the desk. Raises Http404, PermissionDenied."""
        if not request.user.has_perm("news.view_article"):
            raise PermissionDenied("Bạn không có quyền xem tin bài ở bàn biên tập.")
        return get_object_or_404(
            Article.objects.visible_to(request.user).select_related(
                "section__parent", "cover", "view_count"
            ),
            pk=article_id,
        )

    def take_back_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """From approval back to writing."""
        article = self._story(request, article_id)
        try:
            article.take_back(by=request.user)
        except ValueError as late:
            messages.warning(request, str(late))
        else:
            self.log_change(request, article, "Rút lại")  # type: ignore[attr-defined]
            messages.success(request, "Đã rút tin lại. Bạn có thể viết tiếp.")
        return HttpResponseRedirect(reverse("admin:news_article_change", args=[article.pk]))

    def discard_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """Asks, then gives up the working copy."""
        article = self._story(request, article_id)
        if not article.may_edit(request.user):
            raise PermissionDenied("Bạn không có quyền sửa tin bài này.")
        change_page = HttpResponseRedirect(reverse("admin:news_article_change", args=[article.pk]))
        if not article.has_working_copy:
            messages.warning(request, "Tin này không có bản sửa nào.")
            return change_page
        if request.method == "POST":
            article.discard_copy(by=request.user)
            self.log_change(request, article, "Bỏ bản sửa")  # type: ignore[attr-defined]
            messages.success(request, "Đã bỏ bản sửa. Các phiên bản vẫn còn trong lịch sử.")
            return change_page
        return self._ask(request, article, "Bỏ bản sửa", "admin/news/article/discard.html")

    def withdraw_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """Asks for the reason, then withdraws."""
        article = self._story(request, article_id)
        if not article.may_withdraw(request.user):
            raise PermissionDenied("Bạn không có quyền thu hồi tin bài.")
        change_page = HttpResponseRedirect(reverse("admin:news_article_change", args=[article.pk]))
        if article.status != Article.Status.PUBLISHED:
            messages.warning(request, "Chỉ thu hồi được tin đã xuất bản.")
            return change_page
        form = WithdrawalForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            article.withdraw(by=request.user, reason=reason)
            self.log_change(request, article, f"Thu hồi: {reason}")  # type: ignore[attr-defined]
            messages.success(
                request,
                "Đã thu hồi. Địa chỉ của tin nay cho biết tin đã được thu hồi."
                if article.was_public
                else "Đã bỏ hẹn giờ. Tin lại là bản nháp.",
            )
            return change_page
        return self._ask(
            request, article, "Thu hồi tin bài", "admin/news/article/withdraw.html", form=form
        )

    def _ask(
        self, request: HttpRequest, article: Article, title: str, template: str, **more: Any
    ) -> HttpResponse:
        """A page of the desk that asks before something is done."""
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": title,
            "opts": Article._meta,
            "article": article,
            **more,
        }
        return render(request, template, context)


def _title(article: Article | None, *, may_write: bool) -> str:
    if article is None:
        return "Viết tin mới"
    return "Sửa tin" if may_write else "Xem tin (chỉ đọc)"


def _said(article: Article, pressed: Any) -> SafeString | str:
    """What happened, in a sentence."""
    if SUBMIT in pressed:
        return "Đã lưu và gửi duyệt."
    if RETURN in pressed:
        return "Đã lưu và trả lại cho tác giả."
    if article.is_published:
        link = article.get_absolute_url()
        if PUBLISH in pressed:
            return format_html('Đã xuất bản. <a href="{}">Xem trên trang</a>', link)
        if article.has_working_copy:
            return format_html(
                'Đã lưu bản sửa. Bạn đọc vẫn thấy bản cũ cho đến khi xuất bản. <a href="{}">Xem trên trang</a>',
                link,
            )
        return "Không có gì thay đổi."
    if article.is_scheduled and article.published_at:
        return f"Đã lưu. Tin sẽ tự hiện ra lúc {desk_moment(article.published_at)}."
    if article.was_public:
        return "Đã lưu bản sửa. Tin vẫn không hiện trên trang."
    return "Đã lưu bản nháp."
