"""`/gdx/v1/log`, for everybody, and `/gdx/v1/receipts`, for the two parties of an exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...shared.identity import PUBLIC, SYSTEM, officer
from ...shared.web import Call, Reply, Room
from .log import ENTRIES
from .service import PREFIX, Transparency, verifier_text
from .tiles import PATH
from .views import (
    ConsistencyQuery,
    CountsView,
    InclusionQuery,
    OpeningView,
    PostCosignature,
    ProofQuery,
    ProofView,
    PutWitness,
    ReceiptView,
    WitnessList,
    WitnessView,
)
from .witnesses import witness_of

if TYPE_CHECKING:
    from ..service import Service

BRIEFLY = {"Cache-Control": "public, max-age=5"}
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""How long answers may be kept (C2SP tlog-tiles: a checkpoint for seconds, a tile for ever)."""

AUDITORS = officer("operator", "auditor")
"""Who sees entries: they name no person, but agencies and their case numbers."""

TEXT = "text/plain"


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    transparency = service.transparency
    _published(room, transparency)
    _proofs(room, transparency)
    _witnesses(room, transparency)
    _receipts(room, transparency)


def _published(room: Room, transparency: Transparency) -> None:
    log = transparency.log

    @room.get(
        f"{PREFIX}/checkpoint",
        allow=[PUBLIC],
        media=TEXT,
        summary="The log's newest checkpoint: size and root, signed (C2SP tlog-checkpoint)",
    )
    def checkpoint(call: Call) -> Reply:
        return Reply(log.published().text, headers=BRIEFLY, media_type=TEXT)

    @room.get(
        f"{PREFIX}/checkpoint/witnessed",
        allow=[PUBLIC],
        media=TEXT,
        summary="The newest checkpoint that a witness has cosigned",
    )
    def witnessed(call: Call) -> Reply:
        return Reply(log.published(witnessed=True).text, headers=BRIEFLY, media_type=TEXT)

    @room.get(f"{PREFIX}/vkey", allow=[PUBLIC], media=TEXT, summary="The log's verifier key (C2SP signed-note)")
    def vkey(call: Call) -> Reply:
        return Reply(f"{transparency.key.vkey}\n", headers=FOR_AN_HOUR, media_type=TEXT)

    @room.get(
        f"{PREFIX}/verifier.py",
        allow=[PUBLIC],
        media="text/x-python",
        summary="A verifier of receipts that works offline: one Python file",
    )
    def verifier(call: Call) -> Reply:
        return Reply(verifier_text(), headers=FOR_AN_HOUR, media_type="text/x-python")

    @room.get(
        f"{PREFIX}/tile/entries/{{path+}}",
        allow=[AUDITORS],
        media="application/octet-stream",
        summary="An entry bundle of the log (C2SP tlog-tiles), for operators and auditors",
    )
    def bundle(call: Call) -> Reply:
        return Reply(log.tile(f"{ENTRIES}{call.params['path']}"), media_type="application/octet-stream")

    @room.get(
        f"{PREFIX}/tile/{{path+}}",
        allow=[PUBLIC],
        media="application/octet-stream",
        summary="A tile of the log: hashes only (C2SP tlog-tiles)",
    )
    def tile(call: Call) -> Reply:
        name = f"tile/{call.params['path']}"
        # an entry bundle has a route and a guard of its own, whatever spelling of a path leads here
        hidden = not PATH.fullmatch(name) or name.startswith(ENTRIES)
        content = log.tile("" if hidden else name)
        return Reply(content, headers=FOR_EVER, media_type="application/octet-stream")


def _proofs(room: Room, transparency: Transparency) -> None:
    @room.get(
        f"{PREFIX}/proof/inclusion",
        allow=[PUBLIC],
        query=InclusionQuery,
        answer=ProofView,
        summary="The audit path of an entry (RFC 6962 section 2.1.1)",
    )
    def inclusion(call: Call) -> Reply:
        asked: InclusionQuery = call.query
        return Reply(ProofView.of(*transparency.log.inclusion(asked.index, asked.size)), headers=BRIEFLY)

    @room.get(
        f"{PREFIX}/proof/consistency",
        allow=[PUBLIC],
        query=ConsistencyQuery,
        answer=ProofView,
        summary="What shows that the log only grew (RFC 6962 section 2.1.2)",
    )
    def consistency(call: Call) -> Reply:
        asked: ConsistencyQuery = call.query
        return Reply(ProofView.of(*transparency.log.consistency(asked.from_, asked.to)), headers=BRIEFLY)

    @room.get(
        f"{PREFIX}/sealed",
        allow=[PUBLIC],
        answer=CountsView,
        summary="How many accesses the law lets stay hidden, and how many of them have been opened",
    )
    def sealed(call: Call) -> Reply:
        return Reply(CountsView.of(transparency.openings.counts()), headers=BRIEFLY)

    @room.get(
        f"{PREFIX}/sealed/{{id}}",
        allow=[PUBLIC],
        answer=OpeningView,
        summary="A covert access whose time has come: what the log had committed to",
    )
    def opening(call: Call) -> OpeningView:
        return OpeningView.of(transparency.openings.opening(call.params["id"]))


def _witnesses(room: Room, transparency: Transparency) -> None:
    witnesses = transparency.witnesses

    @room.get(f"{PREFIX}/witnesses", allow=[PUBLIC], answer=WitnessList, summary="Who cosigns the log's checkpoints")
    def everyone(call: Call) -> WitnessList:
        return WitnessList(items=[WitnessView.of(witness) for witness in witnesses.everyone()])

    @room.post(
        f"{PREFIX}/witnesses",
        allow=[officer("operator")],
        body=PutWitness,
        summary="Appoint a witness, or change one",
    )
    def appoint(call: Call) -> Reply:
        asked: PutWitness = call.body
        witness = witness_of(asked.vkey, asked.name_th, asked.name_en, active=asked.active)
        return Reply({"name": witness.key.name, "changed": witnesses.appoint(witness, call.once)})

    @room.post(
        f"{PREFIX}/cosignatures",
        allow=[PUBLIC],
        body=PostCosignature,
        summary="A witness puts its cosignature on the newest checkpoint; the signature itself is its right to",
    )
    def cosign(call: Call) -> Reply:
        asked: PostCosignature = call.body
        return Reply({"size": asked.size, "time": witnesses.deposit(asked.size, asked.cosignature)})


def _receipts(room: Room, transparency: Transparency) -> None:
    receipts = transparency.receipts

    @room.get(
        "/gdx/v1/receipts/{id}",
        allow=[SYSTEM],
        answer=ReceiptView,
        summary="The receipt of an exchange, for the two parties: what was recorded and how to prove what was sent",
    )
    def receipt(call: Call) -> ReceiptView:
        return ReceiptView.of(receipts.read(call.params["id"], call.caller.id))

    @room.get(
        "/gdx/v1/receipts/{id}/proof",
        allow=[SYSTEM],
        query=ProofQuery,
        media=TEXT,
        summary="The receipt's tlog-proof alone, to keep and to verify offline",
    )
    def proof(call: Call) -> Reply:
        asked: ProofQuery = call.query
        text = receipts.proof(call.params["id"], call.caller.id, witnessed=asked.witnessed)
        return Reply(text, media_type=TEXT)
