"""Looking at one case: for its applicant, and for officers of the agency that it was filed with.

For anybody else it does not exist (404): that a case is there is itself somebody's private matter.
"""

from __future__ import annotations

from chalicelib.shared.identity import citizen, officer
from chalicelib.shared.web import Call, Reply, Room

from ..documents.uploads import DOWNLOAD_LIVES
from ..roles import DESK_ROLES
from ..service import Biz
from . import replies
from .views import CaseView, ClockAnswer

CASE = "/biz/v1/applications/{id}"
READERS = [citizen(acting="applications"), officer(*DESK_ROLES)]


def hang(room: Room, biz: Biz) -> None:
    """Hangs the reading routes on the room."""

    @room.get(CASE, allow=READERS, answer=CaseView, summary="A whole application, and what the caller may do with it")
    def show(call: Call) -> Reply:
        found = biz.following.show(call.caller, call.params["id"])
        return Reply(found, version=found.version)

    @room.get(CASE + "/timeline", allow=READERS, answer=replies.Timeline, summary="What happened, hash-chained")
    def timeline(call: Call) -> replies.Timeline:
        case = biz.office.seen(call.params["id"], call.caller)
        return replies.Timeline(items=biz.following.timeline(case))

    @room.get(CASE + "/clock", allow=READERS, answer=ClockAnswer, summary="The legal clock with its ledger")
    def clock(call: Call) -> ClockAnswer:
        return biz.following.clock(biz.office.seen(call.params["id"], call.caller))

    @room.get(
        CASE + "/documents/{document}",
        allow=READERS,
        answer=replies.Address,
        summary="A short-lived address of an accepted document",
    )
    def document(call: Call) -> replies.Address:
        url = biz.uploads.download(biz.office.seen(call.params["id"], call.caller), call.params["document"])
        return replies.Address(url=url, expires_in=DOWNLOAD_LIVES)
