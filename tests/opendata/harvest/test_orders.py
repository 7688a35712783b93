"""Two runs whose steps overtake each other: the later reading wins, and what came back is not deleted."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.shared.journal import outbox_key
from tests.opendata.harvest.remotes import Ckan, package
from tests.opendata.harvest.town import Town, counts


def carry(town: Town, wanted: Callable[[str], bool]) -> None:
    """Carries what waits and is of a wanted kind of step, and what follows from it; the rest goes on waiting."""
    waiting, kept = town.portal.queues.waiting, []
    while waiting:
        queue, body = waiting.pop(0)
        row = town.portal.memory.get(outbox_key(body))
        kind = "" if row is None else row.data["event"]["type"].rsplit(".", 1)[1]
        if queue == "opendata-harvest" and not wanted(kind):
            kept.append((queue, body))
        elif queue == "opendata-harvest":
            town.portal.catalogue.harvest.on_message(body)
    waiting.extend(kept)


def test_what_was_read_earlier_comes_too_late(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    source = town.source()
    early = town.start(source)
    carry(town, lambda kind: kind != "dataset")
    waiting = list(town.portal.queues.waiting)
    town.portal.queues.waiting.clear()
    remote.put(package("1", rank=5))
    assert counts(town.harvest(source)) == {"new": 1}
    town.portal.queues.waiting.extend(waiting)
    town.portal.settle()
    assert town.public() == {"dataset-1": "ระดับน้ำ 1 5"}
    told = town.run(source, early)
    assert (told["state"], counts(told)) == ("finished", {"unchanged": 1})
    assert told["items"][0]["reason"]["code"] == "overtaken"


def test_what_came_back_before_it_was_deleted_stays(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(3)))
    source = town.source()
    town.harvest(source)
    gone = remote.packages.pop("1")
    town.harvest(source)
    town.start(source)
    carry(town, lambda kind: kind != "gone")
    (deletion,) = town.portal.queues.waiting
    town.portal.queues.waiting.clear()
    remote.put(gone)
    town.harvest(source)
    town.portal.queues.waiting.append(deletion)
    town.portal.settle()
    assert "dataset-1" in town.public()
    assert town.objects(source, "gone_once") == []


def test_one_reading_that_looks_twice_deletes_nothing(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(3)))
    source = town.source()
    town.harvest(source)
    del remote.packages["1"]
    runs = [town.start(source) for _ in range(2)]  # both read before either knows
    town.portal.settle()
    assert [town.run(source, run)["counts"]["deleted"] for run in runs] == [0, 0]
    assert "dataset-1" in town.public()
