"""The words people read: every one goes through gettext, and every language has them all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale, gettext
from jinja2 import Environment, nodes

import config

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "eventsvc" / "translations"
OTHER_LANGUAGES = [code for code in config.LANGUAGES if code != "en"]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
# As `make catalogues` asks for them.
KEYWORDS = {**DEFAULT_KEYWORDS, **parse_keywords(["_l", "lazy_gettext", "lazy_pgettext:1c,2"])}
SAID_BY_HTML = {"alt", "aria-label", "aria-description", "aria-roledescription", "label", "placeholder", "title"}
GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
IN_CODE = GETTEXT | {"_l", "lazy_gettext", "lazy_pgettext"}
# Names are the same in every language; the others are no words for people but a class, a value, a field's type.
ALLOWED = {"Apple", "Google", "ORCID:", "Outlook", "Outlook.com", "desk", "in person", "Select", "lang="}

_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+ #0-9.]*[a-zA-Z%]|</?\w+>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"^\W*[A-Z][a-z]+(?![\w])|(?<![\w-])[^\W\d_]{2,} [^\W\d_]{2,}(?![\w-])")


def keys_of(catalogue: Catalog) -> set[tuple[str | None, str]]:
    """Return what a catalogue knows, by context and English."""
    return {(message.context, english(message)) for message in catalogue if message.id}


def english(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


@cache
def extracted() -> Catalog:
    mappings, options = parse_mapping_cfg(StringIO((TRANSLATIONS / "babel.cfg").read_text()))
    found = extract_from_dir(str(ROOT), mappings, options, KEYWORDS)
    catalogue = Catalog()
    for path, line, words, comments, context in found:
        catalogue.add(words, None, [(path, line)], auto_comments=comments, context=context)
    return catalogue


@cache
def catalogue_of(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def untranslated(source: Catalog, catalogue: Catalog) -> list[str]:
    """Return the English that a catalogue does not say, or says in fewer plurals than the language has."""
    return [
        english(message)
        for message in source
        if message.id and not _is_said(catalogue.get(english(message), message.context), message, catalogue)
    ]


def _is_said(known: Message | None, message: Message, catalogue: Catalog) -> bool:
    if known is None or known.pluralizable != message.pluralizable:
        return False
    said = known.string if isinstance(known.string, (tuple, list)) else [known.string]
    return all(said) and len(said) == (catalogue.num_plurals if message.pluralizable else 1)


def left_over(source: Catalog, catalogue: Catalog) -> list[str]:
    """Return what nobody says any more, and what is only guessed."""
    gone = [english for _context, english in keys_of(catalogue) - keys_of(source)]
    guessed = [english(message) for message in catalogue if message.id and message.fuzzy]
    return gone + guessed + [str(key) for key in catalogue.obsolete]


def disagreeing(catalogue: Catalog) -> list[str]:
    """Return the translations whose placeholders, tags or outer spaces are not those of the English."""
    pairs = _pairs(catalogue)
    return [f"{source!r}: {said!r}" for source, said in pairs if said and _shape(source) != _shape(said)]


def _pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for message in catalogue:
        if message.id and isinstance(message.id, str):
            yield message.id, str(message.string or "")
        elif message.id:
            one, many = message.id
            yield from ((one if n == 0 else many, said) for n, said in enumerate(message.string or ()))


def _shape(text: str) -> tuple[list[str], bool, bool]:
    return sorted(_PLACEHOLDER.findall(text)), text[:1].isspace(), text[-1:].isspace()


class Reader(HTMLParser):
    """Collects what a browser would show or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in {"script", "style"}
        self.said += [value for name, value in attrs if name in SAID_BY_HTML and value]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.said.append(data)


def english_outside_gettext(source: str, *, is_html: bool = True) -> list[str]:
    """Return the words of a template that every reader would see in English."""
    said = [*_written(source, is_html), *_spoken_by_code(source)]
    told = [" ".join(text.split()) for text in said]
    return [text for text in told if _WORD.search(text) and text not in ALLOWED]


def _written(source: str, is_html: bool) -> list[str]:
    """Return a template's own text, with a space for everything Jinja puts there."""
    tokens = Environment(trim_blocks=True, lstrip_blocks=True).lex(source)
    plain = "".join(text if kind == "data" else "" if kind == "whitespace" else " " for _line, kind, text in tokens)
    return _read(plain) if is_html else plain.splitlines()


def _read(html: str) -> list[str]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.said


def _spoken_by_code(source: str) -> list[str]:
    """Return the sentences and capitalised words in a template's code that no gettext was asked for."""
    tree = Environment().parse(source)
    asked = {id(part) for call in tree.find_all(nodes.Call) if _is_gettext(call) for part in call.find_all(nodes.Const)}
    loose = [node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, str) and id(node) not in asked]
    return [text for value in loose for text in _read(value) if _SENTENCE.search(text)]


def _is_gettext(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in GETTEXT


def asked_by_code(source: str) -> list[str]:
    """Return the English that Python code asks gettext for, also where extraction does not look for it."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [words for call in calls for words in _asked(call)]


def _asked(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in IN_CODE:
        words = call.args[1:] if "pgettext" in name else call.args
        yield from (part.value for part in words if isinstance(part, ast.Constant) and isinstance(part.value, str))


def test_extraction_finds_every_word_that_code_says() -> None:
    """It looks into no f-string, and takes no plural that stands elsewhere."""
    ids = [message.id for message in extracted() if message.id]
    known = {words for each in ids for words in ([each] if isinstance(each, str) else each)}
    files = sorted((ROOT / "eventsvc").rglob("*.py"))

    assert [words for path in files for words in asked_by_code(path.read_text()) if words not in known] == []


def test_a_word_that_extraction_would_miss_is_seen() -> None:
    made_up = """told = f"{_('Hidden')} {number}", ngettext("One", many, 2), pgettext("a month", "May"), len("four")"""

    assert asked_by_code(made_up) == ["One", "May", "Hidden"]


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_a_language_has_every_word(language: str) -> None:
    assert untranslated(extracted(), catalogue_of(language)) == []


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_a_language_has_no_word_that_nobody_says_and_guesses_none(language: str) -> None:
    assert left_over(extracted(), catalogue_of(language)) == []


@pytest.mark.parametrize("language", OTHER_LANGUAGES)
def test_a_translation_has_the_placeholders_of_the_english(language: str) -> None:
    assert disagreeing(catalogue_of(language)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_says_nothing_outside_gettext(path: Path) -> None:
    assert english_outside_gettext(path.read_text(), is_html=path.suffix == ".html") == []


def test_the_words_are_compiled_and_reach_people(app: Flask) -> None:
    with app.test_request_context("/"), force_locale("nl"):
        assert gettext("Register") == "Aanmelden"


def test_an_absent_translation_is_found() -> None:
    source, catalogue = Catalog(), Catalog(locale="nl")
    for words in ("Yes", "No", "Maybe", ("%(num)d day", "%(num)d days"), ("%(num)d hour", "%(num)d hours")):
        source.add(words)
    catalogue.add("Yes", "Ja")
    catalogue.add("No", "")
    catalogue.add(("%(num)d day", "%(num)d days"), ("%(num)d dag", "%(num)d dagen"))
    catalogue.add(("%(num)d hour", "%(num)d hours"), ("%(num)d uur", ""))

    assert untranslated(source, catalogue) == ["No", "Maybe", "%(num)d hour"]


def test_a_translation_nobody_needs_or_checked_is_found() -> None:
    source, catalogue = Catalog(), Catalog(locale="nl")
    source.add("Yes")
    catalogue.add("Yes", "Ja", flags=["fuzzy"])
    catalogue.add("Gone", "Weg")

    assert left_over(source, catalogue) == ["Gone", "Yes"]


def test_a_placeholder_that_is_lost_renamed_or_of_another_kind_is_found() -> None:
    catalogue = Catalog(locale="nl")
    catalogue.add("Hello %(name)s", "Dag %(name)s")
    catalogue.add("Bye %(name)s", "Tot ziens")
    catalogue.add("With %(name)s", "Met %(naam)s")
    catalogue.add("At %(n)d", "Op %(n)s")
    catalogue.add("By <strong>%(n)s</strong>", "Uiterlijk %(n)s")
    catalogue.add("Cancelled: ", "Geannuleerd:")
    catalogue.add(("One letter", "%(num)s letters"), ("Eén mail", "Mails"))

    assert [line.split(":")[0] for line in disagreeing(catalogue)] == [
        "'Bye %(name)s'",
        "'With %(name)s'",
        "'At %(n)d'",
        "'By <strong>%(n)s</strong>'",
        "'Cancelled",
        "'%(num)s letters'",
    ]


def test_english_in_a_template_is_found_wherever_it_stands() -> None:
    made_up = """
        {# A comment may say anything. #}
        {% extends "layouts/page.html" %}
        <style>body { color: red }</style>
        <h1>{{ _('Translated') }}</h1>
        <p class="quiet"{% if is_new %} data-state="new"{% endif %}>Not {{ adverb }} translated</p>
        <img src="a.png" alt="A cover"><input placeholder="{{ _('Name') }}">
        {{ button('Press me', 'press', _('Press %(what)s', what=thing|default('it'))) }}
        {{ 'Open' if is_open else _('Closed') }}
    """

    assert english_outside_gettext(made_up) == ["Not translated", "A cover", "Press me", "Open"]
    assert english_outside_gettext("{{ _('Dear') }} {{ name }},\nregards\n", is_html=False) == ["regards"]


def test_no_words_are_taken_for_a_tag_that_html_does_not_have() -> None:
    """What gettext returns in a template is markup, so that of `<ada@example.org>` nothing would be seen."""
    seen = {tag for message in extracted() for tag in re.findall(r"</?\w[^>]*>", english(message)) if message.id}

    assert {re.sub(r"[</>]", "", tag).split()[0] for tag in seen} <= {"strong", "b", "em", "a", "code"}
