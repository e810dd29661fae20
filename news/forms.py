"""Forms of the public news pages."""

from typing import Any
from urllib.parse import urlencode

from django import forms

from news.models import ArticleQuerySet, Document, DocumentKind, DocumentQuerySet, Issuer
from news.models.document import MAX_QUERY as MAX_DOCUMENT_QUERY
from news.models.words import MAX_QUERY
from news.search import RANKED, search


class SearchForm(forms.Form):
    """The words a reader looks for; it also filters (`form.filter(articles)`)."""

    q = forms.CharField(label="Từ cần tìm", required=False)

    @property
    def words(self) -> str:
        """What was typed, on one line, cut to what search looks at."""
        return " ".join(self.data.get("q", "").replace("\x00", "").split())[:MAX_QUERY]

    @property
    def most(self) -> int:
        """As many stories as search finds at most."""
        return RANKED

    def filter(self, articles: ArticleQuerySet) -> ArticleQuerySet:
        return search(articles, self.words)

    @property
    def query(self) -> str:
        """What stands before `trang=` in the addresses of further pages."""
        return urlencode({"q": self.words}) + "&"


class DocumentFilterForm(forms.Form):
    """Which documents of the register are wanted; it also filters. What is no choice (any more) filters nothing."""

    # As they stand in addresses.
    ADDRESS_NAMES = {"kind": "loai", "issuer": "co-quan", "year": "nam", "state": "hieu-luc"}

    q = forms.CharField(label="Số, ký hiệu hoặc từ trong văn bản", required=False)
    kind = forms.ModelChoiceField(
        DocumentKind.objects.none(),
        label="Loại văn bản",
        required=False,
        to_field_name="slug",
        empty_label="Mọi loại",
    )
    issuer = forms.ModelChoiceField(
        Issuer.objects.none(),
        label="Cơ quan ban hành",
        required=False,
        to_field_name="slug",
        empty_label="Mọi cơ quan",
    )
    year = forms.TypedChoiceField(label="Năm ban hành", required=False, coerce=int)
    state = forms.ChoiceField(
        label="Hiệu lực", required=False, choices=[("", "Tất cả"), *Document.State.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offers the kinds, issuers and years of which there is a document: no choice leads to nothing."""
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        fields: Any = self.fields
        public = Document.objects.published().order_by()
        fields["kind"].queryset = DocumentKind.objects.filter(pk__in=public.values("kind"))
        fields["issuer"].queryset = Issuer.objects.filter(pk__in=public.values("issuer"))
        years = [day.year for day in public.dates("issued_on", "year", order="DESC")]
        fields["year"].choices = [("", "Mọi năm"), *((year, str(year)) for year in years)]
        for field in fields.values():
            field.error_messages["invalid_choice"] = (
                "Không có lựa chọn này; danh sách dưới đây chưa lọc theo nó."
            )

    def add_prefix(self, field_name: str) -> str:
        return self.ADDRESS_NAMES.get(field_name, field_name)

    @property
    def words(self) -> str:
        """What was typed, on one line, cut to what is looked at."""
        return " ".join(self.data.get("q", "").replace("\x00", "").split())[:MAX_DOCUMENT_QUERY]

    @property
    def choices(self) -> list[forms.BoundField]:
        """The boxes beside the words."""
        return [self[name] for name in self.ADDRESS_NAMES]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for that leaves documents out."""
        return bool(self.words or any(self._chosen().values()))

    def filter(self, documents: DocumentQuerySet) -> DocumentQuerySet:
        """Those that were asked for: the newest first, but where a number was typed its own document."""
        chosen = self._chosen()
        if chosen["kind"]:
            documents = documents.filter(kind=chosen["kind"])
        if chosen["issuer"]:
            documents = documents.filter(issuer=chosen["issuer"])
        if chosen["year"]:
            documents = documents.filter(issued_on__year=chosen["year"])
        if chosen["state"]:
            documents = documents.in_state(chosen["state"])
        return documents.newest_first().found_by(self.words)

    def _chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.ADDRESS_NAMES}

    @property
    def query(self) -> str:
        """What stands before `trang=` in the addresses of further pages."""
        names = ["q", *self.ADDRESS_NAMES.values()]
        asked = {name: self.data[name] for name in names if self.data.get(name)}
        return f"{urlencode(asked)}&" if asked else ""
