"""Onboarding and self-service: invitations, systems and the doctor."""

from __future__ import annotations

from datetime import timedelta

from ...shared.errors import not_found
from ...shared.identity import PUBLIC, SYSTEM, officer
from ...shared.paces import Pace
from ...shared.web import Call, Reply, Room
from ..directory.rules import must_own
from ..ids import BadId, MemberId, SubsystemId
from ..service import Service
from ..staff import OPERATOR
from ..views import Registered
from .invitations import Arrival, Wish
from .systems import Wanted
from .views import (
    Examine,
    FindingView,
    InvitationList,
    InvitationView,
    Invited,
    Joined,
    PostInvitation,
    PutSubsystem,
    Redeem,
    Report,
    SubsystemView,
)

OPERATORS = [officer(OPERATOR)]
CODES = Pace("invitation-codes", 30)
"""Codes of invitations that one network may try in a minute."""
AGENCIES = [SYSTEM, officer(OPERATOR)]
_SYSTEM = "/gdx/v1/subsystems/{instance}/{member_class}/{member}/{subsystem}"
_WORST = ("ok", "warn", "fail")


def hang(room: Room, exchange: Service) -> None:
    """Hangs these routes on the room."""
    _hang_invitations(room, exchange)
    _hang_systems(room, exchange)


def _hang_invitations(room: Room, exchange: Service) -> None:
    invitations = exchange.onboarding.invitations

    @room.post(
        "/gdx/v1/invitations",
        allow=OPERATORS,
        body=PostInvitation,
        answer=Invited,
        status=201,
        summary="Invite an agency; the code is shown once",
    )
    def invite(call: Call) -> Invited:
        posted: PostInvitation = call.body
        wish = Wish(
            member=MemberId.parse(posted.member),
            domains=tuple(posted.domains),
            contact=posted.contact,
            lives=timedelta(days=posted.days),
            recovers=None if posted.recovers is None else SubsystemId.parse(posted.recovers),
        )
        invitation, code = invitations.invite(call.once, wish, call.caller.label)
        expires_at = invitation.expires_at.isoformat(timespec="seconds")
        return Invited(id=invitation.id, member=posted.member, code=code, expires_at=expires_at)

    @room.get("/gdx/v1/invitations", allow=OPERATORS, answer=InvitationList, summary="All invitations, newest first")
    def listed(_: Call) -> InvitationList:
        return InvitationList(items=[InvitationView.of(each) for each in invitations.all()])

    @room.delete(
        "/gdx/v1/invitations/{id}", allow=OPERATORS, answer=Registered, summary="Make an invitation's code useless"
    )
    def revoke(call: Call) -> Registered:
        invitations.revoke(call.once, call.params["id"], call.caller.label)
        return Registered(id=call.params["id"], changed=True)

    @room.post(
        "/gdx/v1/invitations/redeem",
        allow=[PUBLIC],
        pace=CODES,
        body=Redeem,
        answer=Joined,
        status=201,
        summary="Join with an invitation's code: the agency, its first system and its keys",
    )
    def redeem(call: Call) -> Joined:
        posted: Redeem = call.body
        arrival = Arrival(
            names=None if posted.member is None else (posted.member.name_th, posted.member.name_en),
            code=posted.subsystem.code,
            system_names=(posted.subsystem.name_th, posted.subsystem.name_en),
            endpoint=posted.subsystem.endpoint,
            jwks=posted.jwks,
            proofs=posted.proofs,
        )
        system = invitations.redeem(call.once, posted.code, arrival)
        return Joined(member=str(system.id.member), subsystem=str(system.id))


def _hang_systems(room: Room, exchange: Service) -> None:
    directory, onboarding = exchange.directory, exchange.onboarding

    @room.get(_SYSTEM, allow=AGENCIES, answer=SubsystemView, summary="A system of the caller's agency")
    def show(call: Call) -> SubsystemView:
        identifier = _named(call)
        must_own(call.caller, identifier.member)
        system, member = directory.subsystem_now(identifier), directory.member_now(identifier.member)
        if system is None or member is None:
            raise not_found("ระบบ", "subsystem")
        return SubsystemView.of(system, member.domains)

    @room.put(
        _SYSTEM,
        allow=AGENCIES,
        body=PutSubsystem,
        answer=Registered,
        summary="Register or change a system of the caller's agency; its keys stay as they are",
    )
    def put(call: Call) -> Registered:
        identifier, posted = _named(call), call.body
        wanted = Wanted(posted.name_th, posted.name_en, posted.endpoint, posted.active, posted.delivery)
        changed = onboarding.systems.put(call.once, call.caller, identifier, wanted)
        return Registered(id=str(identifier), changed=changed)

    @room.post(
        "/gdx/v1/doctor",
        allow=AGENCIES,
        body=Examine,
        answer=Report,
        summary="Test a system's endpoint, clock, keys and descriptions, and tell what to mend",
    )
    def examine(call: Call) -> Reply:
        identifier = own_system(call, call.body.subsystem)
        found = onboarding.doctor.examine(identifier)
        verdict = max((finding.verdict for finding in found), key=_WORST.index)
        return Reply(
            Report(subsystem=str(identifier), verdict=verdict, findings=[FindingView.of(finding) for finding in found])
        )


def own_system(call: Call, named: str | None) -> SubsystemId:
    """The system that a body names, or the caller itself; refused where it is another agency's."""
    try:
        identifier = SubsystemId.parse(named or call.caller.id)
    except BadId:  # an operator named none
        raise not_found("ระบบ", "subsystem") from None
    must_own(call.caller, identifier.member)
    return identifier


def _named(call: Call) -> SubsystemId:
    try:
        return SubsystemId.parse(
            "/".join(call.params[name] for name in ("instance", "member_class", "member", "subsystem"))
        )
    except BadId:
        raise not_found("ระบบ", "subsystem") from None
