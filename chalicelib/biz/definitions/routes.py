"""Routes of the Biz room by which agencies write services, and everybody reads the published versions."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.identity import PUBLIC, officer
from chalicelib.shared.web import Call, Reply, Room

from ..asked import PageQuery
from ..service import Biz
from . import views

SERVICE = "/biz/v1/services/{id}"
WRITER = officer("publisher", "approver", "operator")
FOR_GOOD = {"Cache-Control": "public, max-age=86400, immutable"}


def hang(room: Room, biz: Biz) -> None:
    """Hangs the routes on the room."""
    _drafts(room, biz)
    _publishing(room, biz)
    _reading(room, biz)
    _migrating(room, biz)


def _drafts(room: Room, biz: Biz) -> None:
    workshop = biz.workshop

    @room.get(
        SERVICE + "/draft",
        allow=[WRITER],
        query=views.AgencyQuery,
        answer=views.DraftView,
        summary="One's agency's draft of a service, with everything that stands against publishing it",
    )
    def show(call: Call) -> Reply:
        draft = workshop.show(call.caller, call.params["id"], call.query.agency)
        return Reply(draft, version=draft.version)

    @room.put(
        SERVICE + "/draft",
        allow=[WRITER],
        query=views.AgencyQuery,
        body=views.DefinitionBody,
        answer=views.DraftCard,
        again=_card_again,
        summary="Keep a draft of a service (import); with If-Match where there is one already",
    )
    def write(call: Call) -> Reply:
        card = workshop.write(
            call.once, call.caller, call.params["id"], call.query.agency, call.body.root, call.if_match
        )
        return Reply(card, version=card.version)

    @room.delete(
        SERVICE + "/draft",
        allow=[WRITER],
        query=views.AgencyQuery,
        if_match=True,
        answer=None,
        again=lambda _: Reply(status=204),
        status=204,
        summary="Throw a draft away; what is published stays",
    )
    def discard(call: Call) -> None:
        workshop.discard(call.once, call.caller, call.params["id"], call.query.agency, call.if_match)

    @room.post(
        SERVICE + "/draft",
        allow=[WRITER],
        query=views.AgencyQuery,
        body=views.DefinitionBody,
        answer=views.Verdict,
        summary="Everything that stands against publishing a definition, each with its place; nothing is kept",
    )
    def validate(call: Call) -> views.Verdict:
        return workshop.try_out(call.caller, call.params["id"], call.query.agency, call.body.root)


def _publishing(room: Room, biz: Biz) -> None:
    workshop = biz.workshop

    @room.post(
        SERVICE + "/versions",
        allow=[WRITER],
        query=views.AgencyQuery,
        if_match=True,
        answer=views.PublishedView,
        again=lambda kept: Reply(kept, status=201),
        status=201,
        summary="Publish the draft (its ETag as If-Match) as the next version; by another officer than who wrote it",
    )
    def publish(call: Call) -> views.PublishedView:
        return workshop.publish(call.once, call.caller, call.params["id"], call.query.agency, call.if_match)

    @room.patch(
        SERVICE,
        allow=[WRITER],
        query=views.AgencyQuery,
        body=views.RetireBody,
        answer=views.RetiredView,
        summary="Retire a service: no new applications from a day on, running ones go on",
    )
    def retire(call: Call) -> views.RetiredView:
        return workshop.retire(call.once, call.caller, call.params["id"], call.query.agency, call.body)


def _reading(room: Room, biz: Biz) -> None:
    published = biz.versions

    @room.get(
        SERVICE + "/versions",
        allow=[PUBLIC],
        query=PageQuery,
        answer=views.VersionPage,
        summary="The versions of a service, the newest first, each with what changed",
    )
    def versions(call: Call) -> views.VersionPage:
        scope = ("versions", call.params["id"])
        after = biz.parts.cursors.read(call.query.cursor, scope)
        page, following = published.page(call.params["id"], after, min(call.query.limit, 7))
        return page.model_copy(update={"next": biz.parts.cursors.make(following, scope)})

    @room.get(
        SERVICE + "/versions/{version}",
        allow=[PUBLIC],
        answer=dict[str, Any],
        summary="A published version as it was written (export): canonical JSON, the same bytes for good",
    )
    def export(call: Call) -> Reply:
        number = call.params["version"]
        version = int(number) if number.isascii() and number.isdigit() and len(number) <= 6 else 0
        text = published.export(call.params["id"], version)
        return Reply(text.encode(), media_type="application/json", headers=FOR_GOOD)


def _migrating(room: Room, biz: Biz) -> None:
    @room.post(
        SERVICE + "/migrations",
        allow=[officer("publisher", "approver")],
        query=views.MigrationQuery,
        body=views.MigrateBody,
        answer=views.MigrationPage,
        summary="Which running cases may go over to a newer version, and why others not; with dry_run=false they go",
    )
    def migrate(call: Call) -> views.MigrationPage:
        scope = ("migrations", call.caller.agency, call.params["id"])
        after = biz.parts.cursors.read(call.query.cursor, scope)
        page, following = biz.migrations.run(
            call.caller, call.params["id"], call.body.version, after, call.query.limit, dry_run=call.query.dry_run
        )
        return page.model_copy(update={"next": biz.parts.cursors.make(following, scope)})


def _card_again(kept: Any) -> Reply:
    return Reply(kept, version=int(kept["version"]))
