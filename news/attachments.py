"""Files for readers: an upload is looked at by its content here, or refused in words.

The name and the type that a browser says are not believed. A file is taken only if it is, from its first byte to
its last, one of the kinds of KINDS, whole, and holds nothing that runs when it is opened.
"""

import hashlib
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from uuid import UUID
from xml.etree import ElementTree

from django.core.files.uploadedfile import UploadedFile

from news import pdf, text

MAX_BYTES = 20 * 1024 * 1024
# What an office document may unfold to. A table of a million cells unfolds to some 150 MB.
MAX_ENTRIES = 5000
MAX_UNFOLDED = 250 * 1024 * 1024
# Deflate itself cannot pack tighter than 1032 to 1; XML of large tables comes to some 30 to 1.
MAX_RATIO = 200
# Below this size any ratio is harmless: empty tables are packed very tightly.
RATIO_MATTERS_FROM = 10 * 1024 * 1024
MAX_PART = 2 * 1024 * 1024
# How long a file's name may be, in bytes of UTF-8: file systems end at 255.
MAX_NAME_BYTES = 180

# Kind -> what a browser is told.
KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
}
ACCEPT = ",".join(f".{kind}" for kind in KINDS)

_OPEN_XML_MAIN = {
    f"{KINDS['docx']}.main+xml": "docx",
    f"{KINDS['xlsx']}.main+xml": "xlsx",
}
_TAKEN = "Cổng nhận PDF, DOCX, XLSX và ODT."
_BROKEN = "Tệp bị hỏng hoặc chưa tải xong. Hãy mở tệp trên máy, lưu lại rồi tải lên lần nữa."
_OLD_OFFICE = (
    "Đây là tệp DOC, XLS, PPT kiểu cũ hoặc tệp Office có mật khẩu. Hãy mở tệp bằng Word hoặc Excel, bỏ mật khẩu nếu có, "
    "chọn Lưu thành, chọn kiểu DOCX, XLSX hoặc PDF, rồi tải tệp mới lên."
)
_MACROS = (
    "Tệp này có macro hoặc đối tượng nhúng có thể chạy khi mở. Hãy lưu thành PDF, hoặc lưu thành DOCX, XLSX "
    "không có macro, rồi tải tệp mới lên."
)
_PASSWORD = "Tệp này có mật khẩu, bạn đọc không mở được. Hãy bỏ mật khẩu rồi tải lên lại."  # noqa: S105
_BOMB = "Tệp này giải nén ra quá lớn nên không nhận được. Hãy lưu thành PDF rồi tải lên."
_OF_PDF = {
    pdf.Finding.BROKEN: _BROKEN,
    pdf.Finding.LOCKED: (
        "PDF này có mật khẩu hoặc bị khóa quyền, có bạn đọc sẽ không đọc hoặc không nghe được. "
        "Hãy bỏ khóa rồi tải lên lại."
    ),
    pdf.Finding.RUNS: (
        "PDF này có mã chạy được hoặc biểu mẫu động. Hãy in ra một tệp PDF mới rồi tải tệp đó lên."
    ),
    pdf.Finding.CARRIES: (
        "PDF này mang theo tệp khác bên trong. Hãy bỏ các tệp đó, hoặc tải từng tệp lên riêng."
    ),
    pdf.Finding.TOO_MUCH: (
        "PDF này quá phức tạp để kiểm tra. Hãy in ra một tệp PDF mới hoặc chia nhỏ, rồi tải lên."
    ),
}

# What a reader that is not ours might take the beginning of the file for.
_MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)
_FIRST = 1024


class AttachmentRefused(ValueError):
    """The upload cannot be taken; the message says why, in Vietnamese, for the person who uploaded it."""


@dataclass(frozen=True)
class Checked:
    """An upload that may be kept, byte for byte as it came."""

    kind: str
    name: str
    digest: str
    content: bytes


def check(upload: UploadedFile) -> Checked:
    """Look at an upload; nothing is written.

    Raises AttachmentRefused when it is too large, empty, none of KINDS, broken, locked, or holds what could run.
    """
    if upload.size is None or upload.size > MAX_BYTES:
        raise AttachmentRefused(
            f"Tệp lớn hơn {MAX_BYTES // 1024 // 1024} MB. Hãy giảm cỡ ảnh trong tệp hoặc chia nhỏ rồi tải lại."
        )
    # A form that is checked a second time reads it a second time.
    upload.seek(0)
    content = upload.read()
    kind = kind_of(content)
    return Checked(
        kind=kind,
        name=clean_name(upload.name or "", kind),
        digest=hashlib.sha256(content).hexdigest(),
        content=content,
    )


def kind_of(content: bytes) -> str:
    """Which of KINDS these bytes are. Raises AttachmentRefused for everything else."""
    if not content:
        raise AttachmentRefused("Tệp này rỗng.")
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return _kind_of_zip(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise AttachmentRefused(_OLD_OFFICE)
    if content.startswith(b"{\\rtf"):
        raise AttachmentRefused(f"Tệp RTF chưa nhận được. Hãy lưu thành DOCX hoặc PDF. {_TAKEN}")
    raise AttachmentRefused(f"Tệp này không phải loại tệp nhận được. {_TAKEN}")


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-_FIRST:]:
        raise AttachmentRefused(_BROKEN)
    # A second file in the same bytes: an archive behind the document, a page in its first lines.
    if zipfile.is_zipfile(io.BytesIO(content)) or _MARKUP.search(content[:_FIRST]):
        raise AttachmentRefused(f"Tệp này vừa là PDF vừa là tệp loại khác. {_TAKEN}")
    finding = pdf.look(content)
    if finding != pdf.Finding.FINE:
        raise AttachmentRefused(_OF_PDF[finding])


def _kind_of_zip(content: bytes) -> str:
    # Before the archive is opened: its table of contents is read as a whole.
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise AttachmentRefused(_BOMB)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive, content)
            names = {entry.filename for entry in archive.infolist()}
            if "[Content_Types].xml" in names:
                return _kind_of_open_xml(archive, names)
            if "mimetype" in names:
                return _kind_of_open_document(archive, names)
    except AttachmentRefused:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on hostile bytes
        raise AttachmentRefused(_BROKEN) from None
    raise AttachmentRefused(f"Tệp nén không nhận được. Hãy giải nén rồi tải từng tệp lên. {_TAKEN}")


def _check_archive(archive: zipfile.ZipFile, content: bytes) -> None:
    """The archive is the whole file, unfolds to a bounded size, and every part of it is undamaged."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    # Nothing before, behind or beside: the first part begins at the first byte, and no remark follows the last.
    alone = (
        min(entry.header_offset for entry in entries) == 0
        and not archive.comment
        and content[-22:-18] == b"PK\x05\x06"
        and b"%PDF-" not in content[:_FIRST]
        and not _MARKUP.search(content[:_FIRST])
    )
    if not alone or len(set(names)) < len(names):
        raise AttachmentRefused(f"Tệp này có phần lạ bên trong. Hãy mở tệp và lưu lại. {_TAKEN}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise AttachmentRefused(_PASSWORD)
    unfolded = sum(entry.file_size for entry in entries)
    if unfolded > MAX_UNFOLDED or (
        unfolded > RATIO_MATTERS_FROM and unfolded > MAX_RATIO * len(content)
    ):
        raise AttachmentRefused(_BOMB)
    # testzip() unfolds piece by piece, never more of a part than its entry says, and compares checksums.
    if archive.testzip() is not None:
        raise AttachmentRefused(_BROKEN)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part that is looked at, which is small in every honest file."""
    if archive.getinfo(name).file_size > MAX_PART:
        raise AttachmentRefused(_BOMB)
    return archive.read(name)


def _tree(words: bytes) -> ElementTree.Element:
    """The part as XML. Office documents declare no document type; one that does is up to something."""
    if b"<!" in words.replace(b"\0", b""):
        raise AttachmentRefused(_BROKEN)
    return ElementTree.fromstring(words)  # noqa: S314 - no document type, hence no entity


def _kind_of_open_xml(archive: zipfile.ZipFile, names: set[str]) -> str:
    """DOCX or XLSX: what the table of types says of the main part, which must be there."""
    lowered = {name.lower() for name in names}
    types: dict[str, str] = {}
    for element in _tree(_part(archive, "[Content_Types].xml")):
        name = element.get("PartName", "") or element.get("Extension", "")
        types[name.lstrip("/")] = element.get("ContentType", "")
    said = " ".join(types.values()).lower()
    if (
        "macroenabled" in said
        or "vbaproject" in said
        or "activex" in said
        or "oleobject" in said
        or any(re.search(r"vbaproject|/macrosheets/|/activex/|oleobject", n) for n in lowered)
        or _fetches_template(archive, names)
    ):
        raise AttachmentRefused(_MACROS)
    found = {_OPEN_XML_MAIN[what] for name, what in types.items() if what in _OPEN_XML_MAIN}
    present = {name for name, what in types.items() if what in _OPEN_XML_MAIN} <= names
    if len(found) != 1 or not present:
        raise AttachmentRefused(
            f"Tệp Office này không phải DOCX hoặc XLSX. Hãy lưu thành PDF rồi tải lên. {_TAKEN}"
        )
    return found.pop()


def _fetches_template(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Whether the document loads a template, and with it its macros, from another machine when it is opened."""
    for name in names:
        if name.endswith("settings.xml.rels"):
            for link in _tree(_part(archive, name)):
                target = link.get("Target", "").strip().lower().replace("\\", "/")
                if link.get("Type", "").endswith("/attachedTemplate") and re.match(
                    r"(?:https?|ftp):|(?:file:)?/{2,}[^/]*[^/:]/", target
                ):
                    return True
    return False


def _kind_of_open_document(archive: zipfile.ZipFile, names: set[str]) -> str:
    """ODT: its first part says so in plain bytes, and there is a text."""
    first = archive.infolist()[0]
    said = _part(archive, "mimetype").strip()
    if said != KINDS["odt"].encode():
        raise AttachmentRefused(
            f"Tệp OpenDocument này không phải ODT. Hãy lưu thành PDF rồi tải lên. {_TAKEN}"
        )
    if first.filename != "mimetype" or not {"content.xml", "META-INF/manifest.xml"} <= names:
        raise AttachmentRefused(_BROKEN)
    if b"encryption-data" in _part(archive, "META-INF/manifest.xml"):
        raise AttachmentRefused(_PASSWORD)
    if any(re.match(r"basic/|scripts/|objectreplacements/ole", name.lower()) for name in names):
        raise AttachmentRefused(_MACROS)
    return "odt"


# --- Names -------------------------------------------------------------------------------------------------------


def clean_name(sent: str, kind: str) -> str:
    """The file's own name as readers will see it, with the ending that its content has.

    No folder, control, direction mark, quote or sign that a file system reserves remains; what is too long is cut
    at a word.
    """
    # Before everything else: a line break inside the name must not begin a new one anywhere.
    bare = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c
        for c in unicodedata.normalize("NFC", sent)
        if unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"}
    )
    stem = text.one_line(re.split(r"[/\\]", bare)[-1])
    if stem.lower().endswith(f".{kind}"):
        stem = stem[: -len(kind) - 1]
    stem = text.one_line(re.sub(r'[<>:"|?*`\'“”]', " ", stem)).strip(". ")
    while len(stem.encode()) > MAX_NAME_BYTES:
        stem = stem.rpartition(" ")[0] if " " in stem[20:] else stem[:-1]
    return f"{stem.strip('. ') or 'tep-dinh-kem'}.{kind}"


def file_name(key: UUID, kind: str) -> str:
    """Where an attachment's file lies in the storage: `attachments/3f/3f….pdf`. Not under the public pictures."""
    return f"attachments/{key.hex[:2]}/{key.hex}.{kind}"
