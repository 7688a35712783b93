"""What may be written of an organisation or theme, and in what order they are listed. Messages are CKAN's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from chalicelib.shared.redaction import holds_id

from .. import rules
from ..model import Group
from ..personal import HOLDS_ID
from ..rules import Rejected, RejectedWhole
from ..standard.fields import Messages
from ..standard.governance import FOUR_EYES
from ..users.rules import is_agency

MAX_BYTES = 100_000
"""Of one group as kept: it stands in its row and in the log of changes."""
MAX_EXTRAS = 200
SORTS = ("name", "package_count", "packages", "title")

_TYPE = re.compile(r"[a-z0-9_-]{2,100}")


def edited(group: Group, given: Mapping[str, Any], known: Sequence[Group], *, whole: bool, operator: bool) -> Group:
    """The group with what is given; with `whole`, what is not given is emptied, as CKAN's update does, but for the
    organisation's four eyes: who does not speak of them does not mean to take them away.

    Args:
        group: as it stands; of a new one, with its id and kind only.
        known: the groups that may stand above it.
        operator: whether the agency may be written.

    Raises:
        Rejected.
    """
    messages: Messages = {}
    eyes = tuple(extra for extra in group.extras if extra.get("key") == FOUR_EYES)
    base = replace(group, title="", description="", image_url="", extras=eyes, parents=()) if whole else group
    name = given.get("name", "" if whole else group.name)
    if faults := rules.faults_of_name(name):
        messages["name"] = faults
    texts = {each: _text(each, given.get(each, getattr(base, each)), messages) for each in _TEXTS}
    if texts["image_url"] and (faults := rules.faults_of_link(texts["image_url"])):
        messages["image_url"] = faults
    kind = given.get("type") or group.type or group.kind
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        messages["type"] = ["Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_"]
    state = given.get("state") or group.state
    if state not in ("active", "deleted"):
        messages["state"] = ["Value must be one of: active, deleted"]
    extras = _extras(given["extras"], messages) if given.get("extras") is not None else base.extras
    parents = _parents(given["groups"], group, known, messages) if given.get("groups") is not None else base.parents
    agency = group.agency
    if operator and "agency" in given:
        agency = given["agency"] or None
        if agency is not None and (group.kind != "organization" or not is_agency(agency)):
            messages["agency"] = ["Must be a member id such as TH/LOCAL/LAEMNGOP"]
    if messages:
        raise Rejected(messages)
    after = replace(
        group,
        name=name,
        title=texts["title"] or name,
        description=texts["description"],
        image_url=texts["image_url"],
        type=kind,
        state=state,
        extras=extras,
        parents=parents,
        agency=agency,
    )
    if len(json.dumps(asdict(after), ensure_ascii=False).encode()) > MAX_BYTES:
        raise Rejected({"__before": [f"The metadata is larger than {MAX_BYTES} bytes"]})
    return after


_TEXTS = ("title", "description", "image_url")


def _text(name: str, value: object, messages: Messages) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        messages[name] = ["Must be a Unicode string value"]
        return ""
    faults = rules.faults_of_text(value) or ([HOLDS_ID] if holds_id(value) else [])
    if faults:
        messages[name] = faults
    return value


def _extras(given: object, messages: Messages) -> tuple[Mapping[str, str], ...]:
    if not isinstance(given, list) or not all(
        isinstance(each, Mapping) and isinstance(each.get("key"), str) and isinstance(each.get("value"), str)
        for each in given
    ):
        messages["extras"] = ["Must be a list of {key, value}"]
        return ()
    pairs = [{"key": each["key"], "value": each["value"]} for each in given]
    if len({each["key"] for each in pairs}) != len(pairs):
        messages["extras"] = ["Duplicate key"]
    elif len(pairs) > MAX_EXTRAS:
        messages["extras"] = [f"At most {MAX_EXTRAS}"]
    elif any(rules.faults_of_text([each["key"], each["value"]]) for each in pairs):
        messages["extras"] = ["Must be texts without control characters"]
    return tuple(pairs)


def _parents(given: object, group: Group, known: Sequence[Group], messages: Messages) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > 20:
        messages["groups"] = ["Must be a list of at most 20 groups"]
        return ()
    by_name = {each.name: each for each in known} | {each.id: each for each in known}
    found: list[str] = []
    for each in given:
        asked = (each.get("name") or each.get("id")) if isinstance(each, Mapping) else each
        parent = by_name.get(asked) if isinstance(asked, str) else None
        if parent is None:
            messages["groups"] = ["Group was not found."]
        elif parent.id == group.id or _above(parent, by_name, group.name):
            messages["groups"] = ["A group cannot stand above itself"]
        else:
            found.append(parent.name)
    return tuple(dict.fromkeys(found))


def _above(group: Group, by_name: Mapping[str, Group], name: str) -> bool:
    """Whether a name is found above a group; each group is looked at once, so that no circle holds us."""
    waiting, seen = [group], set()
    while waiting:
        each = waiting.pop()
        if each.id not in seen:
            seen.add(each.id)
            if name in each.parents:
                return True
            waiting += [by_name[parent] for parent in each.parents if parent in by_name]
    return False


def in_order(groups: Sequence[Group], sort: object, counts: Mapping[str, int]) -> list[Group]:
    """Groups in the order that `sort` names: a field of `SORTS` and asc or desc; `title asc` where it is empty.

    Raises:
        Rejected.
    """
    if sort in (None, ""):
        sort = "title asc"
    words = sort.split() if isinstance(sort, str) else []
    if isinstance(sort, str) and "," in sort:
        raise RejectedWhole("Too many sort criteria provided only 1 allowed")
    if not words or words[0] not in SORTS:
        raise RejectedWhole(f"Cannot sort by this field; one of: {', '.join(SORTS)}")
    if words[1:] not in ([], ["asc"], ["desc"]):
        raise RejectedWhole("Invalid sort direction; asc or desc")
    down = words[1:] == ["desc"]
    tied = sorted(groups, key=lambda each: (each.title, each.id))
    if words[0] in ("packages", "package_count"):
        return sorted(tied, key=lambda each: counts.get(each.id, 0), reverse=down)
    return sorted(tied, key=lambda each: (getattr(each, words[0]), each.id), reverse=down)


def names_given(value: object, field: str) -> frozenset[str] | None:
    """A list of names as JSON or as a query string has it; None where nothing is asked.

    Raises:
        Rejected.
    """
    if value in (None, "", []):
        return None
    if isinstance(value, str):
        try:
            parsed: object = json.loads(value) if value.lstrip().startswith("[") else [value]
        except ValueError:
            parsed = None
    else:
        parsed = value
    if not isinstance(parsed, list) or not all(isinstance(each, str) for each in parsed) or len(parsed) > 1_000:
        raise Rejected({field: ["Not a list"]})
    return frozenset(parsed)


def switched(given: Mapping[str, Any], name: str, default: bool) -> bool:
    """A flag of a question; what is no flag counts as not given."""
    found = rules.flag(given.get(name, default))
    return default if found is None else found
