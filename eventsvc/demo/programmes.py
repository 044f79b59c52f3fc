"""Programmes of the demo: plausible titles, and people who are made up, but for who is named by the facts."""

from __future__ import annotations

from eventsvc.demo.shapes import Talk
from eventsvc.demo.speakers import (
    ANNELIEK,
    IFEOMA,
    JORRIT,
    KWABENA,
    LIEKE,
    MIRTHE,
    NOMVULA,
    PILAR,
    ROSWITHA,
    TOMAS,
    YUSRA,
)

HALL, SIDE = "Main hall", "Side room"
ACCESS, DIVERSITY = "Access", "Diversity"


SYMPOSIUM_DAY = (
    Talk(0, "09:30", "10:00", "Coffee and registration", "break", HALL),
    Talk(0, "10:00", "10:15", "Welcome", "other", HALL, speakers=(MIRTHE.as_("chair"),)),
    Talk(
        0,
        "10:15",
        "11:00",
        "A vaccine for everybody: what the last pandemic taught us",
        "keynote",
        HALL,
        ACCESS,
        "Doses were made in record time and shared out slowly. What would have to be agreed beforehand next time?",
        (NOMVULA.as_("speaker"),),
    ),
    Talk(
        0,
        "11:00",
        "11:45",
        "Making it where it is needed: vaccine production outside Europe",
        "talk",
        HALL,
        ACCESS,
        "From the first permit to the millionth dose: a plant, a regulator and a buyer tell what held them up.",
        (IFEOMA.as_("speaker"),),
    ),
    Talk(
        0,
        "11:00",
        "11:45",
        "Who is missing from our trials?",
        "workshop",
        SIDE,
        DIVERSITY,
        "Bring a protocol of your own. In pairs you find out whom it leaves out, and what that costs.",
        (PILAR.as_("tutor"),),
    ),
    Talk(0, "11:45", "13:00", "Lunch", "break", HALL),
    Talk(
        0,
        "13:00",
        "13:45",
        "One vaccine, two answers: responses in African and European populations",
        "talk",
        HALL,
        DIVERSITY,
        "The same injection, a different immune response. What is known of the reasons, and what follows.",
        (KWABENA.as_("speaker"),),
    ),
    Talk(
        0,
        "13:45",
        "14:30",
        "Diversity in clinical research: from intention to inclusion",
        "talk",
        HALL,
        DIVERSITY,
        "Ethics committees, funders and patients can each ask for it. Who should go first?",
        (LIEKE.as_("speaker"),),
    ),
    Talk(0, "14:30", "15:00", "Tea", "break", HALL),
    Talk(
        0,
        "15:00",
        "16:15",
        "What should Leiden do first?",
        "panel",
        HALL,
        ACCESS,
        "Four views on one question, and the audience decides which was the best answer.",
        (
            MIRTHE.as_("chair"),
            *(guest.as_("panellist") for guest in (NOMVULA, JORRIT, LIEKE, IFEOMA)),
        ),
    ),
    Talk(0, "16:15", "17:00", "Drinks", "social", HALL),
)

FETAL_THERAPY_TALKS = (
    Talk(
        0,
        "16:00",
        "17:00",
        "Innovations in fetal therapy",
        "keynote",
        abstract="What can be treated before birth today, and what comes next.",
        speakers=(("Prof. Dick Oepkes", "LUMC", "speaker"),),
        recording="https://media.example.org/innovations-in-fetal-therapy",
        slides="https://media.example.org/innovations-in-fetal-therapy/slides",
    ),
    Talk(
        0,
        "17:00",
        "17:30",
        "Your questions",
        "panel",
        speakers=(
            ("Prof. Dick Oepkes", "LUMC", "panellist"),
            ROSWITHA.as_("chair"),
        ),
    ),
)

CONFERENCE_TALKS = (
    Talk(0, "09:00", "09:30", "Opening", "other", "Plenary"),
    Talk(
        0,
        "09:30",
        "11:00",
        "Students present: oncology and immunology",
        "talk",
        "Plenary",
        speakers=(YUSRA.as_("speaker"),),
    ),
    Talk(0, "13:00", "14:30", "Workshop: reading a scan", "workshop", "Workshops", speakers=(TOMAS.as_("tutor"),)),
    Talk(
        1,
        "10:00",
        "10:45",
        "Student exchange opportunities at the LUMC",
        "talk",
        "Plenary",
        abstract="Which places there are, when to apply, and what former exchange students wish they had known.",
        speakers=(MIRTHE.as_("speaker"),),
    ),
    Talk(
        1, "11:00", "12:30", "Students present: public health", "talk", "Plenary", speakers=(ANNELIEK.as_("speaker"),)
    ),
    Talk(2, "15:30", "16:30", "Prizes and farewell", "social", "Plenary"),
)
