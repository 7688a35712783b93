"""What an exchange asks of AWS, counted from what the code does: requests, items, their bytes, units, signatures.

Units are DynamoDB's on-demand request units: a strongly consistent read takes one for each 4 kB of an item (one for an
item that is not there), a transactional write two for each kB, and each index that holds the item one for each kB of
what it holds (our indexes hold all of it). An index entry that moves or whose content changes is written again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chalicelib.gdx.ids import ServiceId, SubsystemId
from chalicelib.shared.aws.dynamo import encode
from chalicelib.shared.storage import Change, Count, Create, Item, Key, Page, Remove, Require, Update, key_of
from tests.gdx.exchange import BIZ, MALEE, PERSON, RECORD, Exchange
from tests.support.memory import MemoryTable

CASE = "BIZ-2569-000123"
PURPOSE = "licence-application"


def bytes_of(item: Item) -> int:
    """Bytes of an item as DynamoDB counts them: names and values."""
    attributes = encode(item, "0" * 32)
    return sum(len(name) + len(str(next(iter(value.values()))).encode()) for name, value in attributes.items())


def kilobytes(size: int, step: int = 1024) -> int:
    """Whole steps that a size takes, at least one."""
    return max(1, -(-size // step))


@dataclass(frozen=True)
class Written:
    """One item that was written: its kind (the beginning of its key), its bytes, its units in table and indexes."""

    kind: str
    size: int
    table: int
    indexes: Mapping[str, int]

    @property
    def units(self) -> int:
        """All write units."""
        return self.table + sum(self.indexes.values())


@dataclass
class Watched(MemoryTable):
    """A memory table that notes what DynamoDB would charge for."""

    read_units: int = 0
    keys_read: int = 0
    written: list[Written] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def clear(self) -> None:
        """Begins to count anew."""
        self.requests.clear()
        self.written.clear()
        self.read_units = self.keys_read = 0

    def get(self, key: Key) -> Item | None:
        found = super().get(key)
        self._note([key], {} if found is None else {key: found})
        return found

    def get_many(self, keys: Sequence[Key]) -> Mapping[Key, Item]:
        found = super().get_many(keys)
        self._note(list(dict.fromkeys(keys)), found)
        return found

    def query(
        self,
        pk: str,
        *,
        index: str | None = None,
        prefix: str = "",
        at_least: str = "",
        after: str | None = None,
        limit: int = 50,
        newest_first: bool = False,
    ) -> Page:
        page = super().query(
            pk, index=index, prefix=prefix, at_least=at_least, after=after, limit=limit, newest_first=newest_first
        )
        self.read_units += kilobytes(sum(bytes_of(item) for item in page.items), 4096)
        return page

    def write(self, changes: Sequence[Change], token: str) -> None:
        before = {key_of(change): self._peek(key_of(change)) for change in changes}
        super().write(changes, token)
        self.written += [self._charge(change, before[key_of(change)]) for change in changes]

    def _note(self, keys: Sequence[Key], found: Mapping[Key, Item]) -> None:
        self.keys_read += len(keys)
        self.read_units += sum(kilobytes(bytes_of(found[key]), 4096) if key in found else 1 for key in keys)

    def _charge(self, change: Change, before: Item | None) -> Written:
        kind = key_of(change).pk.partition("#")[0]
        match change:
            case Create(item) | Update(item):
                size = bytes_of(item)
                indexes = {name: kilobytes(size) for name in item.indexes}
                for name, place in before.indexes.items() if before is not None else ():
                    if item.indexes.get(name) != place and before is not None:
                        indexes[name] = indexes.get(name, 0) + kilobytes(bytes_of(before))  # the old entry goes
                return Written(kind, size, 2 * kilobytes(size), indexes)
            case Count():
                return Written(kind, 150, 2, {})
            case Require() | Remove():
                return Written(kind, 0, 2, {})


@dataclass(frozen=True)
class Cost:
    """What something takes of AWS."""

    requests: tuple[str, ...]
    keys_read: int
    read_units: int
    written: tuple[Written, ...]
    signatures: int
    messages: int = 0

    @property
    def write_units(self) -> int:
        """All write units."""
        return sum(each.units for each in self.written)

    def of_index(self, name: str) -> int:
        """Write units that go into one index."""
        return sum(each.indexes.get(name, 0) for each in self.written)

    def of_kind(self, kind: str) -> int:
        """Write units for one kind of item."""
        return sum(each.units for each in self.written if each.kind == kind)


class Counter:
    """An exchange whose every request is noted."""

    def __init__(self) -> None:
        self.table = Watched()
        self.house = Exchange(table=self.table)
        self._made = 0
        self.house.providers.reply(200, RECORD)

    def synchronous(self) -> Cost:
        """One exchange about a person, in a process that knows the directory."""
        self._exchange()
        self._clear()
        self._exchange()
        return self._taken()

    def asynchronous(self) -> Cost:
        """The same, placed to be carried out later and fetched; its access token aside."""
        for last in (False, True):
            if last:
                self._clear()
            placed = self.house.client.post(
                "/gdx/v1/exchanges",
                token=self._token,
                json={
                    "service": PERSON,
                    "method": "POST",
                    "path": "/lookup",
                    "purpose": PURPOSE,
                    "case": CASE,
                    "body": {"pid": MALEE},
                },
                headers={"idempotency-key": f"order-{last}"},
            )
            messages = self._pumped()
            answer = self.house.client.get(f"/gdx/v1/exchanges/{placed.json['id']}/answer", token=self._token)
            if answer.status != 200:
                raise AssertionError(answer.json)
            messages += self._pumped()
        return self._taken(messages)

    def sealing(self, leaves: int) -> Cost:
        """One run of the sealer over some exchanges."""
        self.house.service.transparency.seal()
        for _ in range(leaves):
            self._exchange()
        self._clear()
        done = self.house.service.transparency.seal()
        if done.added != leaves:
            raise AssertionError(done)
        return self._taken()

    def token(self) -> Cost:
        """One access token."""
        self.house.token(BIZ)
        self._clear()
        self.house.token(BIZ)
        return self._taken()

    @property
    def _token(self) -> str:
        if not hasattr(self, "_kept"):
            self._kept = self.house.token(BIZ)
        return self._kept

    def _exchange(self) -> None:
        self._made += 1
        ask = self.house.ask(
            message_id=f"TH-00000000-0000-4000-8000-{self._made:012}",  # the same in every run, hence the same places
            client=SubsystemId.parse(BIZ),
            service=ServiceId.parse(PERSON),
            purpose=PURPOSE,
            case=CASE,
            body=json.dumps({"pid": MALEE}).encode(),
            headers={
                "content-type": "application/json",
                "accept": "application/json",
                "x-road-request-id": "0" * 36,
            },
        )
        self.house.service.exchanges.run(ask)

    def _pumped(self) -> int:
        held = len(self.house.queues.held)
        self.house.pump()
        return held

    def _clear(self) -> None:
        self.table.clear()
        self.house.signer.signed = 0

    def _taken(self, messages: int = 0) -> Cost:
        return Cost(
            tuple(self.table.requests),
            self.table.keys_read,
            self.table.read_units,
            tuple(self.table.written),
            self.house.signer.signed,
            messages,
        )
