"""What is written to who sent a comment. Neither its words nor a name: the address may be somebody else's."""

from contextlib import suppress
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError

from comments.models import asked
from comments.private_links import private_address
from news import outbox
from news.models import OutboxMessage
from news.publisher import absolute, publisher

if TYPE_CHECKING:
    from comments.models.comment import Comment

_CONFIRM = """Chào bạn,

Một ý kiến gửi kèm địa chỉ thư này về tin “{title}” đã được đăng trên {office}. Người gửi muốn được báo qua thư khi có trả lời.

Nếu đó là bạn, hãy mở đường dẫn dưới đây và xác nhận ở đó:
{address}

Ở đó bạn cũng xem được ý kiến đã gửi và rút lại ý kiến. Đừng chuyển đường dẫn này cho người khác.
Nếu không phải bạn, bạn không cần làm gì: trong {days} ngày tới chúng tôi không gửi thêm thư nào như thế này. Để không bao giờ nhận nữa, hãy mở đường dẫn trên rồi bấm nút “Không phải tôi, đừng gửi nữa”.
"""


def forget(comment: "Comment") -> None:
    """Remove address and text of every letter to its sender; what has not been sent never is."""
    keys = [_confirm_key(comment), *(answer.mail_key for answer in comment.answers.all())]
    OutboxMessage.objects.filter(key__in=keys).forget()


def _confirm_key(comment: "Comment") -> str:
    return f"comment-confirm:{comment.pk}"


def ask_to_confirm(comment: "Comment") -> None:
    """Ask the address of a comment that was just approved whether it wants to be told of an answer.

    Once for each comment; and while an address has not said yes, once in asked.KEPT for all comments that carry it,
    or never again if its reader said so. Call it in the transaction of the decision.
    """
    # Who is sent nothing was not asked.
    if comment.notify != comment.Notify.ASKED or not settings.SENDS_MAIL:
        return
    # An address that the outbox does not take must not keep a comment from being shown.
    with suppress(ValidationError):
        letter = outbox.compose(
            to=comment.email,
            subject=f"Xác nhận nhận tin trả lời: {comment.article.title}",
            body=_CONFIRM.format(
                title=comment.article.title,
                days=asked.KEPT.days,
                office=publisher().full_name,
                address=absolute(private_address(comment.pk, by_mail=True)),
            ),
            key=_confirm_key(comment),
            kind="Xác nhận nhận tin trả lời",
        )
        if asked.AskedAddress.ask(comment.email):
            outbox.queue([letter])
