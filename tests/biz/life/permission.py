"""One licence and all that is done with it in any order: renewed, changed, copied, given back, suspended, revoked.

Two at once, with faults. Here the model is short: what has ended stays ended, and what must hold is asked of the table.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.biz.licences.model import Licence
from chalicelib.biz.licences.rules import STATUS
from chalicelib.biz.model import Case
from chalicelib.biz.noun import CaseId
from chalicelib.biz.payments import rules as payments
from chalicelib.biz.store import filed_key
from chalicelib.shared.journal import chain_is_whole
from chalicelib.shared.workdays import thai_date
from tests.biz.procedures.sample import CLERK, SignTown
from tests.biz.town import MALEE

from .faults import FATES, Fickle
from .world import WHY, Command, World

AUTUMN = dt.datetime(2027, 10, 4, 3, tzinfo=dt.UTC)
"""A Monday on which the licence of November can be renewed."""
LAST = dt.datetime(2027, 12, 6, 3, tzinfo=dt.UTC)
ASKS = {"renew": "width", "amend": "words", "cancel": "reason", "replace": "loss"}
OVER = ("done", "ended", "refused", "withdrawn")
ACTS = (
    *("submit", "submit", "approve", "approve", "approve", "pay"),
    *("refuse", "withdraw", "revoke", "suspend", "reinstate", "reinstate"),
)

fates = st.sampled_from(("",) * 5 + FATES)
picks = st.integers(0, 11)


class Registry(World):
    """A town of signs with one licence."""

    def __init__(self, kind: type[Fickle]) -> None:
        self.table = kind()
        self.town = self.signs = SignTown(Path(tempfile.mkdtemp()), table=self.table)
        self.first = self.signs.sign()
        self._ready()

    def begin(self) -> None:
        super().begin()
        self.town.at = AUTUMN


_REGISTRIES: dict[type[Fickle], Registry] = {}


def registry(kind: type[Fickle]) -> Registry:
    """The town on this kind of table; one for all examples."""
    if kind not in _REGISTRIES:
        _REGISTRIES[kind] = Registry(kind)
    return _REGISTRIES[kind]


class Permission(RuleBasedStateMachine):
    """What its holder asks for, and what the office does, with one licence and those that follow it."""

    table_kind: ClassVar[type[Fickle]] = Fickle

    def __init__(self) -> None:
        super().__init__()
        self.world = registry(self.table_kind)
        self.world.begin()
        self.town = self.world.signs
        self.asked: list[str] = []
        self.over: dict[str, str] = {}
        self.dead: dict[str, str | None] = {}
        self.number = 0

    def licences(self) -> dict[str, Licence]:
        """All that were given, by number."""
        rows = self.world.table.rows("LIC#", "META")
        return {row.key.pk[4:]: self.town.biz.store.licence(row) for row in rows}

    def applications(self) -> list[Case]:
        """All that are about a licence."""
        return [self.town.case(each) for each in self.asked]

    def a_licence(self, pick: int) -> str:
        """One of them, the oldest first."""
        found = sorted(self.licences())
        return found[pick % len(found)]

    # --- what happens

    @rule(procedure=st.sampled_from(sorted(ASKS)), pick=picks, steps=st.integers(0, 3), fate=fates)
    def she_begins(self, procedure: str, pick: int, steps: int, fate: str) -> None:
        self.number += 1
        body = {"procedure": procedure, "licence": self.a_licence(pick)}
        answer, _ = self.world.insist(Command("open", MALEE, "POST", "/applications", body), fate)
        if answer.status != 201:
            assert answer.status == 409, answer.text
            return
        case = str(answer.json["id"])
        self.asked.append(case)
        value: Any = 2 + self.number if procedure == "renew" else f"คำที่ {self.number}"
        path, headers = f"/applications/{case}/answers", {"If-Match": '"v1"'}
        answer, _ = self.world.insist(Command("patch", MALEE, "PATCH", path, {ASKS[procedure]: value}, headers), fate)
        assert answer.status == 200, answer.text
        for what in ("submit", "approve", "pay")[:steps]:
            self.does(what, len(self.asked) - 1, fate)

    @precondition(lambda self: self.asked)
    @rule(what=st.sampled_from(ACTS), pick=picks, fate=fates)
    def somebody_acts(self, what: str, pick: int, fate: str) -> None:
        self.does(what, pick, fate)

    @precondition(lambda self: self.asked)
    @rule(what=st.sampled_from(ACTS), rival=st.sampled_from(ACTS), pick=picks, other=picks)
    def two_act_at_once(self, what: str, rival: str, pick: int, other: int) -> None:
        self.does(what, pick, rival=(rival, other))

    @rule(days=st.sampled_from((0, 1, 5, 20)), fate=fates)
    def time_passes(self, days: int, fate: str) -> None:
        self.town.at = min(self.town.at + dt.timedelta(days=days), LAST)
        if not self.world.survives(lambda: self.town.biz.sweep(self.town.at), fate):
            self.town.biz.sweep(self.town.at)

    def does(self, what: str, pick: int, fate: str = "", rival: tuple[str, int] | None = None) -> None:
        """One act on an application or a licence, perhaps with another right after its reading."""
        if what == "pay":
            self.pays(self.asked[pick % len(self.asked)])
            return
        command = self.command(what, pick)
        answer, _ = self.world.insist(command, fate, rival=None if rival is None else lambda: self.does(*rival))
        assert answer.status < 300 or answer.status in (404, 409, 412, 422), (command, answer.text)
        if answer.status >= 300:
            return
        if answer.json.get("state") in OVER:
            self.over[str(answer.json["id"])] = str(answer.json["state"])
        if what == "revoke":
            self.dead[command.path.split("/")[2]] = self.town.licence(command.path.split("/")[2]).replaced_by

    def command(self, what: str, pick: int) -> Command:
        """The request."""
        if what in ("revoke", "suspend", "reinstate"):
            return Command(what, CLERK, "POST", f"/licences/{self.a_licence(pick)}/{what}", {"reasons": WHY})
        case = self.asked[pick % len(self.asked)]
        if what in ("submit", "withdraw"):
            return Command(what, MALEE, "POST", f"/applications/{case}/{what}")
        cancels = what == "approve" and self.town.case(case).procedure == "cancel"
        body = {"reasons": WHY} if what == "refuse" else {}
        return Command(what, CLERK, "POST", f"/applications/{case}/actions/{'accept' if cancels else what}", body)

    def pays(self, name: str) -> None:
        """She asks for the bill of a renewal and her bank tells that it is paid."""
        self.world.insist(Command("bill", MALEE, "POST", f"/applications/{name}/payments"))
        case = self.town.case(name)
        if case.bill is not None:
            ref1, ref2 = payments.references(CaseId(name), case.bill.attempt)
            self.number += 1
            satang = case.bill.satang
            notice = {"transaction": f"SIGN-{self.number:06d}", "ref1": ref1, "ref2": ref2}
            more = {"amount": f"{satang // 100}.{satang % 100:02d}", "paid_at": self.town.at.isoformat()}
            assert self.town.callback({**notice, **more}).status == 200

    # --- what must hold

    @invariant()
    def at_most_one_application_is_considered(self) -> None:
        open_ = [case for case in self.applications() if case.received_at is not None and case.state not in OVER]
        about = Counter(case.base.licence for case in open_ if case.base is not None)
        for no in self.licences():
            assert about[no] <= 1, "two filed applications about one licence"
            assert (self.world.table.row(filed_key(no)) is not None) == bool(about[no])

    @invariant()
    def of_one_permission_there_is_one_paper(self) -> None:
        found, today = self.licences(), thai_date(self.town.at)
        followers = Counter(licence.replaces for licence in found.values() if licence.replaces is not None)
        assert all(number == 1 for number in followers.values()), "two successors"
        for licence in found.values():
            if licence.replaces is not None:
                assert found[licence.replaces].replaced_by == licence.no
            assert licence.replaced_by is None or found[licence.replaced_by].replaces == licence.no
            assert licence.status != "replaced" or licence.replaced_by is not None
            listed = self.town.biz.store.flipped(licence.list_id).get(licence.index, int(STATUS["valid"]))
            assert listed == int(STATUS[licence.status]), "a verifier is told something else"
            assert chain_is_whole(self.town.journal.history(f"LIC#{licence.no}"))
        holds = [
            each
            for each in found.values()
            if each.status == "valid" and (each.valid_from or each.issued_on) <= today <= each.valid_until
        ]
        assert len(holds) <= 1, "two papers hold on one day"
        for no, follower in self.dead.items():
            assert (found[no].status, found[no].replaced_by) == ("revoked", follower), "what was revoked lives on"

    @invariant()
    def what_was_carried_out_was_carried_out_once(self) -> None:
        found = self.licences()
        given = Counter(str(licence.case) for licence in found.values())
        for case in self.applications():
            assert self.over.get(case.id, case.state) == case.state, "what has ended goes on"
            assert given[case.id] == (1 if case.state == "done" else 0)
            if case.state == "ended":
                assert case.base is not None and found[case.base.licence].status == "cancelled"
            assert chain_is_whole(self.town.journal.history(f"CASE#{case.id}"))
        cancelled = {no for no, licence in found.items() if licence.status == "cancelled"}
        assert cancelled == {case.base.licence for case in self.applications() if case.state == "ended" and case.base}
        assert not self.world.open_secrets()

    def teardown(self) -> None:
        self.world.end()
