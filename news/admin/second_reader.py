"""The second reader at the desk: reads what stands in the form, converts old letters, takes an editor's word."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from news import manuscript, proofs, richtext, text
from news.legacy_encodings import detect, to_unicode
from news.library import PhotoChoiceField
from news.models import Article
from news.proofs import Remark


class ProofForm(forms.Form):
    """What the second reader reads of the article's form."""

    title = forms.CharField(required=False)
    lead = forms.CharField(required=False)
    body = forms.CharField(required=False, max_length=richtext.MAX_LENGTH)
    cover = PhotoChoiceField()


class SecondReader:
    """For the ModelAdmin of articles: the panel `Soát bài` and the addresses behind its buttons."""

    def proof_urls(self) -> list[URLPattern]:
        def staff(view: Any) -> Any:
            return self.admin_site.admin_view(require_POST(view))  # type: ignore[attr-defined]

        return [
            path("soat-bai/", staff(self.proof_view), name="news_article_proof_new"),
            path("chuyen-unicode/", staff(self.unicode_view), name="news_article_unicode"),
            path("<int:article_id>/soat-bai/", staff(self.proof_view), name="news_article_proof"),
            path(
                "<int:article_id>/bo-qua/", staff(self.overrule_view), name="news_article_overrule"
            ),
        ]

    def get_urls(self) -> list[URLPattern]:
        return [*self.proof_urls(), *super().get_urls()]  # type: ignore[misc]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """With the panel below the form: at first the remarks on the newest saved version."""
        article: Article | None = kwargs.get("obj")
        name = "news_article_proof" if article else "news_article_proof_new"
        context.update(
            proof_address=reverse(f"admin:{name}", args=[article.pk] if article else []),
            proof=self._panel(request, article, proofs.proof_of(article) if article else None),
        )
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def proof_view(self, request: HttpRequest, article_id: int | None = None) -> HttpResponse:
        """The remarks on what is being written, as the inside of the panel."""
        article = self._editable(request, article_id)
        return self._answer(request, article)

    def unicode_view(self, request: HttpRequest) -> HttpResponse:
        """One field's text in Unicode: `markup` for the body, `text` for a plain field. Nothing is stored."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):  # type: ignore[attr-defined]
            raise PermissionDenied
        if "markup" in request.POST:
            try:
                clean = richtext.clean(request.POST["markup"])
            except richtext.TooComplex as refusal:
                return JsonResponse({"error": str(refusal)}, status=400)
            return JsonResponse({"text": manuscript.in_unicode(clean)})
        written = text.nfc(request.POST.get("text", ""))
        encoding = detect(written)
        return JsonResponse({"text": to_unicode(written, encoding) if encoding else written})

    def overrule_view(self, request: HttpRequest, article_id: int) -> HttpResponse:
        """An editor lets one warning stand. With the form's texts beside it the answer is the panel again."""
        article = self._editable(request, article_id)
        assert article is not None  # noqa: S101 - an id was given
        if not article.may_publish(request.user):
            raise PermissionDenied("Bạn không có quyền bỏ qua cảnh báo.")
        fingerprint = request.POST.get("fingerprint", "")
        reason = request.POST.get(f"reason-{fingerprint}", "")
        wanted = [
            r.finding
            for r in self._remarks(request, article)
            if r.finding.fingerprint == fingerprint
        ]
        refusal = ""
        if not wanted:
            refusal = "Cảnh báo này không còn trong bài."
        else:
            try:
                article.overrule(wanted[0], by=request.user, reason=reason)
            except ValueError as error:
                refusal = str(error)
        if "body" in request.POST:
            return self._answer(request, article, refusal)
        done = messages.SUCCESS if not refusal else messages.ERROR
        self.message_user(request, refusal or "Đã bỏ qua cảnh báo.", done)  # type: ignore[attr-defined]
        return HttpResponseRedirect(
            f"{reverse('admin:news_article_change', args=[article.pk])}#soat-bai"
        )

    # --- steps -----------------------------------------------------------------------------------

    def _editable(self, request: HttpRequest, article_id: int | None) -> Article | None:
        """The article this person may change. Raises Http404, and PermissionDenied for who may not write."""
        if article_id is None:
            if not self.has_add_permission(request):  # type: ignore[attr-defined]
                raise PermissionDenied
            return None
        article = get_object_or_404(self.get_queryset(request), pk=article_id)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, article):  # type: ignore[attr-defined]
            raise PermissionDenied
        return article

    def _remarks(self, request: HttpRequest, article: Article | None) -> list[Remark]:
        """On the texts that were sent, or on the saved story if none were."""
        if article and "body" not in request.POST:
            return proofs.proof_of(article)
        form = ProofForm(request.POST)
        form.is_valid()  # A field that is refused is read as empty: the form itself says why when it is saved.
        data = form.cleaned_data
        return proofs.proof(
            title=data.get("title", ""),
            lead=data.get("lead", ""),
            body=data.get("body", ""),
            cover=data.get("cover"),
            article=article,
        )

    def _answer(
        self, request: HttpRequest, article: Article | None, refusal: str = ""
    ) -> HttpResponse:
        try:
            remarks: list[Remark] | None = self._remarks(request, article)
        except richtext.TooComplex as too_complex:
            remarks, refusal = None, str(too_complex)
        response = render(
            request,
            "admin/news/article/_proof.html",
            {"proof": self._panel(request, article, remarks, refusal)},
            status=400 if remarks is None else 200,
        )
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _panel(
        self,
        request: HttpRequest,
        article: Article | None,
        remarks: list[Remark] | None,
        refusal: str = "",
    ) -> dict[str, Any]:
        """What the template of the panel's inside takes. `remarks` is None when nothing has been read yet."""
        found = remarks or []
        standing = [remark for remark in found if remark.overrule is None]
        return {
            "was_read": remarks is not None,
            "refusal": refusal,
            "errors": [remark for remark in standing if remark.finding.is_error],
            "warnings": [remark for remark in standing if not remark.finding.is_error],
            "overruled": [remark for remark in found if remark.overrule],
            "may_overrule": article is not None
            and article.may_publish(request.user)
            and article.may_edit(request.user),
        }
