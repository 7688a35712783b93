"""Whether a query may run: judged by its syntax tree, against lists of what is allowed, before anything of it is bound.

The tree is what DuckDB itself makes of the text (`json_serialize_sql`), so there is no second reading of SQL that could
differ from the one that runs. Names in FROM are tables that were granted, or CTEs where they are in scope.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .allowed import FUNCTIONS, NODES, SPECIAL, TABLE_FUNCTIONS

LONGEST = 8 * 1024
"""Bytes of a query."""
MOST_NODES = 3_000
_PLAIN = re.compile(r"\w{1,100}")
_SPECIAL_NODES = {"VALUE_PARAMETER": "parameter", "RECURSIVE_CTE_NODE": "recursive"}
_TELLABLE = re.compile(r"[a-z][a-z0-9_]{0,40}")


class Unfit(Exception):
    """A query that will not run.

    Attributes:
        kind: what is wrong; `wording.py` has the words.
        name: of a function, where it is a plain word; else "".
        place: where in the text, in bytes from its beginning; None where that is not known.
    """

    def __init__(self, kind: str, *, name: str = "", place: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.name = name if _TELLABLE.fullmatch(name) else ""
        self.place = place


def check(tree: Mapping[str, Any], granted: Iterable[str]) -> None:
    """Passes a tree that holds nothing but what is allowed.

    Args:
        tree: what `json_serialize_sql` gives.
        granted: names of the tables that may be read.

    Raises:
        Unfit.
    """
    if tree.get("error"):
        kind = "syntax" if tree.get("error_type") == "parser" else "single"
        raise Unfit(kind, place=_number(tree.get("position")))
    statements = tree.get("statements")
    if not isinstance(statements, list) or len(statements) != 1:
        raise Unfit("single")
    _Walk(frozenset(name.lower() for name in granted)).query(statements[0], frozenset())


class _Walk:
    """One walk over a tree."""

    def __init__(self, granted: frozenset[str]) -> None:
        self._granted = granted
        self._nodes = 0

    def query(self, statement: Any, scope: frozenset[str]) -> None:
        """A statement, or the query of a subquery: `{"node": ..., "named_param_map": []}`."""
        if not isinstance(statement, Mapping) or statement.get("named_param_map"):
            raise Unfit("parameter")
        self.value(statement, scope)

    def value(self, value: Any, scope: frozenset[str]) -> None:
        """Anything in the tree."""
        if isinstance(value, list):
            for each in value:
                self.value(each, scope)
        elif isinstance(value, Mapping):
            self._nodes += 1
            if self._nodes > MOST_NODES:
                raise Unfit("large")
            kind = value.get("type")
            if isinstance(kind, str):
                self._judge(kind, value, scope)
            scope = self._with_ctes(value, scope)
            for name, each in value.items():
                if name != "cte_map":
                    self.value(each, scope)

    def _with_ctes(self, node: Mapping[str, Any], scope: frozenset[str]) -> frozenset[str]:
        """The scope inside a query: each CTE sees those before it, the query sees all."""
        ctes = node.get("cte_map")
        if ctes is None:
            return scope
        for entry in ctes["map"]:
            name = entry["key"]
            if not isinstance(name, str) or not _PLAIN.fullmatch(name) or name.lower() in self._granted:
                raise Unfit("cte")
            self.value(entry["value"], scope)
            scope |= {name.lower()}
        return scope

    def _judge(self, kind: str, node: Mapping[str, Any], scope: frozenset[str]) -> None:
        place = _number(node.get("query_location"))
        if kind not in NODES:
            raise Unfit(_SPECIAL_NODES.get(kind, "node"), place=place)
        if kind == "BASE_TABLE":
            if node["schema_name"] or node["catalog_name"] or node.get("at_clause"):
                raise Unfit("table", place=place)
            name = str(node["table_name"]).lower()
            if name not in self._granted and name not in scope:
                raise Unfit("table", place=place)
        elif kind == "TABLE_FUNCTION":
            function = node["function"]
            name = str(function.get("function_name", "")).lower()
            if function.get("type") != "FUNCTION" or name not in TABLE_FUNCTIONS:
                raise Unfit("function", name=name, place=place)
        elif kind == "FUNCTION":
            name = str(node["function_name"]).lower()
            if node["schema"] or node["catalog"] or name not in FUNCTIONS or node.get("export_state"):
                raise Unfit("function", name=name, place=place)
        elif kind == "COLUMN_REF":
            names = node["column_names"]
            if len(names) == 1 and str(names[0]).lower() in SPECIAL:
                raise Unfit("function", name=str(names[0]).lower(), place=place)
        elif (kind == "TYPE" or kind.startswith("WINDOW_")) and (node.get("schema") or node.get("catalog")):
            raise Unfit("node", place=place)
        elif kind == "WINDOW_AGGREGATE" and str(node["function_name"]).lower() not in FUNCTIONS:
            raise Unfit("function", name=str(node["function_name"]).lower(), place=place)


def _number(given: Any) -> int | None:
    """A place in a text; DuckDB has 2^64 - 1 for none, and texts in errors."""
    try:
        found = int(given)
    except (TypeError, ValueError):
        return None
    return found if 0 <= found <= LONGEST else None
