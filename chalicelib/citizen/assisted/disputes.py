"""What supervisors do: they look into visits of which people say that it was not them, and see figures."""

from __future__ import annotations

from chalicelib.shared.errors import NotAllowed
from chalicelib.shared.identity import Caller
from chalicelib.shared.journal import Once
from chalicelib.shared.thai import Text

from ..hall import Hall
from ..staff import OPERATOR
from . import rules, views
from .keeping import Keeping
from .words import PURPOSES


class Disputes:
    """A supervisor's hand; theirs is their own agency, an operator's any.

    Args:
        hall: the room's tools.
        keeping: reads and writes visits.
    """

    def __init__(self, hall: Hall, keeping: Keeping) -> None:
        self._hall = hall
        self._keeping = keeping

    def waiting(
        self, officer: Caller, agency: str | None, after: str | None, limit: int
    ) -> tuple[list[views.DisputeView], str | None]:
        """Disputes of an agency that wait for an answer, oldest first."""
        found, following = self._keeping.store.disputes(self.agency_of(officer, agency), after, limit)
        return [views.dispute_of(visit) for visit in found], following

    def settle(self, once: Once, officer: Caller, id: str, answer: Text) -> views.DisputeView:
        """Answers a dispute; the person is told.

        Raises:
            NotFound: there is none at the officer's agency. NotAllowed, WrongState: see `rules.settled`.
        """
        before = self._keeping.read(once, id)
        if before.disputed_at is None or (OPERATOR not in officer.roles and before.agency != officer.agency):
            raise rules.no_visit()
        after = rules.settled(before, officer.id, answer, self._hall.now())
        return views.dispute_of(self._keeping.save(once, officer, before, after, "settled"))

    def figures(self, officer: Caller, agency: str | None, month: str) -> views.VisitFigures:
        """How many visits there were in a month, without persons."""
        where = self.agency_of(officer, agency)
        items = [
            views.VisitFigure.model_validate({"purpose": {"code": purpose, "name": name}, "what": what, "count": count})
            for purpose, what, count in self._keeping.store.figures(where, month)
            for code, name in PURPOSES.items()
            if code == purpose
        ]
        return views.VisitFigures(agency=where, month=month, items=items)

    def agency_of(self, officer: Caller, agency: str | None) -> str:
        """The agency that an officer may look at: their own, or for an operator any; raises NotAllowed."""
        if agency is None or agency == officer.agency:
            return officer.agency or ""
        if OPERATOR not in officer.roles:
            raise NotAllowed("ดูได้เฉพาะหน่วยงานของท่าน", "You may look at your own agency only.")
        return agency

    def again(self, id: str) -> views.DisputeView:
        """A disputed visit for its supervisor, as it stands now."""
        return views.dispute_of(self._keeping.store.find(id))
