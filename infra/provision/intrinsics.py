"""Evaluates intrinsic functions, and finds which resources a value refers to.

Only the functions that the template uses; any other is refused by name, for a function that is quietly left
as a dict would become a wrong value somewhere far away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.provision.errors import TemplateError

_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


class _NoValue:
    """`AWS::NoValue`: the property is as if it were not written."""

    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = _NoValue()


def function_of(value: Any) -> tuple[str, Any] | None:
    """`("Fn::Sub", argument)` when `value` is an intrinsic call, else None."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, argument),) = value.items()
        # A `Condition` of one word is the function; a policy's `Condition` holds a mapping.
        if name == "Ref" or name.startswith("Fn::") or (name == "Condition" and isinstance(argument, str)):
            return name, argument
    return None


@dataclass
class Scope:
    """What names mean while a template is being put in place: parameters, pseudo parameters, conditions and
    resources made so far.
    """

    parameters: Mapping[str, Any]
    pseudo: Mapping[str, str]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def holds(self, condition: str | None) -> bool:
        """Whether a named condition is true; no condition holds always."""
        if condition is None:
            return True
        if condition not in self.conditions:
            raise TemplateError(f"unknown condition {condition}")
        return self._test(self.conditions[condition])

    def resolve(self, value: Any) -> Any:
        """`value` with every intrinsic replaced; keys and list entries that are `AWS::NoValue` disappear."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        call = function_of(value)
        if call is None:
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        name, argument = call
        match name:
            case "Ref":
                return self._reference(argument)
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::Sub":
                return self._substitute(argument)
            case "Fn::Join":
                return argument[0].join(self.resolve(argument[1]))
            case "Fn::If":
                return self.resolve(argument[1] if self.holds(argument[0]) else argument[2])
            case _:
                raise TemplateError(f"unknown function {name}")

    def _test(self, value: Any) -> bool:
        match function_of(value):
            case ("Condition", name):
                return self.holds(name)
            case ("Fn::Equals", [left, right]):
                return bool(self.resolve(left) == self.resolve(right))
            case ("Fn::Not", [inner]):
                return not self._test(inner)
            case ("Fn::And", parts):
                return all(map(self._test, parts))
            case ("Fn::Or", parts):
                return any(map(self._test, parts))
            case _:
                raise TemplateError(f"not a condition: {value}")

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        for known in (self.parameters, self.pseudo, self.references):
            if name in known:
                return known[name]
        raise TemplateError(f"Ref to unknown {name}")

    def _attribute(self, logical_id: str, attribute: str) -> str:
        try:
            return self.attributes[logical_id][attribute]
        except KeyError:
            raise TemplateError(f"GetAtt of unknown {logical_id}.{attribute}") from None

    def _substitute(self, text: str) -> str:
        if not isinstance(text, str):
            raise TemplateError("Fn::Sub with a mapping is not supported")

        def value(match: re.Match[str]) -> str:
            logical_id, dot, attribute = match[1].partition(".")
            return self._attribute(logical_id, attribute) if dot else str(self._reference(match[1]))

        return _PLACEHOLDER.sub(value, text)


def names_in(value: Any) -> Iterator[str]:
    """Every name that `value` refers to by Ref, GetAtt or Sub (parameters and pseudo parameters too)."""
    if isinstance(value, list):
        for item in value:
            yield from names_in(item)
    elif isinstance(value, dict):
        match function_of(value):
            case ("Ref", str(name)):
                yield name
            case ("Fn::GetAtt", [logical_id, _]):
                yield logical_id
            case ("Fn::Sub", str(text)):
                yield from (name.partition(".")[0] for name in _PLACEHOLDER.findall(text))
            case _:
                for item in value.values():
                    yield from names_in(item)
