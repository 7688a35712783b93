"""Two agencies agree on data: they bargain, both sign, and then one may ask yes-or-no questions and nothing more."""

from __future__ import annotations

import json
from typing import Any

from demo.steps import Chapter
from demo.story_gdx import PERSON, PERSON_SERVICE, persona
from demo.world import Answer, World, check

agreement = Chapter()
DBD = "TH/CENTRAL/DBD/juristic"
TERMS: dict[str, Any] = {
    "endpoints": [{"method": "POST", "path": "/lookup"}],
    "fields": ["/first_name_th", "/last_name_th", "/birth_date", "/address"],
    "purposes": [
        {
            "code": "director-check",
            "th": "เพื่อตรวจสอบตัวตนกรรมการก่อนจดทะเบียนนิติบุคคล",
            "en": "To check directors before a company is registered",
        }
    ],
    "legal_basis": {
        "th": "พ.ร.บ. การปฏิบัติราชการทางอิเล็กทรอนิกส์ พ.ศ. 2565 มาตรา 12",
        "en": "Electronic Performance Act B.E. 2565 s.12",
    },
    "valid_from": "2026-01-01",
    "valid_until": "2030-12-31",
    "daily_quota": 5000,
    "retention_days": 0,
}
QUESTION = {
    "code": "same-person",
    "compares": [
        {"answer": "/first_name_th", "claim": "first_name", "how": "name"},
        {"answer": "/last_name_th", "claim": "last_name", "how": "name"},
        {"answer": "/birth_date", "claim": "birth_date", "how": "date"},
    ],
}


def signed(world: World, who: str, text: str) -> str:
    """A sample agency's signature on the terms; its key is with the laptop's sample agencies."""
    body = json.dumps({"persona": who, "text": text, "typ": "gdx-agreement+jwt"}).encode()
    answer = world.transport.send("POST", "/local/sign", {"content-type": "application/json"}, body)
    check(answer.status == 200, f"{who} could not sign: {answer.status}")
    return str(answer.json["jws"])


def go_on(world: World, who: str, act: str, body: Any = None, expect: int = 200) -> Answer:
    """One step of the negotiation, upon what was seen last."""
    path = f"/gdx/v1/negotiations/{world.known['negotiation']}"
    seen = world.person(who).get(path)
    return world.person(who).post(f"{path}/{act}", body, expect=expect, if_match=seen.etag)


@agreement.step("GDX", "Company register (system)", "requests whole records of the civil register, to check directors")
def request_records(world: World) -> str:
    body = {"consumer": DBD, "service": PERSON_SERVICE, "terms": TERMS}
    begun = world.person("dbd-juristic").post("/gdx/v1/negotiations", body, expect=201)
    world.known["negotiation"] = begun.json["id"]
    check(begun.json["state"] == "REQUESTED", "a consumer's first word is a request")
    wrong = {**body, "terms": {**TERMS, "fields": ["/blood_type"]}}
    refused = world.person("dbd-juristic").post("/gdx/v1/negotiations", wrong, expect=422)
    pointer = refused.json["errors"][0]["pointer"]
    check(pointer == "/terms/fields/0", "a field that the register does not describe cannot be asked for")
    return f"requested {len(TERMS['fields'])} fields; what the register does not describe is refused at {pointer}"


@agreement.step("GDX", "Civil register (system)", "offers less instead: a yes-or-no question, and no field at all")
def offer_a_question(world: World) -> str:
    terms = {**TERMS, "fields": [], "predicates": [QUESTION]}
    offered = go_on(world, "dopa-civil", "offer", {"terms": terms}).json
    check(offered["state"] == "OFFERED" and offered["terms"]["fields"] == [], "not what was offered")
    return "offered: do the first name, the last name and the birth date match the record?"


@agreement.step("GDX", "Both agencies (systems)", "sign the same terms with their own keys; the exchange countersigns")
def sign_both(world: World) -> str:
    accepted = go_on(world, "dbd-juristic", "accept").json
    forged = {"signature": signed(world, "dbd-juristic", accepted["terms_text"])}
    go_on(world, "dopa-civil", "agree", forged, expect=422)
    for who, act in (("dopa-civil", "agree"), ("dbd-juristic", "verify")):
        go_on(world, who, act, {"signature": signed(world, who, accepted["terms_text"])})
    final = go_on(world, "dopa-civil", "finalize").json
    check(final["state"] == "FINALIZED", "it is not in force")
    world.known["agreement"] = final["agreement"]
    shown = world.person("dbd-juristic").get(f"/gdx/v1/agreements/{final['agreement']}").json
    check(shown["proven"], "the signatures do not hold")
    odrl = world.person("dopa-civil").get(f"/gdx/v1/agreements/{final['agreement']}/odrl").json
    check(odrl["agreement"]["@type"] == "Agreement", "no Dataspace Protocol agreement")
    parties = ", ".join(seal["party"] for seal in shown["signatures"])
    return f"signed by {parties}; another's signature was refused; version {shown['version']}, also as ODRL"


@agreement.step(
    "GDX", "Company register (system)", "asks whether a director is who she says: yes or no, never the record"
)
def ask_yes_or_no(world: World) -> str:
    malee = persona("malee")
    asked = {
        "request": {"pid": malee["pid"]},
        "claims": {"first_name": "นางสาวมาลี", "last_name": "ศรีสมุทร", "birth_date": "17/05/2525"},
    }
    register = world.person("dbd-juristic")

    def ask(question: Any) -> Any:
        return register.post(PERSON, question, x_road_client=DBD, x_gdx_predicate="same-person").json

    answer = ask(asked)
    check(answer == {"predicate": "same-person", "match": True}, f"not a bare yes: {answer}")
    other = ask({**asked, "claims": {**asked["claims"], "birth_date": "18/05/2525"}})
    check(other == {"predicate": "same-person", "match": False}, "another birth date must not match")
    whole = register.post(PERSON, {"pid": malee["pid"]}, expect=500, x_road_client=DBD)
    check("access_denied" in whole.headers["x-road-error"], "refused for another reason than the agreement")
    return f"yes; with another birth date: no; the record itself: {whole.headers['x-road-error']}"
