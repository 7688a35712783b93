"""Agreements: each step is taken once, upon the revision that was seen, and what is suspended lets nothing pass."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from chalicelib.gdx.agreements import store
from chalicelib.gdx.agreements.actors import Actor
from chalicelib.gdx.agreements.bodies import Terms
from chalicelib.gdx.agreements.model import Act, Negotiation
from chalicelib.gdx.agreements.seals import proven
from chalicelib.gdx.agreements.views import NegotiationView
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.refusals import AccessDenied
from chalicelib.gdx.service import Service
from chalicelib.gdx.store import agreement_key
from chalicelib.shared.errors import AlreadyThere, Invalid, Stale, WrongState
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once, Replayed
from tests.gdx.agreements.parties import TERMS, signature
from tests.gdx.exchange import OFFICE, PERSON

from ..flow import Command, Parts, Violation
from ..judging import chains, histories
from ..stage import Stage
from .exchange import ask
from .gdx import CIVIL, GdxFlow, Seeded

PARTIES = {"consumer": OFFICE, "provider": CIVIL}
NEXT = {
    "REQUESTED": ("agree", "provider"),
    "OFFERED": ("accept", "consumer"),
    "ACCEPTED": ("agree", "provider"),
    "AGREED": ("verify", "consumer"),
    "VERIFIED": ("finalize", "provider"),
    "FINALIZED": ("suspend", "consumer"),
    "SUSPENDED": ("resume", "consumer"),
}
STANDING = ("FINALIZED", "SUSPENDED")
WHY = ("เหตุผล", "A reason")


@dataclass(frozen=True)
class Seen:
    """A revision of a negotiation that somebody was shown."""

    id: str
    revision: int
    state: str
    terms: str


class Agreement(GdxFlow):
    """An office and a register negotiate, sign, suspend and end an agreement; sometimes both at once."""

    name = "agreement"
    agreements: ClassVar = {"laemngop-person": {"state": "TERMINATED"}}

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.seen: dict[str, list[Seen]] = {}
        self.taken: dict[tuple[str, int], tuple[str, str]] = {}
        self.tried: list[str] = []
        self.messages = 0

    # -- what the two do -------------------------------------------------------------------------

    def draw(self, random: Random) -> Command[Service]:
        kind = random.choices(("begin", "act", "exchange"), (2, 12, 3))[0]
        if kind == "exchange":
            self.messages += 1
            message = f"m{self.messages}"
            return Command("exchange", lambda service: self._exchanges(service, message))
        if kind == "begin" or not self.seen:
            by, key = random.choice(tuple(PARTIES)), self.stage.ids()
            return Command(f"{by} begins", lambda service: self._begins(service, by, key))
        shown = self.seen[random.choice(sorted(self.seen))]
        upon = shown[-1]
        if random.random() < 0.2:  # what would be right now, by somebody who saw an earlier revision
            upon = replace(upon, revision=random.choice(shown).revision)
        act, by = NEXT.get(upon.state, ("terminate", "provider"))
        if random.random() < 0.2:
            act, by = random.choice(tuple(Act)).value, random.choice(tuple(PARTIES))
        key, again = self.stage.ids(), random.random() < 0.2
        return Command(f"{by}: {act}", lambda service: self._acts(service, upon, act, by, key, again=again))

    def _begins(self, service: Service, by: str, key: str) -> None:
        terms = Terms.model_validate_json(json.dumps({**TERMS, "predicates": []})).agreement(OFFICE, PERSON)
        try:
            self._shown(service.agreements.talks.open(_once(key), _actor(by), terms))
        except (WrongState, AlreadyThere):
            return

    def _acts(self, service: Service, upon: Seen, act: str, by: str, key: str, *, again: bool) -> None:
        """One step upon a revision that was seen; a client that is unsure repeats it with its key."""
        self.tried.append(act)
        for _ in range(2 if again else 1):
            try:
                view = self._step(service, upon, act, by, key)
            except Replayed as replayed:
                view = NegotiationView.model_validate_json(json.dumps(replayed.answer))
            except (Stale, WrongState, Invalid, AlreadyThere):
                return
            if view.revision != upon.revision + 1:
                self.noticed.append(Violation("STALE", f"revision {upon.revision} was taken for {view.revision - 1}"))
            before = self.taken.setdefault((upon.id, view.revision), (key, view.state))
            if before != (key, view.state):
                self.noticed.append(Violation("DOUBLED", f"two steps upon one revision: {before[1]}, {view.state}"))
            self._shown(view)

    def _step(self, service: Service, upon: Seen, act: str, by: str, key: str) -> NegotiationView:
        talks, actor, once = service.agreements.talks, _actor(by), _once(key)
        match Act(act):
            case Act.OFFER:
                changed = {**TERMS, "predicates": [], "daily_quota": 50 + upon.revision}
                terms = Terms.model_validate_json(json.dumps(changed)).agreement(OFFICE, PERSON)
                return talks.offer(once, actor, upon.id, upon.revision, terms)
            case Act.ACCEPT:
                return talks.accept(once, actor, upon.id, upon.revision)
            case Act.AGREE | Act.VERIFY:
                seeded: Seeded = self.stage.seeded
                signed = signature(seeded.keys[PARTIES[by]], upon.terms)
                return talks.sign(once, actor, upon.id, upon.revision, Act(act), signed)
            case Act.FINALIZE:
                return talks.finalize(once, actor, upon.id, upon.revision)
        return talks.turn(once, actor, upon.id, upon.revision, Act(act), WHY)

    def _shown(self, view: NegotiationView) -> None:
        found = self.seen.setdefault(view.id, [])
        found.append(Seen(view.id, view.revision, view.state, view.terms_text))
        found.sort(key=lambda each: each.revision)

    def _exchanges(self, service: Service, message: str) -> None:
        """The office asks the register. Who knows beforehand that nothing is in force must be refused."""
        last = [shown[-1].state for shown in self.seen.values()]
        may = any(act in ("finalize", "resume") for act in self.tried) and (
            "FINALIZED" in last or bool({"VERIFIED", "SUSPENDED"} & set(last))
        )
        try:
            service.exchanges.run(ask(PERSON, message))
        except AccessDenied:
            return
        if not may:
            self.noticed.append(Violation("STALE", f"it went out, and what was known is {last}"))

    # -- what must be true -----------------------------------------------------------------------

    def judge(self, process: Service) -> Iterator[Violation]:
        rows = self.stage.rows("gdx")
        yield from chains(rows)
        yield from self._in_order()
        told = histories(rows)
        kept = {each.id: each for row in rows if (each := _negotiation(row.key.pk, row.data)) is not None}
        for (identifier, revision), (_, state) in self.taken.items():
            history = told.get(store.history_pk(identifier), [])
            if len(history) < revision:
                yield Violation("LOST", f"a step to {state} that was acknowledged is not in the history")
            elif history[revision - 1].data["state"] != state:
                yield Violation(
                    "STALE", f"{state} was acknowledged, {history[revision - 1].data['state']} stands there"
                )
        for identifier in self.seen:
            if identifier not in kept:
                yield Violation("LOST", "a negotiation that was begun is not there")
        mine = [each for each in kept.values() if each.agreement.order == "agreed"]
        standing = [each for each in mine if each.state in STANDING]
        if len(standing) > 1:
            yield Violation("DOUBLED", f"{len(standing)} agreements stand between two systems")
        pair = next(row for row in rows if row.key == agreement_key(SubsystemId.parse(OFFICE), ServiceId.parse(PERSON)))
        content = pair.data["content"]
        for each in standing:
            if not proven(each, self.stage.now):
                yield Violation("HALF", "it stands and is not signed by all who must")
            if (content["id"], content["version"], content["state"]) != (
                each.agreement.id,
                each.agreement.version,
                each.state.value,
            ):
                yield Violation("HALF", f"{each.state} stands, the exchange reads {content['state']}")
        if not standing and content["state"] in STANDING:
            yield Violation("HALF", f"nothing stands, the exchange reads {content['state']}")

    def _in_order(self) -> Iterator[Violation]:
        """At no moment did two stand, and one exchange is recorded once."""
        states: dict[str, str] = {}
        leaves: Counter[str] = Counter()
        for commit in self.stage.history.commits():
            for item in commit.put:
                if (each := _negotiation(item.key.pk, item.data)) is not None:
                    states[each.id] = each.state.value
                if item.key.sk == "LEAF":
                    leaves[item.key.pk] += 1
            if sum(state in STANDING for state in states.values()) > 1:
                yield Violation("DOUBLED", "two agreements stood at one moment")
        if any(number > 1 for number in leaves.values()):
            yield Violation("DOUBLED", "an exchange was recorded twice")


def _negotiation(pk: str, data: object) -> Negotiation | None:
    if not pk.startswith("NEGOTIATION#") or not isinstance(data, dict) or "content" not in data:
        return None
    return store.negotiation_from(data)


def _actor(by: str) -> Actor:
    return Actor(f"system:{by}", SubsystemId.parse(PARTIES[by]))


def _once(key: str) -> Once:
    return Once(f"agreement#{key}", "same", new_token())
