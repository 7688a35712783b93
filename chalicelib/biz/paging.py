"""One page of a list, with a cursor that belongs to this list and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from chalicelib.shared.cursors import Scope

if TYPE_CHECKING:
    from chalicelib.shared.web import Call

    from .service import Biz

T = TypeVar("T")


def page_of(
    biz: Biz, call: Call, scope: Scope, read: Callable[[str | None], tuple[list[T], str | None]]
) -> tuple[list[T], str | None]:
    """Reads the page that the call asks for; raises Malformed for a cursor of another list."""
    items, after = read(biz.parts.cursors.read(call.query.cursor, scope))
    return items, biz.parts.cursors.make(after, scope)
