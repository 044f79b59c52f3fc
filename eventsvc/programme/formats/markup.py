"""XML as a small tree that knows its lines: no document type, no entities, nothing fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from flask_babel import gettext as _

from eventsvc.tables import Unreadable

MOST_NODES = 400_000
DEEPEST = 40


@dataclass(slots=True)
class Node:
    """An element; `text` is what stands directly in it. Names of another namespace begin with it and a space."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts).strip()

    def all(self, name: str) -> list[Node]:
        """Return the children of a name."""
        return [child for child in self.children if child.name == name]

    def one(self, name: str) -> Node | None:
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def say(self, name: str) -> str:
        """Return the text of the first child of a name, "" without one."""
        found = self.one(name)
        return found.text if found else ""


def read(data: bytes) -> Node:
    """Read a document to its root. Raises Unreadable, with the line, for what is broken or declares entities."""
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as wrong:
        told = _("The XML is broken: %(reason)s.", reason=expat.errors.messages.get(wrong.code, str(wrong)))
        raise Unreadable(told, line=wrong.lineno) from None
    except (LookupError, ValueError) as wrong:
        raise Unreadable(_("The XML names an encoding that we do not know."), line=1) from wrong
    return builder.root


class _Builder:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say
        # Entities are declared in a document type alone, and no programme needs one.
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self._open: list[Node] = []
        self._count = 0
        self._root: Node | None = None

    @property
    def root(self) -> Node:
        if self._root is None:
            raise Unreadable(_("There is nothing in it yet."))
        return self._root

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_NODES or len(self._open) > DEEPEST:
            told = _("It has more parts than any programme, or is nested deeper.")
            raise Unreadable(told, line=self.parser.CurrentLineNumber)
        node = Node(name, self.parser.CurrentLineNumber, attributes)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._root = node
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _say(self, text: str) -> None:
        if self._open:
            self._open[-1].parts.append(text)

    def _refuse(self, *_what: Any) -> None:
        told = _("It declares a document type or entities, which no programme needs and which could be an attack.")
        raise Unreadable(told, line=self.parser.CurrentLineNumber)
