"""What `datastore_create` is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.shared.dataclass import dataclass

from ... import given as wishes
from ...rules import Messages, Rejected
from . import fields, planning
from .fields import Field
from .service import Given, flag


@dataclass(frozen=True)
class Wish:
    """What `datastore_create` asks for, checked as far as that goes without looking anything up.

    Attributes:
        key, indexes: None where not given.
    """

    fields: tuple[Field, ...]
    key: tuple[str, ...] | None
    indexes: tuple[str, ...] | None
    records: tuple[Mapping[str, Any], ...]
    drops: bool
    force: bool

    @property
    def only_describes(self) -> bool:
        """Whether nothing but the data dictionary may be meant."""
        said = any(field.info is not None for field in self.fields)
        return said and not (self.records or self.key or self.indexes or self.drops)


def wish(given: Given) -> Wish:
    """Reads the parameters.

    Raises:
        Rejected, BadRow.
    """
    messages: Messages = {}
    described = fields.read(wishes.listed(given.get("fields")), messages)
    names: dict[str, tuple[str, ...] | None] = {}
    for name in ("primary_key", "indexes", "aliases"):
        names[name] = fields.listed(wishes.listed(given[name])) if given.get(name) is not None else None
        if given.get(name) not in (None, "") and names[name] is None:
            messages[name] = ["Must be a list of names"]
    if names["aliases"]:
        messages["aliases"] = ["A table is named by the id of its resource; aliases are not offered"]
    if given.get("triggers"):
        messages["triggers"] = ["Triggers are not offered"]
    if messages:
        raise Rejected(messages)
    records = tuple(planning.mappings(wishes.listed(given.get("records"))))
    drops, force = flag(given, "delete_fields"), flag(given, "force")
    return Wish(described, names["primary_key"], names["indexes"], records, drops, force)
