"""The register of documents in the admin, with the lists of kinds and issuers."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from news.admin.choices import ChosenByTyping, NamedOrder, PlainChoices, RowsByTyping
from news.admin.desk_admin import DeskAdmin
from news.attachment_library import AttachmentsField
from news.history import person
from news.models import Attachment, Document, DocumentKind, Issuer
from news.text import desk_moment

PUBLISH = "_publish"


class OtherDocumentsField(RowsByTyping):
    """Documents of the register, chosen by number or words."""

    def __init__(self, *, label: str, help_text: str) -> None:
        field: Any = Document._meta.get_field("amends")
        super().__init__(
            Document.objects.all(),
            label=label,
            required=False,
            help_text=help_text,
            widget=ChosenByTyping(field, admin.site),
            error_messages={
                "invalid_choice": "Có văn bản không còn trong sổ.",
                "invalid_pk_value": "Có văn bản không còn trong sổ.",
            },
        )


class DocumentForm(forms.ModelForm):
    """Checks what the verb would refuse, so that each refusal stands at its field."""

    replacing = OtherDocumentsField(
        label="Thay thế",
        help_text="Gõ số văn bản rồi chọn. "
        "Văn bản bị thay thế toàn bộ hết hiệu lực từ ngày văn bản này có hiệu lực.",
    )
    amending = OtherDocumentsField(
        label="Sửa đổi, bổ sung",
        help_text="Gõ số văn bản rồi chọn. Văn bản được sửa một phần và vẫn còn hiệu lực.",
    )
    attachments = AttachmentsField(label="Tệp của văn bản", place="văn bản này")
    # When the document that the form was filled from was last changed: who saves over a newer one is told first.
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    class Meta:
        model = Document
        fields: list[str] = []
        widgets = {
            "number": forms.TextInput(attrs={"size": 30}),
            "signer": forms.TextInput(attrs={"size": 40}),
            "abstract": forms.Textarea(attrs={"rows": 3, "class": "wide"}),
        }

    # Set by the admin for each request.
    user: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        document: Document | None = kwargs.get("instance")
        if document and document.pk:
            kwargs["initial"] = {
                "replacing": list(document.replaces.all()),
                "amending": list(document.amends.all()),
                "attachments": [file.pk for file in Attachment.objects.of_document(document)],
                "seen": document.updated_at.isoformat(),
                **(kwargs.get("initial") or {}),
            }
        super().__init__(*args, **kwargs)
        self.fields["attachments"].user = self.user  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nothing that a colleague wrote meanwhile is overwritten unseen.

        The lock holds until the admin has saved, so of two who save at once the second is told.
        """
        data: dict[str, Any] = super().clean() or self.cleaned_data
        row = Document.objects.select_for_update().filter(pk=self.instance.pk)
        changed_at = row.values_list("updated_at", flat=True).first()
        if changed_at is not None and data.get("seen") != changed_at.isoformat():
            self.add_error(
                None,
                f"Chưa lưu: văn bản vừa được {self._who_since(changed_at)} sửa lúc {desk_moment(changed_at)}. "
                "Những gì bạn gõ còn nguyên; hãy xem lại rồi lưu.",
            )
            typed: Any = self.data
            self.data = typed = typed.copy()
            typed["seen"] = changed_at.isoformat()
        return data

    def _who_since(self, changed_at: dt.datetime) -> str:
        """Who changed it then: the journal is written just after."""
        told = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Document),
            object_id=str(self.instance.pk),
            action_time__gte=changed_at,
        )
        entry = told.select_related("user").order_by("action_time").first()
        return person(entry.user) if entry else "người khác"

    def _post_clean(self) -> None:
        """The row has the typed dates now, by which the others are judged."""
        super()._post_clean()  # type: ignore[misc]
        self._refuse_others()
        if self.errors and not self.instance.slug:
            # The page with the mistakes links to where the document is.
            self.instance.slug = self.initial.get("slug", "")

    def _refuse_others(self) -> None:
        if "issued_on" in self.errors or not self.instance.issued_on:
            return
        data = self.cleaned_data
        wrong = self.instance.refusals_of(data.get("replacing", ()), data.get("amending", ()))
        for field, name in (("replacing", "replaces"), ("amending", "amends")):
            for said in wrong.get(name, ()):
                self.add_error(field, said)

    def write(self, *, by: Any) -> None:
        self.instance.write(
            by=by,
            replaces=self.cleaned_data["replacing"],
            amends=self.cleaned_data["amending"],
            attachments=[file.pk for file in self.cleaned_data["attachments"]],
        )


class TakingOffForm(forms.Form):
    reason = forms.CharField(
        label="Lý do gỡ",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "wide", "autofocus": True}),
        help_text="Bạn đọc mở địa chỉ của văn bản sẽ thấy lý do này.",
        error_messages={"required": "Hãy cho biết lý do gỡ văn bản."},
    )


class StateFilter(admin.SimpleListFilter):
    """In force today or not."""

    title = "hiệu lực"
    parameter_name = "hieu-luc"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Document.State.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return (
            queryset.in_state(self.value()) if self.value() in Document.State.values else queryset
        )


@admin.register(Document)
class DocumentAdmin(PlainChoices, DeskAdmin):
    form = DocumentForm
    list_display = ["number", "abstract", "kind", "issued_on", "state", "status_words"]
    list_filter = ["status", StateFilter, "kind", "issuer"]
    list_select_related = ["kind", "replaced_by"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["number"]
    search_help_text = "Tìm theo số, ký hiệu hoặc từ trong văn bản, không cần dấu."
    readonly_fields = ["status_words", "files", "relations"]
    actions = None

    # --- the list --------------------------------------------------------------------------------

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return queryset.found_by(search_term, typing=True), False

    @admin.display(description="hiệu lực")
    def state(self, document: Document) -> str:
        return document.state.label

    @admin.display(description="tình trạng", ordering="status")
    def status_words(self, document: Document) -> SafeString:
        words = document.get_status_display()
        if document.status == Document.Status.WITHDRAWN:
            words = f"{words}: {document.withdrawal_reason}"
        return format_html('<span class="state state-{}">{}</span>', document.status, words)

    # --- one document ----------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> Any:
        """Who only looks is shown files and other documents in words."""
        looks_only = obj is not None and not obj.may_edit(request.user)
        others = ["relations"] if looks_only else ["replacing", "amending"]
        first = ["number", "kind", "issuer", "abstract", "signer"]
        return [
            (None, {"fields": first if looks_only else [*first, "seen"]}),
            ("Hiệu lực", {"fields": [("issued_on", "effective_on", "expires_on")]}),
            ("Tệp", {"fields": ["files" if looks_only else "attachments"]}),
            ("Liên quan đến văn bản khác", {"fields": others}),
            ("Trên cổng", {"fields": [*(["status_words"] if obj else []), "slug"]}),
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["fields"] = ["number", "kind", "issuer", "abstract", "signer"]
        kwargs["fields"] += ["issued_on", "effective_on", "expires_on", "slug"]
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.user = request.user
        return form

    @admin.display(description="tệp của văn bản")
    def files(self, document: Document) -> SafeString:
        return _links(
            (file.view_url or file.get_absolute_url(), file.title)
            for file in Attachment.objects.of_document(document)
        )

    @admin.display(description="văn bản khác")
    def relations(self, document: Document) -> SafeString:
        said = [("Thay thế", other) for other in document.replaces.all()]
        said += [("Sửa đổi, bổ sung", other) for other in document.amends.all()]
        return _links(
            (reverse("admin:news_document_change", args=[other.pk]), f"{way} {other}")
            for way, other in said
        )

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Which buttons there are; each verb checks its right again."""
        document: Document | None = kwargs.get("obj")
        user = request.user
        may_write = document.may_edit(user) if document else user.has_perm("news.add_document")
        may_publish = (
            document.may_publish(user) if document else user.has_perm("news.publish_document")
        )
        context.update(
            document=document,
            show_write=may_write,
            show_publish=may_write and may_publish,
            show_withdraw=document is not None and document.may_withdraw(user),
            show_delete_link=document is not None and document.may_delete(user),
        )
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: Any, obj: Document, form: Any, change: bool) -> None:
        form.write(by=request.user)
        if PUBLISH in request.POST and not obj.is_published:
            obj.publish(by=request.user)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        if PUBLISH in request.POST:
            return "Đăng văn bản"
        return super().construct_change_message(request, form, formsets, add)

    def response_add(
        self, request: HttpRequest, obj: Document, post_url_continue: Any = None
    ) -> HttpResponse:
        return self._after_saving(request, obj)

    def response_change(self, request: HttpRequest, obj: Document) -> HttpResponse:
        return self._after_saving(request, obj)

    def _after_saving(self, request: HttpRequest, document: Document) -> HttpResponse:
        if document.is_published:
            said: Any = format_html(
                '{} <a href="{}">Xem trên cổng</a>',
                "Đã đăng." if PUBLISH in request.POST else "Đã lưu.",
                document.get_absolute_url(),
            )
        else:
            said = "Đã lưu. Bạn đọc chưa thấy văn bản này."
        messages.success(request, said)
        return HttpResponseRedirect(reverse("admin:news_document_change", args=[document.pk]))

    # --- taking off the portal -------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.withdraw_view)
        return [
            path(
                "<int:document_id>/go/",
                self.admin_site.admin_view(view),
                name="news_document_withdraw",
            ),
            *super().get_urls(),
        ]

    def withdraw_view(self, request: HttpRequest, document_id: int) -> HttpResponse:
        """Asks for the reason, then takes it off."""
        if not request.user.has_perm("news.withdraw_document"):
            raise PermissionDenied("Bạn không có quyền gỡ văn bản.")
        document = get_object_or_404(Document, pk=document_id)
        change_page = HttpResponseRedirect(
            reverse("admin:news_document_change", args=[document.pk])
        )
        if not document.is_published:
            messages.warning(request, "Chỉ gỡ được văn bản đã đăng.")
            return change_page
        form = TakingOffForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            document.withdraw(by=request.user, reason=reason)
            self.log_change(request, document, f"Gỡ khỏi cổng: {reason}")
            messages.success(request, "Đã gỡ. Địa chỉ của văn bản cho biết đã gỡ và vì sao.")
            return change_page
        context = {
            **self.admin_site.each_context(request),
            "title": "Gỡ văn bản khỏi cổng",
            "opts": self.opts,
            "document": document,
            "form": form,
        }
        return render(request, "admin/news/document/withdraw.html", context)

    # --- rights ----------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        if obj is None:
            return super().has_change_permission(request)
        return obj.may_edit(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        """Only what was never public can be deleted; the rest is taken off."""
        may = super().has_delete_permission(request)
        return may and (obj is None or obj.may_delete(request.user))

    def delete_model(self, request: Any, obj: Document) -> None:
        obj.delete_draft(by=request.user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Names the draft only: what hangs on it goes with it."""
        _, _, _, protected = super().get_deleted_objects(objs, request)
        counted = {str(self.opts.verbose_name_plural): len(objs)}
        return [str(document) for document in objs], counted, set(), protected


def _links(found: Iterable[tuple[str, str]]) -> SafeString:
    return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>', found)


class HeadingAdmin(NamedOrder, DeskAdmin):
    """A list of choices for documents: few, in an order of their own."""

    list_display = ["name", "order"]
    list_editable = ["order"]
    fields = ["name", "order", "slug"]
    actions = None

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Says in words that documents need it, instead of Django's list of protected rows."""
        found: Any = self.get_object(request, unquote(object_id))
        if found is not None and self.has_delete_permission(request, found):
            number = found.documents.count()
            if number:
                messages.error(request, f"Còn {number} văn bản dùng “{found}” nên chưa xoá được.")
                return HttpResponseRedirect(
                    reverse(f"admin:{self.opts.label_lower.replace('.', '_')}_changelist")
                )
        return super().delete_view(request, object_id, extra_context)


@admin.register(DocumentKind)
class DocumentKindAdmin(HeadingAdmin):
    list_display = ["name", "abbreviation", "order"]
    fields = ["name", "abbreviation", "order", "slug"]


@admin.register(Issuer)
class IssuerAdmin(HeadingAdmin):
    pass
