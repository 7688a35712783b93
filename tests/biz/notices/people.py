"""What tests of notices do again and again: choose channels, confirm addresses, look at proofs."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from ..town import ANONG, MALEE, Town

EMAIL, PHONE = "malee@example.com", "081-234-5678"
NIGHT = dt.datetime(2026, 11, 25, 15, 0, tzinfo=dt.UTC)


def reachable(town: Town, *channels: str, language: str = "th", pid: str = MALEE) -> None:
    """The person chooses these channels and confirms the addresses; what was sent for that is forgotten."""
    outward = [channel for channel in channels if channel != "app"]
    body = {"language": language, "channels": channels, "email": EMAIL if "email" in outward else None,
            "phone": PHONE if "sms" in outward else None}  # fmt: skip
    town.ok(pid, "PUT", "/preferences", json=body)
    town.run_queue()
    for channel in outward:
        town.ok(pid, "POST", "/preferences", json={"channel": channel, "code": town.outbox.code(channel)})
    town.outbox.mails.clear()
    town.outbox.texts.clear()


def proofs(town: Town, case: str, pid: str = ANONG) -> list[dict[str, Any]]:
    """The proofs of a case as a person sees them."""
    items: list[dict[str, Any]] = town.ok(pid, "GET", f"/applications/{case}/notices")["items"]
    return items


def states(town: Town, case: str) -> dict[str, str]:
    """Channel -> what became of it, of a case that was told one thing."""
    return {proof["channel"]: proof["status"] for proof in proofs(town, case)}


def about(town: Town, number: int, kind: str, **part: Any) -> str:
    """What the feedback queue holds about the number-th e-mail: an SNS message with SES's event in it."""
    taken, mail = town.outbox.mails[number]
    at = part.pop("at", town.at).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {
        "eventType": kind,
        "mail": {"timestamp": at, "messageId": taken, "destination": [mail.to],
                 "tags": {"ses:configuration-set": ["klang-test-biz"]} | {name: [v] for name, v in mail.tags.items()}},
        kind.lower(): {"timestamp": at, **part},
    }  # fmt: skip
    return json.dumps({"Type": "Notification", "MessageId": "m", "Message": json.dumps(told)})


def everything_kept(town: Town) -> str:
    """All rows of the table as text."""
    return json.dumps([dict(item.data) for item, _ in town.memory._items.values()], ensure_ascii=False, default=str)
