"""Reads and publishes registers."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from ...shared.dataclass import dataclass
from ...shared.errors import AlreadyThere, Fault, Invalid, NotAllowed, Stale, not_found
from ...shared.identity import Caller
from ...shared.journal import Head, Journal, Once
from ...shared.storage import Change, Create, Item, Json, Table, Update, every
from ..ids import MemberId
from ..model import BANGKOK
from . import store
from .model import Difference, Draft, Entry, Register, Version
from .rules import difference, digest, entry_of, faults_of, ordered, parts
from .schemas import filled

REMEMBERED = 64
"""Parts that a process keeps; they never change, so they may be kept as long as there is room."""


@dataclass(frozen=True)
class Part:
    """Some entries of a version; the first part also says what the version was called and where it came from."""

    entries: tuple[Entry, ...]
    outline: tuple[str, str, str] | None


@dataclass(frozen=True)
class Published:
    """What came of publishing; `changed` is False when the latest version says the same already."""

    register: Register
    changed: bool


class Registers:
    """The code lists.

    Args:
        table: the room's table.
        journal: the room's journal.
        member_exists: whether a member has joined.
        clock: tells the time.
    """

    def __init__(
        self,
        table: Table,
        journal: Journal,
        member_exists: Callable[[MemberId], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._table = table
        self._journal = journal
        self._member_exists = member_exists
        self._clock = clock
        self._parts: OrderedDict[tuple[str, int, int], Part] = OrderedDict()

    def today(self) -> date:
        """The Thai day."""
        return self._clock().astimezone(BANGKOK).date()

    def all(self) -> list[Register]:
        """Every register, in the order of names."""
        return [store.register_from(item.key.sk, item.data["content"]) for item in every(self._table, store.ALL)]

    def register(self, name: str) -> Register:
        """One register; raises NotFound."""
        item = self._table.get(store.register_key(name))
        if item is None:
            raise not_found("ชุดรหัส", "register")
        return store.register_from(name, item.data["content"])

    def version(self, register: Register, number: int | None, at: date) -> Version:
        """The version with a number, or the one that counts on a day; raises NotFound."""
        found = register.at(at) if number is None else register.version(number)
        if found is None:
            raise not_found("รุ่นของชุดรหัส", "version of the register")
        return found

    def told(self, register: Register, version: Version) -> Register:
        """The register with the titles and the source that it had in a version."""
        title_th, title_en, source = self._part(register.name, version.number, 0).outline or ("", "", "")
        return replace(register, title_th=title_th, title_en=title_en, source=source)

    def entries(self, name: str, version: Version) -> tuple[Entry, ...]:
        """All entries of a version, ended ones included, in the order of their codes."""
        wanted = [at for at in range(len(version.starts)) if (name, version.number, at) not in self._parts]
        if wanted:
            keys = {store.part_key(name, version.number, at): at for at in wanted}
            for key, item in self._table.get_many(list(keys)).items():
                self._remember((name, version.number, keys[key]), item)
        return tuple(
            entry for at in range(len(version.starts)) for entry in self._part(name, version.number, at).entries
        )

    def entry(self, name: str, version: Version, code: str) -> Entry:
        """One entry, from the one part that it can be in; raises NotFound."""
        at = bisect_right(version.starts, code) - 1
        for entry in self._part(name, version.number, at).entries if at >= 0 else ():
            if entry.code == code:
                return entry
        raise not_found("รหัส", "code")

    def codes(self, name: str) -> tuple[str, ...] | None:
        """Every code that the latest version knows, or None when there is no such register."""
        item = self._table.get(store.register_key(name))
        if item is None:
            return None
        register = store.register_from(name, item.data["content"])
        return tuple(entry.code for entry in self.entries(name, register.latest))

    def filled(self, document: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        """An OpenAPI description with the codes of each register that it names; see `schemas.filled`."""
        return filled(document, self.codes)

    def compared(self, register: Register, older: Version, newer: Version) -> Difference:
        """What changed from one version to another."""
        return difference(self.entries(register.name, older), self.entries(register.name, newer))

    def publish(self, once: Once, name: str, draft: Draft, by: Caller, expected: int | None = None) -> Published:
        """Publishes the next version, or the first one of a new register: all of it in one transaction.

        Args:
            expected: number of the version that the caller has seen as the latest (If-Match).

        Raises:
            NotAllowed: the caller is neither an operator nor a system of the owner.
            Invalid: with every reason.
            Stale: another version was published meanwhile, or `expected` is not the latest.
        """
        draft = ordered(draft)
        found = self._journal.read(once, store.register_key(name)).get(store.register_key(name))
        before = None if found is None else store.register_from(name, found.data["content"])
        _check_right(by, draft.owner if before is None else before.owner)
        if expected is not None and expected != (0 if before is None else before.latest.number):
            raise _published_meanwhile()
        said = digest(draft)
        if before is not None and before.latest.digest == said:
            return Published(before, changed=False)
        self._examine(draft, before)
        register, changes = self._next(name, draft, before, said)
        head = Head() if found is None else Head(**found.data["head"])
        event, head = self._journal.happened(
            head,
            subject=name,
            type="gdx.register.published",
            by=by.label,
            data={
                "version": register.latest.number,
                "digest": said,
                "effective_from": draft.effective_from.isoformat(),
            },
        )
        data: Json = {"content": store.register_json(register), "head": asdict(head)}
        lock: Change = (
            Create(Item(store.register_key(name), data)) if found is None else Update(found.next(data))
        )  # the lock of the register: of two who publish at once, one is told to read again
        answer: Json = {"name": name, "version": register.latest.number}
        try:
            self._journal.commit(once, [lock, *changes], [(store.history_pk(name), event)], answer)
        except AlreadyThere:  # a part with the number that somebody else's version has got meanwhile
            raise _published_meanwhile() from None
        return Published(register, changed=True)

    def _examine(self, draft: Draft, before: Register | None) -> None:
        entries = () if before is None else self.entries(before.name, before.latest)
        above = None
        if draft.parents is not None:
            item = self._table.get(store.register_key(draft.parents))
            if item is not None:
                register = store.register_from(draft.parents, item.data["content"])
                above = {entry.code: entry for entry in self.entries(draft.parents, register.latest)}
        faults = faults_of(draft, before, entries, above)
        if not self._member_exists(draft.owner):
            faults.append(Fault("/owner", "ยังไม่ได้ลงทะเบียนหน่วยงานนี้", "The member is not registered."))
        if faults:
            raise Invalid("ประกาศชุดรหัสไม่ได้ โปรดแก้ไขตามรายการ", "The register cannot be published; see errors.", faults)

    def _next(self, name: str, draft: Draft, before: Register | None, said: str) -> tuple[Register, list[Change]]:
        rows = parts(draft.entries)
        earlier = () if before is None else before.versions
        version = Version(
            number=len(earlier) + 1,
            effective_from=draft.effective_from,
            published_at=self._clock().isoformat(timespec="seconds"),
            entries=len(draft.entries),
            digest=said,
            starts=tuple(part[0][0] for part in rows),
        )
        register = Register(
            name, draft.title_th, draft.title_en, draft.owner, draft.source, draft.parents, (*earlier, version)
        )
        outline = {"outline": [draft.title_th, draft.title_en, draft.source]}
        changes: list[Change] = [
            Create(Item(store.part_key(name, version.number, at), {"rows": part} | (outline if at == 0 else {})))
            for at, part in enumerate(rows)
        ]
        return register, changes

    def _part(self, name: str, version: int, at: int) -> Part:
        key = (name, version, at)
        if key not in self._parts:
            item = self._table.get(store.part_key(*key))
            if item is None:
                raise LookupError(f"register {name} has lost part {at} of version {version}")
            return self._remember(key, item)
        self._parts.move_to_end(key)
        return self._parts[key]

    def _remember(self, key: tuple[str, int, int], item: Item) -> Part:
        outline = item.data.get("outline")
        made = Part(tuple(entry_of(row) for row in item.data["rows"]), tuple(outline) if outline else None)
        self._parts[key] = made
        while len(self._parts) > REMEMBERED:
            self._parts.popitem(last=False)
        return made


def _published_meanwhile() -> Stale:
    return Stale("มีรุ่นใหม่กว่าแล้ว โปรดอ่านอีกครั้ง", "There is a newer version; read it again.")


def _check_right(by: Caller, owner: MemberId) -> None:
    if by.kind == "system" and by.agency != str(owner):
        raise NotAllowed("เฉพาะหน่วยงานเจ้าของชุดรหัสหรือผู้ดูแลระบบ", "Only the owner of the register or an operator may.")
