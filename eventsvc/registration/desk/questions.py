"""The builder of an event's form: its questions in order, each on a page of its own, and the form as people see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsvc import clock, web, when
from eventsvc.accounts.access import Act, event_for, me, signed_in
from eventsvc.errors import ChangedMeanwhile, Refused
from eventsvc.events.models import Event
from eventsvc.extensions import db
from eventsvc.registration import answers, countries, questionnaires, retention, rules, spoken, starters
from eventsvc.registration.boxes import Boxes
from eventsvc.registration.desk import questionlist
from eventsvc.registration.desk.blueprint import blueprint
from eventsvc.registration.desk.questionforms import QuestionForm, SectionForm
from eventsvc.registration.forms import PersonForm
from eventsvc.registration.models import Question, QuestionKind, QuestionSection
from eventsvc.registration.questions import Prompt


@blueprint.get("/questions")
@signed_in
def questions(slug: str) -> str:
    """Show what the event asks, in its order."""
    event = event_for(Act.EDIT, slug)
    return render_template(
        "desk/registration/questions.html",
        event=event,
        kinds=spoken.KINDS.items(),
        starting=sum(len(chapter.starters) for chapter in starters.of(event.kind)),
        **questionlist.of(event),
    )


@blueprint.post("/questions/start")
@signed_in
def start_questions(slug: str) -> Response:
    """Begin with what an event of this kind usually asks."""
    event = event_for(Act.EDIT, slug)
    count = rules.start_form(event, by=me(), at=clock.now())
    db.session.commit()
    flash(ngettext("One question to begin with.", "%(num)d questions to begin with. Change them as you like.", count))
    return _list(event)


@blueprint.route("/questions/new", methods=["GET", "POST"])
@signed_in
def add_question(slug: str) -> Any:
    """Write a new question; `?kind=` is that of its answer, `?section=` where it stands."""
    event = event_for(Act.EDIT, slug)
    form = QuestionForm(questionnaires.of(event.id), kind=request.args.get("kind", QuestionKind.TEXT.value))
    if not form.validate_on_submit():
        return _form_page(event, form), 422 if form.is_submitted() else 200
    section_id = request.args.get("section", type=int)
    try:
        question = rules.add_question(event.id, form.draft(), section_id=section_id, by=me(), at=clock.now())
    except Refused as refused:
        return _refused(slug, form, refused)
    db.session.commit()
    flash(_("“%(question)s” is asked from now on.", question=question.label), "ok")
    return _list(event, question)


@blueprint.route("/questions/<public_id>", methods=["GET", "POST"])
@signed_in
def edit_question(slug: str, public_id: str) -> Any:
    """Show everything that can be said of a question, and write what is changed."""
    event = event_for(Act.EDIT, slug)
    question, prompt = _found(event, public_id)
    form = QuestionForm(questionnaires.of(event.id), prompt, question.revision)
    if not form.validate_on_submit():
        return _form_page(event, form, prompt), 422 if form.is_submitted() else 200
    try:
        rules.edit_question(question, form.draft(), revision=form.revision.opened_at, by=me(), at=clock.now())
    except Refused as refused:
        return _refused(slug, form, refused, public_id)
    db.session.commit()
    flash(_("Saved."), "ok")
    return _list(event, question)


@blueprint.post("/questions/<public_id>/move")
@signed_in
def move_question(slug: str, public_id: str) -> Response:
    """Put a question elsewhere: one step up or down, or into a section before another one, as it was dropped."""
    event = event_for(Act.EDIT, slug)
    question, _prompt = _found(event, public_id)
    step = request.form.get("step")

    def move() -> None:
        if step in {"up", "down"}:
            rules.shift_question(question, is_up=step == "up", by=me(), at=clock.now())
        else:
            section_id = request.form.get("section", type=int)
            before = request.form.get("before", "")
            rules.move_question(question, section_id=section_id, before=before, by=me(), at=clock.now())

    return _done(slug, move, anchor=f"{step if step in {'up', 'down'} else 'edit'}-{public_id}")


@blueprint.post("/questions/<public_id>/retire")
@signed_in
def retire_question(slug: str, public_id: str) -> Response:
    """Ask a question no more."""
    question, _prompt = _found(event_for(Act.EDIT, slug), public_id)
    return _done(slug, lambda: rules.retire_question(question, by=me(), at=clock.now()), _("It is asked no more."))


@blueprint.post("/questions/<public_id>/restore")
@signed_in
def restore_question(slug: str, public_id: str) -> Response:
    """Ask a retired question again."""
    question, _prompt = _found(event_for(Act.EDIT, slug), public_id)
    return _done(slug, lambda: rules.restore_question(question, by=me(), at=clock.now()), _("It is asked again."))


@blueprint.post("/questions/<public_id>/remove")
@signed_in
def remove_question(slug: str, public_id: str) -> Response:
    """Take away a question that nobody answered."""
    question, _prompt = _found(event_for(Act.EDIT, slug), public_id)
    return _done(slug, lambda: rules.remove_question(question, by=me(), at=clock.now()), _("It is deleted."))


@blueprint.route("/questions/sections/new", methods=["GET", "POST"])
@signed_in
def add_section(slug: str) -> Any:
    """Begin a new section."""
    event, form = event_for(Act.EDIT, slug), SectionForm()
    if not form.validate_on_submit():
        return _section_page(event, form), 422 if form.is_submitted() else 200
    rules.add_section(event.id, form.title.data or "", form.text.data or "", by=me(), at=clock.now())
    db.session.commit()
    return _list(event)


@blueprint.route("/questions/sections/<int:id>", methods=["GET", "POST"])
@signed_in
def edit_section(slug: str, id: int) -> Any:
    """Call a section otherwise."""
    event = event_for(Act.EDIT, slug)
    section = _section(event, id)
    form = SectionForm(obj=None if request.method == "POST" else section)
    if not form.validate_on_submit():
        return _section_page(event, form, section), 422 if form.is_submitted() else 200
    typed = {"title": form.title.data or "", "text": form.text.data or ""}
    try:
        rules.edit_section(section, **typed, revision=form.revision.opened_at, by=me(), at=clock.now())
    except ChangedMeanwhile as refused:
        db.session.rollback()
        event = event_for(Act.EDIT, slug)
        section = _section(event, id)
        web.refuse_on(form, refused)
        theirs = questionlist.side_by_side(form, refused, questionnaires.of(event.id))
        form.take_over(refused, section.revision)
        return _section_page(event, form, section, theirs), refused.status
    db.session.commit()
    flash(_("Saved."), "ok")
    return _list(event)


@blueprint.post("/questions/sections/<int:id>/move")
@signed_in
def move_section(slug: str, id: int) -> Response:
    """Put a section one place up or down, with its questions."""
    section = _section(event_for(Act.EDIT, slug), id)
    is_up = request.form.get("step") == "up"
    anchor = f"{'up' if is_up else 'down'}-section-{id}"
    return _done(slug, lambda: rules.shift_section(section, is_up=is_up, by=me(), at=clock.now()), anchor=anchor)


@blueprint.post("/questions/sections/<int:id>/remove")
@signed_in
def remove_section(slug: str, id: int) -> Response:
    """Take a section away; its questions join those before it."""
    section = _section(event_for(Act.EDIT, slug), id)
    told = _("The heading is gone; its questions stand with those before it.")
    return _done(slug, lambda: rules.remove_section(section, by=me(), at=clock.now()), told)


@blueprint.get("/questions/preview")
@signed_in
def preview_questions(slug: str) -> str:
    """Show the form as a person sees it."""
    event = event_for(Act.EDIT, slug)
    form = questionnaires.of(event.id).asked
    locale = str(get_locale())
    return render_template(
        "desk/registration/preview.html",
        event=event,
        form=PersonForm(),
        countries=countries.options(locale, None),
        asking=Boxes(form, event.mode, locale, left=answers.left(form)),
        kept_until=retention.told_of(event, locale),
    )


@blueprint.route("/questions/ask", methods=["GET", "POST"])
@signed_in
def ask_registered(slug: str) -> Any:
    """Say who would be written to about which questions; then write to them."""
    event = event_for(Act.SEND_LETTERS, slug)
    if request.method == "POST":
        only = request.form.getlist("question")
        return _done(slug, lambda: rules.ask_registered(event, only, by=me(), at=clock.now()), _letters)
    return render_template(
        "desk/registration/ask.html",
        event=event,
        lines=questionlist.lacking(event),
        is_over=rules.is_over(event, clock.now()),
    )


def _letters(count: int) -> str:
    if not count:
        return _("Nobody was written to: they have answered, or had this letter already.")
    return ngettext("One letter is on its way.", "%(num)s letters are on their way.", count)


def _done(slug: str, act: Callable[[], Any], told: str | Callable[[Any], str] = "", *, anchor: str = "") -> Response:
    """Do what a button asks for, and lead back to the list; a no is said at its head."""
    try:
        result = act()
        db.session.commit()
        sentence = told(result) if callable(told) else told
        if sentence:
            flash(sentence, "ok")
    except Refused as refused:
        db.session.rollback()
        flash(str(refused.sentence), "no")
    return redirect(url_for(".questions", slug=slug, _anchor=anchor or None), 303)


def _list(event: Event, question: Question | None = None) -> Response:
    anchor = f"edit-{question.public_id}" if question else None
    return redirect(url_for(".questions", slug=event.slug, _anchor=anchor), 303)


def _found(event: Event, public_id: str) -> tuple[Question, Prompt]:
    question = db.session.scalar(
        sa.select(Question).where(Question.event_id == event.id, Question.public_id == public_id)
    )
    prompt = questionnaires.of(event.id).by_id.get(public_id)
    return web.not_found_unless(question), web.not_found_unless(prompt)


def _section(event: Event, id: int) -> QuestionSection:
    found = sa.select(QuestionSection).where(QuestionSection.event_id == event.id, QuestionSection.id == id)
    return web.not_found_unless(db.session.scalar(found))


def _refused(slug: str, form: QuestionForm, refused: Refused, public_id: str = "") -> tuple[str, int]:
    """Show the form again with what was typed, and what somebody else saved meanwhile beside it."""
    db.session.rollback()
    event = event_for(Act.EDIT, slug)
    question, prompt = _found(event, public_id) if public_id else (None, None)
    web.refuse_on(form, refused)
    theirs = []
    if isinstance(refused, ChangedMeanwhile) and question and prompt:
        theirs = questionlist.side_by_side(form, refused, questionnaires.of(event.id))
        form.take_over(refused, prompt, question.revision)
    return _form_page(event, form, prompt, theirs), refused.status


def _form_page(
    event: Event, form: QuestionForm, prompt: Prompt | None = None, theirs: list[dict[str, str]] | None = None
) -> str:
    last = retention.last_day(event)
    return render_template(
        "desk/registration/question.html",
        event=event,
        form=form,
        prompt=prompt,
        theirs=theirs or [],
        answered=answers.counts([prompt.id]).get(prompt.id, 0) if prompt else 0,
        chosen=answers.chosen([option.id for option in prompt.options]) if prompt else {},
        last_day=when.on(last, str(get_locale())) if last else "",
    )


def _section_page(
    event: Event,
    form: SectionForm,
    section: QuestionSection | None = None,
    theirs: Sequence[dict[str, str]] = (),
) -> str:
    return render_template("desk/registration/section.html", event=event, form=form, section=section, theirs=theirs)
