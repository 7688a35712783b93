"""People who chose how they want to be told."""

from __future__ import annotations

from typing import Any

from tests.citizen.portal import Portal

CHANNELS = "/citizen/v1/me/channels"
EMAIL, PHONE = "malee@example.com", "081-234 5678"


def choose(portal: Portal, token: str | None = None, **changes: Any) -> Any:
    given = {"by_category": {"application": ["email", "sms"]}, "email": EMAIL, "phone": PHONE, **changes}
    return portal.client.put(CHANNELS, token=token or portal.malee, json=given)


def confirm(portal: Portal, channel: str, code: str) -> Any:
    return portal.client.post(f"{CHANNELS}/{channel}/confirm", token=portal.malee, json={"code": code})


def reachable(portal: Portal, **changes: Any) -> None:
    """Malee gives both addresses and confirms them."""
    answer = choose(portal, **changes)
    assert answer.status == 200, answer.text
    for channel in ("email", "sms"):
        assert confirm(portal, channel, portal.outbox.code(channel)).status == 200
    portal.outbox.mails.clear()
    portal.outbox.texts.clear()
