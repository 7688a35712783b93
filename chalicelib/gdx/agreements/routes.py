"""Agreements on data: negotiated by the two systems, ordered by operators, shown to those concerned."""

from __future__ import annotations

from typing import Any

from ...shared.errors import Fault, Invalid
from ...shared.identity import SYSTEM, officer
from ...shared.web import Call, Reply, Room
from ..ids import SubsystemId
from ..service import Service
from ..staff import OPERATOR
from ..views import Registered, checked
from .actors import Actor
from .bodies import (
    AsParty,
    ContractAgreementMessage,
    NegotiationsQuery,
    PostAgreement,
    PostNegotiation,
    PostOffer,
    PostReason,
    PostSignature,
    VersionQuery,
)
from .model import Act, Party
from .odrl import message_of
from .odrl_reading import proposal_of, repointed
from .views import (
    Agreements,
    AgreementView,
    Happening,
    History,
    NegotiationCard,
    NegotiationPage,
    NegotiationView,
    SignedAgreement,
)

OPERATORS = [officer(OPERATOR)]
CONCERNED = [SYSTEM, officer(OPERATOR)]
NEGOTIATION = "/gdx/v1/negotiations/{id}"
AGREEMENT = "/gdx/v1/agreements/{id}"


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    _hang_negotiations(room, service)
    _hang_talks(room, service)
    _hang_turns(room, service)
    _hang_agreements(room, service)
    _hang_odrl(room, service)


def _hang_negotiations(room: Room, service: Service) -> None:
    agreements = service.agreements

    @room.post(
        "/gdx/v1/negotiations",
        allow=[SYSTEM],
        body=PostNegotiation,
        answer=NegotiationView,
        again=_shown_again,
        status=201,
        summary="Begin: a consumer requests, a provider offers; between two that have an agreement, amend it",
    )
    def begin(call: Call) -> Reply:
        posted: PostNegotiation = call.body
        terms = posted.terms.agreement(posted.consumer, posted.service)
        return _begun(agreements.talks.open(call.once, Actor.of(call.caller), terms))

    @room.get(
        "/gdx/v1/negotiations",
        allow=CONCERNED,
        query=NegotiationsQuery,
        answer=NegotiationPage,
        summary="A system's negotiations, newest first",
    )
    def negotiations(call: Call) -> NegotiationPage:
        asked: NegotiationsQuery = call.query
        items, following = agreements.page(_whose(call, asked), Party(asked.role), asked.after, asked.limit)
        return NegotiationPage(items=[NegotiationCard.of(each) for each in items], next=following)

    @room.get(
        NEGOTIATION,
        allow=CONCERNED,
        answer=NegotiationView,
        summary="A negotiation: the terms on the table, what is signed, and what the caller may do now",
    )
    def negotiation(call: Call) -> Reply:
        return _shown(agreements.show(Actor.of(call.caller), call.params["id"]))

    @room.get(
        f"{NEGOTIATION}/history",
        allow=CONCERNED,
        answer=History,
        summary="All that happened in a negotiation; each event holds the hash of the one before",
    )
    def history(call: Call) -> History:
        events = agreements.history(Actor.of(call.caller), call.params["id"])
        return History(items=[Happening.of(event) for event in events])


def _hang_talks(room: Room, service: Service) -> None:
    talks = service.agreements.talks
    promises: dict[str, Any] = {
        "allow": [SYSTEM],
        "answer": NegotiationView,
        "again": _shown_again,
        "if_match": True,
    }

    @room.post(f"{NEGOTIATION}/offer", body=PostOffer, summary="Answer with other terms", **promises)
    def offer(call: Call) -> Reply:
        posted: PostOffer = call.body
        terms = posted.terms.agreement(_ANYBODY, _ANYTHING)
        return _shown(talks.offer(call.once, Actor.of(call.caller), call.params["id"], _seen(call), terms))

    @room.post(f"{NEGOTIATION}/accept", summary="The consumer takes the provider's offer", **promises)
    def accept(call: Call) -> Reply:
        return _shown(talks.accept(call.once, Actor.of(call.caller), call.params["id"], _seen(call)))

    @room.post(f"{NEGOTIATION}/agree", body=PostSignature, summary="The provider agrees, by its signature", **promises)
    def agree(call: Call) -> Reply:
        return _signed(call, Act.AGREE)

    @room.post(
        f"{NEGOTIATION}/verify", body=PostSignature, summary="The consumer verifies, by its signature", **promises
    )
    def verify(call: Call) -> Reply:
        return _signed(call, Act.VERIFY)

    def _signed(call: Call, act: Act) -> Reply:
        posted: PostSignature = call.body
        actor = Actor.of(call.caller)
        return _shown(talks.sign(call.once, actor, call.params["id"], _seen(call), act, posted.signature))

    @room.post(
        f"{NEGOTIATION}/finalize",
        summary="The provider puts it in force; the exchange countersigns, and a version before it ends",
        **promises,
    )
    def finalize(call: Call) -> Reply:
        return _shown(talks.finalize(call.once, Actor.of(call.caller), call.params["id"], _seen(call)))


def _hang_turns(room: Room, service: Service) -> None:
    talks = service.agreements.talks
    promises: dict[str, Any] = {
        "allow": CONCERNED,
        "answer": NegotiationView,
        "again": _shown_again,
        "if_match": True,
    }

    def _turned(call: Call, act: Act) -> Reply:
        posted: PostReason | None = call.body
        because = ("", "") if posted is None else (posted.because.th, posted.because.en)
        return _shown(talks.turn(call.once, Actor.of(call.caller), call.params["id"], _seen(call), act, because))

    @room.post(f"{NEGOTIATION}/suspend", body=PostReason, summary="Let nothing pass for a while", **promises)
    def suspend(call: Call) -> Reply:
        return _turned(call, Act.SUSPEND)

    @room.post(
        f"{NEGOTIATION}/resume",
        summary="Let it pass again: by whoever suspended it, or by a provider that restored its description",
        **promises,
    )
    def resume(call: Call) -> Reply:
        return _turned(call, Act.RESUME)

    @room.post(f"{NEGOTIATION}/terminate", body=PostReason, summary="End the talks, or the agreement", **promises)
    def terminate(call: Call) -> Reply:
        return _turned(call, Act.TERMINATE)


def _hang_agreements(room: Room, service: Service) -> None:
    directory, agreements = service.directory, service.agreements

    @room.get(
        "/gdx/v1/agreements",
        allow=[SYSTEM],
        query=AsParty,
        answer=Agreements,
        summary="The caller's agreements: what it may ask, or what it may be asked",
    )
    def listed(call: Call) -> Agreements:
        system = SubsystemId.parse(call.caller.id)
        asked: AsParty = call.query
        found = directory.agreements_of(system) if asked.role == "consumer" else directory.agreements_with(system)
        return Agreements(items=[AgreementView.of(agreement) for agreement in found])

    @room.post(
        "/gdx/v1/agreements",
        allow=OPERATORS,
        body=PostAgreement,
        answer=Registered,
        summary="Register or change what a law orders between a consumer and a service",
    )
    def order(call: Call) -> Registered:
        posted: PostAgreement = call.body
        return Registered(id=posted.id, changed=agreements.standing.order(posted.ordered(), call.caller.label))

    @room.get(
        AGREEMENT,
        allow=CONCERNED,
        query=VersionQuery,
        answer=SignedAgreement,
        summary="An agreement with its signatures and the keys that they hold under",
    )
    def agreement(call: Call) -> SignedAgreement:
        asked: VersionQuery = call.query
        return agreements.signed(Actor.of(call.caller), call.params["id"], asked.version)


def _hang_odrl(room: Room, service: Service) -> None:
    agreements = service.agreements

    @room.get(
        f"{AGREEMENT}/odrl",
        allow=CONCERNED,
        query=VersionQuery,
        answer=ContractAgreementMessage,
        summary="An agreement as a Dataspace Protocol contract agreement (ODRL)",
    )
    def odrl(call: Call) -> Reply:
        asked: VersionQuery = call.query
        found = agreements.concluded(Actor.of(call.caller), call.params["id"], asked.version)
        return Reply(message_of(found, service.base_url), media_type="application/ld+json")

    @room.post(
        "/gdx/v1/agreements/import",
        allow=[SYSTEM],
        body=ContractAgreementMessage,
        answer=NegotiationView,
        again=_shown_again,
        status=201,
        summary="Begin a negotiation with the terms of a Dataspace Protocol contract agreement",
    )
    def take_in(call: Call) -> Reply:
        posted: ContractAgreementMessage = call.body
        terms = proposal_of(posted.agreement)
        try:
            return _begun(agreements.talks.open(call.once, Actor.of(call.caller), terms))
        except Invalid as refused:
            raise repointed(refused) from None


_ANYBODY, _ANYTHING = "TH/CENTRAL/DGA/gdx", "TH/CENTRAL/DGA/gdx/usage"
"""Stand for the two of a counter-offer, which are those of the negotiation."""


def _whose(call: Call, asked: NegotiationsQuery) -> SubsystemId:
    if call.caller.kind == "system":
        return SubsystemId.parse(call.caller.id)
    if asked.system is None:
        raise Invalid(
            "โปรดระบุระบบ", "Say whose.", [Fault("query:system", "ต้องระบุสำหรับผู้ดูแล", "Operators must give it.")]
        )
    return SubsystemId.parse(checked(SubsystemId.parse, asked.system))


def _seen(call: Call) -> int:
    # the edge refused a call without If-Match before it came here
    return call.if_match or 0


def _shown(view: NegotiationView) -> Reply:
    return Reply(view, version=view.revision)


def _begun(view: NegotiationView) -> Reply:
    return Reply(view, status=201, version=view.revision, headers={"Location": f"/gdx/v1/negotiations/{view.id}"})


def _shown_again(kept: Any) -> Reply:
    headers = {"Location": f"/gdx/v1/negotiations/{kept['id']}"} if kept["revision"] == 1 else {}
    return Reply(kept, version=int(kept["revision"]), headers=headers)
