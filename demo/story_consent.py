"""A bank may ask the credit bureau about Malee only while she lets it, and sees her address only after she did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from demo.steps import Chapter
from demo.story_gdx import persona
from demo.world import World, check

consent = Chapter()
BANK = "TH/SOE/GSB/loans"
REPORT = "TH/PARTNER/NCB/credit/report"
NEEDED = "server.serverproxy.consent_needed"
LETTERS = ("consent asked", "consent given", "a preview waits", "consent ended")
"""What Malee is told, in this order."""


def report(world: World, number: int, expect: int = 200) -> Any:
    """The bank asks the credit bureau about Malee."""
    return world.person("gsb-loans").post(
        f"/r1/{REPORT}/lookup",
        {"pid": persona("malee")["pid"]},
        expect=expect,
        x_road_client=BANK,
        x_road_id=f"TH-{world.seed}-credit-{number}",
        x_gdx_purpose="loan-application",
    )


def refused(world: World, number: int) -> str:
    """The error with which the exchange refuses the bank."""
    error: str = report(world, number, expect=500).headers["x-road-error"]
    check(error == NEEDED, f"refused for another reason: {error}")
    return error


def letters(world: World, count: int) -> list[Any]:
    """What the exchange told Malee, newest first, once it is so much."""

    def found() -> Any:
        items = world.person("malee").get("/citizen/v1/me/inbox").json["items"]
        mine = [item for item in items if item["source"] == "TH/CENTRAL/DGA"]
        return mine if len(mine) >= count else None

    told: list[Any] = world.until(f"the message: {LETTERS[count - 1]}", found)
    check(len(told) == count, f"{len(told)} messages instead of {count}")
    return told


@consent.step("GDX", "Savings bank (system)", "is refused Malee's credit report, and asks her for her consent")
def ask_for_consent(world: World) -> str:
    error = refused(world, 1)
    question = {
        "pid": persona("malee")["pid"],
        "service": REPORT,
        "purposes": ["loan-application"],
        "fields": ["/score", "/grade", "/as_of"],
        "until": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
        "mode": "repeated",
        "data_life_days": 30,
    }
    asked = world.person("gsb-loans").post("/gdx/v1/consents", question, expect=201).json
    check(asked["state"] == "REQUESTED" and "pid" not in asked, "a consent that was asked for shows no person")
    world.known["consent"] = asked["id"]
    refused(world, 2)
    return f"{error}; asked for {', '.join(asked['fields'])} until {asked['until'][:10]}: asked is not given"


@consent.step("GDX", "Malee", "reads in plain words who asks for what, and gives her consent")
def give_consent(world: World) -> str:
    malee = world.person("malee")
    path = f"/gdx/v1/me/consents/{world.known['consent']}"
    shown = malee.get(path)
    words = shown.json["explained"]
    check("คะแนนเครดิต" in words["th"] and "credit score" in words["en"], "the words do not say which data")
    given = malee.post(f"{path}/give", if_match=shown.headers["etag"]).json
    check(given["state"] == "GIVEN" and given["artefact"].count(".") == 2, "a given consent is signed")
    return f"“{words['th'][:110]}…”; signed consent of {len(given['artefact'])} characters for both"


@consent.step("GDX", "Savings bank (system)", "gets the score that she allowed, and no account details")
def consent_flows(world: World) -> str:
    record = report(world, 3).json
    check(set(record) == {"score", "grade", "as_of"}, f"more than she allowed: {sorted(record)}")
    lines = world.person("malee").get("/gdx/v1/me/usage").json["items"]
    seen = next(line for line in lines if line["consumer"] == BANK)
    check(seen["fields"] == ["/score", "/grade", "/as_of"], "her access log does not say what was handed over")
    return (
        f"score {record['score']}, grade {record['grade']}; her access log: {seen['consumer_th']}, {seen['purpose_th']}"
    )


@consent.step(
    "GDX", "Malee", "looks at what a form would get of the civil register, and lets her province go, not her house"
)
def preview(world: World) -> str:
    bank, malee = world.person("gsb-loans"), world.person("malee")
    wanted = {
        "subject": {"pid": persona("malee")["pid"]},
        "requirements": ["person-name", "person-address"],
        "purpose": "loan-application",
        "form": "คำขอสินเชื่อ",
    }
    asked = bank.post("/gdx/v1/prefill", wanted, expect=202, x_road_id=f"TH-{world.seed}-prefill").json
    check(asked["state"] == "PREVIEW_REQUIRED" and asked["items"] == [], "values before she has seen them")
    told = letters(world, 3)
    check(any(asked["id"] in letter["body"]["th"] for letter in told), "she was not told which preview waits")
    shown = malee.get(asked["location"])
    check(all(item["receipt"] and item["agency"]["th"] for item in shown.json["items"]), "a value without its source")
    chosen = ["person-name/first_name", "person-name/last_name", "person-address/province"]
    malee.post(f"{asked['location']}/release", {"values": chosen}, if_match=shown.headers["etag"])
    got = bank.get(f"/gdx/v1/prefill/{asked['id']}").json["items"]
    values = {value["name"]: value["value"] for item in got for value in item["values"] if value["value"]}
    check(set(values) == {"first_name", "last_name", "province"}, f"not what she released: {sorted(values)}")
    bank.delete(f"/gdx/v1/prefill/{asked['id']}", expect=200)
    withheld = sum(value["withheld"] for item in got for value in item["values"])
    return f"released {', '.join(values.values())}; {withheld} values withheld; all deleted once the bank had them"


@consent.step("GDX", "Malee", "takes her consent back: the bank's very next call is refused")
def withdraw_consent(world: World) -> str:
    malee = world.person("malee")
    ended = malee.post(f"/gdx/v1/me/consents/{world.known['consent']}/withdraw").json
    check(ended["state"] == "WITHDRAWN", f"the consent is {ended['state']}")
    error = refused(world, 4)

    told = letters(world, len(LETTERS))
    return f"{error}; she was told {len(told)} times, last: “{told[0]['title']['th']}”"
