"""Addresses of the inbox for its owner, and for who acts for them with the scope `inbox`."""

from __future__ import annotations

from chalicelib.shared.identity import citizen
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of
from ..service import Citizen
from . import routes_provider
from .attachments import READ_FOR
from .views import AttachmentAddress, InboxQuery, InboxView, MessageView, UnreadCount

OWNER = citizen(acting="inbox")


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room."""
    inbox = portal.inbox
    routes_provider.hang(room, portal)

    @room.get(
        "/citizen/v1/me/inbox",
        allow=[OWNER],
        query=InboxQuery,
        answer=InboxView,
        summary="My messages, newest first, and how many I never opened",
    )
    def page(call: Call) -> InboxView:
        asked: InboxQuery = call.query
        found = inbox.page(
            person_of(call.caller),
            asked.cursor,
            asked.limit,
            category=asked.category,
            unread=asked.unread,
            archived=asked.archived,
        )
        items = [MessageView.of(letter, call.language) for letter in found.letters]
        return InboxView(items=items, unread=found.unread, next=found.next)

    @room.get(
        "/citizen/v1/me/unread", allow=[OWNER], answer=UnreadCount, summary="How many messages I never opened; one read"
    )
    def unread(call: Call) -> UnreadCount:
        return UnreadCount(unread=inbox.unread(person_of(call.caller)))

    @room.post(
        "/citizen/v1/me/inbox/{id}/read",
        allow=[OWNER],
        answer=MessageView,
        summary="Open a message; the first time is kept as the time of opening",
    )
    def open_message(call: Call) -> MessageView:
        return MessageView.of(inbox.open(person_of(call.caller), call.params["id"], call.caller), call.language)

    @room.post(
        "/citizen/v1/me/inbox/{id}/archive", allow=[OWNER], answer=MessageView, summary="Put a message into the archive"
    )
    def archive(call: Call) -> MessageView:
        moved = inbox.put_away(person_of(call.caller), call.params["id"], call.caller, archived=True)
        return MessageView.of(moved, call.language)

    @room.post(
        "/citizen/v1/me/inbox/{id}/unarchive",
        allow=[OWNER],
        answer=MessageView,
        summary="Take a message out of the archive",
    )
    def unarchive(call: Call) -> MessageView:
        moved = inbox.put_away(person_of(call.caller), call.params["id"], call.caller, archived=False)
        return MessageView.of(moved, call.language)

    @room.delete(
        "/citizen/v1/me/inbox/{id}",
        allow=[OWNER],
        status=204,
        summary="Never show me this message again; one with legal effect stays",
    )
    def hide(call: Call) -> Reply:
        inbox.hide(person_of(call.caller), call.params["id"], call.caller)
        return Reply(None)

    @room.get(
        "/citizen/v1/me/inbox/{id}/attachments/{number}",
        allow=[OWNER],
        answer=AttachmentAddress,
        summary="A short-lived address of a message's file",
    )
    def attachment(call: Call) -> AttachmentAddress:
        given = call.params["number"]
        number = int(given) if given.isascii() and given.isdigit() and len(given) <= 2 else 0
        file, url = inbox.attachment(person_of(call.caller), call.params["id"], number)
        return AttachmentAddress(
            url=url,
            expires_in=READ_FOR,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
        )
