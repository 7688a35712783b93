"""Master-data registers: read by everybody, published by their owners."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from ...shared.errors import Fault, Malformed, not_found
from ...shared.identity import PUBLIC, SYSTEM, officer
from ...shared.web import Call, Reply, Room
from ..staff import OPERATOR
from . import schemas
from .views import (
    AsOf,
    Between,
    DifferenceView,
    EntryView,
    OneEntry,
    PublishedView,
    PutRegister,
    RegisterContent,
    RegistersView,
    RegisterView,
    VersionView,
    outline,
)

if TYPE_CHECKING:
    from ..service import Service

LIMIT = 4 * 1024 * 1024
"""Bytes of a register to publish; a Lambda takes 6 MB."""

FOR_A_WHILE = "public, max-age=300"
FOR_EVER = "public, max-age=31536000, immutable"
SCHEMA = "application/schema+json"


def hang(room: Room, service: Service) -> None:
    """Hangs these routes on the room."""
    registers, base_url = service.registers, service.base_url

    @room.get("/gdx/v1/registers", allow=[PUBLIC], answer=RegistersView, summary="All code lists")
    def index(_: Call) -> Reply:
        shown = RegistersView(items=[RegisterView.of(each) for each in registers.all()])
        return Reply(shown, headers={"Cache-Control": FOR_A_WHILE})

    @room.get(
        "/gdx/v1/registers/{name}",
        allow=[PUBLIC],
        query=AsOf,
        answer=RegisterContent,
        summary="A code list as in force on a day, or one version of it whole",
    )
    def content(call: Call) -> Reply:
        asked: AsOf = call.query
        day = _day(asked, registers.today())
        register = registers.register(call.params["name"])
        version = registers.version(register, asked.version, day or registers.today())
        tag, headers = _cached(version.number, day, asked)
        if _has(call, tag):
            return Reply(None, status=304, headers=headers)
        entries = registers.entries(register.name, version)
        return Reply(
            RegisterContent(
                **outline(registers.told(register, version)),
                version=VersionView.of(version),
                versions=[VersionView.of(each) for each in register.versions],
                at=day,
                entries=[EntryView.of(each) for each in entries if day is None or each.in_force(day)],
            ),
            headers=headers,
        )

    @room.get(
        "/gdx/v1/registers/{name}/schema",
        allow=[PUBLIC],
        query=AsOf,
        media=SCHEMA,
        summary="The JSON Schema of a code, for forms and for descriptions of services",
    )
    def schema(call: Call) -> Reply:
        asked: AsOf = call.query
        day = _day(asked, registers.today())
        register = registers.register(call.params["name"])
        version = registers.version(register, asked.version, day or registers.today())
        tag, headers = _cached(version.number, day, asked)
        if _has(call, tag):
            return Reply(None, status=304, headers=headers)
        entries = registers.entries(register.name, version)
        identifier = f"{base_url}/gdx/v1/registers/{register.name}/schema?version={version.number}"
        if day is not None:
            identifier += f"&at={day.isoformat()}"
        shown = [each for each in entries if day is None or each.in_force(day)]
        return Reply(
            schemas.schema(identifier, registers.told(register, version), shown), headers=headers, media_type=SCHEMA
        )

    @room.get(
        "/gdx/v1/registers/{name}/diff",
        allow=[PUBLIC],
        query=Between,
        answer=DifferenceView,
        summary="What changed from one version of a code list to another",
    )
    def diff(call: Call) -> Reply:
        asked: Between = call.query
        register = registers.register(call.params["name"])
        older, newer = register.version(asked.older), register.version(asked.newer)
        if older is None or newer is None:
            raise not_found("รุ่นของชุดรหัส", "version of the register")
        found = registers.compared(register, older, newer)
        shown = DifferenceView.of(older.number, newer.number, found)
        return Reply(shown, headers={"Cache-Control": FOR_EVER})

    @room.get(
        "/gdx/v1/registers/{name}/{code}",
        allow=[PUBLIC],
        query=AsOf,
        answer=OneEntry,
        summary="One code of a list, in force or ended",
    )
    def entry(call: Call) -> Reply:
        asked: AsOf = call.query
        day = asked.at or registers.today()
        register = registers.register(call.params["name"])
        version = registers.version(register, asked.version, day)
        found = registers.entry(register.name, version, call.params["code"])
        shown = OneEntry(
            **EntryView.of(found).model_dump(),
            register_name=register.name,
            version=version.number,
            in_force=found.in_force(day),
        )
        return Reply(shown, headers={"Cache-Control": FOR_A_WHILE})

    @room.put(
        "/gdx/v1/registers/{name}",
        allow=[SYSTEM, officer(OPERATOR)],
        body=PutRegister,
        answer=PublishedView,
        limit=LIMIT,
        again=_again,
        summary="Publish the next version of a code list: by its owner's system or an operator",
    )
    def publish(call: Call) -> Reply:
        posted: PutRegister = call.body
        name = call.params["name"]
        _check_name(name)
        done = registers.publish(call.once, name, posted.draft(), call.caller, call.if_match)
        number = done.register.latest.number
        return Reply(PublishedView(name=name, version=number, changed=done.changed), version=number)


def _again(answer: Any) -> Reply:
    shown = PublishedView(name=answer["name"], version=answer["version"], changed=True)
    return Reply(shown, version=answer["version"])


def _day(asked: AsOf, today: date) -> date | None:
    return asked.at if asked.version is not None or asked.at is not None else today


def _cached(version: int, day: date | None, asked: AsOf) -> tuple[str, dict[str, str]]:
    """The ETag, and how long the answer may be kept: for ever when the address names the version."""
    tag = f'"v{version}"' if day is None else f'"v{version}.{day.isoformat()}"'
    return tag, {"ETag": tag, "Cache-Control": FOR_A_WHILE if asked.version is None else FOR_EVER}


def _has(call: Call, tag: str) -> bool:
    """True when the caller's copy (If-None-Match, RFC 9110 §13.1.2) is this one."""
    given = call.headers.get("if-none-match", "")
    return given.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in given.split(",")]


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,62}", name):
        raise Malformed(
            "ชื่อชุดรหัสต้องเป็นอักษรอังกฤษตัวเล็ก ตัวเลข และขีดกลาง",
            "The name of a register is lower-case letters, digits and hyphens.",
            [Fault("path:name", "ชื่อไม่ถูกต้อง", "Not a name of a register.")],
        )
