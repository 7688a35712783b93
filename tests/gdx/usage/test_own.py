"""One line of the log with its evidence: for the person it is about, and for nobody else."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from chalicelib.gdx import store
from chalicelib.gdx.usage.own import consent_at
from chalicelib.gdx.usage.views import UsageView
from chalicelib.shared import tlog_verifier as verifier
from chalicelib.shared.storage import Key, Update
from tests.gdx.consents.bank import BANK, REPORT, Bank
from tests.gdx.exchange import MALEE, SOMCHAI


def receipt_of(bank: Bank) -> str:
    """The newest exchange about the person."""
    return bank.service.access_log.entries(MALEE).items[0].receipt


def test_the_person_gets_the_line_the_consent_and_a_proof_that_holds() -> None:
    bank = Bank()
    consent = bank.given()
    assert bank.call_report().status == 200
    path = f"/gdx/v1/me/usage/{receipt_of(bank)}"
    before = bank.client.get(path, token=bank.person()).json
    assert before["consent"] == consent and before["fields"] == ["/score", "/grade"]
    assert (before["index"], before["proof"]) == (None, None), "it is sealed within minutes"
    bank.service.transparency.seal()
    after = bank.client.get(path, token=bank.person()).json
    assert after["log_key"] == bank.client.get("/gdx/v1/log/vkey").text.strip()
    key = verifier.key_of(after["log_key"])
    index, checkpoint = verifier.check_proof(after["proof"], after["entry"].encode(), key)
    assert (index, checkpoint.size) == (after["index"], 1)
    leaf = json.loads(after["leaf_text"])
    assert (leaf["consumer"], leaf["service"], leaf["id"]) == (BANK, REPORT, after["receipt"])
    assert not {"request_salt", "answer_salt"} & set(after) and MALEE not in json.dumps(after)


def test_it_is_nobody_elses() -> None:
    bank = Bank()
    bank.given()
    assert bank.call_report().status == 200
    path = f"/gdx/v1/me/usage/{receipt_of(bank)}"
    assert bank.client.get(path, token=bank.person(SOMCHAI)).status == 404
    assert bank.client.get("/gdx/v1/me/usage/abcdefghijklmnop", token=bank.person()).status == 404
    assert bank.client.get(f"/gdx/v1/me/usage/{'a' * 3000}", token=bank.person()).status == 404
    assert bank.client.get(path, token=bank.token(BANK)).status == 403
    assert bank.client.get(path).status == 401


def test_which_consent_held_when_it_was_recorded() -> None:
    bank = Bank()
    identifier = bank.given()
    assert bank.call_report().status == 200
    usage = bank.service.access_log.entries(MALEE).items[0]
    at = usage.at
    row: dict[str, Any] = {
        "id": "c-1",
        "consumer": BANK,
        "service": REPORT,
        "act": {},
        "decided_at": at,
        "closed_at": None,
        "used": None,
    }
    later = (bank.now + timedelta(hours=1)).isoformat()
    assert consent_at([row], usage) == "c-1"
    assert consent_at([{**row, "closed_at": later}], usage) == "c-1", "withdrawn afterwards"
    assert consent_at([{**row, "used": {"by": usage.receipt, "at": at}}], usage) == "c-1"
    for changed in (
        {"decided_at": later},
        {"closed_at": at},
        {"used": {"by": "another", "at": at}},
        {"act": None},
        {"service": "TH/PARTNER/NCB/credit/other"},
    ):
        assert consent_at([{**row, **changed}], usage) is None
    assert consent_at([row], replace(usage, consumer="TH/LOCAL/LAEMNGOP/office")) is None
    assert identifier and UsageView.of(usage).receipt == usage.receipt


def test_what_the_law_hides_has_no_receipt_yet() -> None:
    bank = Bank()
    bank.given()
    assert bank.call_report().status == 200
    receipt = receipt_of(bank)
    usage = bank.service.access_log.entries(MALEE).items[0]
    key = Key(store.subject_pk(bank.keyring.pseudonym(MALEE)), f"{usage.at}#{receipt}")
    hidden = replace(usage, until=(bank.now + timedelta(days=1)).isoformat())
    there = bank.parts.table.get(key)
    assert there is not None
    bank.parts.table.write([Update(there.next(asdict(hidden)))], "hide")
    assert bank.client.get(f"/gdx/v1/me/usage/{receipt}", token=bank.person()).status == 404
    bank.pass_time(days=2)
    assert bank.client.get(f"/gdx/v1/me/usage/{receipt}", token=bank.person()).status == 200
