"""A form as a browser without JavaScript would send it: every field with what stands in it."""

from __future__ import annotations

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict


def fields(page: str, *, action: str | None = None) -> MultiDict[str, str]:
    """Read the fields of a page's form, by default of the longest one, as they would be sent untouched."""
    reader = _Forms()
    reader.feed(page)
    found = [form for where, form in reader.forms if action is None or where == action]
    return max(found, key=len)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, MultiDict[str, str]]] = []
        self._select: str | None = None
        self._is_multiple = False
        self._textarea: str | None = None
        self._text = ""
        self._is_in_form = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value if value is not None else name for name, value in attrs}
        if tag == "form":
            self.forms.append((said.get("action", ""), MultiDict()))
            self._is_in_form = True
        elif self._is_in_form:
            self._field(tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_in_form = False
        elif tag == "textarea" and self._textarea:
            self._send(self._textarea, self._text.removeprefix("\r\n").removeprefix("\n"))
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self._text += data

    def _field(self, tag: str, said: dict[str, str]) -> None:
        name = said.get("name", "")
        if tag == "input" and name and said.get("type") not in {"submit", "button"}:
            if said.get("type") not in {"checkbox", "radio"} or "checked" in said:
                self._send(name, said.get("value", "on" if said.get("type") == "checkbox" else ""))
        elif tag == "select":
            self._select, self._is_multiple = name, "multiple" in said
        elif tag == "option" and self._select:
            self._option(said)
        elif tag == "textarea":
            self._textarea, self._text = name, ""

    def _option(self, said: dict[str, str]) -> None:
        form, name = self.forms[-1][1], str(self._select)
        if self._is_multiple:
            if "selected" in said:
                form.add(name, said.get("value", ""))
        # A browser sends the first option until another one is marked.
        elif "selected" in said or name not in form:
            form[name] = said.get("value", "")

    def _send(self, name: str, value: str) -> None:
        self.forms[-1][1].add(name, value)
