"""Comments are found without diacritics, by name and text, as long as there is something to find."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from comments.models import Comment, CommentWords
from tests.comments.queue import MODERATOR, shown
from tests.desk import client_of
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed", ["cầu kênh", "CAU KENH", "kênh, cầu!", "Trần cầu", "tran b", "60m"]
)
def test_words_of_name_and_text_are_found_in_any_order_and_spelling(typed: str) -> None:
    wanted = make_comment(name="Trần B", text="Cầu qua kênh rộng 60 m")
    make_comment(text="Chuyện khác")

    assert list(Comment.objects.containing(typed)) == [wanted]


@pytest.mark.parametrize("typed", ["", "  ", "!?", '"', "kenhh", "ken", "kênh OR chuyện", "-kênh*"])
def test_nothing_is_found_by_half_words_signs_or_the_index_s_own_language(typed: str) -> None:
    make_comment(text="Cầu qua rạch")
    make_comment(text="Chuyện khác")

    assert list(Comment.objects.containing(typed)) == []


def test_what_is_found_comes_newest_first() -> None:
    first, second = make_comment(text="cầu"), make_comment(text="cầu")

    assert list(Comment.objects.containing("cau")) == [second, first]


def test_the_desk_searches_the_open_list() -> None:
    waiting = make_comment(text="Cầu mới")
    refused = make_comment(text="Cầu cũ", status="refused")
    client = client_of(*MODERATOR)

    assert shown(client, q="cau") == [waiting]
    assert shown(client, q="cau", status="refused") == [refused]
    assert shown(client, q="cau", status="all") == [refused, waiting]
    assert shown(client, q="không có") == []
    assert (
        client.get(reverse("admin:comments_comment_changelist"), {"q": "\x00'"}).status_code == 200
    )


def test_an_erased_comment_is_found_by_none_of_its_words() -> None:
    comment = make_comment(name="Trần B", text="Cầu mới")
    comment.erase()

    assert not Comment.objects.containing("cau").exists()
    assert not Comment.objects.containing("tran").exists()


def test_a_comment_whose_words_stay_is_found_by_them_and_not_by_the_name() -> None:
    comment = make_comment(name="Trần B", text="Cầu mới")
    comment.approve(by=make_user(*MODERATOR), seen=1)
    comment.erase(keep_words=True)

    assert Comment.objects.containing("cau").get() == comment
    assert not Comment.objects.containing("tran").exists()


def test_reindex_writes_anew_what_was_lost_or_wrong() -> None:
    lost, wrong = make_comment(text="Cầu mới"), make_comment(text="Kênh xanh")
    CommentWords.objects.filter(pk=lost.pk).delete()
    CommentWords.replace([(wrong.pk, "khác hẳn")])

    call_command("reindex", stdout=io.StringIO())

    assert Comment.objects.containing("cau moi").get() == lost
    assert Comment.objects.containing("kenh").get() == wrong
    assert not Comment.objects.containing("khac han").exists()
