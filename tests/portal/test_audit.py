"""The audit log: what comes into it, who reads it, and that nobody changes it."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Attachment, Photo
from portal.accounts import audit, second_factor
from portal.accounts.audit import AuditEntry, record
from portal.admin.audit import plain
from portal.models import AgencyLink
from portal.roles import ADMINISTRATOR, EDITOR, ensure_roles
from tests.desk import logged_in
from tests.factories import make_user, pdf_bytes, upload
from tests.portal.persons import (
    bind_app,
    code_for,
    enter,
    make_administrator,
    make_person,
    person_form,
)

pytestmark = pytest.mark.django_db

LIST = "/quan-tri/portal/auditentry/"
EXPORT = "/quan-tri/portal/auditentry/xuat/"
What = AuditEntry.What


def client_of(user: User) -> Client:
    return logged_in(user, REMOTE_ADDR="192.0.2.44")


def last(what: AuditEntry.What | None = None) -> AuditEntry:
    entries = AuditEntry.objects.newest_first()
    found = (entries.filter(what=what) if what else entries).first()
    assert found
    return found


def make_entry(**fields: Any) -> AuditEntry:
    return AuditEntry.objects.create(**{"who": "lan", "what": What.CHANGE, **fields})


# --- What comes into it ---------------------------------------------------------------------------


def test_signing_in_and_out_with_place_and_time() -> None:
    user = make_person()
    client = Client(REMOTE_ADDR="192.0.2.44")
    enter(client)

    entry = last()
    assert (entry.what, entry.who, entry.who_id) == (What.SIGN_IN, "lan", user.pk)
    assert (entry.address, entry.result) == ("192.0.2.44", AuditEntry.Result.DONE)
    assert timezone.now() - entry.at < dt.timedelta(seconds=10)
    client.post("/quan-tri/logout/")
    assert (last().what, last().who) == (What.SIGN_OUT, "lan")


def test_failures_to_sign_in_with_the_name_of_an_account_and_no_other_word() -> None:
    make_person()

    enter(Client(), "lan", "mat-khau-sai-1")
    assert (last().who, last().result) == ("lan", AuditEntry.Result.FAILED)
    enter(Client(), "mat-khau-nham-o", "lan")
    assert last().who == "(không có tài khoản này)"
    for entry in AuditEntry.objects.all():
        words = " ".join(str(value) for value in entry.__dict__.values())
        assert "mat-khau" not in words


def test_that_signing_in_is_paused_is_said() -> None:
    make_person()
    for _ in range(6):
        enter(Client(), "lan", "sai")

    assert last().detail == "đang tạm dừng vì sai nhiều lần"


def test_all_that_concerns_the_second_step_and_never_a_code_or_key() -> None:
    user = make_person()
    key, codes = bind_app(user)
    second_factor.verify(user, codes[0])
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=1)):
        second_factor.renew_recovery_codes(user, code=code_for(key))
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=31)):
        second_factor.turn_off(user, password="sai", code=code_for(key))
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61)):
        second_factor.turn_off(user, password="mat-khau-dai-dong-1", code=code_for(key))

    found = list(AuditEntry.objects.order_by("pk").values_list("what", "result"))
    assert found == [
        (What.FACTOR_ON, "done"),
        (What.RECOVERY_USE, "done"),
        (What.RECOVERY_NEW, "done"),
        (What.FACTOR_OFF, "failed"),
        (What.FACTOR_OFF, "done"),
    ]
    kept = " ".join(str(value) for row in AuditEntry.objects.values_list() for value in row)
    for secret in (key, *codes, "mat-khau-dai-dong-1"):
        assert secret not in kept


def test_what_an_administrator_does_to_an_account() -> None:
    person = make_person()
    bind_app(person)
    client_of(person)
    admin = client_of(make_administrator())
    new = {"new_password1": "mat-khau-moi-2026", "new_password2": "mat-khau-moi-2026"}

    admin.post(reverse("admin:auth_user_password_change", args=[person.pk]), new)
    for name in ("reset_factor", "unlock"):
        admin.post(reverse(f"admin:auth_user_{name}", args=[person.pk]))

    for what in (What.PASSWORD_RESET, What.SESSION_END, What.FACTOR_RESET, What.UNLOCK):
        entry = last(what)
        assert (entry.who, entry.object_text, entry.address) == ("quanly", "lan", "192.0.2.44")
    assert last(What.UNLOCK).object_address == f"/quan-tri/auth/user/{person.pk}/change/"


def test_a_password_of_ones_own() -> None:
    user = make_person()
    client_of(user).post(
        "/quan-tri/password_change/",
        {
            "old_password": "mat-khau-dai-dong-1",
            "new_password1": "mat-khau-moi-2026",
            "new_password2": "mat-khau-moi-2026",
        },
    )

    assert last(What.PASSWORD_CHANGE).who == "lan"


def test_which_roles_were_given_and_taken() -> None:
    roles = ensure_roles()
    person = make_person()
    person.groups.add(roles[EDITOR])

    client_of(make_administrator()).post(
        reverse("admin:auth_user_change", args=[person.pk]),
        person_form(person, groups=[roles[ADMINISTRATOR].pk]),
    )

    entry = last(What.CHANGE)
    assert entry.object_text.endswith(": lan")
    assert "giao: Quản trị viên; thôi giao: Biên tập viên" in entry.detail


def test_what_the_desk_adds_changes_and_deletes() -> None:
    client = client_of(make_user(username="boss", superuser=True))
    room = "/quan-tri/portal/agencylink/"
    data = {"name": "Sở Y tế", "url": "https://example.vn/", "order": 0}

    client.post(f"{room}add/", data)
    link = AgencyLink.objects.get()
    entry = last()
    assert (entry.what, entry.who, entry.object_text) == (
        What.ADD,
        "boss",
        "Liên kết cơ quan: Sở Y tế",
    )
    assert entry.object_address == f"{room}{link.pk}/change/"
    client.post(f"{room}{link.pk}/change/", {**data, "name": "Sở Y tế TP"})
    assert last().what == What.CHANGE
    assert "tên" in last().detail.lower()
    client.post(f"{room}{link.pk}/delete/", {"post": "yes"})
    assert (last().what, last().object_address) == (What.DELETE, "")


# Each way a file comes: the address, the box it is in, what else the form wants.
WAYS_OF_A_PHOTO: dict[str, tuple[str, str, dict[str, str]]] = {
    "dropped into a text": ("ckeditor_upload", "upload", {}),
    "dropped on the library": ("photo_add", "upload", {}),
    "in the small window": ("ckeditor_browse", "file", {"alt": "Cầu mới"}),
    "by the form of the library": ("admin:news_photo_add", "pictures", {}),
}
WAYS_OF_A_FILE: dict[str, tuple[str, str, dict[str, str]]] = {
    "below a story at once": ("admin:news_attachment_upload", "file", {}),
    "by the form of the library": ("admin:news_attachment_add", "uploads", {}),
    "with the form of a story": ("admin:news_article_add", "attachments_new", {}),
}


def note_of_upload(name: str, data: dict[str, Any], stored: type[Photo | Attachment]) -> str:
    """Upload it as `lan`; what the audit log then calls the thing, once the rest of the entry is found right."""
    user = make_user(username="lan", superuser=True)
    client = client_of(user)

    client.post(reverse(name), data)

    entry = last(What.ADD)
    assert (entry.who, entry.address) == ("lan", "192.0.2.44")
    assert timezone.now() - entry.at < dt.timedelta(seconds=10)
    assert client.get(entry.object_address).status_code == 200
    noted = LogEntry.objects.get(object_id=stored.objects.get().pk)
    assert (noted.user, noted.get_change_message()) == (user, "Tải lên")
    return entry.object_text


@pytest.mark.parametrize("way", WAYS_OF_A_PHOTO)
def test_who_uploaded_which_photo_and_when_whichever_way_it_came(way: str) -> None:
    name, box, more = WAYS_OF_A_PHOTO[way]

    said = note_of_upload(name, {box: upload(), **more}, Photo)

    assert said == f"Ảnh: {Photo.objects.get()}"


@pytest.mark.parametrize("way", WAYS_OF_A_FILE)
def test_who_uploaded_which_file_and_when_whichever_way_it_came(way: str) -> None:
    name, box, more = WAYS_OF_A_FILE[way]

    said = note_of_upload(name, {box: upload(pdf_bytes(), "Lịch nghỉ.pdf"), **more}, Attachment)

    assert said == "Tệp đính kèm: Lịch nghỉ"


def test_a_refused_file_and_one_that_is_there_already_are_no_upload() -> None:
    client = client_of(make_user(superuser=True))
    for content in (b"<svg/>", pdf_bytes(), pdf_bytes()):
        for name, box in (("photo_add", "upload"), ("admin:news_attachment_upload", "file")):
            client.post(reverse(name), {box: upload(content, "x.pdf")})

    assert Attachment.objects.count() == 1
    assert AuditEntry.objects.filter(what=What.ADD).count() == 1
    assert LogEntry.objects.count() == 1


def test_nothing_is_deleted_several_at_once_which_nobody_would_hear() -> None:
    request = RequestFactory().get("/")
    request.user = make_user(superuser=True)

    for room in admin.site._registry.values():
        assert "delete_selected" not in room.get_actions(request), room


def test_work_without_a_request_has_no_place_and_no_name() -> None:
    entry = record(What.CHANGE, object_text="x")

    assert (entry.who, entry.who_id, entry.address) == ("", None, None)


def test_longer_words_than_there_is_room_for_are_cut() -> None:
    entry = record(What.CHANGE, who="a" * 500, object_text="b" * 500, detail="c" * 900)

    entry.refresh_from_db()
    assert (len(entry.who), len(entry.object_text), len(entry.detail)) == (150, 300, 500)


def test_an_entry_outlives_the_account() -> None:
    user = make_person()
    record(What.CHANGE, by=user)
    user.delete()

    assert last().who == "lan"


# --- That nobody changes it -----------------------------------------------------------------------


def test_neither_model_nor_queryset_changes_or_deletes() -> None:
    entry = make_entry(detail="như đã ghi")
    entry.detail = "sửa"
    for verb in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(detail="sửa"),
        lambda: AuditEntry.objects.bulk_update([entry], ["detail"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"detail": "sửa"}),
    ):
        with pytest.raises(PermissionDenied), transaction.atomic():
            verb()

    assert AuditEntry.objects.get().detail == "như đã ghi"


def test_the_database_itself_refuses_an_update() -> None:
    make_entry(detail="như đã ghi")

    with (
        pytest.raises(DatabaseError, match="audit entries are not changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE portal_auditentry SET detail = 'sửa'")

    assert AuditEntry.objects.get().detail == "như đã ghi"


@pytest.mark.parametrize("verb", ["add/", "{}/change/", "{}/delete/"])
def test_not_even_a_superuser_does_at_the_desk(verb: str) -> None:
    entry = make_entry(detail="như đã ghi")
    client = client_of(make_user(superuser=True))

    response = client.post(LIST + verb.format(entry.pk), {"detail": "sửa", "post": "yes"})

    assert response.status_code == 403
    assert AuditEntry.objects.get(pk=entry.pk).detail == "như đã ghi"


def test_it_is_kept_for_twelve_months_and_then_purged() -> None:
    old = make_entry(at=timezone.now() - dt.timedelta(days=367))
    young = make_entry(at=timezone.now() - dt.timedelta(days=365))

    assert audit.purge() == 1
    assert not AuditEntry.objects.filter(pk=old.pk).exists()
    assert AuditEntry.objects.filter(pk=young.pk).exists()


# --- Who reads it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LIST, EXPORT])
def test_only_who_has_the_right_reads_and_exports(address: str) -> None:
    editor = make_person("bientap")
    editor.groups.add(ensure_roles()[EDITOR])

    assert client_of(make_administrator()).get(address).status_code == 200
    assert client_of(make_user("portal.view_auditentry")).get(address).status_code == 200
    before = AuditEntry.objects.count()
    client = client_of(editor)
    assert client.get(address).status_code == 403
    # The sign-in and nothing else: what was refused was not exported.
    assert AuditEntry.objects.count() == before + 1
    assert Client().get(address).status_code == 302


def texts(response: Any) -> list[str]:
    return [entry.object_text for entry in response.context["entries"]]


def test_it_is_filtered_by_who_what_where_and_when() -> None:
    now = timezone.now()
    make_entry(object_text="một", who="lan", address="192.0.2.1", at=now - dt.timedelta(days=9))
    make_entry(object_text="hai", who="minh", address="192.0.2.1", at=now - dt.timedelta(days=5))
    make_entry(object_text="ba", who="minh", what=What.ADD, at=now - dt.timedelta(days=1))
    client = client_of(make_user(superuser=True))

    def day(ago: int) -> str:
        return f"{timezone.localdate() - dt.timedelta(days=ago):%Y-%m-%d}"

    for asked, found in (
        ({"who": "minh"}, ["ba", "hai"]),
        ({"what": "add"}, ["ba"]),
        ({"address": "192.0.2.1"}, ["hai", "một"]),
        ({"since": day(6), "until": day(4)}, ["hai"]),
        ({"who": "minh", "address": "192.0.2.1"}, ["hai"]),
        ({"who": "ai đó"}, []),
    ):
        assert texts(client.get(LIST, asked)) == found, asked


def test_a_senseless_filter_is_said_beside_its_field() -> None:
    client = client_of(make_user(superuser=True))

    page = client.get(
        LIST, {"address": "đâu đó", "since": "hôm qua", "what": "x", "truoc": "abc", "who": "\x00"}
    )

    assert page.status_code == 200
    assert "Hãy viết một địa chỉ IP" in page.content.decode()
    assert "Hãy viết ngày" in page.content.decode()


@pytest.mark.usefixtures("long_running")
def test_page_follows_page_without_gap_and_the_cost_stays_the_same() -> None:
    client = client_of(make_user(superuser=True))
    client.get(LIST)

    def walk() -> tuple[list[str], set[int]]:
        found: list[str] = []
        costs, asked = set(), {"who": "nhiều"}
        while True:
            with CaptureQueriesContext(connection) as queries:
                response = client.get(LIST, asked)
            costs.add(len(queries) - (1 if "truoc" in asked else 0))
            assert not [q for q in queries if "COUNT(" in q["sql"] and "auditentry" in q["sql"]]
            found += texts(response)
            if not response.context["older"]:
                return found, costs
            asked["truoc"] = str(response.context["older"].pk)

    same = timezone.now() - dt.timedelta(hours=1)
    make_entry(who="nhiều", object_text="0", at=same)
    _, few = walk()
    for number in range(1, 130):
        make_entry(who="nhiều", object_text=str(number), at=same)
    found, many = walk()

    assert found == [str(number) for number in reversed(range(130))]
    assert few == many
    assert len(few) == 1


# --- The export -----------------------------------------------------------------------------------


def exported(client: Client, **asked: str) -> list[list[str]]:
    response = client.get(EXPORT, asked)
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in response.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_export_holds_what_the_filter_finds_and_is_written_down_itself() -> None:
    make_entry(who="lan", object_text='Tin: "Hội nghị", một\nhai', detail="tên")
    make_entry(who="minh")
    client = client_of(make_user(username="boss", superuser=True))

    rows = exported(client, who="lan")

    assert rows[0][:3] == ["Lúc", "Ai", "Việc"]
    assert len(rows) == 2
    assert rows[1][1:5] == ["lan", "Sửa", 'Tin: "Hội nghị", một\nhai', "tên"]
    entry = last(What.EXPORT)
    assert (entry.who, entry.detail) == ("boss", "Ai: lan")


@pytest.mark.parametrize(
    "words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "=HYPERLINK(1)"]
)
def test_nothing_in_it_is_a_formula(words: str) -> None:
    make_entry(object_text=words)

    assert exported(client_of(make_user(superuser=True)), what="change")[1][3] == f"'{words}"
    assert plain("Tin 1+1=2") == "Tin 1+1=2"
