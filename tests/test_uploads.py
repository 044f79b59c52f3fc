"""Files as they are sent: told by their bytes, refused where they were made to do harm, named harmlessly."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eventsvc import pictures, uploads
from eventsvc.errors import BadFile
from tests.files import PDF, a_document, a_photo, an_archive, an_open_document

WORD = "word/document.xml"


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (PDF, "pdf"),
        (a_document(), "pptx"),
        (a_document(WORD), "docx"),
        (a_document("word/document2.xml"), "docx"),
        (a_document("xl/workbook.xml"), "xlsx"),
        (an_open_document("presentation"), "odp"),
        (an_open_document("text"), "odt"),
        (an_open_document("spreadsheet"), "ods"),
        (a_photo("PNG", (2, 2)), "png"),
        (a_photo("JPEG", (2, 2)), "jpg"),
        (a_photo("GIF", (2, 2)), "gif"),
        (a_photo("WEBP", (2, 2)), "webp"),
    ],
)
def test_a_file_is_told_by_its_bytes_and_its_name_counts_for_nothing(app: Flask, content: bytes, ending: str) -> None:
    kind = uploads.kind_of(content)

    assert kind.ending == ending
    assert uploads.named("../../talk.html", kind) == f"talk.{ending}"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html><script>alert(1)</script></html>", "no file that we take"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no file that we take"),
        (b"MZ\x90\x00 an executable", "no file that we take"),
        (b"<script>alert(1)</script>" + PDF, "no file that we take"),
        (an_archive(("some/thing.xml", b"<p/>")), "no file that we take"),
        (an_archive((WORD, b"<p/>")), "no file that we take"),
        (an_open_document("presentation-template"), "no file that we take"),
        (a_document("ppt/presentation.xml", b"<p/>", ("ppt/vbaProject.bin", b"macros")), "has macros in it"),
        (a_document("xl/workbook.xml", b"<p/>", ("xl/macrosheets/sheet1.xml", b"macros")), "has macros in it"),
        (an_open_document("text", ("Basic/Standard/script-lb.xml", b"macros")), "has macros in it"),
        (a_document(WORD, bytes(30_000_000)), "Unpacked this file would be many times as large"),
        (an_archive(("[Content_Types].xml", b""), (WORD, b"<p/>"), file_size=2**31), "Unpacked this file"),
        (an_archive(("[Content_Types].xml", b""), (WORD, b"<p/>"), compress_size=10_000), "Unpacked this file"),
        (an_archive(("[Content_Types].xml", b""), (WORD, b"<p/>"), flag_bits=1), "broken or locked"),
        (a_document(WORD, b"<p/>", ("../../etc/passwd", b"root")), "broken or locked"),
        (a_document(WORD, b"<p/>", ("/etc/passwd", b"root")), "broken or locked"),
        (a_document(WORD)[:-30], "broken or locked"),
        (an_archive(*((f"{number}.xml", b"") for number in range(uploads.MOST_PARTS + 1))), "broken or locked"),
        (b"", "The file is empty"),
        (b"%PDF-" + bytes(uploads.MOST_BYTES), "A file may have 20 MB"),
    ],
    ids=[
        "html", "svg", "exe", "page before a PDF", "zip", "no types", "template", "macros", "old macros",
        "macros of LibreOffice", "bomb", "bomb by its own word", "overlapping", "locked", "path upward", "absolute path",
        "cut off", "many parts", "empty", "long",
    ],
)  # fmt: skip
def test_what_is_hostile_or_wrong_is_refused_with_a_sentence(app: Flask, content: bytes, sentence: str) -> None:
    with pytest.raises(BadFile) as refused:
        uploads.kind_of(content)

    assert sentence in str(refused.value.sentence)
    assert refused.value.status == (413 if "MB" in sentence else 422)


@given(st.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail))
def test_no_bytes_break_the_look_at_an_archive(content: bytes) -> None:
    with pytest.raises(BadFile):
        uploads.kind_of(content)


@pytest.mark.parametrize(
    "typed",
    ["", "...", 'a<b>:"|?*.pdf', "C:\\talks\\x.exe", "x" * 500, "a\r\nb.pdf", "a\x00b.pdf", "../..", "\u202efdp.exe"],
)
def test_no_typed_name_is_more_than_a_name(app: Flask, typed: str) -> None:
    name = uploads.named(typed, uploads.kind_of(PDF))

    assert name.endswith(".pdf") and 4 < len(name) < 200
    assert not set(name) & set('/\\<>:"|?*\r\n\x00\u202e')


def test_a_name_keeps_its_script_and_is_written_in_one_way(app: Flask) -> None:
    kind = uploads.kind_of(PDF)

    assert uploads.named("履歴書 李诗丽.pdf", kind) == "履歴書 李诗丽.pdf"
    assert uploads.named("re\u0301sume\u0301.PDF", kind) == "r\u00e9sum\u00e9.pdf"


def test_a_picture_that_is_another_file_as_well_is_a_picture_alone_when_it_is_drawn_anew() -> None:
    both = a_photo("GIF", (20, 20)) + a_document(WORD, b"hidden words")

    alone = pictures.drawn(both, side=100, kind="PNG")

    assert Image.open(BytesIO(alone)).format == "PNG"
    assert b"PK\x03\x04" in both and b"PK\x03\x04" not in alone
