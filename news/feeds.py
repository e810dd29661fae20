"""RSS 2.0 and Atom of the site, of each section and tag, and of what a search finds."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import conditional_page, require_safe

from news import paging
from news.forms import SearchForm
from news.freshness import public_page
from news.models import Article, ArticleQuerySet, Section, Tag
from news.publisher import Publisher, absolute, publisher
from news.search import find
from news.syndication import Entry, entries, in_html
from news.text import local

ITEMS = 30


class _Dated:
    """A feed changes when its stories do, and one without a story no more than once a day."""

    items: list[dict[str, Any]]

    def latest_post_date(self) -> dt.datetime:
        today = local(timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        return max((item["updateddate"] for item in self.items), default=today)


class Rss(_Dated, Rss201rev2Feed):
    """RSS 2.0 with what it lacks from its usual neighbours: the whole text, and when it was changed."""

    def rss_attributes(self) -> dict[str, Any]:
        content = {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}
        return {**super().rss_attributes(), **content}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])
        handler.addQuickElement("atom:updated", rfc3339_date(item["updateddate"]))


class Atom(_Dated, Atom1Feed):
    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


@dataclass(frozen=True)
class Asked:
    """What a feed is about, and who publishes it."""

    publisher: Publisher
    about: Any


class SiteFeed(Feed):
    """The newest articles of the whole site. `SiteFeed(Atom, "news:atom")` knows its format and its route."""

    language = "vi"
    # As of views with news.freshness.public_page.
    same_for_all = True

    def __init__(self, feed_type: type[Rss] | type[Atom], route: str) -> None:
        self.feed_type = feed_type
        self.route = route

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return require_safe(public_page(super().__call__))(request, *args, **kwargs)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Asked:
        return Asked(publisher(), self.about(request, *args, **kwargs))

    # --- what differs from feed to feed ----------------------------------------------------------

    def about(self, request: HttpRequest) -> Any:
        return None

    def articles(self, about: Any) -> ArticleQuerySet:
        return Article.objects.published()

    def newest(self, about: Any) -> ArticleQuerySet:
        return self.articles(about).newest_first()

    def place(self, about: Any) -> str:
        """Address of the page that shows the same."""
        return absolute("/")

    def address(self, about: Any) -> str:
        return absolute(reverse(self.route))

    def title(self, asked: Asked) -> str:
        return asked.publisher.full_name

    def description(self, asked: Asked) -> str:
        return f"Tin mới của {asked.publisher.office}"

    # --- the same in all -------------------------------------------------------------------------

    def subtitle(self, asked: Asked) -> str:
        return self.description(asked)

    def author_name(self, asked: Asked) -> str:
        return asked.publisher.office

    def author_link(self, asked: Asked) -> str:
        return absolute("/")

    def feed_copyright(self, asked: Asked) -> str:
        mark = asked.publisher.source_mark
        return f"Ghi rõ nguồn {mark} khi phát hành lại." if mark else ""

    def link(self, asked: Asked) -> str:
        return self.place(asked.about)

    def feed_url(self, asked: Asked) -> str:
        return self.address(asked.about)

    def items(self, asked: Asked) -> list[Entry]:
        return entries(self.newest(asked.about)[:ITEMS], asked.publisher.office)

    def item_title(self, item: Entry) -> str:
        return item.article.title

    def item_description(self, item: Entry) -> str:
        return in_html(item.summary)

    def item_link(self, item: Entry) -> str:
        return item.address

    def item_guid(self, item: Entry) -> str:
        return item.identifier

    item_guid_is_permalink = False

    def item_pubdate(self, item: Entry) -> dt.datetime:
        return item.published

    def item_updateddate(self, item: Entry) -> dt.datetime:
        return item.changed

    def item_categories(self, item: Entry) -> list[str]:
        return item.subjects

    def item_author_name(self, item: Entry) -> str:
        return item.author

    def item_extra_kwargs(self, item: Entry) -> dict[str, str]:
        return {"content": item.content}

    def item_enclosures(self, item: Entry) -> list[Enclosure]:
        found = item.picture
        return [Enclosure(found.address, str(found.length), found.content_type)] if found else []


class SectionFeed(SiteFeed):
    """The newest articles of one section and its children."""

    def about(self, request: HttpRequest, section_slug: str = "") -> Section:
        return get_object_or_404(Section, slug=section_slug)

    def newest(self, about: Section) -> ArticleQuerySet:
        return paging.newest(Article.objects.parts_of(about), ITEMS)

    def place(self, about: Section) -> str:
        return absolute(about.get_absolute_url())

    def address(self, about: Section) -> str:
        return absolute(reverse(self.route, args=[about.slug]))

    def title(self, asked: Asked) -> str:
        return f"{asked.about} – {asked.publisher.full_name}"

    def description(self, asked: Asked) -> str:
        return f"Tin mới trong mục {asked.about} của {asked.publisher.office}"


class TagFeed(SiteFeed):
    """The newest articles with one tag."""

    def about(self, request: HttpRequest, slug: str = "") -> Tag:
        return get_object_or_404(Tag, slug=slug)

    def newest(self, about: Tag) -> ArticleQuerySet:
        # In the order of the rows that say who bears the tag: an index has it.
        found = self.articles(about).by_tag(about)
        return found.order_by("-tagged_at", "-tagged_number")

    def place(self, about: Tag) -> str:
        return absolute(about.get_absolute_url())

    def address(self, about: Tag) -> str:
        return absolute(reverse(self.route, args=[about.slug]))

    def title(self, asked: Asked) -> str:
        return f"{asked.about} – {asked.publisher.full_name}"

    def description(self, asked: Asked) -> str:
        return f"Tin mới có thẻ {asked.about} của {asked.publisher.office}"

    def items(self, asked: Asked) -> list[Entry]:
        """Raises Http404 for a tag that only unfinished stories bear: nobody learns its name."""
        found = super().items(asked)
        if not found:
            raise Http404
        return found


class SearchFeed(SiteFeed):
    """The newest articles with the words of `?q=` within the filters of the page of results.

    Like the page of results it is kept by no page cache: there are as many as people can think of words.
    """

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return require_safe(conditional_page(super(SiteFeed, self).__call__))(
            request, *args, **kwargs
        )

    def about(self, request: HttpRequest) -> SearchForm:
        """Raises Http404 without words, and for a filter that is wrong: what was not asked for is no news."""
        form = SearchForm(request.GET)
        if not (form.words and form.is_valid()):
            raise Http404
        return form

    def newest(self, about: SearchForm) -> ArticleQuerySet:
        found = find(about.query, about.filters, newest_first=True)
        return self.articles(about).filter(pk__in=found.keys[:ITEMS]).newest_first()

    def place(self, about: SearchForm) -> str:
        return f"{absolute(reverse('news:search'))}?{about.newest_address}"

    def address(self, about: SearchForm) -> str:
        return f"{super().address(about)}?{about.best_address}"

    def title(self, asked: Asked) -> str:
        return f"“{asked.about.words}” – {asked.publisher.full_name}"

    def description(self, asked: Asked) -> str:
        narrowed = " trong phạm vi đã lọc" if asked.about.is_narrowed else ""
        return f"Tin mới có “{asked.about.words}”{narrowed} của {asked.publisher.office}"
