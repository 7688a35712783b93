"""`ports.Rights` by the definitions of the portal and the exchange: what triggers a look, and the look itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.gdx_client import Answer, Gdx
from chalicelib.shared.sourced import RateRow
from chalicelib.shared.thai import Text

from ..entitlements.catalogue import Catalogue
from ..entitlements.gathering import About, Gathered, Gathering
from ..entitlements.judging import Known, judge
from ..entitlements.model import EntitlementDefinition, Rule, Value
from ..entitlements.telling import filled, places
from .model import Candidate, Group, Look, Receipt, RightWords, Step, Watched
from .rules import group_of

PURPOSE = "tell-of-rights"
CIVIL = "TH/CENTRAL/DOPA/civil/person"
_PERIODS = {
    "once": Text(th="ครั้งเดียว", en="once"),
    "month": Text(th="ต่อเดือน", en="a month"),
    "year": Text(th="ต่อปี", en="a year"),
}
HERE = Text(th="ยื่นขอได้ในพอร์ทัลนี้ ข้อมูลที่รัฐมีอยู่แล้วกรอกให้แล้ว", en="Apply in this portal; what the state knows is filled in.")


class ToldUnasked:
    """`Gdx` for looks that nobody asked for: the exchange's log must say so, whatever a definition's own purpose is."""

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

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
        """See `Gdx.ask`."""
        return self._gdx.ask(service, method, path, body, PURPOSE, case=case, once=once)


class DefinedRights:
    """Rights as their definitions say.

    Args:
        catalogue: the definitions.
        gdx: the exchange; nothing is asked of it that needs a consent.
    """

    def __init__(self, catalogue: Catalogue, gdx: Gdx) -> None:
        self._catalogue = catalogue
        self._gathering = Gathering(ToldUnasked(gdx))

    def watched(self, on: dt.date) -> Sequence[Watched]:
        """See `Rights.watched`; a right of which nothing may be kept cannot be offered."""
        return [
            Watched(definition.id, each.event, each.age, each.before_days, each.who == "parents")
            for definition in self._catalogue.live(on)
            if definition.keep != "never"
            for each in definition.triggers
        ]

    def words(self, right: str, on: dt.date) -> RightWords | None:
        """See `Rights.words`."""
        definition = self._live(right, on)
        if definition is None:
            return None
        rows = {name: _row_on(table, on) for name, table in definition.tables.items()}

        def plain(text: Text) -> Text:
            return filled(definition, text, {}, rows)

        def step(text: Text, rule: Rule) -> Text:
            # what would show a value of the person is told by the law's own words
            return plain(text if places(text) <= set(rows) else rule.legal.text)

        amount = definition.amount
        advice = definition.advice.get("entitled")
        period = None if amount is None else _PERIODS[amount.period]
        return RightWords(
            name=definition.name,
            summary=definition.summary,
            agency=definition.agency_name,
            unit=None
            if amount is None or period is None
            else Text(th=f"{amount.unit.th}{period.th}", en=f"{amount.unit.en} {period.en}"),
            held={rule.id: step(rule.text, rule) for rule in definition.rules},
            passed={rule.id: step(rule.otherwise or rule.legal.text, rule) for rule in definition.rules},
            questions={code: plain(question.text) for code, question in definition.asks.items()},
            how=HERE if definition.apply is not None or advice is None else plain(advice),
            legal=tuple(said.text for said in definition.legal_basis),
        )

    def possible(self, watched: Watched, candidate: Candidate, on: dt.date) -> bool:
        """See `Rights.possible`."""
        definition = self._live(watched.right, on)
        if definition is None or (definition.subject == "child") != (candidate.subject is not None):
            return False
        born = next(
            (each.born for each in definition.triggers if _is(each.event, each.age, watched) and each.born), None
        )
        if born is None or candidate.born is None:
            return True
        return judge(definition, {born: candidate.born.isoformat()}, on).result not in ("not_entitled", "already")

    def look(self, watched: Watched, candidate: Candidate, on: dt.date, case: str) -> Look:
        """See `Rights.look`."""
        definition = self._live(watched.right, on)
        if definition is None:
            return Look("no", candidate.group)
        gathered = self._gathering.gather(definition, About(candidate.pid, candidate.subject), {}, on, case=case)
        judgement = gathered.judgement
        if judgement.result == "already":
            return Look("already", candidate.group)
        if judgement.result == "not_entitled" or not _likely(definition, gathered, on):
            return Look("no", candidate.group)
        return Look(
            outcome="likely",
            group=_group(definition, gathered, on),
            amount=judgement.amount,
            steps=tuple(
                Step(each.rule, each.outcome != "passed") for each in judgement.steps if each.outcome != "unknown"
            ),
            receipts=tuple(Receipt(each.service, each.receipt, each.at) for each in gathered.receipts),
            open_questions=tuple(code for code in definition.asks if code in judgement.missing),
        )

    def _live(self, right: str, on: dt.date) -> EntitlementDefinition | None:
        return next((each for each in self._catalogue.live(on) if each.id == right), None)


def _is(event: str | None, age: int | None, watched: Watched) -> bool:
    return (event, age) == (watched.event, watched.age)


def _likely(definition: EntitlementDefinition, gathered: Gathered, on: dt.date) -> bool:
    """Whether a result that is not "no" may be told as likely: entitled, or for want of the person's own answers only.

    Raises:
        UpstreamFailed: what is missing, a register that is away would tell.
    """
    if gathered.judgement.is_definite:  # a rule may also decide that only an officer can tell
        return gathered.judgement.result == "entitled"
    away = {code for each in gathered.waiting for code in definition.inputs[each.input].facts}
    known = Known(definition, gathered.facts, on)
    conditions = [source.needed_if for source in definition.inputs.values()]
    lacking = {code for condition in conditions for code in known.look(condition)[1]} | gathered.judgement.missing
    if away & lacking:
        raise UpstreamFailed(
            "หน่วยงานเจ้าของข้อมูลยังไม่ตอบ", "A register that would decide it does not answer.", retry_after=60
        )
    unsaid = {code for code in gathered.judgement.missing if code in gathered.facts}
    entitling = (rule for rule in definition.rules if rule.then == "entitled")
    return not unsaid and any(known.look(rule.when)[0] is not False for rule in entitling)


def _group(definition: EntitlementDefinition, gathered: Gathered, on: dt.date) -> Group:
    """What the facts that were asked for the judgement tell of the person's group; nothing is asked for it."""
    own: dict[str, Value | None] = {
        fact.pointer: gathered.facts.get(code)
        for code, source, fact in definition.register_facts()
        if source.service == CIVIL and source.request.get("pid") == "$pid"
    }
    born = own.get("/birth_date")
    day = dt.date.fromisoformat(born) if isinstance(born, str) else None
    return group_of(own.get("/address/province"), day, own.get("/sex"), on)


def _row_on(table: Sequence[RateRow], on: dt.date) -> RateRow | None:
    return next((row for row in table if row.from_ <= on and (row.to is None or on <= row.to)), None)
