"""What may be published, decided from values alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ...shared.errors import Fault
from .model import Difference, Draft, Entry, Register

MAX_ENTRIES = 10_000
"""Codes in one register: Thailand has some 7,400 subdistricts, the longest list that everybody uses."""

MAX_BYTES = 2_500_000
"""Bytes of all entries of a version as stored: a transaction of DynamoDB writes 4 MB, a Lambda answers 6 MB at most."""

MAX_PART = 200_000
"""Bytes of one stored part; an item of DynamoDB holds 400 kB."""

MAX_VERSIONS = 500
"""Versions of one register; their list lies in one item."""

MAX_CODE = 64
"""Characters of a code."""

_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_PATHS = frozenset({"schema", "diff"})
"""Codes that no entry may have: they are routes below the register."""


def row(entry: Entry) -> list[Any]:
    """An entry as it is stored: a list, because names would be repeated thousands of times."""
    until = entry.valid_until.isoformat() if entry.valid_until else None
    rest: list[Any] = [until, entry.parent, list(entry.superseded_by)]
    while rest and not rest[-1]:
        rest.pop()
    return [entry.code, entry.th, entry.en, entry.valid_from.isoformat(), *rest]


def entry_of(stored: Sequence[Any]) -> Entry:
    """An entry as it was stored."""
    fields: list[Any] = [*stored]
    fields += [None] * (7 - len(fields))
    code, th, en, begins, until, parent, successors = fields
    return Entry(
        code=code,
        th=th,
        en=en,
        valid_from=date.fromisoformat(begins),
        valid_until=date.fromisoformat(until) if until else None,
        parent=parent,
        superseded_by=tuple(successors or ()),
    )


def ordered(draft: Draft) -> Draft:
    """The draft with its entries in the order of their codes, in which they are stored."""
    return replace(draft, entries=tuple(sorted(draft.entries, key=lambda entry: entry.code)))


def parts(entries: Iterable[Entry]) -> list[list[list[Any]]]:
    """The rows in parts that each fit into one item."""
    out: list[list[list[Any]]] = []
    size = MAX_PART
    for entry in entries:
        one = row(entry)
        bytes_of_it = size_of(one)
        if size + bytes_of_it > MAX_PART:
            out.append([])
            size = 0
        out[-1].append(one)
        size += bytes_of_it
    return out


def size_of(one: Sequence[Any]) -> int:
    """Bytes of a row; DynamoDB stores numbers and lists a little larger, hence the room that `MAX_PART` leaves."""
    return len(json.dumps(one, ensure_ascii=False).encode())


def digest(draft: Draft) -> str:
    """SHA-256 over what a version says."""
    said = [
        draft.title_th, draft.title_en, str(draft.owner), draft.source, draft.parents,
        draft.effective_from.isoformat(), [row(entry) for entry in draft.entries],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def difference(before: Iterable[Entry], after: Iterable[Entry]) -> Difference:
    """What changed from one version to another; a code counts as ended when it has got an end, or an earlier one."""
    old = {entry.code: entry for entry in before}
    added, ended, changed = [], [], []
    for entry in after:
        was = old.get(entry.code)
        if was is None:
            added.append(entry.code)
        elif was.valid_until is None and entry.valid_until is not None:
            ended.append(entry.code)
        elif was != entry:
            changed.append(entry.code)
    return Difference(tuple(added), tuple(ended), tuple(changed))


def faults_of(
    draft: Draft, before: Register | None, entries_before: Sequence[Entry], above: Mapping[str, Entry] | None
) -> list[Fault]:
    """Why a draft cannot be the next version; empty when it can.

    Args:
        draft: what is to be published, in order.
        before: the register as it stands, or None for a new one.
        entries_before: of its latest version.
        above: entries of the register that `draft.parents` names, or None when there is no such register.
    """
    faults = _outline_faults(draft, before, above)
    known = {entry.code: entry for entry in draft.entries}
    if len(known) != len(draft.entries):
        faults.append(Fault("/entries", "มีรหัสซ้ำกัน", "A code appears twice."))
    parents = known if draft.parents is None else above or {}
    for at, entry in enumerate(draft.entries):
        faults += _entry_faults(f"/entries/{at}", entry, known, parents)
    missing = [entry.code for entry in entries_before if entry.code not in known]
    if missing:
        told = ", ".join(missing[:5])
        faults.append(
            Fault(
                "/entries",
                f"รหัสที่ประกาศแล้วลบไม่ได้ ให้ระบุวันสิ้นสุดแทน: {told}",
                f"A published code cannot be removed; give it an end instead: {told}.",
            )
        )
    for entry in entries_before:
        now = known.get(entry.code)
        if now is not None and now.valid_from > entry.valid_from:
            faults.append(
                Fault(
                    "/entries",
                    f"วันเริ่มใช้รหัส {entry.code} เลื่อนไปข้างหน้าไม่ได้",
                    f"The first day of code {entry.code} cannot move to a later one.",
                )
            )
    if draft.parents is None and not faults:
        faults += _circles(known)
    return faults[:50]


def _outline_faults(draft: Draft, before: Register | None, above: Mapping[str, Entry] | None) -> list[Fault]:
    faults = []
    if not 1 <= len(draft.entries) <= MAX_ENTRIES:
        faults.append(Fault("/entries", "ต้องมี 1 ถึง 10,000 รหัส", "Must hold 1 to 10,000 codes."))
    if sum(size_of(row(entry)) for entry in draft.entries) > MAX_BYTES:
        faults.append(Fault("/entries", "รายการใหญ่เกิน 2.5 เมกะไบต์", "The list is larger than 2.5 MB."))
    if draft.parents is not None and above is None:
        faults.append(Fault("/parents", "ไม่พบชุดรหัสแม่", "No such register."))
    if before is not None:
        if draft.owner != before.owner:
            faults.append(Fault("/owner", "เปลี่ยนหน่วยงานเจ้าของไม่ได้", "The owner cannot change."))
        if draft.parents != before.parents:
            faults.append(Fault("/parents", "เปลี่ยนชุดรหัสแม่ไม่ได้", "The register of the parents cannot change."))
        if draft.effective_from < before.latest.effective_from:
            faults.append(Fault("/effective_from", "ต้องไม่ก่อนรุ่นล่าสุด", "Must not be before that of the latest version."))
        if len(before.versions) >= MAX_VERSIONS:
            faults.append(Fault("", "มีครบ 500 รุ่นแล้ว", "There are 500 versions already."))
    return faults


def _entry_faults(
    where: str, entry: Entry, known: Mapping[str, Entry], parents: Mapping[str, Entry]
) -> Iterable[Fault]:
    if not _CODE.fullmatch(entry.code) or entry.code in _PATHS:
        yield Fault(
            f"{where}/code", "รหัสไม่ถูกต้อง", "Letters, digits and . _ - only, at most 64; not `schema` or `diff`."
        )
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        yield Fault(f"{where}/valid_until", "สิ้นสุดก่อนเริ่ม", "It ends before it begins.")
    if entry.parent is not None and entry.parent not in parents:
        yield Fault(f"{where}/parent", "ไม่พบรหัสแม่", "No such parent.")
    if entry.superseded_by and entry.valid_until is None:
        yield Fault(f"{where}/superseded_by", "รหัสที่ยังใช้อยู่มีรหัสแทนไม่ได้", "A code in use has no successor.")
    for at, code in enumerate(entry.superseded_by):
        if code not in known or code == entry.code:
            yield Fault(f"{where}/superseded_by/{at}", "ไม่พบรหัสที่ใช้แทน", "No such successor.")


def _circles(known: Mapping[str, Entry]) -> list[Fault]:
    fine: set[str] = set()
    for code in known:
        way: list[str] = []
        step: str | None = code
        while step is not None and step not in fine:
            if step in way:
                return [Fault("/entries", f"รหัสแม่วนเป็นวง: {step}", f"Parents go round in a circle at {step}.")]
            way.append(step)
            step = known[step].parent
        fine.update(way)
    return []
