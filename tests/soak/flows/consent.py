"""Consents: nothing about a person goes out without one that holds at the very moment when it is recorded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from chalicelib.gdx.consents import store
from chalicelib.gdx.consents.book import Kept
from chalicelib.gdx.consents.model import Act, Mode
from chalicelib.gdx.consents.rules import Asked
from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.gdx.model import Ask
from chalicelib.gdx.refusals import ConsentNeeded
from chalicelib.gdx.service import Service
from chalicelib.shared.errors import AlreadyThere, Invalid, Stale, TooMany, WrongState
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import CLAIM_LIVES, Once, Replayed
from chalicelib.shared.storage import Item, Json
from tests.gdx.exchange import MALEE

from ..flow import Command, Parts, Violation
from ..judging import chains, histories
from ..life import LONGEST_UNDER_WAY
from ..stage import Stage
from .gdx import BANK, REPORT, GdxFlow, Seeded

ACT = Act("hash of a token", "https://digital-id.test", 0, "2.3", None)
OVER = ("REFUSED", "WITHDRAWN")
UNDER_WAY = timedelta(seconds=LONGEST_UNDER_WAY)
"""What was sent in time may arrive so much later."""


@dataclass
class Known:
    """What both sides were told of one consent.

    Attributes:
        asked_until: when it ends by itself.
        version: what the person saw last.
        giving: whether the person ever tried to give it.
        over: the end that was acknowledged.
    """

    asked_until: datetime
    version: int
    giving: bool = False
    over: str | None = None


class Consent(GdxFlow):
    """A bank asks a person, who gives, refuses and withdraws, while the bank asks the credit bureau."""

    name = "consent"
    agreements: ClassVar = {"gsb-credit": {}}

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.known: dict[str, Known] = {}
        self.began: dict[str, datetime] = {}
        self.answered: dict[str, str] = {}
        self.question: Asked | None = None
        self.passed: list[str] = []
        self.told_before = {(row.data["subject"], row.data["seq"]) for row in stage.rows("gdx", "CONSENTS#", "EVT#")}
        self.first: Item | None = next(iter(stage.rows("gdx", "CONSENT#")), None)
        for row in stage.rows("gdx", "CONSENT#"):
            self.known[row.data["id"]] = Known(datetime.fromisoformat(row.data["until"]), row.version, giving=True)

    @classmethod
    def prepare(cls, service: Service) -> None:
        """A life begins with a consent that was given."""
        until = service.now + timedelta(days=4)
        kept = service.consents.ask(SubsystemId.parse(BANK), MALEE, _asked(until, once=False), _once("seed"), _shown)
        consent = kept.consent
        service.consents.give(consent.id, consent.subject, ACT, kept.version, _once("given"), _shown)

    # -- what a bank and a person do -------------------------------------------------------------

    def draw(self, random: Random) -> Command[Service]:
        last = max(self.known, default="")
        given = last != "" and self.known[last].giving and self.known[last].over is None
        weights = (2, 8, 8 if given else 2, 1) if self.known else (9, 0, 1, 0)
        match random.choices(("ask", "decide", "exchange", "give up"), weights)[0]:
            case "decide":
                likely = "withdraw" if given else "give"
                what = likely if random.random() < 0.8 else random.choice(("give", "withdraw", "refuse"))
                consent = last if random.random() < 0.8 else random.choice(sorted(self.known))
                late = random.random() < 0.2
                return Command(what, lambda service: self._decides(service, consent, what, late=late))
            case "exchange":
                message = f"m{random.randint(1, 9)}"
                return Command(f"exchange {message}", lambda service: self._exchanges(service, message))
            case "give up":
                consent = random.choice(sorted(self.known))
                return Command("the bank gives up", lambda service: self._gives_up(service, consent))
        key, once = f"k{random.randint(1, 4)}", random.random() < 0.4
        hours = random.choice((1, 30, 30))
        same = random.random() < 0.5
        return Command(f"ask {key}", lambda service: self._asks(service, key, once=once, hours=hours, same=same))

    def _asks(self, service: Service, key: str, *, once: bool, hours: int, same: bool) -> None:
        """The bank asks anew; or for the same as the last time, which may still be open."""
        began = self.began.setdefault(key, self.stage.now)
        if self.stage.now - began > timedelta(seconds=CLAIM_LIVES - 3600):
            return
        until = self.stage.now + timedelta(hours=hours)
        asked = self.question if same and self.question is not None else _asked(until, once=once)
        self.question = asked
        try:
            kept = service.consents.ask(SubsystemId.parse(BANK), MALEE, asked, _once(key), _shown)
        except Replayed as again:
            answer = again.answer or {}
        except (AlreadyThere, TooMany, Invalid):
            return
        else:
            answer = _shown(kept)
        identifier = str(answer["id"])
        if self.answered.setdefault(key, identifier) != identifier:
            self.noticed.append(Violation("DOUBLED", "one key asked for two consents"))
        self.known.setdefault(identifier, Known(datetime.fromisoformat(answer["until"]), int(answer["version"])))

    def _decides(self, service: Service, identifier: str, what: str, *, late: bool) -> None:
        """The person decides on what they read: now, or a while ago."""
        seeded: Seeded = self.stage.seeded
        known, subject = self.known[identifier], seeded.person
        if not late:
            known.version = service.consents.of_person(identifier, subject).version
        known.giving = known.giving or what == "give"
        version, once = known.version, _once(self.stage.ids())
        try:
            match what:
                case "give":
                    kept = service.consents.give(identifier, subject, ACT, version, once, _shown)
                case "refuse":
                    kept = service.consents.refuse(identifier, subject, version, once, _shown)
                case _:
                    kept = service.consents.withdraw(identifier, subject, version, once, _shown)
        except Replayed as again:
            self._told(identifier, str((again.answer or {})["state"]))
        except (Stale, WrongState):
            return
        else:
            self._told(identifier, kept.state.value)

    def _gives_up(self, service: Service, identifier: str) -> None:
        once = _once(self.stage.ids())
        kept = service.consents.give_up(identifier, SubsystemId.parse(BANK), once, _shown)
        self._told(identifier, kept.state.value)

    def _told(self, identifier: str, state: str) -> None:
        if state in OVER:
            self.known[identifier].over = state

    def _exchanges(self, service: Service, message: str) -> None:
        """The bank asks the bureau. Who knows beforehand that no consent can hold must be refused."""
        given = {name for name, each in self.known.items() if each.giving}
        may = any(
            each.over is None and each.giving and self.stage.now < each.asked_until for each in self.known.values()
        )
        ask = Ask(
            client=SubsystemId.parse(BANK),
            service=ServiceId.parse(REPORT),
            method="POST",
            path="/lookup",
            query="",
            body=json.dumps({"pid": MALEE}).encode(),
            headers={"content-type": "application/json", "accept": "application/json"},
            message_id=message,
        )
        try:
            outcome = service.exchanges.run(ask)
        except ConsentNeeded:
            return
        self.passed.append(outcome.id)
        may = may or any(each.giving and name not in given for name, each in self.known.items())  # meanwhile
        if not may and not outcome.repeated:
            self.noticed.append(Violation("STALE", "it went out, and nobody consented"))
        if outcome.status == 200 and json.loads(outcome.body).keys() != {"score"}:
            self.noticed.append(Violation("STALE", "more went out than was consented to"))

    # -- what must be true -----------------------------------------------------------------------

    def judge(self, process: Service) -> Iterator[Violation]:
        rows = self.stage.rows("gdx")
        yield from chains(rows)
        yield from self._in_order()
        present = {str(row.data["id"]): row.data for row in rows if row.key.pk.startswith("CONSENT#")}
        told = histories(rows)
        for identifier, known in self.known.items():
            if identifier not in present:
                yield Violation("LOST", "a consent that was asked for is not there")
                continue
            state = str(present[identifier]["state"])
            if known.over is not None and state != known.over:
                yield Violation("LOST", f"{known.over} was acknowledged, {state} stands there")
            history = told[store.history_pk(identifier)]
            states = [str(event.data["state"]) for event in history]
            if states[-1] != ("GIVEN" if state == "USED" else state):
                yield Violation("HALF", f"the history ends with {states[-1]}, {state} stands there")
            if any(count > 1 for count in Counter(states).values()):
                yield Violation("DOUBLED", f"a history of {states}")
            if {(identifier, event.seq) for event in history} - self.told.news.keys() - self.told_before:
                yield Violation("LOST", "the person's portal was not told")
        leaves = {str(row.data["leaf"]["id"]) for row in rows if row.key.sk == "LEAF"}
        lines = Counter(str(row.data["receipt"]) for row in rows if row.key.pk.startswith("SUBJECT#"))
        if set(self.passed) - leaves:
            yield Violation("LOST", "an exchange that was answered has no record")
        if set(lines) != leaves or any(count > 1 for count in lines.values()):
            yield Violation("HALF", "records and lines of the person's log differ")

    def _in_order(self) -> Iterator[Violation]:
        """Each record was written while a consent held, judged by the order in which things took effect."""
        row: Item | None = self.first
        used: set[str] = set()
        for commit in self.stage.history.commits():
            leaf = next((item for item in commit.put if item.key.sk == "LEAF"), None)
            if leaf is not None and leaf.data["leaf"]["service"] == REPORT:
                if row is None or row.data["state"] != "GIVEN":
                    yield Violation("STALE", f"recorded under {None if row is None else row.data['state']}")
                elif commit.at >= datetime.fromisoformat(row.data["until"]) + UNDER_WAY:
                    yield Violation("STALE", "recorded after its end")
                elif row.data["mode"] == "once" and str(row.data["id"]) in used:
                    yield Violation("DOUBLED", "a consent for once was used twice")
                used.add("" if row is None else str(row.data["id"]))
            for item in commit.put:
                if item.key.pk.startswith("CONSENT#") and not item.key.sk.startswith("PAST#"):
                    row = item


def _asked(until: datetime, *, once: bool) -> Asked:
    return Asked(
        service=ServiceId.parse(REPORT),
        purposes=("loan-application",),
        fields=("/score",),
        starts=None,
        ends=until,
        mode=Mode.ONCE if once else Mode.REPEATED,
        data_life_days=1,
    )


def _once(key: str) -> Once:
    return Once(f"consent#{key}", "same", new_token())


def _shown(kept: Kept) -> Json:
    terms: Any = kept.consent.terms
    return {
        "id": kept.consent.id,
        "state": kept.state.value,
        "version": kept.version,
        "until": terms.ends.isoformat(),
    }
