"""Something that is imported and made when it is first used: most processes use few of a room's neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

Made = TypeVar("Made")


class _Later:
    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        made = self.__dict__.get("_made")
        if made is None:
            made = self.__dict__["_made"] = self._make()
        return getattr(made, name)


def later(make: Callable[[], Made]) -> Made:
    """Stands for what `make` gives, which is called once, when an attribute of it is first asked for."""
    return cast(Made, _Later(make))


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression that is compiled when it is first used: of a long table most never are."""
    return later(lambda: re.compile(text, flags))
