"""The list of stories in the admin: what it shows, how it is filtered, and how it stays cheap at any size.

Nothing here reads a table through. The order is an index's order; the count stops early; words are looked up in
the index of words; no column is offered for sorting that no index serves.
"""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import F, Min, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from news.admin.desk_admin import DeskAdmin
from news.models import Article
from news.search import search, search_titles
from news.text import VIETNAM, local

OLDER_VAR = "cu-hon"


def count_up_to(most: int, rows: Any) -> int:
    """How many rows there are, counting no further than one above `most`: `most + 1` means more than that."""
    return rows.order_by()[: most + 1].count()


class CappedPaginator(Paginator):
    """Pages of the first `shown` rows, and whether there are `more`.

    Counting reads as many rows as it counts, and a page skips as many as stand before it: both end here. Who looks
    for more goes on from the last row (ArticleList.older), which costs what the first page costs, or filters.
    """

    shown = 1000

    @cached_property
    def _counted(self) -> int:
        return count_up_to(self.shown, self.object_list)

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.shown)

    @property
    def more(self) -> bool:
        return self._counted > self.shown


class ArticleList(ChangeList):
    """The list shows no bodies, so it does not load them."""

    # The address of the stories that follow the last page, if there are any.
    older: str = ""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Django would take what it does not know for the name of a field."""
        known: dict[str, Any] = super().get_filters_params(params)
        known.pop(OLDER_VAR, None)
        return known

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = super().get_queryset(request, *args, **kwargs).defer("body", "lead")
        # By themselves, not joined: SQLite would begin with the few sections and sort all their stories.
        found = found.prefetch_related("section", "view_count")
        key = request.GET.get(OLDER_VAR, "")
        if key.isascii() and key.isdecimal() and len(key) < 19:
            last = self.root_queryset.filter(pk=key).values_list("published_at", "pk").first()
            if last:
                found = found.filter(_after(*last))
        return found

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        paginator: Any = self.paginator
        if (
            paginator.more
            and self.page_num == paginator.num_pages
            and not self.query
            and ORDER_VAR not in self.params
        ):
            last = list(self.result_list)[-1]
            self.older = self.get_query_string({OLDER_VAR: last.pk})


def _after(published_at: dt.datetime | None, key: int) -> Q:
    """What stands after that row in the order of the list: drafts, then the newest."""
    if published_at is None:
        return Q(published_at__isnull=False) | Q(pk__lt=key)
    return Q(published_at__lte=published_at) & (Q(published_at__lt=published_at) | Q(pk__lt=key))


# --- filters -----------------------------------------------------------------------------------------


class StateFilter(admin.SimpleListFilter):
    """Where stories stand. Each state but "public" is rare, and an index holds its stories."""

    title = "tình trạng"
    parameter_name = "tinh-trang"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("dang-viet", "Đang viết"),
            ("cho-duyet", "Chờ duyệt"),
            ("tra-lai", "Bị trả lại"),
            ("cho-gio", "Chờ đến giờ"),
            ("dang-hien", "Đang hiện trên trang"),
            ("het-han", "Hết hạn"),
            ("thu-hoi", "Đã thu hồi"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        stages = {
            "dang-viet": Article.Stage.WRITING,
            "cho-duyet": Article.Stage.SUBMITTED,
            "tra-lai": Article.Stage.RETURNED,
        }
        public = queryset.filter(status=Article.Status.PUBLISHED)
        match self.value():
            case ("dang-viet" | "cho-duyet" | "tra-lai") as value:
                # Saying that it is not clean lets SQLite see that its index of work holds them all.
                return queryset.exclude(stage=Article.Stage.CLEAN).filter(stage=stages[value])
            case "cho-gio":
                return public.filter(published_at__gt=timezone.now())
            case "dang-hien":
                return queryset.published()
            case "het-han":
                return public.filter(expires_at__lte=timezone.now())
            case "thu-hoi":
                return queryset.filter(status=Article.Status.WITHDRAWN)
        return queryset


class PeriodFilter(admin.SimpleListFilter):
    """When stories were or will be published: a range of the index, where Django's own dates count every row."""

    title = "thời gian"
    parameter_name = "thoi-gian"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        now = local(timezone.now())
        first = Article.objects.aggregate(moment=Min("published_at"))["moment"]
        years = range(now.year, local(first).year - 1, -1) if first else []
        return [
            ("thang-nay", "Tháng này"),
            ("thang-truoc", "Tháng trước"),
            *((str(year), f"Năm {year}") for year in years),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = local(timezone.now())
        this_month = _month(now.year, now.month)
        match self.value():
            case None:
                return queryset
            case "thang-nay":
                begin, end = this_month, _month(now.year, now.month + 1)
            case "thang-truoc":
                begin, end = _month(now.year, now.month - 1), this_month
            case year if year in {value for value, _ in self.lookup_choices}:
                begin, end = _month(int(year), 1), _month(int(year) + 1, 1)
            case _:
                return queryset.none()
        return queryset.filter(published_at__gte=begin, published_at__lt=end)


def _month(year: int, month: int) -> dt.datetime:
    """The beginning of a month in Vietnam; month 0 is the December before, 13 the January after."""
    return dt.datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=VIETNAM)


class MineFilter(admin.SimpleListFilter):
    """The stories of who looks; who sees no others is not asked."""

    title = "người tạo"
    parameter_name = "cua-toi"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Tin của tôi")] if request.user.has_perm("news.edit_any_article") else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(created_by=request.user.pk) if self.value() == "1" else queryset


class FeaturedFilter(admin.SimpleListFilter):
    title = "nổi bật"
    parameter_name = "noi-bat"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Đang nổi bật")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.published().featured() if self.value() == "1" else queryset


# --- the list ----------------------------------------------------------------------------------------


def states_of(article: Article) -> list[tuple[str, str, str]]:
    """Where a story stands, as (class, mark, words): what the public sees, and what waits at the desk.

    The mark says the same as the colour.
    """
    states = []
    if article.is_scheduled:
        states.append(("scheduled", "◷", "Chờ đến giờ"))
    elif article.is_expired:
        states.append(("withdrawn", "×", "Hết hạn"))
    elif article.status == Article.Status.PUBLISHED:
        states.append(("published", "●", "Đã xuất bản"))
    elif article.status == Article.Status.WITHDRAWN:
        states.append(("withdrawn", "×", "Đã thu hồi"))
    work = {
        Article.Stage.WRITING: ("draft", "○", "Có bản sửa" if states else "Bản nháp"),
        Article.Stage.SUBMITTED: ("pending", "△", "Bản sửa chờ duyệt" if states else "Chờ duyệt"),
        Article.Stage.RETURNED: ("returned", "↩", "Bản sửa bị trả lại" if states else "Bị trả lại"),
    }
    if article.stage in work:
        states.append(work[Article.Stage(article.stage)])
    return states


class ArticleListPage(DeskAdmin):
    """For ArticleAdmin: its list."""

    list_display = ["title", "state", "section", "published", "views", "on_site"]
    list_filter = [StateFilter, "section", PeriodFilter, MineFilter, FeaturedFilter]
    list_select_related = ()
    list_per_page = 50
    paginator = CappedPaginator
    sortable_by = ["published"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["title"]
    search_help_text = "Tìm không cần dấu trong mọi phần của tin, kể cả thẻ và tệp. Cụm từ để trong ngoặc kép, từ không muốn có thì thêm dấu trừ."
    empty_value_display = ""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ArticleList

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Drafts first, they are what is being worked on; the same on both databases, from one index."""
        return [F("published_at").desc(nulls_first=True), "-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """As readers search, drafts included, best first; a column that was clicked orders what is found.

        Where a story is chosen for another, its title is found while one types.
        """
        if not search_term.strip():
            return queryset, False
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            return search_titles(queryset, search_term), False
        found = search(queryset, search_term)
        return (
            found.order_by(*queryset.query.order_by) if ORDER_VAR in request.GET else found
        ), False

    @admin.display(description="tình trạng")
    def state(self, article: Article) -> SafeString:
        """The state as a word with a mark, so that colour is not needed."""
        return format_html_join(
            mark_safe("<br>"),
            '<span class="state state-{}">{} {}</span>',
            states_of(article),
        )

    @admin.display(description="xuất bản", ordering="published_at")
    def published(self, article: Article) -> str:
        return f"{local(article.published_at):%d/%m/%Y %H:%M}" if article.published_at else ""

    @admin.display(description="lượt xem")
    def views(self, article: Article) -> str:
        count = getattr(article, "view_count", None)
        return f"{count.total if count else 0:,}".replace(",", ".")

    @admin.display(description="trên trang")
    def on_site(self, article: Article) -> SafeString | str:
        if not article.is_published:
            return ""
        return format_html('<a href="{}">Xem trên trang</a>', article.get_absolute_url())
