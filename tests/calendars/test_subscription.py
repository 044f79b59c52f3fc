"""A subscription as somebody keeps it for years: vdirsyncer fetches a feed into a folder, khal shows what is there."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from eventsvc.calendars import entries
from eventsvc.extensions import db
from eventsvc.programme import published
from eventsvc.programme.models import SessionStatus
from tests.calendars.serving import served
from tests.conftest import Clock
from tests.people import NOW, a_session, an_event

PAIR = """
[general]
status_path = "{folder}/status/"
[pair feed]
a = "there"
b = "here"
collections = null
[storage there]
type = "http"
url = "{url}"
[storage here]
type = "filesystem"
path = "{folder}/calendar/"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[feed]]
path = {folder}/calendar/
readonly = True
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Amsterdam
default_timezone = Europe/Amsterdam
[sqlite]
path = {folder}/khal.db
"""


class Subscriber:
    """Somebody with a folder of their own for the calendar, and two programs."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        (folder / "vdirsyncer").write_text(PAIR.format(folder=folder, url=url))
        (folder / "khal").write_text(KHAL.format(folder=folder))
        (folder / "calendar").mkdir()
        self._run("vdirsyncer", "discover")

    def sync(self) -> str:
        """Fetch the feed, and return what vdirsyncer says it did."""
        return self._run("vdirsyncer", "sync")

    def files(self) -> dict[str, int]:
        """Return the files there are and when each was written."""
        return {path.name: path.stat().st_mtime_ns for path in (self._folder / "calendar").iterdir()}

    def shows(self) -> set[str]:
        """Return what khal shows of the day."""
        asked = ("list", "--format", "{start-long} {title} [{status}]", "--day-format", "", "2027-03-08", "1d")
        said = self._run("khal", "--config", str(self._folder / "khal"), *asked)
        return {line.strip() for line in said.splitlines() if line.strip()}

    def _run(self, program: str, *arguments: str) -> str:
        path = Path(sys.executable).parent / program
        environment = os.environ | {
            "VDIRSYNCER_CONFIG": str(self._folder / "vdirsyncer"),
            "HOME": str(self._folder),
            "LC_ALL": "C.UTF-8",
        }
        ran = subprocess.run(
            [path, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=90, input=""
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr


def test_what_is_in_a_feed_arrives_and_what_moves_or_is_cancelled_follows(
    app: Flask, clock: Clock, tmp_path: Path
) -> None:
    start = datetime(2027, 3, 8, 9, 0, tzinfo=UTC)
    event = an_event(title="A day of talks", starts_at=start, ends_at=start + timedelta(hours=8))
    moved = a_session(event, title="First talk")
    off = a_session(
        event, title="Second talk", starts_at=start + timedelta(hours=2), ends_at=start + timedelta(hours=3)
    )
    entries.refresh(event, at=NOW)
    db.session.commit()

    with served(app) as site:
        ada = Subscriber(tmp_path, f"{site}/events/{event.slug}/calendar.ics")
        ada.sync()
        first, shown = ada.files(), ada.shows()
        again = ada.sync()
        second = ada.files()

        moved.starts_at, moved.ends_at = start + timedelta(hours=5), start + timedelta(hours=6)
        off.status = SessionStatus.CANCELLED
        published.bring(event, at=NOW)
        entries.refresh(event, at=clock.forward(timedelta(hours=1)))
        db.session.commit()
        ada.sync()

    assert len(first) == 3
    assert shown == {
        "2027-03-08 10:00 A day of talks [CONFIRMED ]",
        "2027-03-08 10:00 First talk [CONFIRMED ]",
        "2027-03-08 12:00 Second talk [CONFIRMED ]",
    }
    assert second == first and "Copying" not in again
    assert ada.shows() == {
        "2027-03-08 10:00 A day of talks [CONFIRMED ]",
        "2027-03-08 15:00 First talk [CONFIRMED ]",
        "2027-03-08 12:00 Cancelled: Second talk [CANCELLED ]",
    }
