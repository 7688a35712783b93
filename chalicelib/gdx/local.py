"""The exchange for a room in the same process: the words of `shared.gdx_client.GdxClient`, the same pipeline, the same
agreements and the same record; only the token and one HTTP hop fall away.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..shared.errors import Refusal
from ..shared.gdx_client import Answer, answer_of, refusal_of
from .exchanges import Exchanges
from .ids import ServiceId, SubsystemId
from .model import Ask
from .refusals import xroad_status, xroad_type
from .rules import checked_case


class LocalGdx:
    """Asks on behalf of one subsystem.

    Args:
        exchanges: the pipeline.
        client: subsystem id of the asker, e.g. `TH/CENTRAL/DGA/biz`.
        ids: makes message ids.
    """

    def __init__(self, exchanges: Exchanges, client: str, ids: Callable[[], str]) -> None:
        self._exchanges = exchanges
        self._client = SubsystemId.parse(client)
        self._ids = ids

    def ask(
        self,
        service: str,
        method: str,
        path: str,
        body: Any,
        purpose: str | None,
        case: str | None = None,
        once: str | None = None,
    ) -> Answer:
        """See `shared.gdx_client.Gdx.ask`."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"accept": "application/json"}
        if content:
            headers["content-type"] = "application/json"
        ask = Ask(
            client=self._client,
            service=ServiceId.parse(service),
            method=method,
            path=path,
            query="",
            body=content,
            headers=headers,
            message_id=once or self._ids(),
            purpose=purpose,
            case=checked_case(case),
            door="local",
        )
        try:
            outcome = self._exchanges.run(ask, "here")
        except Refusal as refusal:
            raise refusal_of(xroad_status(refusal), xroad_type(refusal)) from refusal
        told = {"x-gdx-exchange": outcome.id, "x-gdx-at": outcome.at}
        return answer_of(outcome.status, {**outcome.headers, **told}, outcome.body, service)
