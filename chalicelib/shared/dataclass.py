"""Dataclasses that are made when the first object of one is.

`dataclasses.dataclass` writes five or six functions for each class and compiles their text; in a process that has just
started that is more than half of what importing a class costs, and of most classes it never makes an object. Here the
very same is done when a class is first called, or when somebody first asks for its fields.
"""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING, Any

_FIELDS = "__dataclass_fields__"
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
                # Another thread may call the class at any moment: it must never be seen without an `__init__`. An heir
                # with the same fields has the very one that is wanted.
                dataclasses.dataclass(**{**self._options, "init": False})(self._owner)
                heir = type(self._owner)(self._owner.__name__, (self._owner,), {"__module__": self._owner.__module__})
                own = {"frozen": self._options.get("frozen", False), "eq": False, "repr": False}
                dataclasses.dataclass(**own)(heir)
                self._owner.__init__ = heir.__init__  # type: ignore[misc]  # as above
            self._made = True


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: Any) -> Any:
        """`dataclasses.dataclass`, done late; at once for a class with slots or an `__init__` of its own."""
        if cls is None:
            return lambda each: dataclass(each, **options)
        if options.get("slots") or "__init__" in cls.__dict__:
            return dataclasses.dataclass(**options)(cls)
        unmade = _Unmade(cls, options)

        def first(self: Any, /, *args: Any, **named: Any) -> None:
            unmade.make()
            cls.__init__(self, *args, **named)

        cls.__init__ = first
        setattr(cls, _FIELDS, unmade)
        return cls
