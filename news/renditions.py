"""The files of a photo: which there are, how they are named and how they are cut from the master.

The whole picture in a few widths for the text column, crops of one shape for cards, one for social networks.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image

MASTER_SIDE = 2560
WIDTHS = (480, 960, 1600)
# The smallest is a picture beside a title on a phone, 720 one across its screen.
CARD_WIDTHS = (240, 480, 720, 960)
CARD_WIDTHS_IN_JPEG = (480, 960)
CARD_RATIO = 3 / 2
SOCIAL_WIDTH, SOCIAL_RATIO = 1200, 1200 / 630

CENTRE = (50, 50)

# WebP at method 1 takes a third of the time of the default 4 and its files came out no larger; AVIF at speed 8
# takes a sixth of the time of speed 6. JPEG is for the few that read neither, so it is not made progressive.
OPTIONS: dict[str, dict[str, object]] = {
    "jpg": {"format": "JPEG", "quality": 84, "optimize": True},
    "png": {"format": "PNG", "compress_level": 6},
    "webp": {"format": "WEBP", "quality": 78, "method": 1},
    "avif": {"format": "AVIF", "quality": 55, "speed": 8, "max_threads": 1},
}


@dataclass(frozen=True)
class Cut:
    """A rendition or crop: the end of its names, its size, the part of the master it shows, its formats.

    `box` is left, top, right, bottom as parts of the whole, each from 0 to 1.
    """

    stem: str
    width: int
    height: int
    extensions: tuple[str, ...]
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    wants_avif: bool = True

    def names(self, extensions: Iterable[str]) -> list[str]:
        return [f"{self.stem}.{extension}" for extension in extensions]


def file_name(key: UUID, ending: str) -> str:
    """Where a photo's file lies in the storage: `photos/3f/3f…-480.webp`."""
    return f"photos/{key.hex[:2]}/{key.hex}{ending}"


def files_begin(key: UUID) -> str | None:
    """With what the addresses of all files of that photo begin; None where the storage must be asked for each."""
    if isinstance(default_storage, FileSystemStorage):
        # Nothing in such a name needs quoting.
        return f"{default_storage.base_url}{file_name(key, '')}"
    return None


def widths_below(width: int) -> list[int]:
    """The widths in which a picture this wide has renditions beside its master."""
    return [smaller for smaller in WIDTHS if smaller < width]


def new_crops(focus: tuple[int, int]) -> str:
    """A name for the crops about to be made: browsers keep a file for a year, so no name is used twice."""
    return f"{focus[0]:03d}{focus[1]:03d}{uuid4().hex[:6]}"


def focus_of(crops: str) -> tuple[int, int] | None:
    """The focal point that these crops were cut to; None where there are none."""
    return (int(crops[:3]), int(crops[3:6])) if crops else None


def whole_cuts(width: int, height: int, extension: str) -> list[Cut]:
    """The whole picture in smaller widths, the largest first; a small one also in its own width."""
    cuts = []
    for each in reversed([*widths_below(width), *([width] if width <= WIDTHS[-1] else [])]):
        # The master itself is the picture in its own width and format.
        extensions = {"webp", extension} - ({extension} if each == width else set())
        size = (each, max(1, round(height * each / width)))
        cuts.append(Cut(f"-{each}", *size, tuple(sorted(extensions))))
    return cuts


def card_cuts(width: int, height: int, crops: str) -> list[Cut]:
    """What lists and cards show, the largest first; never larger than the picture gives."""
    focus = focus_of(crops)
    if focus is None:
        return []
    box = _crop_box(width, height, CARD_RATIO, focus)
    most = max(1, int((box[2] - box[0]) * width))
    widths = [each for each in reversed(CARD_WIDTHS) if each <= most]
    if most < CARD_WIDTHS_IN_JPEG[0]:
        widths = [most]
    cuts = []
    for each in widths:
        # JPEG is for few: not in all widths, but always in the largest.
        in_jpeg = each in (widths[0], *CARD_WIDTHS_IN_JPEG)
        extensions = ("webp", "jpg") if in_jpeg else ("webp",)
        size = (each, max(1, round(each / CARD_RATIO)))
        cuts.append(Cut(f"-card-{crops}-{each}", *size, extensions, box))
    return cuts


def social_cut(width: int, height: int, crops: str) -> Cut | None:
    """What a social network shows beside a link. JPEG only: not all of them read anything else."""
    focus = focus_of(crops)
    if focus is None:
        return None
    box = _crop_box(width, height, SOCIAL_RATIO, focus)
    own = max(1, min(SOCIAL_WIDTH, int((box[2] - box[0]) * width)))
    size = (own, max(1, round(own / SOCIAL_RATIO)))
    return Cut(f"-social-{crops}", *size, ("jpg",), box, wants_avif=False)


def crop_cuts(width: int, height: int, crops: str) -> list[Cut]:
    """Everything that follows the focal point."""
    one = social_cut(width, height, crops)
    return [*card_cuts(width, height, crops), *([one] if one else [])]


def _crop_box(
    width: int, height: int, ratio: float, focus: tuple[int, int]
) -> tuple[float, float, float, float]:
    """The largest part of this shape. What lies at 30 % of the picture lies at 30 % of the crop.

    So it is never cut off; and it is what CSS calls object-position, by which the desk shows it before it is cut.
    """
    across = min(1.0, height * ratio / width)
    down = min(1.0, width / ratio / height)
    left, top = (1 - across) * focus[0] / 100, (1 - down) * focus[1] / 100
    return (left, top, left + across, top + down)


def make(master: Image.Image, cuts: Iterable[Cut]) -> Iterator[tuple[Cut, Image.Image]]:
    """Each cut with its picture, one after the other. Large ones first: a small one is made from a larger."""
    whole = [master]
    for cut in cuts:
        left, top, right, bottom = cut.box
        enough = [image for image in whole if (right - left) * image.width >= cut.width]
        source = enough[-1] if enough else master
        box = (
            left * source.width,
            top * source.height,
            min(right, 1.0) * source.width,
            min(bottom, 1.0) * source.height,
        )
        image = source.resize((cut.width, cut.height), Image.Resampling.LANCZOS, box=box)
        if cut.box == (0.0, 0.0, 1.0, 1.0):
            whole.append(image)
        yield cut, image


def files(master: Image.Image, cuts: Iterable[Cut]) -> dict[str, bytes]:
    """The cuts encoded in all their formats but AVIF, by the end of their names."""
    return {
        f"{cut.stem}.{extension}": encode(image, extension)
        for cut, image in make(master, cuts)
        for extension in cut.extensions
    }


def encode(image: Image.Image, extension: str) -> bytes:
    """The picture as a file of that kind; what is transparent becomes white in a JPEG."""
    if extension == "jpg" and image.mode == "RGBA":
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.getchannel("A"))
        image = white
    target = io.BytesIO()
    image.save(target, **OPTIONS[extension])  # type: ignore[arg-type]
    return target.getvalue()


def avif_files(master: Image.Image, cuts: Iterable[Cut]) -> dict[str, bytes]:
    """The cuts as AVIF. It takes a second or so, therefore never while somebody waits for an answer."""
    return {
        f"{cut.stem}.avif": encode(image, "avif")
        for cut, image in make(master, cuts)
        if cut.wants_avif
    }


def are_there(key: UUID, endings: Iterable[str]) -> bool:
    """Whether the storage holds all of these files."""
    return all(default_storage.exists(file_name(key, ending)) for ending in endings)


def write(key: UUID, contents: dict[str, bytes]) -> int:
    """Put those files into the storage that are not there, and return how many; if one fails, none stays."""
    written: list[str] = []
    try:
        for ending, content in contents.items():
            if not are_there(key, [ending]):
                written.append(default_storage.save(file_name(key, ending), ContentFile(content)))
    except OSError:
        for name in written:
            default_storage.delete(name)
        raise
    return len(written)


def remove(key: UUID, endings: Iterable[str]) -> None:
    """Take files out of the storage; those that are not there are no error."""
    for ending in endings:
        default_storage.delete(file_name(key, ending))
