"""The route of an agency's own figures."""

from __future__ import annotations

from chalicelib.shared.identity import officer
from chalicelib.shared.web import Call, Room

from ..model import DESK_ROLES, HEAD
from ..service import Biz
from . import bodies, replies


def add(room: Room, biz: Biz) -> None:
    """Hangs the figures on the room."""

    @room.get(
        "/biz/v1/queue/statistics",
        allow=[officer(*DESK_ROLES)],
        query=bodies.FiguresQuery,
        answer=replies.OfficeFigures,
        summary="The agency's open work and lateness, and how long the decisions of a month took",
    )
    def statistics(call: Call) -> replies.OfficeFigures:
        agency, month = call.caller.agency or "", call.query.month or biz.office.today().isoformat()[:7]
        work, decisions = biz.workload.open_work(agency), biz.workload.decisions(agency, month)
        officers = [replies.OfficerFigure(officer=who, cases=count) for who, count in sorted(work.by_officer.items())]
        return replies.OfficeFigures(
            open=sum(work.by_state.values()),
            by_state=[
                replies.StateFigure(service=service, state=state, cases=count)
                for (service, state), count in sorted(work.by_state.items())
            ],
            unclaimed=work.unclaimed,
            overdue=work.overdue,
            by_officer=officers if HEAD in call.caller.roles else None,
            month=month,
            approved=decisions.approved,
            refused=decisions.refused,
            decided_late=decisions.late,
            own_omissions=decisions.own_omissions,
            reasons_missed=decisions.reasons_missed,
            median_working_days=decisions.median_working_days,
            complete=work.complete and decisions.complete,
        )
