"""A licence of a company: two directors and two officers renew, change, end, suspend and revoke it at the same time.

Whatever comes first decides: nothing that has ended is followed, nothing has two successors, and verifiers are told the
same as the register. It holds for four days only, so that its end comes within a life.
"""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from chalicelib.biz.definitions.catalogue import Catalogue, shipped
from chalicelib.biz.ports import Extract
from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.storage import Item
from chalicelib.shared.workdays import thai_date
from tests.biz.procedures.sample import CLERK, TRAT, SignTown, signs
from tests.biz.town import BANK_SECRET, COMPANY, MALEE, SOMCHAI
from tests.support.keys import local_keyring
from tests.support.tokens import Issuers

from ..flow import Command, Parts, Violation
from ..judging import chains, histories
from ..stage import Stage
from . import licence_judging as judging
from .bank import Banked
from .biz import WHY, Around, BizFlow, Process, Seeded, once

SECOND = "1990100005055"
"""Another officer of the same municipality."""
DAYS = 4
"""How long a licence holds; it can be renewed all that time, and two days longer."""
DRAFTS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("A", MALEE, "renew", {"width": 3}),
    ("A", SOMCHAI, "amend", {"words": "ชา"}),
    ("A", MALEE, "cancel", {"reason": "เลิก"}),
    ("A", SOMCHAI, "replace", {"loss": "หาย"}),
    ("B", SOMCHAI, "renew", {"width": 4}),
    ("B", MALEE, "cancel", {"reason": "เลิก"}),
    ("C", MALEE, "cancel", {"reason": "เลิก"}),
    ("C", SOMCHAI, "renew", {"width": 5}),
)
"""What lies ready: about which licence, whose, what, and its answers."""
FILED = ("amend A", "renew B", "cancel C")
"""Those that are filed; the renewal of B is approved and to be paid."""
FRESH = {"renew": {}, "amend": {"words": "นม"}, "cancel": {"reason": "พอแล้ว"}}


@dataclass(frozen=True)
class SignSeeded(Seeded):
    """What all lives know.

    Attributes:
        owners: who filed each of the applications.
        numbers: of the three licences.
        licences: their rows, by number.
    """

    owners: dict[str, str]
    numbers: dict[str, str]
    licences: dict[str, Mapping[str, Any]]


@functools.cache
def catalogue() -> Catalogue:
    """Signs that are registered for a few days."""
    directory = Path(tempfile.mkdtemp())
    (directory / "signs.json").write_text(json.dumps(short()), encoding="utf-8")
    return shipped().and_of(directory)


def short() -> dict[str, Any]:
    """The definition of signs, with a short validity."""
    validity = {"years": 0, "days": DAYS, "reminders": [1], "source": "test", "verified": "design"}
    window = {"opens": DAYS, "closes": 2, "source": "test", "verified": "design"}
    return signs(credential__validity=validity, procedures__renew__window=window)


class Company(Around):
    """The neighbours; the company has two directors, and its register has its moods too."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.records[COMPANY]["directors"].append({"pid": SOMCHAI, "name": "นายสมชาย ใจดี"})

    def ask(self, *given: Any, **more: Any) -> Extract:
        """As `Registers`."""
        found: list[Extract] = []
        try:
            self._asked(lambda: found.append(super(Company, self).ask(*given, **more)))
        except ConnectionError:  # which is what the way there makes of it
            raise UpstreamFailed("ทะเบียนไม่ตอบ", "The register does not answer.") from None
        return found[0]


class LicenceFlow(Banked[Process], BizFlow):
    """Three licences of one company."""

    name = "licence"
    secret = BANK_SECRET
    stubborn = False

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.around = Company(stage)
        self.focus = ""

    @classmethod
    def services(cls) -> Catalogue:
        return catalogue()

    @classmethod
    def seed(cls, stage: Stage) -> SignSeeded:
        keyring = local_keyring()
        town = SignTown(Path(tempfile.mkdtemp()), table=stage.table("biz"), definition=short(), keyring=keyring)
        town.neighbours.records[COMPANY]["directors"].append({"pid": SOMCHAI, "name": "นายสมชาย ใจดี"})
        town.biz.enlist(once(), SECOND, TRAT, ["intake", "approver"], "เจ้าหน้าที่")
        numbers = {name: town.sign(MALEE, COMPANY, words=name) for name in "ABC"}
        cases, owners = {}, {}
        for of, who, procedure, answers in DRAFTS:
            case = cases[f"{procedure} {of}"] = town.begin(procedure, numbers[of], who)
            owners[case] = who
            town.patch(case, answers, who)
        for name in FILED:
            town.file(cases[name], owners[cases[name]])
        waits = cases["renew B"]
        town.act(CLERK, waits, "approve")
        town.ok(SOMCHAI, "POST", f"/applications/{waits}/payments")
        town.run_queue()
        rows = stage.rows("biz")
        seen = frozenset(event.id for events in histories(rows).values() for event in events)
        licences = {no: row.data for no, row in judging.licences(rows).items()}
        return SignSeeded(keyring, Issuers(stage.clock), cases, seen, {}, owners, numbers, licences)

    def hear(self, process: Process, queue: str, body: str) -> None:
        """Only who tells people: what counts and shows is heard in `case` and `payment`, and costs half a life."""
        if queue == "biz-events":
            process.biz.parts.journal.carry(body, process.biz.letters.heard)

    def sweep(self, process: Process) -> None:
        process.biz.parts.journal.sweep(self.stage.now)
        if self.stage.layer.on or self.busy():  # a look at nothing costs a life too much
            process.biz.keeper.sweep(self.stage.now)

    def busy(self) -> bool:
        """Whether a licence's calendar has something to tell today."""
        today = thai_date(self.stage.now).isoformat()
        rows = judging.licences(self.stage.rows("biz", "LIC#"))
        return any(row.data["look_at"] is not None and row.data["look_at"] <= today for row in rows.values())

    # -- what people, officers and the bank do ---------------------------------------------------

    def applications(self) -> dict[str, tuple[str, str, str]]:
        """Every application that is known to whoever opened it: its id, owner and procedure, by a name."""
        seeded: SignSeeded = self.stage.seeded
        known = {name: (case, seeded.owners[case], name.split()[0]) for name, case in seeded.cases.items()}
        for key, asked in self.asked.items():
            if asked.what == "open" and asked.answer is not None:
                known[key] = str(asked.answer["id"]), asked.request["who"], asked.request["json"]["procedure"]
        return known

    def draw(self, random: Random) -> Command[Process]:
        self.focus = self.focus or random.choice("ABC")  # about which most of a life is, or nobody would meet
        what = random.choices(("submit", "decide", "withdraw", "pay", "again", "turn", "open"), (6, 8, 1, 6, 2, 4, 3))[
            0
        ]
        if what == "turn":
            return self._turns(random)
        if what == "open":
            return self._opens(random)
        if what == "again" and self.said:
            transaction = random.choice(sorted(self.said))
            return Command(f"again {transaction}", lambda process: self.tells(process, transaction))
        known = self.applications()
        if what in ("pay", "again"):
            owing = self._in_state(("payment",), known) if random.random() < 0.9 else []
            name = random.choice(owing or [each for each in known if known[each][2] == "renew"])
            return self._pays(random, name, *known[name])
        likely = self._in_state(("draft",) if what == "submit" else ("deciding", "checking"), known)
        likely = [name for name in likely if name.endswith(self.focus)] or likely
        name = random.choice(likely if likely and random.random() < 0.7 else sorted(known))
        case, owner, procedure = known[name]
        path, key = f"/applications/{case}", f"{what}-{name}-{random.randint(1, 2)}"
        if what in ("submit", "withdraw"):
            return self.asks(key, owner, what, case, method="POST", path=f"{path}/{what}", json=None)
        who = random.choice((CLERK, SECOND))
        move = "refuse" if random.random() < 0.1 else "accept" if procedure == "cancel" else "approve"
        body = {"reasons": WHY} if move == "refuse" else {}
        return self.asks(f"{key}-{who[-3:]}", who, move, case, method="POST", path=f"{path}/actions/{move}", json=body)

    def _in_state(self, states: tuple[str, ...], known: dict[str, tuple[str, str, str]]) -> list[str]:
        """Those applications that are as far as that."""
        rows = {row.key.pk[5:]: row.data["state"] for row in self.stage.rows("biz", "CASE#", "META")}
        return [name for name in sorted(known) if rows[known[name][0]] in states]

    def _turns(self, random: Random) -> Command[Process]:
        """An officer suspends, reinstates or revokes any licence that there is."""
        no = random.choice(sorted(judging.licences(self.stage.rows("biz", "LIC#"))))
        no = self.stage.seeded.numbers[self.focus] if random.random() < 0.6 else no
        (row,) = self.stage.rows("biz", f"LIC#{no}", "META")
        may = (
            ("reinstate", "reinstate", "revoke")
            if row.data["status"] == "suspended"
            else ("suspend", "suspend", "revoke")
        )
        what, who = random.choice((*may, "reinstate")), random.choice((CLERK, SECOND))
        body: dict[str, Any] = {"reasons": WHY}
        if what == "suspend" and random.random() < 0.7:
            body["until"] = thai_date(self.stage.now).isoformat()
        key = f"{what}-{no[-4:]}-{random.randint(1, 2)}"
        return self.asks(f"{key}-{who[-3:]}", who, what, no, method="POST", path=f"/licences/{no}/{what}", json=body)

    def _opens(self, random: Random) -> Command[Process]:
        """A director begins anew, with whatever licence there is, and fills in what is asked."""
        no = random.choice(sorted(judging.licences(self.stage.rows("biz", "LIC#"))))
        who, procedure = random.choice((MALEE, SOMCHAI)), random.choice(sorted(FRESH))
        key = f"open-{procedure}-{no[-4:]}-{who[-3:]}"
        body = {"procedure": procedure, "licence": no}
        opening = self.asks(key, who, "open", no, method="POST", path="/applications", json=body)

        def act(process: Process) -> None:
            opening.run(process)
            answer = self.asked[key].answer
            if answer is not None and FRESH[procedure]:
                path, headers = f"/applications/{answer['id']}/answers", {"If-Match": '"v1"'}
                filling = {"method": "PATCH", "path": path, "json": FRESH[procedure], "headers": headers}
                self.asks(f"fill-{key}", who, "fill", str(answer["id"]), **filling).run(process)

        return Command(f"{key}", act)

    def _pays(self, random: Random, name: str, case: str, owner: str, procedure: str) -> Command[Process]:
        """Whoever has the bill pays it, whoever has none asks for it."""
        (row,) = self.stage.rows("biz", f"CASE#{case}", "META")
        bill = row.data.get("bill")
        if bill is None or random.random() < 0.2:
            key = f"bill-{name}-{random.randint(1, 2)}"
            return self.asks(key, owner, "bill", case, method="POST", path=f"/applications/{case}/payments", json=None)
        ref1, ref2 = judging.references(case, bill)
        return self.pays(ref1, ref2, int(bill["satang"]) - random.choice((0, 0, 0, 100)))

    # -- what must be true -----------------------------------------------------------------------

    def judge(self, process: Process) -> Iterator[Violation]:
        rows: list[Item] = self.stage.rows("biz")
        seeded: SignSeeded = self.stage.seeded
        found = histories(rows)
        fresh = {pk: [event for event in events if event.id not in seeded.seen] for pk, events in found.items()}
        yield from chains(rows)
        yield from judging.in_order(self.stage.history, seeded.licences)
        yield from judging.register(process.biz, rows, self.stage.now)
        yield from judging.carried_out(process.biz, rows, found)
        yield from judging.fees(process.biz, rows, self.said)
        yield from judging.commands(self.asked.values(), fresh)
        yield from judging.told(self.around, fresh)
