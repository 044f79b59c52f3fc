"""Rows to CSV and XLSX: what went in comes out, and nothing a person typed is ever a formula."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from eventsvc import tables

MALICIOUS = ["=1+1", '=HYPERLINK("http://evil.example.org","x")', "+31 6 1234", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def read_csv(blocks: Iterator[bytes]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(blocks).decode("utf-8-sig"), newline="")))


def read_xlsx(blocks: Iterator[bytes]) -> Worksheet:
    return openpyxl.load_workbook(io.BytesIO(b"".join(blocks))).worksheets[0]


@pytest.mark.parametrize("typed", MALICIOUS)
def test_a_formula_typed_by_a_person_is_text_in_csv(typed: str) -> None:
    cell = read_csv(tables.csv_blocks(["Name"], [[typed]]))[1][0]

    assert cell == f"'{typed}"


@pytest.mark.parametrize("typed", MALICIOUS)
def test_a_formula_typed_by_a_person_is_text_in_xlsx(typed: str) -> None:
    cell = read_xlsx(tables.xlsx_blocks(["Name"], [[typed]], title="Roster"))["A2"]

    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_numbers_and_moments_stay_numbers_and_moments() -> None:
    row: list[tables.Cell] = [-3, 2.5, datetime(2027, 3, 2, 10, 5), None]

    sheet = read_xlsx(tables.xlsx_blocks(["a", "b", "c", "d"], [row], title="Roster"))

    assert [cell.value for cell in sheet[2]] == row
    assert read_csv(tables.csv_blocks(["a"], [row]))[1] == ["-3", "2.5", "2027-03-02 10:05", ""]


def test_csv_begins_with_a_byte_order_mark_so_that_excel_reads_accents() -> None:
    assert b"".join(tables.csv_blocks(["Naam"], [["Zoë"]])) == "\ufeffNaam\r\nZoë\r\n".encode()


@pytest.mark.parametrize("title", ["", "'", "a/b:c*?[x]\\", "é" * 60, "History' "])
def test_any_event_may_name_a_sheet(title: str) -> None:
    assert read_xlsx(tables.xlsx_blocks(["a"], [["b"]], title=title))["A2"].value == "b"


@given(st.lists(st.lists(words, min_size=2, max_size=2), max_size=5))
@settings(max_examples=60, deadline=None)
def test_whatever_people_type_csv_gives_it_back_and_no_cell_begins_a_formula(rows: list[list[str]]) -> None:
    read = read_csv(tables.csv_blocks(["a", "b"], rows))[1:]

    assert len(read) == len(rows)
    for typed, cell in zip((c for row in rows for c in row), (c for row in read for c in row), strict=True):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        kept = tables.speakable(typed)
        assert cell in {kept, f"'{kept}"}


@given(st.lists(words, min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_whatever_people_type_xlsx_gives_it_back_as_text(row: list[str]) -> None:
    sheet = read_xlsx(tables.xlsx_blocks(["a"] * len(row), [row], title="Roster"))

    cells = next(iter(sheet.iter_rows(min_row=2, max_row=2, max_col=len(row))))

    for typed, cell in zip(row, cells, strict=True):
        assert cell.data_type in {"s", "n"}
        assert one_kind_of_line_end(str(cell.value or "")) == one_kind_of_line_end(tables.speakable(typed))


def one_kind_of_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_memory_stays_flat_when_rows_grow_tenfold(kind: str) -> None:
    few, many = peak_of(kind, 1_000), peak_of(kind, 10_000)

    assert many < few + 1_500_000


def peak_of(kind: str, count: int) -> int:
    rows: Iterator[list[tables.Cell]] = ([f"name {number}", "x" * 80, number] for number in range(count))
    blocks = (
        tables.csv_blocks(["a", "b", "c"], rows)
        if kind == "csv"
        else tables.xlsx_blocks(["a", "b", "c"], rows, title="Roster")
    )
    tracemalloc.start()
    for _block in blocks:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
