"""Public addresses of the wallet: one-time codes, and the check of a paper that somebody was shown."""

from __future__ import annotations

from pydantic import ValidationError

from chalicelib.shared import press
from chalicelib.shared.identity import PUBLIC
from chalicelib.shared.json_text import parse_json
from chalicelib.shared.paces import Pace
from chalicelib.shared.problems import invalid_body
from chalicelib.shared.web import Call, Reply, Room

from ..service import Citizen
from . import pages
from .views import CheckedView, ShareWaits, VerifyAsked

FORM = "application/x-www-form-urlencoded"
SHARE = "/citizen/v1/shares/{code}"
SHARES = Pace("shares", 60)
"""Codes that one network may try in a minute; each has 132 bits, so this spares us the work and no one the waiting."""
CHECKS = Pace("checks", 300)
"""Papers that one network may have checked in a minute: the desks of a hospital are one network."""


def hang(room: Room, portal: Citizen) -> None:
    """Hangs these routes on the room."""
    wallet = portal.wallet

    @room.get(
        SHARE,
        allow=[PUBLIC],
        pace=SHARES,
        answer=ShareWaits,
        dialect=pages.refusal,
        summary="Whether a one-time code can be used, as JSON or a page with a button; looking uses nothing up",
    )
    def waits(call: Call) -> Reply:
        share = wallet.shares.waits(call.params["code"])
        if press.accepts_html(call.request):
            return pages.share_page(share, call.request)
        return Reply(ShareWaits(until=share.until, use=call.request.path))

    @room.post(
        SHARE,
        allow=[PUBLIC],
        pace=SHARES,
        raw=True,
        answer=CheckedView,
        dialect=pages.refusal,
        summary="Use a one-time code: the paper with the claims that its holder chose, checked now. Works once",
    )
    def use(call: Call) -> Reply:
        checked = wallet.shares.use(call.params["code"])
        if press.accepts_html(call.request):
            return pages.result_page(checked, call.request)
        return Reply(CheckedView.of(checked))

    @room.get(
        "/citizen/v1/verify",
        allow=[PUBLIC],
        answer=None,
        media="text/html",
        summary="A page on which anybody checks a paper that they were shown",
    )
    def form(call: Call) -> Reply:
        return pages.form_page(call.request)

    @room.post(
        "/citizen/v1/verify",
        allow=[PUBLIC],
        pace=CHECKS,
        raw=True,
        answer=CheckedView,
        dialect=pages.refusal,
        summary="Check a presented credential: signature, dates and status, by its issuer's word; nothing is kept",
    )
    def verify(call: Call) -> Reply:
        media = call.headers.get("content-type", "application/json").split(";")[0].strip().lower()
        given = pages.pasted(call.request) if media == FORM else parse_json(call.raw)
        if media == FORM:
            given = {name: value.strip() for name, value in given.items()}
        try:
            asked = VerifyAsked.model_validate(given)
        except ValidationError as error:
            raise invalid_body(error) from None
        checked = wallet.checker.check(asked.presentation)
        if press.accepts_html(call.request):
            return pages.result_page(checked, call.request)
        return Reply(CheckedView.of(checked))
