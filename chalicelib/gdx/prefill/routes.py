"""`/gdx/v1/requirements`, `/gdx/v1/prefill` for systems, `/gdx/v1/me/previews` for people."""

from __future__ import annotations

import re
from typing import Any

from ...shared.errors import not_found
from ...shared.identity import PUBLIC, SYSTEM, citizen, officer
from ...shared.ids import new_id
from ...shared.web import Call, Reply, Room
from ..consents.rules import LEVELS
from ..ids import SubsystemId
from ..rules import checked_case
from ..service import Service
from ..staff import OPERATOR
from ..views import Registered
from ..xroad.message import message_id_of
from .model import Found
from .shelf import Waiting
from .views import (
    FoundView,
    PostPrefill,
    PrefillView,
    PreviewView,
    PutRequirement,
    Release,
    RequirementList,
    RequirementView,
    asker_without_values,
    without_values,
)

PERSON = citizen(min_ial=LEVELS[0])
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    _requirements(room, service)
    _for_systems(room, service)
    _for_people(room, service)


def _requirements(room: Room, service: Service) -> None:
    @room.get(
        "/gdx/v1/requirements",
        allow=[PUBLIC],
        answer=RequirementList,
        summary="What forms can have filled in by the state, and from which registers",
    )
    def requirements(_: Call) -> RequirementList:
        every = service.prefills.requirements.everything()
        return RequirementList(items=[RequirementView.of(one, version) for one, version in every])

    @room.put(
        "/gdx/v1/requirements/{code}",
        allow=[officer(OPERATOR)],
        body=PutRequirement,
        answer=Registered,
        summary="Register or change a requirement; the same again changes nothing",
    )
    def put(call: Call) -> Reply:
        code = call.params["code"]
        if not _CODE.fullmatch(code):
            raise not_found("รายการข้อมูลที่ต้องใช้", "requirement")
        posted: PutRequirement = call.body
        changed, version = service.prefills.requirements.put(
            posted.requirement(code), call.if_match, call.caller.label, call.once
        )
        return Reply(Registered(id=code, changed=changed), version=version)


def _for_systems(room: Room, service: Service) -> None:
    @room.post(
        "/gdx/v1/prefill",
        allow=[SYSTEM],
        body=PostPrefill,
        answer=PrefillView,
        summary="Values for a form, each with source, time and receipt, or why not; at once or after a preview",
    )
    def ask(call: Call) -> Reply:
        posted: PostPrefill = call.body
        wanted = posted.wanted(SubsystemId.parse(call.caller.id), checked_case(posted.case), _message_id(call))
        result = service.prefills.ask(wanted)
        if isinstance(result, Waiting):
            headers = {"Location": f"/gdx/v1/prefill/{result.prefill.id}"}
            return Reply(asker_without_values(result), 202, headers, version=result.version)
        return Reply(_ready(result))

    @room.get(
        "/gdx/v1/prefill/{id}",
        allow=[SYSTEM],
        answer=PrefillView,
        summary="What the person released; it waits until you delete it, at most a day",
    )
    def read(call: Call) -> Reply:
        waiting, found = service.prefills.of_asker(call.params["id"], SubsystemId.parse(call.caller.id))
        return Reply(PrefillView.of(waiting, found), version=waiting.version)

    @room.delete(
        "/gdx/v1/prefill/{id}",
        allow=[SYSTEM],
        answer=PrefillView,
        again=_again,
        summary="Say that you have the values; they are deleted here",
    )
    def taken(call: Call) -> Reply:
        client = SubsystemId.parse(call.caller.id)
        waiting = service.prefills.taken(call.params["id"], client, call.once, asker_without_values)
        return Reply(asker_without_values(waiting), version=waiting.version)


def _for_people(room: Room, service: Service) -> None:
    @room.get(
        "/gdx/v1/me/previews/{id}",
        allow=[PERSON],
        answer=PreviewView,
        summary="Which of my data a form would get, from where, before anybody has it",
    )
    def preview(call: Call) -> Reply:
        waiting, found = service.prefills.of_person(call.params["id"], call.caller.id)
        return Reply(PreviewView.of(waiting, found), version=waiting.version)

    @room.post(
        "/gdx/v1/me/previews/{id}/release",
        allow=[PERSON],
        body=Release,
        answer=PreviewView,
        if_match=True,
        again=_again,
        summary="Let these values go; all others are deleted at once",
    )
    def release(call: Call) -> Reply:
        posted: Release = call.body
        waiting = service.prefills.release(
            call.params["id"], call.caller.id, posted.values, call.if_match or 0, call.once, without_values
        )
        return _again(without_values(waiting))

    @room.post(
        "/gdx/v1/me/previews/{id}/refuse",
        allow=[PERSON],
        answer=PreviewView,
        if_match=True,
        again=_again,
        summary="Let nothing go; everything is deleted at once",
    )
    def refuse(call: Call) -> Reply:
        waiting = service.prefills.refuse(
            call.params["id"], call.caller.id, call.if_match or 0, call.once, without_values
        )
        return _again(without_values(waiting))


def _message_id(call: Call) -> str:
    """`X-Road-Id`; else the Idempotency-Key, so that its repeat is the same request; else a new one."""
    if call.headers.get("x-road-id"):
        return message_id_of(call.headers)
    return f"once-{call.once.key}" if call.once.claimed else new_id()


def _ready(found: list[Found]) -> PrefillView:
    items = [FoundView.of(one) for one in found]
    return PrefillView(id=None, state="READY", location=None, expires_at=None, version=None, items=items)


def _again(view: Any) -> Reply:
    return Reply(view, version=view["version"])
