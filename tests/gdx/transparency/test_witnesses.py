"""Witnesses: whose cosignatures the checkpoint takes, and which."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.gdx.transparency.witnesses import Witness, Witnesses, witness_of
from chalicelib.shared import tlog_note as note
from chalicelib.shared import tlog_verifier as verifier
from chalicelib.shared.errors import Invalid, NotAllowed, NotFound, Refusal, WrongState
from chalicelib.shared.ids import new_id, new_token
from chalicelib.shared.journal import Once
from chalicelib.shared.tlog_note import Note, Signature, VerifierKey
from tests.gdx.transparency.logbook import Logbook

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("pdpc.test/witness", note.COSIGNATURE, PRIVATE.public_key().public_bytes_raw())


def once() -> Once:
    """A command without a key of the caller's."""
    return Once(new_id(), "", new_token(), claimed=False)


class Office(Logbook):
    """A log with an appointed witness."""

    def __init__(self) -> None:
        super().__init__()
        self.witnesses = Witnesses(self.table, self.journal, self.objects, self.log, self.clock)
        self.witnesses.appoint(Witness(KEY, "สำนักงานคุ้มครองข้อมูล", "PDPC", active=True), once())

    def line(self, text: str | None = None, *, key: VerifierKey = KEY, ahead: int = 0) -> str:
        """The witness's signature line for a checkpoint's text, now."""
        signed = text or Note.parse(self.log.published().text).text
        at = int(self.now.timestamp()) + ahead
        raw = at.to_bytes(8, "big") + PRIVATE.sign(note.cosigned_text(signed, at).encode())
        return str(Signature(key.name, key.id, raw))


def test_a_cosigned_checkpoint_holds_for_those_who_know_the_witness_and_for_those_who_do_not() -> None:
    office = Office()
    plain = office.grow(5)
    at = office.witnesses.deposit(5, office.line())
    assert at == int(office.now.timestamp())
    told = office.log.published().text
    assert told.startswith(plain) and told.count("— ") == 2
    log, witness = verifier.key_of(str(office.key.vkey)), verifier.key_of(str(KEY))
    assert verifier.checkpoint_of(told, log).witnesses == ()
    assert verifier.checkpoint_of(told, log, [witness]).witnesses == ((KEY.name, at),)
    with pytest.raises(verifier.Bad, match=r"not cosigned by pdpc\.test/witness"):
        verifier.checkpoint_of(plain, log, [witness])


def test_the_same_again_changes_nothing_and_a_later_one_takes_its_place() -> None:
    office = Office()
    office.grow(5)
    line = office.line()
    office.witnesses.deposit(5, line)
    told = office.log.published().text
    office.witnesses.deposit(5, f"{line}\n")
    assert office.log.published().text == told
    office.witnesses.deposit(5, office.line(ahead=1))
    assert office.log.published().text != told and office.log.published().text.count("— ") == 2


def test_the_log_goes_on_from_a_cosigned_checkpoint_and_what_was_cosigned_stays() -> None:
    office = Office()
    office.grow(5)
    with pytest.raises(NotFound):
        office.log.published(witnessed=True)
    office.witnesses.deposit(5, office.line())
    cosigned = office.log.published().text
    assert office.grow(1).count("— ") == 1
    assert office.log.published(witnessed=True).text == cosigned
    log, witness = verifier.key_of(str(office.key.vkey)), verifier.key_of(str(KEY))
    proof = office.log.proof(4, office.written[4], witnessed=True)
    index, told = verifier.check_proof(proof, office.written[4], log, [witness])
    assert (index, told.size) == (4, 5)
    with pytest.raises(verifier.Bad):
        verifier.check_proof(office.log.proof(4, office.written[4]), office.written[4], log, [witness])
    with pytest.raises(WrongState, match="No witness"):
        office.log.proof(5, office.written[5], witnessed=True)
    office.witnesses.deposit(6, office.line())
    assert office.log.published(witnessed=True).checkpoint.size == 6


def test_cosignatures_of_several_witnesses_stay_together() -> None:
    office = Office()
    office.grow(5)
    other = VerifierKey("audit.test/witness", KEY.kind, KEY.public)
    office.witnesses.appoint(Witness(other, "สตง.", "SAO", active=True), once())
    office.witnesses.deposit(5, office.line())
    office.witnesses.deposit(5, office.line(key=other))
    # a checkpoint without them takes none of them away
    office.objects.put(
        "checkpoint",
        str(office.key.note(Note.parse(office.log.published().text).text)).encode(),
        media_type="text/plain",
    )
    office.witnesses.deposit(5, office.line(ahead=2))
    told = Note.parse(office.log.published(witnessed=True).text)
    assert sorted(each.name for each in told.signatures) == [other.name, office.key.vkey.name, KEY.name]


Deposit = Callable[[Office], int]
REFUSED: dict[str, tuple[Deposit, type[Refusal]]] = {
    "the log has gone on": (lambda office: office.witnesses.deposit(4, office.line()), WrongState),
    "another text": (lambda office: office.witnesses.deposit(5, office.line("klang.test\n5\nx\n")), Invalid),
    "another name": (
        lambda office: office.witnesses.deposit(5, office.line(key=VerifierKey("x", KEY.kind, KEY.public))),
        NotAllowed,
    ),
    "the log's own key": (
        lambda office: office.witnesses.deposit(5, str(Note.parse(office.log.published().text).signatures[0])),
        NotAllowed,
    ),
    "a time that is still to come": (lambda office: office.witnesses.deposit(5, office.line(ahead=301)), Invalid),
    "no signature line": (lambda office: office.witnesses.deposit(5, "hello"), Invalid),
    "two lines": (lambda office: office.witnesses.deposit(5, f"{office.line()}\n{office.line()}"), Invalid),
    "cut off": (
        lambda office: office.witnesses.deposit(
            5, str(Signature(KEY.name, KEY.id, base64.b64decode(office.line().split()[2])[4:40]))
        ),
        Invalid,
    ),
}


@pytest.mark.parametrize("why", sorted(REFUSED))
def test_only_an_appointed_witness_that_signed_this_checkpoint_is_heard(why: str) -> None:
    office = Office()
    before = office.grow(5)
    deposit, refusal = REFUSED[why]
    with pytest.raises(refusal):
        deposit(office)
    assert office.log.published().text == before


def test_a_dismissed_witness_is_not_heard_any_more() -> None:
    office = Office()
    office.grow(2)
    dismissed = Witness(KEY, "สำนักงานคุ้มครองข้อมูล", "PDPC", active=False)
    assert office.witnesses.appoint(dismissed, once()) and not office.witnesses.appoint(dismissed, once())
    with pytest.raises(NotAllowed):
        office.witnesses.deposit(2, office.line())
    assert office.witnesses.everyone() == [dismissed]


def test_a_witness_has_a_key_for_cosignatures() -> None:
    assert witness_of(str(KEY), "ก", "A", active=True) == Witness(KEY, "ก", "A", active=True)
    for wrong in ("", str(VerifierKey("a", note.ED25519, KEY.public))):
        with pytest.raises(Invalid) as refused:
            witness_of(wrong, "ก", "A", active=True)
        assert refused.value.faults[0].pointer == "/vkey"
