"""A comment as a reader sends it by the form."""

from typing import Any

from django.test import Client
from django.urls import reverse

from comments import tickets
from news.models import Article

WORDS = {
    "text": "Rất đồng tình với chủ trương này.",
    "name": "Trần Thị B",
    "email": "b@example.vn",
    "consent": "on",
    "website": "",
}


def send(client: Client, article: Article, **changes: Any) -> Any:
    """A complete comment, changed as the test says; a change to None leaves the field out."""
    data = {**WORDS, "ticket": tickets.new_ticket(article.pk), **changes}
    headers = {"Accept": "application/json"} if data.pop("as_json", False) else {}
    filled = {name: value for name, value in data.items() if value is not None}
    return client.post(reverse("comments:write", args=[article.pk]), filled, headers=headers)
