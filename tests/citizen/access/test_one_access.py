"""One exchange about a person: explained, proven, and not believed unless the proof holds."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.citizen.access.checking import checked
from chalicelib.citizen.access.model import OwnReceipt
from chalicelib.shared import tlog_verifier
from chalicelib.shared.tlog_note import ED25519, Checkpoint, Note, VerifierKey, sign
from chalicelib.shared.tlog_proof import proof_text
from tests.citizen.consents.neighbour import Street
from tests.gdx.consents.bank import BANK, REPORT
from tests.gdx.exchange import MALEE
from tests.support.client import Answer

LOG = "/citizen/v1/me/access-log"


class Watched(Street):
    """A street on which the bank has asked about Malee, with her consent."""

    def __init__(self) -> None:
        super().__init__()
        self.consent = self.ask()
        assert self.decide(self.consent, "give").status == 200
        assert self.bank.call_report().status == 200
        lines = self.bank.service.access_log.entries(MALEE).items
        self.receipt = next(line.receipt for line in lines if line.consumer == BANK)

    def seal(self) -> None:
        """The exchange seals its log."""
        self.bank.service.transparency.seal()

    def look(self, receipt: str | None = None, token: str | None = None) -> Answer:
        """Malee opens the line, or whoever has the token."""
        return self.portal.client.get(f"{LOG}/{receipt or self.receipt}", token=token or self.malee)

    def own(self) -> OwnReceipt:
        """What the exchange tells of it."""
        path = f"/gdx/v1/me/usage/{self.receipt}"
        return OwnReceipt.model_validate(self.bank.client.get(path, token=self.malee).json)


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_line_says_who_got_what_why_by_which_right_and_proves_it(watched: Watched) -> None:
    first = watched.look().json
    assert (first["proof"]["verified"], first["proof"]["index"]) == ("pending", None)
    watched.seal()
    shown = watched.look().json
    assert (shown["consumer"], shown["service"], shown["consent"]) == (BANK, REPORT, watched.consent)
    for word in ("ธนาคารออมสิน", "รายงานข้อมูลเครดิต", "2 รายการ", "ท่านให้ความยินยอมไว้", "พ.ศ. 2569"):
        assert word in shown["explained"]["th"], word
    for word in ("Government Savings Bank", "2 fields", "You had given your consent", "2026"):
        assert word in shown["explained"]["en"], word
    proof = shown["proof"]
    assert proof["verified"] == "verified" and proof["index"] < proof["tree_size"]
    key = tlog_verifier.key_of(proof["log_key"])
    index, checkpoint = tlog_verifier.check_proof(proof["proof"], proof["entry"].encode(), key)
    assert (index, checkpoint.size) == (proof["index"], proof["tree_size"]) and proof["proof"].endswith(
        proof["checkpoint"]
    )
    assert MALEE not in watched.look().text


def test_what_is_another_persons_is_not_there(watched: Watched) -> None:
    assert watched.look(token=watched.somchai).status == 404
    assert watched.look("abcdefghijklmnop").status == 404
    assert watched.look("..%2F..").status == 404
    son = watched.portal.issuers.acting(MALEE, actor="citizen:son", scopes="profile consents")
    assert watched.look(token=son).status == 403
    watched.portal.neighbours.clear()
    assert watched.look().status == 502


SPOILT: dict[str, dict[str, Any]] = {
    "another consumer in the line": {"consumer": "TH/LOCAL/LAEMNGOP/office"},
    "another time in the line": {"at": "2026-11-25T04:00:00.000+00:00"},
    "fewer fields in the line": {"fields": ("/score",)},
    "another receipt": {"receipt": "abcdefgh"},
    "another place": {"index": 77},
    "another entry": {"entry": "{}"},
    "no record": {"leaf_text": "nonsense"},
    "no proof of ours": {"proof": "c2sp.org/tlog-proof@v1\nindex 0\n\nx"},
    "a record that the log does not hold": {"cover_salt": "AAAA"},
}


def test_what_does_not_fit_is_called_so(watched: Watched) -> None:
    watched.seal()
    own = watched.own()
    assert checked(own, own.log_key).outcome == "verified"
    found = {what: checked(own.model_copy(update=change), own.log_key).outcome for what, change in SPOILT.items()}
    assert found == dict.fromkeys(SPOILT, "failed")


def test_the_portal_keeps_the_key_with_which_it_first_saw_the_log(watched: Watched) -> None:
    watched.seal()
    assert watched.look().json["proof"]["verified"] == "verified"
    name = watched.own().log_key.partition("+")[0]
    forged = tlog_verifier.Key(name, b"", 1, bytes(32))
    assert checked(watched.own(), f"{forged.name}+00000000+AAAA").outcome == "failed"
    from chalicelib.citizen.access.store import Store

    store = Store(watched.portal.memory)
    assert store.kept_log_key(f"{name}+00000000+AAAA") == watched.own().log_key, "a new key under the old name"
    assert store.kept_log_key("another.log+1+A") == "another.log+1+A"


def test_an_access_that_was_hidden_is_proven_by_opening_the_commitment(watched: Watched) -> None:
    own, salt = watched.own(), "c2FsdA"
    sealed = tlog_verifier.commitment(salt, own.leaf_text.encode())
    entry = f'{{"sealed":"{sealed}"}}'
    proof, key = only_entry(entry.encode())
    opened = own.model_copy(
        update={"entry": entry, "cover_salt": salt, "proof": proof, "index": 0, "log_key": str(key)}
    )
    assert checked(opened, str(key)).outcome == "verified"
    assert checked(opened.model_copy(update={"cover_salt": "c2FsdB"}), str(key)).outcome == "failed"
    assert checked(opened.model_copy(update={"cover_salt": None}), str(key)).outcome == "failed"


def only_entry(entry: bytes) -> tuple[str, VerifierKey]:
    """A log of one entry, and its key."""
    private = Ed25519PrivateKey.generate()
    key = VerifierKey("log.klang.test", ED25519, private.public_key().public_bytes_raw())
    text = Checkpoint(key.name, 1, tlog_verifier.leaf_hash(entry)).text
    note = Note(text, (sign(text, key, private.sign),))
    return proof_text(0, [], str(note)), key
