"""Workbooks that somebody sends: read as they are typed, or refused before they cost anything."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

import pytest
import xlsxwriter
from flask import Flask

from eventsvc import create_app
from eventsvc.tables import Unreadable, xlsx
from tests.conftest import QUIET

MOST = 3000


@pytest.fixture(scope="module", autouse=True)
def _sentences(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Sentences for people want a language; these want no database."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(QUIET | {"SQLALCHEMY_DATABASE_URI": "sqlite://", "INSTANCE_PATH": str(folder)})
    with app.app_context():
        yield app


def a_workbook(change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """A workbook with one session, whose parts were written otherwise."""
    plain, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Title", "Start", "End"])
        sheet.write_row(1, 0, ["T", "2027-05-30 10:00", "2027-05-30 11:00"])
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(*change(name, source.read(name)))
    return changed.getvalue()


def with_more(part: str, before: bytes, more: bytes) -> bytes:
    def change(name: str, content: bytes) -> tuple[str, bytes]:
        return name, content.replace(before, more + before, 1) if name == part else content

    return a_workbook(change)


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        xlsx.rows(data, most=MOST)
    return str(refused.value.sentence)


def various(pattern: str, count: int) -> bytes:
    """Elements of which no two are alike, so that they pack no better than those of a table."""
    return "".join(pattern % (number * 7919 % 1_000_003) for number in range(count)).encode()


def test_a_workbook_as_it_should_be_is_read() -> None:
    assert [row.cells[0] for row in xlsx.rows(a_workbook(lambda *part: part), most=MOST)] == ["Title", "T"]


@pytest.mark.parametrize(
    ("part", "before", "pattern", "count"),
    [
        ("xl/sharedStrings.xml", b"<si>", "<si><t>a%d</t></si>", xlsx.MOST_ELEMENTS),
        ("xl/sharedStrings.xml", b"<t>", "<r><t>a%d</t></r>", xlsx.MOST_ELEMENTS),
        ("xl/styles.xml", b"</cellXfs>", "<xf numFmtId='%d'/>", xlsx.MOST_ELEMENTS),
        ("xl/worksheets/sheet1.xml", b"</row>", "<c><v>%d</v></c>", xlsx.MOST_OF_CELLS // 2 + 1),
    ],
)
def test_a_workbook_with_more_in_it_than_any_table_is_refused_before_it_is_read(
    part: str, before: bytes, pattern: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = with_more(part, before, various(pattern, count))
    monkeypatch.setattr("openpyxl.load_workbook", None)

    assert "far more in it" in refusal(data)


def test_a_part_that_packs_to_almost_nothing_is_refused() -> None:
    assert "far more in it" in refusal(with_more("xl/sharedStrings.xml", b"<t>", b"<t>" + b" " * 5_000_000 + b"</t>"))


def test_a_table_of_three_thousand_lines_is_read() -> None:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Title", "Start", "End"])
        for line in range(1, 3001):
            sheet.write_row(line, 0, [f"{line}.{column}" for column in range(30)])

    assert len(xlsx.rows(data.getvalue(), most=MOST)) == 3001


def test_entities_are_found_in_a_part_of_any_name() -> None:
    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name == "xl/sharedStrings.xml":
            return "xl/sharedStrings.dat", content.replace(b"<sst", b'<!DOCTYPE s [<!ENTITY a "x">]><sst', 1)
        return name, content.replace(b"sharedStrings.xml", b"sharedStrings.dat")

    assert "declares entities" in refusal(a_workbook(change))
