"""Pictures that people sent, drawn anew, so that nothing of the file itself is ever shown or handed on.

No place, time or camera remains, and nothing that was hidden in the file.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

_MOST_PIXELS = 50_000_000
_KINDS = ("JPEG", "PNG", "WEBP", "GIF")
_WHITE = (255, 255, 255)
_HOW = {"JPEG": {"quality": 85, "optimize": True, "progressive": True}}


class NoPicture(Exception):
    """These bytes are no picture that can be read."""


class TooManyPixels(Exception):
    """This picture has more pixels than are worth the memory: 50 million."""


def drawn(content: bytes, *, side: int, kind: str = "JPEG") -> bytes:
    """Return a picture of at most `side` pixels a side, upright; of what moves the first picture.

    Raises NoPicture and TooManyPixels.
    """
    try:
        with Image.open(BytesIO(content), formats=_KINDS) as sent:
            if sent.width * sent.height > _MOST_PIXELS:
                raise TooManyPixels
            return _written(_small(sent, side), kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels from None
    except TooManyPixels:
        raise
    except Exception:  # noqa: BLE001 - a file made to do harm may fail in any way, and is no picture then
        raise NoPicture from None


def _small(sent: Image.Image, side: int) -> Image.Image:
    # A JPEG is read at the nearest size above the one that is kept, which takes a fraction of the memory.
    sent.draft("RGB", (2 * side, 2 * side))
    upright = ImageOps.exif_transpose(sent)
    upright.thumbnail((side, side))
    return upright


def _written(picture: Image.Image, kind: str) -> bytes:
    # A picture of its own: whatever else the file held stays behind with it.
    own = Image.new("RGB", picture.size, _WHITE)
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        own.paste(clear, mask=clear.getchannel("A"))
    else:
        own.paste(picture.convert("RGB"))
    body = BytesIO()
    own.save(body, kind, **_HOW.get(kind, {}))
    return body.getvalue()
