"""`/opendata/v1/jobs`: asks for work that takes longer than a request may, and looks how it stands."""

from __future__ import annotations

from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.paces import Pace
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from .model import Job
from .rules import SOON
from .views import JobView, NewJob

ORDERS = Pace("jobs", 60)
"""Jobs that one caller may ask for in a minute; how many run at once is counted by the service."""
ALLOW = (PUBLIC, CITIZEN, officer(*sorted(STAFF_ROLES)))


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    jobs = catalogue.jobs

    def shown(job: Job, status: int | None = None) -> Reply:
        url = None if job.result is None else jobs.address(job.result)
        headers = {} if job.ended_somehow else {"Retry-After": str(SOON)}
        if status is not None:
            headers["Location"] = f"/opendata/v1/jobs/{job.id}"
        return Reply(JobView.of(job, catalogue.site, url), status=status, headers=headers)

    @room.post(
        "/opendata/v1/jobs",
        allow=ALLOW,
        pace=ORDERS,
        body=NewJob,
        answer=JobView,
        status=202,
        summary="Ask for long work, e.g. a query whose result is a file: answers at once where to look for it",
    )
    def ask(call: Call) -> Reply:
        asked: NewJob = call.body
        return shown(
            jobs.request(call.caller, call.once, asked.kind, asked.given, address=call.request.address), status=202
        )

    @room.get(
        "/opendata/v1/jobs/{id}",
        allow=ALLOW,
        answer=JobView,
        summary="How a job stands, and the address of what it made; kept for three days",
    )
    def look(call: Call) -> Reply:
        return shown(jobs.find(call.caller, call.params["id"]))

    @room.get(
        "/opendata/v1/jobs/{id}/result",
        allow=ALLOW,
        status=302,
        summary="What a job made, under its own file name (redirect to a short-lived address)",
    )
    def download(call: Call) -> Reply:
        return Reply(None, headers={"Location": jobs.download(call.caller, call.params["id"])})
