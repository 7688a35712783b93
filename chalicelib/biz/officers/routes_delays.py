"""Routes about lateness: the agency's written reasons, and the mailbox of the body that oversees agencies."""

from __future__ import annotations

from chalicelib.shared.identity import officer
from chalicelib.shared.web import Call, Reply, Room

from ..cases.replies import carded, carded_again
from ..cases.views import CaseCard
from ..paging import page_of
from ..roles import DESK_ROLES, OVERSIGHT
from ..service import Biz
from . import bodies, replies

DESK = officer(*DESK_ROLES)


def hang(room: Room, biz: Biz) -> None:
    """Hangs the routes about lateness on the room."""

    @room.post(
        "/biz/v1/applications/{id}/letters",
        allow=[DESK],
        body=bodies.ReasonsBody,
        answer=CaseCard,
        again=carded_again,
        summary="Give written reasons for being late, to the applicant with a copy to the overseer (LFA 2558 s.10)",
    )
    def explain(call: Call) -> Reply:
        return carded(biz.lateness.explain(call.once, call.caller, call.params["id"], call.body.reasons.text()))

    @room.get(
        "/biz/v1/oversight",
        allow=[officer(OVERSIGHT)],
        query=bodies.MonthQuery,
        answer=replies.ReportPage,
        summary="What agencies are late with, their reasons, and what they failed to explain; newest first",
    )
    def oversight(call: Call) -> replies.ReportPage:
        month = call.query.month or biz.office.today().isoformat()[:7]
        items, following = page_of(
            biz, call, ("oversight", month), lambda after: biz.lateness.reports(month, after, call.query.limit)
        )
        return replies.ReportPage(month=month, items=[replies.report_view(item) for item in items], next=following)
