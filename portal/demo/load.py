"""Loading the demo: what is missing is added, what is there stays as it is."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from comments import consent
from comments.models import Answer, Comment, Reason
from comments.sources import digest_of, words_digest_of
from comments.suspicion import weight
from news import importing, most_read, oldportal, text
from news.content import Content
from news.models import (
    Article,
    Attachment,
    DailyViewCount,
    Document,
    DocumentKind,
    Issuer,
    Notice,
    Photo,
    Section,
    Thread,
    ViewCount,
)
from news.models.heading import Heading
from portal.demo.articles import ARTICLES, BYLINE, LAST_LINE, SOURCE, SampleArticle
from portal.demo.comments import COMMENTS, SampleComment
from portal.demo.documents import DOCUMENTS, SampleDocument
from portal.demo.site import (
    ACCOUNTS,
    ADMINISTRATOR,
    CREDIT,
    FILES,
    IDENTITY,
    LINKS,
    PAGES,
    PICTURES,
    SECTIONS,
    STORY_PICTURES,
)
from portal.models import AgencyLink, SiteIdentity, TextPage
from portal.roles import AUTHOR, EDITOR, MODERATOR, ensure_roles

FOLDER = Path(__file__).parent
STORY = FOLDER / "conference-2019-05-31.txt"
CREST = FOLDER / "crest.png"

_FIGURE = re.compile(r"\{\{([a-z0-9-]+)\|([^}]*)\}\}")


def load(say: Callable[[str], None]) -> Counter[str]:
    """Add what the demo lacks; how many of each kind were added. `say` hears of what takes long.

    The pictures come first, each for itself; then everything else at once or not at all, so that an
    interrupted load is not taken for a complete one.
    """
    added: Counter[str] = Counter()
    before = Photo.objects.count()
    say("Chuẩn bị ảnh…")
    crest = importing.stored_once(CREST, alt="Biểu trưng dùng cho bản mẫu")
    pictures = {
        name: importing.stored_once(FOLDER / "pictures" / f"{name}.jpg", alt=alt, credit=CREDIT)
        for name, alt in PICTURES.items()
    }
    added["ảnh"] = Photo.objects.count() - before
    before = Attachment.objects.count()
    files = {name: _file(name, title) for name, title in FILES.items()}
    added["tệp"] = Attachment.objects.count() - before
    with transaction.atomic():
        users = _accounts(added)
        _site(crest, added)
        sections = _sections(added)
        _story([pictures[name] for name in STORY_PICTURES], added)
        documents: dict[str, Document] = {}
        for document in DOCUMENTS:
            documents[document.number] = _document(document, documents, files, added)
        articles = {
            sample.name: _article(sample, sections, pictures, files, documents, users, added)
            for sample in ARTICLES
        }
        for comment in COMMENTS:
            _comment(comment, articles[comment.article], users, added)
        most_read.keep()
        # What the demo published is no news to the demo's people; what waits for them is.
        Notice.objects.exclude(article__stage=Article.Stage.SUBMITTED).mark_read()
    return added


def _file(name: str, title: str) -> Attachment:
    """The file of the library with the demo's bytes, whoever brought them there."""
    path = FOLDER / "files" / f"{name}.pdf"
    return Attachment.store(SimpleUploadedFile(path.name, path.read_bytes()), title=title)


def has_accounts() -> bool:
    """Whether every account of the demo is there and still has the demo's password."""
    users = {
        user.username: user
        for user in User.objects.filter(username__in=[a.username for a in ACCOUNTS])
    }
    return all(
        a.username in users and users[a.username].check_password(a.password) for a in ACCOUNTS
    )


def story() -> Article | None:
    """The real story of the demo, if it is loaded."""
    return importing.existing(_story_page())


def _story_page() -> oldportal.OldPage:
    return oldportal.parse(oldportal.decode(STORY.read_bytes()))


def _accounts(added: Counter[str]) -> dict[str, User]:
    groups = ensure_roles()
    users = {}
    for account in ACCOUNTS:
        user = User.objects.filter(username=account.username).first()
        if user is None:
            user = User.objects.create_user(
                account.username,
                password=account.password,
                last_name=f"{account.role} (tài khoản mẫu)",
                is_staff=True,
                is_superuser=account.is_superuser,
            )
            if account.group:
                user.groups.add(groups[account.group])
            added["tài khoản"] += 1
        users[account.group or ADMINISTRATOR.username] = user
    return users


def _site(crest: Photo, added: Counter[str]) -> None:
    if not SiteIdentity.objects.exists():
        SiteIdentity(crest=crest, **IDENTITY).save()
        added["thông tin cơ quan"] += 1
    for order, (title, body) in enumerate(PAGES):
        if not TextPage.objects.filter(slug=text.slug(title)).exists():
            TextPage(title=title, body=body, order=order).save()
            added["trang văn bản"] += 1
    for order, (name, url) in enumerate(LINKS):
        if not AgencyLink.objects.filter(url=url).exists():
            AgencyLink(name=name, url=url, order=order).save()
            added["liên kết"] += 1


def _sections(added: Counter[str]) -> dict[str, Section]:
    """The sections of the demo by name, found by their address if they are there already."""
    wanted: list[tuple[str | None, int, str, str]] = [
        (None, order, sample.name, sample.role) for order, sample in enumerate(SECTIONS)
    ]
    wanted += [
        (sample.name, order, child, sample.role)
        for sample in SECTIONS
        for order, child in enumerate(sample.children)
    ]
    found: dict[str, Section] = {}
    for parent, order, name, role in wanted:
        section = Section.objects.filter(slug=text.slug(name)).first()
        if section is None:
            section = Section(
                name=name, order=order, role=role, parent=found[parent] if parent else None
            )
            section.clean()
            section.save()
            added["chuyên mục"] += 1
        found[name] = section
    return found


def _story(pictures: list[Photo], added: Counter[str]) -> None:
    """The real story, by the same way as any page of the old portal, with drawings above its captions."""
    page = _story_page()
    if importing.existing(page) is None:
        importing.store(page, pictures=pictures)
        added["tin bài"] += 1


def _document(
    sample: SampleDocument,
    known: dict[str, Document],
    files: dict[str, Attachment],
    added: Counter[str],
) -> Document:
    if found := Document.objects.filter(number=sample.number).order_by("id").first():
        return found
    today = text.local(timezone.now()).date()
    issued_on = sample.issued_on or today
    document = Document(
        number=sample.number,
        kind=_heading(DocumentKind, sample.kind),
        issuer=_heading(Issuer, sample.issuer),
        abstract=sample.abstract,
        signer=sample.signer,
        issued_on=issued_on,
        effective_on=sample.effective_on or issued_on + dt.timedelta(sample.effective_in_days),
        expires_on=sample.expires_on,
    )
    document.write(
        by=None,
        replaces=[known[number] for number in sample.replaces],
        amends=[known[number] for number in sample.amends],
        attachments=[files[name].pk for name in sample.files],
    )
    document.publish(by=None)
    added["văn bản"] += 1
    return document


def _heading(model: type[Heading], name: str) -> Any:
    rows = model._default_manager
    return rows.get_or_create(slug=text.slug(name), defaults={"name": name})[0]


def _article(
    sample: SampleArticle,
    sections: dict[str, Section],
    pictures: dict[str, Photo],
    files: dict[str, Attachment],
    documents: dict[str, Document],
    users: dict[str, User],
    added: Counter[str],
) -> Article:
    slug = text.slug(sample.title)
    if found := Article.objects.filter(slug=slug).order_by("id").first():
        return found
    now = timezone.now()
    # Drafts are an author's; what is public was written by the editor and seen by a second person.
    author = users[AUTHOR if sample.draft else EDITOR]
    administrator = users[ADMINISTRATOR.username]
    when = sample.when
    moment = when if isinstance(when, dt.datetime) else now - dt.timedelta(days=when)
    content = Content(
        title=sample.title,
        slug=slug,
        section=sections[sample.section].pk,
        lead=sample.lead,
        body=_FIGURE.sub(lambda m: importing.figure(pictures[m[1]], m[2]), sample.body) + LAST_LINE,
        byline=BYLINE,
        source=SOURCE,
        published_at=None if sample.draft else moment,
        featured_from=moment if sample.featured else None,
        comments_open=sample.comments_open,
        attachments=tuple(files[name].pk for name in sample.files),
        documents=tuple(documents[number].pk for number in sample.documents),
        tags=sample.tags,
        thread=_thread(sample.thread),
    )
    article = Article.begin(content, by=author)
    if sample.submitted:
        article.submit(by=author, note="Nhờ biên tập viên xem giúp.")
    if not sample.draft:
        article.publish(by=administrator)
        _count_views(article, sample.views, now)
    if sample.withdrawn_because:
        article.withdraw(by=administrator, reason=sample.withdrawn_because)
    added["tin bài"] += 1
    return article


def _thread(name: str) -> int | None:
    """The key of the event of that name, found by its address if it is there already."""
    if not name:
        return None
    return Thread.objects.get_or_create(slug=text.slug(name), defaults={"name": name})[0].pk


def _count_views(article: Article, busiest: int, now: dt.datetime) -> None:
    """Views as they come: most on the first day, fewer on each that follows, for at most four weeks."""
    today = text.local(now).date()
    assert article.published_at is not None  # noqa: S101 - publish() has set it
    first = max(text.local(article.published_at).date(), today - dt.timedelta(days=28))
    rows = []
    for age in range((today - first).days + 1):
        if views := busiest // (1 + age):
            rows.append(
                DailyViewCount(article=article, day=first + dt.timedelta(days=age), views=views)
            )
    DailyViewCount.objects.bulk_create(rows)
    ViewCount.objects.filter(article=article).update(total=sum(row.views for row in rows))


def _comment(
    sample: SampleComment, article: Article, users: dict[str, User], added: Counter[str]
) -> None:
    digest = digest_of(article.pk, "demo", "", sample.name, sample.email, sample.text)
    if Comment.objects.filter(digest=digest).exists():
        return
    comment = Comment(
        article=article,
        name=sample.name,
        email=sample.email,
        text=sample.text,
        created_at=timezone.now() - dt.timedelta(days=sample.days),
        signals=[list(signal) for signal in sample.signals],
        weight=weight(list(sample.signals)),
        suspected=weight(list(sample.signals)) >= settings.COMMENT_SUSPECT_AT,
        source=f"demo {sample.name}",
        digest=digest,
        words_digest=words_digest_of(sample.text),
        consent_version=consent.CURRENT,
    )
    comment.save()
    if sample.status == Comment.Status.APPROVED:
        comment.approve(by=users[MODERATOR], seen=comment.revision)
    elif sample.status == Comment.Status.REFUSED:
        comment.refuse(by=users[MODERATOR], seen=comment.revision, reason=Reason.OFF_TOPIC)
    if sample.question:
        comment.mark_question(by=users[MODERATOR], seen=comment.revision)
    if sample.answer:
        answer = Answer.begin(comment, sample.answer, by=users[MODERATOR])
        answer.submit(by=users[MODERATOR], seen=answer.revision)
        answer.publish(by=users[EDITOR], seen=answer.revision)
    added["ý kiến"] += 1
