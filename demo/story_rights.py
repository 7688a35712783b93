"""A right that finds its person: a birth is registered, the mother is told, asks, applies, and is granted."""

from __future__ import annotations

from typing import Any

from demo.steps import Chapter
from demo.story_gdx import persona
from demo.world import World, check

rights = Chapter()
GRANT = "newborn-grant"
BABY = "1990100027075"
"""Namsai, Ploy's daughter; the civil register names the mother."""
CIVIL = "TH/CENTRAL/DOPA/civil"
DECLARED = {"payment": {"promptpay": True}, "declaration": True}
"""What no register knows: that the account is bound, and that it is all true."""


@rights.step(
    "Citizen", "Civil register (DOPA)", "tells, through the exchange, that a birth was registered; three times"
)
def birth(world: World) -> str:
    report = {
        "id": f"birth-{world.seed}",
        "type": "birth-registered",
        "time": "2026-11-16T09:30:00+07:00",
        "pid": persona("ploy")["pid"],
        "subject": BABY,
        "person": {"province": "23", "birth_date": "1999-06-03", "sex": "F"},
    }
    register = world.person("dopa-civil")
    path = "/r1/TH/CENTRAL/DGA/citizen/events/events"
    taken = {register.post(path, report, x_road_client=CIVIL).json["id"] for _ in range(3)}
    check(len(taken) == 1, "the same report became several")
    return "taken once, however often it is sent"


@rights.step("Citizen", "Ploy", "finds on her home page that she probably has a right, and reads why")
def told(world: World) -> str:
    ploy = world.person("ploy")

    def offered() -> Any:
        items = [item for item in ploy.get("/citizen/v1/me/home").json["items"] if item["kind"] == "offer"]
        return items or None

    items = world.until("an offer on the home page", offered)
    check(len(items) == 1, f"{len(items)} offers for one birth")
    offer = ploy.get(f"/citizen/v1/me/offers/{items[0]['id']}").json
    check(offer["entitlement"] == GRANT, f"told of {offer['entitlement']}")
    check(offer["steps"] and offer["receipts"], "an offer without its reasons")

    def messages() -> Any:
        items = ploy.get("/citizen/v1/me/inbox").json["items"]
        return [item for item in items if item["category"] == "entitlement"] or None

    told = world.until("a message about the right", messages)
    check(len(told) == 1, f"{len(told)} messages for one birth")
    return f"“{told[0]['title']['th']}”, {len(offer['receipts'])} registers asked"


@rights.step("Citizen", "Ploy", "checks the right: the registers are asked at once, and each step is explained")
def checked(world: World) -> str:
    ploy = world.person("ploy")
    shown = ploy.post(f"/citizen/v1/me/entitlements/{GRANT}/check", {"subject": BABY}).json
    check(shown["status"] == "entitled", f"the check says {shown['status']}: {shown['headline']}")
    check(shown["questions"] == [] and shown["not_asked"], "she was asked what a register knows")
    check(shown["amount"]["amount"] == "600", f"the amount is {shown['amount']}")
    world.person("somchai").get(f"/citizen/v1/me/offers/{GRANT}", expect=404)
    other = world.person("somchai").post(f"/citizen/v1/me/entitlements/{GRANT}/check", {"subject": BABY}).json
    check(other["status"] == "unknown", f"to somebody who is no parent it says {other['status']}")
    return f"{shown['headline']['th']}; {len(shown['steps'])} steps, {len(shown['asked'])} receipts"


@rights.step("Citizen", "Ploy", "applies: the form is filled in, two things are left to say, no copy is asked for")
def applied(world: World) -> str:
    ploy = world.person("ploy")
    draft = ploy.post(f"/citizen/v1/me/entitlements/{GRANT}/applications", {"subject": BABY}, expect=201)
    application, path = draft.json, f"/citizen/v1/me/applications/{draft.json['id']}"
    world.known["grant"] = application["id"]
    check(application["needed_documents"] == [], f"copies are asked for: {application['needed_documents']}")
    missing = ploy.post(f"{path}/validate").json["errors"]
    check(len(missing) == len(DECLARED), f"not {len(DECLARED)} things are left to say: {missing}")
    ploy.patch(f"{path}/answers", DECLARED, ploy.get(path).etag)
    filed = ploy.post(f"{path}/submit").json
    check(filed["turn"] == "agency" and filed["due"], f"it was not filed: {filed}")
    world.person("somchai").get(path, expect=404)
    fields = sum(len(part) for part in application["answers"].values())
    return f"{fields} fields known, {len(missing)} to say; due {filed['due']}"


@rights.step("Citizen", "Duangjai (Department of Children and Youth)", "grants it at the same desk as every licence")
def granted(world: World) -> str:
    desk, case = world.person("officer-dcy"), world.known["grant"]
    queue = desk.get("/biz/v1/queue").json["items"]
    check(case in {item["id"] for item in queue}, "it is not in the agency's queue")
    done = desk.post(f"/biz/v1/applications/{case}/actions/approve", {}).json
    check(done["turn"] == "nobody" and done["licence"], f"it was not granted: {done}")
    numbered = world.transport.send("GET", f"/biz/v1/verify/{done['licence']}", {"accept": "application/json"}, None)
    check(numbered.status == 404, "what a person gets from the state is found by its number")
    return f"decision {done['licence']}, in no public register"


@rights.step("Citizen", "Ploy", "has the decision in her wallet, a clear home page, and the list of who looked")
def closed(world: World) -> str:
    ploy = world.person("ploy")

    def there() -> Any:
        home = {item["kind"] for item in ploy.get("/citizen/v1/me/home").json["items"]}
        papers = [item for item in ploy.get("/citizen/v1/me/wallet").json["items"] if item["kind"] == "licence"]
        return papers if papers and not home & {"case", "offer"} else None

    (paper,) = world.until("the decision in the wallet and nothing left at home", there)
    check(set(paper["claims"]) == set(paper["disclosable"]) | {"number"} or paper["disclosable"], "nothing to withhold")
    lines = ploy.get("/citizen/v1/me/access-log").json["items"]
    portal = [line for line in lines if line["consumer"] == "TH/CENTRAL/DGA/citizen"]
    check(portal and all(line["purpose_th"] and line["legal_basis_th"] for line in lines), "an access without its why")
    deeds = [item["what"] for item in ploy.get("/citizen/v1/me/activity").json["items"]]
    check({"application.opened", "application.filed"} <= set(deeds), f"her own deeds are not listed: {deeds}")
    return f"“{paper['issuer']}”; {len(lines)} accesses to her data, each with purpose and law"


@rights.step("Citizen", "Ploy", "takes a copy of everything that the portal holds of her")
def copied(world: World) -> str:
    ploy = world.person("ploy")
    asked = ploy.post("/citizen/v1/me/exports", expect=202).json["id"]

    def ready() -> Any:
        export = ploy.get(f"/citizen/v1/me/exports/{asked}").json
        return export if export["state"] == "ready" else None

    export = world.until("the copy", ready)
    check(export["size"] and export["url"], f"there is nothing to fetch: {export}")
    world.person("somchai").get(f"/citizen/v1/me/exports/{asked}", expect=404)
    return f"{export['size']:,} bytes, for her alone and for two days"
