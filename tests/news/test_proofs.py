"""The second reader at the desk: who may ask, what is answered, and an editor's word against a warning."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from news import manuscript
from news.models import Article, NotReady, Overrule
from news.proofs import blocking, proof_of
from tests.factories import make_article, make_photo, make_user

pytestmark = pytest.mark.django_db

WRITING = ("news.view_article", "news.add_article", "news.change_article")
WARNED = "<p>Xem <a href='/'>tại đây</a></p>"
FORM = {"title": "Tin", "lead": "Dẫn", "body": WARNED, "cover": ""}


def signed_in(*permissions: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_user(*permissions, **fields))
    return client


@pytest.fixture
def editor() -> User:
    return make_user(*WRITING, "news.edit_any_article", "news.publish_article")


@pytest.fixture
def desk(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def codes(article: Article) -> list[str]:
    return [remark.finding.code for remark in proof_of(article)]


# --- the proof ------------------------------------------------------------------------------------


def test_the_proof_knows_what_the_library_describes() -> None:
    described, silent = make_photo(alt="Hội trường"), make_photo(alt="")
    article = make_article(
        lead="Dẫn", body=f'<p><img src="{described.url}"></p><p><img src="{silent.url}"></p>'
    )
    assert codes(article) == ["picture-alt"]
    assert len(blocking(proof_of(article))) == 1


def test_the_proof_and_the_library_agree_on_which_pictures_are_undescribed() -> None:
    silent, shy, deco, cover = (make_photo(alt="") for _ in range(4))
    library_deco = make_photo(alt="", is_decorative=True)
    body = (
        f'<p><img src="{silent.url}" alt="Hội trường"></p><p><img src="{shy.url}" alt=""></p>'
        f'<p><img src="{deco.url}" role="presentation"></p><p><img src="{library_deco.url}"></p>'
    )
    article = make_article(body=body, cover=cover)
    found = {r.finding.passage for r in proof_of(article) if r.finding.code == "picture-alt"}
    assert found == {photo.key.hex for photo in article.undescribed_photos()}
    assert found == {shy.key.hex, cover.key.hex}


def test_the_proof_of_a_long_story_costs_as_many_queries_as_of_a_short_one(
    django_assert_num_queries: Any,
) -> None:
    photos = "".join(f'<p><img src="{make_photo(alt="Ảnh").url}"></p>' for _ in range(3))
    links = "".join(f'<p><a href="/muc-{n}/">Mục</a></p>' for n in range(20))
    outside = '<p><a href="https://example.org/">Trang</a></p>'
    own = f'<p><a href="{make_article().get_absolute_url()}">Tin</a> <a href="/trang/a/">Trang</a></p>'
    article = make_article(lead="Dẫn", body=photos + links + outside + own)
    article.refresh_from_db()
    # Four of them read the newest version's lists, one its cover, two ask for redirects.
    with django_assert_num_queries(13):
        assert len(proof_of(article)) == 21


def test_a_body_is_converted_paragraph_by_paragraph_and_its_markup_stays() -> None:
    body = (
        '<p>Uỷ ban &amp; <em>nhân dân</em></p><p class="align-center">Th«ng <strong>b¸o</strong> &lt;1&gt;</p>'
        '<figure class="image"><img src="/x" alt="Th«ng b¸o"><figcaption>Héi nghÞ</figcaption></figure>'
    )
    assert manuscript.in_unicode(body) == (
        '<p>Uỷ ban &amp; <em>nhân dân</em></p><p class="align-center">Thông <strong>báo</strong> &lt;1&gt;</p>'
        '<figure class="image"><img src="/x" alt="Th«ng b¸o"><figcaption>Hội nghị</figcaption></figure>'
    )


# --- an editor's word -----------------------------------------------------------------------------


def test_an_overruled_warning_is_shown_as_such_and_comes_back_when_the_text_changes(
    editor: User,
) -> None:
    article = make_article(lead="Dẫn", body="<p>Gọi 0912 345 678.</p>")
    (remark,) = proof_of(article)
    article.overrule(remark.finding, by=editor, reason="Số của trực ban")
    (standing,) = proof_of(article)
    assert standing.overrule is not None
    assert (standing.overrule.by, standing.overrule.reason) == (editor, "Số của trực ban")
    article.body = "<p>Gọi 0912 345 679.</p>"
    article.save()
    (changed,) = proof_of(article)
    assert changed.overrule is None


def test_an_error_is_not_overruled(editor: User) -> None:
    article = make_article(lead="Dẫn", body="<p>Số 079203012345.</p>")
    (remark,) = proof_of(article)
    with pytest.raises(ValueError, match="Lỗi phải được sửa"):
        article.overrule(remark.finding, by=editor, reason="Cần đăng")
    assert not Overrule.objects.exists()


def test_who_may_not_publish_overrules_nothing() -> None:
    article = make_article(lead="", body="<p>Tin</p>")
    (remark,) = proof_of(article)
    with pytest.raises(PermissionDenied):
        article.overrule(remark.finding, by=make_user("news.change_article"), reason="Vội")
    assert not Overrule.objects.exists()


def test_an_overrule_without_a_reason_is_refused_by_the_verb_and_by_the_database(
    editor: User,
) -> None:
    article = make_article(lead="", body="<p>Tin</p>")
    (remark,) = proof_of(article)
    with pytest.raises(ValueError, match="vì sao"):
        article.overrule(remark.finding, by=editor, reason="  ")
    with pytest.raises(IntegrityError), transaction.atomic():
        Overrule.objects.create(article=article, code="a", fingerprint="b", reason="", by=editor)


def test_overruling_twice_keeps_the_later_word(editor: User) -> None:
    article = make_article(lead="", body="<p>Tin</p>")
    (remark,) = proof_of(article)
    article.overrule(remark.finding, by=editor, reason="Một")
    article.overrule(remark.finding, by=editor, reason="Hai")
    assert Overrule.objects.get().reason == "Hai"


# --- publishing -----------------------------------------------------------------------------------

IDENTITY = "<p>Ông A, số căn cước 079203012345.</p>"


def test_what_has_an_error_is_not_published_and_the_refusal_names_it(editor: User) -> None:
    article = make_article(body=IDENTITY, status=Article.Status.DRAFT)
    with pytest.raises(NotReady, match="Có số căn cước của một người: “079203012345”"):
        article.publish(by=editor, alone=True)
    article.refresh_from_db()
    assert article.status == Article.Status.DRAFT
    assert not article.steps.exists()


def test_the_errors_of_a_working_copy_keep_it_from_the_public_too(editor: User) -> None:
    article = make_article(body="<p>Tin tốt.</p>")
    article.write(replace(article.newest, body=IDENTITY), by=editor)
    with pytest.raises(NotReady):
        article.publish(by=editor, alone=True)
    article.refresh_from_db()
    assert article.body == "<p>Tin tốt.</p>"


def test_a_warning_does_not_keep_a_story_from_the_public(editor: User) -> None:
    article = make_article(lead="", body=WARNED, status=Article.Status.DRAFT)
    article.publish(by=editor, alone=True)
    assert article.is_published


def test_a_refused_publication_keeps_what_was_written_and_says_why(desk: Client) -> None:
    article = make_article(status=Article.Status.DRAFT)
    sent = {
        "title": "Tin",
        "section": str(article.section_id),
        "body": IDENTITY,
        "seen": str(article.version),
        "alone": "on",
        "_publish": "",
    }
    answer = desk.post(reverse("admin:news_article_change", args=[article.pk]), sent, follow=True)
    article.refresh_from_db()
    assert "079203012345" in article.body
    assert article.status == Article.Status.DRAFT
    assert [str(m) for m in answer.context["messages"]][-1].startswith("Có số căn cước")
    assert "1 lỗi phải sửa trước khi xuất bản" in answer.text


# --- the addresses of the desk --------------------------------------------------------------------


def test_what_is_being_written_is_read_without_being_stored(desk: Client) -> None:
    answer = desk.post(reverse("admin:news_article_proof_new"), FORM)
    assert answer.status_code == 200
    assert "Tên liên kết không nói dẫn đến đâu" in answer.text
    assert "private" in answer.headers["Cache-Control"]
    assert not Article.objects.exists()


def test_the_texts_that_were_sent_are_read_not_the_stored_ones(desk: Client) -> None:
    article = make_article(lead="Dẫn", body="<p>Tốt</p>", status=Article.Status.DRAFT)
    answer = desk.post(reverse("admin:news_article_proof", args=[article.pk]), FORM)
    assert "Tên liên kết" in answer.text
    article.refresh_from_db()
    assert article.body == "<p>Tốt</p>"


def test_the_form_page_lists_the_remarks_on_the_saved_story(desk: Client) -> None:
    article = make_article(lead="", body=WARNED, status=Article.Status.DRAFT)
    page = desk.get(reverse("admin:news_article_change", args=[article.pk])).text
    assert "Tên liên kết không nói dẫn đến đâu" in page
    assert "Chưa có phần dẫn" in page
    assert 'form="overrule-form"' in page


def test_an_author_reads_the_remarks_on_a_story_that_waits_but_overrules_nothing() -> None:
    author = make_user(*WRITING)
    article = make_article(body=WARNED, status=Article.Status.DRAFT, created_by=author)
    article.submit(by=author)
    client = Client()
    client.force_login(author)
    page = client.get(reverse("admin:news_article_change", args=[article.pk])).text
    assert "Tên liên kết không nói dẫn đến đâu" in page
    assert "Bỏ qua cảnh báo" not in page
    assert overrule(client, article).status_code == 403
    assert not Overrule.objects.exists()


def test_the_page_of_a_new_story_says_how_to_have_it_read(desk: Client) -> None:
    page = desk.get(reverse("admin:news_article_add")).text
    assert "bấm Soát bài" in page
    assert "overrule-form" not in page


def test_what_was_pasted_is_shown_as_text_never_as_markup(desk: Client) -> None:
    body = "<p>&lt;script&gt;alert(1)&lt;/script&gt; số 079203012345</p>"
    title = '"><img src=x onerror=alert(1)> ' + "a" * 100
    answer = desk.post(
        reverse("admin:news_article_proof_new"), FORM | {"body": body, "title": title}
    )
    assert "<script" not in answer.text
    assert "<img" not in answer.text


def test_a_body_that_cannot_be_cleaned_is_refused_in_words(desk: Client) -> None:
    deep = "<div>" * 200
    answer = desk.post(reverse("admin:news_article_proof_new"), FORM | {"body": deep})
    assert answer.status_code == 400
    assert "lớp lồng nhau" in answer.text
    answer = desk.post(reverse("admin:news_article_unicode"), {"markup": deep})
    assert answer.status_code == 400
    assert "lớp lồng nhau" in answer.json()["error"]


@pytest.mark.parametrize("cover", ["", "0", "999", "x", "9" * 30, "\x00"])
def test_a_senseless_cover_is_no_failure(desk: Client, cover: str) -> None:
    answer = desk.post(reverse("admin:news_article_proof_new"), FORM | {"cover": cover})
    assert answer.status_code == 200


def test_a_field_and_a_body_are_converted(desk: Client) -> None:
    address = reverse("admin:news_article_unicode")
    assert desk.post(address, {"text": "Th«ng b¸o"}).json() == {"text": "Thông báo"}
    assert desk.post(address, {"text": "Thông báo"}).json() == {"text": "Thông báo"}
    answer = desk.post(address, {"markup": "<p>Th«ng <em>b¸o</em></p><script>x</script>"})
    assert answer.json() == {"text": "<p>Thông <em>báo</em></p>"}


def overrule(client: Client, article: Article, **sent: str) -> Any:
    fingerprint = proof_of(article)[0].finding.fingerprint
    return client.post(
        reverse("admin:news_article_overrule", args=[article.pk]),
        {"fingerprint": fingerprint, f"reason-{fingerprint}": "Đã xem", **sent},
    )


def test_without_javascript_overruling_returns_to_the_form(desk: Client) -> None:
    article = make_article(lead="Dẫn", body=WARNED)
    answer = overrule(desk, article)
    assert answer.status_code == 302
    assert answer.url.endswith(f"/{article.pk}/change/#soat-bai")
    assert Overrule.objects.get().reason == "Đã xem"
    page = desk.get(reverse("admin:news_article_change", args=[article.pk])).text
    assert "Đã bỏ qua 1 cảnh báo" in page


def test_with_javascript_overruling_answers_with_the_panel(desk: Client) -> None:
    article = make_article(lead="Dẫn", body=WARNED)
    answer = overrule(desk, article, title=article.title, lead="Dẫn", body=WARNED)
    assert answer.status_code == 200
    assert "Đã bỏ qua 1 cảnh báo" in answer.text


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"fingerprint": "0" * 64}, "không còn trong bài"), ({}, "Hãy cho biết vì sao")],
)
def test_a_refused_overrule_says_why(desk: Client, sent: dict[str, str], said: str) -> None:
    article = make_article(lead="Dẫn", body=WARNED)
    fingerprint = proof_of(article)[0].finding.fingerprint
    answer = desk.post(
        reverse("admin:news_article_overrule", args=[article.pk]),
        {"fingerprint": fingerprint, "body": WARNED, "lead": "Dẫn", "title": article.title, **sent},
    )
    assert said in answer.text
    assert not Overrule.objects.exists()


@pytest.mark.parametrize(
    ("permissions", "name", "has_article"),
    [
        (["news.view_article"], "proof_new", False),
        (["news.view_article"], "unicode", False),
        (["news.view_article", "news.edit_any_article"], "proof", True),
        (["news.view_article", "news.edit_any_article", "news.publish_article"], "overrule", True),
        ([*WRITING, "news.edit_any_article"], "overrule", True),
    ],
)
def test_who_may_not_write_is_refused_and_nothing_changes(
    permissions: list[str], name: str, has_article: bool
) -> None:
    article = make_article(body=WARNED, status=Article.Status.DRAFT)
    client = signed_in(*permissions)
    fingerprint = next(r.finding.fingerprint for r in proof_of(article) if not r.finding.is_error)
    address = reverse(f"admin:news_article_{name}", args=[article.pk] if has_article else [])
    answer = client.post(address, {"fingerprint": fingerprint, f"reason-{fingerprint}": "Vội"})
    assert answer.status_code == 403
    assert not Overrule.objects.exists()


@pytest.mark.parametrize("name", ["proof_new", "unicode", "proof", "overrule"])
def test_strangers_are_asked_to_sign_in_and_nothing_is_read_by_get(desk: Client, name: str) -> None:
    article = make_article()
    address = reverse(
        f"admin:news_article_{name}", args=[article.pk] if name in {"proof", "overrule"} else []
    )
    assert Client().post(address).status_code == 302
    assert desk.get(address).status_code == 405


def test_a_story_that_does_not_exist_is_not_found(desk: Client) -> None:
    assert desk.post(reverse("admin:news_article_proof", args=[999]), FORM).status_code == 404
