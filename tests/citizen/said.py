"""Every sentence that the room may say to a person, found in its code and its shipped configuration."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.house.source import ROOT, files, name_of, nodes

ROOM = "chalicelib/citizen"
GAP = "…"
"""Stands for what is filled in later."""
REFUSALS = {
    "AlreadyThere", "AssuranceTooLow", "Bilingual", "Invalid", "Malformed", "NotAllowed", "NotFound", "Stale",
    "TooMany", "Unauthenticated", "Unavailable", "UpstreamFailed", "WrongState",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One text in both languages and where it stands; None where the words come from elsewhere."""

    place: str
    th: str | None
    en: str | None


def in_code() -> Iterator[Said]:
    """`Text(...)`, refusals and faults of the room's source."""
    for path in files(ROOM):
        for node in nodes(path):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("Text", "Fault") or called in REFUSALS:
                named = {keyword.arg: keyword.value for keyword in node.keywords}
                first = 1 if called == "Fault" else 0
                th = named.get("th") or (node.args[first] if len(node.args) > first else None)
                en = named.get("en") or (node.args[first + 1] if len(node.args) > first + 1 else None)
                found = Said(f"{name_of(path)}:{node.lineno}", _words(th), _words(en))
                if found.th is not None or found.en is not None:
                    yield found


def in_configuration() -> Iterator[Said]:
    """Pairs of `th` and `en` in the room's JSON files."""
    for path in sorted((ROOT / ROOM).rglob("*.json")):
        for pointer, pair in _pairs(json.loads(path.read_text(encoding="utf-8")), ""):
            yield Said(f"{name_of(path)}{pointer}", pair.get("th"), pair.get("en"))


def everything() -> list[Said]:
    """All of it."""
    return [*in_code(), *in_configuration()]


def _words(node: ast.expr | None) -> str | None:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in parts)
        case _:
            return None


def _pairs(value: Any, pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if ("th" in value or "en" in value) and all(isinstance(value.get(name, ""), str) for name in ("th", "en")):
            yield pointer, value
        for name, part in value.items():
            yield from _pairs(part, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _pairs(part, f"{pointer}/{number}")
