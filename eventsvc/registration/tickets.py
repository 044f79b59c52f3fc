"""The ticket's code: the reference, as a door's camera reads it."""

from __future__ import annotations

from functools import lru_cache

import segno
from markupsafe import Markup

# ISO/IEC 18004 asks for a quiet zone of four modules.
_QUIET = 4


@lru_cache(maxsize=512)
def code(reference: str) -> Markup:
    """Draw a reference as a QR code: svg, black on white whatever the theme, sized by the stylesheet."""
    drawn = segno.make_qr(reference, error="m")
    # Drawn from letters and digits alone, and by us.
    return Markup(  # noqa: S704
        drawn.svg_inline(border=_QUIET, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
    )
