"""Forms of the public news pages."""

from urllib.parse import urlencode

from django import forms

from news.models import ArticleQuerySet
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
