"""`/opendata/v1/resources/{id}/upload` and `/ingest`: files on their way and what became of them; links."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from chalicelib.shared.errors import not_found
from chalicelib.shared.identity import CITIZEN, PUBLIC, Caller, officer
from chalicelib.shared.journal import Replayed
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..links.service import all_of
from ..model import File, Resource
from ..service import Catalogue
from ..views import naive
from . import told
from .sending import Standing
from .views import (
    AnnouncedFile,
    Assumption,
    IngestStatus,
    LinkList,
    LinkView,
    MoreParts,
    ReadAgain,
    TableReport,
    UploadForms,
    UploadStatus,
)

WRITERS = (CITIZEN, officer(*sorted(STAFF_ROLES)))
READERS = (PUBLIC, *WRITERS)
PATH = "/opendata/v1/resources/{id}"
REPORTS = 20
"""Tables of which the whole report is read for one answer."""


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    sending = catalogue.sending

    @room.get(f"{PATH}/upload", allow=WRITERS, answer=UploadStatus, summary="The upload that a resource waits for")
    def status(call: Call) -> UploadStatus:
        return stands(call)

    @room.post(
        f"{PATH}/upload/forms",
        allow=WRITERS,
        body=MoreParts,
        answer=UploadForms,
        summary="Where and how to send the announced file: a form, or fresh addresses of the parts that are missing",
    )
    def forms(call: Call) -> UploadForms:
        asked: MoreParts = call.body
        resource, _ = sending.waiting(call.caller, call.params["id"])
        return UploadForms.model_validate(sending.form(resource, asked.after))

    @room.post(
        f"{PATH}/upload/finish",
        allow=WRITERS,
        answer=UploadStatus,
        status=202,
        summary="All parts are sent: make the file of them and take it in",
    )
    def finish(call: Call) -> UploadStatus:
        upload = sending.finish(call.caller, call.params["id"])
        return UploadStatus(upload=AnnouncedFile(**told.announced(upload)), missing=[], finished=True)

    @room.delete(f"{PATH}/upload", allow=WRITERS, status=204, summary="Give an upload up; the file before it stays")
    def abandon(call: Call) -> Reply:
        with suppress(Replayed):
            sending.abandon(call.caller, call.once, call.params["id"])
        return Reply(None)

    def stands(call: Call) -> UploadStatus:
        resource, upload = sending.waiting(call.caller, call.params["id"])
        standing = Standing((), finished=False)
        if upload.parts:
            standing = sending.standing(resource.id, upload)
        elif catalogue.objects.head(upload.key) is not None:
            standing = Standing((), finished=True)
        return UploadStatus(
            upload=AnnouncedFile(**told.announced(upload)),
            missing=[part.number for part in standing.missing],
            finished=standing.finished,
        )

    @room.get(
        f"{PATH}/ingest",
        allow=WRITERS,
        answer=IngestStatus,
        summary="What became of the file that was sent last, all that was assumed of it, and how to override it",
    )
    def ingest(call: Call) -> IngestStatus:
        return shown(owned(call.caller, call.params["id"]))

    @room.post(
        f"{PATH}/ingest",
        allow=WRITERS,
        body=ReadAgain,
        answer=IngestStatus,
        status=202,
        summary="Have the file that was sent last read again, by other assumptions: a new version of the same bytes",
    )
    def read_again(call: Call) -> IngestStatus:
        asked: ReadAgain = call.body
        with suppress(Replayed):
            catalogue.rereading.rerun(call.caller, call.once, call.params["id"], asked.options)
        return shown(owned(call.caller, call.params["id"]))

    def owned(caller: Caller, id: str) -> Resource:
        package, organization = catalogue.packages.find_of_resource(caller, id)
        catalogue.access.must_write(caller, organization)
        resource = package.resource(id)
        if resource is None:
            raise not_found("ทรัพยากรข้อมูล", "resource")
        return resource

    def shown(resource: Resource) -> IngestStatus:
        upload = resource.upload or resource.failed
        problem = resource.problem
        made = resource.held or resource.file
        sent = upload or made
        options = {} if sent is None else dict(sent.options)
        report = {} if made is None else dict(made.report)
        tables = [] if made is None else reports(made)
        found = {**report, **tables[0].report} if tables else report
        return IngestStatus(
            state=told.state(resource, catalogue.parts.clock()),
            upload=None if upload is None else AnnouncedFile(**told.announced(upload)),
            version=None if resource.file is None else resource.file.number,
            held=None if resource.held is None else resource.held.number,
            message_th=None if problem is None else problem.th,
            message_en=None if problem is None else problem.en,
            at=None if problem is None else naive(problem.at),
            options=options,
            report=report,
            assumptions=[Assumption(**each) for each in told.assumptions(found, options)],
            tables=tables,
        )

    def reports(file: File) -> list[TableReport]:
        return [
            TableReport(number=each.number, name=each.name, rows=each.rows, report=read(each.report))
            for each in file.tables[:REPORTS]
        ]

    def read(key: str) -> Any:
        return json.loads(catalogue.objects.read(key))

    @room.get(
        "/opendata/v1/datasets/{id}/links",
        allow=READERS,
        answer=LinkList,
        summary="Whether the links of a dataset lead to something, as looked at last",
    )
    def links(call: Call) -> LinkList:
        package, _ = catalogue.packages.find(call.caller, unquote(call.params["id"]))
        wanted = list(all_of(package))
        known = catalogue.links.last(wanted)
        return LinkList(items=[LinkView.of(known[each]) for each in wanted if each in known])
