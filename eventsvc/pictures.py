"""Pictures that people sent, drawn anew, so that nothing of the file itself is ever shown or handed on.

No place, time or camera remains, and nothing that was hidden in the file.
"""

from __future__ import annotations

from io import BytesIO

from eventsvc import late

_MOST_PIXELS = 50_000_000
# Of what is read whole before it is made small, as nothing but a JPEG is read at a smaller size.
_MOST_BYTES = 120_000_000
_KINDS = ("JPEG", "PNG", "WEBP", "GIF")
_WHITE = (255, 255, 255)
_HOW = {"JPEG": {"quality": 85, "optimize": True, "progressive": True}}


class NoPicture(Exception):
    """These bytes are no picture that can be read."""


class TooManyPixels(Exception):
    """This picture has more pixels than are worth the memory: `most`."""

    def __init__(self, most: int = _MOST_PIXELS) -> None:
        super().__init__(most)
        self.most = most


def drawn(content: bytes, *, side: int, kind: str = "JPEG") -> bytes:
    """Return a picture of at most `side` pixels a side, upright; of what moves the first picture.

    Raises NoPicture and TooManyPixels.
    """
    try:
        with late.Image.open(BytesIO(content), formats=_KINDS) as sent:
            most = _most(sent)
            if sent.width * sent.height > most:
                raise TooManyPixels(most)
            return _written(_small(sent, side), kind)
    except (late.Image.DecompressionBombError, late.Image.DecompressionBombWarning):
        raise TooManyPixels from None
    except TooManyPixels:
        raise
    except Exception:  # noqa: BLE001 - a file made to do harm may fail in any way, and is no picture then
        raise NoPicture from None


def _most(sent: late.Image.Image) -> int:
    """Return how many pixels are worth the memory that this picture takes for each."""
    if sent.format == "JPEG":
        return _MOST_PIXELS
    each = 4 if sent.mode[0] in "IF" else len(sent.getbands())
    return min(_MOST_PIXELS, _MOST_BYTES // each)


def _small(sent: late.Image.Image, side: int) -> late.Image.Image:
    # A JPEG is read at the nearest size above the one that is kept, which takes a fraction of the memory.
    sent.draft("RGB", (2 * side, 2 * side))
    upright = late.ImageOps.exif_transpose(_plain(sent))
    upright.thumbnail((side, side))
    return upright


def _plain(sent: late.Image.Image) -> late.Image.Image:
    """Return a picture in shades of 8 bits: those of 16 would all be white."""
    if not sent.mode.startswith("I"):
        return sent
    return sent.convert("I").point(lambda shade: shade / 256).convert("L")


def _written(picture: late.Image.Image, kind: str) -> bytes:
    # A picture of its own: whatever else the file held stays behind with it.
    own = late.Image.new("RGB", picture.size, _WHITE)
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        own.paste(clear, mask=clear.getchannel("A"))
    else:
        own.paste(picture.convert("RGB"))
    body = BytesIO()
    own.save(body, kind, **_HOW.get(kind, {}))
    return body.getvalue()
