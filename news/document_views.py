"""What readers see of the register of documents."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from news import paging, redirects
from news.forms import DocumentFilterForm
from news.freshness import public_page, public_page_with
from news.models import Article, Attachment, Document

STORIES = 20


@require_safe
@public_page_with("trang")
def documents(request: HttpRequest) -> HttpResponse:
    """The register; what was chosen of it is asked for anew each time, as search is."""
    form = DocumentFilterForm(request.GET)
    found = form.filter(Document.objects.published()).with_facts()
    context = {"form": form, "page": paging.numbered_page_of(found, request)}
    return render(request, "news/documents.html", context)


@require_safe
@public_page
def document(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    found = get_object_or_404(Document.objects.with_facts(), pk=document_id)
    if not found.was_public:
        raise Http404
    if not found.is_published:
        return redirects.answer(request, withdrawn=found.get_absolute_url()) or render(
            request, "news/document_withdrawn.html", {"document": found}, status=410
        )
    if request.path != found.get_absolute_url():
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    return render(request, "news/document.html", document_context(found))


def document_context(found: Document) -> dict[str, object]:
    """What the page of a document shows besides its row, in five queries."""
    public = Document.objects.published().select_related("kind")
    chain = list(public.with_facts().in_chain_of(found))
    return {
        "document": found,
        "attachments": Attachment.objects.of_document(found),
        "chain": chain,
        "replaces": [old for old in chain if old.replaced_by_id == found.pk],
        "amends": public.filter(amendments__document=found).newest_first(),
        "amended_by": public.filter(amendments_made__amended=found).newest_first(),
        "stories": Article.objects.published()
        .filter(documents=found)
        .select_related("section")
        .defer("body", "lead")
        .newest_first()[:STORIES],
    }
