"""Reading requests for data: what each caller may see of them, and whose work they may do."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.shared.cursors import Cursors
from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import NotAllowed, NotFound, not_found
from chalicelib.shared.identity import Caller

from ..access import is_operator
from ..governance.gate import Gate
from ..model import Group, Package
from ..packages import Packages
from ..rules import is_id
from ..store import Store
from .model import Request, Taken
from .rules import STEPS, Hand, Step
from .store import RequestRows

NOBODY = "-"
"""In place of an organisation: what nobody is asked for yet."""
MOST = 20
"""Requests of one page: their support is read in the same request to the table."""


@dataclass(frozen=True)
class Shown:
    """A request as the caller may see it.

    Attributes:
        organization: who is asked, None while nobody is.
        answer: the dataset that answers it, if everybody can see it or the caller may.
        support: how many others want it too.
        mine, supported: whether the caller asked, or supports it.
        open: steps that the caller may take now.
    """

    request: Request
    organization: Group | None
    answer: Package | None
    support: int
    mine: bool
    supported: bool
    steps: Sequence[Taken]
    open: Sequence[Step]


class RequestReading:
    """Shows requests for data."""

    def __init__(self, store: Store, rows: RequestRows, packages: Packages, gate: Gate, cursors: Cursors) -> None:
        self._store = store
        self._rows = rows
        self._packages = packages
        self._gate = gate
        self._cursors = cursors

    def show(self, caller: Caller, id: str) -> Shown:
        """One request.

        Raises:
            NotFound: there is none, or it is hidden from the caller.
        """
        found = self._rows.many([id]) if is_id(id) else []
        request, support = found[0] if found else (None, 0)
        if request is None:
            raise nothing()
        organization = self.organization(request)
        hands = self.hands(caller, request, organization)
        if request.hidden is not None and not hands:
            raise nothing()
        return Shown(
            request,
            organization,
            self._answer(caller, request),
            support,
            "author" in hands,
            bool(caller.id) and self._rows.supports(id, caller.id),
            self._rows.steps(id),
            [step for step in STEPS.values() if step.hand.get(request.state) in hands and fits(step, request)],
        )

    def _answer(self, caller: Caller, request: Request) -> Package | None:
        if not request.dataset:
            return None
        try:
            return self._packages.find(caller, request.dataset)[0]
        except NotFound:
            return None

    def listing(
        self, caller: Caller, *, organization: str, state: str, mine: bool, cursor: str | None, limit: int
    ) -> tuple[list[tuple[Request, Group | None, int]], str | None]:
        """A page of requests: everybody's, those to one organisation, or the caller's own.

        Hidden ones are left out for those who may not see them, so a page can be shorter than `limit`.

        Raises:
            NotFound: no such organisation.
            NotAllowed: `mine` of nobody in particular.
        """
        if mine and not caller.id:
            raise NotAllowed("โปรดเข้าสู่ระบบ", "Log in to see your own requests.")
        group: Group | None = None
        if organization not in ("", NOBODY):
            group = self._store.group("organization", organization)
            if group is None:
                raise not_found("หน่วยงาน", "organization")
        of = group.id if group else ""
        scope = ("requests", caller.id if mine else None, group.id if group else organization, state)
        after, limit = self._cursors.read(cursor, scope), min(limit, MOST)
        if mine:
            ids, following = self._rows.own(caller.id, after=after, limit=limit)
        elif organization:
            ids, following = self._rows.of_organization(of, state, after=after, limit=limit)
        else:
            ids, following = self._rows.public(after=after, limit=limit)
        found = [
            (request, support)
            for request, support in self._rows.many(ids)
            if (not state or request.state == state) and (not organization or request.organization == of)
        ]
        groups = self._store.groups_by_id({each.organization for each, _ in found if each.organization})
        seen = [
            (request, groups.get(request.organization), support)
            for request, support in found
            if request.hidden is None or self.hands(caller, request, groups.get(request.organization))
        ]
        return seen, self._cursors.make(following, scope)

    def organization(self, request: Request) -> Group | None:
        """Who is asked."""
        return (
            self._store.groups_by_id([request.organization]).get(request.organization) if request.organization else None
        )

    def hands(self, caller: Caller, request: Request, organization: Group | None) -> frozenset[Hand]:
        """Whose work the caller may do with a request; what nobody is asked for is the operator's."""
        own: frozenset[Hand] = frozenset()
        if caller.id and request.author.partition(":")[2] == caller.id:
            own = frozenset({"author"})
        if organization is None:
            return own | (frozenset({"editor", "steward", "publisher"}) if is_operator(caller) else frozenset())
        return own | self._gate.hands(caller, organization)


def fits(step: Step, request: Request) -> bool:
    """Whether a step changes anything."""
    return not (
        (step.name == "hide" and request.hidden is not None) or (step.name == "show" and request.hidden is None)
    )


def nothing() -> NotFound:
    """There is none, or it is not for this caller."""
    return not_found("คำขอข้อมูล", "request for data")
