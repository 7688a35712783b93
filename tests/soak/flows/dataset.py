"""A dataset: files become versions, rows are written beside, search follows, and a purge takes it all and no more."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

from chalicelib.opendata.model import File
from chalicelib.opendata.versions.chain import Broken, Listed, check, digest, facts
from chalicelib.shared.journal import CLAIM_LIVES
from tests.opendata.portal import METADATA

from ..flow import Command, Parts, Violation
from ..judging import chains
from ..stage import Stage
from .opendata import FIRST, KEEPER, OWNER, OpenDataFlow, Process, Seeded, upload

OTHERS = ("1", "2")
"""Datasets that come and go beside the one that stays."""
KEPT_FOR_OTHERS = ("OUT#", "ONCE#", "CHG")
"""What a purge leaves: its own event, answers to repeats of requests, and that something was purged."""


def content_of(number: int) -> bytes:
    """A tiny file."""
    return f"n,v\n{number},{number}\n".encode()


class Dataset(OpenDataFlow):
    """A publisher with a file and a table, who makes other datasets too, and an operator who purges those."""

    name = "dataset"

    def __init__(self, stage: Stage, parts: Parts) -> None:
        super().__init__(stage, parts)
        self.began: dict[str, datetime] = {}
        self.answers: dict[str, Any] = {}
        self.open: dict[str, Callable[[Process], None]] = {}
        self.announced: dict[str, dict[int, bytes]] = {stage.seeded.file: {1: FIRST}}
        self.sent: dict[str, set[int]] = {stage.seeded.file: {1}}
        self.seen: set[int] = set()
        self.wanted_rows: set[str] = {"first"}
        self.rows: set[str] = {"first"}
        self.noted = 0
        self.sure: str | None = None
        self.reader: Process | None = None
        self.others: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.purging: set[str] = set()
        self.purged: set[str] = set()

    # -- what people do --------------------------------------------------------------------------

    def draw(self, random: Random) -> Command[Process]:
        seeded: Seeded = self.stage.seeded
        number, other = random.randint(1, 4), random.choice(OTHERS)
        what = random.choices(
            ("send", "row", "note", "search", "look", "make", "purge"), (6, 5, 4, 4, 2, 4, 4 if self.others else 0)
        )[0]
        match what:
            case "send":
                return self._once(f"send {number}", lambda p, key: self._sends(p, key, seeded.file, number))
            case "row":
                return self._once(f"row {number}", lambda p, key: self._writes(p, key, f"r{number}"))
            case "note":
                return Command("note", self._notes)
            case "search":
                return Command("search", self._searches)
            case "look":
                return Command("look", self._looks)
            case "make":
                shared = random.randint(1, 2)
                return self._once(f"make {other}", lambda p, key: self._makes(p, key, other, shared))
        name = random.choice(sorted(self.others))
        return self._once(f"purge {name}", lambda p, key: self._purges(p, key, name))

    def _once(self, key: str, act: Callable[[Process, str], None]) -> Command[Process]:
        """A command with its key; whoever had no answer repeats it, as long as the key is known."""

        def run(process: Process) -> None:
            began = self.began.setdefault(key, self.stage.now)
            if self.stage.now - began > timedelta(seconds=CLAIM_LIVES - 3600):
                self.open.pop(key, None)
                return
            self.open[key] = run
            act(process, key.replace(" ", "-"))
            self.open.pop(key, None)

        return Command(key, run)

    def _asks(self, process: Process, who: str, action: str, key: str, **given: Any) -> Any:
        """The result of a write, which must be the same for each repeat of its key; None: refused."""
        result = self.act(process, who, action, key, **given)
        if result is not None or action == "dataset_purge":
            before = self.answers.setdefault(key, _lasting(result))
            if before != _lasting(result):
                self.noticed.append(Violation("DOUBLED", f"{action}: one key, two answers"))
        return result

    def _sends(self, process: Process, key: str, resource: str, number: int) -> None:
        """A new version: announced by the API, then sent to the bucket as the answer says."""
        content = content_of(number)
        result = self._asks(process, OWNER, "resource_patch", key, id=resource, upload=upload(content))
        if result is not None:
            self._arrives(process, resource, result, content)

    def _arrives(self, process: Process, resource: str, result: Any, content: bytes) -> None:
        """Sends what is still waited for. A repeat is answered by the resource as it stands: its form may be that of a
        later upload, and S3 takes no other bytes by it than it was made for.
        """
        form = result.get("upload", {}).get("fields", {})
        if form.get("x-amz-checksum-sha256") != b64encode(sha256(content).digest()).decode():
            return
        place = str(form["key"])
        number = int(place.rpartition("/")[2])
        self.announced.setdefault(resource, {})[number] = content
        process.catalogue.objects.put(place, content, media_type="text/csv")
        self.sent.setdefault(resource, set()).add(number)

    def _writes(self, process: Process, key: str, code: str) -> None:
        """A row by the API."""
        self.wanted_rows.add(code)
        records = [{"code": code, "price": 2}]
        table = self.stage.seeded.table
        given = {"resource_id": table, "records": records, "method": "insert", "force": True}
        if self._asks(process, OWNER, "datastore_upsert", key, **given) is not None:
            self.rows.add(code)

    def _notes(self, process: Process) -> None:
        """The description is changed to a word that was never there, and looked for at once."""
        self.noted += 1
        word = f"word{self.noted}"
        self.sure = None
        if self.act(process, OWNER, "package_patch", self.stage.ids(), id=self.stage.seeded.dataset, notes=word):
            self.sure = word if word == f"word{self.noted}" else None
        self._searches(process)

    def _searches(self, _: Process) -> None:
        """What was acknowledged last is found by whoever asks next, and what was purged is not.

        Who asks is a process that lives as long as the flow: it knows what the catalogue was before.
        """
        self.reader = self.reader or self.start()
        word, gone = self.sure, set(self.purged)
        found = self.act(self.reader, OWNER, "package_search", q=word or "*:*", rows=100)
        if found is None:
            return
        ids = {each["id"] for each in found["results"]}
        if word is not None and word == self.sure and self.stage.seeded.dataset not in ids:
            self.noticed.append(Violation("STALE", "an acknowledged write is not in the next search"))
        if ids & gone:
            self.noticed.append(Violation("STALE", "what was purged is found"))

    def _looks(self, process: Process) -> None:
        """A reader sees a version; from then on it was there."""
        found = self.act(process, OWNER, "datastore_search", resource_id=self.stage.seeded.file)
        if found is None or not found["records"]:
            self.noticed.append(Violation("LOST", "the table cannot be read"))
            return
        self.seen.add(int(found["records"][0]["n"]))

    def _makes(self, process: Process, key: str, other: str, number: int) -> None:
        """Another dataset, with a file that has the same bytes as one of the first dataset's."""
        given = {**METADATA, "name": f"other-{other}", "owner_org": "laemngop"}
        made = self._asks(process, OWNER, "package_create", f"{key}-whole", **given)
        if made is None:
            return
        self.others[other] = str(made["id"])
        content = content_of(number)
        given = {"package_id": made["id"], "upload": upload(content)}
        result = self._asks(process, OWNER, "resource_create", f"{key}-file-{number}", **given)
        if result is not None:
            self.files[str(made["id"])] = str(result["id"])
            self._arrives(process, str(result["id"]), result, content)

    def _purges(self, process: Process, key: str, other: str) -> None:
        """The operator takes a dataset out of the world."""
        identifier = self.others[other]
        self.purging.add(identifier)
        self._asks(process, KEEPER, "dataset_purge", f"{key}-{identifier[-6:]}", id=identifier)
        shown = self.act(process, KEEPER, "package_show", id=identifier)
        if shown is not None:
            self.noticed.append(Violation("LOST", "what was purged is shown"))
        self.purged.add(identifier)

    def finish(self, process: Process) -> None:
        """People repeat what had no answer, and an operator has what was set aside delivered again."""
        for run in list(self.open.values()):
            run(process)
        for message in self.stage.queues.set_aside:
            message.receives = 0
        self.stage.queues.waiting += self.stage.queues.set_aside
        self.stage.queues.set_aside.clear()

    # -- what must be true -----------------------------------------------------------------------

    def judge(self, process: Process) -> Iterator[Violation]:
        seeded: Seeded = self.stage.seeded
        yield from chains(self.stage.rows("opendata"))
        shown = self.act(process, OWNER, "package_show", id=seeded.dataset)
        if shown is None:
            yield Violation("LOST", "the dataset is gone")
            return
        yield from self._file(process, seeded.file)
        yield from self._table(process)
        for identifier in self.others.values():
            if identifier not in self.purging and self.act(process, OWNER, "package_show", id=identifier) is None:
                yield Violation("LOST", "a dataset that was acknowledged is not there")
        for _ in range(3):  # what nobody uses goes after its quarantine
            self.stage.pass_time(hours=2)
            process.catalogue.contents.sweep(self.stage.now)
        yield from self._bytes(process)
        yield from self._traces()

    def _file(self, process: Process, resource: str) -> Iterator[Violation]:
        versions = self._versions(process, resource)
        yield from _chain(resource, versions)
        announced = self.announced[resource]
        for each in versions:
            if each.number in announced and digest_of(announced[each.number]) != each.sha256:
                yield Violation("STALE", f"version {each.number} holds other bytes than were announced")
        if any(number > 1 for number in Counter(each.number for each in versions).values()):
            yield Violation("DOUBLED", f"versions {[each.number for each in versions]}")
        found = process.catalogue.store.package_of_resource(resource)
        kept = None if found is None else found.resource(resource)
        if kept is None or kept.file is None or kept.uploads < max(announced):
            yield Violation("LOST", f"{max(announced)} was announced and acknowledged")
            return
        if kept.uploads in self.sent[resource] and kept.file.number != kept.uploads:
            yield Violation("LOST", f"{kept.uploads} was sent, {kept.file.number} is current")
        texts = {digest_of(FIRST if number == 0 else content_of(number)) for number in self.seen}
        if not texts <= {each.sha256 for each in versions}:
            yield Violation("LOST", "a version that was read is not listed")

    def _table(self, process: Process) -> Iterator[Violation]:
        table = self.stage.seeded.table
        yield from _chain(table, self._versions(process, table))
        found = self.act(process, OWNER, "datastore_search", resource_id=table, limit=100)
        records = [] if found is None else found["records"]
        codes, ids = Counter(str(each["code"]) for each in records), Counter(each["_id"] for each in records)
        if self.rows - codes.keys():
            yield Violation("LOST", f"rows {sorted(self.rows - codes.keys())}")
        if any(number > 1 for number in (*codes.values(), *ids.values())) or codes.keys() - self.wanted_rows:
            yield Violation("DOUBLED", f"rows {sorted(codes.elements())}")

    def _bytes(self, process: Process) -> Iterator[Violation]:
        """What a version is made of is there, and what is nobody's is not."""
        there, used = self.stage.account.objects("opendata"), set[str]()
        for row in self.stage.rows("opendata", "CONTENT#", "USED#"):
            resource = row.key.sk.split("#")[1]
            used |= {row.key.pk.partition("#")[2]} if process.catalogue.store.package_of_resource(resource) else set()
        for resource in (self.stage.seeded.file, self.stage.seeded.table):
            for each in self._versions(process, resource):
                for key in (each.original, *(table.parquet for table in each.tables)):
                    if key and key not in there:
                        yield Violation("LOST", f"the bytes of version {each.number} are gone")
        for row in self.stage.rows("opendata", "CONTENT#", "STATE"):
            sha256 = row.key.pk.partition("#")[2]
            if row.data["state"] != "kept" or sha256 not in used:
                yield Violation("OPEN", f"bytes that nobody uses are still {row.data['state']}")

    def _traces(self) -> Iterator[Violation]:
        gone = self.purged | {self.files[each] for each in self.purged if each in self.files}
        for row in self.stage.rows("opendata"):
            text = f"{row.key} {row.data}"
            if not row.key.pk.startswith(KEPT_FOR_OTHERS) and any(each in text for each in gone):
                yield Violation("HALF", f"a purge left {row.key.pk.partition('#')[0]} {row.key.sk.partition('#')[0]}")
                return
        for key in self.stage.account.objects("opendata"):
            if any(each in key for each in gone):
                yield Violation("HALF", f"a purge left an object of {key.partition('/')[0]}")
                return

    def _versions(self, process: Process, resource: str) -> list[File]:
        files, _ = process.catalogue.store.files(resource, limit=100)
        return list(reversed(files))


def digest_of(content: bytes) -> str:
    """SHA-256, hex."""
    return sha256(content).hexdigest()


def _chain(resource: str, versions: list[File]) -> Iterator[Violation]:
    try:
        check(
            Listed(each.number, facts(resource, each), digest(facts(resource, each)), each.previous, each.chain)
            for each in versions
        )
    except Broken as broken:
        yield Violation("CHAIN", str(broken))


def _lasting(result: Any) -> Any:
    """What must be the same in each answer to the same command."""
    if not isinstance(result, dict):
        return result
    return result.get("id", result.get("resource_id"))
