"""What returns from edition to edition: the words, the hosts and the partners of the office's events.

Titles, hosts and partners are as the office published them; descriptions are written for this demo.
"""

from __future__ import annotations

from typing import Any

from eventsvc.demo.shapes import partners, prose
from eventsvc.events.models import Kind, Mode

DATAETHICS = "DATAETHICS"
GLOBAL_IMPACT = "Global Impact in Health"
WEBINARS = "Expert webinars"
FAIRS = "CSC Fair"
LIMSC = "LIMSC"
COMMUNITY = "Community events"
TECHMED = "TechMed"
BRAZIL = "Leiden-Brazil data science"
NEIGHBOURHOOD = "Healthy neighbourhoods"

SUMMER_SCHOOL: dict[str, Any] = {
    "kind": Kind.SUMMER_SCHOOL,
    "series": DATAETHICS,
    "mode": Mode.IN_PERSON,
    "timezone": "Europe/Madrid",
    "venue": {"name": "Universitat de Barcelona", "city": "Barcelona", "country": "ES"},
    "capacity": 30,
    "summary": "Five days in Barcelona on what may, and what should, be done with people’s health data.",
    "description": prose("""Who decides what happens with the data a patient leaves behind? In five days you look at
that question from the ward, the laboratory, the law and the patient’s chair.

## What you do

- Mornings: lectures, each followed by an hour of questions
- Afternoons: work in small groups on a case that you bring or choose
- Friday: your group defends its advice before a panel

You leave with a case worked out to the end, and with people at other universities to ask next time."""),
    "audience": "PhD candidates and master’s students in medicine, biomedical science, data science, law or ethics.",
    "benefits": "A certificate for five days of study. Lunch and a walk through the old town are included.",
    "costs": "Free; you pay for travel and stay",
    "partners": partners("Universitat de Barcelona", consortium=["Eurolife consortium"], consortium_member=["LUMC"]),
}

WINTER_SCHOOL: dict[str, Any] = {
    "kind": Kind.WINTER_SCHOOL,
    "series": DATAETHICS,
    "mode": Mode.IN_PERSON,
    "venue": {"name": "LUMC", "country": "NL"},
    "capacity": 30,
    "summary": "Five winter days on the ethical dilemmas of data and AI models in medical practice.",
    "description": prose("""A model says that a patient will not benefit. It is right nine times in ten. What do you
tell the tenth?

This school takes the dilemmas around data and AI models in (bio)medical practice one a day: consent, bias,
explanation, responsibility, and what to do when they pull in different directions. You read before you come, argue
while you are here, and write your own position on the last day."""),
    "audience": "PhD candidates and advanced master’s students of the nine universities of the consortium.",
    "benefits": "A certificate for five days of study.",
    "partners": partners("LUMC", consortium=["Eurolife consortium (9 European universities)"]),
}

SYMPOSIUM: dict[str, Any] = {
    "kind": Kind.SYMPOSIUM,
    "series": GLOBAL_IMPACT,
    "title": "Global Impact in Health symposium",
    "mode": Mode.IN_PERSON,
    "venue": {"city": "Leiden", "country": "NL"},
    "room": "Main hall",
    "summary": "A day on vaccines that reach everybody, and on research in which everybody is counted.",
    "description": prose("""Medicines and vaccines work best where they are tested least. This day brings together
people who can change that: from academia, from politics, and from the public and the private sector.

## Three questions

1. How does a vaccine reach the whole world, and not only those who can pay first?
2. Who takes part in clinical research, who is left out, and what does that do to the answers?
3. Why does the same vaccine work differently in African and in European populations?

There is time between the sessions to meet, and a long lunch for the same reason."""),
    "audience": "Researchers, clinicians, students, policy makers and companies with an interest in global health.",
    "benefits": "Lunch and drinks. A statement of attendance on request.",
    "accessibility": "The hall is step-free and has a hearing loop. Write to us about what else you need.",
    "partners": partners(
        "LUMC Global",
        co_organiser=[
            "Leiden University",
            "Health~Holland",
            "Bristol Myers Squibb",
            "Janssen",
            "Philips",
            "Leiden Bio Science Park",
        ],
    ),
}

WEBINAR: dict[str, Any] = {
    "kind": Kind.WEBINAR,
    "series": WEBINARS,
    "mode": Mode.ONLINE,
    "capacity": 500,
    "has_waiting_list": False,
    "join_url": "https://video.example.org/expert-webinar",
    "audience": "Clinicians, researchers and students anywhere in the world.",
    "benefits": "The recording is linked from this page afterwards.",
}

FETAL_THERAPY: dict[str, Any] = {
    **WEBINAR,
    "title": "Expert webinar Innovations in Fetal Therapy",
    "summary": "What can be treated before birth, and what comes next: with Prof. Dick Oepkes.",
    "description": prose("""Some diseases do not wait until birth, and some treatments need not either. In this
webinar Prof. Dick Oepkes tells what fetal therapy can do today, which innovations are near, and what they ask of
doctors and of parents.

The occasion is a happy one: his royal distinction. The last half hour is for your questions."""),
    "partners": partners("LUMC Global", "Department of Obstetrics and Gynecology, LUMC"),
}

FAIR: dict[str, Any] = {
    "kind": Kind.FAIR,
    "series": FAIRS,
    "mode": Mode.ONLINE,
    "join_url": "https://fair.example.org/lumc",
    "summary": "Meet the LUMC online, and find out what a PhD in Leiden could look like for you.",
    "description": prose("""At the fair of the China Scholarship Council universities from all over the world meet
students who look for a PhD position. Delegates of the LUMC are there to talk about research groups, about what to
write in an application, and about living in Leiden.

Bring your questions, and if you have one your research idea. You can drop in at any hour of the fair."""),
    "audience": "Students in China who look for a PhD position in the biomedical sciences.",
    "partners": partners("China Scholarship Council", exhibitor=["LUMC"]),
}

CONFERENCE: dict[str, Any] = {
    "kind": Kind.CONFERENCE,
    "series": LIMSC,
    "summary": "Students present their research to students, and to those they may work with one day.",
    "description": prose("""A conference by students for students: there are lectures, workshops in small groups, and
sessions in which students present their own (bio)medical research.

One talk is about going abroad: the student exchange opportunities at the LUMC."""),
    "audience": "Students of medicine and the biomedical sciences from every country.",
    "benefits": "A certificate of participation; prizes for the best presentations.",
    "partners": partners("LIMSC organising committee", promotion=["LUMC Global"]),
}

COMMUNITY_EVENT: dict[str, Any] = {
    "kind": Kind.COMMUNITY_EVENT,
    "series": COMMUNITY,
    "mode": Mode.IN_PERSON,
    "venue": {"city": "Leiden", "country": "NL"},
    "summary": "Colleagues from Leiden who work with the same country or on the same topic meet for an evening.",
    "description": prose("""Several times a year we bring together colleagues from Leiden around one topic, one
institute or one country: short pitches of what everybody works on, then food, and time to find out how you could
help."""),
    "audience": "Everybody in Leiden who works, or wants to work, with partners abroad.",
    "partners": partners("LUMC Global"),
}

COURSE: dict[str, Any] = {
    "kind": Kind.COURSE,
    "series": NEIGHBOURHOOD,
    "title": "What makes a healthy residential neighbourhood?",
    "mode": Mode.IN_PERSON,
    "venue": {"name": "Faculty of Architecture, TU Delft", "country": "NL"},
    "capacity": 24,
    "summary": "Medical and architecture students look together at housing, and at what makes people in it ill.",
    "description": prose("""How a street is built decides who meets whom, who breathes whose air, and who falls ill.
In this course medical and architecture students work in pairs. With their mentors they study housing conditions and
how vulnerable these make people to pathogens such as SARS-CoV-2, and they redesign one block so that it does
better."""),
    "audience": "Students of medicine, of the biosciences and of architecture, from their third year on.",
    "partners": partners(
        "Faculty of Architecture, TU Delft",
        co_organiser=[
            "LUMC",
            "Leiden Centre for Applied Bioscience (LCAB)",
            "Delft Global",
            "Hogeschool Leiden",
        ],
    ),
}

TECHMED_SCHOOL: dict[str, Any] = {
    "kind": Kind.SUMMER_SCHOOL,
    "series": TECHMED,
    "title": "TechMed summer school",
    "mode": Mode.IN_PERSON,
    "venue": {"name": "LUMC", "country": "NL"},
    "capacity": 25,
    "summary": "A week on the technology of tomorrow’s hospital, for those who will build and use it.",
    "description": prose("""Engineers and doctors seldom learn together. Here they do: for a week you visit
laboratories and wards, take devices apart, and pitch one improvement that somebody could start on next month."""),
    "audience": "Bachelor’s and master’s students in technical medicine, engineering or medicine.",
    "partners": partners("LUMC"),
}

DATA_SCIENCE_SCHOOL: dict[str, Any] = {
    "kind": Kind.SUMMER_SCHOOL,
    "series": BRAZIL,
    "title": "Leiden-Brazil Data science in health & disease online",
    "mode": Mode.ONLINE,
    "join_url": "https://video.example.org/data-science",
    "capacity": 60,
    "summary": "Five afternoons in the Netherlands, five mornings in Brazil: data science on shared questions.",
    "description": prose("""Participants in Brazil and in the Netherlands analyse the same open data in mixed teams,
online. Sessions lie where both countries are awake: in the afternoon in Leiden, in the morning in São Paulo."""),
    "audience": "Master’s students and PhD candidates in Brazil and in the Netherlands.",
    "partners": partners("LUMC"),
}
