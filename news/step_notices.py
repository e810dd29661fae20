"""Who is told of a step of a story's way, and in which words."""

from typing import TYPE_CHECKING, Any

from news import notices, text
from news.models.notice import Notice
from news.models.revision import Step
from news.models.staff import publishers_of

if TYPE_CHECKING:
    from news.models.article import Article

Verb = Step.Verb

# What the notice says after the story's title, and the subject of the e-mail before it.
WORDS: dict[str, tuple[str, str]] = {
    Verb.SUBMITTED: ("chờ duyệt, {who} gửi", "Chờ duyệt"),
    Verb.RETURNED: ("được {who} trả lại để sửa", "Trả lại"),
    Verb.PUBLISHED: ("đã được {who} xuất bản", "Đã xuất bản"),
    Verb.SCHEDULED: ("đã được {who} duyệt, sẽ hiện ra {when}", "Đã duyệt"),
    Verb.WITHDRAWN: ("đã được {who} thu hồi", "Đã thu hồi"),
    Verb.UNSCHEDULED: ("không còn chờ đến giờ xuất bản: {who} đã đưa về bản nháp", "Bỏ hẹn giờ"),
}
SUBMISSION = "submission"


def tell(step: Step, article: "Article") -> None:
    """Tell those who may act now, or whose work it is; nobody is told of what they did themselves.

    Call it in the transaction of the step. A story that no longer waits for approval is taken off the unread
    notices of those who were asked.
    """
    # Every step of the story ends what the submission before it asked for.
    asked = Notice.objects.filter(article_id=article.pk, key__startswith=f"{SUBMISSION}:")
    asked.mark_read()
    if step.verb not in WORDS:
        return
    kind = SUBMISSION if step.verb == Verb.SUBMITTED else "step"
    people = publishers_of(article) if step.verb == Verb.SUBMITTED else _those_who_wrote(article)
    sentence, subject = WORDS[step.verb]
    when = text.desk_moment(article.published_at) if article.published_at else ""
    said = f"“{article.title}” {sentence.format(who=_name(step.by), when=when)}."
    notices.notify(
        [person for person in people if person.pk != step.by_id],
        text=f"{said}\n{step.note}" if step.note else said,
        article=article,
        key=f"{kind}:{step.pk}",
        mail_subject=f"{subject}: {article.title}",
    )


def _those_who_wrote(article: "Article") -> list[Any]:
    """Whose story it is, and who handed it in."""
    submitted = (
        Step.objects.filter(article_id=article.pk, verb=Verb.SUBMITTED).select_related("by").first()
    )
    return [person for person in (article.created_by, submitted and submitted.by) if person]


def _name(person: Any) -> str:
    return person.get_full_name() or person.get_username() if person else "ban biên tập"
