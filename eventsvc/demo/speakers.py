"""Who speaks in the demo: made up, at example.org, mostly of institutes that are made up as well.

Only where the published facts name somebody is that a real person, and of them nothing is told beyond those facts.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventsvc.text import slug_of


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who speaks. `note` is the sentence to their answer; `comes` None: they have not answered yet."""

    name: str
    affiliation: str
    country: str
    biography: str
    language: str = "en"
    comes: bool | None = True
    note: str = ""

    @property
    def email(self) -> str:
        return f"{slug_of(self.name.rpartition('. ')[2])}@example.org"

    def as_(self, role: str) -> tuple[str, str, str]:
        """Say in which role they are in a session."""
        return self.name, self.affiliation, role


MIRTHE = Guest(
    "Dr. Mirthe van Oosterzeel",
    "LUMC Global",
    "NL",
    "Mirthe brings people together who would not meet otherwise: she runs the exchange of students and staff with"
    " partners on four continents. She was trained as a paediatrician, and worked in Malawi for three years.\n\n"
    "Ask her about leaving home for a rotation, and about coming back.",
    "nl",
)
NOMVULA = Guest(
    "Prof. Nomvula Strand-Dlamini",
    "Umhlanga School of Public Health",
    "ZA",
    "Nomvula studies how vaccines reach people, from the first contract to the last cool box. She advised two"
    " governments during the pandemic and says that both listened to half of it.\n\n"
    "Her group publishes what a dose costs on its way, in *The Last Mile Ledger*.",
)
IFEOMA = Guest(
    "Dr. Ifeoma Brandt-Adeyinka",
    "Savanna Biologics",
    "NG",
    "Ifeoma leads the building of a plant for vaccines near Lagos. Before, she inspected such plants, so she knows"
    " both sides of the table.",
)
PILAR = Guest(
    "Dr. Pilar Etxeandía Roca",
    "Instituto Ribera de Ensayos Clínicos",
    "ES",
    "Pilar designs clinical trials and counts who is missing from them. She teaches the craft to ethics committees"
    " and patients alike, and prefers a pencil to slides.",
    comes=None,
)
KWABENA = Guest(
    "Prof. Kwabena Holm-Asare",
    "Volta Centre for Immunology",
    "GH",
    "Kwabena compares how people respond to the same vaccine in Accra, Leiden and Aarhus, and looks for the reasons in"
    " the gut, in earlier infections and in where they grew up.",
)
LIEKE = Guest(
    "Lieke Zandberghe",
    "Council for Inclusive Trials",
    "NL",
    "Lieke is a lawyer. For the council she writes the conditions under which public money pays for a trial, and reads"
    " afterwards what became of them.",
    "nl",
)
JORRIT = Guest(
    "Jorrit Halbertsmaat",
    "Committee on Health Abroad",
    "NL",
    "Jorrit was a nurse and then a spokesman on health and development. He asks the question that everybody in the"
    " room was about to ask.",
    "nl",
    comes=False,
    note="There is a vote that afternoon and I have to be there. May I send a colleague?",
)
ROSWITHA = Guest(
    "Dr. Roswitha ter Heggeler",
    "Department of Obstetrics and Gynecology, LUMC",
    "NL",
    "Roswitha looks after women whose child is treated before birth, and gathers the questions that they ask most.",
    "nl",
)
YUSRA = Guest(
    "Yusra Klein-Benhaddou",
    "Student of medicine, fifth year",
    "NL",
    "Yusra spent half a year in a laboratory on why some tumours hide from the immune system. It is her first talk.",
)
TOMAS = Guest(
    "Dr. Tomás Hein-Quiroga",
    "Clínica Universitaria del Sur",
    "CL",
    "Tomás is a radiologist who teaches with real scans, real reports and his own mistakes.",
)
ANNELIEK = Guest(
    "Anneliek Soerjadi-Maas",
    "Student of biomedical sciences, fourth year",
    "NL",
    "Anneliek measured the air in 60 school rooms together with the children who sit in them.",
    "nl",
)

GUESTS = {
    guest.name: guest
    for guest in (
        MIRTHE, NOMVULA, IFEOMA, PILAR, KWABENA, LIEKE, JORRIT, ROSWITHA, YUSRA, TOMAS, ANNELIEK,
    )
}  # fmt: skip
