"""A purged dataset leaves no trace: every row and every object is looked through for its ids and its texts."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.storage import Change, Item, Key, key_of
from tests.opendata.packages.town import LINK, Town, settled
from tests.opendata.portal import Portal, notification
from tests.support.client import Answer

TEXTS = {
    "title": "ทะเบียนลับ-ก",
    "notes": "รายชื่อผู้ป่วยลับ-ข",
    "file": "ชื่อแฟ้มลับ-ค",
    "content": "เนื้อหาลับ-ง",
    "resource": "ทรัพยากรลับ-จ",
    "comment": "ความเห็นลับ-ฉ",
    "reuse": "ผลงานลับ-ช",
    "reply": "คำตอบลับ-ซ",
    "name": "very-secret-name",
    "link": "https://secret.example/leak.csv",
}
WORDS_OF_OTHERS = "ขอข้อมูลที่ยืนอยู่ได้เอง"

STAYS: Mapping[str, str] = {
    "CHG": "the log's own entry of the purge: ids and the name, so that harvesters and copies learn of it",
    "OUT#": "outbox rows that were carried after the purge; they expire in a week",
    "ONCE#": "claims of Idempotency-Keys, with the answered id; they expire in two days",
    "WEBHOOK#": "what receivers were told: ids only; it expires in two weeks",
    "RENAMED#": "up to which id the datasets of a renamed group were told; it expires in a week",
    "EVT#": "the chained events of a request that stands on its own: the id of what answered it once",
}
"""Rows in which an id may still be found."""
EXPIRING = ("OUT#", "ONCE#", "WEBHOOK#", "RENAMED#")
OBJECTS: Mapping[str, str] = {
    "purges/": "which dataset was purged, and when: whoever restores the table purges it again; nobody else reads it",
    "dumps/": "nightly dumps of before: told of for seven nights, and deleted by the bucket's rule",
    "dump-parts/": "their parts, deleted by the bucket's rule after two days",
    "usage/": "published figures of past days: an id and how often it was used",
    "uploads/": "the published file of those figures, on its way; deleted by the bucket's rule after a week",
}


@dataclass
class Scene:
    """A dataset with every kind of trace, and its neighbour.

    Attributes:
        parts: ids of its resources, and of what people said of it.
        shared: SHA-256 of a file that its neighbour has too.
        request: for data; it answered it.
    """

    town: Town
    dataset: str
    parts: list[str]
    shared: str
    request: str

    @property
    def portal(self) -> Portal:
        return self.town.portal


class Clocked(Portal):
    """A portal whose ids sort by its clock, as the real ones do."""

    def __init__(self, folder: Path) -> None:
        counter = itertools.count(1)
        super().__init__(folder, ids=lambda: f"{int(self.now.timestamp() * 1000):012x}{next(counter):020x}")


def post(portal: Portal, path: str, token: str, **given: Any) -> Answer:
    answer = portal.client.post(path, json=given, headers={"Authorization": f"Bearer {token}"})
    assert answer.status < 300, answer.text
    return answer


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return build(tmp_path_factory.mktemp("traces") / "tables")


@pytest.fixture
def scene(made_once: Scene) -> Iterator[Scene]:
    """The scene as it was made, in a process that has just started."""
    portal = made_once.portal
    rows, objects, now = dict(portal.memory._items), dict(portal.objects.kept), portal.now
    yield made_once
    portal.memory._items, portal.objects.kept, portal.now = rows, objects, now
    portal.queues.waiting.clear()
    for name in list(vars(portal.catalogue)):
        if isinstance(getattr(type(portal.catalogue), name, None), cached_property):
            del portal.catalogue.__dict__[name]


def build(folder: Path) -> Scene:
    town = settled(Clocked(folder))
    portal = town.portal
    portal.network.serve = lambda method, *_: HttpAnswer(
        200 if method == "OPTIONS" else 503, {"webhook-allowed-origin": "*"}
    )
    portal.catalogue.sweep(portal.clock())
    post(portal, "/opendata/v1/webhooks", portal.reader, url="https://follower.example/hook", events=["dataset.*"])
    town.write("group_create", town.operator, name="health", title="สุขภาพ")
    portal.dataset("neighbour")
    links = [{**LINK, "name": TEXTS["resource"], "url": TEXTS["link"]}]
    made = portal.dataset(TEXTS["name"], title=TEXTS["title"], notes=TEXTS["notes"], resources=links)
    dataset = made["id"]
    town.write("member_create", town.operator, id="health", object=dataset, object_type="package")
    for token in (portal.reader, portal.other):
        town.write("follow_dataset", token, id=dataset)
    town.write("follow_dataset", portal.reader, id="neighbour")
    content = f"a,b\n1,{TEXTS['content']}\n".encode()
    first = portal.table_of(dataset, content, file_name=f"{TEXTS['file']}.csv")
    portal.table_of(dataset, content + b"2,x\n", file_name=f"{TEXTS['file']}2.csv", resource=first)
    both = b"c\n7\n"
    second = portal.table_of(dataset, both)
    portal.table_of("neighbour", both)
    town.write("resource_delete", id=second)
    written = written_table(portal, dataset)
    waiting = portal.file(dataset, f"x\n{TEXTS['content']}\n".encode(), file_name=f"{TEXTS['file']}3.csv")
    bad = portal.file(dataset, TEXTS["content"].encode() + bytes(range(256)), file_name=f"{TEXTS['file']}4.csv")
    portal.catalogue.uploads.take_message(notification(bad["upload"]["fields"]["key"]))
    portal.settle()
    said = "/opendata/v1/contributions"
    comment = post(portal, said, portal.reader, dataset=dataset, kind="comment", text=TEXTS["comment"]).json["id"]
    reuse = {"kind": "reuse", "title": TEXTS["reuse"], "url": "https://map.example/", "type": "application"}
    using = post(portal, said, portal.reader, dataset=dataset, **reuse).json["id"]
    rating = post(portal, said, portal.other, dataset=dataset, kind="rating", stars=2, text=TEXTS["comment"]).json["id"]
    post(portal, said, portal.reader, dataset="neighbour", kind="rating", stars=5)
    headers = {"Authorization": f"Bearer {portal.publisher}"}
    for change in ({"state": "shown"}, {"reply": TEXTS["reply"]}):
        assert portal.client.patch(f"{said}/{comment}", json=change, headers=headers).status == 200
    decision = {"state": "hidden", "reason": TEXTS["reply"]}
    assert portal.client.patch(f"{said}/{rating}", json=decision, headers=headers).status == 200
    wish = {"title": WORDS_OF_OTHERS, "description": WORDS_OF_OTHERS * 3, "purpose": "งานวิจัย"}
    request = post(portal, "/opendata/v1/requests", portal.reader, organization="laemngop", **wish).json["id"]
    answer = {"step": "answer", "dataset": dataset}
    stepped = portal.client.post(
        f"/opendata/v1/requests/{request}", json=answer, headers={**headers, "If-Match": '"v1"'}
    )
    assert stepped.status == 200, stepped.text
    town.write("package_patch", id=dataset, notes=f"{TEXTS['notes']} แก้ไข")
    town.write("organization_patch", id="laemngop", title="เทศบาลชื่อใหม่")
    portal.settle()
    portal.result(portal.act("datastore_search", resource_id=first))
    portal.now += timedelta(days=1)
    portal.catalogue.sweep(portal.clock())  # yesterday's figures, tonight's dump
    portal.settle()
    portal.result(portal.act("datastore_search", resource_id=first))
    portal.catalogue.publisher.publish()
    resources = [made["resources"][0]["id"], first, second, written, waiting["id"], bad["id"]]
    return Scene(town, dataset, [*resources, comment, using, rating], hashlib.sha256(both).hexdigest(), request)


def written_table(portal: Portal, dataset: str) -> str:
    """A table whose rows are written by the API: in a version, over it, and in what went out of use; answers its id."""
    resource = {"package_id": dataset, "name": TEXTS["resource"]}
    records = [{"a": TEXTS["content"]}]
    made = portal.act("datastore_create", portal.publisher, resource=resource, records=records)
    table = str(portal.result(made)["resource_id"])
    portal.catalogue.live.compaction.compact(table)
    portal.result(portal.act("datastore_upsert", portal.publisher, resource_id=table, records=records, method="insert"))
    return table


def rows(portal: Portal) -> Iterator[tuple[Key, Item, str]]:
    for key, (item, _) in portal.memory._items.items():
        yield key, item, json.dumps([key, item.data, item.indexes], ensure_ascii=False)


def objects(portal: Portal) -> Iterator[tuple[str, str]]:
    for key, (body, _) in portal.objects.kept.items():
        plain = gzip.decompress(body) if key.endswith(".gz") else body
        yield key, f"{key} {plain.decode(errors='replace')}"


def purge(scene: Scene) -> None:
    portal = scene.portal
    scene.town.write("dataset_purge", scene.town.operator, id=scene.dataset)
    portal.settle()


def time_passes(scene: Scene) -> None:
    """Two days of the minute jobs that matter here."""
    portal = scene.portal
    for pause in (timedelta(hours=2), timedelta(days=1), timedelta(days=1, minutes=20)):
        portal.now += pause
        portal.catalogue.sweep(portal.clock())
        portal.settle()
        portal.catalogue.publisher.run()


def found_in_rows(scene: Scene) -> dict[str, list[str]]:
    """Where ids or texts still are, by the reason why they may be there ("" for none)."""
    found: dict[str, list[str]] = {}
    for key, item, text in rows(scene.portal):
        for word in (scene.dataset, *scene.parts, *TEXTS.values()):
            if word in text:
                why = next((each for each in STAYS if key.pk.startswith(each) or key.sk.startswith(each)), "")
                if (why in EXPIRING and item.expires is None) or (why == "EVT#" and "REQUEST#" not in key.pk):
                    why = ""
                found.setdefault(why, []).append(f"{key} {word}")
    return found


def test_there_is_something_to_find_before(scene: Scene) -> None:
    kinds = {key.pk.partition("#")[0] for key, _, text in rows(scene.portal) if scene.dataset in text}
    assert kinds >= {
        "DATASET", "RESOURCE", "CHG", "ACT", "USER", "FOLLOWED", "NOTICED", "SAID", "SAIDON", "SAIDOF",
        "STARS", "USAGE", "USED", "REQUEST", "ANSWERS", "CARD", "CONTENT", "NAME", "OUT",
    }  # fmt: skip
    told = {word for word in TEXTS.values() if any(word in text for _, _, text in rows(scene.portal))}
    assert told == {*TEXTS.values()} - {TEXTS["content"]}
    places = {key.split("/")[0] for key, text in objects(scene.portal) if scene.dataset in text or "ลับ-" in text}
    assert places == {"files", "tables", "deltas", "diffs", "uploads", "dumps", "dump-parts", "search", "usage"}


def test_afterwards_every_row_and_object_is_clean(scene: Scene) -> None:
    purge(scene)
    assert found_in_rows(scene).pop("", []) == []  # in the table at once, not only when the index is published
    time_passes(scene)
    found = found_in_rows(scene)
    assert found.pop("", []) == []
    log = [item.data for key, item, text in rows(scene.portal) if key.pk == "CHG" and scene.dataset in text]
    assert [(each["activity"], each["title"], each["document"]) for each in log] == [("purged package", "", None)]
    assert not [each for each in found.pop("CHG", []) if not each.endswith((scene.dataset, TEXTS["name"]))]
    assert not [each for each in found.pop("OUT#", []) if not each.endswith((scene.dataset, TEXTS["name"]))]
    ids = (scene.dataset, *scene.parts)
    assert not [each for places in found.values() for each in places if not each.endswith(ids)]
    left = {key: [word for word in (*ids, *TEXTS.values()) if word in text] for key, text in objects(scene.portal)}
    wrong = {key: words for key, words in left.items() if words and not key.startswith(tuple(OBJECTS))}
    assert wrong == {}
    told = [words for key, words in left.items() if key.startswith(("usage/", "purges/")) and words]
    assert set(map(tuple, told)) == {(scene.dataset,)}, "of both the id and nothing else"


def test_what_others_wrote_and_what_others_use_stands(scene: Scene) -> None:
    portal = scene.portal
    purge(scene)
    time_passes(scene)
    request = portal.client.get(f"/opendata/v1/requests/{scene.request}").json
    assert (request["title"], request["answer"]) == (WORDS_OF_OTHERS, None)
    assert request["state"]["code"] == "requestdata_received"
    assert request["history"][0]["step"] == "unanswered"
    assert portal.client.get(f"/request/{scene.request}").status in (200, 404)
    resource = portal.result(portal.ask("package_show", id="neighbour"))["resources"][0]["id"]
    assert portal.result(portal.act("datastore_search", resource_id=resource))["records"] == [{"_id": 1, "c": 7}]
    kept = portal.memory.get(Key(f"CONTENT#{scene.shared}", "STATE"))
    assert kept is not None and kept.data["state"] == "kept" and kept.indexes == {}
    assert portal.result(portal.ask("dataset_follower_count", id="neighbour")) == 1
    reader = portal.result(portal.act("user_show", portal.reader))["id"]
    assert portal.result(portal.act("dataset_followee_count", portal.reader, id=reader)) == 1
    ratings = portal.client.get("/opendata/v1/contributions?dataset=neighbour").json
    assert ratings["ratings"]["count"] == 1


def test_it_is_finished_wherever_it_dies(scene: Scene) -> None:
    """The table dies at one write after another, a new delivery each time, until the purge comes to its end."""
    portal = scene.portal
    scene.town.write("dataset_purge", scene.town.operator, id=scene.dataset)
    real, writes = portal.memory.write, itertools.count(1)

    class Down(Exception):
        pass

    def dying(changes: list[Change], token: str) -> None:
        number = next(writes)
        if number % 3 == 1:
            raise Down
        real(changes, token)
        if number % 3 == 0:
            raise Down

    message = list(portal.queues.waiting)
    deliveries = 0
    setattr(portal.memory, "write", dying)  # noqa: B010 - the fault, at the boundary
    while portal.queues.waiting:
        deliveries += 1
        assert deliveries < 200
        try:
            portal.settle()
        except Down:
            portal.queues.waiting = list(message)
    setattr(portal.memory, "write", real)  # noqa: B010 - its end
    assert deliveries > 10
    time_passes(scene)
    assert found_in_rows(scene).pop("", []) == []
    reader = portal.result(portal.act("user_show", portal.reader))["id"]
    assert portal.result(portal.act("dataset_followee_count", portal.reader, id=reader)) == 1


def test_what_is_told_late_leaves_nothing(scene: Scene) -> None:
    """Events of before that are carried after the purge, and a process that still has a count to write."""
    portal, town = scene.portal, scene.town
    town.write("package_patch", id=scene.dataset, notes=TEXTS["notes"])
    late, portal.queues.waiting = portal.queues.waiting, []
    portal.catalogue.counters.count(scene.dataset, "views")
    purge(scene)
    portal.catalogue.counters.write()
    portal.queues.waiting = late
    portal.settle()
    time_passes(scene)
    left = found_in_rows(scene)
    assert left.pop("", []) == []


def test_nobody_adds_anything_at_that_moment(scene: Scene) -> None:
    """The dataset is purged right before somebody's transaction: it is refused, and the dataset is not found."""
    portal, town = scene.portal, scene.town
    real = portal.memory.write
    acts: list[Callable[[], Answer]] = [
        lambda: portal.act("follow_dataset", portal.publisher, id=scene.dataset),
        lambda: portal.client.post(
            "/opendata/v1/contributions",
            json={"dataset": scene.dataset, "kind": "comment", "text": "สายไป"},
            headers={"Authorization": f"Bearer {portal.publisher}"},
        ),
    ]
    marks = ("FOLLOWED#", "SAID#")
    rows_before = {key: item for key, (item, _) in portal.memory._items.items()}
    for act, mark in zip(acts, marks, strict=True):
        portal.memory._items = {key: (item, "") for key, item in rows_before.items()}
        happened: list[int] = []

        def purged_first(changes: list[Change], token: str, mark: str = mark, happened: list[int] = happened) -> None:
            touched = [key_of(each) for each in changes]
            if not happened and any(key.pk.startswith(mark) for key in touched):
                happened.append(1)
                town.write("dataset_purge", town.operator, id=scene.dataset)
                portal.settle()
            real(changes, token)

        setattr(portal.memory, "write", purged_first)  # noqa: B010 - the rival, at the boundary
        assert act().status == 404
        setattr(portal.memory, "write", real)  # noqa: B010 - its end
        assert happened
        assert found_in_rows(scene).pop("", []) == []


@pytest.mark.parametrize("dies", [False, True], ids=["lives", "dies"])
@pytest.mark.parametrize("mark", ["ACT#", "NOTICED#"])
def test_a_consumer_that_is_overtaken_by_the_purge_takes_back_what_it_wrote(
    scene: Scene, mark: str, dies: bool
) -> None:
    """The purge, to its end, between a consumer's look and its write; and the consumer dies right after that."""
    portal, town = scene.portal, scene.town
    town.write("package_patch", id=scene.dataset, notes=TEXTS["notes"])
    late, portal.queues.waiting = list(portal.queues.waiting), []
    real, happened = portal.memory.write, list[int]()

    class Down(Exception):
        pass

    def overtaken(changes: list[Change], token: str) -> None:
        if happened or not any(key_of(each).pk.startswith(mark) for each in changes):
            real(changes, token)
            return
        happened.append(1)
        purge(scene)
        real(changes, token)
        if dies:
            raise Down

    setattr(portal.memory, "write", overtaken)  # noqa: B010 - the rival and the death, at the boundary
    portal.queues.waiting = list(late)
    try:
        portal.settle()
    except Down:
        portal.queues.waiting = list(late)  # the queue gives it again
        portal.settle()
    setattr(portal.memory, "write", real)  # noqa: B010 - its end
    assert happened
    time_passes(scene)
    assert found_in_rows(scene).pop("", []) == []
