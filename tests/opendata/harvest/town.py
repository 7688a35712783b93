"""A portal with a source: starting runs, carrying their messages, and looking at what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.opendata.model import Package
from chalicelib.shared.egress import HttpAnswer
from chalicelib.shared.objects import Objects
from tests.opendata.portal import Portal
from tests.support.client import Answer
from tests.support.memory import MemoryTable

SOURCES = "/opendata/v1/harvest/sources"
Served = Callable[[str, str, Mapping[str, str], bytes | None], HttpAnswer]


class Town:
    """A portal, an organisation, and what it harvests."""

    def __init__(self, folder: Path, objects: Objects | None = None, table: MemoryTable | None = None) -> None:
        self.portal = Portal(folder, table, objects)
        self.organization = self.portal.organization()
        self.portal.queues.waiting.clear()

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str) -> Answer:
        """A request of the publisher's."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.portal.client.call(method, path, json=body, token=token or self.portal.publisher, headers=named)

    def source(self, url: str = "https://catalog.agency.example", kind: str = "ckan", **more: Any) -> str:
        """A source of the publisher's organisation; answers its id."""
        given = {"kind": kind, "title": "บัญชีข้อมูล", "url": url, "organization": "laemngop", **more}
        made = self.ask("POST", SOURCES, given)
        assert made.status == 201, made.text
        return str(made.json["id"])

    def serve(self, served: Served) -> None:
        """Who answers on the network; a look at the links of what was harvested finds them there, and asks nobody."""

        def answered(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> HttpAnswer:
            return HttpAnswer(200, {}, b"") if method == "HEAD" else served(method, url, headers, body)

        self.portal.network.serve = answered

    def start(self, source: str, **given: Any) -> str:
        """Starts a run; answers its id."""
        made = self.ask("POST", f"{SOURCES}/{source}/runs", given)
        assert made.status == 202, made.text
        return str(made.json["id"])

    def harvest(self, source: str, **given: Any) -> dict[str, Any]:
        """A run from its start to its end."""
        run = self.start(source, **given)
        self.portal.settle()
        return self.run(source, run)

    def run(self, source: str, run: str) -> dict[str, Any]:
        """A run as it stands."""
        found = self.ask("GET", f"{SOURCES}/{source}/runs/{run}?limit=100")
        assert found.status == 200, found.text
        return dict(found.json)

    def objects(self, source: str, state: str | None = None) -> list[dict[str, Any]]:
        """The datasets of a source."""
        found = self.ask("GET", f"{SOURCES}/{source}/objects?limit=100" + (f"&state={state}" if state else ""))
        assert found.status == 200, found.text
        return list(found.json["items"])

    def package(self, source: str, remote: str) -> Package | None:
        """Our copy of a remote dataset."""
        from chalicelib.opendata.harvest.model import dataset_id

        return self.portal.catalogue.store.package(dataset_id(source, remote))

    def public(self) -> dict[str, str]:
        """Name and title of every public dataset."""
        result = self.portal.result(self.portal.ask("package_search", rows="1000", sort="id asc"))
        return {each["name"]: each["title"] for each in result["results"]}

    def later(self, **pause: float) -> None:
        """Time goes by, and the sweep runs."""
        self.portal.now += timedelta(**pause)
        self.portal.catalogue.sweep(self.portal.now)
        self.portal.settle()


def counts(run: Mapping[str, Any]) -> dict[str, int]:
    """The counts of a run that are not nought."""
    return {what: many for what, many in run["counts"].items() if many}
