"""Which names in a query may be tables: found by its words alone, to look them up before the query goes to its cage.

This decides nothing: the caged process reads the query as DuckDB does, and refuses every table that it was not given.
A name too many costs a look-up, one too few a refusal that says how to write it.
"""

from __future__ import annotations

import re

MOST = 10
"""Tables of a query."""

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<text> [eE]?'(?:[^']|'')*(?:'|\Z) | \$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z) )
    | "(?P<quoted>(?:[^"]|"")*)(?:"|\Z)
    | (?P<word>\w+)
    | (?P<sign>[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
_BEFORE = frozenset({"FROM", "JOIN", "TABLE", "PIVOT", "UNPIVOT", "DESCRIBE", "SUMMARIZE", "ONLY"})
_NO_NAMES = frozenset({"SELECT", "LATERAL", "UNNEST", "VALUES", "WITH", "FROM", "TABLE", "ONLY"})
_ID = re.compile(r"[0-9A-Za-z-]{20,}(/[^@]*)?(@.*)?")


def tables(sql: str) -> list[str]:
    """Names that may be tables, each once, in order; at most `MOST` + 1."""
    found: dict[str, None] = {}
    tokens = [each for each in _TOKEN.finditer(sql) if not each["comment"]]
    ctes = {
        name.lower()
        for token, following, third in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if _word(following) == "AS"
        and (third["sign"] == "(" or _word(third) in ("MATERIALIZED", "NOT"))
        and (name := _name(token)) is not None
    }
    before = ""
    for token, following in zip(tokens, [*tokens[1:], None], strict=False):
        name, sign = _name(token), "" if following is None else following["sign"] or ""
        if name is not None and sign != "." and before != ".":
            placed = before in _BEFORE and sign != "("
            if (placed and not (token["word"] and name.upper() in _NO_NAMES)) or (
                before in (",", "(") and token["quoted"] is not None and _ID.fullmatch(name)
            ):
                found[name] = None
        # FROM ((("x"
        if not (before in _BEFORE and token["sign"] == "("):
            before = (token["word"] or token["sign"] or "").upper()
        if len(found) > MOST + len(ctes):
            break
    plain = [name for name in found if name.lower() not in ctes]
    return plain[: MOST + 1]


def _word(token: re.Match[str]) -> str:
    return (token["word"] or "").upper()


def _name(token: re.Match[str]) -> str | None:
    if token["quoted"] is not None:
        return token["quoted"].replace('""', '"')
    return token["word"]
