"""What taking in a photograph costs: memory and time, each measured in a fresh process.

    python -m tests.bench.pictures

A 24-megapixel JPEG must stay within 120 MB over the running application and within four times the time of one
full decode by Pillow. Times are CPU seconds, so that other work on the machine does not count; the best of
three. The photograph is noise in several sizes with a grain: as large in bytes as a camera's own files.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, features
from PIL import __version__ as pillow_version

MEGABYTE = 1024 * 1024
REPEATS = 3
LARGE = (6000, 4000)

# Name, size, how it is saved.
CASES: dict[str, tuple[tuple[int, int], dict[str, Any]]] = {
    "24 MP baseline JPEG": (LARGE, {"format": "JPEG", "quality": 90}),
    "24 MP baseline JPEG 4:4:4": (LARGE, {"format": "JPEG", "quality": 88, "subsampling": 0}),
    "24 MP progressive JPEG": (LARGE, {"format": "JPEG", "quality": 90, "progressive": True}),
    "24 MP square JPEG": ((4900, 4900), {"format": "JPEG", "quality": 90}),
    "12 MP JPEG": ((4000, 3000), {"format": "JPEG", "quality": 92}),
    "63 MP JPEG": ((9200, 6900), {"format": "JPEG", "quality": 75}),
    "16.7 MP square JPEG": ((4095, 4095), {"format": "JPEG", "quality": 90}),
    "20 MP PNG": ((5470, 3640), {"format": "PNG", "compress_level": 1}),
    "20 MP RGBA PNG": ((5470, 3640), {"format": "PNG", "compress_level": 1}),
    "7 MP WebP": ((3060, 2280), {"format": "WEBP", "quality": 80, "method": 0}),
}


def photograph(size: tuple[int, int]) -> Image.Image:
    """A picture with the detail of a photograph: structure in every size, and grain on it, in four times four tiles.

    The same bytes to read as without tiles, for a sixteenth of the dice: JPEG and WebP look no further than a few rows.
    """
    tile = textured((-(-size[0] // 4), -(-size[1] // 4)))
    whole = Image.new("RGB", size)
    for place in range(16):
        whole.paste(tile, (place % 4 * tile.width, place // 4 * tile.height))
    return whole


def textured(size: tuple[int, int]) -> Image.Image:
    def channel() -> Image.Image:
        image = Image.linear_gradient("L").resize(size)
        for divisor, strength in ((500, 90), (66, 60), (9, 40), (2, 22)):
            small = (max(2, size[0] // divisor), max(2, size[1] // divisor))
            noise = Image.effect_noise(small, strength).resize(size, Image.Resampling.BICUBIC)
            image = Image.blend(image, noise, 0.4)
        return ImageChops.add(image, Image.effect_noise(size, 14), 1, -128)

    light = channel()
    return Image.merge("RGB", [Image.blend(light, channel(), 0.35) for _ in range(3)])


def write_case(name: str, path: Path) -> None:
    size, options = CASES[name]
    image = photograph(size)
    if "RGBA" in name:
        image.putalpha(Image.linear_gradient("L").resize(size))
    image.save(path, **options)


def memory() -> float:
    """The most this process has ever held, in MB. Linux only: ru_maxrss would begin with its parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / MEGABYTE


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def decode(path: Path) -> None:
    with Image.open(path) as image:
        image.load()


def take(path: Path) -> dict[str, float]:
    """Take the file in once, as an upload on the disk, in the application with all it has loaded."""
    import django
    from django.core.files.base import File
    from django.core.files.uploadedfile import UploadedFile

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.urls import get_resolver

    from news import photos

    # Every view and admin page is imported by now, and Pillow has its decoders, as after the first request.
    assert get_resolver().url_patterns
    Image.init()
    base = memory()
    with path.open("rb") as file:
        upload = UploadedFile(File(file), path.name, size=path.stat().st_size)
        photos.MAX_BYTES = max(photos.MAX_BYTES, path.stat().st_size)
        spent = seconds(lambda: photos.prepare(upload))
    return {"base": base, "peak": memory(), "over": memory() - base, "seconds": spent}


def measured(mode: str, path: Path) -> dict[str, float]:
    """One measurement in a process of its own; the best of REPEATS."""
    found = []
    for _ in range(REPEATS):
        answer = subprocess.run(
            [sys.executable, "-m", "tests.bench.pictures", mode, str(path)],
            check=True,
            capture_output=True,
            text=True,
        )
        found.append(json.loads(answer.stdout))
    return {key: min(one[key] for one in found) for key in found[0]}


def machine() -> str:
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return (
        f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}, Pillow {pillow_version}, "
        f"libjpeg-turbo {features.version('libjpeg_turbo')}, libwebp {features.version('webp')}"
    )


def main() -> int:
    if len(sys.argv) == 3:
        path = Path(sys.argv[2])
        answer = take(path) if sys.argv[1] == "take" else {"seconds": seconds(lambda: decode(path))}
        print(json.dumps(answer))
        return 0
    print(machine())
    print(
        f"{'':28}{'file':>7}{'base':>7}{'peak':>7}{'over':>7}   {'decode':>7}{'take':>7}{'times':>7}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in CASES:
            path = Path(folder) / "picture"
            write_case(name, path)
            once, all_of_it = measured("decode", path), measured("take", path)
            print(
                f"{name:28}{path.stat().st_size / MEGABYTE:7.1f}{all_of_it['base']:7.0f}"
                f"{all_of_it['peak']:7.0f}{all_of_it['over']:7.0f}   "
                f"{once['seconds']:7.2f}{all_of_it['seconds']:7.2f}"
                f"{all_of_it['seconds'] / once['seconds']:7.1f}",
                flush=True,
            )
    print("file, base, peak, over in MB; decode, take in CPU seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
