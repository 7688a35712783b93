"""`/opendata/v1/requests`: data that people ask for."""

from __future__ import annotations

from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from .service import Asked, Wanted
from .views import Listing, NewRequest, RequestLine, RequestList, RequestView, SupportView, TakeStep

SOMEBODY = (CITIZEN, officer(*sorted(STAFF_ROLES)))
ANYBODY = (PUBLIC, *SOMEBODY)


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    requests, reading = catalogue.publishing.requests, catalogue.publishing.request_reading

    def shown(call: Call, id: str, status: int | None = None, **headers: str) -> Reply:
        found = reading.show(call.caller, id)
        view = RequestView.shown(found, catalogue.site)
        return Reply(view, status=status, version=found.request.version, headers=headers)

    @room.post(
        "/opendata/v1/requests",
        allow=SOMEBODY,
        body=NewRequest,
        answer=RequestView,
        status=201,
        summary="Ask for data that is not published; everybody will read what you ask for, nobody who you are",
    )
    def ask(call: Call) -> Reply:
        asked: NewRequest = call.body
        made = requests.ask(call.caller, call.once, Wanted(**asked.model_dump()))
        return shown(call, made, Location=f"/opendata/v1/requests/{made}")

    @room.get(
        "/opendata/v1/requests",
        allow=ANYBODY,
        query=Listing,
        answer=RequestList,
        summary="Requests for data: all, those to one organisation, or your own",
    )
    def listing(call: Call) -> RequestList:
        asked: Listing = call.query
        found, following = reading.listing(
            call.caller,
            organization=asked.organization,
            state=asked.state,
            mine=asked.mine,
            cursor=asked.cursor,
            limit=asked.limit,
        )
        return RequestList(items=[RequestLine.of(*each) for each in found], next=following)

    @room.get(
        "/opendata/v1/requests/{id}",
        allow=ANYBODY,
        answer=RequestView,
        summary="One request for data, what was done about it, and the dataset that answers it",
    )
    def read(call: Call) -> Reply:
        return shown(call, call.params["id"])

    @room.post(
        "/opendata/v1/requests/{id}",
        allow=SOMEBODY,
        body=TakeStep,
        answer=RequestView,
        if_match=True,
        summary="Take a step: check, approve, notify, answer, receive, reject, withdraw, assign, hide, show",
    )
    def take(call: Call) -> Reply:
        asked: TakeStep = call.body
        done = requests.take(call.caller, call.once, call.params["id"], Asked(**asked.model_dump()), call.if_match)
        return shown(call, done)

    @room.put(
        "/opendata/v1/requests/{id}/support",
        allow=SOMEBODY,
        answer=SupportView,
        summary="Say that you want it too; saying it twice counts once",
    )
    def support(call: Call) -> SupportView:
        return SupportView(support=requests.support(call.caller, call.params["id"], wanted=True))

    @room.delete(
        "/opendata/v1/requests/{id}/support",
        allow=SOMEBODY,
        answer=SupportView,
        summary="Say that you want it no longer",
    )
    def forgo(call: Call) -> SupportView:
        return SupportView(support=requests.support(call.caller, call.params["id"], wanted=False))
