"""The lists of comments: what waits, what is suspected, what readers reported, and each state; cheap at any size.

As in news.admin.article_list nothing reads a table through: each order is an index's order, counts stop early, words
are looked up in the index of words.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.http import HttpRequest

from comments.models import Comment
from news.admin.article_list import CappedPaginator, count_up_to
from news.admin.choices import is_key

STATE_VAR = "status"
ARTICLE_VAR = "article"
# A comment's key: what came from the same source as that one.
SOURCE_VAR = "cung-nguon"
# A comment's key: what follows it in the order of the list.
AFTER_VAR = "sau"
EVERYTHING = "all"
SUSPECTED = "suspected"
REPORTED = "reported"
# Of reported comments above the queue.
REPORTED_SHOWN = 5
# A list of work that is longer than this has "hơn 100" beside its name: nobody plans the day by the rest.
COUNTED = 100

NEWEST = ("-created_at", "-id")
OLDEST = ("created_at", "id")


@dataclass(frozen=True)
class Tab:
    """One list as a link: how many are in it if that means work, at most COUNTED counted."""

    title: str
    value: str
    chosen: bool
    number: int | None = None

    @property
    def query(self) -> str:
        return f"?{STATE_VAR}={self.value}" if self.value else "?"

    @property
    def many(self) -> bool:
        return self.number is not None and self.number > COUNTED

    @property
    def counted(self) -> int | None:
        return self.number if self.number is None else min(self.number, COUNTED)


def tabs(chosen: str) -> list[Tab]:
    """All lists; three bounded counts."""
    work = {
        "": ("Chờ duyệt", Comment.objects.awaiting()),
        SUSPECTED: ("Nghi spam", Comment.objects.suspected()),
        REPORTED: ("Bị báo vi phạm", Comment.objects.reported()),
    }
    return [
        *(
            Tab(title, value, value == chosen, count_up_to(COUNTED, rows))
            for value, (title, rows) in work.items()
        ),
        *(
            Tab(label, str(value), value == chosen)
            for value, label in Comment.Status.choices
            if value != Comment.Status.PENDING
        ),
        Tab("Tất cả", EVERYTHING, chosen == EVERYTHING),
    ]


class CommentPaginator(CappedPaginator):
    """Ten pages; what follows is a list of its own (CommentList.further)."""

    shown = 500


class CommentList(ChangeList):
    """What the address asks for: one of the lists, of one article, of one source, with words in it."""

    # Where the comments after the last page are, if there are any.
    further: str = ""
    state: str = ""
    # What is said above the rows of one article or source.
    narrowed: str = ""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Django would take ours for names of fields."""
        known: dict[str, Any] = super().get_filters_params(params)
        for name in (STATE_VAR, ARTICLE_VAR, SOURCE_VAR, AFTER_VAR):
            known.pop(name, None)
        return known

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        if self.state == REPORTED:
            return ["-reports", "id"]
        return list(OLDEST if self.state in {"", SUSPECTED} else NEWEST)

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        given = request.GET.get(STATE_VAR, "")
        narrow = self._narrow(request)
        known = {SUSPECTED, REPORTED, EVERYTHING, *Comment.Status.values} - {Comment.Status.PENDING}
        # Of one source all states are shown, unless one is asked for.
        self.state = given if given in known else EVERYTHING if SOURCE_VAR in narrow else ""
        found = super().get_queryset(request, *args, **kwargs)
        for condition in narrow.values():
            found = found.filter(condition)
        found = self._in_state(found)
        if self.query and self.state in {"", SUSPECTED}:
            # Comments with a common word are legion, and the index yields them by number: the decided ones of before
            # need not be walked.
            found = found.filter(words__pk__gte=Comment.objects.first_awaiting())
        if (key := request.GET.get(AFTER_VAR, "")) and is_key(key) and self.state != REPORTED:
            last = self.root_queryset.filter(pk=key).only("created_at").first()
            if last:
                found = found.filter(self._behind(last))
        return found

    def _narrow(self, request: HttpRequest) -> dict[str, Q]:
        found = {}
        article = request.GET.get(ARTICLE_VAR, "")
        if is_key(article):
            found[ARTICLE_VAR] = Q(article=int(article))
            self.narrowed = "Chỉ ý kiến về một tin."
        key = request.GET.get(SOURCE_VAR, "")
        if is_key(key):
            source = Comment.objects.filter(pk=key).values_list("source", flat=True).first()
            found[SOURCE_VAR] = Q(source=source) & ~Q(source="")
            self.narrowed = "Chỉ ý kiến từ cùng một nguồn gửi."
        return found

    def _in_state(self, found: Any) -> Any:
        pending = Comment.Status.PENDING
        match self.state:
            case "":
                return found.filter(status=pending, suspected=False)
            case "suspected":
                return found.filter(status=pending, suspected=True)
            case "reported":
                return found.filter(status=Comment.Status.APPROVED, reports__gt=0)
            case "all":
                return found
            case state:
                return found.filter(status=state)

    def _behind(self, last: Comment) -> Q:
        if self.state in {"", SUSPECTED}:
            return Q(created_at__gte=last.created_at) & (
                Q(created_at__gt=last.created_at) | Q(pk__gt=last.pk)
            )
        return Q(created_at__lte=last.created_at) & (
            Q(created_at__lt=last.created_at) | Q(pk__lt=last.pk)
        )

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        paginator: Any = self.paginator
        last_page = self.page_num == paginator.num_pages
        if paginator.more and last_page and not self.query and self.state != REPORTED:
            last = list(self.result_list)[-1]
            self.further = self.get_query_string({AFTER_VAR: last.pk})

    @property
    def is_whole_queue(self) -> bool:
        """Whether this is the first page of what waits, of everybody and everything."""
        return not (self.state or self.narrowed or self.query or AFTER_VAR in self.params) and (
            self.page_num == 1
        )
