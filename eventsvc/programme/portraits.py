"""Photos of people: drawn anew from what was sent, so that nothing of the file itself is ever shown.

No place, time or camera remains, and nothing that was hidden in the file.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

from eventsvc.programme.errors import BadPhoto

MOST_BYTES = 10 * 1024 * 1024
SIDE = 640
MEDIA_TYPE = "image/jpeg"
_MOST_PIXELS = 50_000_000
# What is read whole before it is made small, as nothing but a JPEG is read at a smaller size.
_MOST_WHOLE = 20_000_000
_KINDS = ("JPEG", "PNG", "WEBP", "GIF")
_WHITE = (255, 255, 255)


def drawn(content: bytes) -> bytes:
    """Return a photo as it is kept: a JPEG of at most 640 pixels a side, upright; of what moves the first picture.

    Raises BadPhoto for what is no picture, and for one with more pixels than are worth the memory.
    """
    if len(content) > MOST_BYTES:
        raise BadPhoto.too_large(MOST_BYTES)
    try:
        with Image.open(BytesIO(content), formats=_KINDS) as sent:
            most = _MOST_PIXELS if sent.format == "JPEG" else _MOST_WHOLE
            if sent.width * sent.height > most:
                raise BadPhoto.too_many_pixels(most)
            return _written(_small(sent))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPhoto.too_many_pixels(_MOST_PIXELS) from None
    except BadPhoto:
        raise
    except Exception:  # noqa: BLE001 - a file made to do harm may fail in any way, and is no picture then
        raise BadPhoto.unreadable() from None


def _small(sent: Image.Image) -> Image.Image:
    # A JPEG is read at the nearest size above the one that is kept, which takes a fraction of the memory.
    sent.draft("RGB", (2 * SIDE, 2 * SIDE))
    upright = ImageOps.exif_transpose(_plain(sent))
    upright.thumbnail((SIDE, SIDE))
    return upright


def _plain(sent: Image.Image) -> Image.Image:
    """Return a picture in shades of 8 bits: those of 16 would all be white."""
    if not sent.mode.startswith("I"):
        return sent
    return sent.convert("I").point(lambda shade: shade / 256).convert("L")


def _written(photo: Image.Image) -> bytes:
    # A picture of its own: whatever else the file held stays behind with it.
    own = Image.new("RGB", photo.size, _WHITE)
    if photo.mode in {"RGBA", "LA", "PA"} or "transparency" in photo.info:
        clear = photo.convert("RGBA")
        own.paste(clear, mask=clear.getchannel("A"))
    else:
        own.paste(photo.convert("RGB"))
    body = BytesIO()
    own.save(body, "JPEG", quality=85, optimize=True, progressive=True)
    return body.getvalue()
