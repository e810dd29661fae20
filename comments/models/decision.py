"""The record of what was done with a comment: who, what, when, for which reason. It only grows."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from comments.models.record import Record

if TYPE_CHECKING:
    from comments.models.comment import Comment

NOTE_LENGTH = 500

_STATES = {"pending", "approved", "refused", "spam", "hidden", "withdrawn", "erased"}


class Reason(models.TextChoices):
    """Why a comment is refused or hidden. Fixed, so that reasons can be counted."""

    OFF_TOPIC = "off_topic", "Không liên quan đến tin"
    INSULT = "insult", "Lời lẽ xúc phạm"
    PERSONAL = "personal", "Lộ thông tin cá nhân"
    UNPROVEN = "unproven", "Tố cáo chưa kiểm chứng"
    ADVERT = "advert", "Quảng cáo"
    REPEATED = "repeated", "Trùng ý kiến đã gửi"
    UNLAWFUL = "unlawful", "Trái pháp luật"
    OTHER = "other", "Lý do khác"

    @classmethod
    def check_given(cls, reason: str, note: str) -> None:
        """Raises ValidationError for what is no reason, for OTHER without a note, and for a note that is too long."""
        if reason not in cls.values:
            raise ValidationError({"reason": "Hãy chọn lý do."})
        if reason == cls.OTHER and not note.strip():
            raise ValidationError({"note": "Hãy ghi rõ lý do khác là gì."})
        if len(note.strip()) > NOTE_LENGTH:
            raise ValidationError({"note": f"Ghi chú dài quá {NOTE_LENGTH} ký tự."})


class Action(models.TextChoices):
    """What can be done with a comment. Those that change its state say from where to where."""

    APPROVE = "approve", "Duyệt"
    REFUSE = "refuse", "Từ chối"
    SPAM = "spam", "Đánh dấu spam"
    HIDE = "hide", "Ẩn"
    KEEP = "keep", "Giữ lại sau khi bị báo"
    UNDO = "undo", "Hoàn tác"
    WITHDRAW = "withdraw", "Người gửi rút lại"
    ERASE = "erase", "Xoá dữ liệu cá nhân"
    QUESTION = "question", "Đánh dấu câu hỏi"
    NO_QUESTION = "no_question", "Bỏ dấu câu hỏi"
    REVEAL = "reveal", "Xem địa chỉ thư"

    @property
    def leads_to(self) -> str:
        return _MOVES[self][1]

    @property
    def comes_from(self) -> frozenset[str]:
        return _MOVES[self][0]

    @classmethod
    def undoable(cls) -> list["Action"]:
        return [cls.APPROVE, cls.REFUSE, cls.SPAM, cls.HIDE, cls.KEEP]


_MOVES: dict[Action, tuple[frozenset[str], str]] = {
    Action.APPROVE: (frozenset({"pending", "refused", "spam", "hidden"}), "approved"),
    Action.REFUSE: (frozenset({"pending", "spam"}), "refused"),
    Action.SPAM: (frozenset({"pending", "refused", "hidden"}), "spam"),
    Action.HIDE: (frozenset({"approved"}), "hidden"),
    Action.KEEP: (frozenset({"approved"}), "approved"),
    Action.WITHDRAW: (frozenset(_STATES - {"withdrawn", "erased"}), "withdrawn"),
    Action.ERASE: (frozenset(_STATES), "erased"),
}


class Decision(Record):
    """One step of one comment. It holds neither words nor address of the sender."""

    comment = models.ForeignKey(
        "comments.Comment",
        verbose_name="ý kiến",
        on_delete=models.PROTECT,
        related_name="decisions",
    )
    action = models.CharField("việc", max_length=12, choices=Action)
    # None: its sender, a command or the regular work.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người làm",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    at = models.DateTimeField("lúc", default=timezone.now)
    before = models.CharField("trước", max_length=10)
    after = models.CharField("sau", max_length=10)
    # The revision of the comment that this step made.
    revision = models.PositiveIntegerField()
    reason = models.CharField("lý do", max_length=20, choices=Reason, blank=True)
    # What an undo gives back.
    reason_before = models.CharField("lý do trước đó", max_length=20, choices=Reason, blank=True)
    note = models.CharField("ghi chú", max_length=NOTE_LENGTH, blank=True)
    # Seconds from sending to this step; kept for the statistics of waiting times.
    waited = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = "quyết định về ý kiến"
        verbose_name_plural = "nhật ký quyết định"
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["comment", "id"], name="decision_of_comment"),
            models.Index(fields=["-at", "-id"], name="decision_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.comment_id}"

    @staticmethod
    def forget_notes(comment: "Comment") -> None:
        """Empty the notes about one comment: the one change the record knows, when its sender is forgotten."""
        models.QuerySet(Decision).filter(comment=comment).exclude(note="").update(note="")
