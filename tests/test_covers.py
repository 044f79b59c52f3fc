"""Covers woven from names."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from eventsvc import covers

SCHOOL = "Eurolife summer school DATAETHICS 2022"


def paths(svg: str) -> dict[str, str]:
    return dict(re.findall(r'<path class="(c\d)" d="([^"]*)"/>', svg))


def test_a_name_is_folded_to_letters_digits_and_single_spaces() -> None:
    assert covers.letters("Símposium:  Zoë & Ørsted (2022)") == "simposium zoe rsted 2022 "


def test_each_letter_of_the_alphabet_and_each_digit_has_a_tile() -> None:
    drawn = {letter: covers.svg(letter, "petrol", 1, 1) for letter in "abcdefghijklmnopqrstuvwxyz09"}

    assert all(len(paths(svg)) >= 2 for svg in drawn.values())
    # At the first turn only j and v, k and w, g and 0 look alike.
    assert len(set(drawn.values())) == len(drawn) - 3


@pytest.mark.parametrize(
    ("letter", "tones"),
    [("a", "02"), ("b", "01"), ("c", "02"), ("d", "041"), ("e", "013"), ("i", "03"), ("k", "041"), ("u", "013")],
)
def test_tones_are_those_of_the_letter(letter: str, tones: str) -> None:
    assert set(paths(covers.svg(letter, "petrol", 1, 1))) == {f"c{tone}" for tone in tones}


def test_a_repeat_of_the_name_turns_its_tiles() -> None:
    first, second = (covers.svg(name, "moss", 2, 1) for name in ("b", "bb"))

    assert paths(first)["c1"] == "M0 0h4a4 4 0 01-4 4z"
    assert paths(covers.svg("b", "moss", 3, 1))["c2"] == "M12 0v4a4 4 0 01-4-4z"
    assert first != second


def test_rows_slip_when_the_name_would_stand_in_columns() -> None:
    in_step, out_of_step = (covers.svg(name, "plum", 8, 3) for name in ("abc", "abcd"))

    rows = re.findall(r"M(\d+) (\d+)", paths(in_step)["c2"])
    assert {x for x, y in rows if y == "0"} != {x for x, y in rows if y == "4"}
    assert in_step != out_of_step


def test_a_page_strip_is_small_enough_to_stand_in_the_page() -> None:
    assert len(covers.svg(SCHOOL, "plum", 40, 4, is_strip=True)) < 6000


def test_a_cover_in_a_page_has_no_colour_and_no_letter_of_the_name() -> None:
    svg = covers.svg('<b onload="x">', "ochre", 12, 7)

    assert "#" not in svg and "onload" not in svg and "style=" not in svg
    assert 'aria-hidden="true"' in svg


def test_a_cover_alone_is_well_formed_and_carries_its_colours() -> None:
    root = ElementTree.fromstring(covers.svg_file(SCHOOL, "slate", 20, 3))

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {path.get("fill") for path in root} <= set(covers.PALETTES["slate"])


def test_a_name_without_letters_still_has_a_ground() -> None:
    assert list(paths(covers.svg("北京", "brick", 8, 4))) == ["c0"]


def test_editions_of_a_series_share_a_palette_for_ever() -> None:
    assert covers.palette_of("dataethics") == covers.palette_of("dataethics")
    assert {covers.palette_of(f"series-{n}") for n in range(60)} == set(covers.PALETTES)
    assert covers.palette_of("limsc") == "moss"


def test_an_unknown_palette_is_an_error() -> None:
    with pytest.raises(KeyError):
        covers.svg("x", "beige", 8, 4)


def test_no_letter_stands_in_a_cover_so_that_it_is_drawn_without_fonts() -> None:
    assert "<text" not in covers.svg_file("Ελένη Щербина 李诗丽 عائشة", "slate", 20, 3)
