"""The route by which an agency sees how its office stands."""

from __future__ import annotations

from chalicelib.shared.identity import officer
from chalicelib.shared.web import Call, Room

from ..cases.replies import OfficerView
from ..paging import page_of
from ..roles import DESK_ROLES, HEAD
from ..service import Biz
from . import bodies, replies


def hang(room: Room, biz: Biz) -> None:
    """Hangs the figures on the room."""

    @room.get(
        "/biz/v1/officers",
        allow=[officer(*DESK_ROLES)],
        query=bodies.FiguresQuery,
        answer=replies.OfficeFigures,
        summary="How the office stands: open work, lateness, decisions of a month; for the head also its officers",
    )
    def office(call: Call) -> replies.OfficeFigures:
        agency, month = call.caller.agency or "", call.query.month or biz.office.today().isoformat()[:7]
        work, decisions = biz.workload.open_work(agency), biz.workload.decisions(agency, month)
        head = HEAD in call.caller.roles
        colleagues, following = _colleagues(biz, call) if head else _nobody(biz, call)
        officers = [replies.OfficerFigure(officer=who, cases=count) for who, count in sorted(work.by_officer.items())]
        return replies.OfficeFigures(
            open=sum(work.by_state.values()),
            by_state=[
                replies.StateFigure(service=service, state=state, cases=count)
                for (service, state), count in sorted(work.by_state.items())
            ],
            unclaimed=work.unclaimed,
            overdue=work.overdue,
            by_officer=officers if head else None,
            items=colleagues,
            next=following,
            month=month,
            approved=decisions.approved,
            refused=decisions.refused,
            decided_late=decisions.late,
            own_omissions=decisions.own_omissions,
            reasons_missed=decisions.reasons_missed,
            median_working_days=decisions.median_working_days,
            complete=work.complete and decisions.complete,
        )


def _colleagues(biz: Biz, call: Call) -> tuple[list[OfficerView], str | None]:
    found, following = page_of(
        biz,
        call,
        ("officers", call.caller.agency),
        lambda after: biz.desk.colleagues(call.caller, after, call.query.limit),
    )
    return [OfficerView(id=one.id, agency=one.agency, roles=one.roles, name=one.name) for one in found], following


def _nobody(biz: Biz, call: Call) -> tuple[None, None]:
    # who is shown no colleagues has no cursor either, and learns so rather than being answered as if it were good
    biz.parts.cursors.read(call.query.cursor, ())
    return None, None
