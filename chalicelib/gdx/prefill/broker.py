"""Asks for the evidence of requirements, under the asker's own agreements, by the one pipeline of every exchange.

One requirement that fails does not hide the others: each is answered with its values or with the reasons why not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta

from ...shared.dataclass import dataclass
from ...shared.errors import Refusal, Unavailable
from ..directory import Directory
from ..exchanges import Exchanges
from ..ids import SubsystemId
from ..model import Agreement, Ask, Outcome
from ..refusals import ServiceDisabled
from . import rules
from .model import Found, Kind, Miss, Requirement, Source, Wanted

log = logging.getLogger("klang.gdx")

TIME = timedelta(seconds=18)
"""What is not asked by then is not asked: an HTTP API answers within 29 s, and one provider may take 10."""
DOOR = "prefill"


@dataclass
class _Round:
    """One run: what was asked already, so that two requirements on one answer cost one exchange."""

    wanted: Wanted
    agreements: dict[str, Agreement]
    until: datetime
    asked: dict[tuple[str, str, str, bytes], Outcome | str] = field(default_factory=dict)


class Broker:
    """Asks.

    Args:
        directory: agreements, and the words for agencies and services.
        exchanges: the pipeline.
        clock: tells the time.
    """

    def __init__(self, directory: Directory, exchanges: Exchanges, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._exchanges = exchanges
        self._clock = clock

    def agreements(self, client: SubsystemId, requirements: Sequence[Requirement]) -> dict[str, Agreement]:
        """What a system may ask of the services that requirements name, by service."""
        named = {str(source.service) for requirement in requirements for source in requirement.sources}
        every = self._directory.agreements_of(client)
        return {str(agreement.service): agreement for agreement in every if str(agreement.service) in named}

    def run(self, wanted: Wanted, requirements: Sequence[Requirement], agreements: dict[str, Agreement]) -> list[Found]:
        """Each requirement's values, or why there are none."""
        this = _Round(wanted, agreements, self._clock() + TIME)
        return [self._one(requirement, this) for requirement in requirements]

    def _one(self, requirement: Requirement, this: _Round) -> Found:
        nothing = Found(requirement.code, requirement.th, requirement.en, requirement.values)
        misses: list[Miss] = []
        for source in requirement.sources:
            outcome = self._asked(source, this)
            values = None if isinstance(outcome, str) else rules.taken(source, outcome.body)
            if isinstance(outcome, str) or values is None:
                misses.append(self._miss(source, outcome if isinstance(outcome, str) else "not_found", this))
                continue
            return self._with_source(replace(nothing, values=values, missed=tuple(misses)), source, outcome)
        return replace(nothing, missed=tuple(misses))

    def _asked(self, source: Source, this: _Round) -> Outcome | str:
        """The answer of a source, or why there is none."""
        body = rules.filled(source, this.wanted.subject.number)
        agreement = this.agreements.get(str(source.service))
        if agreement is None or body is None:
            return "no_agreement"
        if agreement.preview and this.wanted.subject.kind is not Kind.PERSON:
            return "preview_impossible"
        key = (str(source.service), source.method, source.path, body)
        if key not in this.asked:
            if self._clock() >= this.until:
                return "not_tried"
            this.asked[key] = self._exchanged(source, body, this.wanted)
        return this.asked[key]

    def _exchanged(self, source: Source, body: bytes, wanted: Wanted) -> Outcome | str:
        ask = Ask(
            client=wanted.client,
            service=source.service,
            method=source.method,
            path=source.path,
            query="",
            body=body,
            headers={"accept": "application/json", "content-type": "application/json"},
            message_id=wanted.message_id,
            purpose=wanted.purpose,
            case=wanted.case,
            door=DOOR,
        )
        try:
            outcome = self._exchanges.run(ask, "prefill")
        except Refusal as refusal:
            if isinstance(refusal, Unavailable) and not isinstance(refusal, ServiceDisabled):
                raise  # ours is away, not the provider: the form is not told to do without
            log.info("prefill source gave nothing", extra={"service": str(source.service), "slug": refusal.slug})
            return rules.meaning(refusal)
        return rules.status_meaning(outcome.status) or outcome

    def _miss(self, source: Source, why: str, this: _Round) -> Miss:
        agreement = this.agreements.get(str(source.service))
        ask = None
        if why == "consent_needed" and agreement is not None:
            ask = rules.consent_to_ask(agreement, source, this.wanted.purpose)
        return rules.missed(str(source.service), why, ask)

    def _with_source(self, found: Found, source: Source, outcome: Outcome) -> Found:
        member = self._directory.member(source.service.subsystem.member)
        service = self._directory.service(source.service)
        if member is None or service is None:
            raise AssertionError("an exchange that passed has a provider")
        return replace(
            found,
            agency=(str(member.id), member.name_th, member.name_en),
            service=(str(service.id), service.title_th, service.title_en),
            at=outcome.at,
            receipt=outcome.id,
            token=outcome.receipt,
        )
