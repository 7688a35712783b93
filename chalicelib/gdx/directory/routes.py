"""Members and agreements: read by those concerned, registered by the operators of the exchange."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ...shared.identity import PUBLIC, SYSTEM, officer
from ...shared.web import Call, Incoming, Room
from ..ids import SubsystemId
from ..model import Member
from ..service import Service
from ..staff import OPERATOR
from ..views import (
    Agreements,
    AgreementView,
    Members,
    MemberView,
    PostAgreement,
    PostMember,
    PostService,
    PostSubsystem,
    Registered,
)

OPERATORS = [officer(OPERATOR)]
DOCUMENT_LIMIT = 300 * 1024


class AsParty(Incoming):
    """Which side of the agreements."""

    role: Literal["consumer", "provider"] = Field(default="consumer", description="The caller asks, or is asked")


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    directory = service.directory

    @room.get("/gdx/v1/members", allow=[PUBLIC], answer=Members, summary="Who has joined the exchange")
    def members(_: Call) -> Members:
        everyone = directory.everyone()
        subsystems = [each for each in everyone if not isinstance(each, Member)]
        return Members(
            items=[
                MemberView(
                    id=str(member.id),
                    member_class=member.id.member_class.value,
                    name_th=member.name_th,
                    name_en=member.name_en,
                    subsystems=[
                        {"id": str(each.id), "name_th": each.name_th, "name_en": each.name_en}
                        for each in subsystems
                        if each.id.member == member.id and each.active
                    ],
                )
                for member in everyone
                if isinstance(member, Member)
            ]
        )

    @room.get(
        "/gdx/v1/agreements",
        allow=[SYSTEM],
        query=AsParty,
        answer=Agreements,
        summary="The caller's agreements: what it may ask, or what it may be asked",
    )
    def agreements(call: Call) -> Agreements:
        system = SubsystemId.parse(call.caller.id)
        asked: AsParty = call.query
        found = directory.agreements_of(system) if asked.role == "consumer" else directory.agreements_with(system)
        return Agreements(items=[AgreementView.of(agreement) for agreement in found])

    @room.post(
        "/gdx/v1/members",
        allow=OPERATORS,
        body=PostMember,
        answer=Registered,
        summary="Register or change a member; the same again changes nothing",
    )
    def post_member(call: Call) -> Registered:
        posted: PostMember = call.body
        return Registered(id=posted.id, changed=directory.register_member(posted.member(), call.caller.label))

    @room.post(
        "/gdx/v1/subsystems",
        allow=OPERATORS,
        body=PostSubsystem,
        answer=Registered,
        summary="Register or change a subsystem with its public keys and endpoint",
    )
    def post_subsystem(call: Call) -> Registered:
        posted: PostSubsystem = call.body
        return Registered(id=posted.id, changed=directory.register_subsystem(posted.subsystem(), call.caller.label))

    @room.post(
        "/gdx/v1/services",
        allow=OPERATORS,
        body=PostService,
        answer=Registered,
        limit=DOCUMENT_LIMIT,
        summary="Register or change a service with its OpenAPI description",
    )
    def post_service(call: Call) -> Registered:
        posted: PostService = call.body
        return Registered(id=posted.id, changed=directory.register_service(posted.service(), call.caller.label))

    @room.post(
        "/gdx/v1/agreements",
        allow=OPERATORS,
        body=PostAgreement,
        answer=Registered,
        summary="Register or change the agreement between a consumer and a service",
    )
    def post_agreement(call: Call) -> Registered:
        posted: PostAgreement = call.body
        return Registered(id=posted.id, changed=directory.register_agreement(posted.agreement(), call.caller.label))
