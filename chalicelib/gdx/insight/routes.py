"""`/gdx/v1/explain`, metrics, search and quota: for the parties of an exchange and for operators."""

from __future__ import annotations

import json
import uuid

from ...shared.errors import Fault, Invalid
from ...shared.identity import SYSTEM, officer
from ...shared.web import Call, Reply, Room
from ..ids import ServiceId, SubsystemId
from ..model import Ask
from ..service import Service
from ..staff import OPERATOR
from ..told import DAY
from . import service as insight
from .parties import caller_system, require_party
from .service import Listed
from .summary import summaries
from .views import (
    AskExplain,
    AskMetrics,
    AskQuota,
    AskSearch,
    ExplanationView,
    Found,
    FoundView,
    PostExplain,
    QuotaView,
    Records,
    Summaries,
    SummaryView,
)

PARTIES = [SYSTEM, officer(OPERATOR)]
SUMMED = 2000
"""Rows that one summary looks at, at most."""


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    seen = service.insight

    @room.post(
        "/gdx/v1/explain",
        allow=PARTIES,
        body=PostExplain,
        answer=ExplanationView,
        summary="Why this call would be allowed or refused, step by step; nothing is called or counted",
    )
    def explain(call: Call) -> ExplanationView:
        posted: PostExplain = call.body
        return _explained(call, posted, posted)

    @room.get(
        "/gdx/v1/explain",
        allow=PARTIES,
        query=AskExplain,
        answer=ExplanationView,
        summary="The same for a call whose body is not known yet",
    )
    def explain_without_body(call: Call) -> ExplanationView:
        return _explained(call, call.query, None)

    @room.get(
        "/gdx/v1/metrics",
        allow=PARTIES,
        query=AskMetrics,
        answer=Records,
        summary="Exchanges as records of X-Road's operational monitoring, without personal data",
    )
    def metrics(call: Call) -> Records:
        asked: AskMetrics = call.query
        page = _metrics(call, asked.limit, "metrics")
        return Records(records=list(page.items), next=page.next)

    @room.get(
        "/gdx/v1/metrics/summary",
        allow=PARTIES,
        query=AskMetrics,
        answer=Summaries,
        summary="Counts, success and latency per service and day",
    )
    def summary(call: Call) -> Summaries:
        page = _metrics(call, SUMMED, "summary")
        return Summaries(items=[SummaryView.of(each) for each in summaries(page.items)], next=page.next)

    @room.get(
        "/gdx/v1/search",
        allow=PARTIES,
        query=AskSearch,
        answer=Found,
        summary="Exchanges by agreement or case, purpose and time, without contents",
    )
    def search(call: Call) -> Found:
        asked: AskSearch = call.query
        begin = asked.begin or asked.end or seen.today()
        page = seen.search(
            call.caller,
            agreement=asked.agreement,
            case=asked.case,
            client=_system(asked.client),
            purpose=asked.purpose,
            begin=begin,
            end=asked.end or begin,
            cursor=asked.cursor,
            limit=asked.limit,
        )
        viewer = caller_system(call.caller)
        return Found(items=[FoundView.of(item, viewer) for item in page.items], next=page.next)

    @room.get(
        "/gdx/v1/quota",
        allow=PARTIES,
        query=AskQuota,
        answer=QuotaView,
        summary="What is used of an agreement's quota, rate and volume",
    )
    def quota(call: Call) -> Reply:
        asked: AskQuota = call.query
        state = seen.quota(call.caller, asked.agreement, _system(asked.client))
        headers = {
            "ratelimit-policy": f'"day";q={state.day.limit};w={DAY}',
            "ratelimit": f'"day";r={state.day.remaining};t={state.resets_in}',
        }
        return Reply(QuotaView.of(state), headers=headers)

    def _explained(call: Call, asked: AskExplain, posted: PostExplain | None) -> ExplanationView:
        client = _system(asked.client) or caller_system(call.caller)
        if client is None:
            raise Invalid(
                "โปรดระบุระบบผู้ขอ", "Name the asking system.", [Fault("/client", "ต้องระบุ", "Mandatory for operators.")]
            )
        wanted = ServiceId.parse(asked.service)
        require_party(call.caller, client, wanted)
        given = posted is not None and posted.body is not None
        content = json.dumps(posted.body, ensure_ascii=False).encode() if posted is not None and given else b""
        ask = Ask(
            client=client,
            service=wanted,
            method=asked.method,
            path=asked.path,
            query="",
            body=content,
            headers={"content-type": "application/json"},
            message_id=f"explain-{uuid.uuid4()}",
            purpose=asked.purpose,
            predicate=asked.predicate,
            claims={} if posted is None else posted.claims,
        )
        return ExplanationView.of(seen.explaining.explain(ask, with_body=given), client, wanted)

    def _metrics(call: Call, limit: int, listing: str) -> Listed:
        asked: AskMetrics = call.query
        if asked.client is not None and asked.service is not None:
            raise Invalid(
                "ระบุ client หรือ service อย่างใดอย่างหนึ่ง",
                "Name a client or a service, not both.",
                [Fault("query:service", "ระบุอย่างใดอย่างหนึ่ง", "One of client and service.")],
            )
        client = _system(asked.client)
        if client is None and asked.service is None:
            client = caller_system(call.caller)
        begin = asked.begin or asked.end or seen.today()
        wanted = None if asked.service is None else ServiceId.parse(asked.service)
        span = insight.Span(client, wanted, begin, asked.end or begin)
        return seen.metrics(call.caller, span, asked.cursor, limit, listing)


def _system(text: str | None) -> SubsystemId | None:
    return None if text is None else SubsystemId.parse(text)
