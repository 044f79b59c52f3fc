"""What kinds, modes and roles are called where people read them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from eventsvc.events.models import Kind, LinkKind, Mode, PartnerRole

KINDS: dict[Kind, Any] = {
    Kind.SUMMER_SCHOOL: _l("Summer school"),
    Kind.WINTER_SCHOOL: _l("Winter school"),
    Kind.WEBINAR: _l("Webinar"),
    Kind.SYMPOSIUM: _l("Symposium"),
    Kind.CONFERENCE: _l("Conference"),
    Kind.FAIR: _l("Fair"),
    Kind.COMMUNITY_EVENT: _l("Community event"),
    Kind.COURSE: _l("Course"),
}
MODES: dict[Mode, Any] = {
    Mode.IN_PERSON: _l("In person"),
    Mode.ONLINE: _l("Online"),
    Mode.HYBRID: _l("On site and online"),
}
PARTNER_ROLES: dict[PartnerRole, Any] = {
    PartnerRole.HOST: _l("Host"),
    PartnerRole.CO_ORGANISER: _l("Co-organiser"),
    PartnerRole.CONSORTIUM: _l("Consortium"),
    PartnerRole.CONSORTIUM_MEMBER: _l("Consortium member"),
    PartnerRole.SPONSOR: _l("Sponsor"),
    PartnerRole.EXHIBITOR: _l("Exhibitor"),
    PartnerRole.PROMOTION: _l("Promotion"),
}
LINKS: dict[LinkKind, Any] = {
    LinkKind.RECORDING: _l("Recording"),
    LinkKind.MATERIALS: _l("Materials"),
    LinkKind.ARTICLE: _l("Article"),
    LinkKind.OTHER: _l("More"),
}
