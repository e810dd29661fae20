"""Finding articles by words, without diacritics, the same on every database."""

from django.db.models import Case, IntegerField, Q, Value, When

from news.models import ArticleQuerySet
from news.text import fold

MAX_QUERY = 200
MAX_WORDS = 12


def search(articles: ArticleQuerySet, words: str) -> ArticleQuerySet:
    """The articles that contain every word, those with the whole phrase in the title first, then the newest.

    Only the first MAX_QUERY characters and MAX_WORDS words count. No word at all finds nothing.
    """
    phrase = fold(words.replace("\x00", "")[:MAX_QUERY])
    terms = phrase.split()[:MAX_WORDS]
    if not terms:
        return articles.none()
    condition = Q()
    for term in terms:
        condition &= Q(search_entry__title__contains=term) | Q(search_entry__text__contains=term)
    in_title = Case(
        When(search_entry__title__contains=phrase, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return articles.filter(condition).order_by(in_title, "-published_at", "-id")
