"""Where ical.js is, for the tests that let a third reader look at our calendars.

It is another project's code and needs npm to fetch, so it is not kept here: `.ci/run` fetches it, and where it is
missing its tests are left out by name. By hand: `npm install --prefix build/javascript ical.js@2.2.1`.
"""

from __future__ import annotations

import os
from pathlib import Path

_PLACE = "build/javascript/node_modules/ical.js/dist/ical.es5.min.cjs"


def find_icaljs() -> Path | None:
    """Return the file of ical.js that a page can load, from ICAL_JS or where `.ci/run` puts it."""
    path = Path(os.environ.get("ICAL_JS") or Path(__file__).resolve().parent.parent / _PLACE)
    return path if path.is_file() else None
