"""An agency asks agencies: at once and later, under agreements, and never more than agreed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from demo.steps import Chapter
from demo.world import World, check

gdx = Chapter()
PERSONAS = Path(__file__).parent.parent / "infra" / "seed" / "personas.json"
OFFICE = "TH/LOCAL/LAEMNGOP/office"
PERSON = "/r1/TH/CENTRAL/DOPA/civil/person/lookup"
PERSON_SERVICE = "TH/CENTRAL/DOPA/civil/person"


def persona(id: str) -> dict[str, Any]:
    """A sample person as seeded."""
    people = json.loads(PERSONAS.read_text(encoding="utf-8"))["personas"]
    return next(person for person in people if person["id"] == id)


@gdx.step("Public", "Anyone", "asks whether the platforms are up, and who has joined the exchange")
def look_around(world: World) -> str:
    health = world.public("/health").json
    check(health["status"] == "ok", "the platforms are not up")
    check({"gdx", "opendata", "biz", "citizen"} <= set(health["platforms"]), "not all platforms are open")
    clients = world.public("/listClients", accept="application/json").json["member"]
    classes = {entry["id"]["member_class"] for entry in clients}
    check({"CENTRAL", "LOCAL"} <= classes, "members of the seed are missing")
    return f"{', '.join(health['platforms'])} are open; {len(clients)} members and subsystems of {len(classes)} classes"


@gdx.step(
    "GDX", "Laem Ngop's office (system)", "asks the civil register about the future operator, at once, over X-Road"
)
def ask_at_once(world: World) -> str:
    office = world.person("laemngop-office")
    answer = office.post(
        PERSON,
        {"pid": persona("malee")["pid"]},
        x_road_client=OFFICE,
        x_road_id=f"TH-{world.seed}-sync",
        x_gdx_purpose="premises-inspection",
    )
    record = answer.json
    check(record["first_name_th"] == "มาลี", "not the person who was asked about")
    check(
        set(record) == {"first_name_th", "last_name_th", "status"},
        f"more than agreed was handed over: {sorted(record)}",
    )
    for name in ("x-road-id", "x-road-request-id", "x-road-request-hash", "x-road-client", "x-road-service"):
        check(name in answer.headers, f"{name} is missing in the answer")
    world.known["sync_receipt"] = answer.headers["x-gdx-exchange"]
    receipt = answer.headers["x-gdx-exchange"]
    return f"got {', '.join(sorted(record))} and nothing else of the record; receipt {receipt[:12]}…"


@gdx.step("GDX", "Laem Ngop's office (system)", "tries without an agreement, and without a token")
def ask_without_right(world: World) -> str:
    office = world.person("laemngop-office")
    refused = office.post(
        "/r1/TH/CENTRAL/DGA/citizen/inbox/messages", {"pid": persona("malee")["pid"]}, expect=500, x_road_client=OFFICE
    )
    check("access_denied" in refused.headers["x-road-error"], "refused for another reason than the missing agreement")
    unknown = world.public(PERSON, method="POST", expect=401)
    check(unknown.status == 401, "a request without a token must be refused")
    return f"{refused.headers['x-road-error']}; without a token 401"


@gdx.step(
    "GDX", "Laem Ngop's office (system)", "orders the same answer for later: accepted now, carried out by the queue"
)
def ask_later(world: World) -> str:
    office = world.person("laemngop-office")
    order = {
        "service": PERSON_SERVICE,
        "path": "/lookup",
        "body": {"pid": persona("malee")["pid"]},
        "purpose": "premises-inspection",
    }
    accepted = office.post("/gdx/v1/exchanges", order, expect=202)
    where = accepted.headers["location"]
    path = where[where.index("/gdx/v1") :]

    def delivered() -> Any:
        view = office.get(path).json
        return view if view["state"] in ("DELIVERED", "REJECTED") else None

    view = world.until("the answer of the civil register", delivered)
    check(view["state"] == "DELIVERED", f"the order ended as {view['state']}")
    record = office.get(f"{path}/answer").json
    check(set(record) == {"first_name_th", "last_name_th", "status"}, f"more than agreed: {sorted(record)}")
    office.delete(f"{path}/answer", expect=204)
    gone = office.get(f"{path}/answer", expect=409)
    check(gone.status == 409, "an answer that was taken must be gone")
    return f"{record['first_name_th']}, {record['status']}; the answer was taken and is deleted"


@gdx.step("GDX", "Laem Ngop's office (system)", "asks the company register about the restaurant's company")
def ask_about_company(world: World) -> str:
    office = world.person("laemngop-office")
    answer = office.post(
        "/r1/TH/CENTRAL/DBD/juristic/company/lookup",
        {"juristic_id": persona("malee")["juristic_id"]},
        x_road_client=OFFICE,
        x_gdx_purpose="premises-inspection",
    )
    record = answer.json
    check(set(record) == {"juristic_id", "name_th", "status"}, f"more than agreed: {sorted(record)}")
    listed = office.get("/r1/TH/CENTRAL/DBD/juristic/listMethods", x_road_client=OFFICE).json["service"]
    check("company" in [method["service_code"] for method in listed], "the company register does not list its service")
    return f"{record['name_th']}, {record['status']}; who its directors are is not in this office's agreement"
