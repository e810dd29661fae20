"""Which pages of a filled database stand for many when something is measured. Asked inside the installation."""

from typing import Any

from django.urls import reverse

from comments.models import Policy
from news.models import Article, Section
from news.paging import OLDER, PER_PAGE


def that_stand_for_many() -> dict[str, Any]:
    """By what they are: addresses of pages, of views to be counted, and of a story that takes comments."""
    public = Article.objects.published().select_related("section")
    newest = list(public.newest_first()[:40])
    policy = Policy.current()
    takes_comments = next(article.pk for article in newest if policy.takes_comments(article))
    keys = list(public.order_by("pk").values_list("pk", flat=True))
    some = [public.get(pk=key) for key in keys[:: max(1, len(keys) // 200)]]
    sections = list(Section.objects.order_by("pk"))
    last_page, last_number = last_whole_page(sections[0])
    return {
        "article": newest[20].get_absolute_url(),
        "articles": [article.get_absolute_url() for article in some],
        "all": [article.get_absolute_url() for article in public.newest_first()[:900]],
        "home": reverse("home"),
        "feed": reverse("news:feed"),
        "section": sections[0].get_absolute_url(),
        "sections": [section.get_absolute_url() for section in sections],
        "last_page": last_page,
        "last_number": last_number,
        "count": [reverse("news:count", args=[article.pk]) for article in newest],
        "ticket": reverse("comments:ticket", args=[takes_comments]),
        "write": reverse("comments:write", args=[takes_comments]),
    }


def last_whole_page(section: Section) -> tuple[str, int]:
    """Where the last page of the section's list that is full is found, and which page it is; the first if none is."""
    inside = Article.objects.published().filter(section=section).newest_first()
    number = max(1, inside.count() // PER_PAGE)
    if number == 1:
        return section.get_absolute_url(), number
    before = inside.values_list("pk", flat=True)[(number - 1) * PER_PAGE - 1]
    return f"{section.get_absolute_url()}?{OLDER}={before}", number
