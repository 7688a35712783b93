"""Offers on a memory table, with rights and a register that the test makes up, and an exchange that may die."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from chalicelib.citizen.model import Person
from chalicelib.citizen.offers.model import Candidate, Group, Look, Receipt, RightWords, Step, Watched
from chalicelib.citizen.offers.offering import Offering
from chalicelib.citizen.offers.ports import Turning, TurningPage
from chalicelib.citizen.offers.runs import Runs
from chalicelib.citizen.offers.store import Counters, OfferRows
from chalicelib.citizen.offers.telling import Telling
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.storage import Table
from chalicelib.shared.thai import NationalId, Text, check_digit
from tests.citizen.portal import Portal

PENSION = Watched("pension", age=60)
GRANT = Watched("grant", event="birth-registered")
CARE = Watched("care", event="birth-registered")
SCHOOL = Watched("school", age=6, before_days=30, parents=True)


def both(text: str) -> Text:
    return Text(th=f"ไทย {text}", en=text)


def pid(number: int) -> NationalId:
    """A national id that holds."""
    twelve = f"1{number:011d}"
    return NationalId(twelve + check_digit(twelve))


class MadeUpRights:
    """Rights that are as the test says.

    Attributes:
        list: what is watched.
        outcome: what a look tells of a candidate.
        away: how many of the next looks find a register away.
        looked: national ids that were looked at, in order.
    """

    def __init__(self, *watched: Watched) -> None:
        self.list = list(watched)
        self.outcome: Callable[[Watched, Candidate], Look] = likely
        self.impossible: set[str] = set()
        self.away: set[str] = set()
        self.looked: list[str] = []
        self._lock = threading.Lock()

    def watched(self, on: dt.date) -> Sequence[Watched]:
        return self.list

    def words(self, right: str, on: dt.date) -> RightWords | None:
        if right not in {each.right for each in self.list}:
            return None
        return RightWords(
            name=both(f"The {right}"),
            summary=both(f"What the {right} is"),
            agency=both("Agency"),
            unit=both("baht a month"),
            held={"is-born": both("is born")},
            passed={},
            questions={"income": both("What do you earn?")},
            how=both("Apply here"),
            legal=(both("Some Act"),),
        )

    def possible(self, watched: Watched, candidate: Candidate, on: dt.date) -> bool:
        return candidate.pid not in self.impossible

    def look(self, watched: Watched, candidate: Candidate, on: dt.date, case: str) -> Look:
        with self._lock:
            self.looked.append(candidate.pid)
        if candidate.pid in self.away:
            raise UpstreamFailed("ทะเบียนไม่ตอบ", "The register does not answer.", retry_after=60)
        return self.outcome(watched, candidate)


def likely(_: Watched, candidate: Candidate) -> Look:
    """Everybody has it."""
    return Look(
        "likely",
        candidate.group,
        amount="600",
        steps=(Step("is-born", True),),
        receipts=(Receipt("TH/CENTRAL/DOPA/civil/person", "receipt-1", "2026-11-25T03:00:00Z"),),
        open_questions=("income",),
    )


class MadeUpPeople:
    """A register of people by their birth dates, read page by page.

    Attributes:
        all: in the register's order.
        size: people of one page.
        asked: cursors, in order.
        before: what happens elsewhere while the register looks.
    """

    def __init__(self, *people: Turning) -> None:
        self.all = list(people)
        self.size = 4
        self.asked: list[str | None] = []
        self.down = False
        self.before: Callable[[], None] = lambda: None

    def turning(self, age: int, first: dt.date, last: dt.date, cursor: str | None) -> TurningPage:
        self.before()
        self.asked.append(cursor)
        if self.down:
            raise UpstreamFailed("ทะเบียนไม่ตอบ", "The register does not answer.", retry_after=60)
        due = sorted((one.born, one.pid, one) for one in self.all if first <= _becomes(one.born, age) <= last)
        start = [each for each in due if cursor is None or f"{each[0]}/{each[1]}" > cursor]
        page = start[: self.size]
        more = len(start) > self.size
        return TurningPage(tuple(one for _, _, one in page), f"{page[-1][0]}/{page[-1][1]}" if more else None)


def _becomes(born: dt.date, age: int) -> dt.date:
    return dt.date(born.year + age, born.month, born.day)


def somebody(number: int, born: dt.date = dt.date(1966, 11, 20), province: str = "23") -> Turning:
    """A person of the register, who becomes 60 shortly before the test's day."""
    return Turning(pid(number), born, "F" if number % 2 else "M", province)


class OfferTown:
    """Offers by themselves."""

    def __init__(self, *watched: Watched, people: MadeUpPeople | None = None, table: Table | None = None) -> None:
        self.portal = Portal(table=table)
        self.rights = MadeUpRights(*watched)
        self.people = people or MadeUpPeople()
        self.hall = replace(self.portal.citizen.hall, listeners={}, sweeps=[], holdings={})
        self.offering = Offering(self.hall, self.portal.citizen.inbox, self.rights, self.people, self.portal.figures)
        self.offers = self.offering.offers
        self.rows = OfferRows(self.portal.table, self.portal.keyring)
        self.counters = Counters(self.portal.table)
        telling = Telling(self.hall, self.rows, self.rights)
        pausing, news = self.offering.pausing, self.offering.news
        self.runs = Runs(self.hall, self.rows, self.rights, telling, pausing, self.people, news, side_by_side=1)

    def person(self, number: str) -> Person:
        return self.hall.person(number)

    def pump(self) -> None:
        """Carries what is on the queue until nothing is."""
        for _ in range(20):
            bodies = [body for queue, body in self.portal.post.sent if queue == "citizen-events"]
            self.portal.post.sent.clear()
            if not bodies:
                return
            for body in bodies:
                self.hall.parts.journal.carry(body, self.hall.heard)
        raise AssertionError("the events do not come to an end")

    def pass_time(self, **by: float) -> None:
        self.portal.now += dt.timedelta(**by)

    def minute(self) -> None:
        """A minute passes, and the sweep runs."""
        self.pass_time(seconds=60)
        self.hall.parts.journal.sweep(self.portal.now)
        for each in self.hall.sweeps:
            each(self.portal.now)
        self.pump()

    def told(self) -> list[str]:
        """Bodies of all messages that stand in inboxes: `person/id`."""
        items = self.portal.memory._items
        return sorted(
            f"{key.pk}/{key.sk}" for key in items if key.pk.startswith("INBOX#") and key.sk.startswith("MSG#")
        )

    def counts(self, month: str = "2026-11") -> dict[tuple[str, Group], dict[str, int]]:
        """The counters that are not zero."""
        found = self.counters.of_month(month)
        return {place: {name: n for name, n in cells.items() if n} for place, cells in found.items()}
