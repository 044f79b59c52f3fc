"""The looks: colours that can be read, pages without inline style, fields that tell what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired

from eventsvc.calendars import nouns
from eventsvc.programme import forms
from eventsvc.programme.colours import COLOURS

ROOT = Path(__file__).resolve().parent.parent
STATIC, TEMPLATES = ROOT / "eventsvc" / "static", ROOT / "templates"
STYLE = (STATIC / "eventsvc.css").read_text()
_BLOCK = re.compile(r"[^{}]*\{([^{}]*)\}")
TEXT = ("ink", "ink-2", "accent", "accent-strong", "ok", "warn", "no")
GROUNDS = ("paper", "surface", "band")
TRACKS = range(1, COLOURS + 1)


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def themes() -> dict[str, dict[str, str]]:
    blocks = [match for match in _BLOCK.findall(STYLE.split("/* 2. Type")[0]) if "--paper:" in match]
    return {"light": tokens(blocks[0]), "dark": tokens(blocks[1]), "chosen dark": tokens(blocks[2])}


def linear(colour: str) -> tuple[float, float, float]:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_on_every_ground(theme: str) -> None:
    colours = themes()[theme]
    pairs = [*product(TEXT, GROUNDS), *((tone, f"{tone}-tint") for tone in ("accent", "ok", "warn", "no"))]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-strong"), *((f"t{n}", f"t{n}b") for n in TRACKS)]

    faint = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}

    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}
    assert all(contrast(colours["edge"], colours[ground]) >= 3 for ground in GROUNDS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_track_can_be_read_and_told_from_every_other(theme: str) -> None:
    colours = themes()[theme]
    texts = {(text, f"t{n}b"): contrast(colours[text], colours[f"t{n}b"]) for text, n in product(TEXT, TRACKS)}
    bars = {(f"t{n}", ground): contrast(colours[f"t{n}"], colours[ground]) for n, ground in product(TRACKS, GROUNDS)}

    apart = {(a, b): math.dist(oklab(colours[f"t{a}"]), oklab(colours[f"t{b}"])) for a, b in combinations(TRACKS, 2)}

    assert {pair: ratio for pair, ratio in texts.items() if ratio < 4.5} == {}
    assert {pair: ratio for pair, ratio in bars.items() if ratio < 3} == {}
    # The first six are the covers' palettes, and nearer to each other; 0.02 is what the eye just tells apart.
    assert {pair: far for pair, far in apart.items() if far < (0.06 if max(pair) <= 6 else 0.09)} == {}


def test_every_track_has_its_colour_on_the_page_on_paper_and_in_calendars(page: Flask) -> None:
    sheet = (ROOT / "eventsvc" / "programme" / "sheet.typ").read_text()
    bars = re.findall(r'"(#[0-9a-f]{6})"', sheet.split("#let bars")[1].split(".map(rgb)")[0])

    assert bars == [themes()["light"][f"t{n}"] for n in TRACKS]
    assert all(f".track-{n} {{ --bar: var(--t{n}); --tint: var(--t{n}b); }}" in STYLE for n in TRACKS)
    assert all(f"--t{n}b: #fff;" in STYLE.split("/* 11. Print */")[1] for n in TRACKS)
    assert len({nouns.TRACKS[n] for n in TRACKS}) == len(forms.TrackForm.empty().colour.choices) == COLOURS


def oklab(colour: str) -> tuple[float, float, float]:
    """Where the eye sees a colour (Björn Ottosson, "A perceptual color space for image processing", 2020)."""
    red, green, blue = linear(colour)
    cones = (
        0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
        0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
        0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue,
    )
    long, middle, short = (cone ** (1 / 3) for cone in cones)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def test_the_dark_of_the_system_is_the_dark_that_can_be_chosen() -> None:
    dark = themes()["dark"]

    assert dark == themes()["chosen dark"]
    assert set(dark) == set(themes()["light"])


def test_no_page_carries_style_or_script_of_its_own() -> None:
    pages = [path for path in TEMPLATES.rglob("*.html") if "letter" not in path.name and "mail" not in path.parts]
    inline = re.compile(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*(src=|type=\"application/ld\+json\"))")

    assert {str(path) for path in pages if inline.search(path.read_text())} == set()
    assert len(pages) > 15


def test_nothing_that_pages_load_comes_from_elsewhere() -> None:
    for sheet in STATIC.glob("*.css"):
        pictures = re.findall(r"url\(([^)]*)\)", sheet.read_text())
        assert {name for name in pictures if not (STATIC / name).is_file()} == set()


class Form(FlaskForm):
    name = StringField("Name", [InputRequired()])
    email = EmailField("E-mail", [InputRequired(), Email("An address has a name, an @ and a place.")])
    organisation = StringField("Organisation")
    how = RadioField(
        "How?", [InputRequired("Choose one.")], choices=[SelectChoice("a", "On site"), SelectChoice("b", "Online")]
    )
    later = BooleanField("Write to me")


@pytest.fixture
def page() -> Iterator[Flask]:
    app = Flask("looks", template_folder=str(TEMPLATES))
    app.config.update(SECRET_KEY="for these tests", WTF_CSRF_ENABLED=False)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    with app.test_request_context():
        yield app


def drawn(app: Flask, source: str, **values: object) -> str:
    imports = '{% from "parts/forms.html" import field, summary, select_with %}'
    return app.jinja_env.from_string(imports + source).render(**values)


def refused() -> Form:
    form = Form(MultiDict({"name": "<Ada>", "email": "ada"}))
    form.validate()
    return form


def test_a_field_says_label_hint_error_and_box_in_this_order(page: Flask) -> None:
    html = drawn(page, '{{ field(form.email, "Letters go here.", "email") }}', form=refused())

    places = [html.index(part) for part in ('<label for="email"', "Letters go here.", "An address has", "<input")]
    assert places == sorted(places)
    assert 'aria-describedby="email-hint email-error"' in html and 'aria-invalid="true"' in html
    assert 'autocomplete="email"' in html


def test_what_was_typed_is_kept_and_inert(page: Flask) -> None:
    html = drawn(page, "{{ field(form.name) }}", form=refused())

    assert 'value="&lt;Ada&gt;"' in html


def test_only_fields_that_may_stay_empty_say_so(page: Flask) -> None:
    assert "(optional)" in drawn(page, "{{ field(form.organisation) }}", form=Form())
    assert "(optional)" not in drawn(page, "{{ field(form.name) }}", form=Form())


def test_the_summary_counts_and_leads_to_each_field(page: Flask) -> None:
    html = drawn(page, "{{ summary(form) }}", form=refused())

    assert "2 answers need another look" in html and "autofocus" in html
    assert re.findall(r'href="#([^"]*)"', html) == ["email", "how-0"]
    assert drawn(page, "{{ field(form.how) }}", form=refused()).count('id="how-0"') == 1


def test_no_summary_stands_over_a_form_without_faults(page: Flask) -> None:
    assert drawn(page, "{{ summary(form) }}", form=Form()).strip() == ""


def test_what_belongs_to_no_field_heads_the_summary(page: Flask) -> None:
    form = Form()
    form.form_errors.append("Registration has closed.")

    assert "Registration has closed." in drawn(page, "{{ summary(form) }}", form=form)


def test_a_full_choice_stays_visible_and_cannot_be_chosen(page: Flask) -> None:
    html = drawn(page, '{{ field(form.how, notes={"b": {"is_full": true, "hint": "Full."}}) }}', form=Form())

    online = html[html.index('id="how-1"') - 80 :]
    assert "disabled" in online and "Online" in online and "Full." in online
    assert "disabled" not in html[: html.index('id="how-1"') - 80]


def labelled(app: Flask, source: str, **values: object) -> str:
    return app.jinja_env.from_string('{% from "parts/labels.html" import mailbox, wide_words %}' + source).render(
        **values
    )


def test_only_a_title_with_a_word_wider_than_a_phone_is_set_smaller(page: Flask) -> None:
    heading = "<h1{{ wide_words(title) }}>"

    assert labelled(page, heading, title="Gezondheidszorgtechnologie voor iedereen") == '<h1 class="long-words">'
    assert labelled(page, heading, title="A long title of many short words, and then some more") == "<h1>"
    assert ".long-words" in STYLE


def test_an_address_may_break_before_its_at_and_stays_inert(page: Flask) -> None:
    assert labelled(page, "{{ mailbox(it) }}", it="ada@example.org") == "ada<wbr>@example.org"
    assert labelled(page, "{{ mailbox(it) }}", it='<b>"@x') == "&lt;b&gt;&#34;<wbr>@x"
    assert labelled(page, "{{ mailbox(it) }}", it=None) == ""
