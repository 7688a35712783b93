"""Routes of the Biz room for applicants; another person's case does not exist for them."""

from __future__ import annotations

from chalicelib.shared.cursors import Scope
from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import citizen
from chalicelib.shared.thai_qr import Satang, baht
from chalicelib.shared.web import Call, Reply, Room

from ..definitions.fees import Quote
from ..documents.uploads import Announcement
from ..model import Document
from ..paging import page_of
from ..service import Biz
from . import bodies, replies
from .opening import Opening
from .replies import carded, carded_again
from .views import CaseCard

CASE = "/biz/v1/applications/{id}"
STRONG, LOOKING = citizen(min_ial="2.3", acting="applications"), citizen(acting="applications")
"""To apply one must be known as a person; to look at one's own cases any login will do."""


def hang(room: Room, biz: Biz) -> None:
    """Hangs the applicant's routes on the room."""
    desk = biz.applications

    @room.post(
        "/biz/v1/applications",
        allow=[STRONG],
        body=bodies.OpenBody,
        answer=CaseCard,
        again=carded_again,
        status=201,
        summary="Open a draft: a first application, or the renewal, change, end or new copy of a licence one holds",
    )
    def open_case(call: Call) -> Reply:
        body, applicant = call.body, call.body.applicant
        opening = Opening(
            service=body.service,
            procedure=body.procedure,
            licence=body.licence,
            kind=None if applicant is None else applicant.kind,
            juristic_id=None if applicant is None else applicant.juristic_id,
            delegation=body.delegation,
        )
        return carded(desk.open(call.once, call.caller, opening))

    @room.get(
        "/biz/v1/applications",
        allow=[LOOKING],
        query=bodies.CasesQuery,
        answer=replies.CasePage,
        summary="One's own applications, or (delegation) those acted on by a power of attorney; newest first",
    )
    def mine(call: Call) -> replies.CasePage:
        caller, limit, power = call.caller, call.query.limit, call.query.delegation
        scope: Scope = ("mine", caller.id) if power is None else ("acted", power, caller.id)

        def read(after: str | None) -> tuple[list[CaseCard], str | None]:
            if power is None:
                return biz.following.mine(caller, after, limit)
            return biz.following.acted(caller, power, after, limit)

        items, following = page_of(biz, call, scope, read)
        return replies.CasePage(items=items, next=following)

    @room.post(
        CASE + "/prefill",
        allow=[STRONG],
        answer=CaseCard,
        again=carded_again,
        summary="Fill in what state registers know",
    )
    def prefill(call: Call) -> Reply:
        return carded(desk.prefill(call.once, call.caller, call.params["id"]))

    @room.patch(
        CASE + "/answers",
        allow=[STRONG],
        body=bodies.PatchBody,
        answer=CaseCard,
        again=carded_again,
        if_match=True,
        summary="Change answers by a JSON Merge Patch (RFC 7396)",
    )
    def answers(call: Call) -> Reply:
        return carded(desk.answer(call.once, call.caller, call.params["id"], call.body.root, call.if_match))

    @room.post(CASE + "/validate", allow=[LOOKING], answer=replies.Judgement, summary="What is still missing")
    def validate(call: Call) -> replies.Judgement:
        faults = biz.following.faults(call.caller, call.params["id"])
        shown = [replies.FaultView(pointer=f.pointer, message_th=f.th, message_en=f.en) for f in faults]
        return replies.Judgement(complete=not shown, errors=shown)

    @room.get(CASE + "/quote", allow=[LOOKING], answer=Quote, summary="The fee, with its working")
    def quote(call: Call) -> Quote:
        return biz.following.quote(call.caller, call.params["id"])

    @room.post(
        CASE + "/documents",
        allow=[STRONG],
        body=bodies.AnnounceBody,
        answer=replies.UploadView,
        status=201,
        summary="Announce a file and get the form to send it (presigned, exact size, type and SHA-256)",
    )
    def announce(call: Call) -> replies.UploadView:
        file = Announcement(**call.body.model_dump())
        document, form = biz.uploads.announce(call.once, call.caller, call.params["id"], file, call.if_match)
        return replies.UploadView(
            document=document.model_dump(mode="json"),
            url=form.url,
            fields=dict(form.fields),
            expires_in=form.expires_in,
        )

    @room.post(
        CASE + "/documents/held",
        allow=[STRONG],
        body=bodies.HeldBody,
        answer=Document,
        status=201,
        summary="Attach a document that an earlier application of one's own holds, instead of sending it again",
    )
    def attach_held(call: Call) -> Document:
        body = call.body
        return biz.reuse.attach(
            call.once, call.caller, call.params["id"], body.code, body.case, body.document, call.if_match
        )

    commands = {"submit": desk.submit, "withdraw": desk.withdraw}

    @room.post(
        CASE + "/{command}",
        allow=[STRONG],
        answer=CaseCard,
        again=carded_again,
        summary="submit: file the application, or file it again; withdraw: take it back",
    )
    def command(call: Call) -> Reply:
        do = commands.get(call.params["command"])
        if do is None:
            raise not_found("คำสั่งนี้", "command")
        return carded(do(call.once, call.caller, call.params["id"]))

    @room.post(
        CASE + "/payments", allow=[LOOKING], answer=replies.BillView, status=201, summary="The live Thai QR of the fee"
    )
    def pay(call: Call) -> replies.BillView:
        bill, svg = biz.counter.bill(call.once, call.caller, call.params["id"])
        return replies.BillView(
            ref1=bill.ref1,
            ref2=bill.ref2,
            satang=bill.satang,
            amount_baht=baht(Satang(bill.satang)),
            qr=bill.qr,
            svg=svg,
            expires_at=bill.expires_at,
        )

    @room.get(
        CASE + "/credentials", allow=[LOOKING], answer=replies.Papers, summary="The licence and receipt as credentials"
    )
    def papers(call: Call) -> replies.Papers:
        found = biz.following.credentials(call.caller, call.params["id"])
        token = biz.register.token(found["licence_no"])
        return replies.Papers(**found, verify_token=token, verify_url=biz.register.address(token))
