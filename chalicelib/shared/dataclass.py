"""Dataclasses that are made when the first object of one is.

`dataclasses.dataclass` writes five or six functions for each class and compiles their text; in a process that has just
started that is more than half of what importing a class costs, and of most classes it never makes an object. Here the
very same is done when a class is first called, or when somebody first asks for its fields; and what compares, hashes
and shows objects is made when one is first compared, hashed or shown.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

_FIELDS = "__dataclass_fields__"
_LATER = ("__repr__", "__eq__", "__hash__")
_one_at_a_time = threading.RLock()


class _Unmade:
    """Stands for the fields of a class until they are asked for: by `fields`, `is_dataclass`, a subclass, pydantic."""

    def __init__(self, owner: type, options: dict[str, Any]) -> None:
        self._owner = owner
        self._options = options
        self._made = False

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        self.make()
        return getattr(self._owner, _FIELDS)

    def make(self) -> None:
        with _one_at_a_time:
            if self._made:
                return
            if threading.active_count() == 1:
                del self._owner.__init__  # type: ignore[misc]  # this class's own, put there below
                dataclasses.dataclass(**self._options)(self._owner)
            else:
                # another thread may call the class at any moment: it must never be seen without an `__init__`
                dataclasses.dataclass(**{**self._options, "init": False})(self._owner)
                _take_over(self._owner, ["__init__"], repr=False, eq=False, frozen=self._options.get("frozen", False))
            self._made = True


def _take_over(owner: type, names: Iterable[str], **options: Any) -> None:
    """Gives a class what Python writes for an heir with the very same fields; nobody ever sees it without."""
    named = {"__module__": owner.__module__, "__qualname__": owner.__qualname__}
    heir: Any = dataclasses.dataclass(**options)(type(owner)(owner.__name__, (owner,), named))
    for name in names:
        setattr(owner, name, vars(heir)[name])


def _put_off(cls: Any, frozen: bool) -> None:
    """Functions that compare, hash and show, each of which has all three made when it is first called."""

    def finish() -> None:
        with _one_at_a_time:
            _take_over(cls, _LATER, init=False, frozen=frozen)

    def shown(self: Any) -> str:
        finish()
        return str(cls.__repr__(self))

    def alike(self: Any, other: object) -> Any:
        finish()
        return cls.__eq__(self, other)

    def hashed(self: Any) -> int:
        finish()
        return int(cls.__hash__(self))

    for name, function in zip(_LATER, (shown, alike, hashed if frozen else None), strict=True):
        setattr(cls, name, function)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: Any) -> Any:
        """`dataclasses.dataclass`, done late; at once for a class with slots or an `__init__` of its own."""
        if cls is None:
            return lambda each: dataclass(each, **options)
        if options.get("slots") or "__init__" in cls.__dict__:
            return dataclasses.dataclass(**options)(cls)
        if options.keys() <= {"frozen"} and not vars(cls).keys() & set(_LATER):
            _put_off(cls, options.get("frozen", False))
            options = {**options, "repr": False, "eq": False}
        unmade = _Unmade(cls, options)

        def first(self: Any, /, *args: Any, **named: Any) -> None:
            unmade.make()
            cls.__init__(self, *args, **named)

        cls.__init__ = first
        setattr(cls, _FIELDS, unmade)
        return cls
