"""What should be: applications, licences and the bank's word as plain records, and what each command should do to them.

Nothing of the room is used here but its names: who may do what, and what follows, is said once more in few words.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from tests.biz.town import ANONG, BUNDIT, MALEE, SOMCHAI

from .recompute import Clock
from .services import FEE, MOVES, TURNS

INTAKE, HEAD, ELSEWHERE = "1990100005055", "3100600445635", "1990100007082"
APPLICANTS = (MALEE, SOMCHAI)
ROLES: dict[str, frozenset[str]] = {
    ANONG: frozenset({"intake", "inspector", "approver"}),
    BUNDIT: frozenset({"approver"}),
    INTAKE: frozenset({"intake", "inspector"}),
    HEAD: frozenset({"head"}),
    ELSEWHERE: frozenset({"intake", "inspector", "approver", "head"}),
}
"""Officers; the last one is of another agency."""
EVERYBODY = (*APPLICANTS, *ROLES)

FILING, OFFICE, LICENCES = (
    ("patch", "announce", "submit", "withdraw", "bill"),
    (
        *("claim", "release", "assign", "return", "again", "inspect", "fail"),
        *("accept", "approve", "refuse", "explain", "note"),
    ),
    ("suspend", "reinstate", "revoke"),
)
"""What an applicant, an officer, and an approver may ask for; `again` is a second list for an own omission."""

TOLD = {
    "patch": "application.changed",
    "announce": "document.announced",
    "submit": "application.submitted",
    "withdraw": "application.withdrawn",
    "claim": "application.claimed",
    "release": "application.released",
    "assign": "application.assigned",
    "return": "application.returned",
    "again": "application.returned",
    "inspect": "application.inspected",
    "fail": "application.inspected",
    "accept": "application.moved",
    "approve": "application.approved",
    "refuse": "application.refused",
    "bill": "payment.billed",
    "explain": "application.explained",
}
"""The event of each command."""
WEEK = dt.timedelta(days=7)


@dataclass
class File:
    """A document that was announced."""

    id: str
    at: dt.datetime
    status: str = "waiting"


@dataclass
class Licence:
    """A licence that was given."""

    no: str
    case: str
    last: dt.date
    status: str = "valid"
    until: dt.date | None = None
    events: list[str] = field(default_factory=lambda: ["licence.issued"])

    def standing(self, today: dt.date) -> str:
        """What anybody is told of it on that day."""
        if self.status == "revoked":
            return "revoked"
        if today > self.last:
            return "expired"
        over = self.until is not None and today > self.until
        return "suspended" if self.status == "suspended" and not over else "valid"


@dataclass
class Case:
    """An application."""

    id: str
    owner: str
    service: str
    state: str = "draft"
    whole: bool = False
    files: list[File] = field(default_factory=list)
    lists: list[tuple[dt.datetime, bool]] = field(default_factory=list)
    """When a list of what is missing was given, and whether it asked for the plan."""
    mended: int = 0
    holder: str | None = None
    inspector: str | None = None
    passed: bool | None = None
    fee: bool = False
    bills: int = 0
    bill_until: dt.datetime | None = None
    paid: str = ""
    """The transaction that pays it now."""
    was_paid: bool = False
    licence: str | None = None
    received: bool = False
    overdue: bool = False
    reasons_by: dt.date | None = None
    look: dt.date | None = None
    """The day after which the sweep finds it late."""
    events: list[str] = field(default_factory=lambda: ["application.opened"])

    @property
    def turn(self) -> str:
        """Whose move it is."""
        return TURNS[self.state]

    @property
    def plan(self) -> File | None:
        """The newest plan that was taken."""
        return next((file for file in reversed(self.files) if file.status == "accepted"), None)

    @property
    def complete(self) -> bool:
        """Whether it can be filed."""
        asked = [at for at, plan in self.lists[self.mended :] if plan]
        return self.whole and self.plan is not None and all(self.plan.at > at for at in asked)

    @property
    def owed(self) -> bool:
        """Whether a fee is due."""
        if self.was_paid:
            return not self.paid and (self.licence is not None or self.turn != "nobody")
        return self.fee and self.state == "payment"

    def moves(self, code: str) -> None:
        """It goes where the action leads."""
        self.state, self.holder = MOVES[code][1], None

    def dated(self, clock: Clock, today: dt.date) -> None:
        """After a move: when the sweep must look at it (LFA 2558 s.10)."""
        if clock.state == "running":
            if self.reasons_by is not None and self.look is None:
                self.reasons_by = max(self.reasons_by, today + WEEK)  # it comes back after a pause
            self.look = self.reasons_by or clock.due
        else:
            self.look = None
        if clock.state == "stopped":
            self.reasons_by = None
        self.overdue |= clock.late

    def looked(self, due: dt.date | None, today: dt.date) -> bool:
        """The sweep passes; whether it has something to tell."""
        if self.look is None or self.look >= today or due is None:
            return False
        owed = self.reasons_by or due + WEEK
        while owed < today:
            owed += WEEK
        self.overdue, self.reasons_by, self.look = True, owed, owed
        self.events.append("application.overdue")
        return True


def first_of(*checks: tuple[bool, int]) -> int:
    """The status of the first objection, else 0."""
    return next((status for objection, status in checks if objection), 0)


def refusal(case: Case, what: str, who: str, clock: Clock) -> int:
    """The HTTP status by which a command must be refused, or 0 where it must succeed."""
    if what in FILING:
        return first_of((who != case.owner, 404)) or _filing(case, what)
    roles = ROLES.get(who, frozenset())
    return first_of(
        (not roles or (what == "assign" and "head" not in roles), 403),
        (who == ELSEWHERE or not case.received, 404),
    ) or _office(case, what, who, roles, clock)


def _filing(case: Case, what: str) -> int:
    open_ = case.state in ("draft", "returned")
    match what:
        case "submit":
            return first_of((not open_, 409), (not case.complete, 422))
        case "withdraw":
            return first_of((case.turn == "nobody", 409))
        case "bill":
            return first_of((not case.owed, 409))
    return first_of((not open_, 409))


def _office(case: Case, what: str, who: str, roles: frozenset[str], clock: Clock) -> int:
    others = case.holder not in (None, who)
    match what:
        case "note":
            return 0
        case "claim":
            return first_of((case.turn != "agency" or others, 409))
        case "release":
            return first_of((case.holder is None or (others and "head" not in roles), 409))
        case "assign":
            return first_of((case.turn != "agency", 409))
        case "explain":
            return first_of((clock.state != "running" or not clock.late, 409))
    code = {"again": "return", "fail": "inspect"}.get(what, what)
    from_, _, role, _ = MOVES[code]
    return first_of(
        (case.state not in from_, 409),
        (what == "return" and bool(case.lists), 409),
        (role not in roles, 403),
        (code == "approve" and case.inspector == who, 403),
        (others, 409),
        (code == "approve" and not case.passed, 409),
    )


def refusal_of_licence(licence: Licence, what: str, who: str) -> int:
    """The same for what an approver does with a licence."""
    follows = {"suspend": ("valid",), "reinstate": ("suspended",), "revoke": ("valid", "suspended")}
    return first_of(
        ("approver" not in ROLES.get(who, ()), 403), (who == ELSEWHERE, 404), (licence.status not in follows[what], 409)
    )


def outcome(case: Case | None, satang: int, billed: bool) -> str:
    """What must become of money that has just come in."""
    return "booked" if case is not None and billed and case.owed and satang == FEE else "kept"


Said = dict[str, Any]
"""A bank's notice, as it is sent."""
