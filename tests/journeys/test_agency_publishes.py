"""An agency publishes: an editor drafts, a steward checks, a publisher approves, and later takes it back.

Over real HTTP on the laptop stack, with DynamoDB, the queues and S3 of the emulator.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from openpyxl import Workbook

from chalicelib.opendata.standard.layout import PAIRS
from chalicelib.opendata.standard.workbook import MEDIA_TYPE
from demo.story_opendata import METADATA, act
from demo.world import HttpTransport, Person, World
from infra.local.stack import Stack
from tests.journeys.visitors import visitor
from tests.opendata.importing.workbooks import WHOLE, saved

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

NAME = "hazardous-waste-points"
TITLE = "จุดรับขยะอันตรายเทศบาลตำบลแหลมงอบ"


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town, where the municipality has its organisation in the catalogue."""
    world = World(HttpTransport(stack.address))
    act(world.person("publisher-laemngop"), "organization_create", {"name": "laemngop", "title": "เทศบาลตำบลแหลมงอบ"})
    return world


def stand(person: Person, dataset: str) -> tuple[dict[str, Any], str]:
    answer = person.get(f"/opendata/v1/datasets/{dataset}/governance")
    return answer.json, answer.etag


def step(person: Person, dataset: str, name: str, expect: int = 200, **more: str) -> dict[str, Any]:
    _, etag = stand(person, dataset)
    path = f"/opendata/v1/datasets/{dataset}/governance"
    answer: dict[str, Any] = person.post(path, {"step": name, **more}, expect=expect, if_match=etag).json
    return answer


def found(world: World, words: str) -> list[str]:
    """What everybody finds, with the very next search."""
    result = world.public(f"/api/3/action/package_search?q={quote(words)}").json["result"]
    return [each["name"] for each in result["results"]]


def test_a_draft_becomes_public_by_four_hands_and_goes_again(world: World) -> None:
    krerk, sunee, wipha = (world.person(f"{role}-laemngop") for role in ("editor", "steward", "publisher"))
    draft = {**METADATA, "name": NAME, "owner_org": "laemngop", "title": TITLE, "notes": ""}

    # the editor cannot publish, and what is saved without a word is private
    denied = act(krerk, "package_create", {**draft, "notes": "จุดรับขยะ", "private": False}, expect=403)
    assert "package_submit" in denied["error"]["message"]
    assert act(krerk, "package_create", {**draft, "private": False}, expect=409)["error"]["notes"] == ["Missing value"]
    dataset = act(krerk, "package_create", draft)["id"]
    assert found(world, TITLE) == []

    # refused with the list of what is missing, in both languages
    refused = step(krerk, dataset, "submit", expect=422)
    assert [each["pointer"] for each in refused["errors"]] == ["/notes"]
    assert refused["errors"][0]["message_th"] == "โปรดระบุรายละเอียด"
    act(krerk, "package_patch", {"id": dataset, "notes": "จุดรับขยะอันตรายทุกจุดในเขตเทศบาล"})
    link = {"package_id": dataset, "name": "จุดรับขยะ", "url": "https://laemngop.example/waste.csv", "format": "CSV"}
    act(krerk, "resource_create", link)

    # steward and publisher find it in their lists, each takes the step that is theirs
    assert step(krerk, dataset, "submit")["state"]["code"] == "wait"
    waiting = sunee.get("/opendata/v1/tasks?state=wait").json["items"]
    assert [each["name"] for each in waiting] == [NAME]
    assert visitor(world, "editor-laemngop").ask("GET", "/opendata/v1/tasks").status == 403
    step(krerk, dataset, "check", expect=403)
    step(sunee, dataset, "check")
    step(sunee, dataset, "approve", expect=403)
    assert found(world, TITLE) == []
    done = step(wipha, dataset, "approve")
    assert done["state"]["th"] == "เผยแพร่"
    assert [each["step"] for each in reversed(done["history"])] == ["submit", "check", "approve"]
    assert len({each["by"] for each in done["history"]}) == 3

    # found by the very next search, and wherever else the public catalogue is read
    assert found(world, TITLE) == [NAME]
    assert world.public(f"/api/3/action/package_show?id={NAME}").json["result"]["private"] is False
    assert NAME in world.public("/feeds/dataset.atom").body.decode()
    assert "dcat:Dataset" in world.public(f"/dataset/{NAME}.ttl").body.decode()
    assert TITLE in world.public(f"/dataset/{NAME}?lang=th", accept="text/html").body.decode()
    assert dataset in [each["dataset"] for each in world.public("/opendata/v1/changes?limit=500").json["items"]]

    # an edit is seen at once; it may not take away what the standard asks for
    act(krerk, "package_patch", {"id": dataset, "notes": "ปรับปรุงรายการจุดรับขยะปี 2569"})
    assert "2569" in world.public(f"/api/3/action/package_show?id={NAME}").json["result"]["notes"]
    act(krerk, "package_patch", {"id": dataset, "data_category": "ข้อมูลส่วนบุคคล"}, expect=409)

    # taken back, with a reason that stays inside: gone for everybody else, everywhere
    step(krerk, dataset, "revoke", expect=403, reason="ลองดู")
    step(wipha, dataset, "revoke", reason="พบเบอร์โทรศัพท์ส่วนตัวในไฟล์")
    assert found(world, TITLE) == []
    world.public(f"/api/3/action/package_show?id={NAME}", expect=404)
    world.public(f"/dataset/{NAME}.ttl", expect=404)
    world.public(f"/dataset/{NAME}", expect=404, accept="text/html")
    assert NAME not in world.public("/feeds/dataset.atom").body.decode()
    gone = world.public("/opendata/v1/changes?limit=500").json["items"][-1]
    assert (gone["dataset"], gone["name"], gone["title"]) == (dataset, None, None)
    for persona in ("somchai", None):
        asking = {} if persona is None else {"authorization": f"Bearer {world.person(persona).token}"}
        answer = world.transport.send("GET", f"/api/3/action/package_show?id={dataset}", asking, None)
        assert answer.status == 404
        assert "เบอร์โทรศัพท์" not in answer.body.decode()
    kept, _ = stand(krerk, dataset)
    assert (kept["state"]["code"], kept["reason"]) == ("revoked", "พบเบอร์โทรศัพท์ส่วนตัวในไฟล์")


def test_a_workbook_of_many_datasets_is_checked_and_entered(world: World) -> None:
    krerk = world.person("editor-laemngop")
    book = Workbook()
    pair = PAIRS[0]
    sheet = book.create_sheet(pair.datasets)
    columns = pair.by_place(99)
    rows = [{**WHOLE, "name": f"from-excel-{number}", "created_date": "2569-01-31"} for number in range(5)]
    for place, column in enumerate(columns, start=1):
        sheet.cell(3, place, column)
        for number, row in enumerate(rows, start=6):
            sheet.cell(number, place, row.get(column))
    content = saved(book)

    def send(mode: str) -> dict[str, int]:
        headers = {"authorization": f"Bearer {krerk.token}", "content-type": MEDIA_TYPE}
        path = f"/opendata/v1/import?organization=laemngop&mode={mode}"
        answer = world.transport.send("POST", path, headers, content)
        assert answer.status == 200, answer.body.decode()
        counts: dict[str, int] = answer.json["counts"]
        return counts

    assert send("check") == {"ready": 5}
    assert send("all") == {"created": 5}
    assert send("all") == {"created": 5}
    shown = krerk.get("/api/3/action/package_show?id=from-excel-3").json["result"]
    assert (shown["private"], shown["created_date"]) == (True, "2026-01-31")
    world.public("/api/3/action/package_show?id=from-excel-3", expect=404)
    template = world.transport.send("GET", "/opendata/v1/import", {"accept": "*/*"}, None)
    assert template.body[:2] == b"PK"
