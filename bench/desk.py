"""The desk: an organiser signs in by the form, and takes the roster of an event with thousands as a file."""

from __future__ import annotations

import zipfile
from io import BytesIO
from statistics import median

from bench import client, forms, server

PEOPLE, MANY = 5_000, 20_000
EMAIL, PASSWORD = "olga@example.org", "a password of the bench"
_TIMES = 5
# Enough that each of the processes has exported before: what a first export loads once is no export's.
_WARMING = 24


def sign_in(port: int) -> dict[str, str]:
    """Sign in; return the header that says so from then on."""
    path = "/desk/sign-in"
    form = client.get(port, path)
    fields = forms.hidden(form.body) | {"email": EMAIL, "password": PASSWORD}
    sent = client.post(port, path, fields, forms.cookie(form))
    if sent.status != 302:
        raise RuntimeError(f"the desk answered {sent.status} to who signs in")
    return forms.cookie(sent)


def warm(port: int, who: dict[str, str], slug: str) -> None:
    """Let each process export a short roster."""
    for kind in ("csv", "xlsx"):
        client.together(lambda file: client.get(port, file, who), [path(slug, kind)] * _WARMING, at_once=8)


def seconds(port: int, who: dict[str, str], slug: str, kind: str) -> float:
    """Return the median time of an export, one after the other, each whole."""
    answers = [client.get(port, path(slug, kind), who) for _ in range(_TIMES)]
    for answer in answers:
        _check(answer, kind, PEOPLE)
    return median(answer.seconds for answer in answers)


def growth(port: int, who: dict[str, str], slug: str, kind: str, *, people: int, master: int) -> float:
    """Return by how many MiB the server's processes outgrow themselves at the peak of one export."""
    with server.growing(server.family(master)) as grown:
        answer = client.get(port, path(slug, kind), who)
    _check(answer, kind, people)
    return grown[0]


def path(slug: str, kind: str) -> str:
    """Return where a roster is handed over as a file."""
    return f"/desk/events/{slug}/roster.{kind}"


def _check(answer: client.Answer, kind: str, people: int) -> None:
    """Raise RuntimeError for a file that is not whole: a head, and a row for each person."""
    file = answer.unchunked()
    if kind == "xlsx":
        rows = zipfile.ZipFile(BytesIO(file)).read("xl/worksheets/sheet1.xml").count(b"<row ")
    else:
        rows = file.count(b"\r\n")
    if answer.status != 200 or rows != people + 1:
        raise RuntimeError(f"an export of {people} answered {answer.status} with {rows} rows")
