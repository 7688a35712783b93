"""The whole life of a table that is written: whatever is done to it, and whatever breaks or overtakes meanwhile, its
rows are those of a plain dict."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from chalicelib.opendata.tables.writing import limits
from tests.opendata.portal import Portal
from tests.opendata.writing.breaking import Down, broken, overtaken
from tests.opendata.writing.tables import new_table, rows_of, upsert

CODES = st.sampled_from("abcdef")
PRICES = st.none() | st.integers(0, 99) | st.decimals(0, 9, places=2).map(str)
RECORDS = st.lists(st.fixed_dictionaries({"code": CODES}, optional={"price": PRICES}), min_size=1, max_size=3)


class Life(RuleBasedStateMachine):
    """Writers, the clean-up, deaths and collisions, against a dict by `_id`."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.portal = Portal(Path(self.folder.name))
        self.rows: dict[int, dict[str, Any]] = {}
        self.next_id = 1
        self.columns = ["code", "price"]

    @initialize(keyed=st.booleans())
    def make(self, keyed: bool) -> None:
        self.keyed = keyed
        self.table = new_table(self.portal, primary_key=["code"] if keyed else None)

    @rule(records=RECORDS, method=st.sampled_from(["upsert", "insert", "update"]))
    def write(self, records: list[dict[str, Any]], method: str) -> None:
        rows, next_id, fine = dict(self.rows), self.next_id, self.keyed or method == "insert"
        for record in records:
            there = [each for each, row in rows.items() if row["code"] == record["code"]] if self.keyed else []
            fine = fine and bool(there) == (method == "update") if method != "upsert" else fine
            if not fine:
                break
            row_id = there[0] if there else next_id
            next_id += not there
            rows[row_id] = {**rows.get(row_id, dict.fromkeys(self.columns)), **record}
        answer = upsert(self.portal, self.table, *records, method=method)
        assert answer.status == (200 if fine else 409), answer.text
        if fine:
            self.rows, self.next_id = rows, next_id

    @rule(codes=st.lists(CODES, min_size=1, max_size=2))
    def take_away(self, codes: list[str]) -> None:
        given: dict[str, Any] = {"resource_id": self.table, "filters": {"code": codes}}
        self.portal.result(self.portal.act("datastore_records_delete", self.portal.publisher, **given))
        self.rows = {each: row for each, row in self.rows.items() if row["code"] not in codes}

    @rule()
    def take_all_away(self) -> None:
        given: dict[str, Any] = {"resource_id": self.table, "filters": {}}
        self.portal.result(self.portal.act("datastore_records_delete", self.portal.publisher, **given))
        self.rows = {}

    @precondition(lambda self: len(self.columns) < 5)
    @rule()
    def add_a_column(self) -> None:
        name = f"more{len(self.columns)}"
        given: dict[str, Any] = {"resource_id": self.table, "fields": [{"id": name, "type": "text"}]}
        self.portal.result(self.portal.act("datastore_create", self.portal.publisher, **given))
        self.columns.append(name)
        self.rows = {each: {**row, name: None} for each, row in self.rows.items()}

    @rule()
    def put_together(self) -> None:
        self.portal.catalogue.live.compaction.compact(self.table)

    @rule(records=RECORDS)
    def put_together_while_somebody_writes(self, records: list[dict[str, Any]]) -> None:
        with overtaken(self.portal, lambda: self.write(records, "insert"), at=2):
            self.portal.catalogue.live.compaction.compact(self.table)

    @rule(
        owner=st.sampled_from(["memory.write", "objects.put", "objects.store"]),
        at=st.integers(1, 3),
        after=st.booleans(),
    )
    def put_together_and_die(self, owner: str, at: int, after: bool) -> None:
        with broken(self.portal, owner, at=at, after=after):
            try:
                self.portal.catalogue.live.compaction.compact(self.table)
            except Down:
                return

    @rule(record=st.fixed_dictionaries({"code": CODES, "price": PRICES}), after=st.booleans())
    def write_and_die(self, record: dict[str, Any], after: bool) -> None:
        """A write dies before its transaction, or before its answer; the client sends it again with its key."""
        there = [each for each, row in self.rows.items() if row["code"] == record["code"]] if self.keyed else []
        given: dict[str, Any] = {"resource_id": self.table, "records": [record], "method": "insert"}
        key = f"once-{self.next_id}-{len(self.portal.memory.requests)}"
        if not there:
            with broken(self.portal, "memory.write", at=1, after=after):
                assert self.portal.act("datastore_upsert", self.portal.publisher, key=key, **given).status == 500
        again = self.portal.act("datastore_upsert", self.portal.publisher, key=key, **given)
        assert again.status == (409 if there else 200), again.text
        if not there:
            self.rows[self.next_id] = {**dict.fromkeys(self.columns), **record}
            self.next_id += 1

    @rule()
    def read(self) -> None:
        expected = [
            {"_id": each, **{name: plain(row[name]) for name in self.columns}}
            for each, row in sorted(self.rows.items())
        ]
        assert rows_of(self.portal, self.table) == expected
        live = self.portal.catalogue.live.rows.find(self.table).resource.live
        assert live is not None and live.rows == len(self.rows)
        assert len(live.deltas) - live.sealed <= limits.FOLD

    def teardown(self) -> None:
        if hasattr(self, "table"):
            self.read()
            self.portal.settle()
            self.portal.catalogue.live.compaction.compact(self.table)
            self.read()
        self.folder.cleanup()


def plain(value: Any) -> Any:
    """A price as it is read."""
    return float(value) if isinstance(value, str) and "." in value else value


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=5, stateful_step_count=10, deadline=None)
