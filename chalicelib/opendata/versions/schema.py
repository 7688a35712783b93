"""What is different between the columns of two versions of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from chalicelib.shared.dataclass import dataclass

Column = Mapping[str, Any]


@dataclass(frozen=True)
class Renamed:
    """A column that stands where another stood, with its type: most likely the same under another name."""

    before: str
    after: str


@dataclass(frozen=True)
class Retyped:
    """A column whose type, or whose era of years, is another."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class SchemaDiff:
    """Names of columns, in order.

    Attributes:
        moved: whether columns that stayed stand in another order.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    retyped: tuple[Retyped, ...] = ()
    moved: bool = False

    @property
    def same(self) -> bool:
        """Whether nothing is different."""
        return self == SchemaDiff()


def difference(old: Sequence[Column], new: Sequence[Column]) -> SchemaDiff:
    """What became of the columns.

    A column counts as renamed where a run of columns between two that stayed was replaced by as many of the same types,
    in this order; else it was removed, and the other added.
    """
    before, after = {str(each["id"]): each for each in old}, {str(each["id"]): each for each in new}
    names, others = list(before), list(after)
    renamed: list[Renamed] = []
    for kind, a, b, c, d in SequenceMatcher(a=names, b=others, autojunk=False).get_opcodes():
        if kind != "replace" or b - a != d - c:
            continue
        pairs = list(zip(names[a:b], others[c:d], strict=True))
        if all(x not in after and y not in before and _type(before[x]) == _type(after[y]) for x, y in pairs):
            renamed += [Renamed(x, y) for x, y in pairs]
    gone, come = {each.before for each in renamed}, {each.after for each in renamed}
    stayed = [name for name in names if name in after]
    return SchemaDiff(
        added=tuple(name for name in others if name not in before and name not in come),
        removed=tuple(name for name in names if name not in after and name not in gone),
        renamed=tuple(renamed),
        retyped=tuple(
            Retyped(name, _type(before[name]), _type(after[name]))
            for name in stayed
            if _type(before[name]) != _type(after[name])
        ),
        moved=stayed != [name for name in others if name in before],
    )


def _type(column: Column) -> str:
    era = column.get("era")
    return f"{column['type']} {era}" if era else str(column["type"])
