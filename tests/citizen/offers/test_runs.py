"""The run over birthdays: it ends, it may die at any write, and it tells everybody once and leaves nobody out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.citizen.offers.model import Look, Wishes
from chalicelib.citizen.offers.pausing import Pause
from chalicelib.citizen.offers.ports import Turning
from chalicelib.citizen.offers.rules import birthday
from chalicelib.shared.ids import new_token
from chalicelib.shared.storage import Change
from tests.citizen.offers.town import PENSION, SCHOOL, MadeUpPeople, OfferTown, likely, pid, somebody
from tests.support.memory import MemoryTable
from tests.support.tokens import NOW

PEOPLE = 23


class Died(BaseException):
    """The process is gone: nothing after this runs."""


class Mortal(MemoryTable):
    """A table at whose writes the process may die: before one takes effect, or after it did."""

    def __init__(self) -> None:
        super().__init__()
        self.deaths: dict[int, str] = {}
        self.writes = 0

    def write(self, changes: Sequence[Change], token: str) -> None:
        number, self.writes = self.writes, self.writes + 1
        how = self.deaths.get(number)
        if how == "before":
            raise Died
        super().write(changes, token)
        if how == "after":
            raise Died


def the_day_after(people: int = PEOPLE, table: MemoryTable | None = None) -> OfferTown:
    """A town on its second day, before that day's run."""
    town = OfferTown(PENSION, people=MadeUpPeople(*map(somebody, range(people))), table=table)
    if table is not None:
        town.portal.memory = table
    town.runs.run(town.portal.now)
    town.pass_time(days=1)
    return town


def everybody(town: OfferTown) -> Counter[str]:
    """How many messages each person got."""
    return Counter(each.partition("/")[0] for each in town.told())


def until_done(town: OfferTown) -> None:
    """Runs minute by minute, and again after each death, until the run has nothing to do."""
    for _ in range(200):
        town.pass_time(minutes=6)  # longer than a dead runner is waited for
        try:
            town.runs.run(town.portal.now)
            town.hall.parts.journal.sweep(town.portal.now)
            town.pump()
        except Died:
            town.portal.post.sent.clear()  # what was only in memory is lost
            continue
        if not _is_running(town):
            break
    town.pass_time(hours=3)
    town.hall.parts.journal.sweep(town.portal.now)
    town.pump()


def _is_running(town: OfferTown) -> bool:
    rows = town.portal.memory._items.items()
    return any(item.data["until"] for key, (item, _) in rows if key.sk.startswith("RUN#"))


def all_told_once(town: OfferTown, people: int = PEOPLE) -> None:
    assert everybody(town) == dict.fromkeys((f"INBOX#{town.person(pid(number))}" for number in range(people)), 1)
    counts = town.counts()
    assert sum(cells["waiting"] for cells in counts.values()) == people
    for number in range(people):
        person = town.person(pid(number))
        (offer,) = town.offers.all_of(person)
        assert [card.id for card in town.hall.cards.page(person)[1]] == [offer.id]


def test_the_first_minute_of_a_portal_tells_nobody_and_the_next_day_everybody() -> None:
    town = OfferTown(PENSION, people=MadeUpPeople(*map(somebody, range(PEOPLE))))
    for _ in range(3):
        town.minute()
    assert town.people.asked == [] and town.told() == []
    town.pass_time(days=1)
    town.minute()
    all_told_once(town)
    asked = len(town.people.asked)
    town.minute()
    assert len(town.people.asked) == asked, "a window is done once"


def test_the_next_days_window_holds_the_next_day_only() -> None:
    town = the_day_after()
    until_done(town)
    town.people.all += [somebody(100, dt.date(1966, 11, 27)), somebody(101, dt.date(1966, 11, 1))]
    town.pass_time(days=1)
    until_done(town)
    assert everybody(town)[f"INBOX#{town.person(pid(100))}"] == 1
    assert everybody(town)[f"INBOX#{town.person(pid(101))}"] == 0, "the first window is done"
    assert len(town.told()) == PEOPLE + 1


def test_a_page_costs_reads_and_writes_by_the_dozen() -> None:
    town = the_day_after(56)
    town.people.size = 28
    town.portal.memory.requests.clear()
    town.runs.run(town.portal.now)
    counted = Counter(town.portal.memory.requests)
    # two pages: of each one read for 28 pairs, two parts of 14, the cursor; and the run's own taking and leaving
    assert counted["get_many"] == 2 and counted["write"] == 2 * 3 + 2


FEW = 7


def few(table: Mortal) -> OfferTown:
    town = the_day_after(FEW, table)
    town.people.size = 3
    return town


def _writes() -> int:
    table = Mortal()
    town = few(table)
    before = table.writes
    until_done(town)
    return table.writes - before


@pytest.mark.parametrize("how", ["before", "after"])
def test_it_may_die_at_every_write(how: str) -> None:
    for number in range(_writes()):
        table = Mortal()
        town = few(table)
        table.deaths[table.writes + number] = how
        until_done(town)
        all_told_once(town, FEW)


@settings(max_examples=15, deadline=None)
@given(
    deaths=st.dictionaries(st.integers(0, 60), st.sampled_from(["before", "after"]), max_size=8),
    size=st.integers(1, 12),
    people=st.integers(0, 16),
)
def test_it_may_die_as_often_as_it_likes(deaths: dict[int, str], size: int, people: int) -> None:
    table = Mortal()
    town = the_day_after(people, table)
    town.people.size = size
    table.deaths = {table.writes + number: how for number, how in deaths.items()}
    until_done(town)
    all_told_once(town, people)


def test_two_runners_tell_nobody_twice_and_one_gives_way() -> None:
    town = the_day_after()
    first = iter([True])

    def meanwhile() -> None:
        if next(first, False):  # while the first reads its first page, its lease ends and another runs it all
            town.pass_time(minutes=6)
            town.runs.run(town.portal.now)

    town.people.before = meanwhile
    town.runs.run(town.portal.now)
    until_done(town)
    all_told_once(town)


def test_a_second_runner_leaves_a_living_one_alone() -> None:
    town = the_day_after()
    first = iter([True])

    def meanwhile() -> None:
        if next(first, False):
            town.runs.run(town.portal.now)
            assert town.told() == []

    town.people.before = meanwhile
    town.runs.run(town.portal.now)
    town.pump()
    all_told_once(town)


def test_a_register_that_is_away_makes_the_run_rest_longer_each_time() -> None:
    town = the_day_after()
    town.people.down = True
    for _ in range(30):
        town.pass_time(minutes=1)
        town.runs.run(town.portal.now)
    assert 3 <= len(town.people.asked) <= 6
    town.people.down = False
    town.pass_time(hours=1)
    until_done(town)
    all_told_once(town)


def test_who_could_not_be_looked_at_is_looked_at_alone_later() -> None:
    town = the_day_after()
    town.rights.away = {pid(3)}
    town.runs.run(town.portal.now)
    town.pump()
    assert len(town.told()) == PEOPLE - 1 and not _is_running(town), "one register's gap does not stop the run"
    town.rights.away.clear()
    town.pass_time(hours=2)
    town.hall.parts.journal.sweep(town.portal.now)
    town.pump()
    all_told_once(town)
    assert town.rights.looked.count(pid(4)) == 1


def test_when_most_looks_fail_the_page_waits() -> None:
    town = the_day_after()
    town.rights.away = {pid(number) for number in range(PEOPLE)}
    town.runs.run(town.portal.now)
    assert _is_running(town) and not [key for key in town.portal.memory._items if key.sk == "NEWS"]
    town.rights.away.clear()
    town.pass_time(hours=2)
    until_done(town)
    all_told_once(town)


def test_it_stands_still_while_offers_are_paused() -> None:
    town = the_day_after()
    town.offering.pausing.stop(Pause(NOW.isoformat(), "operator:thana", "operator"))
    until_done(town)
    assert town.people.asked == []
    town.offering.pausing.go_on()
    until_done(town)
    all_told_once(town)


def test_a_pause_in_the_middle_keeps_what_was_done() -> None:
    town = the_day_after()
    pages = iter(range(100))

    def stopping() -> None:
        if next(pages) == 2:
            town.offering.pausing.stop(Pause(NOW.isoformat(), "operator:thana", "crisis"))

    town.people.before = stopping
    town.runs.run(town.portal.now)
    town.pump()
    assert len(town.told()) == 12, "the page that was begun is ended"
    town.offering.pausing.go_on()
    until_done(town)
    all_told_once(town)


def test_it_stops_at_its_budget_and_goes_on_in_the_next_minute() -> None:
    town = the_day_after()
    town.people.before = lambda: town.pass_time(seconds=11)
    town.runs.run(town.portal.now)
    town.pump()
    assert len(town.told()) == 8
    until_done(town)
    all_told_once(town)


def test_who_wants_to_hear_nothing_is_not_asked_about() -> None:
    town = the_day_after(8)
    wished = (Wishes(tell=False), Wishes(never=frozenset({"pension"})), Wishes(never=frozenset({"other"})))
    for number, wishes in enumerate(wished):
        person = town.person(pid(number))
        town.portal.memory.write([town.rows.put_wishes(person, wishes)], new_token())
    until_done(town)
    assert pid(0) not in town.rights.looked and pid(1) not in town.rights.looked
    assert len(town.told()) == 6
    totals = Counter[str]()
    for cells in town.counts().values():
        totals.update(cells)
    assert totals == {"waiting": 6, "untold": 2}
    assert town.offers.all_of(town.person(pid(0))) == []


def test_who_cannot_have_it_is_not_asked_about() -> None:
    town = the_day_after(8)
    town.rights.impossible = {pid(5)}
    town.rights.outcome = lambda watched, candidate: (
        Look("already", candidate.group) if candidate.pid == pid(6) else likely(watched, candidate)
    )
    until_done(town)
    assert pid(5) not in town.rights.looked and len(town.told()) == 6


def test_a_child_s_birthday_is_told_to_one_parent_a_month_before() -> None:
    mother, father = pid(900), pid(901)
    twins = [
        Turning(pid(number), dt.date(2020, 12, 20), "F", "23", parents)
        for number, parents in ((1, (mother, father)), (2, (mother, father)), (3, (father,)), (4, ()))
    ]
    town = OfferTown(SCHOOL, people=MadeUpPeople(*twins))
    town.runs.run(town.portal.now)
    town.pass_time(days=1)
    until_done(town)
    assert everybody(town) == {f"INBOX#{town.person(mother)}": 2, f"INBOX#{town.person(father)}": 1}
    assert {offer.group for offer in town.offers.all_of(town.person(mother))} == {("-", "-", "-")}


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (dt.date(1966, 12, 5), 60, dt.date(2026, 12, 5)),
        (dt.date(1964, 2, 29), 60, dt.date(2024, 2, 29)),
        (dt.date(1968, 2, 29), 61, dt.date(2029, 3, 1)),
    ],
)
def test_a_birthday(born: dt.date, age: int, day: dt.date) -> None:
    assert birthday(born, age) == day
