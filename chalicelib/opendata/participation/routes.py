"""`/opendata/v1/contributions`: reuses, comments and ratings."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.errors import Unauthenticated
from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.journal import Replayed
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from .model import Contribution
from .views import ContributionList, ContributionView, Decision, Listing, NewContribution, RatingsView

KNOWN = (CITIZEN, officer(*sorted(STAFF_ROLES)))


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    participation = catalogue.participation

    def shown(call: Call, contribution: Contribution, status: int | None = None) -> Reply:
        view = ContributionView.of(contribution, call.caller.label, inside=call.caller.kind == "officer")
        return Reply(view, status=status, version=contribution.version)

    @room.post(
        "/opendata/v1/contributions",
        allow=KNOWN,
        body=NewContribution,
        answer=ContributionView,
        status=201,
        summary="Tell of a reuse, comment on a public dataset, or rate it (again: the rating is changed)",
    )
    def give(call: Call) -> Reply:
        asked: NewContribution = call.body
        try:
            made = participation.give(call.caller, call.once, asked.kind, asked.dataset, asked.content())
        except Replayed as before:
            made = participation.find(call.caller, _id(before))
        return shown(call, made)

    @room.get(
        "/opendata/v1/contributions",
        allow=(PUBLIC, *KNOWN),
        query=Listing,
        answer=ContributionList,
        summary="What people made of a dataset and say of it; without a dataset: the gallery of reuses",
    )
    def listed(call: Call) -> ContributionList:
        asked: Listing = call.query
        reader, ratings = call.caller.label, None
        if asked.dataset is not None:
            found, counted, following = participation.of_dataset(
                call.caller, asked.dataset, asked.kind, asked.cursor, asked.limit
            )
            ratings = RatingsView.of(counted)
        elif asked.mine or asked.waiting_for is not None:
            if call.caller.kind == "public":
                raise Unauthenticated("โปรดเข้าสู่ระบบ", "Send an access token: `Authorization: Bearer ...`.")
            if asked.waiting_for is None:
                found, following = participation.mine(call.caller, asked.cursor, asked.limit)
            else:
                found, following = participation.waiting(call.caller, asked.waiting_for, asked.cursor, asked.limit)
        else:
            found, following = participation.gallery(asked.cursor, asked.limit)
        inside = asked.waiting_for is not None
        items = [ContributionView.of(each, reader, inside=inside) for each in found]
        return ContributionList(items=items, ratings=ratings, next=following)

    @room.get(
        "/opendata/v1/contributions/{id}",
        allow=(PUBLIC, *KNOWN),
        answer=ContributionView,
        summary="One reuse, comment or rating",
    )
    def read(call: Call) -> Reply:
        return shown(call, participation.find(call.caller, call.params["id"]))

    @room.patch(
        "/opendata/v1/contributions/{id}",
        allow=KNOWN,
        body=Decision,
        answer=ContributionView,
        summary="Show or hide a contribution or answer it (the dataset's organisation), or withdraw it (its author)",
    )
    def decide(call: Call) -> Reply:
        asked: Decision = call.body
        named = call.params["id"]
        try:
            if asked.state is not None:
                done = participation.decide(call.caller, call.once, named, asked.state, asked.reason, call.if_match)
            else:
                done = participation.reply(call.caller, call.once, named, asked.reply or "", call.if_match)
        except Replayed:
            done = participation.find(call.caller, named)
        return shown(call, done)


def _id(before: Replayed) -> str:
    answer: Any = before.answer
    return str(answer["id"])
