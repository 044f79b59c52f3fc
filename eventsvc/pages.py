"""The site's own pages, and what every page shows around its content."""

from __future__ import annotations

from flask import Flask


def bind(app: Flask) -> None:
    """Give templates what the layouts show."""
