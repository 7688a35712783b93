"""Routes of the Biz room for everybody: services and their manuals."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.web import Call, Reply, Room

from .cases import bodies, replies
from .definitions.model import ServiceDefinition
from .manual.content import Manual, manual
from .manual.page import page
from .pages.sheet import Sheet, wants_html
from .service import Biz


def hang(room: Room, biz: Biz) -> None:
    """Hangs the public routes on the room."""
    register = biz.register

    @room.get("/biz/v1/services", allow=[PUBLIC], answer=replies.Services, summary="Services one can apply for today")
    def services(call: Call) -> replies.Services:
        return replies.Services(items=[_card(definition) for definition in register.services()])

    @room.get("/biz/v1/services/{id}", allow=[PUBLIC], answer=replies.ServiceView, summary="A service with its form")
    def service(call: Call) -> replies.ServiceView:
        return _view(register.service(call.params["id"]))

    @room.get(
        "/biz/v1/services/{id}/manual",
        allow=[PUBLIC],
        query=bodies.ManualQuery,
        answer=Manual,
        summary="The public manual (คู่มือสำหรับประชาชน) of all procedures or one, as JSON or as a page (format=html)",
    )
    def show_manual(call: Call) -> Reply:
        definition = register.service(call.params["id"])
        made = manual(definition, biz.office.catalogue.law(definition), call.query.procedure)
        return page(made, Sheet(call.request)) if wants_html(call.request) else Reply(made)


def _card(definition: ServiceDefinition) -> replies.ServiceCard:
    return replies.ServiceCard(**_short(definition))


def _short(definition: ServiceDefinition) -> dict[str, Any]:
    names = ("id", "version", "kind", "name", "summary", "agency", "agency_name")
    return {name: getattr(definition, name) for name in names}


def _view(definition: ServiceDefinition) -> replies.ServiceView:
    whole = definition.model_dump(mode="json", by_alias=True)
    return replies.ServiceView(
        **_short(definition),
        applicants=definition.applicants,
        linked=None if definition.link is None else definition.link.mode,
        **{name: whole[name] for name in ("form", "documents", "prefill", "workflow", "checklist", "sla")},
    )
