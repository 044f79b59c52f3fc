"""The words that tables use in English and Dutch, and what they mean to us."""

from __future__ import annotations

import enum
import re

from eventsvc.programme.models import SessionKind, SpeakerRole
from eventsvc.tables import headings
from eventsvc.tables.headings import by_word, plain


class Column(enum.StrEnum):
    """What a column of a table holds."""

    ID = "id"
    TITLE = "title"
    DATE = "date"
    START = "start"
    END = "end"
    DURATION = "duration"
    ROOM = "room"
    TRACK = "track"
    KIND = "kind"
    LANGUAGE = "language"
    ABSTRACT = "abstract"
    SPEAKERS = "speakers"
    AFFILIATIONS = "affiliations"
    ROLES = "roles"
    EMAIL = "e-mail"
    SEATS = "seats"
    PARENT = "part of"
    STATUS = "status"


_HEADINGS = {
    Column.ID: "id|code|guid|uid|session id|sessie id",
    Column.TITLE: "title|titel|session|sessie|session title|sessietitel|subject|onderwerp|topic|name|naam|activity|"
    "activiteit|item|onderdeel|programme|program|programma|presentation|presentatie|talk|lezing|event|what|wat",
    Column.DATE: "date|datum|day|dag",
    Column.START: "start|begin|begins|starts|from|van|time|tijd|tijdstip|hour|uur|start time|starttijd|begintijd|"
    "aanvang|when|wanneer|starts at|begins at|time slot|slot|tijdslot|tijdvak|hours|tijden|times",
    Column.END: "end|ends|eind|einde|until|till|to|tot|end time|eindtijd|finish|ends at",
    Column.DURATION: "duration|duur|length|lengte|minutes|minuten|min|tijdsduur|duration min|duur min",
    Column.ROOM: "room|rooms|zaal|zalen|ruimte|lokaal|location|locatie|plaats|place|venue|where|waar|hall",
    Column.TRACK: "track|spoor|stream|theme|thema|track name|lijn",
    Column.KIND: "kind|type|soort|session type|type sessie|format|vorm|werkvorm|category|categorie",
    Column.LANGUAGE: "language|taal|voertaal|lang",
    Column.ABSTRACT: "abstract|samenvatting|description|beschrijving|omschrijving|summary|toelichting|details|inhoud",
    Column.SPEAKERS: "speaker|speakers|spreker|sprekers|presenter|presenters|who|wie|person|persons|people|persoon|"
    "personen|speaker names|docent|docenten|by|door|lecturer|lecturers|speaker s|spreker s",
    Column.AFFILIATIONS: "affiliation|affiliations|affiliatie|affiliaties|institution|institutions|instelling|"
    "instellingen|organisation|organization|organisatie|university|universiteit|institute|instituut|company|bedrijf|"
    "afdeling|department",
    Column.ROLES: "role|roles|rol|rollen",
    Column.EMAIL: "e mail|email|mail|e mails|emails|mails|mail address|e mail address|email address|e mail addresses|"
    "email addresses|mailadres|e mailadres|emailadres|e mailadressen|mailadressen|speaker e mail|speaker email|"
    "e mail speaker|email speaker|e mail spreker|email spreker",
    Column.SEATS: "seats|places|plaatsen|capacity|capaciteit|max|maximum",
    Column.PARENT: "part of|block|blok|onderdeel van|parent",
    Column.STATUS: "status|state|staat",
}
_KINDS = {
    SessionKind.TALK: "talk|lecture|lezing|presentation|presentatie|voordracht|short talk|lightning talk|paper|oral",
    SessionKind.KEYNOTE: "keynote|plenary|plenair|keynote lecture|hoofdlezing|opening keynote",
    SessionKind.PANEL: "panel|podium|paneldiscussie|panel discussion|paneldebat|debate|debat|discussion|discussie|"
    "round table|roundtable|rondetafel",
    SessionKind.WORKSHOP: "workshop|tutorial|masterclass|training|werkgroep|practical|practicum|hands on",
    SessionKind.SOCIAL: "social|borrel|drinks|reception|receptie|dinner|diner|party|feest|excursion|excursie|network|"
    "networking|netwerken|netwerkborrel",
    SessionKind.BREAK: "break|pauze|coffee|koffie|lunch|lunch break|lunchpauze|coffee break|koffiepauze|tea|thee|"
    "tea break|theepauze",
    SessionKind.BLOCK: "block|blok|parallel|parallel sessions|parallelle sessies",
    SessionKind.OTHER: "other|overig|anders|session|sessie|opening|welcome|welkom|closing|afsluiting",
}
_ROLES = {
    SpeakerRole.SPEAKER: "speaker|spreker|presenter",
    SpeakerRole.CHAIR: "chair|voorzitter|moderator|host|dagvoorzitter|chairperson|gespreksleider",
    SpeakerRole.PANELLIST: "panellist|panelist|panellid",
    SpeakerRole.TUTOR: "tutor|docent|teacher|trainer|facilitator|begeleider",
}
_LANGUAGES = {
    "en": "english|engels",
    "nl": "dutch|nederlands",
    "de": "german|duits|deutsch",
    "fr": "french|frans|français",
    "es": "spanish|spaans|español",
    "it": "italian|italiaans",
    "pt": "portuguese|portugees",
}
_CANCELLED = frozenset({"cancelled", "canceled", "geannuleerd", "vervallen", "afgelast"})
_CODE = re.compile(r"([a-z]{2,3})([-_][a-z0-9]{2,8})*", re.IGNORECASE)
# What a title begins or ends with where no column tells the kind.
_BREAKS = re.compile(
    r"((coffee|tea|lunch|koffie|thee|lunch)\W*(break|pauze|&.*|and.*|en .*)?|lunch(pauze|break)?|break|pauze|"
    r"(koffie|thee)pauze|dinner break)",
    re.IGNORECASE,
)
_IN_TITLES = (
    (re.compile(r"\bkeynote\b", re.IGNORECASE), SessionKind.KEYNOTE),
    (re.compile(r"\b(workshop|masterclass)\b", re.IGNORECASE), SessionKind.WORKSHOP),
    (re.compile(r"\b(panel|paneldiscussie|panel discussion)\b", re.IGNORECASE), SessionKind.PANEL),
    (re.compile(r"\b(borrel|drinks|reception|receptie|diner|dinner)\b", re.IGNORECASE), SessionKind.SOCIAL),
)


def column(heading: str) -> Column | None:
    """Return what a column with this heading holds, None for one that we do not know."""
    return headings.meaning(heading, _COLUMNS)


def kind(said: str) -> SessionKind | None:
    """Return the kind that a word names; None for no word, and `OTHER` for one that we do not know."""
    word = plain(said)
    return _KIND_WORDS.get(word, SessionKind.OTHER) if word else None


def kind_in(title: str) -> SessionKind:
    """Guess a kind from a title: breaks and workshops tend to say what they are."""
    if _BREAKS.fullmatch(title.strip()):
        return SessionKind.BREAK
    return next((kind for pattern, kind in _IN_TITLES if pattern.search(title)), SessionKind.TALK)


def role(said: str) -> SpeakerRole | None:
    """Return the role that a word names, or None."""
    return _ROLE_WORDS.get(plain(said))


def language(said: str) -> str | None:
    """Return the code of a language that was named or coded, or None where neither is known."""
    word = said.strip()
    if code := _LANGUAGE_WORDS.get(word.lower()):
        return code
    found = _CODE.fullmatch(word)
    return found[1].lower() if found else None


def is_cancelled(said: str) -> bool:
    """Tell whether a status says that a session does not take place."""
    return plain(said) in _CANCELLED


_COLUMNS = by_word(_HEADINGS)
_KIND_WORDS = by_word(_KINDS)
_ROLE_WORDS = by_word(_ROLES)
_LANGUAGE_WORDS = by_word(_LANGUAGES)
