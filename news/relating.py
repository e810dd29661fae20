"""Which stories belong beside one: those of its event, with its tags, with the telling words of its title and lead.

Worked out when a story is published, never when it is read, and kept by the other stories too: an old story shows
what came of it. Whatever the size of the site, a few dozen looks into indexes are made and only the newest
LOOKED_AT stories of each trace are compared.
"""

from collections import Counter, defaultdict
from itertools import pairwise
from math import log

from django.db import transaction

from news import text
from news.models import Article, ArticleQuerySet, Generation, RelatedStory
from news.models.words import Terms

# Two neighbouring syllables say something in Vietnamese where one says nothing.
PAIRS = 16
LEAD_WORDS = 40
# Of each trace; one that is in as many stories tells nothing.
LOOKED_AT = 40
COMPARED = 60
KEPT = 10
THREAD_WEIGHT, LEAST_OF_TAG, IN_LEAD = 2.0, 0.3, 0.5
# Less than one telling pair is chance.
ENOUGH = 1.0
# Without an event or a tag in common, what both titles say must tell more than two pairs: "giấy tờ cần" is in both of
# two stories that have nothing to do with each other. Nothing beside a story is better than anything.
ENOUGH_ALONE = 2.4


def keep(article: Article) -> None:
    """Write anew what is related to this story, which is stored with its tags, and let those know of it."""
    scores = related_to(article)
    rows = [
        RelatedStory(article_id=one, other_id=other, score=score)
        for pk, score in scores.items()
        for one, other in ((article.pk, pk), (pk, article.pk))
    ]
    with transaction.atomic():
        # One at a time: two stories published at once may know of each other. Publishing has the row already.
        list(Generation.objects.select_for_update())
        # What it was related to may not be any more, and the other way round.
        RelatedStory.objects.filter(article=article).delete()
        RelatedStory.objects.filter(other=article).delete()
        RelatedStory.objects.bulk_create(rows)
        _prune(list(scores))


def related_to(article: Article) -> dict[int, float]:
    """The closest KEPT published stories with how close they are. In at most PAIRS + 3 queries and a tag's each."""
    published = Article.objects.published().exclude(pk=article.pk)
    scores: defaultdict[int, float] = defaultdict(float)
    if article.thread_id:
        for pk in _newest(published.filter(thread=article.thread_id).newest_first()):
            scores[pk] += THREAD_WEIGHT
    for tag in article.tags.all():
        tagged = published.by_tag(tag).order_by("-tagged_at", "-tagged_number")
        found = _newest(tagged)
        for pk in found:
            scores[pk] += max(LEAST_OF_TAG, _weight(found))
    linked = set(scores)
    pairs: dict[tuple[str, str], float] = {}
    traces: defaultdict[int, float] = defaultdict(float)
    for pair in _pairs_of(article):
        found = _newest(
            published.filter(search_entry__title_words__index__match=Terms(pair)).order_by(
                "-search_entry__title_words__pk"
            )
        )
        pairs[pair] = _weight(found)
        for pk in found:
            traces[pk] += pairs[pair]
    close = {pk: scores.get(pk, 0) + traces.get(pk, 0) for pk in {*scores, *traces}}
    compared = [pk for pk, _ in sorted(close.items(), key=lambda item: (-item[1], -item[0]))]
    of_title = set(pairwise(text.words(article.title)))
    in_titles: defaultdict[int, float] = defaultdict(float)
    rows = published.filter(pk__in=compared[:COMPARED]).values_list("pk", "title", "summary")
    for pk, title, summary in rows:
        in_title, in_lead = set(pairwise(text.words(title))), set(pairwise(text.words(summary)))
        for pair, weight in pairs.items():
            scores[pk] += weight * (1 if pair in in_title else IN_LEAD if pair in in_lead else 0)
            in_titles[pk] += weight if pair in in_title & of_title else 0
    enough = {
        pk: score
        for pk, score in scores.items()
        if score >= ENOUGH and (pk in linked or in_titles[pk] >= ENOUGH_ALONE)
    }
    best = sorted(enough.items(), key=lambda item: (-item[1], -item[0]))[:KEPT]
    return dict(best)


def _pairs_of(article: Article) -> list[tuple[str, str]]:
    """Neighbouring syllables of the title, then of the beginning of the lead, each once."""
    lead = text.words(article.summary)[:LEAD_WORDS]
    pairs = dict.fromkeys([*pairwise(text.words(article.title)), *pairwise(lead)])
    return list(pairs)[:PAIRS]


def _newest(articles: ArticleQuerySet) -> list[int]:
    return list(articles.values_list("pk", flat=True)[:LOOKED_AT])


def _weight(found: list[int]) -> float:
    """How much a trace tells: 1 if it leads to one story, nothing if to LOOKED_AT or more."""
    return 1 - log(len(found)) / log(LOOKED_AT) if found else 0.0


def _prune(articles: list[int]) -> None:
    """Let each of these keep its closest KEPT only."""
    seen: Counter[int] = Counter()
    gone = []
    rows = RelatedStory.objects.filter(article__in=articles).order_by(
        "article_id", "-score", "-other_id"
    )
    for pk, article in rows.values_list("pk", "article"):
        seen[article] += 1
        if seen[article] > KEPT:
            gone.append(pk)
    RelatedStory.objects.filter(pk__in=gone).delete()
