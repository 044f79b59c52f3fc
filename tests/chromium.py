"""Where the browser is: CHROMIUM says it, else the usual names are looked for."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium that Playwright can drive, or None."""
    said = os.environ.get("CHROMIUM")
    return shutil.which(said) if said else next((path for name in NAMES if (path := shutil.which(name))), None)
