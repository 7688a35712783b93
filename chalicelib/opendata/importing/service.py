"""Enters the datasets of a workbook as drafts of one organisation: one transaction each, and safe to repeat.

The key of each dataset is its organisation and name, its fingerprint what the row says. So the same workbook sent again
enters nothing twice, and goes on where a request that ran out of time has stopped. What happened to each row is told
exactly.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from chalicelib.shared.dataclass import dataclass
from chalicelib.shared.errors import KeyReused, NotFound, Unavailable
from chalicelib.shared.identity import Caller
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Once, Replayed

from .. import rules
from ..access import Access
from ..editing import Editing
from ..model import Group
from ..rows import name_key
from ..rules import Rejected
from ..standard import excel
from ..standard.checks import is_web_address, shortcomings
from ..standard.excel import Line, Remark
from ..standard.fields import thai_standard
from ..store import Store
from ..words import in_thai

Mode = Literal["check", "all", "good"]
Outcome = Literal["ready", "wrong", "created", "there", "waiting"]
"""ready: would be entered; wrong: cannot be; created: was, now or by an earlier request with the same row; there:
another dataset has its name; waiting: not tried, send the workbook again."""

PATIENCE = timedelta(seconds=18)
"""After this no further row is begun: a request lives 29 seconds."""


@dataclass(frozen=True)
class Told:
    """What became of one row.

    Attributes:
        id: of the dataset, where it was created.
        missing: fields that it lacks before it may be handed in.
    """

    line: Line
    outcome: Outcome
    id: str = ""
    missing: Sequence[str] = ()


class Importing:
    """Imports workbooks."""

    def __init__(self, store: Store, access: Access, editing: Editing, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._access = access
        self._editing = editing
        self._clock = clock

    def run(self, caller: Caller, organization: str, content: bytes, mode: Mode) -> tuple[Group, list[Told]]:
        """Checks a workbook, or enters it.

        Args:
            organization: id or name of whose datasets they will be.
            mode: `check` enters nothing; `all` enters all if none is wrong; `good` enters those that are not.

        Raises:
            NotFound: no such organisation.
            NotAllowed: the caller does not write for it.
            excel.Unreadable: the workbook as a whole cannot be taken.
        """
        group = self._store.group("organization", organization) if rules.is_id(organization) else None
        if group is None:
            raise NotFound("ไม่พบหน่วยงาน", "Not found")
        self._access.must_write(caller, group)
        lines = excel.read(content)
        for line in lines:
            _judge(line)
        if mode == "check" or (mode == "all" and any(line.wrong for line in lines)):
            taken = self._taken([line.name for line in lines if not line.wrong])
            return group, [self._checked(line, taken) for line in lines]
        until = self._clock() + PATIENCE
        return group, [self._entered(caller, group, line, until) for line in lines]

    def _checked(self, line: Line, taken: frozenset[str]) -> Told:
        outcome: Outcome = "wrong" if line.wrong else "there" if line.name in taken else "ready"
        return Told(line, outcome, missing=_missing(line))

    def _taken(self, names: Sequence[str]) -> frozenset[str]:
        """Those names that datasets have."""
        keys = {name_key("package", name): name for name in names}
        wanted = list(keys)
        found: set[str] = set()
        for start in range(0, len(wanted), 100):
            found |= {keys[key] for key in self._store.table.get_many(wanted[start : start + 100])}
        return frozenset(found)

    def _entered(self, caller: Caller, group: Group, line: Line, until: datetime) -> Told:
        if line.wrong:
            return Told(line, "wrong")
        if self._clock() >= until:
            return Told(line, "waiting")
        given = {**line.given, "owner_org": group.id}
        mark = hashlib.sha256(json.dumps(given, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        once = Once(f"import#{group.id}#{line.name}", mark, new_token())
        try:
            return Told(line, "created", self._editing.create(caller, once, given).package.id, _missing(line))
        except Replayed as before:
            return self._again(caller, line, given, str((before.answer or {}).get("id", "")))
        except KeyReused:
            return Told(line, "there")
        except Unavailable:
            return Told(line, "waiting")
        except Rejected as refused:
            return self._refused(line, refused)

    def _again(self, caller: Caller, line: Line, given: Mapping[str, Any], id: str) -> Told:
        """What an earlier request entered; anew if somebody has taken it away for good since."""
        if self._store.package(id) is not None:
            return Told(line, "created", id, _missing(line))
        try:
            once = Once(new_token(), "", new_token(), claimed=False)
            made = self._editing.create(caller, once, given).package.id
            return Told(line, "created", made, _missing(line))
        except Rejected as refused:
            return self._refused(line, refused)

    def _refused(self, line: Line, refused: Rejected) -> Told:
        if self._taken([line.name]):
            return Told(line, "there")
        _remark(line, refused.messages)
        return Told(line, "wrong")


def _judge(line: Line) -> None:
    """Adds what the rules say against a row."""
    messages: dict[str, Sequence[str]] = {}
    if faults := rules.faults_of_name(line.given.get("name")):
        messages["name"] = faults
    messages |= rules.dataset_fields(line.given)[1]
    _remark(line, messages)
    for resource in line.given.get("resources", []):
        if "url" in resource and not is_web_address(str(resource["url"])):
            said = ("ที่อยู่ของไฟล์ต้องขึ้นต้นด้วย https://", "The address of a file must be a web address.")
            line.remarks.append(Remark(f"{line.sheet}!A{line.row}", "url", *said))


def _remark(line: Line, messages: Mapping[str, Sequence[str]]) -> None:
    """Puts messages of CKAN's validators beside their cells."""
    said = {each.field for each in line.remarks if not each.note}
    labels = {each.name: each for each in thai_standard().fields}
    for name, texts in messages.items():
        column = "tag_string" if name == "tags" else name
        if column in said:
            continue
        cell = line.cells.get(column, f"{line.sheet}!A{line.row}")
        known = labels.get(name)
        thai = f"{known.th}: " if known else ""
        line.remarks.append(
            Remark(cell, column, f"{thai}{'; '.join(map(in_thai, texts))}", f"{name}: {'; '.join(texts)}")
        )


def _missing(line: Line) -> list[str]:
    described = {**line.given, "owner_org": "x", "tags": line.given.get("tag_string")}
    return [each.field for each in shortcomings(described, line.given.get("resources", [])) if not each.warning]
