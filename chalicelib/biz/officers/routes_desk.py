"""Routes of an office among itself: who holds a case, what colleagues note, who works there."""

from __future__ import annotations

from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import CITIZEN, officer
from chalicelib.shared.web import Call, Reply, Room

from ..cases.bodies import PageQuery
from ..cases.replies import OfficerView, carded, carded_again
from ..cases.views import CaseCard
from ..model import DESK_ROLES, HEAD
from ..paging import page_of
from ..service import Biz
from . import bodies, replies
from .letters import policy

CASE = "/biz/v1/applications/{id}"
DESK = officer(*DESK_ROLES)


def add(room: Room, biz: Biz) -> None:
    """Hangs the routes of the office on the room."""
    _holding(room, biz)
    _noting(room, biz)
    _letters(room, biz)


def _holding(room: Room, biz: Biz) -> None:
    desk = biz.desk

    @room.delete(
        CASE + "/claim",
        allow=[DESK],
        answer=CaseCard,
        again=carded_again,
        summary="Give an application back to the agency's work; the head of office may do so for others",
    )
    def release(call: Call) -> Reply:
        return carded(desk.release(call.once, call.caller, call.params["id"]))

    @room.put(
        CASE + "/claim",
        allow=[officer(HEAD)],
        body=bodies.AssignBody,
        answer=CaseCard,
        again=carded_again,
        summary="Give an application to an officer of the agency, whoever held it before",
    )
    def assign(call: Call) -> Reply:
        return carded(desk.assign(call.once, call.caller, call.params["id"], call.body.officer))

    @room.get(
        "/biz/v1/officers",
        allow=[officer(HEAD)],
        query=PageQuery,
        answer=replies.OfficerPage,
        summary="The officers of one's own agency who work on cases",
    )
    def colleagues(call: Call) -> replies.OfficerPage:
        scope = f"officers/{call.caller.agency}"
        items, following = page_of(
            biz, call, scope, lambda after: desk.colleagues(call.caller, after, call.query.limit)
        )
        views = [OfficerView(id=one.id, agency=one.agency, roles=one.roles, name=one.name) for one in items]
        return replies.OfficerPage(items=views, next=following)


def _letters(room: Room, biz: Biz) -> None:
    @room.get(
        CASE + "/letters",
        allow=[CITIZEN, DESK],
        query=bodies.LettersQuery,
        answer=replies.DecisionLetters,
        summary="The decision in writing, as JSON or as an HTML page (format=html)",
    )
    def letters(call: Call) -> Reply:
        found = biz.desk.letters(biz.office.seen(call.params["id"], call.caller))
        accepted = "html" if "text/html" in call.headers.get("accept", "") else "json"
        if (call.query.format or accepted) == "json":
            return Reply(replies.DecisionLetters(items=replies.letter_views(found)))
        language = "en" if call.language == "en" else "th"
        page = next((letter.html for letter in reversed(found) if letter.language == language), None)
        if page is None:
            raise not_found("หนังสือแจ้งผลการพิจารณา", "decision letter")
        headers = {"Content-Security-Policy": policy(page), "Content-Language": language}
        return Reply(page, media_type="text/html", headers=headers)


def _noting(room: Room, biz: Biz) -> None:
    desk = biz.desk

    @room.post(
        CASE + "/notes",
        allow=[DESK],
        body=bodies.NoteBody,
        answer=replies.Noted,
        status=201,
        summary="Write a note for colleagues; the applicant never sees it",
    )
    def note(call: Call) -> replies.Noted:
        kept = desk.note(call.once, call.caller, call.params["id"], call.body.text)
        return replies.Noted(id=kept.id, at=kept.at)

    @room.get(
        CASE + "/notes",
        allow=[DESK],
        query=PageQuery,
        answer=replies.NotePage,
        summary="The notes of officers about an application, newest first",
    )
    def notes(call: Call) -> replies.NotePage:
        case = call.params["id"]
        items, following = page_of(
            biz, call, f"notes/{case}", lambda after: desk.notes(call.caller, case, after, call.query.limit)
        )
        shown = [replies.NoteView(**note.model_dump()) for note in items]
        return replies.NotePage(items=shown, next=following)
