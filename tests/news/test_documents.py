"""The register of documents: when one is in force, what replaces it, what finds it, who may do what."""

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.test import Client

from news.models import (
    Amendment,
    Attachment,
    Document,
    DocumentAttachment,
    DocumentKind,
    Issuer,
)
from tests.desk import logged_in
from tests.factories import (
    make_article,
    make_attachment,
    make_document,
    make_official,
    make_user,
)

pytestmark = pytest.mark.django_db

DAYS = [dt.date(2026, month, 1) for month in (1, 2, 3, 4)]


def officer() -> Any:
    rights = ("view", "add", "change", "delete", "publish", "withdraw")
    return make_user(*(f"news.{right}_document" for right in rights))


# --- when it is in force ---------------------------------------------------------------------------


def test_row_and_queryset_agree_on_what_is_public_and_in_force_on_each_day() -> None:
    """Every order of beginning, end and replacement by something public, drafted or withdrawn."""
    replacing: list[Any] = [None]
    for status in Document.Status:
        replacing += [make_document(status=status, effective_on=day) for day in DAYS[1:]]
    for begins, ends, other in itertools.product(DAYS[:3], [None, *DAYS[1:]], replacing):
        if ends is None or ends >= begins:
            make_document(effective_on=begins, expires_on=ends, replaced_by=other)

    rows = list(Document.objects.with_facts())
    published = set(Document.objects.published())
    assert published == {row for row in rows if row.is_published}
    for day, state in itertools.product(DAYS, Document.State):
        found = list(Document.objects.in_state(state, on=day))
        assert len(found) == len(set(found))
        assert set(found) == {row for row in rows if row.state_on(day) == state}, (day, state)
    assert {row.state_on(DAYS[2]) for row in rows} == set(Document.State)


def test_a_replaced_document_ends_on_the_day_the_other_takes_effect_once_that_is_public() -> None:
    by = officer()
    old = make_document()
    new = make_document(status="draft", effective_on=dt.date(2026, 3, 1))
    new.write(by=by, replaces=[old])
    old.refresh_from_db()
    assert old.ends_on is None

    new.publish(by=by)
    old.refresh_from_db()
    assert old.state_on(dt.date(2026, 2, 28)) == Document.State.IN_FORCE
    assert old.state_on(dt.date(2026, 3, 1)) == Document.State.ENDED

    new.withdraw(by=by, reason="Đăng nhầm")
    old.refresh_from_db()
    assert old.ends_on is None


# --- what cannot be --------------------------------------------------------------------------------


def test_the_database_refuses_what_no_document_can_be() -> None:
    one = make_document(number="5/2026/QĐ-UBND")
    senseless: list[dict[str, Any]] = [
        {"number_key": one.number_key},
        {"effective_on": dt.date(2025, 12, 31)},
        {"expires_on": dt.date(2025, 12, 31)},
        {"published_at": None},
        {"status": "withdrawn"},
    ]
    for fields in senseless:
        other = make_document()
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=other.pk).update(**fields)
            pytest.fail(f"stored: {fields}")
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=one.pk).update(replaced_by=one.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.create(document=one, amended=one)


def test_the_same_document_in_another_spelling_and_dates_out_of_order_are_refused_at_the_field() -> (
    None
):
    one = make_document(number="05/2026/QĐ-UBND")
    again = Document(
        number=" 5/2026/qd–UBND ",
        kind=one.kind,
        issuer=one.issuer,
        abstract="Khác",
        issued_on=one.issued_on,
        effective_on=dt.date(2025, 1, 1),
        expires_on=dt.date(2024, 1, 1),
    )
    with pytest.raises(ValidationError) as refused:
        again.full_clean()
    assert {"number", "effective_on", "expires_on"} <= set(refused.value.message_dict)

    again.issuer = Issuer.objects.create(name="Cơ quan khác")
    again.effective_on, again.expires_on = again.issued_on, None
    again.full_clean()


def test_nothing_replaces_or_amends_itself_a_later_one_or_what_replaces_it() -> None:
    by = officer()
    first, second, third = (make_document(issued_on=day, number=f"{day.month}") for day in DAYS[:3])
    second.write(by=by, replaces=[first])
    third.write(by=by, replaces=[second], amends=[first])
    same_day = make_document(issued_on=DAYS[0])
    first.refresh_from_db()
    first.write(by=by, amends=[same_day])
    same_day.refresh_from_db()

    refused = [
        (third, "replaces", third, "chính nó"),
        (first, "amends", second, "ban hành sau"),
        (third, "replaces", first, "đã bị 2 thay thế"),
        (same_day, "amends", first, "lại đang sửa đổi"),
    ]
    for document, field, other, said in refused:
        other.refresh_from_db()
        kept: dict[str, Any] = {field: [other]}
        with pytest.raises(ValidationError) as refusal:
            document.write(by=by, **kept)
        assert said in " ".join(refusal.value.message_dict[field]), said


def test_a_circle_of_replacements_on_one_day_is_refused_and_the_chain_has_an_end() -> None:
    by = officer()
    a, b, c = (make_document(number=name) for name in ("1/A", "2/B", "3/C"))
    b.write(by=by, replaces=[a])
    c.write(by=by, replaces=[b])
    c.refresh_from_db()
    with pytest.raises(ValidationError):
        a.write(by=by, replaces=[c])

    lone = make_document()
    for each in (a, b, c):
        assert list(Document.objects.in_chain_of(each)) == [a, b, c]
    assert list(Document.objects.in_chain_of(lone)) == [lone]
    # Somebody's draft that replaces both says nothing of them yet.
    draft = make_document(number="4/D", status="draft", published_at=None)
    Document.objects.filter(pk__in=[c.pk, lone.pk]).update(replaced_by=draft)
    assert list(Document.objects.in_chain_of(lone)) == [lone]


# --- what finds it ---------------------------------------------------------------------------------


def test_a_document_is_found_by_its_number_words_and_date_in_any_spelling() -> None:
    cited = make_document(
        number="07/2026/QĐ-UBND", abstract="Sửa đổi Nghị định số 42/2022/NĐ-CP", signer="Lê Văn Tám"
    )
    own = make_document(
        number="42/2022/NĐ-CP",
        abstract="Về việc cung cấp thông tin và dịch vụ công trực tuyến",
        issued_on=dt.date(2022, 6, 24),
    )
    make_document(number="142/2022/NĐ-CP", abstract="42 việc năm 2022")
    table: dict[str, list[Document]] = {
        "42/2022/NĐ-CP": [own, cited],
        "42/2022/nd-cp": [own, cited],
        "42/2022": [own, cited],
        "042/2022/NĐ–CP": [own, cited],
        "7/2026": [cited],
        "quyet dinh so 07/2026/qd-ubnd": [cited],
        "DỊCH VỤ CÔNG trực tuyến": [own],
        "dich vu cong": [own],
        "dịch vụ": [own],
        "LE VAN TAM": [cited],
        "ngày 24/6/2022": [own],
        "24 tháng 6 năm 2022": [own],
        "dich vu khong co": [],
        "công %": [own],
        "🙂": [],
        "/": [],
        "\x00": [],
    }
    for typed, expected in table.items():
        assert list(Document.objects.found_by(typed)) == expected, typed
    assert Document.objects.found_by("  ").count() == 3
    assert list(Document.objects.found_by("trực tu")) == []
    assert list(Document.objects.found_by("trực tu", typing=True)) == [own]
    assert not Document.objects.found_by("a/1 " * 5000).exists()


def test_a_renamed_issuer_s_documents_are_found_by_its_new_name() -> None:
    document = make_document()
    document.issuer.name = "Ủy ban nhân dân Phường"
    document.issuer.save()
    assert list(Document.objects.found_by("phuong")) == [document]


# --- who may ---------------------------------------------------------------------------------------


def test_an_author_writes_own_drafts_and_nothing_that_is_public() -> None:
    author = make_user("news.add_document", "news.change_document", "news.delete_document")
    document = make_document(status="draft", created_by=author)
    document.abstract = "Viết lại"
    document.write(by=author)
    for verb in (
        lambda: document.publish(by=author),
        lambda: make_document(status="draft").write(by=author),
        lambda: make_document(created_by=author).write(by=author),
        lambda: make_document(created_by=author).delete_draft(by=author),
        lambda: make_document().withdraw(by=author, reason="x"),
        lambda: Document(number="1").write(by=make_user()),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    document.delete_draft(by=author)
    assert not Document.objects.filter(pk=document.pk).exists()


def test_a_colleague_s_withdrawal_survives_saving_a_form_that_was_read_before() -> None:
    by = officer()
    document = make_document()
    stale = Document.objects.get(pk=document.pk)
    document.withdraw(by=by, reason="Sai số liệu")
    stale.write(by=by)
    document.refresh_from_db()
    assert (document.status, document.withdrawal_reason) == ("withdrawn", "Sai số liệu")
    with pytest.raises(models.ProtectedError):
        document.delete()
    with pytest.raises(ValueError, match="Chỉ gỡ được"):
        document.withdraw(by=by, reason="x")

    document.publish(by=by)
    assert document.is_published
    assert document.withdrawal_reason == ""


def test_a_file_is_public_while_a_public_document_has_it_and_cannot_be_deleted() -> None:
    file, second = make_attachment(), make_attachment()
    document = make_document(status="draft")
    document.write(by=officer(), attachments=[second.pk, file.pk, 999])
    assert list(Attachment.objects.of_document(document)) == [second, file]
    assert not Attachment.objects.with_publicity().get(pk=file.pk).is_public

    document.publish(by=officer())
    assert Attachment.objects.with_publicity().get(pk=file.pk).is_public
    assert Attachment.objects.with_uses().get(pk=file.pk).used_in_documents == 1
    with pytest.raises(models.ProtectedError):
        file.delete()

    document.write(by=officer(), attachments=[])
    assert not DocumentAttachment.objects.exists()


# --- what readers see ------------------------------------------------------------------------------


def test_the_page_of_a_document_says_all_that_is_known_of_it(client: Client) -> None:
    by = officer()
    file = make_attachment(title="Toàn văn")
    oldest, old, amended = (make_document(issued_on=dt.date(2020, 1, day)) for day in (1, 2, 3))
    document = make_document(
        number="12/2026/QĐ-UBND",
        abstract="Về quy chế tiếp công dân",
        signer="Chủ tịch Lê Văn Tám",
        issued_on=dt.date(2026, 5, 31),
        effective_on=dt.date(2026, 6, 10),
        expires_on=dt.date(2099, 12, 31),
    )
    old.write(by=by, replaces=[oldest])
    document.write(by=by, replaces=[old], amends=[amended], attachments=[file.pk])
    story = make_article(title="Tin về quy chế")
    story.documents.add(document)

    words = client.get(document.get_absolute_url()).content.decode()
    for said in (
        "Quyết định số 12/2026/QĐ-UBND</h1>",
        *("Về quy chế tiếp công dân", "Còn hiệu lực", "Chủ tịch Lê Văn Tám"),
        *("31/05/2026", "10/06/2026", "31/12/2099", "Ủy ban nhân dân"),
        *(f'href="{each.get_absolute_url()}"' for each in (oldest, old, amended, story)),
        *(f'href="{address}"' for address in (file.get_absolute_url(), file.view_url)),
    ):
        assert said in words, said

    words = client.get(old.get_absolute_url()).content.decode()
    assert "Hết hiệu lực" in words
    assert words.count(f'href="{document.get_absolute_url()}"') == 2
    assert "Được sửa đổi" in client.get(amended.get_absolute_url()).content.decode()


def test_an_old_slug_leads_on_a_draft_is_nowhere_and_what_was_taken_off_is_gone(
    client: Client,
) -> None:
    document = make_document(number="9/TB", abstract="Đăng nhầm")
    old = document.get_absolute_url()
    document.slug = "ten-khac"
    document.save()
    answer = client.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (301, document.get_absolute_url())

    document.withdraw(by=officer(), reason="Sai số liệu")
    gone = client.get(document.get_absolute_url())
    assert gone.status_code == 410
    assert "Sai số liệu" in gone.content.decode()
    assert "Đăng nhầm" not in client.get("/van-ban/").content.decode()
    draft = make_document(status="draft")
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_the_register_is_narrowed_by_kind_issuer_year_state_and_words(client: Client) -> None:
    one = make_document(number="42/2022/NĐ-CP", issued_on=dt.date(2022, 6, 24))
    two = make_document(expires_on=dt.date(2026, 2, 1), kind=DocumentKind.objects.create(name="X"))
    three = make_document(issuer=Issuer.objects.create(name="Hội đồng thử"))
    four = make_document(effective_on=dt.date(2099, 1, 1))
    everything = {one, two, three, four}
    table: list[tuple[dict[str, str], set[Document]]] = [
        ({}, everything),
        ({"q": "42/2022/nd-cp"}, {one}),
        ({"loai": "x"}, {two}),
        ({"co-quan": "hoi-dong-thu"}, {three}),
        ({"nam": "2022"}, {one}),
        ({"hieu-luc": "con"}, {one, three}),
        ({"hieu-luc": "het"}, {two}),
        ({"hieu-luc": "chua"}, {four}),
        ({"nam": "2026", "hieu-luc": "con"}, {three}),
        ({"nam": "2022", "loai": "x"}, set()),
        ({"nam": "abc", "loai": "\x00", "hieu-luc": "1", "co-quan": "%"}, everything),
        ({"q": "a" * 10_000}, set()),
        ({"q": "/ \x00 %"}, set()),
    ]
    for asked, expected in table:
        answer = client.get("/van-ban/", asked)
        assert answer.status_code == 200, asked
        assert set(answer.context["page"].object_list) == expected, asked

    for _ in range(19):
        make_document()
    first = client.get("/van-ban/?hieu-luc=con").content.decode()
    assert 'href="?hieu-luc=con&amp;trang=2"' in first
    assert client.get("/van-ban/?trang=3").status_code == 404
    assert "Không có văn bản nào" in client.get("/van-ban/?q=khong-co").content.decode()


# --- the desk --------------------------------------------------------------------------------------


def sent(**changes: Any) -> dict[str, Any]:
    """What the browser would send for a new document."""
    make_document()
    kept = {
        "number": "12/2026/QĐ-UBND",
        "kind": DocumentKind.objects.get(slug="quyet-dinh").pk,
        "issuer": Issuer.objects.get(slug="uy-ban-nhan-dan").pk,
        "abstract": "Về quy chế tiếp công dân",
        "issued_on": "31/05/2026",
    }
    return kept | changes


def test_an_editor_enters_a_document_publishes_it_and_takes_it_off_again() -> None:
    old, amended, file = make_document(), make_document(), make_attachment()
    client = logged_in(make_official("Biên tập viên"))
    data = sent(replacing=[old.pk], amending=[amended.pk], attachments=[file.pk])
    client.post("/quan-tri/news/document/add/", {**data, "_publish": "x"})

    document = Document.objects.get(number="12/2026/QĐ-UBND")
    assert document.is_published
    assert document.effective_on == dt.date(2026, 5, 31)
    assert list(document.replaces.all()) == [old]
    assert list(document.amends.all()) == [amended]
    page = client.get(f"/quan-tri/news/document/{document.pk}/change/").content.decode()
    assert f'<option value="{old.pk}" selected>' in page

    address = f"/quan-tri/news/document/{document.pk}/go/"
    assert "Hãy cho biết lý do" in client.post(address, {"reason": " "}).content.decode()
    client.post(address, {"reason": "Sai số"})
    document.refresh_from_db()
    assert (document.status, document.withdrawal_reason) == ("withdrawn", "Sai số")
    history = client.get(f"/quan-tri/news/document/{document.pk}/history/").content.decode()
    assert "Đăng văn bản" in history
    assert "Gỡ khỏi cổng: Sai số" in history


def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_stored() -> None:
    client = logged_in(make_official("Biên tập viên"))
    later = make_document(issued_on=dt.date(2027, 1, 1), number="1/2027/QĐ-UBND")
    table: list[tuple[dict[str, Any], str, str]] = [
        ({"effective_on": "01/01/2020"}, "effective_on", "không thể trước ngày ban hành"),
        ({"expires_on": "01/01/2020"}, "expires_on", "không thể trước ngày có hiệu lực"),
        ({"number": "/"}, "number", "Hãy viết số"),
        ({"replacing": [later.pk]}, "replacing", "ban hành sau"),
        ({"amending": [later.pk]}, "amending", "ban hành sau"),
        ({"replacing": ["x"]}, "replacing", "không còn trong sổ"),
        ({"attachments": [999]}, "attachments", "không còn trong thư viện"),
        ({"issued_on": "31/02/2026"}, "issued_on", "ngày"),
    ]
    for changes, field, said in table:
        answer = client.post("/quan-tri/news/document/add/", {**sent(), **changes})
        errors = answer.context["adminform"].form.errors
        assert said in " ".join(errors.get(field, [])), (changes, errors)
    assert not Document.objects.filter(status="draft").exists()


def test_an_author_s_button_to_publish_publishes_nothing_and_others_drafts_are_only_read() -> None:
    author = make_official("Tác giả")
    client = logged_in(author)
    answer = client.post("/quan-tri/news/document/add/", {**sent(), "_publish": "x"})
    assert answer.status_code == 403
    assert not Document.objects.filter(number="12/2026/QĐ-UBND").exists()

    client.post("/quan-tri/news/document/add/", {**sent(), "_save": "x"})
    assert Document.objects.get(number="12/2026/QĐ-UBND").created_by == author
    other = make_document(status="draft", abstract="Của người khác")
    page = client.get(f"/quan-tri/news/document/{other.pk}/change/").content.decode()
    assert "Của người khác" in page
    assert 'name="_save"' not in page


def test_who_saves_over_what_a_colleague_wrote_is_told_and_loses_nothing() -> None:
    colleague, official = make_official("Biên tập viên"), make_official("Biên tập viên")
    document = make_document(abstract="Cũ")
    address = f"/quan-tri/news/document/{document.pk}/change/"
    client = logged_in(official)

    def seen(answer: Any) -> str:
        return str(answer.context["adminform"].form["seen"].value())

    opened = seen(client.get(address))
    theirs = sent(abstract="Của đồng nghiệp", seen=opened)
    assert logged_in(colleague).post(address, theirs).status_code == 302
    answer = client.post(address, sent(abstract="Của tôi", seen=opened))
    page = answer.content.decode()
    assert f"văn bản vừa được {colleague.get_full_name() or colleague.username} sửa lúc" in page
    assert "Của tôi" in page
    assert f'value="{seen(answer)}"' in page
    document.refresh_from_db()
    assert document.abstract == "Của đồng nghiệp"

    assert client.post(address, sent(abstract="Của tôi")).status_code == 200
    answer = client.post(address, sent(abstract="Của tôi", seen=seen(answer)))
    assert answer.status_code == 302
    document.refresh_from_db()
    assert document.abstract == "Của tôi"


def test_the_desk_finds_documents_by_number_while_one_types_and_filters_by_state() -> None:
    one = make_document(number="42/2022/NĐ-CP", issued_on=dt.date(2022, 6, 24))
    make_document(expires_on=dt.date(2026, 2, 1))
    client = logged_in(make_official("Biên tập viên"))
    asked = {"app_label": "news", "model_name": "article", "field_name": "documents"}
    found = client.get("/quan-tri/autocomplete/", {**asked, "term": "42/2022/nd"}).json()
    assert [row["id"] for row in found["results"]] == [str(one.pk)]
    listed = client.get("/quan-tri/news/document/", {"hieu-luc": "con", "q": "42/2022"})
    assert list(listed.context["cl"].result_list) == [one]


def test_a_kind_with_documents_stays_and_says_so() -> None:
    kind = make_document().kind
    client = logged_in(make_official("Biên tập viên"))
    answer = client.post(
        f"/quan-tri/news/documentkind/{kind.pk}/delete/", {"post": "yes"}, follow=True
    )
    assert "Còn 1 văn bản" in answer.content.decode()
    assert DocumentKind.objects.filter(pk=kind.pk).exists()


def test_a_story_s_documents_are_part_of_its_versions_and_shown_once_it_is_published() -> None:
    editor = make_official("Biên tập viên")
    shown, hidden = make_document(number="5/TB"), make_document(number="6/TB", status="draft")
    story = make_article(title="Tin", created_by=editor)
    story.write(replace(story.newest, documents=(shown.pk, hidden.pk, 999)), by=editor)
    assert "5/TB" not in Client().get(story.get_absolute_url()).content.decode()

    story.publish(by=editor, alone=True)
    page = Client().get(story.get_absolute_url()).content.decode()
    assert f'href="{shown.get_absolute_url()}"' in page
    assert "6/TB" not in page
    assert set(story.documents.all()) == {shown, hidden}
    assert "Tin" in Client().get(shown.get_absolute_url()).content.decode()
