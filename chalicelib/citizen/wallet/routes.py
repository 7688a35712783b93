"""Addresses of the wallet: for its owner, and for issuers by the exchange."""

from __future__ import annotations

from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.identity import CITIZEN
from chalicelib.shared.web import Call, Room

from ..hall import person_of
from ..paging import Paging
from ..service import Citizen
from .model import NewCredential
from .views import Choice, CredentialDelivery, PaperView, Presentation, Received, WalletView


def add(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/citizen/v1/me/wallet",
        allow=[CITIZEN],
        query=Paging,
        answer=WalletView,
        summary="My licences, receipts and certificates, newest first",
    )
    def wallet(call: Call) -> WalletView:
        page = citizen.wallet.page(person_of(call.caller), call.query.cursor, call.query.limit)
        return WalletView(items=[PaperView.of(held) for held in page.held], next=page.next)

    @room.get("/citizen/v1/me/wallet/{id}", allow=[CITIZEN], answer=PaperView, summary="One of my credentials")
    def credential(call: Call) -> PaperView:
        return PaperView.of(citizen.wallet.one(person_of(call.caller), call.params["id"]))

    @room.post(
        "/citizen/v1/me/wallet/{id}/presentations",
        allow=[CITIZEN],
        body=Choice,
        answer=Presentation,
        summary="Show a credential with only the claims I choose",
    )
    def present(call: Call) -> Presentation:
        chosen = sorted(set(call.body.claims))
        shown = citizen.wallet.present(person_of(call.caller), call.params["id"], chosen)
        return Presentation(presentation=shown, claims=chosen)

    @room.post(
        "/citizen/v1/provider/wallet/credentials",
        allow=[SIGNED],
        vouched=citizen.requests.of("wallet"),
        body=CredentialDelivery,
        answer=Received,
        summary="Service TH/CENTRAL/DGA/citizen/wallet: hand over a credential (called through the exchange only)",
    )
    def hand_over(call: Call) -> Received:
        given: CredentialDelivery = call.body
        paper = NewCredential.model_construct(**{name: getattr(given, name) for name in NewCredential.model_fields})
        return Received.of(citizen.wallet.deliver(given.pid, paper, sender=call.vouched.client))
