"""What is written to who sent a comment. Neither its words nor a name: the address may be somebody else's."""

from contextlib import suppress
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from comments.private_links import private_address
from news import outbox
from news.publisher import absolute, publisher

if TYPE_CHECKING:
    from comments.models.comment import Comment

_CONFIRM = """Chào bạn,

Một ý kiến gửi kèm địa chỉ thư này về tin “{title}” đã được đăng trên {office}. Người gửi muốn được báo qua thư khi có trả lời.

Nếu đó là bạn, hãy mở đường dẫn dưới đây rồi bấm nút “Báo cho tôi khi có trả lời”:
{address}

Ở đó bạn cũng xem được ý kiến đã gửi và rút lại ý kiến. Đừng chuyển đường dẫn này cho người khác.
Nếu không phải bạn, bạn không cần làm gì: chúng tôi không gửi thêm thư nào.
"""


def ask_to_confirm(comment: "Comment") -> None:
    """Ask the address of a comment that was just approved whether it wants to be told of an answer, once for ever.

    Call it in the transaction of the decision.
    """
    if comment.notify != comment.Notify.ASKED:
        return
    # An address that the outbox does not take must not keep a comment from being shown.
    with suppress(ValidationError):
        outbox.queue_mail(
            to=comment.email,
            subject=f"Xác nhận nhận tin trả lời: {comment.article.title}",
            body=_CONFIRM.format(
                title=comment.article.title,
                office=publisher().full_name,
                address=absolute(private_address(comment.pk, by_mail=True)),
            ),
            key=f"comment-confirm:{comment.pk}",
            kind="Xác nhận nhận tin trả lời",
        )
