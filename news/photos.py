"""Pictures: an upload is decoded and cleaned here, or refused in words.

Nothing of the uploaded bytes is kept: the pixels are painted anew and encoded by us, so no EXIF, GPS,
comment or trailing bytes survive. Nothing is written before everything has been made.

Memory is bounded, not hoped for: a camera's JPEG is decoded at a fraction of its size, everything else is
refused above what fits (see LARGEST), and one process takes one picture at a time. `make bench-photos` measures it.
"""

import hashlib
import io
import re
import threading
import warnings
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from PIL import Image, ImageCms

from news import renditions

if TYPE_CHECKING:
    from news.models import Photo

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_BYTES = 15 * 1024 * 1024
# Points of a picture that still fits: a JPEG is decoded at half its size, PNG and GIF cost four bytes a point,
# WebP sixteen while it is decoded.
LARGEST = {"JPEG": 64_000_000, "PNG": 20_000_000, "GIF": 20_000_000, "WEBP": 7_000_000}
# A JPEG in several scans is held whole until the last one has come, as coefficients of two bytes.
MAX_COEFFICIENT_BYTES = 80 * 1024 * 1024
# Ten scans are usual; each goes over the whole picture again, however few bytes it has.
MAX_SCANS = 40
# A camera's picture at half its size makes the master as long as that is at least so long.
SMALLEST_HALF = 2000

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}

# How a picture sits in the text column; the browser chooses a rendition by it.
BODY_SIZES = "(min-width: 52rem) 48rem, 100vw"

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A byte FF with anything but what stands for FF itself, a restart or filling; 01 stands alone and says nothing.
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_START_OF_SCAN, _END = 0xDA, 0xD9
# Rows of the smaller picture made at once.
_BAND = 128
# What BICUBIC looks at on either side, in points of the smaller picture.
_REACH = 2

_one_at_a_time = threading.Lock()


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
    crops: str
    digest: str
    files: dict[str, bytes]


def prepare(upload: UploadedFile) -> Prepared:
    """Decode and clean an upload, and make its renditions and crops.

    Raises PhotoRefused when it is too large (bytes or pixels), no JPEG, PNG, WebP or GIF, or broken.
    """
    if upload.size is None or upload.size > MAX_BYTES:
        raise PhotoRefused(
            f"Ảnh lớn hơn {MAX_BYTES // 1024 // 1024} MB. Hãy thu nhỏ ảnh rồi tải lại."
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    with _one_at_a_time:
        image, kind = _decode(upload)
        extension = EXTENSIONS[kind]
        crops = renditions.new_crops(renditions.CENTRE)
        cuts = [
            *renditions.whole_cuts(image.width, image.height, extension),
            *renditions.crop_cuts(image.width, image.height, crops),
        ]
        files = {
            f".{extension}": renditions.encode(image, extension),
            **renditions.files(image, cuts),
        }
    return Prepared(
        key=uuid4(),
        extension=extension,
        width=image.width,
        height=image.height,
        widths=renditions.widths_below(image.width),
        crops=crops,
        digest=digest.hexdigest(),
        files=files,
    )


def cut_again(
    key: UUID, extension: str, cuts: list[renditions.Cut], *, avif: bool = False
) -> dict[str, bytes]:
    """The files of these cuts, or their AVIF files, made from the master in the storage.

    Raises OSError where the master is lost or broken.
    """
    with _one_at_a_time, default_storage.open(renditions.file_name(key, f".{extension}")) as file:
        with Image.open(file, formats=FORMATS) as master:
            master.load()
        encode_all = renditions.avif_files if avif else renditions.files
        return encode_all(master, cuts)


# --- Decoding ------------------------------------------------------------------------------------


def _decode(file: IO[bytes]) -> tuple[Image.Image, str]:
    """A fresh upright sRGB image of at most MASTER_SIDE pixels a side, and the format to keep it in."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            file.seek(0)
            with Image.open(file, formats=FORMATS) as opened:
                # Many phones add a second picture to a JPEG, for depth or preview: Pillow calls that MPO.
                kind = {"MPO": "JPEG"}.get(opened.format or "", opened.format or "")
                _refuse_too_many_points(opened, kind)
                if kind == "JPEG":
                    file.seek(0)
                    _refuse_scans(opened, file.read())
                    opened.draft("RGB", _half(opened.size))
                turn = _TURNS.get(opened.getexif().get(_ORIENTATION, 1))
                opened.load()
                profile = opened.info.get("icc_profile")
                image = _in_srgb(_shrunk(_in_colour(opened)), profile)
    except PhotoRefused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PhotoRefused("Ảnh có quá nhiều điểm ảnh. Hãy thu nhỏ ảnh rồi tải lại.") from None
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on hostile bytes
        raise PhotoRefused("Tệp này không phải ảnh JPEG, PNG, WebP, GIF hoặc đã bị hỏng.") from None
    return image.transpose(turn) if turn else image, "PNG" if kind == "GIF" else kind


def _refuse_too_many_points(opened: Image.Image, kind: str) -> None:
    most = LARGEST[kind]
    if opened.width * opened.height > most:
        advice = "" if kind == "JPEG" else " hoặc lưu thành ảnh JPEG"
        raise PhotoRefused(
            f"Ảnh có {opened.width} × {opened.height} điểm, vượt mức {most // 1_000_000} triệu điểm ảnh "
            f"của ảnh {'WebP' if kind == 'WEBP' else kind}. Hãy thu nhỏ ảnh{advice} rồi tải lại."
        )


def _refuse_scans(opened: Image.Image, content: bytes) -> None:
    """Refuses a JPEG whose scans would cost too much memory or time."""
    scans = _scans(content)
    if len(scans) > MAX_SCANS:
        raise PhotoRefused(
            "Ảnh JPEG này được lưu thành quá nhiều lượt. Hãy lưu lại ảnh theo kiểu JPEG thường rồi tải lại."
        )
    layers: list[tuple[int, int, int, int]] = getattr(opened, "layer", [])
    if not layers or not (opened.info.get("progressive") or scans[0] < len(layers)):
        return
    finest = max(across for _, across, _, _ in layers) * max(down for _, _, down, _ in layers)
    kept = sum(across * down for _, across, down, _ in layers) / finest
    if 2 * opened.width * opened.height * kept > MAX_COEFFICIENT_BYTES:
        raise PhotoRefused(
            f"Ảnh có {opened.width} × {opened.height} điểm và được lưu theo kiểu JPEG hiện dần (progressive), "
            "quá lớn để máy chủ đọc. Hãy lưu lại theo kiểu JPEG thường hoặc thu nhỏ ảnh rồi tải lại."
        )


def _scans(content: bytes) -> list[int]:
    """How many colour components each scan of a JPEG holds, as the decoder finds them; at most MAX_SCANS + 1.

    Segments are passed over by their length: a camera keeps a small JPEG in one of them. What follows the end
    of the picture, such as a phone's short film, is not looked at.
    """
    found: list[int] = []
    position = 2
    while len(found) <= MAX_SCANS and (marker := _MARKER.search(content, position)):
        kind = content[marker.end() - 1]
        if kind == _END:
            break
        position = marker.end()
        if kind == _START_OF_SCAN:
            found.append(content[position + 2] if position + 2 < len(content) else 0)
        position += int.from_bytes(content[position : position + 2])
    return found or [0]


def _half(size: tuple[int, int]) -> tuple[int, int]:
    """The size at which a JPEG is decoded: halved as often as the longer side stays SMALLEST_HALF."""
    width, height = size
    while max(width, height) // 2 >= SMALLEST_HALF:
        width, height = max(1, width // 2), max(1, height // 2)
    return (width, height)


def _in_colour(image: Image.Image) -> Image.Image:
    """The image in a mode that can be made smaller: palettes and 16-bit greys cannot."""
    if image.mode in {"PA", "LA"} or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in {"RGB", "RGBA", "L", "CMYK"} else image.convert("RGB")


def _shrunk(image: Image.Image) -> Image.Image:
    """A fresh image of at most MASTER_SIDE pixels a side, without anything that hung on the old one.

    In bands: at once, Pillow would hold a picture as wide as the new and as high as the old one besides both.
    """
    scale = max(1.0, max(image.size) / renditions.MASTER_SIDE)
    width, height = (max(1, round(side / scale)) for side in image.size)
    fresh = Image.new(image.mode, (width, height))
    if fresh.size == image.size:
        fresh.paste(image)
        return fresh
    step = image.height / height
    for top in range(0, height, _BAND):
        bottom = min(top + _BAND, height)
        first = max(0, int((top - _REACH) * step))
        last = min(image.height, int((bottom + _REACH) * step) + 1)
        band = image.crop((0, first, image.width, last))
        box = (0, top * step - first, image.width, min(bottom * step - first, band.height))
        fresh.paste(band.resize((width, bottom - top), Image.Resampling.BICUBIC, box=box), (0, top))
    return fresh


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image as RGB (RGBA where it is transparent) in the colours of the web.

    Without its profile a photograph from a recent phone would look dull; the profile itself is not kept.
    """
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
            converted.info.clear()
            return converted
    return image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")


# --- Showing -------------------------------------------------------------------------------------


# When a picture is fetched, by where it stands: the largest thing on the first screen; partly there, below words,
# which are read before it comes; anywhere else. On a slow line typefaces and pictures share what there is.
LOADING = {
    "first": 'fetchpriority="high"',
    "after words": 'fetchpriority="low"',
    "when near": 'loading="lazy" decoding="async" fetchpriority="low"',
}


def picture_html(
    photo: "Photo", *, alt: str, sizes: str = BODY_SIZES, loads: str = "when near"
) -> SafeString:
    """The picture with its renditions, its size known before it loads; `loads` is one of LOADING."""
    sources = ["avif", "webp"] if photo.has_avif else ["webp"]
    return _picture(
        [(kind, photo.srcset(kind)) for kind in sources],
        (photo.url, photo.srcset(photo.extension), photo.width, photo.height),
        alt=alt,
        sizes=sizes,
        loads=loads,
    )


def card_html(photo: "Photo", *, alt: str, sizes: str, loads: str = "when near") -> SafeString:
    """The crop for cards; the whole picture where none has been made yet (`manage.py renditions` does)."""
    cards = photo.cards
    if not cards:
        return picture_html(photo, alt=alt, sizes=sizes, loads=loads)
    sources = ["avif", "webp"] if photo.has_avif else ["webp"]
    largest = cards[0]
    return _picture(
        [(kind, photo.card_srcset(kind)) for kind in sources],
        (
            photo.file_url(f"{largest.stem}.jpg"),
            photo.card_srcset("jpg"),
            largest.width,
            largest.height,
        ),
        alt=alt,
        sizes=sizes,
        loads=loads,
    )


def _picture(
    sources: list[tuple[str, str]],
    fallback: tuple[str, str, int, int],
    *,
    alt: str,
    sizes: str,
    loads: str,
) -> SafeString:
    address, srcset, width, height = fallback
    fits = escape(sizes)
    shown = "".join(
        f'<source type="image/{kind}" srcset="{escape(candidates)}" sizes="{fits}">'
        for kind, candidates in sources
    )
    return mark_safe(  # noqa: S308 - whatever is not ours is escaped
        f'<picture>{shown}<img src="{escape(address)}" srcset="{escape(srcset)}" sizes="{fits}"'
        f' width="{width}" height="{height}" alt="{escape(alt)}" {LOADING[loads]}></picture>'
    )
