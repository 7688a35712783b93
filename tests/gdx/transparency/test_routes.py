"""The log over its routes: what everybody, a party, an auditor and an operator get of real exchanges."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jwt
import pytest

from chalicelib.gdx.store import LOG_FRESH
from chalicelib.gdx.transparency.tiles import unpack
from chalicelib.shared import tlog_verifier as verifier
from chalicelib.shared.identity import Posting
from chalicelib.shared.tlog_note import COSIGNATURE, VerifierKey
from tests.gdx.exchange import BIZ, MALEE, OFFICE, Exchange
from tests.gdx.transparency.test_witnesses import KEY as WITNESS
from tests.gdx.transparency.test_witnesses import PRIVATE
from tests.support.client import Answer

LOG = "/gdx/v1/log"
AUDITOR = "3990100007071"
HIDDEN = {"code": "criminal-case", "th": "เพื่อสืบสวนคดีอาญา", "en": "To investigate a crime", "sealed_days": 30}


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture(scope="module")
def five() -> Exchange:
    """An exchange with five entries in its log, to read only."""
    made = Exchange()
    for _ in range(5):
        exchanged(made)
    made.service.transparency.seal()
    return made


def exchanged(exchange: Exchange, **given: Any) -> str:
    """An exchange; returns its id."""
    answer = exchange.r1(**given)
    assert answer.status == 200, answer.text
    return answer.headers["x-gdx-exchange"]


def get(exchange: Exchange, path: str, **given: Any) -> Answer:
    """Something of the log."""
    return exchange.client.get(f"{LOG}/{path}", **given)


def receipt(exchange: Exchange, identifier: str, client: str = OFFICE) -> Answer:
    """A receipt, for a system."""
    return exchange.client.get(f"/gdx/v1/receipts/{identifier}", token=exchange.token(client))


def log_key(exchange: Exchange) -> verifier.Key:
    """The log's key as published."""
    return verifier.key_of(get(exchange, "vkey").text)


def test_a_receipt_gets_its_proof_within_the_minute(exchange: Exchange) -> None:
    identifier = exchanged(exchange)
    early = receipt(exchange, identifier).json
    assert (early["index"], early["proof"]) == (None, None)
    waiting = exchange.client.get(f"/gdx/v1/receipts/{identifier}/proof", token=exchange.token())
    assert (waiting.status, waiting.headers["retry-after"]) == (409, "60")

    exchange.service.transparency.seal()

    late = receipt(exchange, identifier).json
    text = exchange.client.get(f"/gdx/v1/receipts/{identifier}/proof", token=exchange.token())
    assert (text.status, text.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert text.text == late["proof"]
    index, checkpoint = verifier.check_proof(late["proof"], late["entry"].encode(), log_key(exchange))
    assert (index, checkpoint.size, checkpoint.origin) == (late["index"], 1, "gdx.klang.test/gdx/v1/log")


def test_the_promise_the_entry_and_the_bodies_belong_together(exchange: Exchange) -> None:
    answer = exchange.r1()
    exchange.service.transparency.seal()
    said = receipt(exchange, answer.headers["x-gdx-exchange"]).json
    promise = jwt.decode(answer.headers["x-gdx-receipt"], options={"verify_signature": False})
    hashed = base64.urlsafe_b64encode(verifier.leaf_hash(said["entry"].encode())).decode().rstrip("=")
    assert (promise["leaf"], said["receipt"]) == (hashed, answer.headers["x-gdx-receipt"])
    assert said["entry"] == said["leaf_text"] and said["cover_salt"] is None
    leaf = said["leaf_text"].encode()
    verifier.check_body(leaf, "answer", said["answer_salt"], answer.response.body)
    asked = b"POST /lookup\n" + json.dumps({"pid": MALEE}, ensure_ascii=False).encode()
    verifier.check_body(leaf, "request", said["request_salt"], asked)
    assert MALEE not in said["leaf_text"]


def test_a_receipt_is_for_its_two_parties(exchange: Exchange) -> None:
    identifier = exchanged(exchange)
    exchange.service.transparency.seal()
    assert receipt(exchange, identifier, "TH/CENTRAL/DOPA/civil").status == 200
    proof = f"/gdx/v1/receipts/{identifier}/proof"
    for answer in (
        receipt(exchange, identifier, BIZ),
        exchange.client.get(proof, token=exchange.token(BIZ)),
        receipt(exchange, "nothing"),
    ):
        assert answer.status == 404
    assert exchange.client.get(proof).status == 401


def test_before_the_first_sealing_there_is_a_key_but_no_checkpoint(exchange: Exchange) -> None:
    assert get(exchange, "vkey").status == 200
    for path in ("checkpoint", "proof/inclusion?index=0", "proof/consistency?from=0", "tile/0/000.p/1"):
        assert get(exchange, path).status == 404
    assert get(exchange, "sealed").json == {"size": 0, "total": 0, "opened": 0, "hidden": 0}


def test_an_empty_log_says_so(exchange: Exchange) -> None:
    exchange.service.transparency.seal()
    assert verifier.checkpoint_of(get(exchange, "checkpoint").text, log_key(exchange)).size == 0
    assert get(exchange, "proof/inclusion?index=0").status == 422
    assert get(exchange, "proof/consistency?from=0").json == {"size": 0, "hashes": []}


def test_anybody_follows_the_log_by_checkpoints_tiles_and_proofs(exchange: Exchange) -> None:
    key = log_key(exchange)
    kept = []
    for count in (3, 2):
        for _ in range(count):
            exchanged(exchange)
        exchange.service.transparency.seal()
        answer = get(exchange, "checkpoint")
        assert answer.headers["cache-control"] == "public, max-age=5"
        kept.append(verifier.checkpoint_of(answer.text, key))
    old, new = kept
    hashes = get(exchange, "proof/consistency?from=3&to=5").json["hashes"]
    verifier.check_consistency(old, new, [base64.b64decode(each) for each in hashes])
    tile = get(exchange, "tile/0/000.p/5")
    assert tile.headers["content-type"] == "application/octet-stream" and "immutable" in tile.headers["cache-control"]
    assert tile.response.body[:96] == get(exchange, "tile/0/000.p/3").response.body
    for size, root in ((3, old.root), (5, new.root)):
        for index in range(size):
            proof = get(exchange, f"proof/inclusion?index={index}&size={size}").json
            path = [base64.b64decode(each) for each in proof["hashes"]]
            leaf = tile.response.body[32 * index : 32 * index + 32]
            assert proof["size"] == size and verifier.root_by_inclusion(leaf, index, size, path) == root


@pytest.mark.parametrize(
    "question",
    [
        "inclusion",
        "inclusion?index=5",
        "inclusion?index=3&size=3",
        "inclusion?index=0&size=6",
        "inclusion?index=0&size=0",
        "inclusion?index=-1",
        "inclusion?index=1.5",
        "inclusion?index=99999999999999999999999999",
        "inclusion?index=0&index=1",
        "inclusion?index=0&other=1",
        "consistency?from=4&to=3",
        "consistency?from=6",
        "consistency?from=1&to=6",
        "consistency?to=3",
        "consistency?from=x",
    ],
)
def test_questions_that_have_no_answer(five: Exchange, question: str) -> None:
    answer = get(five, f"proof/{question}")
    assert answer.status == 422 and all(fault["pointer"].startswith("query:") for fault in answer.json["errors"])


@pytest.mark.parametrize(
    "path",
    [
        "0/001",
        "0/000.p/4",
        "0/000",
        "64/000",
        "00/000",
        "0/0000",
        "0/x000/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/01",
        "-1/000",
        "0/../entries/000.p/5",
        "entries%2F000.p%2F5",
        "0/%2e%2e/entries/000.p/5",
        "../checkpoint",
        "staging",
        "0/000.p/๑",
    ],
)
def test_nothing_but_tiles_is_read_from_the_bucket(five: Exchange, path: str) -> None:
    assert get(five, "tile/0/000.p/5").status == 200
    assert get(five, f"tile/{path}").status in (401, 404)


def test_entries_are_for_operators_and_auditors(exchange: Exchange) -> None:
    identifiers = {exchanged(exchange) for _ in range(3)}
    exchange.service.transparency.seal()
    exchange.service.operators.appoint(AUDITOR, Posting("TH/CENTRAL/PDPC", frozenset({"auditor"}), "วิภา"))
    auditor = exchange.people.token(pid=AUDITOR, name="วิภา", ial="2.3")
    for token in (auditor, exchange.operator()):
        bundle = get(exchange, "tile/entries/000.p/3", token=token)
        assert {json.loads(entry)["id"] for entry in unpack(bundle.response.body)} == identifiers
        assert bundle.headers["cache-control"] == "no-store"
    assert get(exchange, "tile/entries/000.p/3").status == 401
    assert get(exchange, "tile/entries/000.p/3", token=exchange.token()).status == 403
    somebody = exchange.people.token(pid=MALEE, name="มาลี", ial="2.3")
    assert get(exchange, "tile/entries/000.p/3", token=somebody).status == 403


def test_a_covert_access_is_counted_at_once_and_opened_when_its_time_has_come(exchange: Exchange) -> None:
    exchanged(exchange)
    assert exchange.agree(purposes=[HIDDEN]).status in (200, 201)
    identifier = exchanged(exchange, headers={"x-gdx-purpose": "criminal-case", "x-road-issue": "C-1"})
    exchange.service.transparency.seal()

    assert get(exchange, "sealed").json == {"size": 2, "total": 1, "opened": 0, "hidden": 1}
    assert get(exchange, f"sealed/{identifier}").json["title"] == get(exchange, "sealed/nothing").json["title"]
    bundle = get(exchange, "tile/entries/000.p/2", token=exchange.operator()).response.body
    committed = [entry for entry in unpack(bundle) if b'"sealed"' in entry]
    assert len(committed) == 1 and set(json.loads(committed[0])) == {"id", "at", "until", "sealed"}
    said = receipt(exchange, identifier).json
    assert said["entry"].encode() == committed[0] and OFFICE in said["leaf_text"]
    verifier.check_opening(committed[0], said["leaf_text"].encode(), said["cover_salt"])

    exchange.pass_time(days=29, hours=23)
    assert get(exchange, f"sealed/{identifier}").status == 404
    exchange.pass_time(hours=1, seconds=1)
    opened = get(exchange, f"sealed/{identifier}").json
    assert opened["entry"].encode() == committed[0]
    verifier.check_opening(opened["entry"].encode(), opened["leaf_text"].encode(), opened["cover_salt"])
    index, _ = verifier.check_proof(opened["proof"], committed[0], log_key(exchange))
    assert index == opened["index"] and json.loads(opened["leaf_text"])["purpose"] == "criminal-case"
    exchange.pass_time(days=1)
    assert get(exchange, "sealed").json == {"size": 2, "total": 1, "opened": 1, "hidden": 0}


def test_what_is_not_covert_is_not_opened_to_the_public(exchange: Exchange) -> None:
    identifier = exchanged(exchange)
    exchange.service.transparency.seal()
    exchange.pass_time(days=10_000)
    assert get(exchange, f"sealed/{identifier}").status == 404


def test_a_witness_is_appointed_and_cosigns(exchange: Exchange) -> None:
    body = {"vkey": str(WITNESS), "name_th": "สคส.", "name_en": "PDPC"}
    assert exchange.client.post(f"{LOG}/witnesses", json=body).status == 401
    assert exchange.client.post(f"{LOG}/witnesses", json=body, token=exchange.token()).status == 403
    appointed = exchange.client.post(f"{LOG}/witnesses", json=body, token=exchange.operator())
    assert appointed.json == {"name": WITNESS.name, "changed": True}
    assert get(exchange, "witnesses").json["items"] == [{**body, "active": True}]

    identifier = exchanged(exchange)
    exchange.service.transparency.seal()
    witnessed = f"/gdx/v1/receipts/{identifier}/proof?witnessed=true"
    assert exchange.client.get(witnessed, token=exchange.token()).status == 404
    text = get(exchange, "checkpoint").text.partition("\n\n")[0] + "\n"
    at = int(exchange.now.timestamp())
    raw = at.to_bytes(8, "big") + PRIVATE.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    line = f"— {WITNESS.name} {base64.b64encode(WITNESS.id + raw).decode()}"
    sent = exchange.client.post(f"{LOG}/cosignatures", json={"size": 1, "cosignature": line})
    assert sent.json == {"size": 1, "time": at}
    known = [verifier.Key(WITNESS.name, WITNESS.id, COSIGNATURE, WITNESS.public)]
    told = verifier.checkpoint_of(get(exchange, "checkpoint").text, log_key(exchange), known)
    assert told.witnesses == ((WITNESS.name, at),)
    exchanged(exchange)
    exchange.service.transparency.seal()
    entry = receipt(exchange, identifier).json["entry"].encode()
    proof = exchange.client.get(witnessed, token=exchange.token()).text
    assert verifier.check_proof(proof, entry, log_key(exchange), known)[0] == 0
    assert get(exchange, "checkpoint/witnessed").text == proof.partition("\n\n")[2]
    refused = exchange.client.post(f"{LOG}/cosignatures", json={"size": 1, "cosignature": line})
    assert refused.status == 409
    plain = VerifierKey("klang.test", 1, WITNESS.public)
    wrong = exchange.client.post(f"{LOG}/witnesses", json={**body, "vkey": str(plain)}, token=exchange.operator())
    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/vkey")


def test_the_verifier_is_published_as_it_stands(exchange: Exchange) -> None:
    answer = get(exchange, "verifier.py")
    assert answer.text == Path(verifier.__file__).read_text("utf-8")
    assert answer.headers["content-type"] == "text/x-python; charset=utf-8"


def test_an_exchange_stands_still_when_its_log_is_four_hours_behind(exchange: Exchange) -> None:
    exchanged(exchange)
    exchange.service.transparency.seal()
    fresh = exchange.table.get(LOG_FRESH)
    assert fresh is not None and fresh.data["oldest_open"] is None
    exchange.pass_time(hours=5)
    refused = exchange.r1()
    assert refused.status >= 500 and "logging_failed" in refused.headers["x-road-error"].lower()
    exchange.service.transparency.seal()
    exchange.pass_time(seconds=31)
    assert exchange.r1().status == 200
