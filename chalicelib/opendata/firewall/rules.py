"""What was found in a file, what of it stands in the way, and how that is said. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.shared.errors import Fault
from chalicelib.shared.redaction import holds_id

from ..model import File, Package, Resource
from ..personal import HOLDS_ID
from ..rules import Rejected
from ..tables.ingest.model import Built, BuiltTable
from .model import KINDS, Finding, Hold, Override, finding_of, strongest

LOOK = "personal"
"""Name of the look in a table's report."""
SAID = 3
"""Findings that are told in one sentence; the list has them all."""


def found_in(built: Built) -> tuple[dict[str, Any], ...]:
    """What the look found in the tables of a file, as `File.personal` keeps it."""
    found = [
        finding_of({**each, "table": number})
        for number, made in enumerate(built.tables, start=1)
        for each in (made.report.get(LOOK) or {}).get("findings", ())
    ]
    return tuple(each.as_json() for each in strongest(found))


def without(built: BuiltTable) -> BuiltTable:
    """A table whose report says nothing of what was found in it."""
    return replace(built, report={name: value for name, value in built.report.items() if name != LOOK})


def findings(file: File | None) -> tuple[Finding, ...]:
    """What was found in a file version."""
    return tuple(map(finding_of, (file.personal or ()) if file is not None else ()))


def covers(override: Override, file: File, finding: Finding) -> bool:
    """Whether a steward's word is about this finding in this file."""
    if not override.holds or finding.where not in override.findings:
        return False
    return override.scope == "column" or override.sha256 == file.sha256


def uncovered(file: File | None, overrides: Iterable[Override]) -> tuple[Finding, ...]:
    """What keeps a file version from the public."""
    given = list(overrides)
    return tuple(
        each
        for each in findings(file)
        if each.blocks and file is not None and not any(covers(override, file, each) for override in given)
    )


def hold(found: Sequence[Finding]) -> Hold:
    """Why a new version waits, and what to do about it."""
    return Hold(
        f"ไฟล์ใหม่ยังไม่เผยแพร่ เพราะพบข้อมูลที่อาจเป็นข้อมูลส่วนบุคคล: {_said(found, 'th')} "
        "ไฟล์เดิมยังเผยแพร่อยู่ โปรดลบหรือปิดบังคอลัมน์เหล่านี้แล้วส่งไฟล์ใหม่ หรือให้บริกรข้อมูลพิจารณายกเว้นพร้อมเหตุผล",
        f"The new file is not shown, because it seems to hold personal data: {_said(found, 'en')}. The version before "
        "it stays. Leave these columns out or mask them and send the file again, or ask the steward for an override.",
        tuple(found),
    )


def _said(found: Sequence[Finding], language: str) -> str:
    told = []
    for each in found[:SAID]:
        words = KINDS[each.kind]
        place = f"“{each.column}”" if each.column else f"#{each.position}"
        if language == "th":
            told.append(f"{words.th} ในคอลัมน์ {place} ({each.rows:,} แถว)")
        else:
            told.append(f"{words.en} in column {place} ({each.rows:,} rows)")
    if len(found) > SAID:
        more = len(found) - SAID
        told.append(f"และอีก {more} รายการ" if language == "th" else f"and {more} more")
    return ", ".join(told)


class PersonalData(Rejected):
    """A dataset cannot be public as it is; says where, and never what."""

    def __init__(self, found: Mapping[int, Sequence[Finding]], count: int) -> None:
        """
        Args:
            found: findings by the place of the resource in its dataset.
            count: how many resources it has.
        """
        texts = {place: _refusal(each) for place, each in found.items()}
        super().__init__(
            {"resources": [{"upload": [texts[place].en]} if place in texts else {} for place in range(count)]}
        )
        self.faults = tuple(Fault(f"/resources/{place}/upload", said.th, said.en) for place, said in texts.items())


class PersonalRecords(Rejected):
    """Rows that somebody writes one by one into a public table hold personal data."""

    def __init__(self, found: Sequence[Finding]) -> None:
        said = _refusal(found)
        super().__init__({"records": [said.en]})
        self.faults = (Fault("/records", said.th, said.en),)


def _refusal(found: Sequence[Finding]) -> Hold:
    return Hold(
        f"พบข้อมูลที่อาจเป็นข้อมูลส่วนบุคคล: {_said(found, 'th')} จึงเผยแพร่ไม่ได้ โปรดลบหรือปิดบังคอลัมน์เหล่านี้ "
        "หรือให้บริกรข้อมูลของหน่วยงานพิจารณายกเว้นพร้อมเหตุผล",
        f"Seems to hold personal data: {_said(found, 'en')}. It cannot be public. Leave these columns out or mask "
        "them, or ask the organization's steward for a reasoned override.",
        tuple(found),
    )


def newly_shown(before: Package | None, after: Package) -> list[tuple[int, Resource]]:
    """Resources whose file a write would show to everybody for the first time, with their place."""
    if not after.dataset.public:
        return []
    was = before if before is not None and before.dataset.public else None
    found = []
    for place, each in enumerate(after.resources):
        old = None if was is None else was.resource(each.id)
        if each.file is not None and (old is None or old.file != each.file):
            found.append((place, each))
    return found


def check_texts(before: Package | None, after: Package) -> None:
    """No field of a public dataset or of its resources tells a national id; a contact is no secret.

    Raises:
        Rejected.
    """
    if not after.dataset.public:
        return
    was = before if before is not None and before.dataset.public else None
    old = {} if was is None else was.dataset.fields
    wrong: dict[str, list[Any]] = _with_ids(old, after.dataset.fields)
    resources: list[Any] = []
    for each in after.resources:
        known = None if was is None else was.resource(each.id)
        resources.append(_with_ids({} if known is None else known.fields, each.fields))
    if any(resources):
        wrong["resources"] = resources
    if wrong:
        raise Rejected(wrong)


def _with_ids(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What is wrong with fields that were written: names of people are welcome in them, numbers of people are not."""
    return {
        name: [HOLDS_ID]
        for name, value in after.items()
        if value and value != before.get(name) and holds_id(json.dumps(value, ensure_ascii=False, default=str))
    }
