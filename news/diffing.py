"""What differs between two versions of a story, word by word, as plain text that a template escapes.

Words are syllables between blanks, signs apart, as Vietnamese is written. A body is first compared block by
block; only what stands in changed blocks is compared by words. Work is bounded: what is too large to compare by
words is given as a whole, and says so.
"""

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from enum import Enum
from typing import TYPE_CHECKING, Any

from news import blocks
from news.blocks import Block, Text
from news.text import desk_moment

if TYPE_CHECKING:
    from news.content import Content

# In the order of the form.
LABELS = {
    "title": "Tiêu đề",
    "section": "Chuyên mục",
    "lead": "Phần dẫn",
    "body": "Nội dung",
    "byline": "Tác giả",
    "source": "Dấu nguồn",
    "unit": "Đơn vị",
    "cover": "Ảnh đại diện",
    "attachments": "Tệp đính kèm",
    "tags": "Thẻ",
    "thread": "Dòng sự kiện",
    "related": "Tin liên quan",
    "documents": "Văn bản liên quan",
    "published_at": "Thời điểm xuất bản",
    "expires_at": "Hết hạn hiển thị",
    "featured_from": "Nổi bật từ",
    "featured_until": "Nổi bật đến",
    "comments_open": "Nhận ý kiến bạn đọc",
    "slug": "Địa chỉ",
}
EMPTY = "(để trống)"

# Characters of an unchanged stretch that are shown at each of its ends; a stretch of up to twice as much is whole.
SHOWN = 80
# Blocks alike by less than this part of their words are not versions of one block.
ALIKE = 0.4
# Bounds of the work, in pairs of equal words and in pairs of blocks; measured in tests/news/test_diffing.py.
MAX_WORD_PAIRS = 40_000
MAX_WORD_PAIRS_IN_ALL = 200_000
MAX_BLOCK_PAIRS = 40_000
# What difflib may look through, in members times members that both have: some seconds at most.
MAX_SCANNED = 2_000_000

# What the keys of a field stand for: names["section"][3] is the name of section 3.
Names = Mapping[str, Mapping[int, str]]


class Kind(Enum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """Words that both have, only the older or only the newer."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Passage:
    """One block of a body, or the whole of another field.

    `label` names a block's kind, `skipped` counts blocks that are the same and left out here, `remark` says
    what the words do not.
    """

    pieces: tuple[Piece, ...] = ()
    label: str = ""
    remark: str = ""
    skipped: int = 0

    @property
    def is_changed(self) -> bool:
        return bool(self.remark) or any(piece.kind is not Kind.SAME for piece in self.pieces)

    @property
    def old(self) -> tuple[Piece, ...]:
        """As the older one has it."""
        return tuple(piece for piece in self.pieces if piece.kind is not Kind.NEW)

    @property
    def new(self) -> tuple[Piece, ...]:
        """As the newer one has it."""
        return tuple(piece for piece in self.pieces if piece.kind is not Kind.GONE)


@dataclass(frozen=True)
class FieldDifference:
    """A field that differs. `coarse`: too large to be compared by words everywhere."""

    field: str
    label: str
    passages: tuple[Passage, ...]
    coarse: bool = False


@dataclass
class _Work:
    """How much comparing by words is still allowed, and whether it did not suffice."""

    left: int = MAX_WORD_PAIRS_IN_ALL
    exceeded: bool = False

    def allows(self, pairs: int, scanned: int) -> bool:
        if pairs > min(self.left, MAX_WORD_PAIRS) or scanned > MAX_SCANNED:
            self.exceeded = True
            return False
        self.left -= pairs
        return True


def differences(
    old: "Content", new: "Content", names: Names | None = None
) -> list[FieldDifference]:
    """The fields in which the newer content differs for a person, in the order of the form.

    What an editor's program did to the markup alone (line ends, order of attributes) is passed over.

    `names` says what keys of other rows stand for; a key that it does not name is shown as a number.
    """
    found = (
        _difference(name, getattr(old, name), getattr(new, name), names or {})
        for name in _in_order(old.differing(new))
    )
    return [difference for difference in found if difference.passages]


def differing(old: "Content", new: "Content") -> list[str]:
    """Names of the fields in which differences() finds a difference."""
    found = old.differing(new)
    if "body" in found and blocks.read(old.body) == blocks.read(new.body):
        found.remove("body")
    return _in_order(found)


def _in_order(names: list[str]) -> list[str]:
    return sorted(names, key=list(LABELS).index)


def in_words(content: "Content", names: Names | None = None) -> list[FieldDifference]:
    """A whole version as text, every field that is not empty, in the same form."""
    shown = []
    for name in _in_order([f.name for f in fields(content)]):
        value = getattr(content, name)
        if value in (None, "", ()):
            continue
        if name == "body":
            passages = tuple(
                Passage((Piece(Kind.SAME, block.text.part()),), label=block.kind)
                for block in blocks.read(value)
            )
        else:
            text = _listed(_items(name, value, names or {}))
            passages = (Passage((Piece(Kind.SAME, text),)),)
        shown.append(FieldDifference(name, LABELS[name], passages))
    return shown


# --- Fields ---------------------------------------------------------------------------------------


def _difference(name: str, old: Any, new: Any, names: Names) -> FieldDifference:
    label = LABELS[name]
    work = _Work()
    if name == "body":
        before, after = blocks.read(old), blocks.read(new)
        passages = _of_bodies(before, after, work) if before != after else ()
    elif name in {"title", "lead", "byline", "source"}:
        pieces = _of_words(blocks.split(old), blocks.split(new), work)
        remark = "" if _is_marked(pieces) else "Chỉ khác ở khoảng trắng."
        passages = (Passage(pieces, remark=remark),)
    else:
        passages = (Passage(_of_items(_items(name, old, names), _items(name, new, names))),)
    return FieldDifference(name, label, passages, coarse=work.exceeded)


def _items(name: str, value: Any, names: Names) -> list[str]:
    """A value in words; a list has an item for each member."""
    if isinstance(value, tuple):
        return [item for member in value for item in _items(name, member, names)]
    if value is None or value == "":
        return []
    if isinstance(value, bool):
        return ["có" if value else "không"]
    if isinstance(value, dt.datetime):
        return [desk_moment(value)]
    if isinstance(value, int):
        return [names.get(name, {}).get(value, f"số {value} (không còn)")]
    return [str(value)]


def _listed(items: Sequence[str]) -> str:
    return "; ".join(items) or EMPTY


def _of_items(old: list[str], new: list[str]) -> tuple[Piece, ...]:
    """Members of a list, or single values, each as a whole."""
    groups = (
        (Kind.SAME, [item for item in old if item in new]),
        (Kind.GONE, [item for item in old if item not in new] if old else [EMPTY]),
        (Kind.NEW, [item for item in new if item not in old] if new else [EMPTY]),
    )
    if set(old) == set(new):  # Only their order differs.
        groups = ((Kind.SAME, []), (Kind.GONE, old), (Kind.NEW, new))
    return tuple(Piece(kind, _listed(items)) for kind, items in groups if items)


# --- Bodies ---------------------------------------------------------------------------------------


def _of_bodies(old: list[Block], new: list[Block], work: _Work) -> tuple[Passage, ...]:
    """Changed blocks, each with the one before and after it, and how many were left out between."""
    passages: list[Passage] = []
    for before, after in _aligned(old, new, work):
        passages.append(_of_blocks(before, after, work))
    shown = {
        near
        for place, passage in enumerate(passages)
        if passage.is_changed
        for near in (place - 1, place, place + 1)
    }
    result: list[Passage] = []
    skipped = 0
    for place, passage in enumerate(passages):
        if place not in shown:
            skipped += 1
            continue
        if skipped:
            result.append(Passage(skipped=skipped))
            skipped = 0
        result.append(passage)
    if skipped:
        result.append(Passage(skipped=skipped))
    return tuple(result)


def _of_blocks(old: Block | None, new: Block | None, work: _Work) -> Passage:
    if old is None or new is None:
        block = old or new
        assert block is not None  # noqa: S101 - an alignment has one or both
        kind = Kind.GONE if new is None else Kind.NEW
        return Passage((Piece(kind, block.text.part()),), label=block.kind)
    if old == new:
        return Passage(_shortened([Piece(Kind.SAME, new.text.part())]), label=new.kind)
    pieces = _of_words(old.text, new.text, work)
    remarks = []
    if old.kind != new.kind:
        remarks.append(f"Trước là: {old.kind.lower()}.")
    elif not _is_marked(pieces):
        remarks.append("Chỉ khác cách trình bày (chữ đậm, chữ nghiêng, canh lề, ô bảng).")
    return Passage(pieces, label=new.kind, remark=" ".join(remarks))


def _aligned(
    old: list[Block], new: list[Block], work: _Work
) -> list[tuple[Block | None, Block | None]]:
    """Pairs in the order of the text; a block without partner is gone or new. What moved is gone here and new there."""
    pairs: list[tuple[Block | None, Block | None]] = []
    # Blocks as numbers: hashing all their words at each look would be most of the work.
    numbers: dict[Block, int] = {}
    before, after = ([numbers.setdefault(b, len(numbers)) for b in side] for side in (old, new))
    for verb, i1, i2, j1, j2 in _changes(before, after, work):
        if verb == "equal":
            pairs.extend(zip(old[i1:i2], new[j1:j2], strict=True))
        else:
            pairs.extend(_paired(old[i1:i2], new[j1:j2], work))
    return pairs


def _paired(
    old: list[Block], new: list[Block], work: _Work
) -> list[tuple[Block | None, Block | None]]:
    """The same for a stretch without equal blocks: versions of one block are found by their words."""
    if len(old) == len(new) and all(
        before.kind == after.kind and (len(old) == 1 or _alikeness(before, after) >= ALIKE)
        for before, after in zip(old, new, strict=True)
    ):
        return list(zip(old, new, strict=True))
    if len(old) * len(new) > MAX_BLOCK_PAIRS:
        work.exceeded = True
        return [*((block, None) for block in old), *((None, block) for block in new)]
    # Best sum of likenesses of the rests that begin at (i, j).
    known, known_new = ([block.vocabulary for block in side] for side in (old, new))
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        below, here = best[i + 1], best[i]
        for j in reversed(range(len(new))):
            alike = len(known[i] & known_new[j]) / max(len(known[i]), len(known_new[j]))
            score = below[j + 1] + alike if alike >= ALIKE else 0.0
            here[j] = max(score, below[j], here[j + 1])
    pairs: list[tuple[Block | None, Block | None]] = []
    i = j = 0
    while i < len(old) or j < len(new):
        if i < len(old) and best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        elif j < len(new) and best[i][j] == best[i][j + 1]:
            pairs.append((None, new[j]))
            j += 1
        else:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
    return pairs


def _alikeness(old: Block, new: Block) -> float:
    return len(old.vocabulary & new.vocabulary) / max(len(old.vocabulary), len(new.vocabulary))


# --- Words ----------------------------------------------------------------------------------------


def _of_words(old: Text, new: Text, work: _Work) -> tuple[Piece, ...]:
    runs: list[tuple[Kind, str]] = []
    changes = _changes(old.words, new.words, work)
    for place, (verb, i1, i2, j1, j2) in enumerate(changes):
        # A single word that stayed between two that changed only makes it harder to read.
        lonely = verb == "equal" and i2 - i1 == 1 and 0 < place < len(changes) - 1
        if verb == "equal" and not lonely:
            runs.append((Kind.SAME, new.part(j1, j2)))
        else:
            runs.append((Kind.GONE, old.part(i1, i2)))
            runs.append((Kind.NEW, new.part(j1, j2)))
    return _shortened(_joined(runs))


# --- Sequences ------------------------------------------------------------------------------------


def _changes(
    old: Sequence[Hashable], new: Sequence[Hashable], work: _Work
) -> list[tuple[str, int, int, int, int]]:
    """What became of old[i1:i2] as new[j1:j2], as difflib says it: `equal` or another verb.

    Where too many members are equal to be compared in bounded time, only what both begin and end with is equal.
    """
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    ends, new_ends = len(old) - tail, len(new) - tail
    rest, new_rest = old[head:ends], new[head:new_ends]
    counted = Counter(new_rest)
    pairs = sum(number * counted[member] for member, number in Counter(rest).items())
    # Every match that stands alone makes difflib look through the rest once more.
    matches = (Counter(rest) & counted).total()
    if work.allows(pairs, matches * max(len(rest), len(new_rest))):
        middle = [
            (verb, i1 + head, i2 + head, j1 + head, j2 + head)
            for verb, i1, i2, j1, j2 in SequenceMatcher(
                None, rest, new_rest, autojunk=False
            ).get_opcodes()
        ]
    else:
        middle = [("replace", head, ends, head, new_ends)]
    found = [
        ("equal", 0, head, 0, head),
        *middle,
        ("equal", ends, len(old), new_ends, len(new)),
    ]
    return [change for change in found if change[1] < change[2] or change[3] < change[4]]


def _joined(runs: list[tuple[Kind, str]]) -> list[Piece]:
    """Neighbouring changes as one: what went, then what came. A blank after both belongs to what follows."""
    pieces: list[Piece] = []
    changed = {Kind.GONE: "", Kind.NEW: ""}
    for kind, text in [*runs, (Kind.SAME, "")]:
        if kind in changed:
            changed[kind] += text
            continue
        gaps = {words[-1] for words in changed.values() if words}
        if text and gaps in ({" "}, {"\n"}):
            changed = {its_kind: words[:-1] for its_kind, words in changed.items()}
            text = f"{gaps.pop()}{text}"
        found = [*changed.items(), (kind, text)]
        pieces.extend(Piece(its_kind, words) for its_kind, words in found if words)
        changed = {Kind.GONE: "", Kind.NEW: ""}
    return pieces


def _shortened(pieces: list[Piece]) -> tuple[Piece, ...]:
    """With … inside long unchanged stretches; where the text begins or ends with one, the side of the change is shown."""
    result = []
    for place, piece in enumerate(pieces):
        text = piece.text
        if piece.kind is Kind.SAME and len(text) > 2 * SHOWN:
            begins, ends = place == 0, place == len(pieces) - 1
            first = "" if begins and not ends else text[:SHOWN]
            last = "" if ends else text[-SHOWN:]
            # Cut between words where there is a blank.
            first = first.rpartition(" ")[0] or first
            last = last.partition(" ")[2] or last
            text = " ".join(filter(None, [first, "…", last]))
        result.append(Piece(piece.kind, text))
    return tuple(result)


def _is_marked(pieces: Sequence[Piece]) -> bool:
    return any(piece.kind is not Kind.SAME for piece in pieces)
