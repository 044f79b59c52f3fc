"""The questions that each kind of event usually needs, to begin a form with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import gettext as _

from eventsvc.events.models import Kind, Mode
from eventsvc.registration.drafts import Draft, DraftOption
from eventsvc.registration.models import QuestionKind, SeenBy

# Long enough to settle bills and letters about the event itself.
_SOON = 7
_ESSAY = 300


@dataclass(frozen=True, slots=True)
class Starter:
    """A question by a short `key`; it comes up when the one called `needs` was answered with a label of `answers`."""

    key: str
    draft: Draft
    needs: str = ""
    answers: tuple[str, ...] = ("yes",)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section and its questions."""

    title: str
    starters: tuple[Starter, ...]


def of(kind: Kind) -> tuple[Chapter, ...]:
    """Return what an event of a kind usually asks, in the present language."""
    return _BY_KIND[kind]()


def _school() -> tuple[Chapter, ...]:
    return (
        Chapter(_("Your studies"), (_phase(), _motivation(), _cv())),
        Chapter(_("Travel and visa"), (_nationality(), *_passport())),
        Chapter(_("Your stay"), (*_dietary(), *_access(), _emergency_name(), _emergency_phone())),
        Chapter(_("Photos"), (_photos(),)),
    )


def _symposium() -> tuple[Chapter, ...]:
    return (
        Chapter(_("The programme"), (_workshop(),)),
        Chapter(_("Your visit"), (*_dietary(), *_access())),
        Chapter(_("Photos"), (_photos(),)),
    )


def _webinar() -> tuple[Chapter, ...]:
    return (Chapter(_("Before we begin"), (_heard(), _expectations())),)


def _fair() -> tuple[Chapter, ...]:
    return (Chapter(_("Your studies"), (_phase(), _field(), _destinations())), Chapter(_("Your visit"), _access()))


def _community() -> tuple[Chapter, ...]:
    return (Chapter(_("Your visit"), (_guests(), *_dietary(), *_access())),)


def _phase() -> Starter:
    labels = (_("Bachelor"), _("Master"), _("PhD"), _("Working"), _("Something else"))
    return Starter(
        "phase",
        Draft(QuestionKind.CHOICE, _("Where are you in your studies?"), is_required=True, options=_options(*labels)),
    )


def _field() -> Starter:
    return Starter("field", Draft(QuestionKind.TEXT, _("What do you study?")))


def _destinations() -> Starter:
    labels = (_("Europe"), _("Africa"), _("Asia"), _("North America"), _("South America"), _("Oceania"))
    return Starter(
        "destinations", Draft(QuestionKind.CHOICES, _("Where would you like to go?"), options=_options(*labels))
    )


def _motivation() -> Starter:
    return Starter(
        "motivation",
        Draft(
            QuestionKind.PARAGRAPH,
            _("Why do you want to take part?"),
            help=_("What you hope to learn, and what you bring."),
            why=_("We read it when we decide who can come."),
            is_required=True,
            rules={"max_words": _ESSAY},
        ),
    )


def _cv() -> Starter:
    return Starter(
        "cv", Draft(QuestionKind.FILE, _("Your CV"), help=_("One PDF, two pages at most."), is_required=True)
    )


def _nationality() -> Starter:
    return Starter(
        "nationality",
        Draft(QuestionKind.COUNTRY, _("Nationality"), why=_("It tells whether you need a visa."), mode=Mode.IN_PERSON),
    )


def _passport() -> tuple[Starter, Starter]:
    needed = Draft(QuestionKind.YES_NO, _("Do you need a letter for your visa?"), is_required=True, mode=Mode.IN_PERSON)
    number = Draft(
        QuestionKind.TEXT,
        _("Passport number"),
        why=_("The embassy asks for it in the letter."),
        is_required=True,
        mode=Mode.IN_PERSON,
        seen_by=SeenBy.EDITORS,
        kept_days=0,
    )
    return Starter("visa", needed), Starter("passport", number, needs="visa")


def _dietary() -> tuple[Starter, Starter]:
    other = _("Something else")
    labels = (_("Vegetarian"), _("Vegan"), _("Halal"), _("Without gluten"), _("Without lactose"), other)
    wishes = Draft(
        QuestionKind.CHOICES,
        _("Is there anything you do not eat?"),
        why=_("So that there is something for you at every meal."),
        mode=Mode.IN_PERSON,
        kept_days=_SOON,
        options=_options(*labels),
    )
    which = Draft(
        QuestionKind.TEXT, _("What should the kitchen know?"), is_required=True, mode=Mode.IN_PERSON, kept_days=_SOON
    )
    return Starter("dietary", wishes), Starter("kitchen", which, needs="dietary", answers=(other,))


def _access() -> tuple[Starter, Starter]:
    needed = Draft(
        QuestionKind.YES_NO,
        _("Is there anything we can do so that you can take part?"),
        help=_("A step-free way, a loop, captions, a quiet room."),
        kept_days=_SOON,
    )
    what = Draft(
        QuestionKind.PARAGRAPH,
        _("What do you need?"),
        why=_("Only the people who arrange it read this."),
        is_required=True,
        seen_by=SeenBy.EDITORS,
        kept_days=_SOON,
    )
    return Starter("access", needed), Starter("needs", what, needs="access")


def _emergency_name() -> Starter:
    draft = Draft(
        QuestionKind.TEXT, _("Whom do we call in an emergency?"), is_required=True, mode=Mode.IN_PERSON, kept_days=_SOON
    )
    return Starter("emergency", draft)


def _emergency_phone() -> Starter:
    draft = Draft(
        QuestionKind.PHONE,
        _("Their phone number"),
        help=_("With the country code."),
        is_required=True,
        mode=Mode.IN_PERSON,
        kept_days=_SOON,
    )
    return Starter("emergency phone", draft)


def _photos() -> Starter:
    return Starter(
        "photos",
        Draft(
            QuestionKind.CONSENT,
            _("I may be in photos of the event"),
            help=_("They appear on our website and in our newsletter. You can take this back at any time."),
            mode=Mode.IN_PERSON,
        ),
    )


def _workshop() -> Starter:
    options = (DraftOption(_("Workshop A"), 30), DraftOption(_("Workshop B"), 30), DraftOption(_("None of these")))
    return Starter(
        "workshop", Draft(QuestionKind.CHOICE, _("Which workshop would you like?"), is_required=True, options=options)
    )


def _heard() -> Starter:
    labels = (_("A colleague or a friend"), _("A newsletter"), _("Social media"), _("Our website"), _("Something else"))
    return Starter("heard", Draft(QuestionKind.CHOICE, _("How did you hear of this?"), options=_options(*labels)))


def _expectations() -> Starter:
    return Starter(
        "expectations",
        Draft(
            QuestionKind.PARAGRAPH,
            _("What would you like to hear about?"),
            help=_("We pass your questions on to the speakers, without your name."),
            rules={"max_words": 100},
        ),
    )


def _guests() -> Starter:
    draft = Draft(
        QuestionKind.NUMBER, _("How many people do you bring?"), help=_("Without yourself."), rules={"min": 0, "max": 5}
    )
    return Starter("guests", draft)


def _options(*labels: str) -> tuple[DraftOption, ...]:
    return tuple(DraftOption(label) for label in labels)


_BY_KIND: Mapping[Kind, Callable[[], tuple[Chapter, ...]]] = MappingProxyType(
    {
        Kind.SUMMER_SCHOOL: _school,
        Kind.WINTER_SCHOOL: _school,
        Kind.COURSE: _school,
        Kind.SYMPOSIUM: _symposium,
        Kind.CONFERENCE: _symposium,
        Kind.WEBINAR: _webinar,
        Kind.FAIR: _fair,
        Kind.COMMUNITY_EVENT: _community,
    }
)
