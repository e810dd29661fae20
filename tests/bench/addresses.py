"""Which pages of a filled database stand for many when something is measured. Asked inside the installation."""

from news.models import Article, Section
from news.paging import OLDER, PER_PAGE


def last_whole_page(section: Section) -> tuple[str, int]:
    """Where the last page of the section's list that is full is found, and which page it is; the first if none is."""
    inside = Article.objects.published().filter(section=section).newest_first()
    number = max(1, inside.count() // PER_PAGE)
    if number == 1:
        return section.get_absolute_url(), number
    before = inside.values_list("pk", flat=True)[(number - 1) * PER_PAGE - 1]
    return f"{section.get_absolute_url()}?{OLDER}={before}", number
