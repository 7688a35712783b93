"""Consumer keys and mappings: what a provider, an agency and the operators do for clients of the façade."""

from __future__ import annotations

import re

from ...shared.errors import Fault, Invalid, NotAllowed
from ...shared.identity import SYSTEM, officer
from ...shared.web import Call, Reply, Room
from ..ids import SubsystemId
from ..service import Service
from ..staff import OPERATOR
from .views import (
    ConsumerKeys,
    ConsumerKeyView,
    IssuedView,
    MappingsView,
    MappingView,
    OfSubsystem,
    PostConsumerKey,
    Put,
    PutMapping,
)

BOTH = [SYSTEM, officer(OPERATOR)]
_AGENCY = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    keys, mappings = service.facade.keys, service.facade.mappings

    @room.post(
        "/gdx/v1/consumer-keys",
        allow=BOTH,
        body=PostConsumerKey,
        answer=IssuedView,
        status=201,
        summary="Issue a consumer key for a client of the Thai façade; key and secret are shown once",
    )
    def issue(call: Call) -> IssuedView:
        posted: PostConsumerKey = call.body
        subsystem = SubsystemId.parse(posted.subsystem)
        if _own(call) not in (None, subsystem):
            raise NotAllowed("ออกได้เฉพาะให้ระบบของตนเอง", "A system issues keys for itself only.")
        return IssuedView.of(keys.issue(subsystem, posted.label, posted.purpose, by=call.caller.label, once=call.once))

    @room.get(
        "/gdx/v1/consumer-keys",
        allow=BOTH,
        query=OfSubsystem,
        answer=ConsumerKeys,
        summary="A subsystem's consumer keys, without what opens them",
    )
    def listed(call: Call) -> ConsumerKeys:
        asked: OfSubsystem = call.query
        subsystem = _own(call) or (None if asked.subsystem is None else SubsystemId.parse(asked.subsystem))
        if subsystem is None:
            raise Invalid(
                "โปรดระบุระบบ", "Name the subsystem.", [Fault("query:subsystem", "ต้องระบุ", "Mandatory for operators.")]
            )
        if asked.subsystem not in (None, str(subsystem)):
            raise NotAllowed("ดูได้เฉพาะของระบบตนเอง", "A system sees its own keys only.")
        return ConsumerKeys(items=[ConsumerKeyView.of(key) for key in keys.of(subsystem)])

    @room.post(
        "/gdx/v1/consumer-keys/{id}/rotate",
        allow=BOTH,
        answer=IssuedView,
        summary="A new secret for a consumer key; the old one works on for seven days",
    )
    def rotate(call: Call) -> IssuedView:
        return IssuedView.of(keys.rotate(call.params["id"], _own(call), by=call.caller.label, once=call.once))

    @room.delete(
        "/gdx/v1/consumer-keys/{id}",
        allow=BOTH,
        status=204,
        summary="Revoke a consumer key with all its tokens, at once and for good",
    )
    def revoke(call: Call) -> Reply:
        keys.revoke(call.params["id"], _own(call), by=call.caller.label, once=call.once)
        return Reply(None)

    @room.put(
        "/gdx/v1/facade/{agency}/{code}",
        allow=BOTH,
        body=PutMapping,
        answer=Put,
        summary="Register or change what a call /ws/{agency}/... means; the same again changes nothing",
    )
    def put(call: Call) -> Put:
        posted: PutMapping = call.body
        agency, code = call.params["agency"], call.params["code"]
        faults = [
            Fault(f"path:{name}", "รูปแบบไม่ถูกต้อง", "Lower-case letters, digits and dashes.")
            for name, pattern, text in (("agency", _AGENCY, agency), ("code", _CODE, code))
            if not pattern.fullmatch(text)
        ]
        if faults:
            raise Invalid("ชื่อหน่วยงานหรือรหัสไม่ถูกต้อง", "The agency or the code is not a name for this.", faults)
        changed = mappings.register(posted.mapping(agency, code), _own(call), call.caller.label)
        return Put(agency=agency, code=code, changed=changed)

    @room.get(
        "/gdx/v1/facade/{agency}",
        allow=BOTH,
        answer=MappingsView,
        summary="What the calls /ws/{agency}/... mean",
    )
    def mapped(call: Call) -> MappingsView:
        return MappingsView(items=[MappingView.of(each) for each in mappings.now(call.params["agency"])])

    @room.delete(
        "/gdx/v1/facade/{agency}/{code}",
        allow=BOTH,
        status=204,
        summary="Take a mapping out: its calls are refused from then on",
    )
    def withdraw(call: Call) -> Reply:
        mappings.withdraw(call.params["agency"], call.params["code"], _own(call), call.caller.label)
        return Reply(None)


def _own(call: Call) -> SubsystemId | None:
    """The calling system, or None for an operator, who acts for anyone."""
    return SubsystemId.parse(call.caller.id) if call.caller.kind == "system" else None
