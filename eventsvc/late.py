"""Packages that few requests need, imported by the first that does: `late.openpyxl.load_workbook(…)`.

What reads and draws files, and what only an operator's command asks, was a third of the time and of the memory with
which each process began. They are named here and nowhere else imported, so that a start costs what a page costs; see
decision 8. A module's `__getattr__` is PEP 562.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import openpyxl
    import openpyxl.utils.exceptions as openpyxl_errors
    import redis
    import typst
    import xlsxwriter
    from PIL import Image, ImageOps

__all__ = ["Image", "ImageOps", "openpyxl", "openpyxl_errors", "redis", "typst", "xlsxwriter"]

_WHERE = {"Image": "PIL.Image", "ImageOps": "PIL.ImageOps", "openpyxl_errors": "openpyxl.utils.exceptions"}


def __getattr__(name: str) -> Any:
    """Import what was named, and keep it: the next look finds it without coming here."""
    if name not in __all__:
        raise AttributeError(f"{name} is not imported late")
    globals()[name] = found = import_module(_WHERE.get(name, name))
    return found
