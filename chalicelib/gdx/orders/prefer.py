"""`Prefer: respond-async` (RFC 7240 section 4.1): an exchange by X-Road's door that is answered later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from ...shared.ids import new_token
from ...shared.journal import Once, Replayed
from ...shared.storage import Json
from ...shared.web import Reply
from ..evidence import exchange_id
from ..model import Ask
from .rules import LIVES, shown
from .service import Orders

RESPOND_ASYNC = "respond-async"


def wants_async(headers: Mapping[str, str]) -> bool:
    """Whether a request prefers to be answered later. Unknown preferences are ignored, as section 2 says."""
    given = (part.split(";")[0].split("=")[0].strip().lower() for part in headers.get("prefer", "").split(","))
    return RESPOND_ASYNC in given


def accepted(orders: Orders, ask: Ask, lives: timedelta = LIVES) -> Reply:
    """Takes a request of X-Road's door as an order: 202 with the place to follow it at.

    The request is its own Idempotency-Key: the same `X-Road-Id` and content from the same client is the same order,
    for as long as claims are kept.

    Raises:
        A refusal of the pipeline: then nothing was taken.
    """
    onward = {name: value for name, value in ask.headers.items() if name != "prefer"}
    ask = replace(ask, headers=onward)
    once = Once(f"respond-async#{exchange_id(orders.keyring, ask)}", "", new_token())
    try:
        order = shown(orders.accept(ask, once, lives))
    except Replayed as replayed:
        order = replayed.answer or {}
    return located(order, {"Preference-Applied": RESPOND_ASYNC})


def located(order: Json, more: Mapping[str, str] | None = None) -> Reply:
    """202 for an order, with where it can be followed (RFC 9110 section 15.3.3)."""
    headers = {"Location": f"/gdx/v1/exchanges/{order['id']}", **(more or {})}
    return Reply(order, status=202, headers=headers, media_type="application/json")
