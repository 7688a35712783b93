"""The nightly dumps: what is in them, and that no crash, rival or change of mind spoils one."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rdflib import Dataset, URIRef
from rdflib.namespace import DCTERMS

from chalicelib.opendata.dumps import parts
from chalicelib.opendata.dumps.rules import FORMS
from chalicelib.opendata.dumps.service import Dumps
from chalicelib.opendata.dumps.store import DumpStore, File, Run
from tests.opendata.dcat.examples import MAP, STATISTICS, link
from tests.opendata.portal import Portal

NIGHT = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
"""03:00 in Bangkok on 1 December."""
DAY = "2026-12-01"


@pytest.fixture
def town(portal: Portal) -> Portal:
    """Three public datasets and a private one."""
    portal.organization()
    portal.dataset("statistics", **STATISTICS)
    made = portal.dataset("map", **MAP, extras=[{"key": "title_en", "value": "Map of fields"}])
    portal.dataset("register", high_value_dataset="True")
    portal.dataset("secret", private=True)
    link(portal, made["id"], "https://gis.example/1.shp", name="แผนที่", format="SHP")
    link(portal, made["id"], "https://gis.example/wms", name="WMS", format="WMS")
    return portal


def worker(portal: Portal, *, chunk: int = 2, objects: Any = None, reading: Any = None) -> Dumps:
    """Another process that makes dumps of this town."""
    catalogue = portal.catalogue
    return Dumps(
        DumpStore(portal.table),
        reading or catalogue.reading,
        objects or portal.objects,
        site=catalogue.site,
        ids=portal.ids,
        clock=portal.clock,
        chunk=chunk,
    )


def fetched(portal: Portal, name: str) -> bytes:
    """The bytes that a reader gets."""
    answer = portal.client.get(f"/dumps/{name}")
    assert answer.status == 302, answer.text
    key = answer.headers["location"].removeprefix("https://bucket.test/").partition("?")[0]
    return portal.objects.kept[key][0]


def packages(portal: Portal, name: str = "catalogue.jsonl.gz") -> list[dict[str, Any]]:
    text = gzip.decompress(fetched(portal, name)).decode()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated")  # rdflib of itself
def test_every_public_dataset_is_in_every_file(town: Portal, tmp_path: Path) -> None:
    worker(town).sweep(NIGHT)
    shown = [town.result(town.ask("package_show", id=name)) for name in ("statistics", "map", "register")]
    assert packages(town) == sorted(shown, key=lambda each: str(each["id"]))
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(fetched(town, "catalogue.csv.gz")).decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["statistics", "map", "register"]
    assert rows[0]["tags"] == "น้ำ; อาหาร; ใบอนุญาต" and rows[1]["formats"] == "SHP; WMS"
    quads = Dataset()
    quads.parse(data=gzip.decompress(fetched(town, "catalogue.nq.gz")).decode(), format="nquads")
    for each in shown:
        node = URIRef(f"https://data.klang.test/dataset/{each['id']}")
        assert each["title"] in map(str, quads.graph(node).objects(node, DCTERMS.title))
    target = tmp_path / "c.parquet"
    target.write_bytes(fetched(town, "catalogue.parquet"))
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT name, tags, num_resources, year(metadata_created) FROM '{target}' ORDER BY id"  # noqa: S608 - a test's own path
        ).fetchall()
    assert [row[0] for row in found] == ["statistics", "map", "register"]
    assert found[1][1:] == (["น้ำ", "อาหาร", "ใบอนุญาต"], 2, 2026)


def test_the_list_of_dumps_tells_sizes_and_sums(town: Portal) -> None:
    assert town.client.get("/dumps").json == {"latest": [], "items": []}
    worker(town).sweep(NIGHT)
    told = town.client.get("/dumps").json
    (item,) = told["items"]
    assert (item["day"], item["datasets"]) == (DAY, 3)
    assert told["latest"][0] == "https://data.klang.test/dumps/catalogue.jsonl.gz"
    assert len(item["files"]) == 4
    for file in item["files"]:
        content = fetched(town, file["name"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["size"], file["sha256"])
        assert content == fetched(town, file["name"].replace(f"-{DAY}", ""))


@pytest.mark.parametrize(
    "name", ["", "catalogue.csv", "catalogue-2020-01-01.csv.gz", "../secrets", "catalogue.nq.gz%00", "RUN"]
)
def test_no_other_name_leads_anywhere(town: Portal, name: str) -> None:
    answer = town.client.get(f"/dumps/{name.replace('/', '%2F')}" if name else "/dumps/%20")
    assert answer.status == 404 and answer.headers["content-type"] == "application/problem+json"


def test_a_dump_is_made_once_a_day_from_three_in_the_morning(town: Portal) -> None:
    dumps = worker(town)
    dumps.sweep(NIGHT)
    first = town.client.get("/dumps").json
    town.memory.requests.clear()
    dumps.sweep(NIGHT + timedelta(hours=23, minutes=59))
    assert town.memory.requests == ["get"] and town.client.get("/dumps").json == first
    dumps.sweep(NIGHT + timedelta(days=1))
    assert [item["day"] for item in town.client.get("/dumps").json["items"]] == ["2026-12-02", DAY]


def test_what_is_withdrawn_is_not_in_the_next(town: Portal) -> None:
    dumps = worker(town)
    dumps.sweep(NIGHT)
    everything = b"".join(gzip.decompress(fetched(town, f"catalogue.{end}.gz")) for end in ("jsonl", "csv", "nq"))
    assert b"secret" not in everything
    town.result(town.act("package_patch", town.publisher, id="map", private=True))
    dumps.sweep(NIGHT + timedelta(days=1))
    everything = b"".join(gzip.decompress(fetched(town, f"catalogue.{end}.gz")) for end in ("jsonl", "csv", "nq"))
    assert b"Map of fields" not in everything and b"dataset/map" not in everything
    assert [each["name"] for each in packages(town)] == ["statistics", "register"]
    assert [each["name"] for each in packages(town, f"catalogue-{DAY}.jsonl.gz")] == ["statistics", "map", "register"]


class Late:
    """A catalogue in which a dataset is withdrawn after it was found and before it is read."""

    def __init__(self, town: Portal) -> None:
        self._town, self._reading = town, town.catalogue.reading
        self.engine = self._reading.engine

    def packages(self, ids: Any) -> Any:
        self._town.result(self._town.act("package_patch", self._town.publisher, id="map", private=True))
        return self._reading.packages(ids)

    def groups(self) -> Any:
        return self._reading.groups()


def test_withdrawn_between_finding_and_reading(town: Portal) -> None:
    worker(town, chunk=10, reading=Late(town)).sweep(NIGHT)
    assert [each["name"] for each in packages(town)] == ["statistics", "register"]


class Falls(Exception):
    """The process dies here."""


class Frail:
    """A bucket in front of a worker that dies at the n-th write."""

    def __init__(self, objects: Any, at: int) -> None:
        self._objects, self._left = objects, at

    def __getattr__(self, name: str) -> Any:
        if name in ("put", "finish_upload"):
            self._left -= 1
            if self._left == 0:
                raise Falls
        return getattr(self._objects, name)


@pytest.mark.parametrize("at", [1, 3, 8, 9, 12])
def test_a_worker_that_dies_anywhere_is_followed_by_another(town: Portal, at: int) -> None:
    with pytest.raises(Falls):
        worker(town, objects=Frail(town.objects, at)).sweep(NIGHT)
    assert town.client.get("/dumps").json["items"] == []
    worker(town).sweep(NIGHT)
    assert [each["name"] for each in packages(town)] == ["statistics", "map", "register"]
    (item,) = town.client.get("/dumps").json["items"]
    assert item["datasets"] == 3


def test_two_workers_at_once_do_no_harm(town: Portal) -> None:
    """Another worker does each step first, between this one's reading and its writing."""
    rival = worker(town)
    mine = worker(town)
    steps = 0
    put = town.objects.before_put
    assert put is None

    def overtake(key: str) -> None:
        nonlocal steps
        town.objects.before_put = None
        rival.step(NIGHT)
        steps += 1

    while mine.step(NIGHT) or steps < 6:
        town.objects.before_put = overtake
        if steps > 40:
            break
    town.objects.before_put = None
    rival.sweep(NIGHT)
    assert steps >= 5
    assert [each["name"] for each in packages(town)] == ["statistics", "map", "register"]
    item = town.client.get("/dumps").json["items"][0]
    for file in item["files"]:
        assert hashlib.sha256(fetched(town, file["name"])).hexdigest() == file["sha256"]


def test_a_dump_that_did_not_end_within_its_day_is_given_up(town: Portal) -> None:
    dumps = worker(town, chunk=1)
    assert dumps.step(NIGHT) and dumps.step(NIGHT)
    worker(town, chunk=2).sweep(NIGHT + timedelta(days=1))
    (item,) = town.client.get("/dumps").json["items"]
    assert (item["day"], item["datasets"]) == ("2026-12-02", 3)


def test_seven_nights_are_told_of(portal: Portal) -> None:
    store, files = DumpStore(portal.table), {str(form.kind): File("dumps/x", 1, "00") for form in FORMS}
    for day in range(1, 10):
        store.start(Run(id=f"{day}", day=f"2026-12-{day:02d}", started="", files=files), store.run())
        begun = store.run()
        assert begun is not None
        store.finish(begun, "2026-12-01T00:00:00+00:00")
    days = [item["day"] for item in portal.client.get("/dumps").json["items"]]
    assert days == [f"2026-12-{day:02d}" for day in range(9, 2, -1)]
    assert portal.client.get(f"/dumps/catalogue-{DAY}.csv.gz").status == 404


def test_an_empty_catalogue_is_a_dump_too(portal: Portal) -> None:
    worker(portal).sweep(NIGHT)
    assert packages(portal) == []
    assert gzip.decompress(fetched(portal, "catalogue.csv.gz")).decode("utf-8-sig").startswith("id,name,title")
    assert fetched(portal, "catalogue.parquet")[:4] == b"PAR1"


def test_what_is_larger_than_a_piece_goes_in_pieces(portal: Portal) -> None:
    pieces = [bytes([number]) * (3 * 1024 * 1024 + number) for number in range(9)]
    file = parts.joined(portal.objects, "dumps/x", "application/gzip", iter(pieces))
    whole = b"".join(pieces)
    assert portal.objects.kept["dumps/x"][0] == whole
    assert (file.size, file.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert portal.objects.uploads == {}


def test_the_sweep_of_the_room_makes_them(town: Portal) -> None:
    town.catalogue.sweep(NIGHT)
    assert len(packages(town)) == 3
