"""Addresses under which a person says how they want to be told. Nobody else may say so for them."""

from __future__ import annotations

from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import CITIZEN, citizen
from chalicelib.shared.web import Call, Room

from ..hall import person_of
from ..service import Citizen
from .model import ADDRESSES, ChannelChoice, ChannelCode
from .views import ChannelsCard, ChannelsView, channels_view

STRONG = citizen(min_ial="2.3")


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room."""
    channels = portal.channels

    @room.get(
        "/citizen/v1/me/channels",
        allow=[CITIZEN],
        answer=ChannelsView,
        summary="How I am told besides the inbox, by category, and my addresses",
    )
    def show(call: Call) -> ChannelsView:
        return channels_view(channels.show(person_of(call.caller)))

    @room.put(
        "/citizen/v1/me/channels",
        allow=[STRONG],
        body=ChannelChoice,
        answer=ChannelsCard,
        summary="Choose language, channels by category and addresses; a new address is sent a code",
    )
    def choose(call: Call) -> ChannelsCard:
        return channels.choose(call.once, call.caller, call.body)

    @room.post(
        "/citizen/v1/me/channels/{channel}/confirm",
        allow=[STRONG],
        body=ChannelCode,
        answer=ChannelsCard,
        summary="Confirm an address (email or sms) by the code that was sent to it",
    )
    def confirm(call: Call) -> ChannelsCard:
        channel = call.params["channel"]
        for address in ADDRESSES:
            if channel == address:
                return channels.confirm(call.once, call.caller, address, call.body.code)
        raise not_found("ช่องทางนี้", "channel")
