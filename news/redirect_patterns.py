"""Old addresses by pattern: `/cu/{ten}.html` with parts that have names, `*` for whatever else stands there.

A part is at least one character; a named one holds no `/`, `?` or `&`. It ends where what follows it in the pattern
first stands, so an address is looked at once, from left to right: no pattern and no address can make it slow.
"""

import re
from urllib.parse import quote

from django.core.exceptions import ValidationError

MAX_PARTS = 5
# Letters and digits that a pattern must spell out, so that none takes every address there is.
FEWEST_FIXED = 2

_PART = re.compile(r"\{([a-z][a-z0-9_]{0,19})\}|(\*)")


def is_pattern(old: str) -> bool:
    """Whether an old address has parts that differ."""
    return "*" in old or "{" in old or "}" in old


def check(old: str, target: str) -> None:
    """Raises ValidationError, by field, for what is no pattern, takes too much, or fills in what it does not know."""
    fixed, names = _taken_apart(old)
    rest = "".join(fixed)
    if "{" in rest or "}" in rest:
        said = "Phần có tên viết trong ngoặc nhọn bằng chữ thường không dấu, ví dụ {ten}."
    elif len(names) > MAX_PARTS or len(set(_named(names))) < len(_named(names)):
        said = f"Mẫu có nhiều nhất {MAX_PARTS} phần thay đổi, mỗi tên dùng một lần."
    elif not all(fixed[1:-1]):
        said = "Giữa hai phần thay đổi phải có ít nhất một ký tự cố định."
    elif sum(character.isalnum() for character in rest) < FEWEST_FIXED:
        said = f"Mẫu phải có ít nhất {FEWEST_FIXED} chữ hoặc số cố định, nếu không sẽ nhận mọi địa chỉ."
    else:
        said = ""
    if said:
        raise ValidationError({"old": said})
    written, used = _taken_apart(target)
    if "*" in used or set(used) - set(names) or "{" in "".join(written):
        raise ValidationError({"target": "Địa chỉ đích chỉ điền được các phần có tên trong mẫu."})


def match(old: str, address: str) -> dict[str, str] | None:
    """What the named parts of the pattern hold in this address; None where the address is not of that kind."""
    fixed, names = _taken_apart(old)
    if not address.startswith(fixed[0]):
        return None
    found = {}
    place = len(fixed[0])
    for number, (name, after) in enumerate(zip(names, fixed[1:], strict=True), start=1):
        if number == len(names):
            end = len(address) - len(after) if address.endswith(after) else -1
        else:
            end = address.find(after, place + 1)
        if end <= place:
            return None
        if name != "*":
            found[name] = address[place:end]
            if any(character in found[name] for character in "/?&"):
                return None
        place = end + len(after)
    return found


def filled(target: str, parts: dict[str, str]) -> str:
    """The address to which a pattern leads; what is filled in is only ever a part of a path or a query."""
    return _PART.sub(lambda part: quote(parts[part[1]], safe=""), target)


def sample(target: str) -> str:
    """An address to which a pattern might lead."""
    return _PART.sub("x", target)


def _taken_apart(written: str) -> tuple[list[str], list[str]]:
    """What is fixed and, between each two of those, the name of the part, or `*`."""
    fixed, names, place = [], [], 0
    for part in _PART.finditer(written):
        fixed.append(written[place : part.start()])
        names.append(part[1] or part[2])
        place = part.end()
    return [*fixed, written[place:]], names


def _named(names: list[str]) -> list[str]:
    return [name for name in names if name != "*"]
