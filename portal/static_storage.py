"""How static files are named in production: each by its content, also where one module imports another.

And which are put together from parts that lie beside them: on a phone each file more is a longer wait. In development
the browser fetches the parts by itself, so a list of parts is written as the browser reads it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

JOINED = ("css/site.css", "css/article.css", "css/finding.css", "js/site.js", "js/article.js")
# By their whole address: axe, which reads style sheets again, takes a short one for one beside the page.
_STYLE = re.compile(r'@import "/static/css/(?P<name>[a-z-]+\.css)"(?: (?P<media>[a-z]+))?;')
_SCRIPT = re.compile(r'^import "\./(?P<name>[a-z-]+\.js)";', re.MULTILINE)
# What the browser passes over: a tenth of the style and a quarter of the scripts as they are sent. No string holds such.
_STYLE_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
_STYLE_SPACE = re.compile(r"\s+")
_STYLE_NO_SPACE = re.compile(r" ?([{};,]) ?|(?<=:) ")
_SCRIPT_REMARK = re.compile(r"^ *//.*\n", re.MULTILINE)
_MODULE = re.compile(r"^(?:import|export)\b", re.MULTILINE)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Without this a page's script of today could import a module that the browser kept from yesterday."""

    support_js_module_import_aggregation = True

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """As Django and WhiteNoise do it, with each of JOINED put together before.

        Raises KeyError for a part that does not exist, ValueError for one that cannot be put into another file.
        """
        memory = InMemoryStorage()
        whole = paths.keys() & set(JOINED)
        for name in whole:
            memory.save(name, ContentFile(joined(name, lambda part: _text(paths[part])).encode()))
        paths_to_whole = paths | {name: (memory, name) for name in whole}
        yield from super().post_process(paths_to_whole, dry_run, **options)


def _text(place: tuple[Any, str]) -> str:
    storage, path = place
    with storage.open(path) as file:
        text: str = file.read().decode()
    return text


def joined(name: str, read: Callable[[str], str]) -> str:
    """The file with its parts in place of their names; `read` gives a file's text by its name."""
    folder = name.rpartition("/")[0]

    def style(part: re.Match[str]) -> str:
        text = read(f"{folder}/{part['name']}")
        return f"@media {part['media']} {{\n{text}}}\n" if part["media"] else text

    def script(part: re.Match[str]) -> str:
        text = read(f"{folder}/{part['name']}")
        if _MODULE.search(text):
            raise ValueError(f"{part['name']} imports or exports, so it cannot be put into {name}")
        # In a block, as names of one part mean nothing to the others.
        return f"{{\n{text}}}\n"

    if name.endswith(".css"):
        text = _STYLE_SPACE.sub(" ", _STYLE_REMARK.sub("", _STYLE.sub(style, read(name))))
        return _STYLE_NO_SPACE.sub(r"\1", text)
    return _SCRIPT_REMARK.sub("", _SCRIPT.sub(script, read(name)))
