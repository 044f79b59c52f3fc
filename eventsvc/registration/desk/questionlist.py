"""What the desk shows of a form: its lines, who lacks which answer, two versions of a question beside each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from eventsvc.accounts import access, meanwhile
from eventsvc.accounts.access import Act
from eventsvc.errors import ChangedMeanwhile
from eventsvc.events import words
from eventsvc.events.models import Event, Mode
from eventsvc.registration import answers, laying, questionnaires, rules, spoken
from eventsvc.registration.box import Box
from eventsvc.registration.desk.questionforms import QuestionForm, SectionForm
from eventsvc.registration.models import QuestionSection, SeenBy
from eventsvc.registration.questions import Prompt, Questionnaire


@dataclass(frozen=True, slots=True)
class Line:
    """A question as the list shows it; `about` is what else there is to know, in a few words each."""

    prompt: Prompt
    kind: str
    only_if: str
    about: list[str]
    answered: int
    places: list[str]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section and its lines; `section` None is what stands in none."""

    section: QuestionSection | None
    lines: list[Line]


def of(event: Event) -> dict[str, Any]:
    """Return the chapters of a form and what is retired of it, in as many queries for three questions as for thirty."""
    form = questionnaires.of(event.id)
    counts = answers.counts([prompt.id for prompt in form]) if form else {}
    left = answers.left(form)
    is_hybrid = event.mode is Mode.HYBRID
    lines = {prompt.id: _line(prompt, form, counts.get(prompt.id, 0), left, is_hybrid) for prompt in form}
    laid = laying.groups(event.id)
    chapters = [
        Chapter(
            group.section,
            [lines[question.id] for question in group.questions if question.id in lines and not question.is_retired],
        )
        for group in laid
    ]
    return {
        "chapters": [chapter for chapter in chapters if chapter.section or chapter.lines],
        "retired": [line for line in lines.values() if line.prompt.is_retired],
        "is_empty": not lines,
        "answered": sum(counts.values()),
    }


def seen(event: Event) -> Questionnaire:
    """Return the questions whose answers whoever is signed in may see."""
    return questionnaires.of(event.id).seen(by_editors=access.may(Act.STEER_ROSTER, event))


def answered_by(event: Event) -> list[Prompt]:
    """Return what they may see, without what is asked no more and nobody answered."""
    form = seen(event)
    counts = answers.counts([prompt.id for prompt in form if prompt.is_retired]) if form else {}
    return [prompt for prompt in form if not prompt.is_retired or counts.get(prompt.id)]


def lacking(event: Event) -> list[dict[str, Any]]:
    """Return the questions that somebody registered has not answered, each with how many lack it."""
    lacks = rules.lacking(event)
    counted = Counter(prompt.public_id for _person, prompts in lacks for prompt in prompts)
    return [
        {"prompt": prompt, "count": counted[prompt.public_id]}
        for prompt in questionnaires.of(event.id).asked
        if counted[prompt.public_id]
    ]


def side_by_side(
    form: QuestionForm | SectionForm, refused: ChangedMeanwhile, asked: Questionnaire
) -> list[dict[str, str]]:
    """Tell, field by field, what they saved and what you typed."""
    labels = {"rules": _("Limits"), "condition_values": _("The answers that bring it up")}
    return meanwhile.side_by_side(
        refused,
        label=lambda name: str(form[name].label.text if name in form else labels.get(name, name)),
        said=lambda name, value: _worded(name, value, asked),
        kept=_("as it was"),
    )


def _line(prompt: Prompt, form: Questionnaire, answered: int, left: dict[str, int], is_hybrid: bool) -> Line:
    box = Box(prompt, str(get_locale()), form.by_id, left, not prompt.is_required, is_hybrid)
    about = [_("has to be answered") if prompt.is_required else ""]
    if prompt.seen_by is not SeenBy.TEAM:
        about.append(_("asked by the office") if prompt.seen_by is SeenBy.OFFICE else _("owners and editors only"))
    if prompt.kept_days is not None:
        about.append(_deleted(prompt.kept_days))
    places = [
        _(
            "%(option)s: %(left)s of %(most)s left",
            option=option.label,
            left=left[option.public_id],
            most=option.capacity,
        )
        for option in prompt.offered
        if option.public_id in left
    ]
    return Line(prompt, str(spoken.KINDS[prompt.kind]), box.only_if(), list(filter(None, about)), answered, places)


def _deleted(days: int) -> str:
    if not days:
        return _("deleted when the event is over")
    return ngettext("deleted %(num)d day after the event", "deleted %(num)d days after the event", days)


def _worded(name: str, value: Any, asked: Questionnaire) -> str:
    if value in (None, "", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "kind":
        return str(next(words for kind, words in spoken.KINDS.items() if kind.value == value))
    if name == "seen_by":
        return str(spoken.SEEN_BY[SeenBy(value)])
    if name == "mode":
        return str(next(said for mode, said in words.MODES.items() if mode.value == value))
    if name == "condition":
        return asked.by_id[value].label if value in asked.by_id else _("nothing")
    if name == "condition_values":
        return "; ".join(filter(None, (_option(each, asked) for each in value)))
    if name == "options":
        return "; ".join(f"{label} ({capacity})" if capacity is not None else str(label) for label, capacity in value)
    if name == "rules":
        return ", ".join(f"{limit}: {said}" for limit, said in value.items())
    return str(value)


def _option(value: str, asked: Questionnaire) -> str:
    found = (spoken.option(prompt, value) for prompt in asked)
    return next(filter(None, found), "")
