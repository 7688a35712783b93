"""Counts the AWS calls of the application by operation, and keeps what it told people: words, no addresses."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from boto3.session import Session

from chalicelib.biz.notices.sms import size

KEPT = 100
"""Notices that are remembered."""


class Calls:
    """A running count of the calls made through the sessions it watches."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._told: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def watch(self, session: Session) -> None:
        """Counts every call of the clients that this session makes from now on.

        A call counts once, however often the SDK repeats it; making a presigned address is no call.
        """
        session.events.register("before-call", self._heard)
        session.events.register("provide-client-params.sesv2.SendEmail", self._mailed)
        session.events.register("provide-client-params.sns.Publish", self._texted)

    def reset(self) -> None:
        """Begins anew at nothing."""
        with self._lock:
            self._count.clear()

    @property
    def totals(self) -> dict[str, int]:
        """Calls so far by `service:Operation`, e.g. `dynamodb:TransactWriteItems`."""
        with self._lock:
            return dict(sorted(self._count.items()))

    @property
    def shown(self) -> dict[str, Any]:
        """What `GET /local/calls` answers."""
        totals = self.totals
        return {"total": sum(totals.values()), "operations": totals}

    @property
    def told(self) -> list[dict[str, Any]]:
        """What `GET /local/notices` answers: the newest e-mails and SMS first, in words, without whom they went to."""
        with self._lock:
            return list(self._told)

    def _mailed(self, params: Mapping[str, Any], **_: Any) -> None:
        said = params["Content"]["Simple"]
        tags = {tag["Name"]: tag["Value"] for tag in params.get("EmailTags", [])}
        subject, text = said["Subject"]["Data"], said["Body"]["Text"]["Data"]
        self._keep({"channel": "email", "template": tags.get("template"), "subject": subject, "text": text})

    def _texted(self, params: Mapping[str, Any], **_: Any) -> None:
        words = str(params["Message"])
        self._keep({"channel": "sms", "text": words, "segments": size(words).segments})

    def _keep(self, notice: dict[str, Any]) -> None:
        with self._lock:
            self._told.appendleft(notice)

    def _heard(self, model: Any, **_: Any) -> None:
        name = f"{model.service_model.endpoint_prefix}:{model.name}"
        with self._lock:
            self._count[name] += 1
