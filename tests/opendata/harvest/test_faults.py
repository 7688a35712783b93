"""What happens when a source is away, lies or shrinks, and when we fail ourselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.egress import Unreachable
from chalicelib.shared.journal import outbox_key
from tests.opendata.harvest.remotes import Ckan, answer, away, package
from tests.opendata.harvest.town import Town, counts
from tests.support.memory_objects import MemoryObjects


def test_a_failed_run_deletes_nothing(town: Town, remote: Ckan) -> None:
    remote.cap = 2
    remote.put(*(package(str(number)) for number in range(6)))
    source = town.source()
    town.harvest(source)
    for _ in range(3):
        remote.before = lambda number: remote.faults.append(answer("no", status=404)) if number % 2 == 0 else None
        remote.asked.clear()
        run = town.harvest(source)
        assert (run["state"], run["complete"], run["reason"]["code"]) == ("stopped", False, "refused")
    assert len(town.public()) == 6
    assert town.objects(source, "gone_once") == []


def test_a_source_that_shrinks_too_much_stops_the_run_and_says_so(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(10)))
    source = town.source()
    town.harvest(source)
    for number in range(6):
        del remote.packages[str(number)]
    for _ in range(3):
        run = town.harvest(source)
        assert (run["state"], run["reason"]["code"]) == ("stopped", "shrunk")
    assert len(town.public()) == 10
    town.harvest(source, shrink=True)
    town.harvest(source, shrink=True)
    assert len(town.public()) == 4


@pytest.mark.parametrize("lie", [0, 3, 99])
def test_a_count_that_is_not_true_makes_no_sighting(town: Town, remote: Ckan, lie: int) -> None:
    remote.put(*(package(str(number)) for number in range(4)))
    source = town.source()
    town.harvest(source)
    del remote.packages["0"]
    remote.count = lie if lie != 3 else 4
    for _ in range(3):
        run = town.harvest(source)
        assert (run["state"], run["complete"], run["reason"]["code"]) == ("finished", False, "unsteady")
    assert len(town.public()) == 4


def test_pages_that_shift_while_one_reads_make_no_sighting(town: Town, remote: Ckan) -> None:
    remote.cap = 3
    remote.put(*(package(str(number)) for number in range(8)))
    source = town.source()
    town.harvest(source)

    def shift(number: int) -> None:
        if number % 4 == 2 and remote.packages:
            remote.packages.pop(min(remote.packages), None)

    remote.before = shift
    run = town.harvest(source)
    assert run["complete"] is False
    assert town.objects(source, "gone_once") == []


def test_a_dataset_that_stands_on_two_pages_is_taken_once(town: Town, remote: Ckan) -> None:
    remote.cap = 2
    remote.put(*(package(str(number)) for number in range(1, 6)))
    source = town.source()

    def insert(number: int) -> None:
        if number == 2:
            remote.put(package("0"))  # what was the last of the first page is now the first of the second

    remote.before = insert
    run = town.harvest(source)
    assert (counts(run), run["complete"]) == ({"new": 5}, False)
    assert [each["remote"] for each in town.run(source, run["id"])["items"]].count("2") == 1
    assert counts(town.harvest(source)) == {"new": 1, "unchanged": 5}


def test_a_source_that_gives_one_page_for_ever_is_left(town: Town, remote: Ckan) -> None:
    same = json.dumps({"success": True, "result": {"count": 1, "results": [package("1")]}})
    town.serve(lambda method, url, headers, body: answer(same))
    run = town.harvest(town.source())
    assert (run["state"], run["reason"]["code"]) == ("stopped", "loop")


def test_a_source_that_is_away_is_asked_again_with_growing_pauses(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    remote.faults = [away(), answer("", status=503), answer("", status=429)]
    source = town.source()
    run = town.harvest(source)
    assert (run["state"], run["open"]) == ("running", 1)
    asked = [len(remote.asked)]
    for minutes in (1, 1, 1, 1, 1, 1, 1, 1, 1):
        town.later(minutes=minutes, seconds=1)
        asked.append(len(remote.asked))
    assert asked == [1, 2, 2, 3, 3, 3, 3, 5, 5, 5]  # after 1, 2 and 4 minutes; then the page and the empty one
    assert counts(town.run(source, run["id"])) == {"new": 1}


def test_a_source_that_stays_away_ends_the_run(town: Town, remote: Ckan) -> None:
    town.serve(lambda method, url, headers, body: (_ for _ in ()).throw(Unreachable("ReadTimeoutError")))
    source = town.source()
    run = town.harvest(source)
    for _ in range(14):
        town.later(hours=1, minutes=1)
    ended = town.run(source, run["id"])
    assert (ended["state"], ended["reason"]["code"], ended["open"]) == ("stopped", "away", 0)


def test_a_run_never_stays_open_for_days(town: Town, remote: Ckan) -> None:
    source = town.source()
    run = town.start(source)
    town.portal.queues.waiting.clear()  # its messages are lost, and the outbox with them
    town.portal.now = town.portal.now.replace(year=town.portal.now.year + 1)
    town.portal.catalogue.harvest.sweep(town.portal.now)
    assert town.run(source, run)["state"] == "stopped"


def test_two_runs_at_once_do_no_harm(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(30)))
    source = town.source()
    runs = [town.start(source) for _ in range(2)]
    town.portal.settle()
    both = [town.run(source, run) for run in runs]
    assert [run["state"] for run in both] == ["finished", "finished"]
    assert sum(counts(run).get("new", 0) for run in both) == 30
    assert len(town.public()) == 30


def test_every_message_may_come_twice_and_late(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(30)))
    source = town.source()
    run = town.start(source)
    harvest, queues = town.portal.catalogue.harvest, town.portal.queues
    taken: list[str] = []
    while queues.waiting:
        queue, body = queues.waiting.pop()  # the newest first
        if queue == "opendata-harvest":
            taken.append(body)
            harvest.on_message(body)
            harvest.on_message(taken[len(taken) // 2])
    assert counts(town.run(source, run)) == {"new": 30}


class Bucket:
    """A bucket that cannot read while a test says so."""

    def __init__(self, objects: MemoryObjects) -> None:
        self._objects = objects
        self.broken = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)

    def read(self, key: str, *, limit: int | None = None) -> bytes:
        if self.broken:
            raise OSError("the bucket is broken")
        return self._objects.read(key, limit=limit)


def test_a_step_that_fails_by_our_fault_is_set_aside_and_done_after_a_redrive(tmp_path: Path) -> None:
    bucket = Bucket(MemoryObjects())
    town, remote = Town(tmp_path, objects=bucket), Ckan()
    town.serve(remote)
    remote.put(package("1"), package("2"))
    source = town.source()
    run = town.start(source)
    harvest, queues = town.portal.catalogue.harvest, town.portal.queues
    dead: list[str] = []
    while queues.waiting:
        queue, body = queues.waiting.pop(0)
        if queue != "opendata-harvest":
            continue
        row = town.portal.memory.get(outbox_key(body))
        assert row is not None
        bucket.broken = row.data["event"]["data"].get("index") == 0
        for _ in range(5):  # as often as the queue gives a message out
            try:
                harvest.on_message(body)
                break
            except OSError:
                continue
        else:
            dead.append(body)
    told = town.run(source, run)
    assert (told["state"], counts(told)) == ("finished", {"new": 1, "held": 1})
    (held,) = [each for each in told["items"] if each["outcome"] == "held"]
    assert held["reason"]["code"] == "failed"
    bucket.broken = False
    harvest.on_message(*dead)
    assert counts(town.run(source, run)) == {"new": 2}
    assert len(town.public()) == 2


def test_a_host_is_not_asked_more_often_than_agreed(town: Town, remote: Ckan) -> None:
    remote.cap = 1
    remote.put(*(package(f"{number:03d}", private=True) for number in range(70)))
    source = town.source()
    run = town.harvest(source)
    assert len(remote.asked) == 60
    for _ in range(4):
        town.later(seconds=61)
    assert len(remote.asked) == 71
    assert counts(town.run(source, run["id"])) == {"skipped": 70}
