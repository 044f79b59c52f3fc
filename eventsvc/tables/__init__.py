"""Tables: rows to CSV and XLSX, streamed and formula-safe; and rows out of what people paste and send."""

from eventsvc.tables.errors import Unreadable
from eventsvc.tables.rows import MOST_BYTES, Problem, Row
from eventsvc.tables.writing import Cell, csv_blocks, speakable, xlsx_blocks

__all__ = ["MOST_BYTES", "Cell", "Problem", "Row", "Unreadable", "csv_blocks", "speakable", "xlsx_blocks"]
