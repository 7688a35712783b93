"""What a consent allows now, and what using it changes: decided from values alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ...shared.storage import Change, Item, Require, Update
from ..refusals import ConsentNeeded
from .model import ConsentState, Mode

_OPEN = (ConsentState.REQUESTED, ConsentState.GIVEN)


def state_at(consent: Mapping[str, Any], now: datetime) -> ConsentState:
    """Where a consent stands at a time: one that was asked for or given ends by itself at its `until`."""
    state = ConsentState(consent["state"])
    if state in _OPEN and now >= datetime.fromisoformat(consent["until"]):
        return ConsentState.EXPIRED
    return state


def permitted(
    consent: Mapping[str, Any] | None,
    purpose: str,
    fields: Sequence[str],
    now: datetime,
    exchange: str | None = None,
) -> tuple[str, ...]:
    """The fields that may go out under a person's consent.

    Args:
        consent: content of the row at `store.consent_key`, or None where there is none.
        purpose: code of the purpose of this exchange.
        fields: the agreement's fields; none where the answer is only yes or no.
        now: the time.
        exchange: id of an exchange that was recorded already and is repeated: it may use up what it has used up.

    Raises:
        ConsentNeeded: nobody gave it, it does not hold now, not for this purpose, or for none of these fields. One
            wording for all, so that a system does not learn what a person did.
    """
    if consent is None or purpose not in consent["purposes"] or not _holds(consent, now, exchange):
        raise consent_needed()
    wanted = consent["fields"]
    allowed = tuple(fields) if wanted is None else tuple(field for field in fields if field in wanted)
    if fields and not allowed:
        raise consent_needed()
    return allowed


def used(item: Item, exchange: str, now: datetime) -> Change:
    """What belongs in the transaction that records an exchange under this consent.

    A consent for once is used up; one for repeated use must still be what was read, so that a withdrawal that came
    between wins.

    Args:
        item: the consent's row as it was read.
        exchange: id of the exchange.
        now: the time.
    """
    if item.data["mode"] == Mode.ONCE and item.data["state"] == ConsentState.GIVEN:
        done = {"by": exchange, "at": now.isoformat(timespec="milliseconds")}
        return Update(item.next({**item.data, "state": ConsentState.USED.value, "used": done}))
    return Require(item.key, item.version)


def consent_needed() -> ConsentNeeded:
    """The refusal: what to do, and nothing about what the person did."""
    return ConsentNeeded(
        "ต้องได้รับความยินยอมจากเจ้าของข้อมูลก่อน โปรดขอความยินยอมที่ POST /gdx/v1/consents",
        "The person's consent is needed first; ask for it at POST /gdx/v1/consents.",
    )


def _holds(consent: Mapping[str, Any], now: datetime, exchange: str | None) -> bool:
    if not datetime.fromisoformat(consent["from"]) <= now < datetime.fromisoformat(consent["until"]):
        return False
    state = ConsentState(consent["state"])
    if state is ConsentState.USED:
        return exchange is not None and consent["used"]["by"] == exchange
    return state is ConsentState.GIVEN
