"""Routes of licences: the register, verification for machines and people, status by officers, the file, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pydantic import Field

from chalicelib.shared import press
from chalicelib.shared.credential_types import TypeAsked, TypeMetadata
from chalicelib.shared.errors import Fault, Invalid, not_found
from chalicelib.shared.identity import CITIZEN, PUBLIC, officer
from chalicelib.shared.paces import Pace
from chalicelib.shared.web import Call, Outgoing, Reply, Room

from ..paging import page_of
from ..roles import DESK_ROLES
from . import bodies
from .page import page, refusal
from .register import Search, verifier_text
from .views import LicenceCard, LicenceFile, LicencePage

if TYPE_CHECKING:
    from ..service import Biz
    from .model import LicenceStatus

APPROVER = officer("approver")
READERS = [CITIZEN, officer(*DESK_ROLES)]
LOOK_UPS = Pace("look-ups", 300)
"""Licences that one network may look up in a minute by number or QR: an office that checks many, not a copy of all."""
LIST_TYPE = "application/statuslist+jwt"
_STATUS: dict[str, LicenceStatus] = {"suspend": "suspended", "reinstate": "valid", "revoke": "revoked"}


class KeySet(Outgoing):
    """Public keys (RFC 7517)."""

    keys: list[dict[str, Any]]


class IssuerMetadata(Outgoing):
    """Metadata of the credential issuer."""

    issuer: str = Field(description="Its name, as `iss` of every credential")
    jwks_uri: str


def hang(room: Room, biz: Biz) -> None:
    """Hangs the routes of licences on the room."""
    _looking(room, biz)
    _checking(room, biz)
    _keeping(room, biz)


def _looking(room: Room, biz: Biz) -> None:
    register = biz.register

    @room.get(
        "/biz/v1/licences",
        allow=[PUBLIC],
        query=bodies.LicencesQuery,
        answer=LicencePage,
        summary="The public register by number, by words of name or place, or by agency (no personal data)",
    )
    def licences(call: Call) -> LicencePage:
        asked = Search(call.query.no, call.query.q, call.query.agency, call.query.status)
        items, following = page_of(
            biz, call, asked.scope, lambda after: register.search(asked, after, call.query.limit)
        )
        return LicencePage(items=items, next=following)

    @room.get(
        "/biz/v1/verify/{token}",
        allow=[PUBLIC],
        pace=LOOK_UPS,
        query=bodies.VerifyQuery,
        answer=LicenceCard,
        dialect=refusal,
        summary="A licence by its number or the token in its QR: JSON, a page for people, or (token) its paper as PDF",
    )
    def verify(call: Call) -> Reply:
        seen = register.verify(unquote(call.params["token"]))
        wanted = call.query.format or ("html" if press.accepts_html(call.request) else "json")
        if wanted == "html":
            return page(seen, register, call.request)
        if wanted == "json":
            return Reply(seen.card)
        if seen.token is None:
            raise not_found("เอกสารใบอนุญาต โปรดใช้ QR ของผู้รับใบอนุญาต", "paper under a bare number; use the holder's QR")
        from .paper.drawing import paper

        name = f'inline; filename="{seen.licence.no}.pdf"'
        made = paper(seen, register.address(seen.token))
        headers = {"Content-Disposition": name, "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex"}
        return Reply(made, media_type="application/pdf", headers=headers)


def _checking(room: Room, biz: Biz) -> None:
    register = biz.register

    @room.get(
        "/biz/v1/status-lists/{id}",
        allow=[PUBLIC],
        answer=None,
        media=LIST_TYPE,
        summary="A signed Token Status List; 304 for who sends the ETag of its present state",
    )
    def status_list(call: Call) -> Reply:
        etag, token = register.status_list(call.params["id"], call.headers.get("if-none-match", ""))
        headers = {"ETag": etag, "Cache-Control": "public, max-age=15", "Content-Type": LIST_TYPE}
        if token is None:
            return Reply(None, status=304, headers=headers)
        return Reply(token, media_type=LIST_TYPE, headers=headers)

    @room.get(
        "/.well-known/jwt-vc-issuer/biz",
        allow=[PUBLIC],
        answer=IssuerMetadata,
        summary="Metadata of the issuer of licences",
    )
    def issuer(call: Call) -> IssuerMetadata:
        return IssuerMetadata(**register.issuer())

    @room.get(
        "/biz/v1/credential-types",
        allow=[PUBLIC],
        query=TypeAsked,
        answer=TypeMetadata,
        summary="What a type of credential and its claims are called, in Thai and English (SD-JWT VC Type Metadata)",
    )
    def credential_type(call: Call) -> Reply:
        return Reply(register.credential_type(call.query.vct), headers={"Cache-Control": "public, max-age=300"})

    @room.get("/biz/v1/jwks.json", allow=[PUBLIC], answer=KeySet, summary="Public keys of licences")
    def keys(call: Call) -> Reply:
        return Reply(KeySet(**register.keys()), headers={"Cache-Control": "public, max-age=300"})

    @room.get(
        "/biz/v1/verifier.py",
        allow=[PUBLIC],
        answer=None,
        media="text/x-python",
        summary="A verifier of licences that works offline: one Python file",
    )
    def verifier(call: Call) -> Reply:
        return Reply(verifier_text(), media_type="text/x-python", headers={"Cache-Control": "public, max-age=3600"})


def _keeping(room: Room, biz: Biz) -> None:
    keeper = biz.keeper

    @room.get(
        "/biz/v1/licences/{no}",
        allow=READERS,
        answer=LicenceFile,
        summary="A whole licence with its reasons and history, for its holder and its agency",
    )
    def file(call: Call) -> LicenceFile:
        return keeper.file(call.caller, call.params["no"])

    @room.post(
        "/biz/v1/licences/{no}/{change}",
        allow=[APPROVER],
        body=bodies.StatusBody,
        answer=LicenceCard,
        summary="Suspend a licence (until a day or until it is lifted), reinstate or revoke it; seen at once",
    )
    def change(call: Call) -> LicenceCard:
        status = _STATUS.get(call.params["change"])
        if status is None:
            raise not_found("รายการนี้", "change of a licence")
        if call.body.until is not None and status != "suspended":
            raise Invalid(
                "ระบุวันสิ้นสุดได้เฉพาะการพักใช้",
                "Only a suspension has a last day.",
                [Fault("/until", "โปรดตัดค่านี้ออก", "Leave it out.")],
            )
        return keeper.set_status(
            call.once, call.caller, call.params["no"], status, call.body.reasons.text(), call.body.until
        )
