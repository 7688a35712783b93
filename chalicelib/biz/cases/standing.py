"""How a case stands, told to its owner's home page with every step that is heard of (consumer of biz-events)."""

from __future__ import annotations

from chalicelib.shared.journal import Event

from ..model import Case
from ..office import Office
from ..ports import Home, Running


class Standing:
    """Keeps home pages up to date; telling the same twice, or late, changes nothing there."""

    def __init__(self, office: Office, home: Home) -> None:
        self._office = office
        self._home = home

    def heard(self, event: Event) -> None:
        """Tells how the case of this event stands now; raises when it was not surely taken."""
        if event.type.startswith("biz.application.") or event.type == "biz.licence.issued":
            case = self._office.store.find_case(event.subject)
            self._home.show(case.pid, self.running(case))

    def running(self, case: Case) -> Running:
        """The case as its owner's home page shows it."""
        book = self._office.book(case)
        state = book.state(case)
        return Running(
            id=case.id,
            version=case.version,
            service=case.service,
            name=book.definition.name,
            agency=case.agency,
            agency_name=book.definition.agency_name,
            state=state.name,
            turn=state.turn,
            due=case.due,
            filed=case.received_at is not None,
        )
