"""`/opendata/v1/harvest`: the sources that an organisation harvests, their runs, and their datasets."""

from __future__ import annotations

from typing import Any

from chalicelib.shared.identity import CITIZEN, officer
from chalicelib.shared.web import Call, Reply, Room

from ..access import STAFF_ROLES
from ..service import Catalogue
from .views import (
    ChangedSource,
    DidView,
    Listing,
    NewRun,
    NewSource,
    Preview,
    RunList,
    RunPage,
    RunView,
    SourceList,
    SourceListing,
    SourceView,
    ThingList,
    ThingListing,
    ThingView,
)

PATH = "/opendata/v1/harvest/sources"
ALLOW = (CITIZEN, officer(*sorted(STAFF_ROLES)))
"""Members of an organisation need no posting; the services say who may."""


def hang(room: Room, catalogue: Catalogue) -> None:
    """Hangs these routes on the room."""
    _sources(room, catalogue)
    _runs(room, catalogue)


def _sources(room: Room, catalogue: Catalogue) -> None:
    sources = catalogue.harvest.sources

    def made(answer: Any) -> Reply:
        source = sources.there(str(answer["id"]))
        return Reply(None, status=204) if source is None else _shown(SourceView.of(source), source.version, 201)

    @room.post(
        PATH,
        allow=ALLOW,
        body=NewSource,
        answer=SourceView,
        status=201,
        again=made,
        summary="Enter a catalogue that is to be harvested for an organisation of yours",
    )
    def create(call: Call) -> Reply:
        given = call.body.model_dump()
        given["only"], given["without"] = tuple(given["only"]), tuple(given["without"])
        source = sources.create(call.caller, call.once, given.pop("organization"), given)
        return _shown(SourceView.of(source), source.version, 201)

    @room.get(
        PATH,
        allow=ALLOW,
        query=SourceListing,
        answer=SourceList,
        summary="The sources of an organisation; for the operator, all",
    )
    def listed(call: Call) -> SourceList:
        asked: SourceListing = call.query
        found, onwards = sources.page(call.caller, asked.organization, asked.cursor, asked.limit)
        return SourceList(items=[SourceView.of(each) for each in found], next=onwards)

    @room.get(f"{PATH}/{{id}}", allow=ALLOW, answer=SourceView, summary="One source")
    def show(call: Call) -> Reply:
        source = sources.find(call.caller, call.params["id"])
        return _shown(SourceView.of(source), source.version)

    def changed(answer: Any) -> Reply:
        source = sources.there(str(answer["id"]))
        return Reply(None, status=204) if source is None else _shown(SourceView.of(source), source.version)

    @room.patch(
        f"{PATH}/{{id}}",
        allow=ALLOW,
        body=ChangedSource,
        answer=SourceView,
        if_match=True,
        again=changed,
        summary="Change a source; what is left out stays",
    )
    def change(call: Call) -> Reply:
        given = {name: value for name, value in call.body.model_dump().items() if value is not None}
        for name in ("only", "without"):
            if name in given:
                given[name] = tuple(given[name])
        source = sources.change(call.caller, call.once, call.params["id"], call.if_match or 0, given)
        return _shown(SourceView.of(source), source.version)

    @room.delete(
        f"{PATH}/{{id}}",
        allow=ALLOW,
        status=204,
        if_match=True,
        summary="Stop harvesting a source; its datasets stay",
    )
    def delete(call: Call) -> Reply:
        sources.delete(call.caller, call.once, call.params["id"], call.if_match or 0)
        return Reply(None)

    @room.get(
        f"{PATH}/{{id}}/objects",
        allow=ALLOW,
        query=ThingListing,
        answer=ThingList,
        summary="The datasets of a source and how each of them stands",
    )
    def objects(call: Call) -> ThingList:
        asked: ThingListing = call.query
        found, onwards = catalogue.harvest.things(
            call.caller, call.params["id"], asked.state, asked.cursor, asked.limit
        )
        return ThingList(items=[ThingView.of(each) for each in found], next=onwards)


def _runs(room: Room, catalogue: Catalogue) -> None:
    harvest = catalogue.harvest

    def started(answer: Any) -> Reply:
        where = f"{PATH}/{answer['source']}/runs/{answer['run']}"
        return Reply({"id": answer["run"], "source": answer["source"]}, status=202, headers={"Location": where})

    @room.post(
        f"{PATH}/{{id}}/runs",
        allow=ALLOW,
        body=NewRun,
        answer=RunView,
        status=202,
        again=started,
        summary="Harvest a source now, try it without writing (dry_run), or look at its first datasets (preview)",
    )
    def start(call: Call) -> Reply:
        asked: NewRun = call.body
        source = call.params["id"]
        if asked.mode == "preview":
            found = harvest.preview(call.caller, source)
            return Reply(Preview(items=[DidView.of(each) for each in found]), status=200)
        dry = asked.mode == "dry_run"
        run = harvest.start(call.caller, call.once, source, changes=asked.changes, dry=dry, shrink=asked.shrink)
        return Reply(RunView.of(run), headers={"Location": f"{PATH}/{source}/runs/{run.id}"})

    @room.get(
        f"{PATH}/{{id}}/runs",
        allow=ALLOW,
        query=Listing,
        answer=RunList,
        summary="The runs of a source, the latest first",
    )
    def listed(call: Call) -> RunList:
        asked: Listing = call.query
        found, onwards = harvest.runs(call.caller, call.params["id"], asked.cursor, asked.limit)
        return RunList(items=[RunView.of(each) for each in found], next=onwards)

    @room.get(
        f"{PATH}/{{id}}/runs/{{run}}",
        allow=ALLOW,
        query=Listing,
        answer=RunPage,
        summary="One run: how it stands, and what it did dataset by dataset",
    )
    def show(call: Call) -> RunPage:
        asked: Listing = call.query
        source, run_id = call.params["id"], call.params["run"]
        run, counts, open_steps = harvest.run(call.caller, source, run_id)
        found, onwards = harvest.did(call.caller, source, run_id, asked.cursor, asked.limit)
        whole = RunView.of(run, counts, open_steps)
        return RunPage(**whole.model_dump(), items=[DidView.of(each) for each in found], next=onwards)


def _shown(view: SourceView, version: int, status: int | None = None) -> Reply:
    headers = {"Location": f"{PATH}/{view.id}"} if status == 201 else {}
    return Reply(view, status=status, headers=headers, version=version)
