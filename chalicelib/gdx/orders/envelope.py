"""The request of an order while it waits: encrypted, in the order itself or, where it is large, in an object.

A table's item holds 400 kB (DynamoDB developer guide, "Quotas"); a request holds up to 4 MB.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from ...shared.ids import new_token
from ...shared.keyring import Keyring
from ...shared.objects import Objects
from ..model import Ask
from .model import Order

IN_THE_ORDER = 64 * 1024
"""Bytes of an encrypted request that stay in the order."""
_TYPE = "application/octet-stream"


class Envelopes:
    """Seals and opens the requests of orders.

    Args:
        keyring: the room's.
        objects: the room's bucket; its lifecycle forgets `requests/` in two days, should the clearing be lost.
    """

    def __init__(self, keyring: Keyring, objects: Objects) -> None:
        self._keyring = keyring
        self._objects = objects

    def sealed(self, order: Order, ask: Ask) -> Order:
        """The order with its request in it, or beside it."""
        content = {
            "path": ask.path,
            "query": ask.query,
            "headers": {name: value for name, value in ask.headers.items() if name != "prefer"},
            "claims": dict(ask.claims),
            "body": base64.b64encode(ask.body).decode(),
        }
        sealed = self._keyring.seal(json.dumps(content, ensure_ascii=False, separators=(",", ":")), order.id)
        if len(sealed) <= IN_THE_ORDER:
            return replace(order, sealed=sealed)
        name = f"requests/{order.id}/{new_token()}"
        # before the transaction: an order always finds its request
        self._objects.put(name, sealed.encode(), media_type=_TYPE)
        return replace(order, claim=name)

    def opened(self, order: Order) -> Ask:
        """The request of an undecided order."""
        sealed = order.sealed
        if sealed is None:
            sealed = self._objects.read(order.claim or "").decode()
        content = json.loads(self._keyring.unseal(sealed, order.id))
        return Ask(
            client=order.client,
            service=order.service,
            method=order.method,
            path=content["path"],
            query=content["query"],
            body=base64.b64decode(content["body"]),
            headers=content["headers"],
            message_id=order.message_id,
            purpose=order.purpose,
            case=order.case,
            predicate=order.predicate,
            claims=content["claims"],
            door=order.door,
        )
