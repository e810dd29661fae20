"""The picture library."""

import errno
import functools
import logging
from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property

from news import freshness, photos, renditions, richtext, text
from news.models.uploads import note_upload
from news.models.words import Terms, Words, WordsField
from news.prepared import PreparedQuery

logger = logging.getLogger(__name__)


class PhotoQuerySet(models.QuerySet["Photo"]):
    def undescribed(self) -> Self:
        """Of which nobody has said what they show, nor that they need no words. Photo.is_described says the opposite of one."""
        return self.filter(alt="", is_decorative=False)

    def search(self, words: str) -> Self:
        """Whose alt, caption and credit hold every word, the last of them as far as it is typed; all for nothing."""
        if not words.strip():
            return self
        terms = Terms.of(words, typing=True)
        return self.filter(words__index__match=terms) if terms.words else self.none()

    def with_use(self) -> Self:
        """Each with `used_in`: how many stories show it, in the body, in a working copy or as the cover."""
        from news.models.article import Article, ArticlePhoto

        in_body = ArticlePhoto.objects.filter(photo=OuterRef("pk")).order_by().values("photo")
        cover_only = (
            Article.objects.filter(cover=OuterRef("pk"))
            .exclude(articlephoto__photo=F("cover"))
            .order_by()
            .values("cover")
        )
        return self.annotate(
            used_in=Coalesce(Subquery(in_body.annotate(n=Count("pk")).values("n")), 0)
            + Coalesce(Subquery(cover_only.annotate(n=Count("pk")).values("n")), 0)
        )

    def unused(self, *, yes: bool = True) -> Self:
        """To which nothing refers, in no room (or, with `yes=False`, the others): what could be deleted."""
        used = Q()
        for relation in Photo._meta.get_fields(include_hidden=True):
            if not (relation.one_to_many or relation.one_to_one):
                continue
            if relation.on_delete is models.CASCADE:  # type: ignore[union-attr]
                # What goes with the photo, such as the words it is found by, is no use of it.
                continue
            model: Any = relation.related_model
            field: Any = relation.remote_field
            rows = model._base_manager.filter(**{field.name: OuterRef("pk")})
            used |= Q(Exists(rows))
        return self.exclude(used) if yes else self.filter(used)

    def awaiting_crops(self) -> Self:
        """Shown whole for want of crops, after an upgrade that brought other ones; the newest first."""
        return self.filter(avif=Photo.Avif.WAITING, crops="").order_by("-uploaded_at", "-id")

    def awaiting_avif(self) -> Self:
        """With crops, and so shown on pages, but not yet as AVIF; the newest first, they are read most."""
        return (
            self.filter(avif=Photo.Avif.WAITING).exclude(crops="").order_by("-uploaded_at", "-id")
        )


class Photo(models.Model):
    """A picture of the library, cleaned and with its renditions; `news.photos` makes the files.

    It changes by verbs only: change() and delete_by().
    """

    class Avif(models.TextChoices):
        WAITING = "waiting", "chưa có"
        MADE = "made", "đã có"
        IMPOSSIBLE = "impossible", "không tạo được"

    key = models.UUIDField("mã", unique=True, editable=False)
    extension = models.CharField("định dạng", max_length=4, editable=False)
    alt = models.CharField(
        "mô tả ảnh (alt)",
        max_length=300,
        blank=True,
        help_text="Ảnh cho thấy gì? Dành cho người không nhìn thấy ảnh.",
    )
    is_decorative = models.BooleanField(
        "ảnh trang trí, không cần mô tả",
        default=False,
        help_text="Ảnh chỉ để trang trí thì trình đọc màn hình bỏ qua.",
    )
    caption = models.CharField("chú thích", max_length=500, blank=True)
    credit = models.CharField(
        "nguồn ảnh", max_length=200, blank=True, help_text="Ví dụ: Ảnh: Minh Tâm"
    )
    width = models.PositiveIntegerField("rộng", editable=False)
    height = models.PositiveIntegerField("cao", editable=False)
    rendition_widths = models.JSONField("các cỡ", default=list, editable=False)
    focal_x = models.PositiveSmallIntegerField("điểm chính, ngang (%)", default=50)
    focal_y = models.PositiveSmallIntegerField("điểm chính, dọc (%)", default=50)
    # Part of the names of the crops, see renditions.new_crops(); empty until they are made.
    crops = models.CharField(max_length=12, default="", blank=True, editable=False)
    avif = models.CharField(max_length=10, choices=Avif, default=Avif.WAITING, editable=False)
    sha256 = models.CharField("dấu vân tệp gốc", max_length=64, editable=False, db_index=True)
    is_placeholder = models.BooleanField("ảnh báo thiếu", default=False, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="người tải lên",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )
    uploaded_at = models.DateTimeField("tải lên lúc", default=timezone.now, editable=False)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "ảnh"
        verbose_name_plural = "thư viện ảnh"
        ordering = ["-uploaded_at", "-id"]
        permissions = [("edit_any_photo", "Được sửa và xoá ảnh của người khác")]
        constraints = [
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="photo_has_a_size"),
            models.CheckConstraint(
                condition=Q(focal_x__lte=100, focal_y__lte=100), name="photo_focal_point_inside"
            ),
            # Decorative is a decision that there is nothing to say; a description beside it would contradict it.
            models.CheckConstraint(
                condition=Q(is_decorative=False) | Q(alt=""), name="photo_described_or_decorative"
            ),
        ]
        indexes = [
            # The library is shown newest first, the waiting ones are asked for every minute.
            models.Index(fields=["-uploaded_at", "-id"], name="photo_newest"),
            models.Index(
                fields=["-uploaded_at", "-id"],
                condition=Q(avif="waiting"),
                name="photo_awaiting_avif",
            ),
        ]

    def __str__(self) -> str:
        return self.caption or self.alt or f"Ảnh {self.key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)
            if {"alt", "caption", "credit"} & set(kwargs.get("update_fields") or ["alt"]):
                self.keep_words([self])
            freshness.bump()

    @classmethod
    def of_body(cls, body: str) -> "list[Photo]":
        """Those that a clean body shows, in no order. One query, and none where there is no picture."""
        keys = [UUID(key) for key in richtext.photo_keys(body)]
        if len(keys) < len(_WITH_KEYS):
            found: list[Photo] = _WITH_KEYS[len(keys)](*keys) if keys else []
            return found
        return list(cls.objects.filter(key__in=keys))

    @staticmethod
    def keep_words(found: "Iterable[Photo]") -> None:
        """Write what these photos are found by; in the transaction that saves them."""
        PhotoWords.replace([(p.pk, f"{p.alt} {p.caption} {p.credit}") for p in found])

    @classmethod
    def store(
        cls, upload: UploadedFile, *, by: Any = None, is_placeholder: bool = False, **words: Any
    ) -> "Photo":
        """Take an upload into the library. `words` may hold alt, is_decorative, caption and credit.

        A placeholder stands where a photograph is lost; it never becomes a cover.

        Raises photos.PhotoRefused for what cannot be taken and PermissionDenied for who may not; then no file
        and no row remains.
        """
        if by is not None and not by.has_perm("news.add_photo"):
            raise PermissionDenied("Bạn không có quyền tải ảnh lên.")
        prepared = photos.prepare(upload)
        renditions.write(prepared.key, prepared.files)
        photo = cls(
            key=prepared.key,
            extension=prepared.extension,
            width=prepared.width,
            height=prepared.height,
            rendition_widths=prepared.widths,
            crops=prepared.crops,
            sha256=prepared.digest,
            uploaded_by=by,
            is_placeholder=is_placeholder,
            **_tidied(words),
        )
        try:
            with transaction.atomic():
                photo.save()
                note_upload(photo, by=by)
        except BaseException:
            photo.delete_files()
            raise
        return photo

    @classmethod
    def first_of(cls, body: str) -> "Photo | None":
        """The first picture of a clean body that can stand for the story; a placeholder cannot."""
        keys = richtext.photo_keys(body)
        real = cls.objects.filter(key__in=keys, is_placeholder=False)
        return min(real, key=lambda photo: keys.index(photo.key.hex), default=None)

    @classmethod
    def undescribed_in(cls, body: str, cover: int | None = None) -> list["Photo"]:
        """Which pictures of a clean body have neither a description nor the decision that they decorate.

        Either may stand in the body or in the library, see richtext.undescribed(). A cover (its id) that stands
        above the body has only the words of the library.
        """
        keys = richtext.photo_keys(body)
        shown = list(cls.objects.filter(Q(key__in=keys) | Q(pk=cover)))
        above = [p for p in shown if p.pk == cover and p.key.hex not in keys and not p.is_described]
        return [*above, *richtext.undescribed(body, shown)]

    # --- words and focal point -------------------------------------------------------------------

    @property
    def is_described(self) -> bool:
        """Whether readers who cannot see it are served. PhotoQuerySet.undescribed() says the opposite of many."""
        return bool(self.alt or self.is_decorative)

    @property
    def focus(self) -> tuple[int, int]:
        """Where the main thing is, in percent from the left and from the top."""
        return (self.focal_x, self.focal_y)

    def may_change(self, user: Any) -> bool:
        """Whether the person may mend its words and focal point: their own upload, or anybody's with that right."""
        return user.has_perm("news.change_photo") and self._is_in_reach_of(user)

    def may_delete(self, user: Any) -> bool:
        """Whether the person may delete it, as far as rights go; what is in use the database keeps."""
        return user.has_perm("news.delete_photo") and self._is_in_reach_of(user)

    def _is_in_reach_of(self, user: Any) -> bool:
        own = self.uploaded_by_id is not None and self.uploaded_by_id == user.pk
        return own or user.has_perm("news.edit_any_photo")

    def change(self, *, by: Any, **fields: Any) -> None:
        """Mend any of alt, is_decorative, caption, credit, focal_x, focal_y; a new focal point makes new crops.

        Raises PermissionDenied for who may not, OSError or photos.PhotoRefused where the crops cannot be made;
        then nothing has changed.
        """
        if not self.may_change(by):
            raise PermissionDenied("Bạn chỉ sửa được ảnh do chính bạn tải lên.")
        with transaction.atomic():
            present = Photo.objects.select_for_update().get(pk=self.pk)
            for name, value in _tidied(fields).items():
                setattr(present, name, value)
            old = present.crops
            if old and present.focus != renditions.focus_of(old):
                present.cut_crops()
            try:
                present.save()
            except BaseException:
                if present.crops != old:
                    renditions.remove(present.key, _endings(present._crop_cuts()))
                raise
        vars(self).update({k: v for k, v in vars(present).items() if not k.startswith("_")})

    def delete_by(self, user: Any) -> None:
        """Delete it. Raises PermissionDenied for who may not and ProtectedError while it is in use."""
        if not self.may_delete(user):
            raise PermissionDenied("Bạn chỉ xoá được ảnh do chính bạn tải lên.")
        self.delete()

    # --- files ------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Address of the master, at most 2560 pixels a side."""
        return self.file_url(f".{self.extension}")

    @property
    def has_avif(self) -> bool:
        return self.avif == self.Avif.MADE

    @property
    def cards(self) -> list[renditions.Cut]:
        """The crops for lists, the largest first; none until they are made."""
        return renditions.card_cuts(self.width, self.height, self.crops)

    @property
    def social(self) -> renditions.Cut | None:
        """The crop for social networks, with its size."""
        return renditions.social_cut(self.width, self.height, self.crops)

    @property
    def wide_url(self) -> str:
        """Address of the picture as the desk shows it large."""
        return self.rendition_url(960)

    @property
    def card_url(self) -> str:
        """Address of the largest crop for cards, or of the picture where there is none yet."""
        return self.file_url(f"{self.cards[0].stem}.jpg") if self.crops else self.wide_url

    @property
    def social_url(self) -> str:
        """Address of the picture that social networks show: the crop, or the master where there is none yet."""
        return self.file_url(f"{self.social.stem}.jpg") if self.social else self.url

    @property
    def social_size(self) -> tuple[int, int]:
        """Width and height of the picture at social_url."""
        return (self.social or self).width, (self.social or self).height

    def rendition_url(self, width: int) -> str:
        """Address of the smallest rendition at least `width` pixels wide, in the original format."""
        return self.file_url(self._rendition(width)[0])

    def rendition_size(self, width: int) -> tuple[int, int]:
        """Width and height of the picture at rendition_url()."""
        own = self._rendition(width)[1]
        return own, max(1, round(self.height * own / self.width))

    def rendition_bytes(self, width: int) -> int | None:
        """How many bytes the file at rendition_url() has; None where it is lost."""
        try:
            return _size_of(self.rendition_name(width))
        except OSError:
            return None

    def rendition_name(self, width: int) -> str:
        """Where the file at rendition_url() lies in the storage."""
        return renditions.file_name(self.key, self._rendition(width)[0])

    def _rendition(self, width: int) -> tuple[str, int]:
        """The end of its name, and how wide it is."""
        wide = [candidate for candidate in self.rendition_widths if candidate >= width]
        if not wide:
            return f".{self.extension}", self.width
        return f"-{wide[0]}.{self.extension}", wide[0]

    @property
    def content_type(self) -> str:
        """Of the master and of what is in the original format."""
        return "image/jpeg" if self.extension == "jpg" else f"image/{self.extension}"

    def srcset(self, extension: str) -> str:
        """All widths in one format as the `srcset` attribute wants them."""
        entries = [
            f"{self.file_url(f'{cut.stem}.{extension}')} {cut.width}w"
            for cut in reversed(self._whole_cuts())
            if extension == "avif" or extension in cut.extensions
        ]
        if extension == self.extension:
            entries.append(f"{self.url} {self.width}w")
        return ", ".join(entries)

    def card_srcset(self, extension: str) -> str:
        """The crops for cards in one format, likewise."""
        return ", ".join(
            f"{self.file_url(f'{cut.stem}.{extension}')} {cut.width}w"
            for cut in reversed(self.cards)
            if extension == "avif" or extension in cut.extensions
        )

    def file_url(self, ending: str) -> str:
        if self._files_begin is None:
            return default_storage.url(renditions.file_name(self.key, ending))
        return self._files_begin + ending

    @cached_property
    def _files_begin(self) -> str | None:
        """See renditions.files_begin(): a page has a dozen files of each photo."""
        return renditions.files_begin(self.key)

    def _whole_cuts(self) -> list[renditions.Cut]:
        return renditions.whole_cuts(self.width, self.height, self.extension)

    def _crop_cuts(self) -> list[renditions.Cut]:
        return renditions.crop_cuts(self.width, self.height, self.crops)

    def _cuts(self) -> list[renditions.Cut]:
        return [*self._whole_cuts(), *self._crop_cuts()]

    def cut_crops(self) -> None:
        """Cut the crops anew from the master, for the present focal point; the caller saves the row.

        Files of the old ones go when the transaction is committed. Raises OSError where the master is lost.
        """
        old = _endings(self._crop_cuts())
        crops = renditions.new_crops(self.focus)
        cuts = renditions.crop_cuts(self.width, self.height, crops)
        renditions.write(self.key, photos.cut_again(self.key, self.extension, cuts))
        self.crops, self.avif = crops, self.Avif.WAITING
        transaction.on_commit(lambda: renditions.remove(self.key, old))

    def make_missing_files(self) -> int:
        """Make the renditions and crops that are not in the storage; how many files were made.

        Raises OSError where the master is lost.
        """
        with transaction.atomic():
            present = Photo.objects.select_for_update().get(pk=self.pk)
            made = 0
            if present.focus != renditions.focus_of(present.crops):
                present.cut_crops()
                present.save(update_fields=["crops", "avif"])
                made = sum(len(cut.extensions) for cut in present._crop_cuts())
            lost = [
                cut
                for cut in present._cuts()
                if not renditions.are_there(present.key, cut.names(cut.extensions))
            ]
            if lost:
                files = photos.cut_again(present.key, present.extension, lost)
                made += renditions.write(present.key, files)
        return made

    def make_avif(self) -> None:
        """Make the AVIF files, and say so in the row. Takes a second or so: never while somebody waits.

        Raises OSError where the master is lost or the disk is full.
        """
        files = photos.cut_again(self.key, self.extension, self._cuts(), avif=True)
        renditions.write(self.key, files)
        self._say_avif(self.Avif.MADE)

    def give_up_avif(self) -> None:
        """Remember that no AVIF can be made, so that the queue goes on without it."""
        self._say_avif(self.Avif.IMPOSSIBLE)

    def _say_avif(self, state: "Photo.Avif") -> None:
        """Only of the crops that were there: when the focal point was moved meanwhile, new ones are waiting."""
        with transaction.atomic():
            if Photo.objects.filter(pk=self.pk, crops=self.crops).update(avif=state):
                freshness.bump()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuses (ProtectedError) while an article shows the photo; its files go when the row is gone."""
        with transaction.atomic():
            result = super().delete(*args, **kwargs)
            transaction.on_commit(self.delete_files)
        return result

    def delete_files(self) -> None:
        """Remove the master, every rendition and every crop from the storage."""
        # Earlier versions kept a WebP of every master.
        endings = {f".{self.extension}", f"-{self.width}.webp", *_endings(self._cuts())}
        renditions.remove(self.key, endings)


@functools.lru_cache(4096)
def _size_of(name: str) -> int:
    """Asked once for each name, which is never used again: a feed tells the sizes of fifty pictures, and a bucket is far."""
    return default_storage.size(name)


def _endings(cuts: list[renditions.Cut]) -> list[str]:
    """All files these cuts can have, AVIF included whether or not it was made."""
    return [name for cut in cuts for name in cut.names([*cut.extensions, "avif"])]


def _tidied(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: text.one_line(value) if isinstance(value, str) else value
        for name, value in fields.items()
    }


def cut_waiting_crops(limit: int) -> int:
    """Cut crops for at most `limit` photos that wait for theirs; how many now have them.

    For the job that runs every minute. A photo whose master is lost or broken is passed by and tried again, which costs
    little; `manage.py renditions` names it.
    """
    cut = 0
    for photo in Photo.objects.awaiting_crops().iterator():
        if cut == limit:
            break
        try:
            photo.make_missing_files()
            cut += 1
        except (OSError, ValueError) as error:
            logger.warning("no crops were cut of photo %s: %s", photo.pk, error)
    return cut


def make_waiting_avif(limit: int) -> int:
    """Make AVIF files for at most `limit` photos that wait for theirs; how many now have them.

    For the job that runs every minute, outside any request. A photo whose master is lost or broken is passed by
    from then on, so that it never holds up the others; a full disk ends this run, and the next tries again.
    """
    made = 0
    for photo in list(Photo.objects.awaiting_avif()[:limit]):
        try:
            photo.make_avif()
            made += 1
        except (OSError, ValueError) as error:
            logger.exception("no AVIF was made of photo %s", photo.pk)
            if getattr(error, "errno", None) not in {None, errno.ENOENT}:
                break
            photo.give_up_avif()
    return made


class PhotoWords(Words, models.Model):
    """What photos are found by: alt, caption and credit."""

    photo = models.OneToOneField(
        Photo,
        on_delete=models.CASCADE,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="words",
    )
    index = WordsField(db_column="news_photo_words")
    columns = ("text",)

    class Meta:
        managed = False
        db_table = "news_photo_words"

    def __str__(self) -> str:
        return str(self.pk)


def _with_keys(*keys: UUID) -> PhotoQuerySet:
    return Photo.objects.filter(key__in=keys)


# For each number of pictures that a body usually has.
_WITH_KEYS = [PreparedQuery(_with_keys, *[UUID] * number) for number in range(20)]
