"""Stories written before links were noted: their links are noted now."""

from typing import Any

from django.db import migrations

from news import manuscript
from news.addresses import outside

CHUNK = 500


def note_links(apps: Any, schema_editor: Any) -> None:
    Article = apps.get_model("news", "Article")
    ExternalLink = apps.get_model("news", "ExternalLink")
    Carried = ExternalLink.articles.through
    with_links = Article.objects.filter(body__contains="href=").values_list("pk", "body")
    for pk, body in with_links.order_by("pk").iterator(CHUNK):
        links = manuscript.read(body).links
        urls = {address for link in links if (address := outside(link.href))}
        ExternalLink.objects.bulk_create(
            [ExternalLink(url=url) for url in sorted(urls)], ignore_conflicts=True
        )
        found = ExternalLink.objects.filter(url__in=urls).values_list("pk", flat=True)
        Carried.objects.bulk_create(
            [Carried(externallink_id=link, article_id=pk) for link in found], ignore_conflicts=True
        )


class Migration(migrations.Migration):
    dependencies = [("news", "0012_second_reader")]

    operations = [migrations.RunPython(note_links, migrations.RunPython.noop)]
