"""Members: read by anyone, registered by the operators of the exchange."""

from __future__ import annotations

from ...shared.identity import PUBLIC, officer
from ...shared.web import Call, Room
from ..ids import MemberId
from ..model import Member
from ..service import Service
from ..staff import OPERATOR
from ..views import Registered
from .views import Members, MemberView, PostMember, PostSubsystem

OPERATORS = [officer(OPERATOR)]


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

    @room.post(
        "/gdx/v1/members",
        allow=OPERATORS,
        body=PostMember,
        answer=Registered,
        summary="Register or change a member; the same again changes nothing",
    )
    def post_member(call: Call) -> Registered:
        posted: PostMember = call.body
        member = posted.member(directory.member_now(MemberId.parse(posted.id)))
        return Registered(id=posted.id, changed=directory.register_member(member, call.caller.label))

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
