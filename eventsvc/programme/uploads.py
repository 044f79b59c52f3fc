"""Slides as they are sent: what a file is, told from its bytes; its name counts for nothing.

An archive is never unpacked: the names in it stand there as they are, so a bomb is only some bytes that are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from eventsvc.programme.errors import BadFile
from eventsvc.text import one_line

MOST_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 120
_ZIP, _MACROS = b"PK\x03\x04", b"vbaProject.bin"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, how its name ends, and what people call it."""

    media_type: str
    ending: str
    word: str


_PLAIN = (
    (b"%PDF-", Kind("application/pdf", "pdf", "PDF")),
    (b"\x89PNG\r\n\x1a\n", Kind("image/png", "png", "PNG")),
    (b"\xff\xd8\xff", Kind("image/jpeg", "jpg", "JPEG")),
    (b"GIF8", Kind("image/gif", "gif", "GIF")),
)
_WEBP = Kind("image/webp", "webp", "WebP")
_IN_ZIP = (
    (b"ppt/presentation.xml", Kind(f"{_OFFICE}.presentationml.presentation", "pptx", "PowerPoint")),
    (b"word/document.xml", Kind(f"{_OFFICE}.wordprocessingml.document", "docx", "Word")),
    (b"xl/workbook.xml", Kind(f"{_OFFICE}.spreadsheetml.sheet", "xlsx", "Excel")),
)
# The first file of an OpenDocument is named so, is not packed, and says which (OpenDocument 1.3, part 2, section 3.3).
_NAMED, _SAID = b"mimetype", slice(38, 100)
_OPEN_KINDS = (
    (f"{_OPEN}.presentation".encode(), Kind(f"{_OPEN}.presentation", "odp", "Impress")),
    (f"{_OPEN}.text".encode(), Kind(f"{_OPEN}.text", "odt", "Writer")),
    (f"{_OPEN}.spreadsheet".encode(), Kind(f"{_OPEN}.spreadsheet", "ods", "Calc")),
)
KINDS = {kind.media_type: kind for kind in (_WEBP, *(each for _mark, each in (*_PLAIN, *_IN_ZIP, *_OPEN_KINDS)))}


def kind_of(content: bytes) -> Kind:
    """Tell what a file is. Raises BadFile for an empty one, one that is too large, and what is no slides."""
    if not content:
        raise BadFile(_("The file is empty. Choose another one."))
    if len(content) > MOST_BYTES:
        raise BadFile.too_large(MOST_BYTES)
    found = _in_zip(content) if content.startswith(_ZIP) else _plain(content)
    if found is None:
        raise BadFile(_("This is no file that we take. Send a PDF, a PowerPoint (.pptx), or another office document."))
    return found


def named(typed: str, kind: Kind) -> str:
    """Return the name a file is offered under: the one it came with, without a path, and with its true ending."""
    name = one_line(typed.replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem, dot, ending = name.rpartition(".")
    plain = "".join(letter for letter in (stem if dot and len(ending) <= 5 else name) if letter not in '<>:"|?*/')
    called = plain[:LONGEST_NAME].strip() or _("slides")
    return f"{called}.{kind.ending}"


def word(media_type: str) -> str:
    """Name a kind of file."""
    return KINDS[media_type].word if media_type in KINDS else ""


def size(count: int) -> str:
    """Write how large a file is: `840 kB`, `3.2 MB`."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB"


def _plain(content: bytes) -> Kind | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _WEBP
    return next((kind for mark, kind in _PLAIN if content.startswith(mark)), None)


def _in_zip(content: bytes) -> Kind | None:
    if content[30:38] == _NAMED:
        # The longer of two that begin alike is another kind: a template.
        return next((kind for mark, kind in _OPEN_KINDS if content[_SAID].partition(b"PK")[0] == mark), None)
    found = next((kind for mark, kind in _IN_ZIP if b"[Content_Types].xml" in content and mark in content), None)
    if found and _MACROS in content:
        raise BadFile(_("This file has macros in it, which we pass on to nobody. Save it without, or as a PDF."))
    return found
