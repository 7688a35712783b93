"""Facts as events are heard, and the dataset of each day."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging

from chalicelib.shared.errors import Refusal
from chalicelib.shared.journal import Event
from chalicelib.shared.thai import Text
from chalicelib.shared.workdays import thai_date

from ..office import Office
from ..ports import Figures
from . import rules
from .files import DICTIONARY, Names, dictionary, month_files
from .store import DAY, FactRows, file_key
from .suppression import protected

log = logging.getLogger("klang.biz.statistics")

MONTHS = 13
"""Months whose figures still move; older ones stay as they were last published."""
AFTER_MIDNIGHT = dt.timedelta(hours=1)
PAUSE = dt.timedelta(minutes=10)
"""Until a catalogue that did not answer is asked again."""
_ATTEMPTS = 5


class Statistics:
    """Figures of the portal."""

    def __init__(self, office: Office, figures: Figures) -> None:
        self._office = office
        self._figures = figures
        self.rows = FactRows(office.parts.table)

    def heard(self, event: Event) -> None:
        """Makes the fact of the case that an event is about; a repeat makes the same fact again."""
        if event.type.startswith("biz.application.") or event.type == "biz.licence.issued":
            self.count(event.subject)

    def count(self, case_id: str) -> None:
        """Makes the fact of a case as it stands now, whatever was counted of it before."""
        for _ in range(_ATTEMPTS):
            case = self._office.store.find_case(case_id)
            fact = rules.fact_of(case, self._office.book(case))
            if fact is None or self.rows.put(case.id, fact):
                return
        log.warning("a fact is written by somebody else all the time", extra={"case": case_id})

    def run(self, now: dt.datetime) -> str | None:
        """Publishes the next month of the day's figures (asked each minute); which month, or None when nothing is due.

        One month in a minute, so that a year of cases never outlasts a run. A catalogue that does not answer is asked
        again after a pause; a file that it took is not sent twice.
        """
        today = thai_date(now - AFTER_MIDNIGHT)
        state = self.rows.get(DAY)
        if state is None:  # the first minute of this portal: its first figures are tomorrow's
            self.rows.keep(DAY, None, {"day": today.isoformat(), "doing": "", "next": 0})
            return None
        data = dict(state.data)
        if str(data["day"]) >= today.isoformat() or now < _again(data.pop("failed_at", None)):
            return None
        number = int(data["next"]) if data["doing"] == today.isoformat() else 0
        months = months_until(today)
        try:
            self.publish(months[number], today)
        except Refusal as error:
            log.warning("the catalogue did not take the figures", extra={"slug": error.slug})
            self.rows.keep(DAY, state, {**data, "failed_at": now.isoformat()})
            return None
        done = number + 1 == len(months)
        self.rows.keep(
            DAY,
            state,
            {"day": today.isoformat(), "doing": "", "next": 0}
            if done
            else {**data, "doing": today.isoformat(), "next": number + 1},
        )
        return months[number]

    def publish(self, month: str, today: dt.date) -> None:
        """Sends the files of a month that changed since they were taken; raises a Refusal when one is not taken."""
        rows = protected(rules.rows_of(self.rows.of_month(month)))
        if not rows:
            return
        files = {DICTIONARY: dictionary(), **month_files(month, rows, self._names(today))}
        for name, content in files.items():
            sha256 = hashlib.sha256(content.encode()).hexdigest()
            there = self.rows.get(file_key(name))
            if there is not None and there.data["sha256"] == sha256:
                continue
            self._figures.publish(name, content)
            self.rows.keep(file_key(name), there, {"sha256": sha256, "day": today.isoformat()})

    def _names(self, today: dt.date) -> Names:
        """How things are called today; what is no longer offered is called by its id."""
        live = self._office.catalogue.live(today)
        services = {each.id: each.name for each in live}
        agencies = {each.agency: each.agency_name for each in live}
        return Names(lambda of: services.get(of) or _as_is(of), lambda of: agencies.get(of) or _as_is(of))


def months_until(today: dt.date) -> list[str]:
    """The months whose figures still move, oldest first."""
    first = today.year * 12 + today.month - MONTHS
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(first, first + MONTHS)]


def _as_is(id: str) -> Text:
    return Text(th=id, en=id)


def _again(failed_at: object) -> dt.datetime:
    """When a catalogue that failed is asked again."""
    if failed_at is None:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    return dt.datetime.fromisoformat(str(failed_at)) + PAUSE
