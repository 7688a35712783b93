"""What SES tells of an e-mail afterwards: taken, delivered, bounced, complained of.

It comes by an SNS topic into the queue biz-feedback, twice or out of order as it may. Each word is one step of the
proof that the e-mail's own tags name; the same step again changes nothing. Such a message holds the address, so nothing
of it is logged or raised.

Formats: Amazon SES developer guide, "Examples of event data that Amazon SES publishes to Amazon SNS".
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.measures import measure
from chalicelib.shared.storage import Key

from .model import Proof, Status, Step
from .service import Notices
from .store import proof_key

log = logging.getLogger("klang.biz.feedback")

_PARTS: dict[str, tuple[str, Status]] = {
    "Send": ("mail", "sent"),
    "Delivery": ("delivery", "delivered"),
    "Bounce": ("bounce", "bounced"),
    "Complaint": ("complaint", "complained"),
    "Reject": ("mail", "failed"),
    "Rendering Failure": ("mail", "failed"),
}
"""Event types that matter: where their time stands, and what they mean."""


class Unreadable(Exception):
    """A message of the feedback queue that is none of SES's; holds nothing of it."""


class Feedback:
    """The consumer of biz-feedback."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def heard(self, body: str) -> None:
        """One message.

        Raises:
            Unreadable: it is not what SES sends; the queue sets it aside in the end.
        """
        told = _told(body)
        kind = told.get("eventType")
        if kind not in _PARTS:
            return  # opens, clicks, delays: not asked for, and not proof of anything
        try:
            mail: Mapping[str, Any] = told["mail"]
            place, status = _PARTS[kind]
            at = dt.datetime.fromisoformat(told[place]["timestamp"])
            tags = {name: str(values[0]) for name, values in mail["tags"].items()}
            key = proof_key(tags["about"], tags["event"], tags["template"], "email")
            step = Step(status=status, at=at, provider_id=str(mail["messageId"]), code=_code(kind, told))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise Unreadable(str(kind)) from None
        self._take(key, kind, step, told)

    def _take(self, key: Key, kind: str, step: Step, told: Mapping[str, Any]) -> None:
        proof = self._find(key)
        if proof is None:
            log.warning("feedback on an e-mail that is not known", extra={"kind": kind})
            return
        if kind == "Bounce" and told["bounce"].get("bounceType") == "Transient":
            # a full mailbox, or somebody's automatic answer: the address stays, and the word is kept
            step = step.model_copy(update={"status": "sent"})
        self._notices.hear(proof, step)
        if step.status in ("bounced", "complained"):
            measure("NoticesFailed", platform="biz", channel="email")
            self._notices.spoil(proof, step.status)

    def _find(self, key: Key) -> Proof | None:
        rows = self._notices.rows
        return rows.proof(rows.table.get(key))


def _told(body: str) -> Mapping[str, Any]:
    try:
        outer = json.loads(body)
        told = json.loads(outer["Message"]) if "Message" in outer else outer
    except (ValueError, TypeError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(told, dict):
        raise Unreadable("no object")
    return told


def _code(kind: str, told: Mapping[str, Any]) -> str | None:
    """The provider's own word for the reason: types only, never its diagnostic text, which holds the address."""
    match kind:
        case "Bounce":
            return f"{told['bounce'].get('bounceType')}/{told['bounce'].get('bounceSubType')}"[:80]
        case "Complaint":
            return str(told["complaint"].get("complaintFeedbackType") or "complaint")[:80]
        case "Send" | "Delivery":
            return None
        case _:
            return kind
