"""CKAN's `package_revise`: what must match, what is filtered out, what is put in, what is answered. Pure.

A place in a package is written as its names and positions joined by two underscores: `resources__0__name`; instead of a
position a list also knows the beginning (5 characters or more) of an element's id. `match`, `filter`, `update` and
`include` may come as JSON text; `match__{place}` and `update__{place}` are the same for one place, and
`update__{place}__extend` adds to a list.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from chalicelib.shared.dataclass import dataclass

from .given import listed
from .rules import Rejected

Json = dict[str, Any]
Pattern = tuple[str, tuple[str, ...]]
MAX_PLACES = 1_000
MAX_PATTERNS = 100
SHORTEST_ID = 5


@dataclass(frozen=True)
class Revision:
    """What was asked.

    Attributes:
        match, update: by place, in the order they are heeded.
        filter, include: (`+` or `-`, names) in order; the first that fits decides.
    """

    match: Mapping[str, Any]
    places: Mapping[tuple[str, ...], Any]
    filter: Sequence[Pattern]
    update: Mapping[str, Any]
    updates: Mapping[tuple[str, ...], Any]
    include: Sequence[Pattern]

    @property
    def id_or_name(self) -> str | None:
        """What the dataset is known by."""
        known = {**{names[0]: value for names, value in self.places.items() if len(names) == 1}, **self.match}
        found = known.get("id") or known.get("name")
        return found if isinstance(found, str) else None

    def included(self, package: Json) -> Any:
        """What of a package is to be answered."""
        return filtered(package, self.include)


def parse(given: Mapping[str, Any]) -> Revision:
    """What these parameters ask for.

    Raises:
        Rejected.
    """
    whole = {name: listed(given.get(name) or {}) for name in ("match", "update")}
    for name, value in whole.items():
        if not isinstance(value, Mapping):
            raise Rejected({name: ["Must be a dictionary"]})
    places: dict[str, dict[tuple[str, ...], Any]] = {"match": {}, "update": {}}
    for name in sorted(given):
        kind, _, place = name.partition("__")
        if kind in places and place:
            places[kind][tuple(place.split("__"))] = listed(given[name])
    if sum(map(len, places.values())) > MAX_PLACES:
        raise Rejected({"__before": [f"At most {MAX_PLACES} places can be named in one call"]})
    return Revision(
        whole["match"],
        places["match"],
        _patterns("filter", given.get("filter")),
        whole["update"],
        places["update"],
        _patterns("include", given.get("include")),
    )


def revised(package: Json, asked: Revision) -> Json:
    """The package as it is asked to be; id and type cannot be filtered out.

    Raises:
        Rejected: it does not match, or a place is not there.
    """
    missed = ["__".join(names) for names in _unmatched(package, asked.match, ())]
    missed += ["__".join(names) for names, value in asked.places.items() if _at(package, names) != value]
    if missed:
        # the names stand in the package itself or are the caller's own; values are not told
        raise Rejected({"match": missed})
    kept = filtered(copy.deepcopy(package), asked.filter)
    made: Json = {**(kept if isinstance(kept, dict) else {}), "id": package["id"], "type": package["type"]}
    _merge(made, asked.update)
    for names, value in asked.updates.items():
        try:
            _put(made, names, value)
        except LookupError:
            raise Rejected({"update__" + "__".join(names): ["There is no such place in the dataset"]}) from None
    return made


def _unmatched(there: Any, wanted: Any, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        for name, value in wanted.items():
            yield from _unmatched(there.get(name), value, (*names, str(name)))
    elif isinstance(wanted, list) and isinstance(there, list):
        for place, value in enumerate(wanted):
            if place < len(there):
                yield from _unmatched(there[place], value, (*names, str(place)))
            else:
                yield (*names, str(place))
    elif wanted != there:
        yield names


_NOTHING = object()


def _at(thing: Any, names: Sequence[str]) -> Any:
    for name in names:
        try:
            thing = thing[_key(thing, name)]
        except LookupError:
            return _NOTHING
    return thing


def _key(thing: Any, name: str) -> Any:
    """The key under which a name is found in a mapping or list.

    Raises:
        LookupError.
    """
    if isinstance(thing, dict):
        return name
    if not isinstance(thing, list):
        raise LookupError
    if re.fullmatch(r"-?[0-9]{1,6}", name) and -len(thing) <= int(name) < len(thing):
        return int(name) % len(thing)
    if len(name) >= SHORTEST_ID:
        found = [
            place
            for place, each in enumerate(thing)
            if isinstance(each, Mapping) and str(each.get("id", "")).startswith(name)
        ]
        if len(found) == 1:
            return found[0]
    raise LookupError


def _merge(thing: Json, update: Mapping[str, Any]) -> None:
    for name, value in update.items():
        thing[name] = _merged(thing.get(name), value)


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, Mapping):
        _merge(old, new)
        return old
    if isinstance(old, list) and isinstance(new, list):
        joined = [_merged(one, other) for one, other in zip(old, new, strict=False)]
        return joined + (old[len(new) :] or new[len(old) :])
    return new


def _put(thing: Any, names: tuple[str, ...], value: Any) -> None:
    *way, last = names
    if last == "extend" and way:
        _extend(thing, way, value)
        return
    for place, name in enumerate(way):
        if isinstance(thing, dict) and thing.get(name) is None and place + 1 < len(way):
            raise LookupError
        thing = thing[_key(thing, name)]
    if not isinstance(thing, dict | list):
        raise LookupError
    key = _key(thing, last)
    thing[key] = _merged(thing.get(key) if isinstance(thing, dict) else thing[key], value)


def _extend(thing: Any, way: Sequence[str], value: Any) -> None:
    *above, name = way
    for each in above:
        thing = thing[_key(thing, each)]
    key = _key(thing, name)
    if isinstance(thing, dict) and thing.get(key) is None:
        thing[key] = []
    if not isinstance(thing[key], list) or not isinstance(value, list):
        raise LookupError
    thing[key].extend(value)


def filtered(thing: Any, patterns: Sequence[Pattern]) -> Any:
    """What the patterns leave of a package: of each place the first that fits decides, what none fits stays."""
    if not patterns or not isinstance(thing, dict | list):
        return thing
    pairs = list(thing.items()) if isinstance(thing, dict) else [(str(i), each) for i, each in enumerate(thing)]
    kept: list[tuple[str, Any]] = []
    for place, (name, value) in enumerate(pairs):
        deeper: list[Pattern] = []
        verdict = ""
        for sign, names in patterns:
            if not _fits(names[0], name, value, place - len(pairs) if isinstance(thing, list) else None):
                continue
            if len(names) == 1:
                verdict = sign
                break
            deeper.append((sign, names[1:]))
        if verdict == "-":
            if not any(sign == "+" for sign, _ in deeper):
                continue
            deeper.append(("-", ("*",)))
        kept.append((name, filtered(value, deeper)))
    return dict(kept) if isinstance(thing, dict) else [value for _, value in kept]


def _fits(pattern: str, name: str, value: Any, from_the_end: int | None) -> bool:
    if fnmatchcase(name, pattern) or (from_the_end is not None and pattern == str(from_the_end)):
        return True
    own = str(value.get("id", "")) if isinstance(value, Mapping) else ""
    return from_the_end is not None and len(pattern) >= SHORTEST_ID and own.startswith(pattern)


def _patterns(field: str, given: Any) -> list[Pattern]:
    if given in (None, "", []):
        return []
    found = listed(given)
    texts = found.split(",") if isinstance(found, str) else found
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts) or len(texts) > MAX_PATTERNS:
        raise Rejected({field: ["Must be a list of patterns"]})
    patterns: list[Pattern] = []
    for text in (each.strip() for each in texts):
        if not re.fullmatch(r"[+-][\w*?-]{1,200}", text) or text.count("*") > 10:
            raise Rejected({field: ["Patterns must begin with + or -"]})
        patterns.append((text[0], tuple(text[1:].split("__"))))
    return patterns
