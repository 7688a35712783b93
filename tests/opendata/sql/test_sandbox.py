"""The query function: in this process and elsewhere, by the bucket and by signed addresses; what it never believes."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.tables.sql.elsewhere import NAME, Elsewhere
from chalicelib.opendata.tables.sql.order import LONG, Into, Order, order_json, order_of
from chalicelib.opendata.tables.sql.sandbox import BySigned, FromBucket, Sandbox
from chalicelib.opendata.tables.sql.signed import Signed
from chalicelib.shared import cage
from chalicelib.shared.egress import GuardedHttp
from chalicelib.shared.errors import NotFound, Stale, Unavailable
from tests.opendata.sql.tables import COLUMNS, granted, order, parquet
from tests.support.memory_objects import MemoryObjects

ALL = "SELECT count(*), sum(a) FROM t"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return parquet(tmp_path_factory.mktemp("made") / "t.parquet", 500).read_bytes()


@pytest.fixture
def objects(content: bytes) -> MemoryObjects:
    objects = MemoryObjects()
    objects.put("t.parquet", content, media_type="application/vnd.apache.parquet")
    return objects


def test_a_query_is_answered_in_a_cage(objects: MemoryObjects, tmp_path: Path) -> None:
    sandbox = Sandbox(FromBucket(objects), tmp_path)
    answer = sandbox.run(order(ALL))
    assert (answer.rows, answer.refused) == ([[500, 2250]], None)
    assert sandbox.run(order("SELECT aa FROM t")).refused == {"kind": "column", "place": 7, "near": ["a"]}
    assert len(list(tmp_path.iterdir())) == 1  # fetched once, kept


def test_two_queries_at_once_do_not_disturb_each_other(objects: MemoryObjects, tmp_path: Path) -> None:
    sandbox = Sandbox(FromBucket(objects), tmp_path)
    endless = order("SELECT count(*) FROM t a, t b, t c, t d WHERE a.a + b.a + c.a + d.a = 7", seconds=2.0)
    asked = [order("SELECT sum(a) FROM t"), endless, order("SELECT max(_id) FROM t")]
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(sandbox.run, asked))
    assert [answer.rows for answer in answers] == [[[2250]], [], [[500]]]
    assert answers[1].refused == {"kind": "late"}


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
def test_a_long_query_leaves_a_file(form: Any, objects: MemoryObjects, tmp_path: Path) -> None:
    sandbox = Sandbox(FromBucket(objects), tmp_path)
    into = Into(form, f"results/x.{form}")
    sql = "SELECT _id, b, v FROM t WHERE _id <= 3 ORDER BY _id"
    answer = sandbox.run(Order(sql, (granted(),), LONG, into))
    body, media_type = objects.kept[into.key]
    assert (answer.refused, answer.written, answer.size, answer.rows) == (None, 3, len(body), [])
    expected = [["1", "แหลมงอบ", "0.00"], ["2", "คลองใหญ่", "1.25"], ["3", "เมืองตราด", "2.50"]]
    if form == "csv":
        assert list(csv.reader(io.StringIO(body.decode()))) == [["_id", "b", "v"], *expected]
        assert media_type == "text/csv; charset=utf-8"
    elif form == "jsonl":
        assert [list(json.loads(line)) for line in body.splitlines()] == [["_id", "b", "v"]] * 3
    else:
        again = tmp_path / "again.parquet"
        again.write_bytes(body)
        import duckdb

        found = duckdb.execute(f"SELECT _id::VARCHAR, b, v::VARCHAR FROM '{again}'").fetchall()  # noqa: S608 - a path of this test
        assert [list(row) for row in found] == expected
    assert [path.suffix for path in tmp_path.iterdir() if path.name != "again.parquet"] == [".object"]


def test_a_result_that_is_too_large_is_none(objects: MemoryObjects, tmp_path: Path) -> None:
    sandbox = Sandbox(FromBucket(objects), tmp_path)
    into = Into("csv", "results/x.csv")
    few = replace(LONG, rows=10)
    assert sandbox.run(Order("FROM t", (granted(),), few, into)).refused == {"kind": "rows", "name": "", "place": None}
    small = replace(LONG, size=2_000)
    assert sandbox.run(Order("FROM t", (granted(),), small, into)).refused == {"kind": "file", "place": None}
    assert "results/x.csv" not in objects.kept
    assert [path.suffix for path in tmp_path.iterdir()] == [".object"]


@pytest.mark.parametrize(
    "told", [b"", b"nonsense", b"[]", b'{"rows": 1, "other": 2}', b"[" * 100_000, b'{"fields": [1]}']
)
def test_what_the_caged_process_writes_is_not_believed(told: bytes, objects: MemoryObjects, tmp_path: Path) -> None:
    sandbox = Sandbox(FromBucket(objects), tmp_path, caged=lambda *_, **__: told)
    assert sandbox.run(order(ALL)).refused == {"kind": "failed"}


@pytest.mark.parametrize(("late", "kind"), [(True, "late"), (False, "memory")])
def test_what_ends_the_caged_process_is_told(late: bool, kind: str, objects: MemoryObjects, tmp_path: Path) -> None:
    def caged(*_: Any, **__: Any) -> bytes:
        raise cage.TooHeavy(late=late)

    assert Sandbox(FromBucket(objects), tmp_path, caged=caged).run(order(ALL)).refused == {"kind": kind}


def test_the_caged_process_has_no_environment_and_may_write_nothing(objects: MemoryObjects, tmp_path: Path) -> None:
    seen: list[cage.Limits] = []

    def caged(module: str, *, limits: cage.Limits, given: bytes) -> bytes:
        seen.append(limits)
        return cage.run(module, limits=limits, given=given)

    sandbox = Sandbox(FromBucket(objects), tmp_path, caged=caged)
    sandbox.run(order(ALL))
    assert (seen[0].file, seen[0].wall, seen[0].memory) == (0, 5.0, 1000 * 2**20)


# -- by signed addresses


class Store:
    """A bucket by addresses, on a port of this machine: ranges, ETags, and PUT of what was signed."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.got: list[str] = []
        self.put: dict[str, tuple[str, bytes]] = {}
        self.status = 0
        store = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                asked = self.headers.get("Range", "")
                store.got.append(asked)
                if store.status:
                    self._answer(store.status, b"", {})
                elif self.path != "/t.parquet?signed":
                    self._answer(403, b"", {})
                elif self.headers.get("If-Match") not in (None, '"e"'):
                    self._answer(412, b"", {})
                elif not asked:
                    self._answer(200, store.content, {})
                else:
                    first, _, last = asked.removeprefix("bytes=").partition("-")
                    size = len(store.content)
                    start = int(first) if first else max(0, size - int(last))
                    end = min(int(last) + 1, size) if first else size
                    if start >= size:
                        self._answer(416, b"", {})
                        return
                    told = {"Content-Range": f"bytes {start}-{end - 1}/{size}", "ETag": '"e"'}
                    self._answer(206, store.content[start:end], told)

            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                store.put[self.path] = (self.headers["Content-Type"], body)
                self._answer(200 if self.path.endswith("?signed") else 403, b"", {})

            def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def store(content: bytes) -> Iterator[Store]:
    store = Store(content)
    yield store
    store.server.shutdown()
    store.server.server_close()


def elsewhere(folder: Path, whole: int) -> Elsewhere:
    """The function as Lambda runs it: JSON in, JSON out, and no bucket."""
    http = GuardedHttp(["127.0.0.0/8"])
    sandbox = Sandbox(BySigned(http, http), folder, whole=whole)

    class Called:
        def call(self, name: str, event: Mapping[str, Any], *, patience: float) -> dict[str, Any]:
            assert name == NAME and patience > 5
            told: dict[str, Any] = json.loads(json.dumps(sandbox.handle(json.loads(json.dumps(event)))))
            return told

    return Elsewhere(Called())


@pytest.mark.parametrize(("whole", "gets"), [(10**9, 1), (0, 2)])
def test_elsewhere_it_reads_by_the_addresses_that_it_was_given(
    whole: int, gets: int, store: Store, tmp_path: Path
) -> None:
    table = granted(size=len(store.content), url=f"{store.address}/t.parquet?signed")
    found = elsewhere(tmp_path, whole)
    assert found.run(order("SELECT count(*), sum(a), max(b) FROM t", table)).rows == [[500, 2250, "แหลมงอบ"]]
    assert 1 <= len(store.got) <= gets
    assert all(store.got) is (whole == 0)


def test_elsewhere_a_long_result_goes_where_it_was_signed_for(store: Store, tmp_path: Path) -> None:
    table = granted(size=len(store.content), url=f"{store.address}/t.parquet?signed")
    found = elsewhere(tmp_path, 0)
    into = Into("csv", "results/x.csv", f"{store.address}/results/x.csv?signed")
    answer = found.run(Order("SELECT _id FROM t WHERE _id < 3", (table,), LONG, into))
    assert (answer.written, answer.refused) == (2, None)
    assert store.put["/results/x.csv?signed"] == ("text/csv; charset=utf-8", b"_id\n1\n2\n")
    wrong = Into("csv", "results/x.csv", f"{store.address}/results/x.csv?other")
    with pytest.raises(Unavailable):
        found.run(Order("SELECT 1", (table,), LONG, wrong))


def test_an_address_that_does_not_hold_is_no_answer(store: Store, tmp_path: Path) -> None:
    for url in (f"{store.address}/t.parquet?expired", "http://127.0.0.1:1/x"):
        table = granted(key=url, size=len(store.content), url=url)
        with pytest.raises(Unavailable):
            elsewhere(tmp_path, 10**9).run(order(ALL, table))
        assert elsewhere(tmp_path, 0).run(order(ALL, table)).refused == {"kind": "store"}


def test_ranges_are_pinned_to_one_object(store: Store) -> None:
    signed = Signed(f"{store.address}/t.parquet?signed")
    tail = signed.read_range("t.parquet", 10)
    assert (tail.body, tail.start, tail.size, tail.etag) == (
        store.content[-10:],
        len(store.content) - 10,
        len(store.content),
        "e",
    )
    assert signed.read_range("t.parquet", 4, start=0, if_match="e").body == b"PAR1"
    assert signed.read_range("t.parquet", 4, start=10**9).body == b""
    with pytest.raises(Stale):
        signed.read_range("t.parquet", 4, start=0, if_match="other")
    with pytest.raises(NotFound):
        Signed(f"{store.address}/other").read_range("other", 4)
    store.status = 503
    with pytest.raises(Unavailable):
        signed.read_range("t.parquet", 4)


def test_an_order_survives_its_journey() -> None:
    whole = Order("SELECT 1", (granted(), granted("u", "u")), LONG, Into("csv", "k", "u"))
    assert order_of(json.loads(json.dumps(order_json(whole)))) == whole
    assert order_of(json.loads(json.dumps(order_json(order(ALL))))) == order(ALL)
    assert whole.tables[0].columns == COLUMNS
