"""What the citizen sees of it: messages, who looked at her data, and the papers in her wallet."""

from __future__ import annotations

from typing import Any

from demo.steps import Chapter
from demo.world import World, check

citizen = Chapter()
MESSAGES = 7
"""Received, returned, received again, complete, inspected, approved, paid."""


@citizen.step("Citizen", "Malee", "opens her inbox: one message for every step, in Thai and English")
def inbox(world: World) -> str:
    malee = world.person("malee")

    def all_messages() -> Any:
        page = malee.get("/citizen/v1/me/inbox").json
        mine = [item for item in page["items"] if item["case"] == world.known["case"]]
        return (page, mine) if len(mine) >= MESSAGES else None

    page, mine = world.until(f"{MESSAGES} messages", all_messages)
    check(len(mine) == MESSAGES, f"{len(mine)} messages instead of {MESSAGES}")
    check(all(item["title"]["th"] and item["body"]["en"] for item in mine), "a message in one language only")
    first = malee.post(f"/citizen/v1/me/inbox/{mine[0]['id']}/read").json
    check(first["opened_at"] and first["served_at"], "opening a message must be recorded with its time")
    after = malee.get("/citizen/v1/me/inbox").json
    check(after["unread"] == page["unread"] - 1, "the unread count is off")
    return f"{len(mine)} messages; “{mine[0]['body']['th']}”; unread {page['unread']} → {after['unread']}"


@citizen.step("Citizen", "Malee", "asks who saw her data")
def who_saw_my_data(world: World) -> str:
    lines = world.person("malee").get("/citizen/v1/me/access-log").json["items"]
    portal = [
        line for line in lines if line["consumer"] == "TH/CENTRAL/DGA/biz" and line["service"].endswith("/person")
    ]
    office = [line for line in lines if line["consumer"] == "TH/LOCAL/LAEMNGOP/office"]
    check(portal, "the prefill is not in the access log")
    check(len(office) == 2, f"the office asked twice, at once and by order; the access log shows {len(office)}")
    check(
        all(line["purpose_th"] and line["legal_basis_th"] for line in lines), "an access without purpose or legal basis"
    )
    one = office[0]
    return f"{len(lines)} accesses; e.g. {one['consumer_th']}: {one['purpose_th']} ({one['legal_basis_th']})"


@citizen.step("Citizen", "Malee", "finds the licence and the receipt in her wallet, and shows only what she chooses")
def wallet(world: World) -> str:
    malee = world.person("malee")

    def both() -> Any:
        items = malee.get("/citizen/v1/me/wallet").json["items"]
        return items if {"licence", "receipt"} <= {item["kind"] for item in items} else None

    papers = world.until("licence and receipt in the wallet", both)
    check(len(papers) == 2, f"{len(papers)} papers in the wallet instead of 2")
    licence = next(paper for paper in papers if paper["kind"] == "licence")
    shown = malee.post(f"/citizen/v1/me/wallet/{licence['id']}/presentations", {"claims": []}).json
    check(shown["presentation"].endswith("~"), "a presentation without claims shows none")
    world.person("somchai").get(f"/citizen/v1/me/wallet/{licence['id']}", expect=404)
    kinds = ", ".join(sorted(paper["kind"] for paper in papers))
    return f"{kinds}; issuer {licence['issuer']}; to Somchai they do not exist"
