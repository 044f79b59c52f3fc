"""Photos of people: drawn anew and small, so that nothing of the file that was sent is ever shown."""

from __future__ import annotations

from eventsvc import pictures, stores
from eventsvc.programme import lineup
from eventsvc.programme.errors import BadPhoto

MOST_BYTES = 10 * 1024 * 1024
SIDE = 640
MEDIA_TYPE = "image/jpeg"


def kept(content: bytes) -> str:
    """Draw a photo anew, keep that, and return its name. Raises BadPhoto."""
    return stores.keep_anew(stores.PHOTOS, drawn(content))


def forget(*names: str | None) -> None:
    """Forget what no row names, once that is certain: what was replaced, and what was sent and is not shown."""
    for name in names:
        if name and not lineup.is_kept(name, photo=True):
            stores.drop(stores.PHOTOS, name)


def drawn(content: bytes) -> bytes:
    """Return a photo as it is kept: a JPEG of at most 640 pixels a side, upright; of what moves the first picture.

    Raises BadPhoto for what is no picture, and for one with more pixels than are worth the memory.
    """
    if len(content) > MOST_BYTES:
        raise BadPhoto.too_large(MOST_BYTES)
    try:
        return pictures.drawn(content, side=SIDE)
    except pictures.TooManyPixels as many:
        raise BadPhoto.too_many_pixels(many.most) from None
    except pictures.NoPicture:
        raise BadPhoto.unreadable() from None
