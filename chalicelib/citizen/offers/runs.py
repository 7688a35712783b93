"""Rights that come with an age: every day the civil register is asked whose birthday it is, page by page.

OFFERS / RUN#{age}#{days before}    how far a run came, and who runs it now

A run holds one page in memory, however many people there are. Its place is a cursor of the register's, moved in one
transaction with the end of the page. What dies in between is begun again with the same page: who was told is there and
is told nothing twice, who was not is looked at again, so nobody is left out. Two runners cannot both move the cursor,
and every write of theirs requires the row as they last saw it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import AlreadyThere, Refusal, Stale
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Event, Once
from chalicelib.shared.storage import Change, Create, Item, Key, Update
from chalicelib.shared.workdays import thai_date

from ..hall import Hall
from ..model import Person
from ..rules import id_here
from . import rules
from .model import Candidate, Look, Watched
from .news import News, NewsDesk, reason_of
from .pausing import Pausing
from .ports import People, Rights, Turning
from .store import OfferRows
from .telling import TOGETHER, Found, Telling

log = logging.getLogger("klang.citizen.offers")

BUDGET = dt.timedelta(seconds=20)
"""What a run takes of a minute."""
HELD = dt.timedelta(minutes=5)
"""After this a runner that says nothing counts as dead."""
BACK = dt.timedelta(days=366)
"""How far the first run looks back: who became so old in the year before the portal began is told too."""
AFTER_MIDNIGHT = dt.timedelta(hours=2)
SIDE_BY_SIDE = 8
"""Looks at one time."""
SHORTEST, LONGEST = dt.timedelta(minutes=1), dt.timedelta(hours=1)
"""Pause after a register did not answer, doubled with each time."""


@dataclass(frozen=True)
class Run:
    """How far a run came.

    Attributes:
        through: the last birthday that is done.
        until: the last birthday of the window that is being done; "" between two windows.
        cursor: the register's, of the page to do next; None for the first.
        rests_until: not to be run before (ISO 8601).
        holder, held_until: who runs it.
        failures: how often the register did not answer, one after another.
        seen, told: people of this window.
    """

    through: str
    until: str = ""
    cursor: str | None = None
    rests_until: str = ""
    holder: str = ""
    held_until: str = ""
    failures: int = 0
    seen: int = 0
    told: int = 0


@dataclass(frozen=True)
class _Held:
    """A run that this process holds, and its row's version."""

    run: Run
    version: int


class Lost(Exception):
    """Somebody else runs it now."""


class Runs:
    """Runs over birthdays.

    Args:
        side_by_side: how many people are looked at at one time.
    """

    def __init__(
        self,
        hall: Hall,
        rows: OfferRows,
        rights: Rights,
        telling: Telling,
        pausing: Pausing,
        people: People,
        news: NewsDesk,
        side_by_side: int = SIDE_BY_SIDE,
    ) -> None:
        self._hall = hall
        self._rows = rows
        self._rights = rights
        self._telling = telling
        self._pausing = pausing
        self._people = people
        self._news = news
        self._side_by_side = side_by_side

    def run(self, now: dt.datetime) -> None:
        """Goes on with what is due, for at most `BUDGET` (asked each minute)."""
        end = self._hall.now() + BUDGET
        today = thai_date(now - AFTER_MIDNIGHT)
        by_age: dict[tuple[int, int], list[Watched]] = {}
        for each in self._rights.watched(today):
            if each.age is not None:
                by_age.setdefault((each.age, each.before_days), []).append(each)
        for (age, before), watched in sorted(by_age.items()):
            if self._hall.now() >= end:
                return
            self._go_on(Key("OFFERS", f"RUN#{age}#{before}"), age, before, watched, now, end)

    def _go_on(
        self, key: Key, age: int, before: int, watched: Sequence[Watched], now: dt.datetime, end: dt.datetime
    ) -> None:
        today = thai_date(now - AFTER_MIDNIGHT)
        held = self._take(key, today + dt.timedelta(days=before), now)
        if held is None:
            return
        try:
            while held.run.until and self._hall.now() < end and self._pausing.now() is None:
                held = self._page(key, held, age, watched, today)
            self._keep(key, held, replace(held.run, holder="", held_until=""))
        except Lost:
            log.info("another runner goes on", extra={"run": key.sk})
        except Refusal as away:
            log.warning("a run waits for a register", extra={"run": key.sk, "slug": away.slug})
            self._rest(key, now)

    def _take(self, key: Key, last: dt.date, now: dt.datetime) -> _Held | None:
        """Takes the run if there is something to do and nobody does it."""
        item = self._hall.parts.table.get(key)
        if item is None:  # the first minute of this portal: its first run is tomorrow's
            first = Run((last - BACK).isoformat(), rests_until=_tomorrow(now).isoformat())
            self._write(Create(Item(key, asdict(first))))
            return None
        run = Run(**item.data)
        if _before(now, run.rests_until) or (run.holder and _before(now, run.held_until)):
            return None
        if not run.until:
            if run.through >= last.isoformat():
                return None
            run = replace(run, until=last.isoformat(), cursor=None, seen=0, told=0)
        if self._pausing.now() is not None:
            return None
        run = replace(run, holder=new_id(), held_until=(now + HELD).isoformat())
        try:
            return self._keep(key, _Held(run, item.version), run)
        except Lost:
            return None

    def _page(self, key: Key, held: _Held, age: int, watched: Sequence[Watched], today: dt.date) -> _Held:
        """One page of the register: looked at, told, and the cursor moved."""
        run = held.run
        first = dt.date.fromisoformat(run.through) + dt.timedelta(days=1)
        page = self._people.turning(age, first, dt.date.fromisoformat(run.until), run.cursor)
        found, left = self._looked(page.people, age, watched, today)
        for part in _parts(found):
            try:
                kept = replace(run, told=run.told + len(part))
                self._telling.tell(part, [Update(Item(key, asdict(kept), held.version + 1))])
                run, held = kept, _Held(kept, held.version + 1)
            except (AlreadyThere, Stale):
                # one of them was told otherwise meanwhile, or somebody else runs: one by one, and the row says which
                told = sum(self._telling.one(each) for each in part)
                held = self._keep(key, held, replace(run, told=run.told + told))
                run = held.run
        moved = replace(
            run,
            cursor=page.next,
            through=run.until if page.next is None else run.through,
            until="" if page.next is None else run.until,
            held_until=(self._hall.now() + HELD).isoformat(),
            failures=0,
            seen=run.seen + len(page.people),
        )
        return self._leave(key, held, moved, left)

    def _looked(
        self, people: Sequence[Turning], age: int, watched: Sequence[Watched], today: dt.date
    ) -> tuple[list[Found], list[News]]:
        """Whom to tell of a page, and whom a register that was away left undecided.

        Raises:
            Refusal: most looks failed: the register is away, and the page must wait.
        """
        named = [
            (each, candidate, self._hall.person(candidate.pid), rules.birthday(person.born, age))
            for person in people
            for each in watched
            if (candidate := _candidate(person, each, today)) is not None
        ]
        ids = [
            self._rows.id_of(person, each.right, rules.occasion_of_age(age, self._child(candidate)))
            for each, candidate, person, _ in named
        ]
        wishes, there = self._rows.known([(row[2], name) for row, name in zip(named, ids, strict=True)])
        asked = [
            (name, *row)
            for name, row in zip(ids, named, strict=True)
            if name not in there and self._rights.possible(row[0], row[1], max(today, row[3]))
        ]

        def look(row: tuple[str, Watched, Candidate, Person, dt.date]) -> Found | Refusal | None:
            name, each, candidate, person, day = row
            found = Found(person, name, each.right, reason_of(each), candidate.group, wishes[person], None)
            if not wishes[person].welcome(each.right):
                return found
            try:
                seen = self._rights.look(each, candidate, max(today, day), f"offer-{name[:12]}")
            except Refusal as away:
                return away
            return self._likely(found, seen)

        with ThreadPoolExecutor(self._side_by_side) as pool:
            looks = list(pool.map(look, asked)) if self._side_by_side > 1 else list(map(look, asked))
        away = [each for each in looks if isinstance(each, Refusal)]
        if away and 2 * len(away) > len(looks):
            raise away[0]
        left = [self._left(row) for row, each in zip(asked, looks, strict=True) if isinstance(each, Refusal)]
        return [each for each in looks if isinstance(each, Found)], left

    @staticmethod
    def _likely(found: Found, look: Look) -> Found | None:
        if look.outcome != "likely":
            return None
        return replace(found, look=look, group=rules.fuller(found.group, look.group))

    def _child(self, candidate: Candidate) -> str | None:
        return None if candidate.subject is None else self._hall.person(candidate.subject)

    def _left(self, row: tuple[str, Watched, Candidate, Person, dt.date]) -> News:
        """Somebody whom a register that was away left undecided: looked at by themselves later."""
        name, each, candidate, person, day = row
        at = self._hall.now().isoformat(timespec="milliseconds")
        here = id_here("offers", name, person)
        return News(here, reason_of(each), day, candidate, rights=(each.right,), received_at=at, mark=name)

    def _leave(self, key: Key, held: _Held, run: Run, left: Sequence[News]) -> _Held:
        """Moves the cursor, in one transaction with those who were left undecided, as far as one takes them."""
        while True:
            part, left = left[:TOGETHER], left[TOGETHER:]
            changes: list[Change] = []
            events: list[tuple[str, Event]] = []
            for news in part:
                if self._news.is_there(news.id):
                    continue
                made, happened = self._news.noted(news, by="system:offers")
                changes += made
                events += [(self._news.partition_of(news.id), event) for event in happened]
            if not left:
                return self._keep(key, held, run, changes, events)
            held = self._keep(key, held, held.run, changes, events)

    def _keep(
        self,
        key: Key,
        held: _Held,
        run: Run,
        also: Sequence[Change] = (),
        events: Sequence[tuple[str, Event]] = (),
    ) -> _Held:
        """Writes the run's row as the next version of the one that this process holds.

        Raises:
            Lost: it is no longer the one that is there.
        """
        update = Update(Item(key, asdict(run), held.version + 1))
        try:
            self._hall.parts.journal.commit(_attempt(), [update, *also], events)
        except (Stale, AlreadyThere):
            raise Lost from None
        return _Held(run, held.version + 1)

    def _rest(self, key: Key, now: dt.datetime) -> None:
        """Lets a run rest after a register did not answer, longer each time."""
        item = self._hall.parts.table.get(key)
        if item is None:
            return
        run = Run(**item.data)
        pause = min(SHORTEST * 2 ** min(run.failures, 10), LONGEST)
        rested = replace(
            run,
            holder="",
            held_until="",
            failures=run.failures + 1,
            rests_until=(now + pause).isoformat(),
        )
        self._write(Update(Item(key, asdict(rested), item.version + 1)))

    def _write(self, change: Create | Update) -> None:
        try:
            self._hall.parts.journal.commit(_attempt(), [change])
        except (Stale, AlreadyThere):
            log.info("another runner was faster")


def _candidate(person: Turning, watched: Watched, today: dt.date) -> Candidate | None:
    """Who would be told because of a birthday: they, or a parent; one parent, so that two do not both apply."""
    if not watched.parents:
        group = rules.group_of(person.province, person.born, person.sex, today)
        return Candidate(person.pid, None, person.born, group)
    if not person.parents:
        return None
    return Candidate(person.parents[0], person.pid, person.born)


def _parts(found: Sequence[Found]) -> list[list[Found]]:
    """Parts of at most `TOGETHER`, in each of which a person stands once."""
    parts: list[list[Found]] = []
    people: list[set[Person]] = []
    for each in found:
        for part, there in zip(parts[-1:], people[-1:], strict=True):
            if len(part) < TOGETHER and each.person not in there:
                part.append(each)
                there.add(each.person)
                break
        else:
            parts.append([each])
            people.append({each.person})
    return parts


def _tomorrow(now: dt.datetime) -> dt.datetime:
    """Two in the morning of the next day in Thailand."""
    day = thai_date(now) + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), dt.timezone(dt.timedelta(hours=7))) + AFTER_MIDNIGHT


def _before(now: dt.datetime, text: str) -> bool:
    return bool(text) and now < dt.datetime.fromisoformat(text)


def _attempt() -> Once:
    # the row's version is the claim
    return Once(new_id(), "", new_token(), claimed=False)
