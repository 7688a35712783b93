"""Routes of an office among itself: who holds a case, what colleagues note, who works there."""

from __future__ import annotations

from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import CITIZEN, officer
from chalicelib.shared.web import Call, Reply, Room

from ..asked import PageQuery
from ..cases.replies import carded, carded_again
from ..cases.views import CaseCard
from ..paging import page_of
from ..roles import DESK_ROLES, HEAD
from ..service import Biz
from . import bodies, replies
from .letters import policy

CASE = "/biz/v1/applications/{id}"
DESK = officer(*DESK_ROLES)


def hang(room: Room, biz: Biz) -> None:
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


def _letters(room: Room, biz: Biz) -> None:
    @room.get(
        CASE + "/letters",
        allow=[CITIZEN, DESK],
        query=bodies.LettersQuery,
        answer=replies.CaseLetters,
        summary="The decision in writing, also as an HTML page (format=html), and the reasons for being late",
    )
    def letters(call: Call) -> Reply:
        case = biz.office.seen(call.params["id"], call.caller)
        found = biz.desk.letters(case)
        accepted = "html" if "text/html" in call.headers.get("accept", "") else "json"
        if (call.query.format or accepted) == "json":
            delays = replies.delays_view(case, biz.lateness.reasons(case))
            return Reply(replies.CaseLetters(items=replies.letter_views(found), delays=delays))
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
            biz, call, ("notes", case), lambda after: desk.notes(call.caller, case, after, call.query.limit)
        )
        shown = [replies.NoteView(**note.model_dump()) for note in items]
        return replies.NotePage(items=shown, next=following)
