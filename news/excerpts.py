"""The piece of a story in which a reader sees what was looked for, with the words marked.

Marks are put around pieces of plain text, each escaped by itself: nothing in a story becomes markup here.
"""

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from news import richtext, text
from news.models import Article, ArticleAttachment, Attachment
from news.query import Phrase, Query, writings

# Characters of an excerpt, and of what stands in it before the first word that was found.
LENGTH, BEFORE = 240, 60
# Places that are looked at when the best is chosen.
PLACES = 30
# Characters that are folded and looked through at a time: the first pieces mostly have all there is to be shown.
PIECE = 1200
# As many of the phrases as one piece need show: more hardly stand in it together.
ENOUGH = 4
# Characters of a file in which they are looked for.
IN_FILE = 50_000


@dataclass(frozen=True)
class Result:
    """A story among results: its title and a piece of it with the words marked, and where else they stand."""

    article: Article
    title: SafeString
    excerpt: SafeString
    # Name, address and a piece of the file below the story that has what the story itself has not.
    file: Attachment | None = None
    in_file: SafeString | str = ""


def results(articles: Sequence[Article], query: Query) -> list[Result]:
    """The stories as a page of results shows them; in one query more if the words stand in files only."""
    found = {article.pk: _result(article, query) for article in articles}
    elsewhere = [
        key for key, result in found.items() if "<mark>" not in result.title + result.excerpt
    ]
    if query.wanted and elsewhere:
        uses = ArticleAttachment.objects.filter(article__in=elsewhere, order__isnull=False)
        for use in uses.select_related("attachment__inside").order_by("-order"):
            inside = getattr(use.attachment, "inside", None)
            words = f"{use.attachment.title}. {inside.text[:IN_FILE] if inside else ''}"
            piece = _Text(words, query)
            if piece.found:
                result = found[use.article_id]
                found[use.article_id] = replace(result, file=use.attachment, in_file=piece.cut())
    return list(found.values())


def _result(article: Article, query: Query) -> Result:
    """With the lead if what was looked for stands in it, else the first piece of the story that has enough of it.

    Where nothing of it stands in the words of the story itself, the beginning of its lead.
    """
    title = _Text(article.title, query)
    best = _Text(text.one_line(article.lead) or article.summary, query)
    enough = min(len(query.wanted), ENOUGH)
    if best.number < enough:
        for piece in _pieces(article.body, query):
            if piece.number > best.number:
                best = piece
            if best.number >= enough:
                break
    return Result(article, title.marked(), best.cut())


def _pieces(body: str, query: Query) -> Iterator["_Text"]:
    """A clean body as texts of about PIECE characters, each of whole blocks."""
    start = 0
    while start < len(body):
        end = body.find("</", min(start + PIECE, len(body)))
        end = body.find(">", end) + 1 if end >= 0 else 0
        end = end or len(body)
        words = richtext.outlined(body[start:end])
        yield _Text(words, query, is_begin=start == 0, is_end=end == len(body))
        start = end


class _Text:
    """A plain text in NFC, and where in it stands what was looked for."""

    def __init__(
        self, words: str, query: Query, *, is_begin: bool = True, is_end: bool = True
    ) -> None:
        self.words = words
        self.is_begin, self.is_end = is_begin, is_end
        pattern = _pattern(query.wanted)
        # Folded sign for sign, so that places are the same.
        self.found = list(pattern.finditer(text.parted(words))) if pattern else []
        self.number = len({" ".join(match[0].split()) for match in self.found})

    def marked(self, start: int = 0, end: int | None = None) -> SafeString:
        """The text from `start` to `end` with what was looked for marked."""
        end = len(self.words) if end is None else end
        pieces, last = [], start
        for match in self.found:
            if start <= match.start() and match.end() <= end:
                pieces.append((self.words[last : match.start()], self.words[slice(*match.span())]))
                last = match.end()
        shown = format_html_join("", "{}<mark>{}</mark>", pieces)
        return format_html("{}{}", shown, self.words[last:end])

    def cut(self) -> SafeString:
        """The LENGTH characters that hold most of what was looked for, cut between words."""
        start = self._best() if len(self.words) > LENGTH else 0
        end = min(len(self.words), start + LENGTH)
        if start:
            start = self.words.find(" ", start, end) + 1 or start
        if end < len(self.words):
            blank = self.words.rfind(" ", start, end)
            end = blank if blank > start else end
        before = "" if self.is_begin and not start else "… "
        after = "" if self.is_end and end == len(self.words) else " …"
        return format_html("{}{}{}", before, self.marked(start, end), after)

    def _best(self) -> int:
        """Where to begin."""
        places = [(match.start(), match[0]) for match in self.found[:PLACES]]
        most = best = 0
        for place, _ in places:
            near = {word for at, word in places if place <= at < place + LENGTH - BEFORE}
            if len(near) > most:
                most, best = len(near), max(0, place - BEFORE)
        return best


@functools.lru_cache(500)
def _pattern(phrases: tuple[Phrase, ...]) -> re.Pattern[str] | None:
    """What finds the phrases in a parted text, the longest first."""
    if not phrases:
        return None
    ways = [way for phrase in phrases for way in writings(phrase)]
    ordered = sorted(ways, key=lambda phrase: -sum(map(len, phrase)))
    # A look at the first letter passes over most places at once.
    first = "".join(sorted({re.escape(phrase[0][0]) for phrase in ways}))
    return re.compile(f"(?=[{first}])(?:{'|'.join(map(_expression, ordered))})")


def _expression(phrase: Phrase) -> str:
    """A word ends where its letters end, and where digits begin: as news.text.words() parts them."""
    parts = [re.escape(phrase[0])]
    for before, word in itertools.pairwise(phrase):
        gap = " *" if before.isdecimal() != word.isdecimal() else " +"
        parts.append(gap + re.escape(word))
    first, last = ("\\d" if word.isdecimal() else r"[^\W\d_]" for word in (phrase[0], phrase[-1]))
    return f"(?<!{first}){''.join(parts)}(?!{last})"
