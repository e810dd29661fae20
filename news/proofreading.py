"""What a careful second reader would say about a story: one small function for each rule, each with its reason.

Pure: a rule sees a Manuscript and nothing else. What only the database knows (which pictures the library
describes, which addresses lead nowhere) is put into it by `news.proofs`.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from news import manuscript, personal_data, text, tone_marks
from news.legacy_encodings import Encoding, detect
from news.personal_data import Kind

# Longer titles take more than four lines in the small cards of the home page on a phone.
TITLE_FITS = 100
# A paragraph in capitals is long from here on; mottoes and names of offices are shorter.
LONG_CAPITALS = 60
SNIPPET = 90
# More remarks than anybody reads; a body of a thousand bad links must not make a page of megabytes.
MAX_FINDINGS = 200


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Place:
    """Where a finding is: a form field, and in the body the n-th element of a selector (from 0) or words.

    `quote` stands in the text word for word, so that an editor can find and mark it.
    """

    field: str
    quote: str = ""
    selector: str = ""
    ordinal: int = 0


@dataclass(frozen=True)
class Finding:
    """One remark. `passage` is the text it depends on: when that changes, an overrule no longer holds."""

    code: str
    severity: Severity
    title: str
    explanation: str
    place: Place
    passage: str = ""
    encoding: Encoding | None = None
    nth: int = 0

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def in_words(self) -> str:
        """In one sentence, for where there is no room for the explanation."""
        quote = f": “{self.place.quote}”" if self.place.quote else ""
        return f"{self.title}{quote}."

    @property
    def fingerprint(self) -> str:
        """The same for the same remark on the same words, 64 hex digits; `nth` tells twins apart."""
        parts = (self.code, self.place.field, " ".join(self.passage.split()), str(self.nth))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


class Trouble(Enum):
    """What is wrong with an address: the code of the finding."""

    BROKEN = "link-broken"
    NOT_YET = "link-waits"
    ANCHOR = "link-anchor"
    OUTSIDE = "link-outside"


@dataclass(frozen=True)
class Manuscript:
    """The story as it is written now. The body is clean (richtext.clean), all texts are NFC.

    `described`: keys of the photos that the library describes or that are decoration on purpose.
    `cover`: key of the chosen cover. `links`: what is known to be wrong with an address, and a sentence on it.
    """

    title: str = ""
    lead: str = ""
    body: str = ""
    described: frozenset[str] = frozenset()
    cover: str = ""
    links: Mapping[str, tuple[Trouble, str]] = field(default_factory=dict)

    @cached_property
    def parts(self) -> manuscript.Body:
        return manuscript.read(self.body)

    @cached_property
    def passages(self) -> list[tuple[str, str, str]]:
        """Every paragraph as field name, element and text; title and lead come first."""
        body = [("body", part.tag, part.text) for part in self.parts.paragraphs]
        return [*(("title", "h1", self.title), ("lead", "p", self.lead)), *body]


Rule = Callable[[Manuscript], Iterable[Finding]]


def findings(story: Manuscript) -> list[Finding]:
    """What there is to say, errors first, then in the order of the rules and of the text; at most MAX_FINDINGS."""
    seen: Counter[str] = Counter()
    found = []
    for rule in RULES:
        for finding in rule(story):
            nth = seen[finding.fingerprint]
            seen[finding.fingerprint] += 1
            found.append(replace(finding, nth=nth))
    return sorted(found, key=lambda finding: not finding.is_error)[:MAX_FINDINGS]


def _snippet(passage: str) -> str:
    """The beginning of a passage, within one line and cut at a word: it can be searched for in the editor."""
    line = passage.split("\n", 1)[0]
    return line if len(line) <= SNIPPET else line[:SNIPPET].rpartition(" ")[0] or line[:SNIPPET]


# --- The rules: title and lead --------------------------------------------------------------------


def empty_lead(story: Manuscript) -> Iterable[Finding]:
    """The lead stands in cards, feeds, search engines and shared links; without it the body's first words do."""
    if not story.lead.strip():
        yield Finding(
            "lead-empty",
            Severity.WARNING,
            "Chưa có phần dẫn",
            "Phần dẫn hiện ở trang chủ, trong danh sách tin và khi chia sẻ. Hãy viết một đoạn ngắn nói điều quan "
            "trọng nhất của tin.",
            Place("lead"),
        )


def long_title(story: Manuscript) -> Iterable[Finding]:
    """TITLE_FITS is measured on the home page at 360 pixels; what is longer pushes other stories away."""
    if len(story.title) > TITLE_FITS:
        yield Finding(
            "title-long",
            Severity.WARNING,
            "Tiêu đề dài",
            f"Tiêu đề có {len(story.title)} ký tự. Quá {TITLE_FITS} ký tự thì ô tin trên điện thoại phải xuống "
            "nhiều dòng và khó đọc. Hãy rút gọn nếu được.",
            Place("title"),
            passage=story.title,
        )


# --- The rules: pictures, headings, tables --------------------------------------------------------


def undescribed_pictures(story: Manuscript) -> Iterable[Finding]:
    """Every picture needs a description or the decision that it is decoration (WCAG 2.2, 1.1.1, level A).

    Photo.undescribed_in() says the same of a body's photos, without their places.
    """
    explanation = (
        "Người không nhìn thấy ảnh sẽ không biết ảnh cho thấy gì. Hãy bấm đúp vào ảnh rồi viết mô tả bằng một câu "
        "ngắn, hoặc chọn “ảnh trang trí”."
    )
    for ordinal, picture in enumerate(story.parts.pictures):
        if not (picture.alt or picture.decorates or picture.key in story.described):
            yield Finding(
                "picture-alt",
                Severity.ERROR,
                f"Ảnh thứ {ordinal + 1} chưa có mô tả",
                explanation,
                Place("body", selector="img", ordinal=ordinal),
                passage=picture.key,
            )
    shown = {picture.key for picture in story.parts.pictures}
    if story.cover and story.cover not in story.described | shown:
        yield Finding(
            "picture-alt",
            Severity.ERROR,
            "Ảnh đại diện chưa có mô tả",
            "Người không nhìn thấy ảnh sẽ không biết ảnh cho thấy gì. Hãy mở ảnh trong thư viện và viết mô tả.",
            Place("cover"),
            passage=story.cover,
        )


def heading_order(story: Manuscript) -> Iterable[Finding]:
    """Headings are how people who listen find their way; a level left out sounds like a missing part (H42, G141).

    The title is level 1, so the body begins at level 2 (`Đầu đề 2` in the editor).
    """
    level = 1
    for ordinal, heading in enumerate(story.parts.headings):
        if heading.level > level + 1:
            yield Finding(
                "heading-order",
                Severity.WARNING,
                "Đầu đề nhảy cấp",
                f"Đầu đề này ở cấp {heading.level} nhưng phía trên mới có cấp {level}. Hãy chọn cấp {level + 1}, "
                "để người nghe đọc trang không tưởng thiếu một phần.",
                Place("body", _snippet(heading.text), "h2, h3, h4", ordinal),
                passage=f"{level} {heading.level} {heading.text}",
            )
        level = heading.level


def tables_without_headers(story: Manuscript) -> Iterable[Finding]:
    """A cell is understood by its header (WCAG 2.2, 1.3.1). One row or one column is no table of data."""
    for ordinal, table in enumerate(story.parts.tables):
        if not table.has_header and table.rows > 1 and table.columns > 1:
            yield Finding(
                "table-header",
                Severity.WARNING,
                f"Bảng thứ {ordinal + 1} chưa có dòng đầu đề",
                "Người nghe đọc trang cần đầu đề để hiểu từng ô. Hãy bấm chuột phải vào bảng, chọn Thuộc tính bảng, "
                "rồi chọn hàng hoặc cột làm đầu đề.",
                Place("body", _snippet(table.text), "table", ordinal),
                passage=table.text,
            )


# --- The rules: links -----------------------------------------------------------------------------

# Compared folded and without punctuation. WCAG 2.2, 2.4.4: a link says where it leads.
EMPTY_WORDS = frozenset(
    map(
        text.fold,
        (
            *(
                "tại đây",
                "ở đây",
                "đây",
                "vào đây",
                "theo đây",
                "bấm vào đây",
                "nhấn vào đây",
                "click vào đây",
            ),
            *(
                "xem tại đây",
                "tải tại đây",
                "tải về tại đây",
                "xem chi tiết tại đây",
                "tham khảo tại đây",
            ),
            *(
                "xem thêm",
                "xem tiếp",
                "xem chi tiết",
                "chi tiết",
                "xem",
                "đọc thêm",
                "đọc tiếp",
                "link",
                "here",
            ),
            *(
                "đường dẫn",
                "liên kết",
                "bấm đây",
                "nhấn đây",
                "click here",
                "read more",
                "tải về",
                "tải xuống",
            ),
        ),
    )
)


def empty_link_words(story: Manuscript) -> Iterable[Finding]:
    """People who listen jump from link to link: ten times `tại đây` tells them nothing (WCAG 2.2, 2.4.4)."""
    for ordinal, link in enumerate(story.parts.links):
        if text.fold(link.text).strip(" .,;:!?…()[]»«\"'>-") in EMPTY_WORDS:
            yield Finding(
                "link-words",
                Severity.WARNING,
                "Tên liên kết không nói dẫn đến đâu",
                "Tên liên kết nên cho biết bấm vào thì đến đâu, ví dụ: “Mẫu đơn đăng ký khai sinh” thay cho “tại "
                "đây”.",
                Place("body", link.text, "a", ordinal),
                passage=f"{link.text} {link.href}",
            )


_TROUBLES = {
    Trouble.BROKEN: (Severity.ERROR, "Liên kết không dẫn đến đâu"),
    Trouble.NOT_YET: (Severity.WARNING, "Liên kết đến tin chưa đến giờ xuất bản"),
    Trouble.ANCHOR: (Severity.WARNING, "Liên kết đến một chỗ không có trong trang"),
    Trouble.OUTSIDE: (Severity.WARNING, "Trang bên ngoài không mở được"),
}


def troubled_links(story: Manuscript) -> Iterable[Finding]:
    """Our own addresses must lead to a public page; others were looked at in the night and only warn."""
    for ordinal, link in enumerate(story.parts.links):
        if link.href in story.links:
            trouble, sentence = story.links[link.href]
            severity, title = _TROUBLES[trouble]
            yield Finding(
                trouble.value,
                severity,
                title,
                f"{sentence} Địa chỉ: {link.href}",
                Place("body", _snippet(link.text), "a", ordinal),
                passage=link.href,
            )


# --- The rules: letters ---------------------------------------------------------------------------


def old_encodings(story: Manuscript) -> Iterable[Finding]:
    """Text in TCVN3 or VNI is unreadable without its font, and no search finds it (TCVN 6909:2001)."""
    for name in ("title", "lead", "body"):
        found = [
            (words, encoding)
            for field_name, _, words in story.passages
            if field_name == name and (encoding := detect(words))
        ]
        if found:
            words, encoding = found[0]
            many = f" Có {len(found)} đoạn như vậy." if len(found) > 1 else ""
            yield Finding(
                "encoding",
                Severity.ERROR,
                f"Chữ viết bằng bảng mã cũ {encoding.value}",
                f"Bạn đọc sẽ thấy chữ lạ như “{_snippet(words)}”.{many} Bạn có thể chuyển sang Unicode, rồi đọc lại.",
                Place(name, _snippet(words)),
                passage="\n".join(words for words, _ in found),
                encoding=encoding,
            )


def mixed_tone_marks(story: Manuscript) -> Iterable[Finding]:
    """`Ủy ban` and `Uỷ ban` in one story look careless, and a page is found by one of them only."""
    places = {
        id(word): (name, word)
        for name, _, passage in story.passages
        for word in tone_marks.marked(passage)
    }
    rarer = tone_marks.mixed(word for _, word in places.values())
    if not rarer:
        return
    words = list(dict.fromkeys(word.word for word in rarer))
    other_way = "kiểu cũ (hòa, ủy)" if not rarer[0].is_older else "kiểu mới (hoà, uỷ)"
    names = [word for word in words if any(w.word == word and w.is_name for w in rarer)]
    note = f" Tên riêng giữ đúng như giấy tờ: {', '.join(names)}." if names else ""
    yield Finding(
        "tone-marks",
        Severity.WARNING,
        "Dấu thanh đặt theo hai kiểu",
        f"Phần lớn bài viết theo {other_way}, riêng các chữ sau viết khác: {', '.join(words)}. Nên viết một kiểu."
        + note,
        Place(places[id(rarer[0])][0], rarer[0].word),
        passage=" ".join(words),
    )


def paragraphs_in_capitals(story: Manuscript) -> Iterable[Finding]:
    """Long capitals are read letter by letter, and some screen readers spell them out. Titles are kept as typed."""
    for name, tag, passage in story.passages:
        letters = [c for c in passage if c.isalpha()]
        capitals = sum(map(str.isupper, letters))
        if tag not in {"p", "li", "blockquote"} or len(letters) < LONG_CAPITALS:
            continue
        if capitals >= 0.9 * len(letters):
            yield Finding(
                "capitals",
                Severity.WARNING,
                "Cả đoạn viết hoa",
                "Đoạn dài toàn chữ hoa khó đọc và trông như quát. Hãy viết chữ thường, muốn nhấn mạnh thì in đậm.",
                Place(name, _snippet(passage)),
                passage=passage,
            )


# --- The rules: persons ---------------------------------------------------------------------------

_LAW = "Luật Bảo vệ dữ liệu cá nhân (91/2025/QH15)"


def personal_numbers(story: Manuscript) -> Iterable[Finding]:
    """See `news.personal_data`. An office may publish its own account and telephone: that only warns."""
    for name, _, passage in story.passages:
        for number in personal_data.numbers(passage):
            place = Place(name, number.written)
            if number.kind is Kind.IDENTITY:
                yield Finding(
                    "identity-number",
                    Severity.ERROR,
                    "Có số căn cước của một người",
                    f"Số {number.written} là dữ liệu cá nhân; {_LAW} không cho đăng công khai. Hãy bỏ đi, hoặc chỉ để "
                    "lại ba số cuối.",
                    place,
                    passage=number.written,
                )
            elif number.kind is Kind.ACCOUNT:
                yield Finding(
                    "bank-account" if not number.of_office else "office-account",
                    Severity.WARNING if number.of_office else Severity.ERROR,
                    "Có số tài khoản ngân hàng",
                    (
                        f"Hãy xem kỹ: số {number.written} có phải tài khoản của cơ quan và được phép công bố không?"
                        if number.of_office
                        else f"Số {number.written} có vẻ là tài khoản của một người; {_LAW} không cho đăng công khai. "
                        "Nếu là tài khoản của cơ quan, hãy viết tên cơ quan ngay trước số."
                    ),
                    place,
                    passage=number.written,
                )
            else:
                yield Finding(
                    "phone",
                    Severity.WARNING,
                    "Có số điện thoại",
                    f"Số {number.written} là của cơ quan thì để lại. Nếu là số riêng của một người, hãy bỏ đi hoặc xin "
                    "phép người đó trước khi đăng.",
                    place,
                    passage=number.written,
                )


RULES: tuple[Rule, ...] = (
    empty_lead,
    long_title,
    undescribed_pictures,
    troubled_links,
    old_encodings,
    personal_numbers,
    heading_order,
    tables_without_headers,
    empty_link_words,
    mixed_tone_marks,
    paragraphs_in_capitals,
)
