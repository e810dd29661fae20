"""How often articles were read; `news.counting` adds it up. How many, never who."""

from django.db import models


class ViewCount(models.Model):
    """How often an article was read, in total. Apart from the article, whose row stays untouched by reading."""

    article = models.OneToOneField(
        "news.Article", on_delete=models.CASCADE, primary_key=True, related_name="view_count"
    )
    total = models.PositiveBigIntegerField("lượt xem", default=0)

    class Meta:
        verbose_name = "lượt xem"
        verbose_name_plural = "lượt xem"

    def __str__(self) -> str:
        return str(self.total)


class DailyViewCount(models.Model):
    """How often an article was read on one Vietnamese day; what `Tin đọc nhiều` adds up."""

    article = models.ForeignKey(
        "news.Article", on_delete=models.CASCADE, related_name="daily_views"
    )
    day = models.DateField("ngày")
    views = models.PositiveIntegerField("lượt xem", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "day"], name="daily_views_once")]
        indexes = [models.Index(fields=["day", "article"], name="daily_views_by_day")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.day}: {self.views}"


class MostRead(models.Model):
    """A story's place among the most read of a week, month or year; `news.most_read` writes it anew every day."""

    class Span(models.TextChoices):
        WEEK = "tuan", "tuần"
        MONTH = "thang", "tháng"
        YEAR = "nam", "năm"

    span = models.CharField(max_length=5, choices=Span)
    place = models.PositiveSmallIntegerField()
    article = models.ForeignKey("news.Article", on_delete=models.CASCADE, related_name="+")
    views = models.PositiveBigIntegerField()
    # The last day that is counted.
    until = models.DateField()

    class Meta:
        ordering = ["span", "place"]
        constraints = [
            models.UniqueConstraint(fields=["span", "place"], name="most_read_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.span} {self.place}: {self.article_id}"
