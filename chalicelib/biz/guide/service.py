"""The guide: what was answered against all services that may be applied for today. Keeps nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Fault, Invalid
from chalicelib.shared.thai import Text

from ..definitions import partial
from ..definitions.model import ServiceDefinition
from ..definitions.parts import Schema
from ..definitions.validators import holds
from ..manual.content import statement
from ..office import Office
from . import answers as reading
from .plans import lines, manual_of, plan
from .rules import Asked, Standing, Verdict, decide, questions, stand
from .views import (
    Beginning,
    Bundled,
    ChoiceLine,
    Cost,
    Guided,
    Needed,
    NotNeeded,
    QuestionGroup,
    QuestionLine,
    ServiceLine,
    Undecided,
    Unguided,
)
from .vocabulary import OWNER_KIND, Vocabulary

PATH = "/biz/v1/guide"
BUNDLES = "/biz/v1/bundles"
OFFERS = "/biz/v1/bundle-offers"


@dataclass(frozen=True)
class Offer:
    """A bundle: services that can be asked for in one go.

    Attributes:
        id, name, summary: of the bundle.
        services: those of its members, each behind those that it waits for.
        form: JSON Schema of what it asks once; a property that is called as a shared question takes its answer.
    """

    id: str
    name: Text
    summary: Text
    services: tuple[str, ...]
    form: Schema = field(default_factory=dict)


Live = Callable[[dt.date], Iterable[Offer]]


class Guide:
    """What do I need?

    Args:
        office: the room's tools.
        vocabulary: the questions that services share.
        offers: the bundles that may be begun on a day.
    """

    def __init__(self, office: Office, vocabulary: Vocabulary, offers: Live) -> None:
        self._office = office
        self._vocabulary = vocabulary
        self._offers = offers

    def today(self) -> tuple[list[ServiceDefinition], dict[str, Asked]]:
        """The services of today, and all questions that may be asked for them."""
        services = [each for each in self._office.catalogue.live(self._office.today()) if each.is_public]
        return services, questions(self._vocabulary, services)

    def say(self, given: Mapping[str, Any]) -> Guided:
        """What can be said by these answers.

        Raises:
            Invalid: an answer is to no question of today, or none that the question takes.
        """
        services, asked = self.today()
        faults = [
            *(_unknown(f"/answers/{name}") for name in given if name not in asked),
            *check(asked, given, "/answers/{}"),
        ]
        if faults:
            raise Invalid("คำตอบบางข้อไม่ถูกต้อง", "Some of the answers are not valid.", faults)
        return self.judge(services, asked, given)

    def judge(
        self, services: Sequence[ServiceDefinition], asked: Mapping[str, Asked], given: Mapping[str, Any]
    ) -> Guided:
        """What can be said by answers that were checked."""
        on, standing = self._office.today(), stand(asked, given)
        verdicts = {each.id: decide(each, asked, standing) for each in services}
        planned = [
            plan(each, each.guide, verdict, asked, standing, on)
            for each in services
            if each.guide is not None and (verdict := verdicts[each.id]) is not None and verdict.needed
        ]
        offers = list(self._offers(on))
        order = [service for offer in offers for service in offer.services]
        needed = sorted(
            (made for made, _ in planned),
            key=lambda made: order.index(made.service) if made.service in order else len(order),
        )
        return Guided(
            on=on,
            complete=all(verdict is None or verdict.needed is not None for verdict in verdicts.values()),
            link=address(asked, given),
            answers=lines((name for name in asked if name not in standing.ignored), asked, given),
            ignored=lines(standing.ignored, asked, given),
            notes=tuple(
                note
                for name, one in asked.items()
                if standing.values.get(name, partial.UNKNOWN) is not partial.UNKNOWN
                for note in reading.notes(one.question, standing.values[name])
            ),
            questions=_following(asked, standing, verdicts, {made.service: more for made, more in planned}),
            needed=tuple(needed),
            not_needed=tuple(
                NotNeeded(
                    **_short(each),
                    rule=statement(each.guide.because, each.guide),
                    answers=lines(verdict.by, asked, standing.values),
                )
                for each in services
                if each.guide is not None and (verdict := verdicts[each.id]) is not None and verdict.needed is False
            ),
            undecided=tuple(
                Undecided(**_short(each), rule=statement(each.guide.because, each.guide), depends_on=verdict.by)
                for each in services
                if each.guide is not None and (verdict := verdicts[each.id]) is not None and verdict.needed is None
            ),
            unguided=tuple(
                Unguided(**_short(each), summary=each.summary, manual=manual_of(each.id))
                for each in services
                if verdicts[each.id] is None
            ),
            bundles=tuple(_bundled(offers, needed, standing)),
            cost=_cost(needed),
        )


def _bundled(offers: Iterable[Offer], needed: Sequence[ServiceLine], standing: Standing) -> Iterable[Bundled]:
    """The bundles that bring more than one of the needed services."""
    wanted = {each.service for each in needed}
    for offer in offers:
        covered = tuple(service for service in offer.services if service in wanted)
        if len(covered) > 1:
            yield Bundled(
                bundle=offer.id,
                name=offer.name,
                summary=offer.summary,
                services=offer.services,
                needed=covered,
                offer=f"{OFFERS}/{offer.id}",
                open=Beginning(method="POST", path=BUNDLES, body=_beginning(offer, standing)),
            )


def _beginning(offer: Offer, standing: Standing) -> dict[str, Any]:
    """What begins a bundle, with those of its shared answers that the guide was given."""
    known = {name: value for name, value in standing.values.items() if value is not partial.UNKNOWN}
    fields = offer.form.get("properties", {})
    body: dict[str, Any] = {
        "bundle": offer.id,
        "answers": {name: value for name, value in known.items() if name in fields and holds(fields[name], value)},
    }
    return body | ({"applicant": {"kind": known[OWNER_KIND]}} if OWNER_KIND in known else {})


def check(asked: Mapping[str, Asked], given: Mapping[str, Any], pointer: str) -> list[Fault]:
    """What is wrong with answers to known questions; `{}` in the pointer is the question's name."""
    found = (
        reading.fault(asked[name].question, value, pointer.format(name))
        for name, value in given.items()
        if name in asked
    )
    return [fault for fault in found if fault is not None]


def address(asked: Mapping[str, Asked], given: Mapping[str, Any]) -> str:
    """The link of these answers, in the order of asking."""
    told = [(name, reading.to_address(one.question, given[name])) for name, one in asked.items() if name in given]
    return f"{PATH}?{urlencode(told, safe=',')}" if told else PATH


def _unknown(pointer: str) -> Fault:
    return Fault(pointer, "ไม่มีคำถามนี้ โปรดลบออก", "There is no such question; leave it out.")


def _short(definition: ServiceDefinition) -> dict[str, Any]:
    return {"service": definition.id, "name": definition.name, "agency_name": definition.agency_name}


def _following(
    asked: Mapping[str, Asked],
    standing: Standing,
    verdicts: Mapping[str, Verdict | None],
    details: Mapping[str, frozenset[str]],
) -> tuple[QuestionGroup, ...]:
    """What is worth asking next, in groups: what decides whether a service is needed, or what it costs and asks for."""
    decides: dict[str, list[str]] = {}
    for service, verdict in verdicts.items():
        for name in verdict.by if verdict is not None and verdict.needed is None else ():
            decides.setdefault(name, []).append(service)
    sharpens: dict[str, list[str]] = {}
    for service, names in details.items():
        for name in names:
            for each in standing.waits.get(name, (name,)):
                sharpens.setdefault(each, []).append(service)
    groups: dict[Text, list[QuestionLine]] = {}
    for name, one in asked.items():
        unknown = standing.values.get(name) is partial.UNKNOWN and name not in standing.waits
        if unknown and (name in decides or name in sharpens):
            line = _question(name, one, tuple(decides.get(name, ())), tuple(sharpens.get(name, ())))
            groups.setdefault(one.group, []).append(line)
    return tuple(QuestionGroup(title=title, questions=tuple(each)) for title, each in groups.items())


def _question(name: str, one: Asked, decides: tuple[str, ...], details: tuple[str, ...]) -> QuestionLine:
    question = one.question
    return QuestionLine(
        question=name,
        text=question.text,
        help=question.help,
        kind=question.kind,
        choices=tuple(ChoiceLine(value=each.value, label=each.label) for each in question.choices),
        unit=question.unit,
        most=question.most,
        whole=question.whole,
        decides=decides,
        details=details,
    )


def _cost(needed: Sequence[Needed]) -> Cost:
    fees = [fee for service in needed for fee in service.fees]
    total = sum((Decimal(fee.baht) for fee in fees if fee.baht is not None), Decimal(0))
    return Cost(baht=f"{total:.2f}", complete=all(fee.baht is not None for fee in fees))
