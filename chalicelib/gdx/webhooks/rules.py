"""The rules of webhooks: which events, for whom, and what is said of them.

Nothing of an exchange's content is ever told: a receiver learns that something happened and asks with its own token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...shared.journal import Event
from ..ids import BadId, ServiceId, SubsystemId
from .model import Webhook

TYPE = "gdx-webhook+jwt"
"""`typ` of the signature."""
LIVES = 300
"""Seconds for which a signature is good; a receiver refuses older ones and remembers `jti` for as long."""
MEDIA_TYPE = "application/cloudevents+json"
FAMILIES = ("gdx.exchange.", "gdx.agreement.", "gdx.service.", "gdx.consent.", "gdx.prefill.")
"""Beginnings of the types of events that can be told."""
EVENT = re.compile(r"gdx\.(exchange|agreement|service|consent|prefill)\.(\*|[a-z][a-z-]{0,40})", re.ASCII)

_TOLD = ("service", "client", "consumer", "agreement", "version", "state", "because")
"""What of an event's details is told: names of systems, services and agreements, never a person."""


def wanted(webhook: Webhook, event: Event) -> bool:
    """Whether a webhook is to be told of an event."""
    if webhook.stopped or event.at < webhook.since.isoformat(timespec="milliseconds"):
        return False
    return any(event.type == one or (one.endswith(".*") and event.type.startswith(one[:-1])) for one in webhook.events)


def named(event: Event) -> list[SubsystemId]:
    """The systems that an event names: who asks, and who offers the service of an agreement.

    An exchange is told to who asks alone; its provider knows. Who asks a *service* is for the directory to say.
    """
    names = [event.data.get("client"), event.data.get("consumer")]
    if event.type.startswith("gdx.agreement."):
        names.append(_provider(event.data.get("service")))
    return list(dict.fromkeys(SubsystemId.parse(name) for name in names if isinstance(name, str)))


def cloud_event(event: Event, source: str) -> dict[str, Any]:
    """The event in CloudEvents 1.0's JSON format (CloudEvents specification 1.0.2; JSON event format 1.0.2).

    Args:
        event: what happened.
        source: the exchange's public address.
    """
    data = {name: event.data[name] for name in _TOLD if event.data.get(name) is not None}
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": event.type,
        "subject": event.subject,
        "time": event.at,
        "datacontenttype": "application/json",
        "data": {**data, **_link(event)},
    }


def _link(event: Event) -> Mapping[str, str]:
    return {"link": f"/gdx/v1/exchanges/{event.subject}"} if event.type.startswith("gdx.exchange.") else {}


def _provider(service: object) -> str | None:
    try:
        return str(ServiceId.parse(str(service)).subsystem)
    except BadId:
        return None
