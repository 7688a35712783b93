"""Answers without looking the same things up again and again (needed by moto 5.2.5 for speed only).

moto lists the methods of a service with `inspect` for each request, and tries up to twelve spellings of each possible
member of each value that it answers with. What it finds out depends on the class and on the shape alone: a fifth of the
time of all tests that speak to moto.
"""

from __future__ import annotations

import functools
from typing import Any

from moto.core import responses
from moto.core.serialize import AttributePicker, AttributePickerContext
from moto.core.utils import get_value

_ABSENT = object()
_spellings: dict[tuple[type, int, str], tuple[Any, tuple[str, ...]]] = {}


def _spelt(picker: AttributePicker, context: AttributePickerContext) -> tuple[str, ...]:
    """The names under which a plain dict may hold a member."""
    key = (type(picker), id(context.shape), context.key)
    known = _spellings.get(key)
    if known is None or known[0] is not context.shape:  # kept with its shape, so that no other gets its id
        known = (context.shape, tuple(dict.fromkeys(picker.get_possible_keys(context))))
        _spellings[key] = known
    return known[1]


def install() -> None:
    """Remember what was found out."""
    module: Any = responses
    module.method_names_from_class = functools.cache(module.method_names_from_class)
    module.camelcase_to_underscores = functools.cache(module.camelcase_to_underscores)
    pick = AttributePicker.__call__

    def picked(self: AttributePicker, context: AttributePickerContext) -> Any:
        if type(context.obj) is not dict or self.response_transformers:
            return pick(self, context)
        for name in _spelt(self, context):
            value = get_value(context.obj, name, _ABSENT)
            if value is not _ABSENT:
                return value
        return None

    AttributePicker.__call__ = picked  # type: ignore[method-assign] # the mend
