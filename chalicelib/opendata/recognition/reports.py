"""The reports of tables, read from the bucket; the last few are kept in memory, because a table never changes."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from chalicelib.shared.errors import NotFound
from chalicelib.shared.objects import Objects

from ..model import Table

KEPT = 32
Json = Mapping[str, Any]


class Reports:
    """Reads what was found in tables when they were made."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._kept: OrderedDict[str, Json] = OrderedDict()

    def of(self, table: Table) -> Json:
        """The report of a table; empty where it has none."""
        key = table.report
        if key not in self._kept:
            try:
                self._kept[key] = json.loads(self._objects.read(key))
            except NotFound:
                return {}
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def profile(self, table: Table) -> Json:
        """What the values of its columns are like; empty where nobody counted."""
        found: Json = self.of(table).get("profile") or {"rows": table.rows, "columns": {}}
        return found

    def recognised(self, table: Table) -> Json:
        """What its columns were recognised as."""
        found: Json = self.of(table).get("recognised") or {"columns": {}, "points": [], "bbox": None}
        return found
