"""The rules of webhooks: which changes, for whom, what is said of them, and how it is signed.

The signature is that of the Standard Webhooks specification 1.0.0: HMAC-SHA-256 over `{id}.{timestamp}.{body}`, so that
its libraries verify it in any language. Nothing of a dataset is told that everybody cannot read at that moment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any

from chalicelib.shared.journal import Event

from .model import Delivery, Webhook

EVENT = re.compile(r"(dataset|resource)\.(\*|created|changed|removed)", re.ASCII)
"""Names that a webhook may ask for."""
FAMILIES = ("opendata.dataset.", "opendata.resource.")
"""Beginnings of the types of events that are told."""
MOST = 10
"""Webhooks of one person or system."""
GONE = 410


def told_as(event: Event) -> str | None:
    """The name under which an event is told, None where it is nobody's business."""
    before, after = bool(event.data.get("before")), bool(event.data.get("after"))
    if not event.type.startswith(FAMILIES) or not (before or after):
        return None
    thing = event.type.split(".")[1]
    if thing == "dataset" and not after:
        return "dataset.removed"
    if thing == "dataset" and not before:
        return "dataset.created"
    activity = str(event.data.get("activity", "")).split(" ")[0]
    verb = {"new": "created", "deleted": "removed"}.get(activity, "changed")
    return f"{thing}.{verb}"


def wanted(webhook: Webhook, event: Event) -> bool:
    """Whether a webhook is to be told of an event."""
    name = told_as(event)
    if name is None or webhook.stopped or event.at < webhook.created:
        return False
    if webhook.organization and webhook.organization != event.data.get("owner_org"):
        return False
    if webhook.dataset and webhook.dataset != event.data.get("package_id"):
        return False
    return any(name == one or (one.endswith(".*") and name.startswith(one[:-1])) for one in webhook.events)


def message(delivery: Delivery, shown: dict[str, Any] | None, site: str) -> dict[str, Any]:
    """What is told (Standard Webhooks: type, timestamp, data).

    Args:
        delivery: what happened.
        shown: name, title and organisation of the dataset as everybody sees it now; None when nobody sees it any more.
        site: public address.
    """
    data: dict[str, Any] = {"dataset": delivery.dataset}
    if delivery.resource and shown is not None:
        data["resource"] = delivery.resource
    if shown is not None:
        data |= {**shown, "url": f"{site}/api/3/action/package_show?id={delivery.dataset}"}
    told = delivery.type if shown is not None else "dataset.removed"
    return {"type": told, "timestamp": delivery.at, "data": data}


def signature(secret: bytes, id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: `v1,` and the code in base64."""
    code = hmac.new(secret, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(code).decode()}"


def told_secret(secret: bytes) -> str:
    """A secret as its owner is told it: `whsec_` and base64."""
    return f"whsec_{base64.b64encode(secret).decode()}"
