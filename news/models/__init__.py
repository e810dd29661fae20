"""What the district publishes, a module for each noun."""

from news.models.article import Article, ArticlePhoto, ArticleQuerySet, SearchEntry
from news.models.counts import DailyViewCount, ViewCount
from news.models.generation import Generation
from news.models.photo import Photo
from news.models.section import Section

__all__ = [
    "Article",
    "ArticlePhoto",
    "ArticleQuerySet",
    "DailyViewCount",
    "Generation",
    "Photo",
    "SearchEntry",
    "Section",
    "ViewCount",
]
