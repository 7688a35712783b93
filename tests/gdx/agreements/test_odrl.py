"""Agreements in the words of the Dataspace Protocol: valid there, and the same when they come back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.gdx.agreements.model import Negotiation, Party
from chalicelib.gdx.agreements.odrl import agreement_of, message_of
from chalicelib.gdx.agreements.odrl_names import PROFILE
from chalicelib.gdx.agreements.odrl_reading import proposal_of
from chalicelib.gdx.agreements.terms import terms_json, terms_text
from chalicelib.gdx.model import Agreement, Compare, Endpoint, Predicate, Purpose
from chalicelib.shared.errors import Invalid
from tests.gdx.agreements.parties import PROVIDER, TERMS, Talk
from tests.gdx.agreements.test_rules import AGREEMENT
from tests.gdx.exchange import BASE, OFFICE, Exchange

SCHEMA = json.loads((Path(__file__).parent / "dataspace_protocol_2025_1.json").read_text(encoding="utf-8"))
AT = "2026-11-25T10:00:00+00:00"
WHOLE = replace(
    AGREEMENT,
    fields=("/status", "/address/*/province"),
    predicates=(Predicate("alive", (Compare("/status", "status"),)),),
    consent=True,
    preview=True,
    rate_per_minute=5,
    daily_bytes=10,
    retention_days=0,
    document_hash="ab" * 32,
)


def valid(message: Any) -> None:
    jsonschema.Draft201909Validator(SCHEMA).validate(message)


text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
pointer = st.lists(text, min_size=1, max_size=3).map(lambda steps: "/" + "/".join(steps))
days = st.dates(date(1, 1, 1), date.max)
count = st.integers(1, 10**6)
terms = st.builds(
    Agreement,
    id=st.just("a1"),
    consumer=st.just(AGREEMENT.consumer),
    service=st.just(AGREEMENT.service),
    endpoints=st.lists(st.builds(Endpoint, st.sampled_from(["*", "GET", "POST"]), pointer), min_size=1, max_size=3).map(
        tuple
    ),
    fields=st.lists(pointer, min_size=1, max_size=4).map(tuple),
    purposes=st.lists(st.builds(Purpose, text, text, text, st.integers(0, 3650)), min_size=1, max_size=3).map(tuple),
    legal_basis=st.tuples(text, text),
    valid_from=days,
    valid_until=days,
    daily_quota=count,
    predicates=st.lists(
        st.builds(
            Predicate,
            text,
            st.lists(
                st.builds(Compare, pointer, text, st.sampled_from(["exact", "name", "date"])), min_size=1, max_size=2
            ).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    consent=st.booleans(),
    preview=st.booleans(),
    rate_per_minute=st.none() | count,
    daily_bytes=st.none() | count,
    retention_days=st.none() | st.integers(0, 36500),
    document_hash=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
    order=st.just("agreed"),
)


@given(terms, st.booleans())
@settings(max_examples=120, deadline=None)
def test_nothing_is_lost_on_the_way_out_and_back(agreement: Agreement, questions_only: bool) -> None:
    if questions_only and agreement.predicates:
        agreement = replace(agreement, fields=())
    message = message_of(Negotiation(agreement, "", Party.CONSUMER, AT, AT), BASE)
    valid(message)
    back = proposal_of(json.loads(json.dumps(message))["agreement"])
    assert terms_json(replace(back, id=agreement.id)) == terms_json(agreement)


def test_what_an_odrl_reader_finds() -> None:
    written = agreement_of(WHOLE, AT)
    assert (written["assigner"], written["assignee"]) == (
        f"urn:klang:gdx:system:{PROVIDER}",
        f"urn:klang:gdx:system:{OFFICE}",
    )
    use, verify = written["permission"]
    assert (use["action"], verify["action"]) == ("use", f"{PROFILE}:verify")
    assert use["target"]["refinement"][1] == {
        "leftOperand": f"{PROFILE}:field",
        "operator": "isAnyOf",
        "rightOperand": ["/status", "/address/*/province"],
    }
    constraints = {(each["leftOperand"], each["operator"]): each for each in use["constraint"] if "unit" not in each}
    assert constraints["dateTime", "gteq"]["rightOperand"] == "2026-01-01T00:00:00+07:00"
    assert constraints["dateTime", "lteq"]["rightOperand"] == "2026-12-31T23:59:59+07:00"
    assert constraints["purpose", "isAnyOf"]["rightOperand"][0]["code"] == "inspection"
    assert [duty["action"] for duty in written["obligation"]] == ["obtainConsent", f"{PROFILE}:preview", "delete"]
    assert written["obligation"][2]["constraint"][0]["rightOperand"] == "P0D"


def _set(path: str, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        *steps, last = path.split("/")
        for step in steps:
            document = document[int(step) if step.isdecimal() else step]
        document[int(last) if last.isdecimal() else last] = value

    return change


def _add(path: str, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path.split("/"):
            document = document[int(step) if step.isdecimal() else step]
        document.append(value)

    return change


UNKNOWN = {"leftOperand": "spatial", "operator": "eq", "rightOperand": "TH"}


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (_set("@type", "Offer"), "/agreement/@type"),
        (_set("profile", "urn:other"), "/agreement/profile"),
        (_set("inheritFrom", "x"), "/agreement"),
        (_set("prohibition", []), "/agreement"),
        (_set("assignee", "https://office.example"), "/agreement/assignee"),
        (_set("assignee", "urn:klang:gdx:system:TH/X"), "/agreement/assignee"),
        (_set("assigner", "urn:klang:gdx:system:TH/CENTRAL/DBD/juristic"), "/agreement/assigner"),
        (_set("permission", {}), "/agreement/permission"),
        (_set("permission", []), "/agreement/permission"),
        (_set("permission/0/action", "sell"), "/agreement/permission/0/action"),
        (_set("permission/1/action", "use"), "/agreement/permission/1/action"),
        (_set("permission/0/duty", []), "/agreement/permission/0"),
        (_set("permission/0/assignee", "urn:klang:gdx:system:TH/CENTRAL/DGA/biz"), "/agreement/permission/0/assignee"),
        (_set("permission/0/target", "urn:klang:gdx:service:x"), "/agreement/permission/0/target"),
        (_set("permission/0/target/source", "urn:other"), "/agreement/permission/0/target/source"),
        (_set("permission/0/target/refinement/1/operator", "isNoneOf"), "/agreement/permission/0/target/refinement/1"),
        (_add("permission/0/constraint", UNKNOWN), "/agreement/permission/0/constraint/8"),
        (_set("permission/0/constraint/4/rightOperand", "many"), "/agreement/permission/0/constraint/4"),
        (_set("permission/0/constraint/4/rightOperand", 5), "/agreement/permission/0/constraint/4"),
        (_set("permission/0/constraint/4/unit", "perYear"), "/agreement/permission/0/constraint/4"),
        (_set("permission/0/constraint/4/leftOperand", None), "/agreement/permission/0/constraint/4"),
        (_set("permission/0/constraint/4/leftOperand", []), "/agreement/permission/0/constraint/4"),
        (_set("permission/1/constraint/4/rightOperand", "11"), "/agreement/permission/1"),
        (_set("permission/1/constraint", []), "/agreement/permission/1"),
        (_set("permission/0/constraint/0/rightOperand/0/code", 7), "/agreement/permission/1"),
        (_set("permission", [{"action": "use"}]), "/agreement/permission/0/target"),
        (_set("permission/0/constraint/0/remark", "x"), "/agreement/permission/0/constraint/0"),
        (_set("obligation/0/action", "pay"), "/agreement/obligation/0"),
        (_set("obligation/0/constraint", [UNKNOWN]), "/agreement/obligation/0"),
        (_set("obligation/2/constraint/0/rightOperand", "P1M"), "/agreement/obligation/2/constraint/0"),
        (_set("obligation/2/constraint", []), "/agreement/obligation/2/constraint"),
    ],
)
def test_what_is_not_understood_is_refused_and_never_dropped(change: Callable[[Any], None], at: str) -> None:
    document = copy.deepcopy(json.loads(json.dumps(agreement_of(WHOLE, AT))))
    assert terms_text(replace(proposal_of(document), id="a1")) == terms_text(WHOLE)
    change(document)
    with pytest.raises(Invalid) as caught:
        proposal_of(document)
    assert at in [fault.pointer for fault in caught.value.faults]


def test_one_agreement_is_the_draft_of_the_next() -> None:
    exchange = Exchange()
    talk = Talk(exchange)
    identifier = talk.conclude()
    answer = exchange.client.get(f"/gdx/v1/agreements/{identifier}/odrl", token=talk.token(PROVIDER))
    assert answer.headers["content-type"] == "application/ld+json"
    valid(answer.json)
    assert answer.json["agreement"]["@id"] == f"urn:klang:gdx:agreement:{identifier}/1"
    imported = exchange.client.post("/gdx/v1/agreements/import", token=talk.token(PROVIDER), json=answer.json)
    assert imported.status == 201, imported.text
    assert (imported.json["state"], imported.json["version"], imported.json["agreement"]) == ("OFFERED", 2, identifier)
    assert imported.json["terms"] == talk.view["terms"] == {**imported.json["terms"], **TERMS}
    assert imported.headers["location"] == f"/gdx/v1/negotiations/{imported.json['id']}"
    other = copy.deepcopy(answer.json)
    other["agreement"]["permission"][0]["target"]["refinement"][1]["rightOperand"] = ["/nothing"]
    refused = exchange.client.post("/gdx/v1/agreements/import", token=talk.token(OFFICE), json=other)
    assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "/agreement/permission"
    assert "/terms/fields/0" in refused.json["errors"][0]["message_en"]
    stranger = exchange.client.post(
        "/gdx/v1/agreements/import", token=exchange.token("TH/CENTRAL/DGA/biz"), json=answer.json
    )
    assert stranger.status == 422
