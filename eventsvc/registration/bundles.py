"""An event's files as one archive: what each is called in it, and what could not be put into it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventsvc import archives, stores, uploads
from eventsvc.archives import Names, Part
from eventsvc.events.models import Event
from eventsvc.registration.models import AnswerFile
from eventsvc.stores import Found, StoreAway
from eventsvc.text import unturned

_LONGEST = 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to go into an archive; no row is needed for it any more."""

    name: str
    at: datetime
    size: int
    digest: str


def wanted(files: Iterable[AnswerFile], event: Event) -> list[Wanted]:
    """Name files after people, their references and the questions: no name that somebody typed leads elsewhere."""
    names, zone = Names(), ZoneInfo(event.timezone)
    return [
        Wanted(
            names.unlike(_stem(file), file.name.rpartition(".")[2]),
            file.uploaded_at.astimezone(zone),
            file.size,
            file.digest,
        )
        for file in files
    ]


def packed(files: Iterable[Wanted], at: datetime) -> Iterator[bytes]:
    """Write the archive, block by block; what is not to be had is told of in it rather than left out in silence."""
    return archives.packed(_parts(files, at))


def _stem(file: AnswerFile) -> str:
    assert file.registration is not None
    person = uploads.plain(unturned(file.registration.name), _LONGEST)
    question = uploads.plain(unturned(file.question.label), _LONGEST)
    return " - ".join(filter(None, (f"{person} {file.registration.reference}".strip(), question)))


def _parts(files: Iterable[Wanted], at: datetime) -> Iterator[Part]:
    missing = []
    for file in files:
        found = _found(file)
        if found is None:
            missing.append(file.name)
        else:
            yield Part(file.name, file.at, found)
    if missing:
        name, head = _("Not in here"), _("These files could not be fetched:")
        told = "\r\n".join([head, "", *missing, ""]).encode()
        yield Part(f"{name}.txt", at, Found(len(told), lambda: iter([told])))


def _found(file: Wanted) -> Found | None:
    try:
        found = stores.found(stores.ANSWERS, file.digest)
    except StoreAway:
        found = None
    if found is None:
        _log.error("the bytes of a file are not there: %s", file.digest)
    return found
