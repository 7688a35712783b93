"""Checks, before anything is made, that every property of the template is one that the applier really puts in
place.

A shape mirrors the properties: a mapping lists the known keys, a one-element list means "each element", `ANY`
is a value passed on as it is.
"""

from __future__ import annotations

from typing import Any

from infra.provision.errors import UnknownProperty
from infra.provision.intrinsics import function_of

ANY: Any = object()
Shape = Any


def check(shape: Shape, value: Any, path: str) -> None:
    """Raises `UnknownProperty` naming the full path of the first property that `shape` does not list."""
    if shape is ANY:
        return
    match function_of(value):
        case ("Fn::If", [_, then, otherwise]):
            check(shape, then, path)
            check(shape, otherwise, path)
            return
        case (_, _):
            return  # a reference: its value is a name, an ARN or a parameter, never a structure
    if isinstance(shape, list) and isinstance(value, list):
        for number, item in enumerate(value):
            check(shape[0], item, f"{path}[{number}]")
    elif isinstance(shape, dict) and isinstance(value, dict):
        for key, item in value.items():
            if key not in shape:
                raise UnknownProperty(f"{path}.{key} is not known to the applier")
            check(shape[key], item, f"{path}.{key}")
    else:
        raise UnknownProperty(f"{path}: {type(value).__name__} where another structure is expected")
