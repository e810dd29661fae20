"""Suggestions: while a story is written tags and stories that belong beside it, while one searches tags and titles."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from news import text
from news.models import Article, ArticleQuerySet, Document, Tag
from news.search import search, search_titles

TAGS = 10
STORIES = 6
# Neighbouring syllables say what a Vietnamese title is about; one alone says nothing.
SYLLABLES = 3
PHRASES = 8
# Of each trace only the newest are looked at, so that a word in every story costs no more than one.
LOOKED_AT = 30
# While one searches; from so many letters on, since one alone begins every second title.
SEARCHED_TITLES, SEARCHED_TAGS, SEARCHED_DOCUMENTS, LETTERS = 6, 3, 3, 2
THREAD_WEIGHT, TAG_WEIGHT, PHRASE_WEIGHT = 4, 3, 1


def tags_beginning(words: str) -> list[str]:
    """Names of tags that begin so in any spelling, the most used first; from the index."""
    if not text.fold(words):
        return []
    found = Tag.objects.beginning(words).annotate(used=Count("articles"))
    return list(found.order_by("-used", "folded").values_list("name", flat=True)[:TAGS])


@dataclass(frozen=True)
class Suggestion:
    """A line of the list below a search box, and where it leads."""

    text: str
    kind: str
    address: str


def while_searching(typed: str) -> list[Suggestion]:
    """Tags of public stories that begin so, then public titles that hold it, the last word as far as it is typed.

    Where the number of a document is typed, its public documents stand before them. In four queries at most.
    """
    if len(text.fold(typed)) < LETTERS:
        return []
    public = Article.objects.published()
    tags = Tag.objects.beginning(typed).filter(Exists(public.filter(tags=OuterRef("pk"))))
    documents = Document.objects.none()
    if "/" in typed and text.words(typed):
        documents = Document.objects.published().found_by(typed, typing=True)
    found = [
        Suggestion(str(document), "Văn bản", document.get_absolute_url())
        for document in documents.only("number", "abstract", "slug")[:SEARCHED_DOCUMENTS]
    ]
    found += [
        Suggestion(tag.name, "Thẻ", tag.get_absolute_url())
        for tag in tags.order_by("folded", "pk")[:SEARCHED_TAGS]
    ]
    titles = search_titles(public, typed).select_related("section").only("title", "slug", "section")
    return found + [
        Suggestion(story.title, "Tin", story.get_absolute_url())
        for story in titles[:SEARCHED_TITLES]
    ]


def stories_beside(
    *, title: str, tags: Iterable[str], thread: int | None, without: int | None
) -> list[Article]:
    """Published stories of the same thread, with the same tags or the same phrases, the closest first.

    In at most PHRASES + 3 queries, whatever the size of the site.
    """
    published = Article.objects.published().exclude(pk=without or 0).newest_first()
    scores: Counter[int] = Counter()

    def add(articles: ArticleQuerySet, weight: int) -> None:
        for pk in articles.values_list("pk", flat=True)[:LOOKED_AT]:
            scores[pk] += weight

    if thread:
        add(published.filter(thread=thread), THREAD_WEIGHT)
    slugs = [slug for slug in (text.slug(name, 100) for name in tags) if slug]
    if slugs:
        add(published.filter(tags__slug__in=slugs), TAG_WEIGHT)
    for phrase in phrases_of(title):
        add(search(Article.objects.published().exclude(pk=without or 0), phrase), PHRASE_WEIGHT)
    best = [pk for pk, _ in sorted(scores.items(), key=lambda item: (-item[1], -item[0]))[:STORIES]]
    found = Article.objects.defer("body", "lead").in_bulk(best)
    return [found[pk] for pk in best if pk in found]


def phrases_of(title: str) -> list[str]:
    """What to look for: runs of SYLLABLES neighbouring syllables, at most PHRASES of them, spread over the title."""
    words = text.slug(title).split("-")
    runs = [" ".join(words[n : n + SYLLABLES]) for n in range(len(words) - SYLLABLES + 1)]
    step = max(1, -(-len(runs) // PHRASES))
    return runs[::step]
