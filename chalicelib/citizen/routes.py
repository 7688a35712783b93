"""The room's addresses: `/citizen/v1/me` for people, `/citizen/v1/provider` for what comes through the exchange."""

from __future__ import annotations

from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.gdx_request import SIGNED, SignedGate
from chalicelib.shared.identity import CITIZEN, Caller
from chalicelib.shared.web import Call, Room

from .access_log import as_list
from .model import NewCredential, NewMessage, Person
from .service import Citizen
from .views import (
    Choice,
    CredentialDelivery,
    Delivered,
    InboxView,
    Me,
    MessageDelivery,
    MessageView,
    Opened,
    OpenedMessage,
    OpenedQuestion,
    Paging,
    PaperView,
    Presentation,
    UsageList,
    WalletView,
)


def routes(citizen: Citizen) -> Room:
    """The room behind its gate."""
    room = Room("citizen", SignedGate(citizen.gate))
    _add_people(room, citizen)
    _add_wallet(room, citizen)
    _add_provider(room, citizen)
    return room


def _person(caller: Caller) -> Person:
    return Person(caller.id)


def _add_people(room: Room, citizen: Citizen) -> None:
    @room.get("/citizen/v1/me", allow=[CITIZEN], answer=Me, summary="Who the login says I am (nothing is kept)")
    def me(call: Call) -> Me:
        return Me(name=call.caller.name, ial=call.caller.ial)

    @room.get(
        "/citizen/v1/me/inbox",
        allow=[CITIZEN],
        query=Paging,
        answer=InboxView,
        summary="My messages, newest first, and how many I never opened",
    )
    def inbox(call: Call) -> InboxView:
        page = citizen.inbox.page(_person(call.caller), call.query.cursor, call.query.limit)
        return InboxView(items=[MessageView.of(letter) for letter in page.letters], unread=page.unread, next=page.next)

    @room.post(
        "/citizen/v1/me/inbox/{id}/read",
        allow=[CITIZEN],
        answer=MessageView,
        summary="Open a message; the first time is kept as the time of opening",
    )
    def open_message(call: Call) -> MessageView:
        return MessageView.of(citizen.inbox.open(_person(call.caller), call.params["id"]))

    @room.get(
        "/citizen/v1/me/access-log",
        allow=[CITIZEN],
        query=Paging,
        answer=UsageList,
        summary="Which agencies asked about me, what for and by which law",
    )
    def access_log(call: Call) -> UsageList:
        if call.caller.pid is None:
            raise NotAllowed("ต้องเข้าสู่ระบบในฐานะบุคคล", "Only a person has an access log.")
        return as_list(citizen.access_log.entries(call.caller.pid, call.query.cursor, call.query.limit))


def _add_wallet(room: Room, citizen: Citizen) -> None:
    @room.get(
        "/citizen/v1/me/wallet",
        allow=[CITIZEN],
        query=Paging,
        answer=WalletView,
        summary="My licences, receipts and certificates, newest first",
    )
    def wallet(call: Call) -> WalletView:
        page = citizen.wallet.page(_person(call.caller), call.query.cursor, call.query.limit)
        return WalletView(items=[PaperView.of(held) for held in page.held], next=page.next)

    @room.get("/citizen/v1/me/wallet/{id}", allow=[CITIZEN], answer=PaperView, summary="One of my credentials")
    def credential(call: Call) -> PaperView:
        return PaperView.of(citizen.wallet.one(_person(call.caller), call.params["id"]))

    @room.post(
        "/citizen/v1/me/wallet/{id}/presentations",
        allow=[CITIZEN],
        body=Choice,
        answer=Presentation,
        summary="Show a credential with only the claims I choose",
    )
    def present(call: Call) -> Presentation:
        chosen = sorted(set(call.body.claims))
        shown = citizen.wallet.present(_person(call.caller), call.params["id"], chosen)
        return Presentation(presentation=shown, claims=chosen)


def _add_provider(room: Room, citizen: Citizen) -> None:
    @room.post(
        "/citizen/v1/provider/inbox/messages",
        allow=[SIGNED],
        vouched=citizen.requests.of("inbox"),
        body=MessageDelivery,
        answer=Delivered,
        summary="Service TH/CENTRAL/DGA/citizen/inbox: serve a message (called through the exchange only)",
    )
    def serve(call: Call) -> Delivered:
        given: MessageDelivery = call.body
        message = NewMessage.model_construct(**{name: getattr(given, name) for name in NewMessage.model_fields})
        return Delivered.of(citizen.inbox.deliver(given.pid, message, sender=call.vouched.client))

    @room.post(
        "/citizen/v1/provider/inbox/messages/opened",
        allow=[SIGNED],
        vouched=citizen.requests.of("inbox"),
        body=OpenedQuestion,
        answer=Opened,
        summary="Service TH/CENTRAL/DGA/citizen/inbox: which of one's own messages were opened (exchange only)",
    )
    def opened(call: Call) -> Opened:
        found = citizen.inbox.opened(call.body.pid, call.body.ids, sender=call.vouched.client)
        return Opened(opened=[OpenedMessage(id=own, opened_at=at) for own, at in sorted(found.items())])

    @room.post(
        "/citizen/v1/provider/wallet/credentials",
        allow=[SIGNED],
        vouched=citizen.requests.of("wallet"),
        body=CredentialDelivery,
        answer=Delivered,
        summary="Service TH/CENTRAL/DGA/citizen/wallet: hand over a credential (called through the exchange only)",
    )
    def hand_over(call: Call) -> Delivered:
        given: CredentialDelivery = call.body
        paper = NewCredential.model_construct(**{name: getattr(given, name) for name in NewCredential.model_fields})
        return Delivered.of(citizen.wallet.deliver(given.pid, paper, sender=call.vouched.client))
