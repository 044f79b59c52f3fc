"""What the columns of a table hold: by the words above them, once each, and as somebody corrects it."""

from __future__ import annotations

import enum

import pytest

from eventsvc.tables import Row, headings, layouts


class Column(enum.StrEnum):
    NAME = "name"
    EMAIL = "e-mail"


KNOWN = headings.by_word({Column.NAME: "name|naam|given name", Column.EMAIL: "e mail|mail"})


def meaning(heading: str) -> Column | None:
    return headings.meaning(heading, KNOWN)


def laid(*rows: tuple[str, ...]) -> layouts.Layout[Column] | None:
    found = [Row(line, cells) for line, cells in enumerate(rows, 1)]
    return layouts.headed(found, meaning, lambda row: any(map(meaning, row.cells)))


@pytest.mark.parametrize(
    "heading", ["Naam", " NAME ", "given_name", "Given-name:", "Name (as on the badge)", "Naam [1]"]
)
def test_a_heading_is_known_whatever_its_capitals_marks_and_brackets(heading: str) -> None:
    assert meaning(heading) is Column.NAME


def test_a_heading_that_nobody_knows_has_no_meaning() -> None:
    assert (meaning("Diet"), meaning("(a name)"), meaning("")) == (None, None, None)


def test_the_first_row_of_headings_is_the_head_and_a_wider_table_has_more_columns() -> None:
    found = laid(("List of 2027",), ("Name", "Mail"), ("Ada", "ada@example.org", "LUMC"))

    assert found == layouts.Layout((Column.NAME, Column.EMAIL, None), ("Name", "Mail", ""), 2)


def test_of_two_columns_with_one_meaning_the_first_keeps_it() -> None:
    found = laid(("Name", "Naam", "Mail"))

    assert found is not None and found.columns == (Column.NAME, None, Column.EMAIL)


def test_a_table_without_headings_near_its_top_has_no_head() -> None:
    assert laid(("Ada",)) is None
    assert laid(*[("Ada",)] * 10, ("Name",)) is None


def test_columns_are_corrected_by_hand_and_an_unknown_word_passes_one_over() -> None:
    found = laid(("Name", "Mail", "Diet"))
    assert found is not None

    corrected = found.with_columns(["e-mail", "shoe size"], Column)

    assert corrected.columns == (Column.EMAIL, None, None)
    assert corrected.digest == found.digest


def test_another_tables_headings_have_another_digest() -> None:
    one, other = laid(("Name", "Mail")), laid(("Naam", "Mail"))

    assert one is not None and other is not None and one.digest != other.digest


def test_most_of_a_column_decides_what_it_looks_like_and_an_empty_one_looks_like_nothing() -> None:
    rows = [Row(1, ("1", "")), Row(2, ("2",)), Row(3, ("x", ""))]

    assert layouts.standing_in(rows, 0) == ["1", "2", "x"] and layouts.standing_in(rows, 1) == []
    assert layouts.mostly(["1", "2", "x"], str.isdecimal) and not layouts.mostly(["1", "x"], str.isdecimal)
    assert not layouts.mostly([], str.isdecimal)
