"""A citizen asks for data, others want it too, the municipality publishes it, and the citizen sees the answer."""

from __future__ import annotations

from typing import Any

import pytest

from demo.story_opendata import METADATA, act
from demo.world import HttpTransport, Person, World
from infra.local.stack import Stack
from tests.journeys.visitors import visitor

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

WISH = {
    "title": "จุดรับขยะอันตรายในเทศบาล",
    "description": "ตำแหน่งและเวลาเปิดของจุดรับขยะอันตรายทุกจุด ตั้งแต่ปี 2565",
    "purpose": "ทำแผนที่ให้คนในชุมชน",
    "organization": "laemngop",
}


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    """The town, where the municipality has its organisation in the catalogue."""
    world = World(HttpTransport(stack.address))
    act(world.person("publisher-laemngop"), "organization_create", {"name": "laemngop", "title": "เทศบาลตำบลแหลมงอบ"})
    return world


def step(person: Person, request: str, name: str, expect: int = 200, **more: str) -> dict[str, Any]:
    etag = person.get(f"/opendata/v1/requests/{request}").etag
    answer: dict[str, Any] = person.post(
        f"/opendata/v1/requests/{request}", {"step": name, **more}, expect=expect, if_match=etag
    ).json
    return answer


def govern(person: Person, dataset: str, name: str) -> None:
    path = f"/opendata/v1/datasets/{dataset}/governance"
    person.post(path, {"step": name}, if_match=person.get(path).etag)


def test_what_a_citizen_asks_for_is_published_and_the_citizen_sees_it(world: World) -> None:
    somchai, malee = world.person("somchai"), world.person("malee")
    krerk, sunee, wipha = (world.person(f"{role}-laemngop") for role in ("editor", "steward", "publisher"))

    # a telephone number is not taken: everybody reads it, and the platform brings the answer itself
    refused = somchai.post("/opendata/v1/requests", {**WISH, "purpose": "โทร 081-234-5678"}, expect=422).json
    assert refused["errors"][0]["pointer"] == "/purpose"
    asked = somchai.post("/opendata/v1/requests", WISH, expect=201)
    request = asked.json["id"]
    assert asked.headers["location"] == f"/opendata/v1/requests/{request}"
    world.public("/opendata/v1/requests", expect=401, method="POST")

    # others want it too, each counts once
    for persona in ("malee", "malee", "officer-anong"):
        visitor(world, persona).ask("PUT", f"/opendata/v1/requests/{request}/support")
    public = world.public("/opendata/v1/requests")
    (line,) = public.json["items"]
    assert (line["support"], line["state"]["code"]) == (2, "requestdata_wait_steward")
    assert "สมชาย" not in public.body.decode()
    assert [each["id"] for each in somchai.get("/opendata/v1/requests?mine=true").json["items"]] == [request]
    assert malee.get("/opendata/v1/requests?mine=true").json["items"] == []

    # steward, council, maintainer
    waiting = sunee.get("/opendata/v1/requests?organization=laemngop&state=requestdata_wait_steward").json
    assert [each["id"] for each in waiting["items"]] == [request]
    step(malee, request, "check", expect=403)
    step(sunee, request, "check")
    step(sunee, request, "approve", expect=403)
    step(wipha, request, "approve")
    told = step(krerk, request, "notify", reason="กองสาธารณสุขจัดทำชุดข้อมูลภายในเดือนนี้")
    assert told["state"]["th"] == "แจ้งผู้ดูแลข้อมูลแล้ว และรอผู้ยื่นคำขอได้รับข้อมูล"

    # the answer is on its way: nobody but the municipality sees which dataset it will be
    draft = {**METADATA, "name": "waste-points-asked", "owner_org": "laemngop", "private": True}
    dataset = act(krerk, "package_create", draft)["id"]
    step(krerk, request, "answer", dataset=dataset)
    assert somchai.get(f"/opendata/v1/requests/{request}").json["answer"] is None
    for person, name in ((krerk, "submit"), (sunee, "check"), (wipha, "approve")):
        govern(person, dataset, name)

    def answered() -> Any:
        shown = somchai.get(f"/opendata/v1/requests/{request}").json
        return shown if shown["state"]["code"] == "requestdata_received" else None

    shown = world.until("the request to be answered", answered)
    assert shown["answer"]["name"] == "waste-points-asked"
    assert [each["step"] for each in reversed(shown["history"])] == [
        "check",
        "approve",
        "notify",
        "answer",
        "published",
    ]
    assert world.public(f"/opendata/v1/requests/{request}").json["answer"]["id"] == dataset
    page = world.public(f"/request/{request}?lang=th", accept="text/html").body.decode()
    assert "ผู้ยื่นคำขอได้รับข้อมูลแล้ว" in page
    assert str(METADATA["title"]) in page
    assert "สมชาย" not in page
