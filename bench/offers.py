"""A run over birthdays: how many people in a second, in how much memory, and whether it survives dying.

Each run is a process of its own, so that its peak of memory is its own: `python -m bench.offers PEOPLE [--naive]`
prints what one was like.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.disk_table import Died, DiskTable
from bench.measure import Sample
from bench.report import Comparison
from chalicelib.citizen.offers.model import Candidate, Look, Watched
from chalicelib.citizen.offers.ports import Turning, TurningPage
from chalicelib.citizen.offers.rules import occasion_of_age
from chalicelib.citizen.offers.runs import Runs
from chalicelib.citizen.offers.telling import Found, Telling
from chalicelib.shared.provinces import provinces
from chalicelib.shared.storage import Key
from chalicelib.shared.thai import NationalId
from tests.citizen.offers.town import PENSION, MadeUpRights, OfferTown, likely, pid
from tests.support.tokens import NOW

SIZES = (10_000, 100_000, 1_000_000)
NAIVE = (10_000, 100_000)
ONE_IN = 20
"""Of so many people one is told; half of all are ruled out by what the register's page says itself."""
DEATHS = 20
PAGE = 200
RUN = Key("OFFERS", "RUN#60#0")


class TwiceOrNever(Exception):
    """Somebody was told twice, or was left out."""


class Stream:
    """A register that makes its people as they are read, and keeps none."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._codes = sorted(provinces())
        self.pages = 0

    def turning(self, age: int, first: dt.date, last: dt.date, cursor: str | None) -> TurningPage:
        """See `People.turning`; everybody has their birthday in the window."""
        self.pages += 1
        start = int(cursor or 0)
        end = min(start + PAGE, self._size)
        people = tuple(self._one(number, last) for number in range(start, end))
        return TurningPage(people, str(end) if end < self._size else None)

    def _one(self, number: int, last: dt.date) -> Turning:
        born = last.replace(year=last.year - 60) - dt.timedelta(days=number * 300 // self._size + 1)
        return Turning(pid(number), born, "F" if number % 2 else "M", self._codes[number * 7 % len(self._codes)])


class OneInTwenty(MadeUpRights):
    """A right that few have, judged by nothing but the number."""

    def possible(self, watched: Watched, candidate: Candidate, on: dt.date) -> bool:
        return number_of(candidate.pid) % 2 == 0

    def look(self, watched: Watched, candidate: Candidate, on: dt.date, case: str) -> Look:
        if has_it(number_of(candidate.pid)):
            return likely(watched, candidate)
        return Look("no", candidate.group)


def number_of(person: NationalId) -> int:
    """The number of which a national id was made."""
    return int(person[1:12])


def has_it(number: int) -> bool:
    """Whether somebody has the right."""
    return number % ONE_IN == 0


class _Forgetting(list[Any]):
    """A queue that is somebody else's: what is sent there takes no memory here."""

    def append(self, each: Any) -> None:
        pass


@dataclass(frozen=True)
class Ran:
    """What one run was like.

    Attributes:
        seconds: CPU time of the process, reading the register included.
        before, peak: resident memory in MB, before the run and at most.
        deaths: how often it died and went on.
    """

    people: int
    told: int
    seconds: float
    before: float
    peak: float
    deaths: int = 0
    pages: int = 0


def _town(file: Path) -> tuple[OfferTown, DiskTable]:
    table = DiskTable(file)
    town = OfferTown(PENSION, table=table)
    town.portal.post.sent = _Forgetting()
    return town, table


def run(size: int, deaths: int = DEATHS) -> Ran:
    """A run in this process, which dies and goes on, judged at its end.

    Raises:
        TwiceOrNever: somebody was told twice, or was left out.
    """
    with tempfile.TemporaryDirectory() as folder:
        town, table = _town(Path(folder) / "table")
        rights, people = OneInTwenty(PENSION), Stream(size)
        telling = Telling(town.hall, town.rows, rights)
        pausing, news = town.offering.pausing, town.offering.news
        runs = Runs(town.hall, town.rows, rights, telling, pausing, people, news, side_by_side=1)
        runs.run(town.portal.now)
        town.pass_time(days=1)
        chance = random.Random(size)  # noqa: S311 # the same deaths in every run
        writes = max(deaths, size // ONE_IN // 14 + size // PAGE)
        table.deaths = {table.writes + chance.randrange(writes): chance.random() < 0.5 for _ in range(deaths)}
        before, started, died = _resident(), time.process_time(), 0
        while people.pages == 0 or _goes_on(town):
            town.pass_time(minutes=6)  # longer than a dead runner is waited for
            try:
                runs.run(town.portal.now)
            except Died:
                died += 1
        seconds, peak = time.process_time() - started, _peak()
        _judge(town, table, size)
        return Ran(size, size // ONE_IN, seconds, before, peak, died, people.pages)


def naive(size: int) -> Ran:
    """The same people without streaming: all loaded, then looked at and told one by one."""
    with tempfile.TemporaryDirectory() as folder:
        town, table = _town(Path(folder) / "table")
        rights, stream, today = OneInTwenty(PENSION), Stream(size), town.hall.today()
        telling = Telling(town.hall, town.rows, rights)
        before, started = _resident(), time.process_time()
        everybody: list[Turning] = []
        cursor: str | None = None
        while True:
            page = stream.turning(60, today, today, cursor)
            everybody += page.people
            cursor = page.next
            if cursor is None:
                break
        for each in everybody:
            candidate = Candidate(each.pid, None, each.born)
            person = town.hall.person(each.pid)
            name = town.rows.id_of(person, "pension", occasion_of_age(60, None))
            wishes, there = town.rows.known([(person, name)])
            if name in there or not rights.possible(PENSION, candidate, today):
                continue
            look = rights.look(PENSION, candidate, today, "case")
            if look.outcome == "likely":
                telling.one(Found(person, name, "pension", "age-60", look.group, wishes[person], look))
        seconds, peak = time.process_time() - started, _peak()
        _judge(town, table, size)
        return Ran(size, size // ONE_IN, seconds, before, peak)


def _goes_on(town: OfferTown) -> bool:
    """Whether the run's window is not at its end."""
    row = town.portal.table.get(RUN)
    return row is None or bool(row.data["until"])


def _judge(town: OfferTown, table: DiskTable, size: int) -> None:
    """Whether exactly those were told who have the right, each once."""
    expected = range(0, size, ONE_IN)
    places = [cells for month in _months(town) for cells in town.counters.of_month(month).values()]
    counts = sum(cells["waiting"] for cells in places)
    made = [table.count("OFFERS#*", "OFFER#*"), table.count("HOME#*", "offer#*"), table.count("OUT#*"), counts]
    if made != [len(expected)] * 4:
        raise TwiceOrNever(f"{len(expected)} people have the right; offers, cards, messages, counted: {made}")
    for number in expected:
        person = town.hall.person(pid(number))
        if town.rows.offer(person, town.rows.id_of(person, "pension", occasion_of_age(60, None))) is None:
            raise TwiceOrNever("somebody was left out")


def _months(town: OfferTown) -> set[str]:
    """All months that the run lasted."""
    first, last = NOW.year * 12 + NOW.month - 1, town.hall.today().year * 12 + town.hall.today().month - 1
    return {f"{number // 12}-{number % 12 + 1:02d}" for number in range(first, last + 1)}


def _resident() -> float:
    """Resident memory of this process now, in MB."""
    return _of_this_process("VmRSS")


def _peak() -> float:
    """The most that it was, in MB: of this program alone, where `ru_maxrss` also counts what forked it."""
    return _of_this_process("VmHWM")


def _of_this_process(field: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def _apart(size: int, *more: str) -> Ran:
    """A run in a process of its own."""
    command = [sys.executable, "-m", "bench.offers", str(size), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Ran(**json.loads(done.stdout.splitlines()[-1]))


def proactive(sizes: Sequence[int] = SIZES, naive_sizes: Sequence[int] = NAIVE) -> Comparison:
    """Runs of several sizes beside one that loads everything.

    Raises:
        subprocess.CalledProcessError: somebody was told twice, or was left out.
    """
    ours = [_apart(size) for size in sizes]
    theirs = [_apart(size, "--naive") for size in naive_sizes]
    memory = [
        "| | people in a second | memory before | at most | told | deaths survived |",
        "|---|---:|---:|---:|---:|---:|",
        *(_memory_row(f"streamed, {each.people:,}", each) for each in ours),
        *(_memory_row(f"loaded, {each.people:,}", each) for each in theirs),
    ]
    last = theirs[-1]
    name = f"everything loaded, one by one, {last.people:,} people"
    samples = {name: Sample((last.seconds / last.people,))}
    samples |= {f"the run, {each.people:,} people": Sample((each.seconds / each.people,)) for each in ours}
    return Comparison(
        "Offers: a run over everybody's birthday",
        "CPU time for one person. The register makes people as they are read, the table lies in a file, and the looks\n"
        "ask nobody, so time and memory are the run's own. Half of all are ruled out by their page, one in "
        f"{ONE_IN} is\ntold: offer, card, count, event and outbox in one transaction for up to 14 people. Each run\n"
        "dies at random writes, before or after they take effect, and is begun again; at its end exactly those\n"
        "with the right have one offer, one card and one message each.\n\n" + "\n".join(memory),
        samples,
        name,
    )


def _memory_row(name: str, ran: Ran) -> str:
    a_second = ran.people / ran.seconds
    return f"| {name} | {a_second:,.0f} | {ran.before:.0f} MB | {ran.peak:.0f} MB | {ran.told:,} | {ran.deaths} |"


def main() -> None:
    """One run; what it was like, as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.offers", description=__doc__)
    parser.add_argument("people", type=int)
    parser.add_argument("--naive", action="store_true")
    given = parser.parse_args()
    ran = naive(given.people) if given.naive else run(given.people)
    print(json.dumps(asdict(ran)))


if __name__ == "__main__":
    main()
