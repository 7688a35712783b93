"""How deliveries and hand-overs lie in the table.

| pk | sk | what |
|---|---|---|
| `DLV#{event id}` | `META` | a delivery; `EVT#...` its outbox event |
| `HAND#{jti}` | `1` | a person sent to an agency's site |

Index by_agency, partition `UNTOLD#{system}`: what a system has not taken yet, oldest first.
"""

from __future__ import annotations

import datetime as dt

from chalicelib.shared.storage import Create, Item, Key, Table, Update

from ..office import system_of
from .model import Delivery, HandOver

REMEMBERED = dt.timedelta(days=90)
"""How long a delivery is known after it was taken."""


def delivery_key(id: str) -> Key:
    """Where a delivery lies."""
    return Key(f"DLV#{id}", "META")


def hand_over_key(jti: str) -> Key:
    """Where a hand-over lies."""
    return Key(f"HAND#{jti}", "1")


def delivery(item: Item) -> Delivery:
    """The delivery in an item."""
    return Delivery.model_validate(item.data)


def new_delivery(made: Delivery) -> Create:
    """The change that adds a delivery."""
    return Create(Item(delivery_key(made.id), made.model_dump(mode="json"), indexes=_places(made)))


def changed_delivery(item: Item, changed: Delivery) -> Update:
    """The change that replaces a delivery as it was read."""
    expires = None if changed.taken_at is None else int((changed.taken_at + REMEMBERED).timestamp())
    return Update(item.next(changed.model_dump(mode="json"), indexes=_places(changed), expires=expires))


def untold(table: Table, system: str, after: str | None, limit: int) -> tuple[list[Delivery], str | None]:
    """What a system has not taken yet, oldest first."""
    page = table.query(f"UNTOLD#{system}", index="by_agency", after=after, limit=limit)
    return [delivery(item) for item in page.items], page.after


def hand_over(item: Item | None) -> HandOver | None:
    """The hand-over in an item."""
    return None if item is None else HandOver.model_validate(item.data)


def new_hand_over(made: HandOver) -> Create:
    """The change that adds a hand-over; it goes by itself a day after its end."""
    expires = int((made.expires_at + dt.timedelta(days=1)).timestamp())
    return Create(Item(hand_over_key(made.jti), made.model_dump(mode="json"), expires=expires))


def used_hand_over(item: Item) -> Update:
    """The change that uses a hand-over up."""
    return Update(item.next({**item.data, "used": True}, expires=item.expires))


def _places(made: Delivery) -> dict[str, Key]:
    if made.taken_at is not None:
        return {}
    return {"by_agency": Key(f"UNTOLD#{system_of(made.agency, made.service)}", made.id)}
