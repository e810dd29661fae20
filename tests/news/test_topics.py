"""Tags, threads and units at the desk."""

from typing import Any

import pytest
from django.urls import reverse

from news.models import Tag, Thread, Unit
from tests.desk import client_of
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Tag, Thread])
def test_a_topic_is_found_by_the_beginning_of_any_spelling(model: Any) -> None:
    wanted = model.objects.create(name="Đô thị thông minh")
    model.objects.create(name="Môi trường")
    name = model._meta.model_name
    client = client_of(f"news.view_{name}", f"news.change_{name}")

    for words in ("đô th", "DO THI", "do"):
        page = client.get(reverse(f"admin:news_{name}_changelist"), {"q": words})
        assert list(page.context["cl"].result_list) == [wanted], words


def test_a_topic_says_in_how_many_stories_it_is() -> None:
    tag = Tag.objects.create(name="Đô thị")
    for _ in range(2):
        make_article().tags.add(tag)

    page = client_of("news.view_tag", "news.change_tag").get(reverse("admin:news_tag_changelist"))

    assert [row.used for row in page.context["cl"].result_list] == [2]


def test_two_spellings_of_one_address_are_refused_in_words() -> None:
    Tag.objects.create(name="Đô thị")

    page = client_of("news.view_tag", "news.add_tag").post(
        reverse("admin:news_tag_add"), {"name": "Khác", "slug": "do-thi"}
    )

    assert page.context["adminform"].form.errors["slug"]
    assert Tag.objects.count() == 1


@pytest.mark.parametrize("name", ["tag", "thread", "unit"])
def test_who_has_no_right_neither_sees_nor_makes_topics_and_units(name: str) -> None:
    client = client_of("news.view_article", "news.change_article")

    for view in ("changelist", "add"):
        address = reverse(f"admin:news_{name}_{view}")
        assert client.get(address).status_code == 403
        assert client.post(address, {"name": "x"}).status_code == 403
    assert not (Tag.objects.exists() or Thread.objects.exists() or Unit.objects.exists())
