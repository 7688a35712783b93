"""Addresses of the wallet: for its owner, and for issuers by the exchange.

Who acts for a person with the scope `wallet` may look; showing, sharing and taking out is the person's own.
"""

from __future__ import annotations

from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.identity import CITIZEN, citizen
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..paging import Paging
from ..service import Citizen
from . import routes_public
from .model import NewCredential
from .views import (
    CheckedView,
    Choice,
    CredentialDelivery,
    NewShare,
    PaperView,
    Presentation,
    Received,
    ShareList,
    ShareMade,
    ShareView,
    WalletQuery,
    WalletView,
)

LOOKS = citizen(acting="wallet")


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room."""
    wallet = portal.wallet

    @room.get(
        "/citizen/v1/me/wallet",
        allow=[LOOKS],
        query=WalletQuery,
        answer=WalletView,
        summary="My licences, receipts and certificates, newest first",
    )
    def papers(call: Call) -> WalletView:
        page = wallet.page(person_of(call.caller), call.query.cursor, call.query.limit, call.query.kind)
        return WalletView(items=[PaperView.of(held, wallet.described(held)) for held in page.held], next=page.next)

    @room.get("/citizen/v1/me/wallet/{id}", allow=[LOOKS], answer=PaperView, summary="One of my credentials")
    def credential(call: Call) -> PaperView:
        held = wallet.one(person_of(call.caller), call.params["id"])
        return PaperView.of(held, wallet.described(held))

    @room.get(
        "/citizen/v1/me/wallet/{id}/status",
        allow=[LOOKS],
        answer=CheckedView,
        summary="How one of my credentials stands now, by its issuer's word",
    )
    def status(call: Call) -> CheckedView:
        return CheckedView.of(wallet.check(person_of(call.caller), call.params["id"]))

    @room.delete(
        "/citizen/v1/me/wallet/{id}", allow=[CITIZEN], status=204, summary="Take a credential out of my wallet"
    )
    def hide(call: Call) -> Reply:
        wallet.hide(person_of(call.caller), call.params["id"], call.caller)
        return Reply(None)

    @room.post(
        "/citizen/v1/me/wallet/{id}/presentations",
        allow=[CITIZEN],
        body=Choice,
        answer=Presentation,
        summary="Show a credential with only the claims I choose",
    )
    def present(call: Call) -> Presentation:
        chosen = sorted(set(call.body.claims))
        shown = wallet.present(person_of(call.caller), call.params["id"], chosen, call.caller)
        return Presentation(presentation=shown, claims=chosen)

    _shares(room, portal)
    routes_public.hang(room, portal)

    @room.post(
        "/citizen/v1/provider/wallet/credentials",
        allow=[SIGNED],
        vouched=portal.requests.of("wallet"),
        body=CredentialDelivery,
        answer=Received,
        summary="Service TH/CENTRAL/DGA/citizen/wallet: hand over a credential (called through the exchange only)",
    )
    def hand_over(call: Call) -> Received:
        given: CredentialDelivery = call.body
        paper = NewCredential.model_construct(**{name: getattr(given, name) for name in NewCredential.model_fields})
        return Received.of(wallet.deliver(given.pid, paper, sender=call.vouched.client))


def _shares(room: Room, portal: Citizen) -> None:
    wallet, base_url = portal.wallet, portal.hall.parts.base_url

    @room.post(
        "/citizen/v1/me/wallet/{id}/shares",
        allow=[CITIZEN],
        body=NewShare,
        answer=ShareMade,
        status=201,
        summary="Make a code by which somebody sees a credential once, with only the claims I choose",
    )
    def share(call: Call) -> ShareMade:
        body: NewShare = call.body
        held = wallet.one(person_of(call.caller), call.params["id"])
        made = wallet.shares.make(
            call.once, call.caller, held.paper.id, held.credential, body.claims, body.lives_minutes, body.note
        )
        return ShareMade.of(made, base_url)

    @room.get(
        "/citizen/v1/me/shares",
        allow=[CITIZEN],
        query=Paging,
        answer=ShareList,
        summary="The codes that I made and what became of them, newest first",
    )
    def shares(call: Call) -> ShareList:
        found, following = wallet.shares.page(person_of(call.caller), call.query.cursor, call.query.limit)
        return ShareList(items=[ShareView.of(each) for each in found], next=following)

    @room.delete("/citizen/v1/me/shares/{id}", allow=[CITIZEN], status=204, summary="Take a code back")
    def revoke(call: Call) -> Reply:
        wallet.shares.revoke(call.caller, call.params["id"])
        return Reply(None)
