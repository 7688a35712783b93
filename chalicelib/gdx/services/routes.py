"""Services: found by anyone, described and switched off by their providers."""

from __future__ import annotations

from typing import Any

from ...shared.errors import not_found
from ...shared.identity import PUBLIC, SYSTEM, officer
from ...shared.web import Call, Reply, Room
from ..directory.rules import must_own
from ..ids import BadId, MemberId, ServiceId
from ..service import Service
from ..staff import OPERATOR
from ..views import Registered
from .bodies import Between, DryRun, FindServices, Notice, PostService, PutMaintenance
from .describing import Described
from .views import Cards, CardView, ChangeView, DescribedView, Diff, ServiceView, VersionLine, Versions, VersionView

PROVIDERS = [SYSTEM, officer(OPERATOR)]
DOCUMENT_LIMIT = 300 * 1024
ONE = "/gdx/v1/services/{instance}/{member_class}/{member}/{subsystem}/{service}"


def hang(room: Room, exchange: Service) -> None:
    """Hangs these routes on the room."""
    _hang_reading(room, exchange)
    _hang_changing(room, exchange)


def _hang_reading(room: Room, exchange: Service) -> None:
    shelf = exchange.services.shelf

    @room.get(
        "/gdx/v1/services",
        allow=[PUBLIC],
        query=FindServices,
        answer=Cards,
        summary="Find services by words and agency",
    )
    def find(call: Call) -> Cards:
        asked: FindServices = call.query
        member = None if asked.member is None else MemberId.parse(asked.member)
        found, following = exchange.catalogue.find(asked.q, member, asked.cursor, asked.limit)
        return Cards(items=[CardView.of(card) for card in found], next=following)

    @room.get(ONE, allow=[PUBLIC], answer=ServiceView, summary="A service with its OpenAPI description")
    def show(call: Call) -> Reply:
        service, version = shelf.now(_service(call))
        return Reply(ServiceView.of(service), version=version)

    @room.get(f"{ONE}/versions", allow=[PUBLIC], answer=Versions, summary="All versions of a service's description")
    def versions(call: Call) -> Versions:
        return Versions(items=[VersionLine.of(version) for version in shelf.versions(_service(call))])

    @room.get(
        f"{ONE}/versions/{{version}}",
        allow=[PUBLIC],
        answer=VersionView,
        summary="One version of a service's description",
    )
    def version(call: Call) -> VersionView:
        text = call.params["version"]
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
        found = shelf.version(_service(call), number)
        return VersionView(**VersionLine.of(found).model_dump(), document=dict(found.document))

    @room.get(
        f"{ONE}/diff",
        allow=[PUBLIC],
        query=Between,
        answer=Diff,
        summary="What changed from one version of a description to another, and what of it is breaking",
    )
    def diff(call: Call) -> Diff:
        asked: Between = call.query
        changes = shelf.diff(_service(call), asked.old, asked.new)
        return Diff(
            old=asked.old,
            new=asked.new,
            breaking=sum(change.breaking for change in changes),
            changes=[ChangeView.of(change) for change in changes],
        )


def _hang_changing(room: Room, exchange: Service) -> None:
    services, absences = exchange.services, exchange.services.absences

    @room.post(
        "/gdx/v1/services",
        allow=PROVIDERS,
        body=PostService,
        query=DryRun,
        answer=DescribedView,
        limit=DOCUMENT_LIMIT,
        summary="Register or describe a service anew; a breaking change suspends the agreements that it breaks",
    )
    def post(call: Call) -> DescribedView:
        posted: PostService = call.body
        dry_run: bool = call.query.dry_run
        identifier = ServiceId.parse(posted.id)
        must_own(call.caller, identifier.subsystem.member)
        fetched = None if posted.source is None else exchange.onboarding.fetching.document(identifier, posted.source)

        def shown(described: Described) -> Any:
            return DescribedView.of(described, dry_run=dry_run).model_dump(mode="json")

        described = services.describe(
            posted.service(fetched), call.caller.label, once=call.once, answer=shown, dry_run=dry_run
        )
        return DescribedView.of(described, dry_run=dry_run)

    @room.put(
        f"{ONE}/notice",
        allow=PROVIDERS,
        body=Notice,
        answer=Registered,
        summary="Switch a service off until further notice; callers are told why",
    )
    def put_notice(call: Call) -> Registered:
        identifier, posted = _own(call), call.body
        absences.set_notice(call.once, identifier, (posted.th, posted.en), call.caller.label)
        return Registered(id=str(identifier), changed=True)

    @room.delete(f"{ONE}/notice", allow=PROVIDERS, answer=Registered, summary="Switch a service on again")
    def delete_notice(call: Call) -> Registered:
        identifier = _own(call)
        absences.set_notice(call.once, identifier, None, call.caller.label)
        return Registered(id=str(identifier), changed=True)

    @room.put(
        f"{ONE}/maintenance",
        allow=PROVIDERS,
        body=PutMaintenance,
        answer=Registered,
        summary="Plan when a service is away, in place of what was planned before",
    )
    def put_maintenance(call: Call) -> Registered:
        identifier, posted = _own(call), call.body
        windows = [each.window() for each in posted.windows]
        absences.plan(call.once, identifier, windows, call.caller.label)
        return Registered(id=str(identifier), changed=True)


def _own(call: Call) -> ServiceId:
    identifier = _service(call)
    must_own(call.caller, identifier.subsystem.member)
    return identifier


def _service(call: Call) -> ServiceId:
    try:
        return ServiceId.parse(
            "/".join(call.params[name] for name in ("instance", "member_class", "member", "subsystem", "service"))
        )
    except BadId:
        raise not_found("บริการ", "service") from None
