"""What changed between two schemas, for the one who sends (request) or the one who reads (answer).

The direction decides: what is taken may only get wider, what is given may only get narrower.
"""

from __future__ import annotations

from collections.abc import Callable

from .schemas import MERGED, Direction, Place, Schemas, Shape, TooComplex, escaped
from .words import RULES

MAX_STEPS = 4000
"""Comparisons of two schemas in one operation; what needs more is told as not comparable."""

Tell = Callable[[str, str, "str | None", str], None]
"""Takes a rule's name, a pointer, a field of the answer (None for a request) and the name that the text mentions."""


class SchemaDiff:
    """Compares schemas of an old and a new document.

    Args:
        old, new: the schemas of the two documents.
        direction: who is concerned.
        tell: takes what is found.
        same: pairs of places that were found to be the same before, in this direction; grows.
    """

    def __init__(
        self, old: Schemas, new: Schemas, direction: Direction, tell: Tell, same: set[tuple[str, str]]
    ) -> None:
        self._old = old
        self._new = new
        self._direction: Direction = direction
        self._tell = tell
        self._active: set[tuple[str, str]] = set()
        self._steps = 0
        self._same = same
        self._told = self._cut = 0

    def compare(self, old: Place, new: Place, field: str) -> None:
        """Tells what changed from one to the other.

        Raises:
            TooComplex: it would take too long.
        """
        pair = (self._old.named(old), self._new.named(new))
        if pair in self._same:
            return
        if pair in self._active and old.schema is not True and new.schema is not True:
            self._cut += 1
            return  # a schema within itself: it is being compared already
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooComplex
        self._active.add(pair)
        told, cut = self._told, self._cut
        try:
            before = self._old.alternatives(old, self._direction)
            after = self._new.alternatives(new, self._direction)
            if len(before) == len(after) == 1:
                self._shapes(before[0], after[0], field)
            else:
                self._variants(before, after, field)
        finally:
            self._active.discard(pair)
        # what was cut short is the same only as far as what is still being compared is
        if (self._told, self._cut) == (told, cut) and _stands(old) and _stands(new):
            self._same.add(pair)

    def _say(self, what: str, pointer: str, field: str, name: str = "") -> None:
        self._told += 1
        self._tell(f"{self._direction}-{what}", pointer, field if self._direction == "answer" else None, name)

    # -- alternatives --------------------------------------------------------------------------------

    def _variants(self, before: list[Shape], after: list[Shape], field: str) -> None:
        """A request's old forms must all fit a new one; an answer's new forms must all fit an old one."""
        uncovered_old = [one for one in before if not any(self._fits(one, other) for other in after)]
        uncovered_new = [other for other in after if not any(self._fits(one, other) for one in before)]
        if len(before) == len(after) and len(uncovered_old) == len(uncovered_new):
            for one, other in zip(uncovered_old, uncovered_new, strict=True):
                self._shapes(one, other, field)
            return
        for one in uncovered_old:
            self._say("variant-removed", one.pointer, field)
        for other in uncovered_new:
            self._say("variant-added", other.pointer, field)

    def _fits(self, one: Shape, other: Shape) -> bool:
        """Whether nothing breaks where the other stands in for the one."""
        broken: list[str] = []
        trial = SchemaDiff(self._old, self._new, self._direction, lambda rule, *_: broken.append(rule), self._same)
        trial._active, trial._steps = set(self._active), self._steps
        trial._shapes(one, other, "")
        self._steps, self._cut = trial._steps, self._cut + trial._cut
        return not any(RULES[rule].breaking for rule in broken)

    # -- one shape -----------------------------------------------------------------------------------

    def _shapes(self, a: Shape, b: Shape, field: str) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooComplex
        where = b.pointer or a.pointer
        self._types(a, b, where, field)
        self._values(a, b, where, field)
        self._bounds(a, b, where, field)
        self._other_constraints(a, b, where, field)
        if "object" in a.types & b.types:
            self._properties(a, b, where, field)
            self._further(a, b, where, field)
        if "array" in a.types & b.types:
            self._items(a, b, field)

    def _types(self, a: Shape, b: Shape, where: str, field: str) -> None:
        lost, gained = _told(a.types - b.types, a.types), _told(b.types - a.types, b.types)
        if lost:
            self._say("type-narrowed", where, field, lost)
        if gained:
            self._say("type-widened", where, field, gained)

    def _values(self, a: Shape, b: Shape, where: str, field: str) -> None:
        if b.values is not None and (a.values is None or a.values - b.values):
            self._say("enum-narrowed", where, field)
        if a.values is not None and (b.values is None or b.values - a.values):
            self._say("enum-widened", where, field)

    def _bounds(self, a: Shape, b: Shape, where: str, field: str) -> None:
        for name in sorted(a.lower.keys() | b.lower.keys()):
            old, new = a.lower.get(name), b.lower.get(name)
            if old != new:
                self._constraint(old is None or (new is not None and new > old), where, field, name)
        for name in sorted(a.upper.keys() | b.upper.keys()):
            old, new = a.upper.get(name), b.upper.get(name)
            if old != new:
                self._constraint(old is None or (new is not None and new < old), where, field, name)

    def _other_constraints(self, a: Shape, b: Shape, where: str, field: str) -> None:
        for name in sorted({name for name, _ in a.others ^ b.others}):
            if any(each == name for each, _ in b.others - a.others):
                self._constraint(True, where, field, name)
            if any(each == name for each, _ in a.others - b.others):
                self._constraint(False, where, field, name)

    def _constraint(self, tightened: bool, where: str, field: str, name: str) -> None:
        self._say("constraint-tightened" if tightened else "constraint-loosened", where, field, name)

    def _properties(self, a: Shape, b: Shape, where: str, field: str) -> None:
        for name in sorted(a.properties.keys() | b.properties.keys() | a.required | b.required):
            old, new = a.properties.get(name), b.properties.get(name)
            below = f"{field}/{escaped(name)}"
            before, after = name in a.required, name in b.required
            if old is not None and new is None:
                self._say("field-removed", old.pointer, below, name)
                continue
            if old is None and new is not None:
                required = "-required" if after and self._direction == "request" else ""
                self._say(f"field-added{required}", new.pointer, below, name)
                continue
            if before != after:
                self._say(
                    "field-now-required" if after else "field-now-optional", new.pointer if new else where, below, name
                )
            if old is not None and new is not None:
                self.compare(old, new, below)

    def _further(self, a: Shape, b: Shape, where: str, field: str) -> None:
        old, new = a.further, b.further
        if (old.schema is False) != (new.schema is False):
            if old.schema is False:
                self._say("opened", where, field)
            elif self._direction == "answer" and old.schema is not True:
                self._say("field-removed", old.pointer, f"{field}/*", "*")
            else:
                self._say("closed", where, field)
        elif old.schema is not False and (old.schema, new.schema) != (True, True):
            self.compare(old, new, f"{field}/*")

    def _items(self, a: Shape, b: Shape, field: str) -> None:
        for at in range(max(len(a.first), len(b.first))):
            old = a.first[at] if at < len(a.first) else a.items
            new = b.first[at] if at < len(b.first) else b.items
            self.compare(old, new, f"{field}/*")
        if (a.items.schema, b.items.schema) != (True, True):
            self.compare(a.items, b.items, f"{field}/*")


def _stands(place: Place) -> bool:
    """Whether a pointer names this very schema."""
    return place.pointer != "" and not (isinstance(place.schema, dict) and MERGED in place.schema)


def _told(types: frozenset[str], among: frozenset[str]) -> str:
    """Type names for a text; an integer beside the number that includes it is not told."""
    return ", ".join(sorted(types - {"integer"} if "number" in types and "number" in among else types))
