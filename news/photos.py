"""Pictures: an upload is decoded, cleaned and cut into renditions here, or refused in words.

Nothing of the uploaded bytes is kept: the pixels are painted anew and encoded by us, so no EXIF, GPS,
comment or trailing bytes survive. Nothing is written before everything has been made.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.safestring import SafeString
from PIL import Image, ImageCms, ImageOps

if TYPE_CHECKING:
    from news.models import Photo

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 40_000_000
MASTER_SIDE = 2560
RENDITION_WIDTHS = (480, 960, 1600)

# How a picture sits in the text column; the browser chooses a rendition by it.
BODY_SIZES = "(min-width: 52rem) 48rem, 100vw"


class PhotoRefused(ValueError):
    """The upload cannot be taken; the message says why, in Vietnamese, for the person who uploaded it."""


@dataclass(frozen=True)
class Prepared:
    """A picture ready to be stored: its files by the end of their names, and what the row says of it."""

    key: UUID
    extension: str
    width: int
    height: int
    widths: list[int]
    digest: str
    files: dict[str, bytes]


def prepare(upload: UploadedFile) -> Prepared:
    """Decode and clean an upload, and make its renditions, in memory.

    Raises PhotoRefused when it is too large (bytes or pixels), no JPEG, PNG, WebP or GIF, or broken.
    """
    if upload.size is None or upload.size > MAX_BYTES:
        raise PhotoRefused(
            f"Ảnh lớn hơn {MAX_BYTES // 1024 // 1024} MB. Hãy thu nhỏ ảnh rồi tải lại."
        )
    content = upload.read()
    image, kind = _decode(content)
    extension, options = {
        "JPEG": ("jpg", {"format": "JPEG", "quality": 84, "optimize": True, "progressive": True}),
        "PNG": ("png", {"format": "PNG", "optimize": True}),
        "WEBP": ("webp", {"format": "WEBP", "quality": 84}),
    }[kind]
    widths = [width for width in RENDITION_WIDTHS if width < image.width]
    files = {f".{extension}": _encode(image, options)}
    for width in widths:
        small = image.resize(
            (width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS
        )
        files[f"-{width}.webp"] = _encode(small, {"format": "WEBP", "quality": 78})
        if extension != "webp":
            files[f"-{width}.{extension}"] = _encode(small, options)
    if extension != "webp":
        files[f"-{image.width}.webp"] = _encode(image, {"format": "WEBP", "quality": 78})
    return Prepared(
        key=uuid4(),
        extension=extension,
        width=image.width,
        height=image.height,
        widths=widths,
        digest=hashlib.sha256(content).hexdigest(),
        files=files,
    )


def _decode(content: bytes) -> tuple[Image.Image, str]:
    """A fresh upright sRGB image of at most MASTER_SIDE pixels a side, and the format to keep it in."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise PhotoRefused(
                        f"Ảnh có {opened.width} × {opened.height} điểm, vượt mức "
                        f"{MAX_PIXELS // 1_000_000} triệu điểm ảnh. Hãy thu nhỏ ảnh rồi tải lại."
                    )
                # Many phones add a second picture to a JPEG, for depth or preview: Pillow calls that MPO.
                kind = {"GIF": "PNG", "MPO": "JPEG"}.get(opened.format or "", opened.format or "")
                # A camera's JPEG is decoded at a fraction of its size: less memory, less time.
                opened.draft("RGB", (MASTER_SIDE, MASTER_SIDE))
                opened.load()
                upright = ImageOps.exif_transpose(opened)
                upright = _in_srgb(upright)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PhotoRefused("Ảnh có quá nhiều điểm ảnh. Hãy thu nhỏ ảnh rồi tải lại.") from None
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on hostile bytes
        raise PhotoRefused("Tệp này không phải ảnh JPEG, PNG, WebP, GIF hoặc đã bị hỏng.") from None
    upright.thumbnail((MASTER_SIDE, MASTER_SIDE), Image.Resampling.LANCZOS)
    fresh = Image.new(upright.mode, upright.size)
    fresh.paste(upright)
    return fresh, kind


def _in_srgb(image: Image.Image) -> Image.Image:
    """The image as RGB (RGBA where it is transparent) in the colours of the web.

    Without its profile a photograph from a recent phone would look dull; the profile itself is not kept.
    """
    transparent = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGBA" if transparent else "RGB")


def _encode(image: Image.Image, options: dict[str, object]) -> bytes:
    target = io.BytesIO()
    if options["format"] == "JPEG" and image.mode != "RGB":
        image = image.convert("RGB")
    image.save(target, **options)  # type: ignore[arg-type]
    return target.getvalue()


def file_name(key: UUID, ending: str) -> str:
    """Where a photo's file lies in the storage: `photos/3f/3f…-480.webp`."""
    return f"photos/{key.hex[:2]}/{key.hex}{ending}"


def write_files(prepared: Prepared) -> None:
    """Put the prepared files into the storage; when one fails, none stays."""
    written: list[str] = []
    try:
        for ending, content in prepared.files.items():
            written.append(
                default_storage.save(file_name(prepared.key, ending), ContentFile(content))
            )
    except OSError:
        for name in written:
            default_storage.delete(name)
        raise


def picture_html(
    photo: "Photo", *, alt: str, sizes: str = BODY_SIZES, eager: bool = False
) -> SafeString:
    """The picture with its renditions, its size known before it loads, lazy unless `eager` (above the fold)."""
    fallback = photo.srcset(photo.extension)
    return format_html(
        '<picture><source type="image/webp" srcset="{}" sizes="{}">'
        '<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" alt="{}" {}></picture>',
        photo.srcset("webp"),
        sizes,
        photo.url,
        fallback,
        sizes,
        photo.width,
        photo.height,
        alt,
        SafeString('fetchpriority="high"' if eager else 'loading="lazy" decoding="async"'),
    )
