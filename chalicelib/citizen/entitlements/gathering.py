"""Asks the registers what a judgement needs, several at once, and not more than it needs.

A register is asked only once its `needed_if` is known to hold, and no more are asked as soon as nothing that they could
tell would change the result. Who does not answer leaves its facts unknown, and is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from typing import Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import Invalid, NotAllowed, NotFound, Refusal, TooMany
from chalicelib.shared.gdx_client import ConsentNeeded, Gdx

from .answers import Unusable, from_register
from .judging import Judgement, Known, judge
from .model import EntitlementDefinition, Input, Value

AT_ONCE = 6
"""Questions that run beside one another."""

Reason = Literal["away", "quota", "no_agreement", "unusable", "consent"]
PAUSE = 60
"""Seconds until another try, where the register says nothing of it."""


@dataclass(frozen=True)
class Receipt:
    """A register was asked and answered; the exchange keeps the proof."""

    input: str
    service: str
    receipt: str
    at: str


@dataclass(frozen=True)
class Waiting:
    """A register could not be asked, or did not answer.

    Attributes:
        retry_after: seconds; None where trying again does not help.
    """

    input: str
    service: str
    reason: Reason
    retry_after: int | None


@dataclass(frozen=True)
class Gathered:
    """What came together.

    Attributes:
        facts: of registers and answers; never kept.
        consent_for: inputs that still need the person's consent.
    """

    facts: Mapping[str, Value | None] = field(repr=False)
    judgement: Judgement
    receipts: tuple[Receipt, ...]
    waiting: tuple[Waiting, ...]
    consent_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class About:
    """Whose right it is, and which child it is about."""

    pid: str = field(repr=False)
    subject: str | None = field(default=None, repr=False)


class Gathering:
    """Asks the exchange.

    Args:
        gdx: the exchange, as the portal asks it.
    """

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def gather(
        self,
        definition: EntitlementDefinition,
        about: About,
        answers: Mapping[str, Value],
        on: dt.date,
        *,
        case: str | None = None,
        consented: bool = False,
    ) -> Gathered:
        """Everything that the judgement needs and the registers tell.

        Args:
            answers: what the person said.
            on: the day for which is judged.
            case: stands in the exchange's log.
            consented: whether inputs that need a consent may be tried.
        """
        facts: dict[str, Value | None] = dict(answers)
        receipts, waiting, left = list[Receipt](), list[Waiting](), dict(definition.inputs)
        judgement = judge(definition, facts, on)
        while not judgement.is_definite:
            known = Known(definition, facts, on)
            due = {
                name: source
                for name, source in left.items()
                if (consented or not source.consent) and known.holds(source.needed_if)
            }
            if not due:
                break
            for told in self._ask_all(due, about, case):
                facts |= told.facts
                receipts += told.receipts
                waiting += told.waiting
            left = {name: source for name, source in left.items() if name not in due}
            judgement = judge(definition, facts, on)
        known = Known(definition, facts, on)
        wanted = tuple(
            name
            for name, source in left.items()
            if source.consent and not judgement.is_definite and known.holds(source.needed_if)
        )
        refused = tuple(each.input for each in waiting if each.reason == "consent")
        return Gathered(facts, judgement, tuple(receipts), tuple(waiting), (*wanted, *refused))

    def _ask_all(self, due: Mapping[str, Input], about: About, case: str | None) -> Sequence[_Told]:
        if len(due) == 1:
            ((name, source),) = due.items()
            return [self._ask(name, source, about, case)]
        with ThreadPoolExecutor(min(AT_ONCE, len(due))) as pool:
            return list(pool.map(lambda name: self._ask(name, due[name], about, case), due))

    def _ask(self, name: str, source: Input, about: About, case: str | None) -> _Told:
        def away(reason: Reason, retry_after: int | None) -> _Told:
            return _Told({}, (), (Waiting(name, source.service, reason, retry_after),))

        try:
            body = request_of(source.request, about)
            answer = self._gdx.ask(source.service, "POST", source.path, body, source.purpose, case=case)
            facts = from_register(source, answer.value, about.pid)
        except NotFound:
            return _Told(dict(source.absent), (), ())
        except ConsentNeeded:
            return away("consent", None)
        except NotAllowed:
            return away("no_agreement", None)
        except TooMany as busy:
            return away("quota", busy.retry_after or PAUSE)
        except (Invalid, Unusable):
            return away("unusable", None)
        except Refusal as silent:
            return away("away", silent.retry_after or PAUSE)
        return _Told(facts, (Receipt(name, source.service, answer.receipt, answer.at),), ())


@dataclass(frozen=True)
class _Told:
    """What one question brought."""

    facts: Mapping[str, Value | None] = field(repr=False)
    receipts: tuple[Receipt, ...]
    waiting: tuple[Waiting, ...]


def request_of(request: Mapping[str, str], about: About) -> dict[str, str]:
    """The body of a question, with the people's ids put in.

    Raises:
        Invalid: it is about a child, and none was named.
    """
    places = {"$pid": about.pid, "$subject": about.subject}
    body = {name: places.get(value, value) for name, value in request.items()}
    missing = [name for name, value in body.items() if value is None]
    if missing:
        raise Invalid("ต้องระบุเด็กที่สิทธินี้เกี่ยวข้อง", "Name the child that it is about.")
    return {name: value for name, value in body.items() if value is not None}
