"""The files that people send: pictures, documents, and some that were made to do harm."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (1200, 800), **more: Any) -> bytes:
    """A photo, red at the left and blue at the right."""
    photo = Image.new("RGB", size, (200, 20, 20))
    photo.paste((20, 20, 200), (size[0] // 2, 0, *size))
    body = BytesIO()
    photo.save(body, kind, **more)
    return body.getvalue()


def the_head_of_a_picture(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and has some bytes only."""
    said = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = struct.pack(">I", 13) + said + struct.pack(">I", zlib.crc32(said))
    data = b"IDAT" + zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def an_archive(*parts: tuple[str, bytes], **over: Any) -> bytes:
    """A zip file with these parts, each of no time of its own, so that the same parts are the same bytes.

    What `over` says is written into the table of contents, whether it is so or not.
    """
    body = BytesIO()
    with ZipFile(body, "w", ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(
                ZipInfo(name), content, None if name in {"mimetype", "[Content_Types].xml"} else ZIP_DEFLATED
            )
        for part in archive.infolist():
            for name, value in over.items():
                setattr(part, name, value)
    return body.getvalue()


def a_document(name: str = "ppt/presentation.xml", content: bytes = b"<p/>", *more: tuple[str, bytes]) -> bytes:
    """An office document, as far as it is told by what is in it."""
    return an_archive(("[Content_Types].xml", b"<Types/>"), (name, content), *more)


def an_open_document(kind: str, *more: tuple[str, bytes]) -> bytes:
    """A document as LibreOffice writes it."""
    said = f"application/vnd.oasis.opendocument.{kind}".encode()
    return an_archive(("mimetype", said), ("content.xml", b"<p/>"), *more)


def content_of(found: Any) -> bytes:
    """All bytes of a file that is kept."""
    return b"".join(found.blocks())
