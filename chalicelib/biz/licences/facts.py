"""The claims of a licence with the names that the form gave them, for pages and papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.shared.thai import Text

from ..definitions.model import ServiceDefinition
from .register import Seen

_YES, _NO = Text(th="ใช่", en="yes"), Text(th="ไม่ใช่", en="no")


@dataclass(frozen=True)
class Term:
    """How long licences of a service hold, with where that comes from and whether it was checked."""

    text: Text
    source: str
    verified: bool


def term(definition: ServiceDefinition) -> Term:
    """The validity of the definition in words."""
    rule = definition.credential.validity
    return Term(rule.words(), rule.source, rule.is_verified)


def facts(seen: Seen) -> list[tuple[Text, str]]:
    """(label, value) of every claim that may be shown, in the definition's order."""
    rule, hints, shown = seen.definition.credential, seen.definition.form.hints, seen.card.claims
    lines = []
    for name, pointer in rule.claims.items():
        if name in shown:
            hint = hints.get(pointer)
            label = hint.label if hint is not None else Text(th=name, en=name)
            lines.append((label, plain(shown[name])))
    return lines


def plain(value: Any) -> str:
    """A claim's value for reading."""
    if isinstance(value, bool):
        return f"{(_YES if value else _NO).th} ({(_YES if value else _NO).en})"
    if isinstance(value, list):
        return ", ".join(map(plain, value))
    if isinstance(value, dict):
        return ", ".join(map(plain, value.values()))
    return str(value)
