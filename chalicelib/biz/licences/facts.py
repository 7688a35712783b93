"""The claims of a licence with the names that the form gave them, for pages and papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.thai import Text

if TYPE_CHECKING:
    from ..definitions.model import ServiceDefinition
    from .register import Seen

_YES, _NO = Text(th="ใช่", en="yes"), Text(th="ไม่ใช่", en="no")
_NO_CHOICES: Mapping[str, Text] = {}


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
            lines.append((label, plain(shown[name], {} if hint is None else hint.choices)))
    return lines


def plain(value: Any, choices: Mapping[str, Text] = _NO_CHOICES) -> str:
    """A claim's value for reading; one of the choices by its name."""
    if isinstance(value, bool):
        return _both(_YES if value else _NO)
    if isinstance(value, list):
        return ", ".join(plain(each, choices) for each in value)
    if isinstance(value, dict):
        return ", ".join(map(plain, value.values()))
    name = choices.get(value) if isinstance(value, str) else None
    return str(value) if name is None else _both(name)


def _both(text: Text) -> str:
    return f"{text.th} ({text.en})"
