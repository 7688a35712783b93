"""`/gdx/v1/receipts`: what was recorded of an exchange, for its two parties."""

from __future__ import annotations

from dataclasses import asdict

from ..shared.identity import SYSTEM
from ..shared.web import Call, Room
from .service import Service
from .views import ReceiptView


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""

    @room.get(
        "/gdx/v1/receipts/{id}",
        allow=[SYSTEM],
        answer=ReceiptView,
        summary="The receipt of an exchange, for the two parties: what was recorded and how to prove what was sent",
    )
    def receipt(call: Call) -> ReceiptView:
        found = service.receipts.read(call.params["id"], call.caller.id)
        return ReceiptView(
            receipt=found.token,
            leaf={**asdict(found.leaf), "fields": list(found.leaf.fields)},
            leaf_text=found.leaf_text,
            request_salt=found.request_salt,
            answer_salt=found.answer_salt,
        )
