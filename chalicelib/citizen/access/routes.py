"""Addresses of the access log, of the person's activity, and of questions to agencies."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.shared.identity import CITIZEN, SYSTEM, officer
from chalicelib.shared.journal import Replayed
from chalicelib.shared.relay import Own
from chalicelib.shared.web import Call, Reply, Room

from ..hall import person_of, pid_of
from ..paging import Paging
from ..service import Citizen
from ..staff import OPERATOR
from .forms import (
    AccessView,
    AskWhy,
    Deeds,
    DeedView,
    GiveAnswer,
    LogQuery,
    OverdueQuestion,
    OverdueQuestions,
    QuestionList,
    QuestionView,
)
from .questions import Shown
from .service import Done
from .views import UsageList

AGAIN = {"Idempotent-Replayed": "true"}
LOG = "/citizen/v1/me/access-log"


def hang(room: Room, citizen: Citizen) -> None:
    """Hangs these routes on the room."""
    _log(room, citizen)
    _mine(room, citizen)
    _agencies(room, citizen)


def _log(room: Room, citizen: Citizen) -> None:
    @room.get(
        LOG,
        allow=[CITIZEN],
        query=LogQuery,
        answer=UsageList,
        summary="Which agencies asked about me, what for and by which law; by agency, service and days if I like",
    )
    def access_log(call: Call) -> UsageList:
        asked: LogQuery = call.query
        person = person_of(call.caller)
        return citizen.access.page(person, pid_of(call.caller), asked.wanted(), asked.cursor, asked.limit)

    @room.get(
        f"{LOG}/{{receipt}}",
        allow=[CITIZEN],
        answer=AccessView,
        summary="One exchange about me in plain words, with its receipt and whether its proof holds",
    )
    def one_access(call: Call) -> AccessView:
        return AccessView.of(*citizen.access.one(Own.of(call.headers, call.language), call.params["receipt"]))

    @room.post(
        f"{LOG}/{{receipt}}/why",
        allow=[CITIZEN],
        body=AskWhy,
        answer=QuestionView,
        status=201,
        summary="Ask the agency why, ask for a correction, or object; it must answer in time",
    )
    def why(call: Call) -> Reply:
        asked: AskWhy = call.body
        own = Own.of(call.headers, call.language)
        try:
            shown = citizen.questions.ask(own, call.caller, call.params["receipt"], asked.kind, asked.text, call.once)
        except Replayed as before:  # what was kept of the answer names no words, so they are read again
            shown = citizen.questions.of_person(person_of(call.caller), _id(before))
            return _placed(shown, AGAIN)
        return _placed(shown)


def _mine(room: Room, citizen: Citizen) -> None:
    @room.get(
        "/citizen/v1/me/activity",
        allow=[CITIZEN],
        query=Paging,
        answer=Deeds,
        summary="What was done in my name here, by me and by those who act for me, newest first",
    )
    def activity(call: Call) -> Deeds:
        person = person_of(call.caller)
        done, following = citizen.access.done(person, call.query.cursor, call.query.limit)
        return Deeds(items=[_deed(each, call.caller.label) for each in done], next=following)

    @room.get(
        "/citizen/v1/me/questions",
        allow=[CITIZEN],
        query=Paging,
        answer=QuestionList,
        summary="What I asked agencies about my data, and what they answered",
    )
    def questions(call: Call) -> QuestionList:
        found, following = citizen.questions.mine(person_of(call.caller), call.query.cursor, call.query.limit)
        return QuestionList(items=[QuestionView.of(each) for each in found], next=following)

    @room.get("/citizen/v1/me/questions/{id}", allow=[CITIZEN], answer=QuestionView, summary="One of my questions")
    def question(call: Call) -> QuestionView:
        return QuestionView.of(citizen.questions.of_person(person_of(call.caller), call.params["id"]))


def _agencies(room: Room, citizen: Citizen) -> None:
    @room.get(
        "/citizen/v1/questions",
        allow=[SYSTEM],
        query=Paging,
        answer=QuestionList,
        summary="Questions of people that your agency has to answer, the most urgent first",
    )
    def waiting(call: Call) -> QuestionList:
        found, following = citizen.questions.waiting(call.caller.agency or "", call.query.cursor, call.query.limit)
        return QuestionList(items=[QuestionView.of(each) for each in found], next=following)

    @room.get(
        "/citizen/v1/questions/overdue",
        allow=[officer(OPERATOR)],
        query=Paging,
        answer=OverdueQuestions,
        summary="Questions that no agency answered in time, the oldest first",
    )
    def overdue(call: Call) -> OverdueQuestions:
        found, following = citizen.questions.overdue(call.query.cursor, call.query.limit)
        items = [OverdueQuestion(id=q.id, to=q.to, kind=q.kind, asked_at=q.asked_at, due=q.due) for q in found]
        return OverdueQuestions(items=items, next=following)

    @room.get(
        "/citizen/v1/questions/{id}",
        allow=[SYSTEM],
        answer=QuestionView,
        summary="One question that your agency has to answer, or has answered",
    )
    def asked(call: Call) -> QuestionView:
        return QuestionView.of(citizen.questions.of_member(call.caller.agency or "", call.params["id"]))

    @room.post(
        "/citizen/v1/questions/{id}/answer",
        allow=[SYSTEM],
        body=GiveAnswer,
        answer=QuestionView,
        summary="Answer a person's question, once, in both languages",
    )
    def answer(call: Call) -> Reply:
        given: GiveAnswer = call.body
        try:
            return Reply(
                QuestionView.of(citizen.questions.answer(call.caller, call.params["id"], given.answer, call.once))
            )
        except Replayed as before:
            shown = citizen.questions.of_member(call.caller.agency or "", _id(before))
            return Reply(QuestionView.of(shown), headers=AGAIN)


def _deed(done: Done, label: str) -> DeedView:
    myself = done.by.get("caller") == label
    return DeedView(at=done.at, what=done.what, words=done.words, by=done.by, myself=myself, detail=done.detail)


def _placed(shown: Shown, headers: Mapping[str, str] | None = None) -> Reply:
    place = {"Location": f"/citizen/v1/me/questions/{shown.question.id}"}
    return Reply(QuestionView.of(shown), headers={**place, **(headers or {})})


def _id(before: Replayed) -> str:
    return str((before.answer or {})["id"])
