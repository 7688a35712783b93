"""Sample agencies: the person register of DOPA, the company register of DBD and a credit bureau, each on its own port.

They are what the exchange meets in the world: systems of others, over real HTTP, that check who asks (the exchange's
signed request), answer whole records (the exchange cuts them down to the agreed fields) and can be slow or dead.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from chalicelib.shared.errors import Unavailable, not_found
from chalicelib.shared.web import Incoming
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.paths import Handler, Paths, json_answer, read_body
from infra.local.wsgi import Server, serve

FILE = Path(__file__).resolve().parent.parent / "seed" / "registers.json"

Check = Callable[[HttpRequest, str, str], None]
"""Checks that a request comes from the exchange, for this subsystem and service code; raises a `Refusal`."""

Mode = Literal["normal", "slow", "dead", "nonsense"]


class SetMode(Incoming):
    """How a register behaves from now on."""

    mode: Mode = Field(description="normal; slow: answers late; dead: 503; nonsense: breaks its own schema")
    seconds: float = Field(default=15.0, ge=0, le=60, description="How late a slow one answers")


class PersonLookup(Incoming):
    """Which person."""

    pid: str = Field(pattern=r"^[0-9]{13}$")


class CompanyLookup(Incoming):
    """Which company."""

    juristic_id: str = Field(pattern=r"^[0-9]{13}$")


@dataclass(frozen=True)
class Register:
    """What one agency offers.

    Attributes:
        subsystem: its id in the exchange, `TH/CLASS/MEMBER/SUBSYSTEM`.
        service: its service's code; it answers at `/{service}/lookup`.
        question: what a lookup must look like; its one field is the records' key.
        records: by that key.
    """

    subsystem: str
    service: str
    question: type[PersonLookup] | type[CompanyLookup]
    records: Mapping[str, Mapping[str, Any]] = field(repr=False)
    missing: tuple[str, str] = ("ข้อมูล", "record")


class Agency:
    """One register behind its own HTTP server on 127.0.0.1.

    Args:
        register: what it offers.
        check: how it knows the exchange.
        more: further services of the same system, by code; each answers JSON types at `/{code}/find`.
    """

    def __init__(
        self, register: Register, check: Check, more: Mapping[str, Callable[[HttpRequest], Any]] | None = None
    ) -> None:
        self.register = register
        self._check = check
        self._mode = SetMode(mode="normal")
        self._stopping = threading.Event()
        self._server: Server | None = None
        paths: dict[tuple[str, str], Handler] = {
            ("POST", f"/{register.service}/lookup"): self._lookup,
            ("POST", "/admin"): self._admin,
        }
        for code, find in (more or {}).items():
            paths[("POST", f"/{code}/find")] = self._find_in(code, find)
        self.app = Paths(paths)

    def start(self, port: int = 0) -> None:
        """Begins to answer; port 0 takes a free one. Raises `OSError` when the port is taken."""
        self._server = serve(self.app, port=port, threads=8)

    @property
    def address(self) -> str:
        """Where its services answer."""
        if self._server is None:
            raise RuntimeError("the agency is not open")
        return self._server.address

    def stop(self) -> None:
        """Stops answering; a lookup that is being slow ends at once."""
        self._stopping.set()
        if self._server is not None:
            self._server.stop()

    def _lookup(self, request: HttpRequest) -> HttpAnswer:
        self._check(request, self.register.subsystem, self.register.service)
        question = read_body(request, self.register.question)
        found = behave(self._mode, self._stopping)
        if found is not None:
            return found
        (key,) = question.model_dump().values()
        record = self.register.records.get(key)
        if record is None:
            raise not_found(*self.register.missing)
        return json_answer(record)

    def _find_in(self, code: str, find: Callable[[HttpRequest], Any]) -> Handler:
        def answer(request: HttpRequest) -> HttpAnswer:
            self._check(request, self.register.subsystem, code)
            found = behave(self._mode, self._stopping)
            return json_answer(find(request)) if found is None else found

        return answer

    def _admin(self, request: HttpRequest) -> HttpAnswer:
        self._mode = read_body(request, SetMode)
        return json_answer(self._mode.model_dump())


def behave(mode: SetMode, stopping: threading.Event) -> HttpAnswer | None:
    """What a register does before it looks anything up: it may wait, and it may have its answer already.

    Raises:
        Unavailable: it is dead.
    """
    if mode.mode == "slow":
        stopping.wait(mode.seconds)
    if mode.mode == "dead":
        raise Unavailable("ระบบทะเบียนปิดปรับปรุง", "The register is down for maintenance.", retry_after=60)
    return json_answer({"unexpected": True}) if mode.mode == "nonsense" else None


def person_register(file: Path = FILE) -> Register:
    """The civil register of the Department of Provincial Administration."""
    rows = json.loads(file.read_text(encoding="utf-8"))["people"]
    return Register(
        "TH/CENTRAL/DOPA/civil",
        "person",
        PersonLookup,
        {row["pid"]: row for row in rows},
        ("บุคคลในทะเบียนราษฎร", "person in the civil register"),
    )


def company_register(file: Path = FILE) -> Register:
    """The juristic person register of the Department of Business Development."""
    rows = json.loads(file.read_text(encoding="utf-8"))["companies"]
    return Register(
        "TH/CENTRAL/DBD/juristic",
        "company",
        CompanyLookup,
        {row["juristic_id"]: row for row in rows},
        ("นิติบุคคลในทะเบียน", "company in the register"),
    )


def credit_register(file: Path = FILE) -> Register:
    """The credit reports of the National Credit Bureau."""
    rows = json.loads(file.read_text(encoding="utf-8"))["credit"]
    return Register(
        "TH/PARTNER/NCB/credit",
        "report",
        PersonLookup,
        {row["pid"]: row for row in rows},
        ("ข้อมูลเครดิตของบุคคลนี้", "credit report of this person"),
    )
