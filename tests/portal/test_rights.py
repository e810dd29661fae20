"""The whole rights table: each role at each address of the desk, and nothing changed after a refusal.

An address that is not in the table fails the test, so nobody adds one without saying whose it is. What each verb
refuses besides is in tests/news/test_workflow.py and beside the verbs.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from comments.models import (
    Action,
    Answer,
    BlockedSource,
    Decision,
    Holiday,
    Policy,
    WatchedWord,
)
from news.models import (
    DocumentKind,
    ExternalLink,
    Issuer,
    MissedAddress,
    Notice,
    OutboxMessage,
    PreviewLink,
    Redirect,
    StaffProfile,
    Tag,
    Thread,
    Unit,
)
from portal.accounts.audit import AuditEntry
from portal.models import AgencyLink, JobRun, PersonRequest, SiteIdentity, TextPage
from portal.roles import ADMINISTRATOR, AUTHOR, EDITOR, MODERATOR
from tests.desk import refuse_plainly
from tests.factories import (
    make_article,
    make_attachment,
    make_comment,
    make_document,
    make_official,
    make_photo,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db

DESK = "quan-tri/"
# Pages of the desk whose addresses portal/urls.py names itself.
BESIDE_THE_ADMIN = {
    *("ckeditor_browse", "photo_add", "ckeditor_upload"),
    *("notices", "notice_open", "notices_read", "notices_mail"),
}
PAGES = ("changelist", "add", "history", "change", "delete")
# Who tries. The story, its link, its photo and its file belong to A.
PEOPLE = {
    "0": "nobody signed in",
    "X": "a reader's account without the desk",
    "N": "staff without a role",
    "A": "the author of the story",
    "B": "another author",
    "E": "an editor",
    "L": "an editor limited to another section",
    "M": "a moderator",
    "Q": "an administrator",
    "S": "a superuser",
}
# --- The table ----------------------------------------------------------------------------------
STAFF = "NABELMQS"
WRITERS = "ABELS"
EDITORS = "ELS"
# Who works on A's story: nobody of another section, no other author.
STORY = "AES"
KEEPERS = "QS"
ANSWERERS = "ELMS"
NOBODY = ""

# For each model who sees the list, looks at one, adds, changes, deletes.
MODELS: dict[str, tuple[str, str, str, str, str]] = {
    "news_article": (WRITERS, STORY, WRITERS, STORY, STORY),
    "news_photo": ("ABELQS", "ABELQS", "ABELQS", "AELS", EDITORS),
    "news_attachment": (WRITERS, WRITERS, WRITERS, "AELS", EDITORS),
    # No section is asked: a document belongs to none.
    "news_document": (WRITERS, WRITERS, WRITERS, "AELS", "AELS"),
    "news_documentkind": (WRITERS, WRITERS, EDITORS, EDITORS, EDITORS),
    "news_issuer": (WRITERS, WRITERS, EDITORS, EDITORS, EDITORS),
    # A limited person arranges the own sections and makes none.
    "news_section": (WRITERS, WRITERS, "ES", EDITORS, NOBODY),
    "news_tag": (WRITERS, WRITERS, EDITORS, EDITORS, EDITORS),
    "news_thread": (WRITERS, WRITERS, EDITORS, EDITORS, EDITORS),
    "news_unit": ("ELQS", "ELQS", "ELQS", "ELQS", "S"),
    "news_externallink": (EDITORS, NOBODY, NOBODY, NOBODY, NOBODY),
    "news_missedaddress": (KEEPERS, KEEPERS, NOBODY, NOBODY, NOBODY),
    "news_redirect": (KEEPERS, KEEPERS, KEEPERS, KEEPERS, KEEPERS),
    "news_outboxmessage": (KEEPERS, KEEPERS, NOBODY, NOBODY, NOBODY),
    "portal_siteidentity": (KEEPERS, KEEPERS, NOBODY, KEEPERS, NOBODY),
    "portal_textpage": (KEEPERS, KEEPERS, KEEPERS, KEEPERS, KEEPERS),
    "portal_agencylink": (KEEPERS, KEEPERS, KEEPERS, KEEPERS, KEEPERS),
    "portal_jobrun": (KEEPERS, KEEPERS, NOBODY, NOBODY, NOBODY),
    "portal_auditentry": (KEEPERS, KEEPERS, NOBODY, NOBODY, NOBODY),
    "portal_personrequest": (KEEPERS, KEEPERS, KEEPERS, NOBODY, NOBODY),
    "auth_user": (KEEPERS, KEEPERS, KEEPERS, KEEPERS, NOBODY),
    "auth_group": (KEEPERS, KEEPERS, KEEPERS, KEEPERS, NOBODY),
    "comments_answer": (ANSWERERS, ANSWERERS, NOBODY, NOBODY, NOBODY),
    "comments_comment": ("MQS", "MQS", NOBODY, NOBODY, NOBODY),
    "comments_decision": ("MQS", "MQS", NOBODY, NOBODY, NOBODY),
    "comments_policy": ("MQS", "MQS", NOBODY, KEEPERS, NOBODY),
    "comments_watchedword": ("MS", "MS", "MS", "MS", "MS"),
    "comments_holiday": (KEEPERS, KEEPERS, KEEPERS, KEEPERS, KEEPERS),
    "comments_blockedsource": ("MS", "MS", NOBODY, "MS", "MS"),
}

# For each further address who may GET it, and who may POST to it.
ADDRESSES: dict[str, tuple[str, str]] = {
    "index": (STAFF, STAFF),
    "command_box": (STAFF, NOBODY),
    "guide": (STAFF, NOBODY),
    "guide_picture": (STAFF, NOBODY),
    "jsi18n": (STAFF, NOBODY),
    "password_change": (STAFF, STAFF),
    "password_change_done": (STAFF, NOBODY),
    "notices": (STAFF, NOBODY),
    "notice_open": (NOBODY, "A"),
    "notices_read": (NOBODY, STAFF),
    "notices_mail": (NOBODY, STAFF),
    "account_security": (STAFF, NOBODY),
    "second_factor_enrol": (STAFF, STAFF),
    "recovery_codes": (STAFF, STAFF),
    "second_factor_off": (STAFF, STAFF),
    "my_sessions": (STAFF, STAFF),
    "ckeditor_browse": ("ABELQS", "ABELQS"),
    "ckeditor_upload": (NOBODY, "ABELQS"),
    "photo_add": (NOBODY, "ABELQS"),
    "news_article_proof_new": (NOBODY, WRITERS),
    "news_article_unicode": (NOBODY, WRITERS),
    "news_article_proof": (NOBODY, STORY),
    "news_article_overrule": (NOBODY, "ES"),
    "news_article_withdraw": ("ES", "ES"),
    "news_article_take_back": (NOBODY, STORY),
    "news_article_discard": (STORY, STORY),
    "news_article_preview": (STORY, NOBODY),
    "news_article_try_new": (NOBODY, WRITERS),
    "news_article_try": (NOBODY, STORY),
    "news_article_share": (NOBODY, STORY),
    "news_article_revoke": (NOBODY, STORY),
    "news_article_compare": (STORY, NOBODY),
    "news_article_version": (STORY, NOBODY),
    "news_article_restore": (STORY, STORY),
    "news_article_presence": (STORY, STORY),
    "news_article_new_presence": (WRITERS, WRITERS),
    "news_article_bulk": (NOBODY, EDITORS),
    "news_article_calendar": (WRITERS, NOBODY),
    "news_article_report": (EDITORS, NOBODY),
    "news_article_tags": (WRITERS, NOBODY),
    "news_article_beside": (WRITERS, NOBODY),
    "news_attachment_upload": (NOBODY, WRITERS),
    "news_attachment_find": (WRITERS, NOBODY),
    "news_document_withdraw": (EDITORS, EDITORS),
    "news_section_merge": ("ES", "ES"),
    "news_redirect_import": (KEEPERS, KEEPERS),
    "news_outboxmessage_resend": (NOBODY, KEEPERS),
    "portal_auditentry_export": (KEEPERS, NOBODY),
    "comments_answer_questions": (ANSWERERS, NOBODY),
    "comments_answer_write": (ANSWERERS, ANSWERERS),
    "comments_answer_mark": (NOBODY, "MS"),
    "portal_personrequest_answer": (NOBODY, KEEPERS),
    "portal_personrequest_export": (NOBODY, KEEPERS),
    "portal_personrequest_finish": (NOBODY, KEEPERS),
    "portal_personrequest_erase": (NOBODY, KEEPERS),
    "portal_personrequest_refuse": (NOBODY, KEEPERS),
    "comments_comment_reveal": (NOBODY, KEEPERS),
    "comments_comment_statistics": ("MQS", NOBODY),
    "auth_user_password_change": (KEEPERS, KEEPERS),
    "auth_user_security": (KEEPERS, KEEPERS),
    "auth_user_end_sessions": (NOBODY, KEEPERS),
    "auth_user_reset_factor": (NOBODY, KEEPERS),
    "auth_user_unlock": (NOBODY, KEEPERS),
}
# Open to all who are let in anyway, or to nobody: asked for in tests of their own.
ELSEWHERE = {
    "login",  # tests/portal/test_sign_in.py
    "logout",
    "app_list",  # Django's list of one room: what it shows is what the person may open
    "view_on_site",  # leads to public pages
    "autocomplete",  # below
}

# --- Who is let in ------------------------------------------------------------------------------


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Name and names of arguments of every address below the desk."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith(DESK) and pattern.name:
            yield pattern.name, list(pattern.pattern.converters)


class World:
    """One of everything, and one person of each kind."""

    def __init__(self) -> None:
        here, there = make_section(name="Ở đây"), make_section(name="Nơi khác")
        self.people = {"X": make_user(is_staff=False), "N": make_user()}
        roles = zip(
            "ABELMQ", (AUTHOR, AUTHOR, EDITOR, EDITOR, MODERATOR, ADMINISTRATOR), strict=True
        )
        self.people |= {letter: make_official(role) for letter, role in roles}
        self.people["S"] = make_user(superuser=True)
        author, other = self.people["A"], make_user()
        StaffProfile.objects.create(user=self.people["L"]).sections.add(there)
        article = make_article(status="draft", section=here, created_by=author)
        article.write(replace(article.newest, title="Lần hai"), by=author)
        link = PreviewLink.give(article, by=author, days=1)
        photo = make_photo(by=author)
        SiteIdentity(level="Xã", name="Gò Mây").save()
        asked = PersonRequest(kind="export", email="a@example.vn")
        asked.save()
        Policy().save()
        comment = make_comment()
        rows: dict[str, Any] = {
            "news_article": article,
            "news_photo": photo,
            "news_attachment": make_attachment(by=author),
            "news_document": make_document(status="draft", created_by=author),
            "news_documentkind": DocumentKind.objects.create(name="Loại"),
            "news_issuer": Issuer.objects.create(name="Cơ quan"),
            "news_section": there,
            "news_tag": Tag.objects.create(name="Thẻ"),
            "news_thread": Thread.objects.create(name="Dòng"),
            "news_unit": Unit.objects.create(name="Đơn vị"),
            "news_missedaddress": MissedAddress.objects.create(
                path="/mat/", total=1, last_on=timezone.localdate()
            ),
            "news_redirect": Redirect.objects.create(old="/cu/", target="/"),
            "news_externallink": ExternalLink.objects.create(url="https://example.vn/"),
            "news_outboxmessage": OutboxMessage.objects.create(
                recipient="a@example.vn", subject="x", body="x", key="x", kind="x"
            ),
            "portal_siteidentity": SiteIdentity.objects.get(),
            "portal_textpage": TextPage.objects.create(title="Trang"),
            "portal_agencylink": AgencyLink.objects.create(name="Sở", url="https://example.vn/"),
            "portal_jobrun": JobRun.objects.create(name="x"),
            "portal_auditentry": AuditEntry.objects.create(what=AuditEntry.What.SIGN_OUT, who="x"),
            "portal_personrequest": asked,
            "auth_user": other,
            "auth_group": Group.objects.get(name=AUTHOR),
            "comments_comment": comment,
            "comments_decision": Decision.objects.create(
                comment=comment, action=Action.REVEAL, before="pending", after="pending", revision=1
            ),
            "comments_policy": Policy.current(),
            "comments_watchedword": WatchedWord.objects.create(words="vay tiền"),
            "comments_holiday": Holiday.objects.create(day=dt.date(2026, 9, 2), name="Quốc khánh"),
            "comments_answer": Answer.objects.create(
                comment=make_comment(status="approved"), text="x", unit="Phường"
            ),
            "comments_blockedsource": BlockedSource.objects.create(
                source="x", until=timezone.now() + dt.timedelta(days=1)
            ),
        }
        self.keys = {name: row.pk for name, row in rows.items()}
        self.arguments = {
            "article_id": article.pk,
            "document_id": self.keys["news_document"],
            "comment_id": rows["comments_answer"].comment_id,
            "link_id": link.pk,
            "number": 1,
            "name": "move",
            "notice_id": Notice.objects.create(
                user=author, text="Tin đã xuất bản", address="/quan-tri/news/article/", key="x"
            ).pk,
            "pk": other.pk,
            "section_id": there.pk,
            "message_id": self.keys["news_outboxmessage"],
            "photo_id": photo.pk,
            "picture": "viet-tin",
            "request_id": asked.pk,
        }

    def address(self, name: str, arguments: list[str]) -> str:
        space = "" if name in BESIDE_THE_ADMIN else "admin:"
        values = {
            argument: self.keys[name.rpartition("_")[0]]
            if argument == "object_id"
            else self.arguments[argument]
            for argument in arguments
        }
        return reverse(space + name, kwargs=values)

    def client(self, letter: str) -> Client:
        client = Client()
        if user := self.people.get(letter):
            client.force_login(user)
        return client


def expected(name: str) -> tuple[str, str]:
    """Who may GET the address, and who may POST to it. Raises KeyError for one that is not in the table."""
    if name in ADDRESSES:
        return ADDRESSES[name]
    model, _, page = name.rpartition("_")
    listing, look, add, change, delete = MODELS[model]
    history = (look, NOBODY if model == "news_article" else look)
    return {
        "changelist": (listing, listing),
        "add": (add, add),
        "history": history,
        "change": (look, change),
        "delete": (delete, delete),
    }[page]


# What makes a request go through that the person may make; without it a good one is answered 400.
GOOD_QUERIES = {"news_article_compare": {"cu": 1, "moi": 2}}
# A request may be refused for what it holds, once its sender has been let in.
BAD_CONTENT = 400


def was_let_in(response: Any) -> bool:
    """Not refused: neither by a status, nor sent to the door, nor led home because "there is no such thing"."""
    if response.status_code in {403, 404, 405}:
        return False
    if response.status_code == 302:
        return response.headers["Location"].partition("?")[0] not in {
            reverse("admin:login"),
            reverse("admin:index"),
        }
    return response.status_code in {200, BAD_CONTENT}


# Told of every visit, refused ones too: who signed in, from where, what was tried.
DIARIES = ("django_session", "portal_auditentry", "portal_desksession", "axes_")


def everything() -> dict[str, list[Any]]:
    """All rows of all tables but the diaries."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(DIARIES):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's own name
                found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def test_every_address_of_the_desk_is_in_the_table() -> None:
    names = {name for name, _ in addresses()} - ELSEWHERE
    pages = {f"{model}_{page}" for model in MODELS for page in PAGES}

    assert names == ADDRESSES.keys() | pages


@pytest.fixture
def remembered_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a person may do changes in no request of the table, so it is asked of the database once."""
    ask, known = ModelBackend._get_permissions, {}  # type: ignore[attr-defined]

    def permissions(backend: Any, user: Any, obj: Any, source: str) -> set[str]:
        if obj is not None or not user.is_active or user.is_anonymous:
            return ask(backend, user, obj, source)
        if (user.pk, source) not in known:
            known[user.pk, source] = ask(backend, user, obj, source)
        return known[user.pk, source]

    monkeypatch.setattr(ModelBackend, "_get_permissions", permissions)


def test_each_person_is_let_in_where_the_table_says_and_changes_nothing_elsewhere(
    monkeypatch: pytest.MonkeyPatch, remembered_rights: None
) -> None:
    """All in one: to make one of everything for each of them would take a tenth of the time."""
    refuse_plainly(monkeypatch)
    world = World()
    asked = [(name, args) for name, args in addresses() if name not in ELSEWHERE]
    clients = {who: world.client(who) for who in PEOPLE}
    before = everything()
    for who, client in clients.items():
        client.raise_request_exception = False
        for name, arguments in asked:
            address = world.address(name, arguments)
            for method, let_in in zip(("get", "post"), expected(name), strict=True):
                data = {"post": "yes"} if method == "post" else GOOD_QUERIES.get(name, {})
                # What the person may do is undone; what is refused must have done nothing.
                point = transaction.savepoint() if who in let_in else None
                response = getattr(client, method)(address, data)
                told = (PEOPLE[who], name, method, response.status_code)
                assert was_let_in(response) == (who in let_in), told
                if point is not None:
                    transaction.savepoint_rollback(point)
        assert everything() == before, PEOPLE[who]


def test_the_lists_of_choices_are_for_who_sees_the_rows() -> None:
    world = World()
    asked = {"app_label": "news", "model_name": "article", "field_name": "related", "term": "Lần"}
    answers = {who: world.client(who).get(reverse("admin:autocomplete"), asked) for who in PEOPLE}

    let_in = {who: answer for who, answer in answers.items() if was_let_in(answer)}

    assert let_in.keys() == set(WRITERS)
    offered = {who: len(answer.json()["results"]) for who, answer in let_in.items()}
    assert offered == {who: int(who in STORY) for who in WRITERS}
