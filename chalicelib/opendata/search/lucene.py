"""Lucene's query syntax, as CKAN's clients write it in `fq` and `q`, made into a query of `model`.

    field:value  field:"a phrase"  field:(a OR b)  *:*  field:*  a AND b  a OR b  NOT a  a && b  a || b  !a  +a  -a
    field:[a TO b]  {a TO b}  [a TO *]  field:wat?r*  a\\:b (escapes)  a^2 (weights, left out)  a~1 (taken as a)

The grammar is luqum's; here it is held within limits, and what could make an engine run wild is refused: `{!...}` and
`_query_` (Solr's doors to other parsers), regular expressions, patterns of many stars.

How operators bind: NOT, then AND, then OR, then a blank, which means AND (`q.op=AND` as in CKAN). Solr itself reads a
mixture such as `a OR b c` as `c`, and leaves the filter on a or b out of account; here it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from . import dates, names
from .model import DATES, Every, Everything, Exact, Not, Query, Range, Some, Text, Wildcard

MAX_TEXT = 100_000
"""Characters of one query; a filter on a thousand organisations has some 60,000."""
MAX_CLAUSES = 1_024
"""Terms of one query: Solr's own limit (`maxBooleanClauses`)."""
MAX_TOKENS = 8 * MAX_CLAUSES
MAX_DEPTH = 60
MAX_TERM = 2_000
MAX_STARS, MAX_MARKS = 4, 20

# in this order: escapes and phrases are left alone; what only Solr's grammar has is written as luqum's has it
_DIALECT = re.compile(
    r"""\\.|"(?:[^"\\]|\\.)*"|(?P<local>\{!)|(?P<quote>')|(?<![^\s(])(?P<sign>&&|\|\||!+)""", re.DOTALL
)
_WORDS = {"&&": " AND ", "||": " OR "}
_REFUSED = frozenset({"_query_", "_val_"})
NOTHING = Some(())
"""Matches no dataset."""


class Unreadable(ValueError):
    """The text is not a query, or not one that is taken here; the argument says why, without repeating it."""


def parse(text: str, *, now: datetime, renamed: Mapping[str, str] | None = None) -> Query:
    """The query that a text means.

    Args:
        now: what `NOW` means.
        renamed: search fields that are kept under other names (`vocab_{name}` under the vocabulary's id).

    Raises:
        Unreadable.
    """
    return _Reader(now, renamed or {}).query(_tree(text))


def _tree(text: str) -> Any:
    from luqum.exceptions import ParseError
    from luqum.parser import parser

    if len(text) > MAX_TEXT:
        raise Unreadable(f"a query has at most {MAX_TEXT} characters")
    try:
        tokens = _Tokens(_DIALECT.sub(_as_luqum, text))
        # luqum's parser keeps no state between calls; its lexer does, so each call has one of its own
        tree = parser.parse(None, lexer=tokens)
    except ParseError:
        raise Unreadable("the query cannot be parsed") from None
    if _depth(tree) > MAX_DEPTH:
        raise Unreadable(f"a query is nested at most {MAX_DEPTH} deep")
    return tree


def _as_luqum(match: re.Match[str]) -> str:
    if match["local"]:
        raise Unreadable("local parameters are not supported")
    sign = match["sign"]
    if not sign:
        return "\\'" if match["quote"] else match[0]
    return _WORDS.get(sign) or " NOT " * (len(sign) % 2)


class _Tokens:
    """A lexer for PLY: luqum's tokens, read at once, within limits."""

    def __init__(self, text: str) -> None:
        from luqum.parser import lexer

        own = lexer.clone()
        own.input(text)
        self._tokens = iter(_plain(self._checked(own.token)))

    def token(self) -> Any:
        """The next token, None at the end."""
        return next(self._tokens, None)

    @staticmethod
    def _checked(token: Callable[[], Any]) -> list[Any]:
        found: list[Any] = []
        operands = 0
        for each in iter(token, None):
            found.append(each)
            operands += each.type in ("TERM", "PHRASE")
            if each.type == "COLUMN":
                operands -= 1
            if each.type == "REGEX":
                raise Unreadable("regular expressions are not supported")
            if operands > MAX_CLAUSES or len(found) > MAX_TOKENS:
                raise Unreadable(f"a query has at most {MAX_CLAUSES} clauses")
        return found


def _plain(tokens: list[Any]) -> Iterator[Any]:
    """Without weights and vagueness: filters have no use for them, and the engine knows vague words by itself."""
    before = ""
    for each in tokens:
        loose = each.type == "BOOST" or each.type == "APPROX"
        if not loose or before not in ("TERM", "PHRASE", "RPAREN", "RBRACKET"):
            before = each.type
            yield each


def _depth(tree: Any) -> int:
    depth, layer = 0, [tree]
    while layer and depth <= MAX_DEPTH:
        depth += 1
        layer = [child for each in layer for child in each.children]
    return depth


class _Reader:
    def __init__(self, now: datetime, renamed: Mapping[str, str]) -> None:
        self._now = now
        self._renamed = renamed

    def query(self, node: Any, field: str = "text") -> Query:
        from luqum import tree

        match node:
            case tree.SearchField():
                return self._searched(node, field)
            case tree.AndOperation() | tree.UnknownOperation():
                return Every(tuple(self.query(each, field) for each in node.children))
            case tree.OrOperation():
                return Some(tuple(self.query(each, field) for each in node.children))
            case tree.Not() | tree.Prohibit():
                return Not(self.query(node.children[0], field))
            case tree.Plus() | tree.BaseGroup():
                return self.query(node.children[0], field)
            case tree.Phrase():
                return self._value(field, _unescaped(node.value[1:-1]), phrase=True)
            case tree.Word():
                return self._word(field, node.value)
            case tree.Range():
                low, high = _bound(node.low), _bound(node.high)
                return self._range(field, low, high, node.include_low, node.include_high)
            case tree.From():
                return self._range(field, _bound(node.a), None, node.include, True)
            case tree.To():
                return self._range(field, None, _bound(node.a), True, node.include)
        raise Unreadable("the query cannot be parsed")

    def _searched(self, node: Any, around: str) -> Query:
        from luqum import tree

        name = _unescaped(node.name)
        if name in _REFUSED:
            raise Unreadable("queries within queries are not supported")
        if around != "text" or isinstance(node.expr, tree.SearchField):
            raise Unreadable("a field cannot stand within a field")
        if name == "*":
            if isinstance(node.expr, tree.Word) and node.expr.value == "*":
                return Everything()
            raise Unreadable("only * can be looked for in all fields")
        return self.query(node.expr, self._renamed.get(name, name))

    def _word(self, field: str, raw: str) -> Query:
        if len(raw) > MAX_TERM:
            raise Unreadable(f"a term has at most {MAX_TERM} characters")
        if not _wild(raw):
            return self._value(field, _unescaped(raw), phrase=False)
        pattern = _pattern(raw)
        if pattern == "*":
            everywhere = field in names.ALWAYS or field == "text"
            return Everything() if everywhere else _any(field, lambda one: Wildcard(one, "*"))
        if field in names.TEXTS:
            return Text(names.TEXTS[field], pattern, pattern=True)
        if field in DATES:
            raise Unreadable("a date takes no pattern")
        return _any(field, lambda one: Wildcard(one, pattern.casefold() if one in names.FOLDED else pattern))

    def _value(self, field: str, value: str, *, phrase: bool) -> Query:
        if len(value) > MAX_TERM:
            raise Unreadable(f"a term has at most {MAX_TERM} characters")
        if field in names.ALWAYS:
            return Everything()
        if field in names.TEXTS:
            return Text(names.TEXTS[field], value, phrase=phrase) if value.strip() else NOTHING
        if field == "name_ngram":
            return Wildcard("name", f"*{literal(value)}*")
        if names.stored(field)[0] in DATES:
            low, high = self._span(value)
            return _any(field, lambda one: Range(one, low, high, with_high=False))
        if names.worded(field) and value:
            return _any(field, lambda one: _worded(one, value))
        return _any(field, lambda one: Exact(one, value))

    def _range(self, field: str, low: str | None, high: str | None, with_low: bool, with_high: bool) -> Query:
        if field in names.ALWAYS or field == "text":
            return Everything()
        if low is None and high is None:
            return _any(field, lambda one: Wildcard(one, "*"))
        if names.stored(field)[0] in DATES:
            if low is not None:
                # what is beyond a day begins with the next one
                low, with_low = self._span(low)[0 if with_low else 1], True
            if high is not None:
                high, with_high = self._span(high)[1 if with_high else 0], False
        return _any(field, lambda one: Range(one, low, high, with_low, with_high))

    def _span(self, text: str) -> tuple[str, str]:
        try:
            first, last = dates.span(text, self._now)
        except ValueError as wrong:
            raise Unreadable(str(wrong) if "date" in str(wrong) or "unit" in str(wrong) else "no such date") from None
        return dates.iso(first), dates.iso(last)


def _any(field: str, make: Callable[[str], Query]) -> Query:
    found = tuple(make(each) for each in names.stored(field))
    return found[0] if len(found) == 1 else Some(found)


def _worded(field: str, value: str) -> Query:
    value = value.casefold() if field in names.FOLDED else value
    part = literal(value)
    return Some((Exact(field, value), *(Wildcard(field, each) for each in (f"{part} *", f"* {part}", f"* {part} *"))))


def _bound(node: Any) -> str | None:
    from luqum import tree

    match node:
        case tree.Phrase():
            return _unescaped(node.value[1:-1])
        case tree.Prohibit():
            inside = _bound(node.a)
            return None if inside is None else f"-{inside}"
        case tree.Word():
            return None if node.value == "*" else _unescaped(node.value)
    raise Unreadable("a range goes from one value to another")


def _wild(raw: str) -> bool:
    return re.search(r"(?<!\\)(?:\\\\)*[*?]", raw) is not None


def _pattern(raw: str) -> str:
    """A term as a pattern of `model.Wildcard`, which has no escapes: an escaped star is one character, whichever."""
    pattern = re.sub(r"\*{2,}", "*", re.sub(r"\\(.)", lambda found: literal(found[1]), raw, flags=re.DOTALL))
    if pattern.count("*") > MAX_STARS or pattern.count("?") > MAX_MARKS:
        raise Unreadable(f"a pattern has at most {MAX_STARS} * and {MAX_MARKS} ?")
    return pattern


def literal(value: str) -> str:
    """A text for a place within a pattern."""
    return re.sub(r"[*?]", "?", value)


def _unescaped(raw: str) -> str:
    return re.sub(r"\\(.)", r"\1", raw, flags=re.DOTALL)
