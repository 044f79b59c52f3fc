"""Text that people typed: Markdown to safe HTML, and to plain text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable("table")
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "h5", "blockquote", "code", "pre", "hr"} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
# Unicode's categories Cc, Zl and Zp, and Cs; a category of each letter costs twenty times as long.
# And two that are no letters, which no XML may hold (XML 1.0 section 2.2): a feed or a workbook would be broken.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_CONTROLS_BUT_LINE_ENDS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAK = "\n"
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_GAPS = re.compile(r"\n{3,}")
_HEADINGS = str.maketrans({"1": "3", "2": "3", "3": "4", "4": "5", "5": "5", "6": "5"})


@lru_cache(maxsize=512)
def to_html(markdown: str) -> Markup:
    """Render Markdown to HTML that is safe to show; headings begin at h3, links gain `rel=nofollow`."""
    tokens = _markdown.parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = token.tag.translate(_HEADINGS)
    rendered = _markdown.renderer.render(tokens, _markdown.options, {})
    safe = nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener",
    )
    return Markup(safe)  # noqa: S704 - cleaned just now


@lru_cache(maxsize=512)
def to_plain(markdown: str) -> str:
    """Render Markdown to plain text, for calendars and letters; links keep their address in brackets.

    A single line end that was typed stays one, as on the page: it begins no paragraph.
    """
    reader = _Plain()
    reader.feed(str(to_html(markdown)))
    lines = "\n".join(line.strip() for line in "".join(reader.parts).splitlines())
    return _GAPS.sub("\n\n", lines).strip()


def one_line(text: str) -> str:
    """Fold white space and drop control characters: what may stand in a header, a title or a name."""
    return " ".join(_SURROGATES.sub("", _CONTROLS.sub(" ", text)).split())


def unturned(text: str) -> str:
    """Take out the marks that turn text round or isolate it: a name with one could rewrite the line it stands in."""
    return _BIDI.sub("", text)


def cleaned(text: str) -> str:
    """Drop control characters and lone surrogates but keep line ends: what may stand in a longer text."""
    return _SURROGATES.sub("", _CONTROLS_BUT_LINE_ENDS.sub(" ", text.replace("\r\n", "\n"))).strip()


def folded(address: str) -> str:
    """Fold an e-mail address so that the same mailbox compares equal: NFKC and case-folded."""
    return unicodedata.normalize("NFKC", address.strip()).casefold()


def slug_of(title: str, limit: int = 80) -> str:
    """Make the part of an address from a title: a–z, 0–9 and single hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    slug = ""
    for word in words:
        if len(slug) + len(word) + 1 > limit:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or "event"


class _Plain(HTMLParser):
    """Writes the text of our own safe HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._href: str | None = None
        self._linked = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href = dict(attrs).get("href")
            self._linked = len(self.parts)
        elif tag == "li":
            self.parts.append("- ")
        elif tag == "br":
            self.parts.append(_BREAK)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            text = "".join(self.parts[self._linked :])
            if text != self._href:
                self.parts.append(f" ({self._href})")
            self._href = None
        elif tag == "li":
            self.parts.append("\n")
        elif tag in {"p", "h3", "h4", "h5", "ul", "ol", "blockquote", "pre", "table"}:
            self.parts.append("\n\n" if tag == "p" else "\n")
        elif tag in {"td", "th"}:
            self.parts.append("  ")

    def handle_data(self, data: str) -> None:
        # The line end that follows a break in the source is the break itself.
        if self.parts and self.parts[-1] == _BREAK:
            data = data.removeprefix("\n")
        self.parts.append(data if data.strip() else data.replace("\n", ""))
