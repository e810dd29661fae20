"""What a comment is found by at the desk; see news.models.words."""

from django.db import models

from news.models.words import Words, WordsField


class CommentWords(Words, models.Model):
    """The words of a comment's name and text, folded. Keys grow with time, so the index yields the newest first."""

    comment = models.OneToOneField(
        "comments.Comment",
        on_delete=models.CASCADE,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="words",
    )
    index = WordsField(db_column="comments_comment_words")
    columns = ("text",)

    class Meta:
        managed = False
        db_table = "comments_comment_words"

    def __str__(self) -> str:
        return str(self.pk)
