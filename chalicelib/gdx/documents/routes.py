"""`/gdx/v1/documents`: send a file of up to 5 GB with an asynchronous exchange, and fetch one."""

from __future__ import annotations

from typing import Any

from ...shared.identity import SYSTEM
from ...shared.web import Call, Reply, Room
from ..ids import SubsystemId
from ..service import Service
from .rules import shown
from .views import Beyond, DocumentView, PartList, PartView, PostDocument


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    documents = service.documents

    @room.post(
        "/gdx/v1/documents",
        allow=[SYSTEM],
        body=PostDocument,
        answer=DocumentView,
        status=201,
        again=_located,
        summary="Open a document of up to 5 GB for the other party of an agreement in force",
    )
    def post(call: Call) -> Reply:
        asked: PostDocument = call.body
        return _located(shown(documents.open(asked.wanted(_system(call)), call.once)))

    @room.get(
        "/gdx/v1/documents/{id}",
        allow=[SYSTEM],
        answer=DocumentView,
        summary="How a document stands, for its two parties",
    )
    def read(call: Call) -> Reply:
        return Reply(shown(documents.read(call.params["id"], _system(call))))

    @room.get(
        "/gdx/v1/documents/{id}/parts",
        allow=[SYSTEM],
        query=Beyond,
        answer=PartList,
        summary="Where its parts go: each address takes just the bytes that were declared",
    )
    def parts(call: Call) -> PartList:
        asked: Beyond = call.query
        system = _system(call)
        forms = documents.forms(call.params["id"], system, asked.after)
        last = forms[-1].number if forms else 0
        more = last < len(documents.read(call.params["id"], system).parts)
        return PartList(items=[PartView.of(form) for form in forms], next=last if forms and more else None)

    @room.post(
        "/gdx/v1/documents/{id}/complete",
        allow=[SYSTEM],
        answer=DocumentView,
        summary="Say that all parts are there; they are checked, and a message may refer to the document",
    )
    def complete(call: Call) -> Reply:
        return Reply(shown(documents.complete(call.params["id"], _system(call), call.once)))

    @room.get(
        "/gdx/v1/documents/{id}/content",
        allow=[SYSTEM],
        summary="Fetch a document that an exchange of yours refers to: a redirect, good for a quarter of an hour",
    )
    def content(call: Call) -> Reply:
        return Reply(None, status=303, headers={"Location": documents.content(call.params["id"], _system(call))})

    @room.delete(
        "/gdx/v1/documents/{id}",
        allow=[SYSTEM],
        status=204,
        summary="Say that you have the document, or give up one of yours; it is deleted",
    )
    def done(call: Call) -> Reply:
        documents.done(call.params["id"], _system(call))
        return Reply(None)


def _located(document: Any) -> Reply:
    return Reply(document, headers={"Location": f"/gdx/v1/documents/{document['id']}"})


def _system(call: Call) -> SubsystemId:
    return SubsystemId.parse(call.caller.id)
