"""Does a condition hold, although not everything is known yet? Yes, no, or: that depends. Pure.

Kleene's logic of three values on JSON Schema. A yes or a no is never taken back, whatever is learned later: an
unknown answer may turn out to be anything, or to be missing. What depends names the answers on which it does, and a
yes or a no those that made it so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from chalicelib.shared import pointers
from chalicelib.shared.dataclass import dataclass

from .validators import validator

UNKNOWN = object()
"""What stands for an answer that nobody gave yet."""

SAYS_NOTHING = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples"})
READ = frozenset({"type", "properties", "required", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"})
"""The keywords of an object that are looked into; of any other it only depends."""


class Open(dict[str, Any]):
    """An object of which not every name is known: what it lacks may come."""


@dataclass(frozen=True)
class Judged:
    """What can be said of a condition.

    Attributes:
        holds: True, False, or None where that depends.
        by: pointers of the answers that made it so, or on which it depends.
    """

    holds: bool | None
    by: frozenset[str] = frozenset()


YES, NO = Judged(True), Judged(False)


def opened(known: Any) -> Any:
    """Known answers, with every object in them open."""
    return Open({name: opened(value) for name, value in known.items()}) if isinstance(known, dict) else known


def judge(schema: Any, value: Any, where: str = "") -> Judged:
    """The schema on a value of which parts may be UNKNOWN; it must be free of cycles.

    A `$ref` is not followed: of a schema that holds one it only depends.
    """
    if schema is True or schema == {}:
        return YES
    if value is UNKNOWN:
        return Judged(None, frozenset({where}))
    if schema is False:
        return Judged(False, frozenset({where}))
    if not isinstance(value, dict):
        if _refers(schema):
            return Judged(None, frozenset({where}))
        return Judged(validator(schema).is_valid(value), frozenset({where}))
    return both(_keyword(word, schema, value, where) for word in schema if word not in SAYS_NOTHING)


def named(schema: Any, where: str = "") -> Iterator[str]:
    """Pointers of what a schema looks at, each as deep as it says."""
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties", {})
    for name, inner in properties.items():
        yield from list(named(inner, _down(where, name))) or [_down(where, name)]
    yield from (_down(where, name) for name in schema.get("required", ()) if name not in properties)
    for word in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(word, ()):
            yield from named(inner, where)
    for word in ("not", "if", "then", "else"):
        yield from named(schema.get(word), where)


def both(parts: Iterable[Judged]) -> Judged:
    """Whether all of them hold."""
    seen = list(parts)
    no = [part for part in seen if part.holds is False]
    if no:
        return min(no, key=lambda part: len(part.by))  # one reason is enough; the shortest is told
    depends = [part for part in seen if part.holds is None]
    return Judged(None if depends else True, _by(depends or seen))


def either(parts: Iterable[Judged]) -> Judged:
    """Whether one of them holds."""
    return contrary(both(contrary(part) for part in parts))


def contrary(part: Judged) -> Judged:
    """Whether it does not hold."""
    return part if part.holds is None else Judged(not part.holds, part.by)


def _by(parts: Iterable[Judged]) -> frozenset[str]:
    return frozenset().union(*(part.by for part in parts))


def _keyword(word: str, schema: dict[str, Any], value: dict[str, Any], where: str) -> Judged:
    rule = _RULES.get(word)
    return Judged(None, frozenset({where})) if rule is None else rule(schema, value, where)


def _type(schema: dict[str, Any], value: dict[str, Any], where: str) -> Judged:
    wanted = schema["type"]
    return Judged(wanted == "object" or (isinstance(wanted, list) and "object" in wanted))


def _properties(schema: dict[str, Any], value: dict[str, Any], where: str) -> Judged:
    return both(
        YES if (found := _at(value, name)) is pointers.MISSING else judge(inner, found, _down(where, name))
        for name, inner in schema["properties"].items()
    )


def _required(schema: dict[str, Any], value: dict[str, Any], where: str) -> Judged:
    def one(name: str) -> Judged:
        found, by = _at(value, name), frozenset({_down(where, name)})
        return Judged(None, by) if found is UNKNOWN else Judged(found is not pointers.MISSING, by)

    return both(map(one, schema["required"]))


def _one_of(schema: dict[str, Any], value: dict[str, Any], where: str) -> Judged:
    parts = [judge(each, value, where) for each in schema["oneOf"]]
    sure = [part for part in parts if part.holds is True]
    if len(sure) > 1:
        return Judged(False, _by(sure))
    depends = [part for part in parts if part.holds is None]
    return Judged(None, _by(depends)) if depends else Judged(bool(sure), _by(parts))


def _if(schema: dict[str, Any], value: dict[str, Any], where: str) -> Judged:
    condition = judge(schema["if"], value, where)
    ways = [
        judge(schema.get(word, True), value, where)
        for word, closed in (("then", False), ("else", True))
        if condition.holds is not closed
    ]
    if condition.holds is None and ways[0].holds is not ways[1].holds:
        return Judged(None, _by([condition, *(way for way in ways if way.holds is None)]))
    depends = [way for way in ways if way.holds is None]
    return Judged(ways[0].holds, _by(depends or [*ways, *([] if condition.holds is None else [condition])]))


def _nothing(schema: dict[str, Any], value: dict[str, Any], where: str) -> Judged:
    return YES


_RULES: dict[str, Callable[[dict[str, Any], dict[str, Any], str], Judged]] = {
    "type": _type,
    "properties": _properties,
    "required": _required,
    "allOf": lambda schema, value, where: both(judge(each, value, where) for each in schema["allOf"]),
    "anyOf": lambda schema, value, where: either(judge(each, value, where) for each in schema["anyOf"]),
    "oneOf": _one_of,
    "not": lambda schema, value, where: contrary(judge(schema["not"], value, where)),
    "if": _if,
    "then": _nothing,  # read with its `if`
    "else": _nothing,
}


def _at(value: dict[str, Any], name: str) -> Any:
    return value.get(name, UNKNOWN if isinstance(value, Open) else pointers.MISSING)


def _down(where: str, name: str) -> str:
    return where + pointers.join([name])


def _refers(schema: Any) -> bool:
    if isinstance(schema, dict):
        return "$ref" in schema or any(_refers(inner) for inner in schema.values())
    return isinstance(schema, list) and any(_refers(inner) for inner in schema)
