"""The files that people sent: all of an event's in a list and as one archive, and each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import get_locale

from eventsvc import clock, downloads, stores, tokens, uploads, web, when
from eventsvc.accounts import access, audit
from eventsvc.accounts.access import Act
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import bundles, files, receiving, roster, words
from eventsvc.registration.answered import Told
from eventsvc.registration.box import Kept
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.roster import person_url
from eventsvc.registration.models import AnswerFile, QuestionKind, Registration


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list as the template needs it, with the addresses of the others; `question` is all it shows."""

    event: Event
    page: files.Page
    question: str

    @property
    def number(self) -> int:
        return self.page.number

    @property
    def last(self) -> int:
        return self.page.last

    def url(self, number: int) -> str:
        page = number if number > 1 else None
        return url_for(".files", slug=self.event.slug, question=self.question or None, page=page)


@blueprint.get("/files", endpoint="files")
@access.signed_in
def list_files(slug: str) -> str:
    """Show what people have sent, the newest first."""
    event = access.event_for(Act.SEE_ROSTER, slug)
    by_editors, question = _sees_all(event), request.args.get("question", "")
    page = files.page(event.id, roster.asked_by(request.args).number, by_editors=by_editors, question=question)
    return render_template(
        "desk/roster/files.html",
        event=event,
        listing=Listing(event, page, question),
        rows=[_row(event, file) for file in page.rows],
        questions=files.asking(event.id, by_editors=by_editors),
        size=uploads.size(page.size),
        may_export=access.may(Act.EXPORT_ROSTER, event),
    )


@blueprint.get("/files.zip")
@access.signed_in
def files_zip(slug: str) -> Response:
    """Hand over what the list shows as one archive; who took it, when and which question it was of is kept."""
    event, at, question = access.event_for(Act.EXPORT_ROSTER, slug), clock.now(), request.args.get("question", "")
    found = files.every(event.id, by_editors=_sees_all(event), question=question)
    wanted = bundles.wanted(found, event)
    labels = {file.question.label for file in found} if question else set()
    said = {"count": len(wanted), "size": uploads.size(sum(file.size for file in wanted)), "question": "".join(labels)}
    audit.record("export files", event, by=access.me(), at=at, event_id=event.id, after=said)
    name = f"{event.slug}-{at:%Y-%m-%d}.zip"
    # All rows are read by now: a long download keeps no connection to the database.
    db.session.commit()
    return downloads.stream(bundles.packed(wanted, at), "application/zip", name)


@blueprint.get("/files/<public_id>")
@access.signed_in
def download_file(slug: str, public_id: str) -> Response:
    """Send one of them."""
    event = access.event_for(Act.SEE_ROSTER, slug)
    file = web.not_found_unless(files.one(event.id, public_id, by_editors=_sees_all(event)))
    found = web.not_found_unless(stores.found(stores.ANSWERS, file.digest))
    return downloads.attachment(found, file.media_type, file.name)


def of_person(event: Event, registration: Registration, told: Iterable[Told]) -> Mapping[int, list[Kept]]:
    """Return those of one person that I may see, by the ids of questions; no query where no answer is a file."""
    if not any(each.prompt.kind is QuestionKind.FILE for each in told):
        return {}
    sees_all = _sees_all(event)
    found = files.of(registration.id, by_editors=sees_all, of_office=sees_all)
    return receiving.linked(found, lambda file: url_for(".download_file", slug=event.slug, public_id=file.public_id))


def _sees_all(event: Event) -> bool:
    """Tell whether I see every answer: neither door staff nor reviewers do."""
    return access.may(Act.STEER_ROSTER, event)


def _row(event: Event, file: AnswerFile) -> dict[str, Any]:
    person = file.registration
    assert person is not None
    return {
        "person": person.name or tokens.spaced(person.reference),
        "person_url": person_url(event, person.id, roster.Asked()),
        "state": None if person.has_seat else words.state(person.state),
        "name": file.name,
        "url": url_for(".download_file", slug=event.slug, public_id=file.public_id),
        "about": f"{uploads.word(file.media_type)}, {uploads.size(file.size)}",
        "question": file.question.label,
        "at": file.uploaded_at,
        "when": when.near_moment(file.uploaded_at, event.timezone, str(get_locale())),
    }
