"""The office's real events, on the dates they were held; where only a year is known, in a plausible week of it.

People are named only where the facts name them; whoever else is in a programme is made up, as those who came are.
"""

from __future__ import annotations

from eventsvc.demo import about
from eventsvc.demo.programmes import CONFERENCE_TALKS, FETAL_THERAPY_TALKS, SYMPOSIUM_DAY
from eventsvc.demo.shapes import SHORT, Edition, article, held, recording
from eventsvc.events.models import Mode

ATTENDEES = 284

PAST: tuple[Edition, ...] = (
    held(
        "csc-fair-2020",
        "2020-11-09 10:00",
        "2020-11-13 16:00",
        people=18,
        course=SHORT,
        said={**about.FAIR, "title": "CSC Fair 2020"},
    ),
    held(
        "limsc-2021",
        "2021-03-12 09:00",
        "2021-03-14 17:00",
        people=45,
        said={
            **about.CONFERENCE,
            "title": "Leiden International (Bio)Medical Student Conference (LIMSC) 2021",
            "mode": Mode.ONLINE,
            "venue": {"city": "Leiden", "country": "NL"},
            "join_url": "https://video.example.org/limsc-2021",
            "capacity": None,
        },
        talks=CONFERENCE_TALKS,
    ),
    held(
        "innovations-in-fetal-therapy-webinar",
        "2021-04-15 16:00",
        "2021-04-15 17:30",
        people=ATTENDEES,
        course=SHORT,
        said=about.FETAL_THERAPY,
        talks=FETAL_THERAPY_TALKS,
        afterwards=(
            recording("https://media.example.org/innovations-in-fetal-therapy"),
            article(
                "https://news.example.org/nl/innovaties-in-foetale-therapie",
                "Ruim 280 kijkers bij webinar over foetale therapie",
                "nl",
            ),
        ),
        note=f"{ATTENDEES} people took part.",
    ),
    held(
        "leiden-brazil-data-science-2021",
        "2021-07-12 14:00",
        "2021-07-16 18:00",
        people=24,
        said=about.DATA_SCIENCE_SCHOOL,
    ),
    held(
        "techmed-summer-school-2021",
        "2021-08-23 09:00",
        "2021-08-27 16:00",
        people=20,
        said=about.TECHMED_SCHOOL,
    ),
    held(
        "healthy-neighbourhood-course",
        "2021-09-20 09:00",
        "2021-09-24 17:00",
        people=22,
        said=about.COURSE,
    ),
    held(
        "csc-fair-2021",
        "2021-11-08 10:00",
        "2021-11-12 16:00",
        people=21,
        course=SHORT,
        said={**about.FAIR, "title": "CSC Fair 2021"},
    ),
    held(
        "eurolife-dataethics-winter-school-2022",
        "2022-01-24 09:00",
        "2022-01-28 16:00",
        people=27,
        said={**about.WINTER_SCHOOL, "title": "Eurolife winter school DATAETHICS"},
    ),
    held(
        "global-impact-in-health-symposium-2022",
        "2022-05-30 09:30",
        "2022-05-30 17:00",
        people=96,
        said={**about.SYMPOSIUM, "capacity": 120},
        talks=SYMPOSIUM_DAY,
    ),
    held(
        "eurolife-dataethics-summer-school-2022",
        "2022-07-04 09:00",
        "2022-07-08 16:00",
        people=29,
        said={**about.SUMMER_SCHOOL, "title": "Eurolife summer school DATAETHICS 2022"},
    ),
    held(
        "community-events",
        "2022-11-10 17:00",
        "2022-11-10 19:00",
        people=26,
        course=SHORT,
        said={**about.COMMUNITY_EVENT, "title": "Community events with colleagues from Leiden"},
    ),
)
