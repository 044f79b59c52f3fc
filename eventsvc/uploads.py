"""Files as they are sent: what a file is, told from its bytes; its name counts for nothing.

An archive is never unpacked: its table of contents tells what it is, and what it would become.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from flask_babel import gettext as _

from eventsvc.errors import BadFile
from eventsvc.text import one_line, unturned

MOST_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 120
MOST_PARTS = 5_000
# A document of text shrinks to a tenth, a bomb to a thousandth.
_MOST_TIMES, _ALWAYS_FINE = 100, 10 * 1024 * 1024
_ZIP, _LISTED = b"PK\x03\x04", b"PK\x01\x02"
_IS_LOCKED = 0x1
_MACROS = re.compile(r"(.*/)?(vbaProject\.bin|vbaData\.xml)|xl/macrosheets/.*|(Basic|Scripts)/.*", re.IGNORECASE)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"


class TooLarge(BadFile):
    status = 413

    def __init__(self, most: int) -> None:
        super().__init__(
            _("A file may have %(most)s MB. Send a smaller one, for example as a PDF.", most=most // 1024 // 1024)
        )


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, how its name ends, and what people call it."""

    media_type: str
    ending: str
    word: str

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


_PLAIN = (
    (b"%PDF-", Kind("application/pdf", "pdf", "PDF")),
    (b"\x89PNG\r\n\x1a\n", Kind("image/png", "png", "PNG")),
    (b"\xff\xd8\xff", Kind("image/jpeg", "jpg", "JPEG")),
    (b"GIF8", Kind("image/gif", "gif", "GIF")),
)
_WEBP = Kind("image/webp", "webp", "WebP")
# Word on the web numbers the part that it writes last.
_IN_ZIP = (
    (re.compile(r"ppt/presentation\d*\.xml"), Kind(f"{_OFFICE}.presentationml.presentation", "pptx", "PowerPoint")),
    (re.compile(r"word/document\d*\.xml"), Kind(f"{_OFFICE}.wordprocessingml.document", "docx", "Word")),
    (re.compile(r"xl/workbook\d*\.xml"), Kind(f"{_OFFICE}.spreadsheetml.sheet", "xlsx", "Excel")),
)
# The first file of an OpenDocument is named so, is not packed, and says which (OpenDocument 1.3, part 2, section 3.3).
_NAMED, _SAID = b"mimetype", slice(38, 100)
_OPEN_KINDS = (
    (f"{_OPEN}.presentation".encode(), Kind(f"{_OPEN}.presentation", "odp", "Impress")),
    (f"{_OPEN}.text".encode(), Kind(f"{_OPEN}.text", "odt", "Writer")),
    (f"{_OPEN}.spreadsheet".encode(), Kind(f"{_OPEN}.spreadsheet", "ods", "Calc")),
)
KINDS = {kind.media_type: kind for kind in (_WEBP, *(each for _mark, each in (*_PLAIN, *_IN_ZIP, *_OPEN_KINDS)))}
ACCEPT = ",".join(f".{kind.ending}" for kind in KINDS.values())
"""What a form tells a browser to offer; what is sent is looked at all the same."""


def kind_of(content: bytes, *, most: int = MOST_BYTES) -> Kind:
    """Tell what a file is. Raises BadFile for an empty one, a hostile one, and a kind that we do not take.

    Raises TooLarge for one that has more than `most` bytes.
    """
    if not content:
        raise BadFile(_("The file is empty. Choose another one."))
    if len(content) > most:
        raise TooLarge(most)
    found = _in_zip(content) if content.startswith(_ZIP) else _plain(content)
    if found is None:
        raise BadFile(
            _("This is no file that we take. Send a PDF, a picture, or an office document such as .docx or .pptx.")
        )
    return found


def named(typed: str, kind: Kind, otherwise: str = "") -> str:
    """Return the name a file is offered under: the one it came with, without a path, and with its true ending."""
    whole = unicodedata.normalize("NFC", unturned(typed.replace("\\", "/").rpartition("/")[2]))
    name = one_line(whole).strip(". ")
    stem, dot, ending = name.rpartition(".")
    called = plain(stem if dot and len(ending) <= 5 else name, LONGEST_NAME) or otherwise or _("file")
    return f"{called}.{kind.ending}"


def plain(text: str, most: int) -> str:
    """Leave out of a text what no name of a file may have, on any system."""
    left = "".join(letter for letter in text if letter not in '<>:"/\\|?*')
    return one_line(left)[:most].strip(". ")


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
    parts = _parts(content)
    if any(_MACROS.fullmatch(part.filename) for part in parts):
        raise BadFile(_("This file has macros in it, which we pass on to nobody. Save it without, or as a PDF."))
    if content[30:38] == _NAMED:
        # The longer of two that begin alike is another kind: a template.
        return next((kind for mark, kind in _OPEN_KINDS if content[_SAID].partition(b"PK")[0] == mark), None)
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for main, kind in _IN_ZIP if any(map(main.fullmatch, names))), None)


def _parts(content: bytes) -> list[zipfile.ZipInfo]:
    """Read the table of contents of an archive. Raises BadFile for a broken one and for a bomb."""
    try:
        # Counted before it is read, so that a table of half a million lines costs nothing.
        parts = [] if content.count(_LISTED) > MOST_PARTS else zipfile.ZipFile(BytesIO(content)).infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError, EOFError):
        parts = []
    if not parts or not all(map(_is_sound, parts)):
        raise BadFile(_("This file is broken or locked, so we cannot tell what it is. Save it anew, or as a PDF."))
    unpacked, packed = (sum(getattr(part, name) for part in parts) for name in ("file_size", "compress_size"))
    if unpacked > max(_ALWAYS_FINE, _MOST_TIMES * len(content)) or packed > len(content):
        raise BadFile(_("Unpacked this file would be many times as large, so we do not take it. Send it as a PDF."))
    return parts


def _is_sound(part: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(part.filename.replace("\\", "/"))
    return not part.flag_bits & _IS_LOCKED and not path.is_absolute() and ".." not in path.parts
