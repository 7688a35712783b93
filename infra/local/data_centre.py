"""A data centre in which many sample registers (`infra/seed/registers/*.json`) stand behind one port."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field

from chalicelib.shared.errors import not_found
from chalicelib.shared.web import Incoming
from infra.local.agencies import FILE, Check, SetMode, behave
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.paths import Handler, Paths, json_answer, read_body
from infra.local.wsgi import Server, serve

FOLDER = FILE.with_name("registers")


NORMAL = SetMode(mode="normal")


class Question(Incoming):
    """Whatever a register is asked; it looks at its own key only."""

    model_config = ConfigDict(extra="allow")


class Hosted(Incoming):
    """A register of `infra/seed/registers/*.json`: whoever knows the key gets the record.

    Attributes:
        subsystem: its id in the exchange; its endpoint there is `{agencies}/` and this id with dots for slashes.
        service: its service's code.
        key: the field of the question by which records are found, e.g. `pid`.
        missing_th, missing_en: what is not there when nothing is found.
        records: each with its key in it.
    """

    subsystem: str
    service: str
    key: str
    missing_th: str
    missing_en: str
    records: list[dict[str, Any]] = Field(repr=False)


def hosted_registers(folder: Path = FOLDER) -> list[Hosted]:
    """All of them, of all files."""
    return [
        Hosted.model_validate(entry)
        for file in sorted(folder.glob("*.json"))
        for entry in json.loads(file.read_text(encoding="utf-8"))["registers"]
    ]


def endpoint_of(subsystem: str) -> str:
    """The path under which a subsystem of the data centre answers."""
    return "/" + subsystem.replace("/", ".")


class DataCentre:
    """Many registers behind one HTTP server on 127.0.0.1.

    Args:
        registers: what answers at `{endpoint_of(subsystem)}/{service}/lookup`.
        check: how it knows the exchange.
        more: what else answers there, by method and path; each looks after its own check.
    """

    def __init__(
        self,
        registers: Sequence[Hosted],
        check: Check,
        more: Mapping[tuple[str, str], Handler] | None = None,
    ) -> None:
        self._check = check
        self._modes: dict[str, SetMode] = {}
        self._stopping = threading.Event()
        self._server: Server | None = None
        paths: dict[tuple[str, str], Handler] = dict(more or {})
        for register in registers:
            base = endpoint_of(register.subsystem)
            paths[("POST", f"{base}/{register.service}/lookup")] = self._lookup_in(register)
            paths[("POST", f"{base}/admin")] = self._admin_of(register.subsystem)
        self.app = Paths(paths)

    def start(self, port: int = 0) -> None:
        """Begins to answer; port 0 takes a free one. Raises `OSError` when the port is taken."""
        self._server = serve(self.app, port=port, threads=8)

    @property
    def address(self) -> str:
        """Where it answers."""
        if self._server is None:
            raise RuntimeError("the data centre is not open")
        return self._server.address

    def stop(self) -> None:
        """Stops answering; a lookup that is being slow ends at once."""
        self._stopping.set()
        if self._server is not None:
            self._server.stop()

    def _lookup_in(self, register: Hosted) -> Handler:
        records = {str(record[register.key]): record for record in register.records}

        def lookup(request: HttpRequest) -> HttpAnswer:
            self._check(request, register.subsystem, register.service)
            found = behave(self._modes.get(register.subsystem, NORMAL), self._stopping)
            if found is not None:
                return found
            record = records.get(str(read_body(request, Question).model_dump().get(register.key)))
            if record is None:
                raise not_found(register.missing_th, register.missing_en)
            return json_answer(record)

        return lookup

    def _admin_of(self, subsystem: str) -> Handler:
        def set_mode(request: HttpRequest) -> HttpAnswer:
            self._modes[subsystem] = read_body(request, SetMode)
            return json_answer(self._modes[subsystem].model_dump())

        return set_mode
