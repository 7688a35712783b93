"""How tables are read: what is fetched, in how many requests, and what a connection cannot reach."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from chalicelib.opendata.model import Table
from chalicelib.opendata.rules import Rejected
from chalicelib.opendata.tables.engine import question
from chalicelib.opendata.tables.engine.connection import OPEN, Engine
from chalicelib.opendata.tables.engine.disk import Disk
from chalicelib.opendata.tables.engine.filesystem import RangedFile
from chalicelib.opendata.tables.engine.ranged import AT_LEAST, TAIL, Ranged
from chalicelib.opendata.tables.engine.reading import Tables
from chalicelib.shared.aws.clients import Clients
from chalicelib.shared.aws.objects import S3Objects
from chalicelib.shared.errors import NotFound, Stale
from tests.opendata.tables.shelf import published
from tests.support.cloud import REGION, empty_cloud
from tests.support.memory_objects import MemoryObjects

ROWS = 60_000
COLUMNS = {"n": "int8", "half": "int8", "noise": "text"}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[MemoryObjects, Table]:
    """A table of some megabytes, most of them of one column."""
    folder = tmp_path_factory.mktemp("large")
    target = folder / "data.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT i AS n, i % 2 AS half, sha256(i::VARCHAR) || sha256((-i)::VARCHAR) AS noise"
            " FROM range(?) t(i)",
            [ROWS],
        )
        connection.execute(f"COPY t TO '{target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)")
    objects = MemoryObjects()
    columns = tuple({"id": name, "type": kind} for name, kind in COLUMNS.items())
    table = Table(1, "", "tables/large", columns, ROWS, target.stat().st_size)
    objects.put(table.parquet, target.read_bytes(), media_type="application/vnd.apache.parquet")
    objects.put(table.preview, b'{"fields": [], "records": []}', media_type="application/json")
    return objects, table


@pytest.fixture
def far(large: tuple[MemoryObjects, Table], tmp_path: Path) -> Iterator[tuple[Tables, Table, MemoryObjects]]:
    """The same, never fetched whole."""
    objects, table = large
    objects.ranges.clear()
    objects.reads.clear()
    yield Tables(objects, tmp_path, engine=Engine(objects, tmp_path, whole=0)), table, objects


def counted(connection: duckdb.DuckDBPyConnection, what: str, *sources: str) -> int:
    """One number of a relation, or of two crossed."""
    found = connection.execute(f"SELECT {what} FROM {', '.join(sources)}").fetchone()  # noqa: S608 - of the tests' own
    assert found is not None
    return int(found[0])


def ask(tables: Tables, table: Table, **given: Any) -> tuple[list[list[Any]], int | None]:
    return tables.answer(table, question.parse({"resource_id": "r", **given}, table))


def test_a_page_of_a_large_table_costs_two_requests(far: tuple[Tables, Table, MemoryObjects]) -> None:
    tables, table, objects = far
    rows, total = ask(tables, table, offset=40_000, limit=3, fields=["_id", "n"])
    assert (rows, total) == ([[40_001, 40_000], [40_002, 40_001], [40_003, 40_002]], ROWS)
    assert len(objects.ranges) <= 2
    assert sum(size for _, size in objects.ranges) <= TAIL + 2 * AT_LEAST
    objects.ranges.clear()
    assert ask(tables, table, offset=40_000, limit=3, fields=["_id", "n"])[0] == rows
    assert objects.ranges == [], "what was read is kept"
    ask(tables, table, offset=10, limit=3, fields=["n"])
    assert len(objects.ranges) <= 1, "the footer is known"


def test_a_filter_reads_the_columns_that_it_names(far: tuple[Tables, Table, MemoryObjects]) -> None:
    tables, table, objects = far
    rows, total = ask(tables, table, filters={"half": 1}, fields=["n"], limit=2)
    assert (rows, total) == ([[1], [3]], ROWS // 2)
    # a piece of every row group and the end of the file, but not the wide column
    assert sum(size for _, size in objects.ranges) < 0.7 * table.size


def test_without_a_total_the_scan_ends_with_the_page(far: tuple[Tables, Table, MemoryObjects]) -> None:
    tables, table, objects = far
    with_total = ask(tables, table, filters={"half": 1}, fields=["n"], limit=2)
    needed = len(objects.ranges)
    alone = Tables(objects, None, engine=Engine(objects, None, whole=0))
    objects.ranges.clear()
    assert ask(alone, table, filters={"half": 1}, fields=["n"], limit=2, include_total=False) == (with_total[0], None)
    assert len(objects.ranges) < needed


def test_the_last_rows_and_beyond(far: tuple[Tables, Table, MemoryObjects]) -> None:
    tables, table, objects = far
    assert ask(tables, table, sort="_id desc", limit=2, fields=["n"]) == ([[ROWS - 1], [ROWS - 2]], ROWS)
    assert len(objects.ranges) <= 3, "rows from the end need no sorting"
    assert ask(tables, table, offset=ROWS) == ([], ROWS)
    assert ask(tables, table, filters={"_id": {"gt": ROWS - 2}}, fields=["n"]) == ([[ROWS - 2], [ROWS - 1]], 2)


def test_near_and_far_say_the_same(large: tuple[MemoryObjects, Table], tmp_path: Path) -> None:
    objects, table = large
    near, far = (Tables(objects, tmp_path, engine=Engine(objects, tmp_path, whole=size)) for size in (1 << 30, 0))
    for given in ({"sort": "noise", "limit": 5}, {"q": "abc", "limit": 5}, {"distinct": True, "fields": "half"}):
        assert ask(near, table, **given) == ask(far, table, **given)


def test_ranges_give_back_the_bytes_of_the_object() -> None:
    objects = MemoryObjects()
    content = random.Random(2569).randbytes(3 * 1024 * 1024)
    objects.put("k", content, media_type="x")
    ranged = Ranged(objects, "k", kept=1024 * 1024)
    assert (ranged.size, len(objects.ranges)) == (len(content), 1)
    dice = random.Random(1)
    for _ in range(300):
        start, length = dice.randrange(len(content) + 10), dice.randrange(1, 300_000)
        assert ranged.read(start, length) == content[start : start + length]
    assert ranged._held <= 1024 * 1024 and sum(map(len, ranged._pieces.values())) == ranged._held


def test_threads_share_a_file_without_sharing_a_place() -> None:
    objects = MemoryObjects()
    content = random.Random(7).randbytes(2 * 1024 * 1024)
    objects.put("k", content, media_type="x")
    file = RangedFile(Ranged(objects, "k"))

    def read(seed: int) -> bool:
        dice = random.Random(seed)
        for _ in range(50):
            start = file.seek(dice.randrange(len(content)))
            if file.read(1_000) != content[start : start + 1_000] or file.tell() != min(start + 1_000, len(content)):
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(8)))
    assert file.seek(-2, 2) == len(content) - 2 and file.read() == content[-2:]


def test_an_object_that_was_replaced_is_not_mixed_with_the_old_one(far: tuple[Tables, Table, MemoryObjects]) -> None:
    objects = MemoryObjects()
    objects.put("k", b"a" * (TAIL + 10), media_type="x")
    ranged = Ranged(objects, "k")
    objects.put("k", b"b" * (TAIL + 10), media_type="x")
    with pytest.raises(Stale):
        ranged.read(0, 5)
    assert ranged.read(100, 5) == b"aaaaa", "what was read before is of one piece"


@pytest.mark.parametrize("whole", [0, 1 << 30])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_parquet('klang://tables/other/data.parquet')",
        "SELECT * FROM read_parquet('{folder}/*.parquet')",
        "SELECT * FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/x.csv'",
        "ATTACH '{folder}/x.db'",
        "SET allowed_paths=['/etc/passwd']",
        "SET enable_external_access=true",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM statement",
    ],
)
def test_a_connection_reaches_only_its_tables(
    large: tuple[MemoryObjects, Table], tmp_path: Path, statement: str, whole: int
) -> None:
    objects, table = large
    other = replace(table, folder="tables/other")
    objects.put(other.parquet, objects.read(table.parquet), media_type="x")
    engine = Engine(objects, tmp_path, whole=whole)
    with engine.connect([other]):
        pass
    with engine.connect([table]) as opened:
        assert counted(opened.connection, "count(*)", opened.rows(table)) == ROWS
        with pytest.raises(duckdb.Error):
            opened.connection.execute(statement.format(folder=tmp_path)).fetchall()
    assert not (tmp_path / "x.csv").exists() and not (tmp_path / "x.db").exists()


def test_a_question_without_end_is_ended_in_words_of_ours(far: tuple[Tables, Table, MemoryObjects]) -> None:
    tables, table, _ = far
    with pytest.raises(Rejected) as refused, tables.engine.connect([table], seconds=0.2) as opened:
        source = opened.rows(table)
        counted(opened.connection, "count(*) FILTER (WHERE a.noise < b.noise)", f"{source} a", f"{source} b")
    assert "too long" in refused.value.messages["query"][0] and "SELECT" not in str(refused.value.messages)


def test_few_databases_stay_open_and_none_in_use_is_closed(large: tuple[MemoryObjects, Table], tmp_path: Path) -> None:
    objects, table = large
    engine = Engine(objects, tmp_path)
    with engine.connect([table]) as opened:
        for number in range(OPEN + 2):
            each = replace(table, folder=f"tables/copy-{number}")
            objects.put(each.parquet, objects.read(table.parquet), media_type="x")
            with engine.connect([each]) as other:
                assert counted(other.connection, "max(n)", other.rows(each)) == ROWS - 1
        assert len(engine._open) == OPEN
        assert counted(opened.connection, "min(n)", opened.rows(table)) == 0


def test_files_on_the_disk_leave_when_it_is_full(tmp_path: Path) -> None:
    objects = MemoryObjects()
    for number in range(4):
        objects.put(f"k{number}", b"x" * 100, media_type="x")
    disk = Disk(objects, tmp_path / "kept", kept=250)
    paths = [disk.path(f"k{number}") for number in range(3)]
    assert [path.exists() for path in paths] == [False, True, True]
    assert disk.path("k1").read_bytes() == b"x" * 100
    with pytest.raises(NotFound):
        disk.path("nothing")
    assert len(list((tmp_path / "kept").iterdir())) == 2, "no half file is left"


def test_a_small_table_is_fetched_once(tmp_path: Path) -> None:
    objects = MemoryObjects()
    table = published(objects, tmp_path, {"a": "int8"}, [[n] for n in range(2_000)])
    tables = Tables(objects, tmp_path / "cache")
    objects.reads.clear()
    for given in ({"sort": "a desc"}, {"filters": {"a": 7}}, {"offset": 1_900}):
        ask(tables, table, **given)
    assert (objects.reads.count(table.parquet), len(objects.ranges)) == (1, 0)


def test_a_table_without_rows(tmp_path: Path) -> None:
    objects = MemoryObjects()
    table = published(objects, tmp_path, {"a": "text"}, [])
    tables = Tables(objects, tmp_path / "cache")
    for given in ({}, {"q": "x"}, {"sort": "a"}, {"filters": {"a": None}}, {"distinct": True, "fields": "a"}):
        assert ask(tables, table, **given) == ([], 0)


def test_the_same_on_s3(tmp_path: Path) -> None:
    """Ranges, ETags and a whole fetch in moto; the object is small, for moto reads all of it for each range."""
    memory = MemoryObjects()
    table = published(memory, tmp_path, {"a": "int8", "b": "text"}, [[n, f"แถว {n}"] for n in range(3_000)])
    with empty_cloud() as session:
        clients = Clients(REGION, session)
        place: Any = {"LocationConstraint": REGION}
        clients.s3.create_bucket(Bucket="tables", CreateBucketConfiguration=place)
        objects = S3Objects(lambda: clients.s3, "tables")
        for key, (body, media_type) in memory.kept.items():
            objects.put(key, body, media_type=media_type)
        for whole in (0, 1 << 30):
            tables = Tables(objects, tmp_path / str(whole), engine=Engine(objects, tmp_path / str(whole), whole=whole))
            assert ask(tables, table, q="แถว 29", filters={"a": {"gte": 2_998}}, fields=["a"]) == (
                [[2_998], [2_999]],
                2,
            )
