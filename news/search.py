"""Finding articles by words, without diacritics, the same on every database.

The index (news.models.words) yields the newest hits first and stops at RANKED; only these are put in order. So a
word that is in every story costs as little as one that is in two thousand, and no count ever goes further.
"""

from django.db.models import Case, IntegerField, Value, When

from news.models import Article, ArticleQuerySet
from news.models.words import Terms

RANKED = 2000


def search(articles: ArticleQuerySet, words: str) -> ArticleQuerySet:
    """The newest RANKED of these articles that contain every word, those with the whole phrase in the title first.

    They come bare: what is to be loaded with them is said afterwards (`search(…).with_card()`). What news.models.words.Terms does not look at does not count. No word at all finds nothing.
    """
    terms = Terms.of(words)
    if not terms.words:
        return articles.none()
    found = articles.filter(search_entry__words__index__match=terms)
    return _ranked(found.order_by("-search_entry__words__pk"), terms)


def search_titles(articles: ArticleQuerySet, words: str) -> ArticleQuerySet:
    """The same while one types, in titles only: the last word may be the beginning of one."""
    terms = Terms.of(words, typing=True)
    if not terms.words:
        return articles.none()
    found = articles.filter(search_entry__title_words__index__match=terms)
    return _ranked(found.order_by("-search_entry__title_words__pk"), terms)


def _ranked(found: ArticleQuerySet, terms: Terms) -> ArticleQuerySet:
    phrase = " " + " ".join(terms.words) + ("" if terms.typing else " ")
    in_title = Case(
        When(search_entry__title__contains=phrase, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    # Not `articles` again: its conditions hold already, and would tempt the database to begin with them.
    return Article.objects.filter(pk__in=found.values("pk")[:RANKED]).order_by(
        in_title, "-search_entry__place"
    )
