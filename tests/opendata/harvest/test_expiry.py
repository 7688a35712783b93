"""What harvesting writes down and is passing goes by itself; what is the record stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.opendata.harvest.rows import REMEMBERED, RUNS_KEPT
from chalicelib.shared.journal import OPEN
from chalicelib.shared.storage import Item, Key
from tests.opendata.harvest.remotes import Ckan, package
from tests.opendata.harvest.town import Town

RECORD = ("SOURCE", "MARKS", "DUE", "OBJ", "NAMED")
"""Kinds of rows of a source that have no end."""


def written(town: Town) -> dict[Key, Item]:
    """The rows of harvesting, and the outbox rows of its steps."""
    rows = {key: item for key, (item, _) in town.portal.memory._items.items()}
    steps = {
        key: item
        for key, item in rows.items()
        if key.pk.startswith("OUT#") and item.data["event"]["type"].startswith("opendata.harvest.")
    }
    return {key: item for key, item in rows.items() if key.pk.startswith("HARVEST")} | steps


def test_every_row_that_is_passing_has_an_end(town: Town, remote: Ckan) -> None:
    remote.put(package("1"), package("2"), package("3", allow_harvest="False"), package("4", title=""))
    source = town.source()
    town.harvest(source)
    remote.put(package("1", rank=1))
    run = town.start(source)
    open_rows = [item for item in written(town).values() if item.key.sk.startswith("OPEN#")]
    assert open_rows and all(item.expires for item in open_rows)
    town.portal.settle()
    now = town.portal.clock()
    rows = written(town)
    kinds = {key.sk.partition("#")[0] for key in rows if key.pk in (f"HARVEST#{source}", f"HARVEST#{run}")}
    assert kinds >= {"SOURCE", "MARKS", "DUE", "OBJ", "NAMED", "RUN", "PAGE", "SAME", "PART", "DID", "COUNT"}
    for key, item in rows.items():
        kind = key.sk.partition("#")[0]
        if kind in RECORD or key.pk.startswith("HARVEST-SITE#"):
            assert item.expires is None, key
            continue
        assert item.expires is not None, key
        left = datetime.fromtimestamp(item.expires, now.tzinfo) - now
        most = RUNS_KEPT if kind == "RUN" else REMEMBERED
        assert timedelta(minutes=50) < left <= most, key
    assert all(OPEN not in item.indexes for key, item in rows.items() if key.pk.startswith("OUT#"))


def test_a_run_that_is_running_has_no_end(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    source = town.source()
    run = town.start(source)
    row = town.portal.memory.get(Key(f"HARVEST#{source}", f"RUN#{run}"))
    assert row is not None and row.expires is None


def test_a_step_leaves_no_event_but_that_in_its_outbox_row(town: Town, remote: Ckan) -> None:
    remote.put(*(package(str(number)) for number in range(1, 6)))
    town.harvest(town.source())
    assert not [key for key in written(town) if key.sk.startswith("EVT#")]
