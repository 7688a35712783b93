"""Addresses of the inbox for senders: the service TH/CENTRAL/DGA/citizen/inbox, called through the exchange only."""

from __future__ import annotations

from chalicelib.shared.gdx_request import SIGNED
from chalicelib.shared.web import Call, Room

from ..service import Citizen
from .model import Attachment, NewMessage
from .views import (
    AttachmentAnnounced,
    AttachmentForm,
    Delivered,
    MessageDelivery,
    Opened,
    OpenedMessage,
    OpenedQuestion,
    ProofQuestion,
    ServiceProof,
)


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room."""
    inbox, vouched = portal.inbox, portal.requests.of("inbox")

    @room.post(
        "/citizen/v1/provider/inbox/messages",
        allow=[SIGNED],
        vouched=vouched,
        body=MessageDelivery,
        answer=Delivered,
        summary="Service TH/CENTRAL/DGA/citizen/inbox: serve a message (called through the exchange only)",
    )
    def serve(call: Call) -> Delivered:
        given: MessageDelivery = call.body
        message = NewMessage.model_construct(**{name: getattr(given, name) for name in NewMessage.model_fields})
        return Delivered.of(inbox.deliver(given.pid, message, sender=call.vouched.client))

    @room.post(
        "/citizen/v1/provider/inbox/attachments",
        allow=[SIGNED],
        vouched=vouched,
        body=AttachmentAnnounced,
        answer=AttachmentForm,
        summary="Service TH/CENTRAL/DGA/citizen/inbox: a form to upload a message's file (exchange only)",
    )
    def attach(call: Call) -> AttachmentForm:
        given: AttachmentAnnounced = call.body
        file = Attachment.model_construct(**{name: getattr(given, name) for name in Attachment.model_fields})
        form = inbox.attach_form(given.pid, file, sender=call.vouched.client)
        return AttachmentForm(url=form.url, fields=form.fields, expires_in=form.expires_in)

    @room.post(
        "/citizen/v1/provider/inbox/messages/opened",
        allow=[SIGNED],
        vouched=vouched,
        body=OpenedQuestion,
        answer=Opened,
        summary="Service TH/CENTRAL/DGA/citizen/inbox: which of one's own messages were opened (exchange only)",
    )
    def opened(call: Call) -> Opened:
        found = inbox.opened(call.body.pid, call.body.ids, sender=call.vouched.client)
        return Opened(opened=[OpenedMessage(id=own, opened_at=at) for own, at in sorted(found.items())])

    @room.post(
        "/citizen/v1/provider/inbox/messages/proof",
        allow=[SIGNED],
        vouched=vouched,
        body=ProofQuestion,
        answer=ServiceProof,
        summary="Service TH/CENTRAL/DGA/citizen/inbox: signed proof that one's own message was served (exchange only)",
    )
    def prove(call: Call) -> ServiceProof:
        return ServiceProof(proof=inbox.proof(call.body.pid, call.body.id, sender=call.vouched.client))
