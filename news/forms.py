"""Forms of the public news pages."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.functional import cached_property

from news import misspelling, text
from news.models import Document, DocumentKind, DocumentQuerySet, Issuer, Section
from news.models.document import MAX_QUERY as MAX_DOCUMENT_QUERY
from news.query import Query, line
from news.search import NO_FILTERS, RANKED, Filters, Found, find

NEWEST = "moi-nhat"
# Official documents shown above the stories that a search finds.
DOCUMENTS = 3


class LineField(forms.Field):
    """Words on one line, whatever was sent."""

    def to_python(self, value: Any) -> str:
        return line(str(value or ""))


class DayField(forms.DateField):
    """A day as a browser sends it, or as one writes it in Vietnam."""

    default_error_messages = {"invalid": "Hãy viết ngày theo mẫu 31/05/2019."}
    input_formats = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]


class SearchForm(forms.Form):
    """What a reader looks for and narrows it by, as it stands in the address; it also finds (`form.found`)."""

    q = LineField(label="Từ cần tìm", required=False)
    muc = LineField(label="Chuyên mục", required=False)
    tu = DayField(label="Từ ngày", required=False)
    den = DayField(label="Đến ngày", required=False)
    tac_gia = LineField(label="Tác giả", required=False)
    the = LineField(label="Thẻ", required=False)
    tep = forms.BooleanField(label="Chỉ tin có tệp đính kèm", required=False)
    thu_tu = LineField(label="Thứ tự", required=False)

    def add_prefix(self, field_name: str) -> str:
        """Addresses have hyphens, names in Python cannot."""
        return field_name.replace("_", "-")

    def clean_muc(self) -> Section | None:
        slug = self.cleaned_data["muc"]
        section = Section.objects.filter(slug=slug).first() if slug else None
        if slug and section is None:
            raise forms.ValidationError("Không có chuyên mục này.")
        return section

    def clean(self) -> None:
        first, last = self.cleaned_data.get("tu"), self.cleaned_data.get("den")
        if first and last and first > last:
            self.add_error("den", "Ngày này phải sau ngày bắt đầu.")

    # --- what was asked --------------------------------------------------------------------------------

    @cached_property
    def words(self) -> str:
        """What was typed, on one line, cut to what search looks at."""
        return line(self.data.get("q", ""))

    @cached_property
    def query(self) -> Query:
        return Query.of(self.words)

    @cached_property
    def filters(self) -> Filters:
        if not self.is_valid():
            return NO_FILTERS
        data = self.cleaned_data
        section: Section | None = data["muc"]
        return Filters(
            sections=(section.pk, *section.children.values_list("pk", flat=True))
            if section
            else (),
            since=data["tu"],
            until=data["den"],
            byline=data["tac_gia"],
            # No tag has an address without a letter.
            tag=(text.slug(data["the"], 100) or "-") if data["the"] else "",
            with_files=data["tep"],
        )

    @property
    def newest_first(self) -> bool:
        return self.data.get("thu-tu") == NEWEST

    @property
    def is_narrowed(self) -> bool:
        """Whether the filters say something, be it wrong."""
        return not self.is_valid() or self.filters != NO_FILTERS

    @property
    def narrowing(self) -> list[str]:
        """What the filters say, in words; nothing while one of them is wrong."""
        if not self.is_valid():
            return []
        data = self.cleaned_data
        said = [
            data["muc"] and f"chuyên mục {data['muc'].name}",
            data["tu"] and f"từ ngày {data['tu']:%d/%m/%Y}",
            data["den"] and f"đến ngày {data['den']:%d/%m/%Y}",
            data["tac_gia"] and f"tác giả “{data['tac_gia']}”",
            data["the"] and f"thẻ “{data['the']}”",
            data["tep"] and "có tệp đính kèm",
        ]
        return [words for words in said if words]

    @property
    def asks(self) -> bool:
        return bool(self.query.wanted) or self.filters != NO_FILTERS

    # --- what was found --------------------------------------------------------------------------------

    @cached_property
    def found(self) -> Found:
        """Nothing while a filter is wrong: what was not asked for is no answer."""
        if not self.is_valid():
            return Found()
        return find(self.query, self.filters, newest_first=self.newest_first)

    @cached_property
    def documents(self) -> list[Document]:
        """The first official documents that the words find, with all that a row says of them; in one query.

        The register knows neither the filters of stories nor words that must not occur: with these, none.
        """
        if not self.query.wanted or self.query.unwanted or self.is_narrowed:
            return []
        return list(Document.objects.published().found_by(self.words).with_facts()[:DOCUMENTS])

    @property
    def most(self) -> int:
        """As many stories as search finds at most."""
        return RANKED

    @cached_property
    def meant(self) -> str:
        """What may have been meant where nothing was found; empty for no idea."""
        if self.found or self.documents or not self.query.wanted or not self.is_valid():
            return ""
        return misspelling.meant(self.words, self.filters)

    @cached_property
    def sections(self) -> list[tuple[Section, int, str]]:
        """The sections of what was found, how many there are in each, and the address of these; the most first."""
        if len(self.found.sections) < 2:
            return []
        known = Section.objects.in_bulk(list(self.found.sections))
        return [
            (known[key], number, self.address(muc=known[key].slug))
            for key, number in self.found.sections.most_common()
            if key in known
        ]

    # --- addresses -------------------------------------------------------------------------------------

    def address(self, **changes: str) -> str:
        """The query of this search with some parameters changed or, if empty, left out."""
        day = {name: self.cleaned_data.get(name) for name in ("tu", "den")}
        present = {
            "q": self.words,
            "muc": line(self.data.get("muc", "")),
            **{name: value.isoformat() for name, value in day.items() if value},
            "tac-gia": line(self.data.get("tac-gia", "")),
            "the": line(self.data.get("the", "")),
            "tep": "1" if self.cleaned_data.get("tep") else "",
            "thu-tu": NEWEST if self.newest_first else "",
        }
        return urlencode({name: value for name, value in (present | changes).items() if value})

    @property
    def page_address(self) -> str:
        """What stands before `trang=` in the addresses of further pages."""
        return f"{self.address()}&"

    @property
    def meant_address(self) -> str:
        return self.address(q=self.meant)

    @property
    def all_address(self) -> str:
        """The same words in the same order without any filter."""
        asked = {"q": self.words, "thu-tu": NEWEST if self.newest_first else ""}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def best_address(self) -> str:
        return self.address(**{"thu-tu": ""})

    @property
    def newest_address(self) -> str:
        return self.address(**{"thu-tu": NEWEST})

    @property
    def day(self) -> dict[str, str]:
        """First and last day as they are shown again: a wrong one as it was typed."""
        shown = {}
        for name in ("tu", "den"):
            day = self.cleaned_data.get(name)
            shown[name] = day.isoformat() if day else line(self.data.get(name, ""))
        return shown


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
