"""Addresses of the inbox: for its owner, and for senders by the exchange."""

from __future__ import annotations

from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.identity import CITIZEN
from chalicelib.shared.web import Call, Room

from ..hall import person_of
from ..paging import Paging
from ..service import Citizen
from .model import NewMessage
from .views import Delivered, InboxView, MessageDelivery, MessageView, Opened, OpenedMessage, OpenedQuestion


def add(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/citizen/v1/me/inbox",
        allow=[CITIZEN],
        query=Paging,
        answer=InboxView,
        summary="My messages, newest first, and how many I never opened",
    )
    def inbox(call: Call) -> InboxView:
        page = citizen.inbox.page(person_of(call.caller), call.query.cursor, call.query.limit)
        return InboxView(items=[MessageView.of(letter) for letter in page.letters], unread=page.unread, next=page.next)

    @room.post(
        "/citizen/v1/me/inbox/{id}/read",
        allow=[CITIZEN],
        answer=MessageView,
        summary="Open a message; the first time is kept as the time of opening",
    )
    def open_message(call: Call) -> MessageView:
        return MessageView.of(citizen.inbox.open(person_of(call.caller), call.params["id"]))

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
