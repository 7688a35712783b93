"""Somebody opens a restaurant in the town: what she answers, and the officers of both agencies."""

from __future__ import annotations

import copy
import functools
import json
from typing import Any

from chalicelib.biz.bundles.catalogue import SHIPPED
from chalicelib.biz.definitions.catalogue import shipped
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Once
from tests.support.client import Answer

from ..documents.files import a_png
from ..town import ANONG, BUNDIT, MALEE, Town

EXCISE = "TH/CENTRAL/EXCISE"
MUNICIPALITY = "TH/LOCAL/LAEMNGOP"
SUDA, WICHAI = "3990100007071", "3990100008085"
BUNDLE = "open-a-restaurant"
FOOD, SMALL_FOOD, SHOP, SIGN, ALCOHOL = (
    "food_licence", "food_notification", "commercial_registration", "signboard_tax", "alcohol_licence",
)  # fmt: skip


@functools.cache
def _raw() -> Any:
    return json.loads((SHIPPED / f"{BUNDLE}.json").read_text(encoding="utf-8"))


def raw() -> dict[str, Any]:
    """The shipped bundle as JSON, to be bent."""
    return dict(copy.deepcopy(_raw()))


def answers(number: int = 0, **changes: Any) -> dict[str, Any]:
    """The shared answers of one of its tests."""
    return {**copy.deepcopy(_raw()["tests"][number]["answers"]), **changes}


def own() -> dict[str, Any]:
    """What members ask beside them; what registers and licences say is left out."""
    found = copy.deepcopy(_raw()["tests"][0]["own"])
    for patch in found.values():
        patch.pop("operator", None)
    del found[SHOP]["business"]["permit_no"]
    return {code: patch for code, patch in found.items() if patch}


def staffed(town: Town) -> Town:
    """The town with officers of the excise department."""
    for pid, roles in ((SUDA, ["intake", "inspector", "approver"]), (WICHAI, ["approver"])):
        town.biz.enlist(Once(new_id(), "", new_id(), claimed=False), pid, EXCISE, roles, "เจ้าหน้าที่สรรพสามิต")
    return town


def begin(town: Town, number: int = 0, who: str = MALEE, **changes: Any) -> str:
    """A bundle begun with these answers; the id of the run."""
    body = {"bundle": BUNDLE, "applicant": {"kind": "person"}, "answers": answers(number, **changes)}
    return str(town.ok(who, "POST", "/bundles", json=body)["id"])


def run(town: Town, bundle: str) -> Any:
    """The run as its owner sees it."""
    return town.ok(MALEE, "GET", f"/bundles/{bundle}")


def members(town: Town, bundle: str) -> dict[str, Any]:
    """Its members by code."""
    return {member["code"]: member for member in run(town, bundle)["members"]}


def stands(town: Town, bundle: str) -> dict[str, str]:
    """Where each member stands."""
    return {code: member["stand"] for code, member in members(town, bundle).items()}


def case(town: Town, bundle: str, code: str) -> str:
    """The application of a member."""
    return str(members(town, bundle)[code]["case"])


def fill(town: Town, bundle: str) -> None:
    """What the members ask beside the shared answers, what registers know, and the documents, each sent once."""
    there = members(town, bundle)
    wanted = {code: patch for code, patch in own().items() if code in there and there[code]["case"]}
    patched(town, bundle, members=wanted)
    town.ok(MALEE, "POST", f"/bundles/{bundle}/prefill")
    lender = next(code for code, member in there.items() if member["stand"] != "not_needed")
    if lender != SIGN:
        town.send(there[lender]["case"], "site_map")
    if there[SIGN]["stand"] != "not_needed":
        town.send(there[SIGN]["case"], "sign_photo", a_png(), media="image/png")


def patched(town: Town, bundle: str, **body: Any) -> Any:
    """Change answers, with the present ETag."""
    etag = town.call(MALEE, "GET", f"/bundles/{bundle}").headers["etag"]
    return town.ok(MALEE, "PATCH", f"/bundles/{bundle}/answers", json=body, headers={"If-Match": etag})


def ready(town: Town, number: int = 0, **changes: Any) -> str:
    """A bundle in which nothing is missing."""
    bundle = begin(staffed(town), number, **changes)
    fill(town, bundle)
    return bundle


def filed(town: Town, number: int = 0, **changes: Any) -> str:
    """A bundle that was submitted, and what was sent by that heard."""
    bundle = ready(town, number, **changes)
    town.ok(MALEE, "POST", f"/bundles/{bundle}/submit")
    town.run_queue()
    return bundle


def approve(town: Town, case_id: str) -> None:
    """The officers of its agency carry an application to its approval."""
    view = town.biz.store.find_case(case_id)
    definition = shipped().version(view.service, view.service_version).of("new")
    one, two = (SUDA, WICHAI) if view.agency == EXCISE else (ANONG, BUNDIT)
    state = view.state
    while state != "payment":
        actions = definition.workflow.available(state)
        if "inspect" in actions and state == "inspecting":
            findings = [{"code": item.code, "passed": True} for item in definition.checklist]
            state = town.ok(one, "POST", f"/applications/{case_id}/inspections", json={"findings": findings})["state"]
            continue
        code = next(each for each in ("accept", "approve", "assess") if each in actions)
        state = town.act(two if code != "accept" else one, case_id, code)["state"]


def refuse(town: Town, case_id: str) -> None:
    """The officers refuse it."""
    view = town.biz.store.find_case(case_id)
    definition = shipped().version(view.service, view.service_version).of("new")
    one, two = (SUDA, WICHAI) if view.agency == EXCISE else (ANONG, BUNDIT)
    state = view.state
    while state != "refused":
        actions = definition.workflow.available(state)
        if state == "inspecting":
            findings = [{"code": item.code, "passed": False} for item in definition.checklist]
            state = town.ok(one, "POST", f"/applications/{case_id}/inspections", json={"findings": findings})["state"]
        elif "refuse" in actions:
            why = {"reasons": {"th": "สถานที่ไม่ถูกสุขลักษณะ", "en": "The premises are not clean."}}
            state = town.act(two, case_id, "refuse", **why)["state"]
        else:
            state = town.act(one, case_id, "accept")["state"]


def bill(town: Town, bundle: str) -> Any:
    """The live QR of a run."""
    return town.ok(MALEE, "POST", f"/bundles/{bundle}/payments")


def pay(town: Town, of: Any, transaction: str = "BANK-JOINT-1", **changes: Any) -> Answer:
    """The bank tells that a bill was paid."""
    notice = {
        "transaction": transaction,
        "ref1": of["ref1"],
        "ref2": of["ref2"],
        "amount": of["amount_baht"],
        "paid_at": town.at.isoformat(),
    }
    return town.callback({**notice, **changes})
