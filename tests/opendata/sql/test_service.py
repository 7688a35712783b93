"""`datastore_search_sql` and long queries as jobs, asked by the people of a portal."""

# ruff: noqa: S608 - queries made of texts of this file

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.opendata.jobs.model import Job
from chalicelib.opendata.tables.sql.order import Answer, Order
from chalicelib.opendata.tables.sql.service import Queries
from chalicelib.shared.identity import NOBODY
from tests.opendata.people import operator
from tests.opendata.portal import METADATA, Portal

LINES = ["n,ตำบล,v", *(f"{number},ตำบล{number % 3},{number / 2}" for number in range(1, 31))]
CONTENT = "\n".join([*LINES, ""]).encode()
CHANGED = "\n".join([*LINES, "31,ตำบล9,1.5", ""]).encode()


@pytest.fixture
def rid(portal: Portal) -> str:
    portal.organization()
    return portal.table_of(portal.dataset()["id"], CONTENT)


def ask(portal: Portal, sql: str, token: str | None = None, **more: Any) -> Any:
    return portal.result(portal.act("datastore_search_sql", token, sql=sql, **more))


def refused(portal: Portal, sql: Any, token: str | None = None, **more: Any) -> tuple[int, Any]:
    answer = portal.act("datastore_search_sql", token, sql=sql, **more)
    return answer.status, answer.json["error"]


def long_query(portal: Portal, sql: str, token: str | None = None, **more: Any) -> Any:
    headers = {} if token is None else {"Authorization": token}
    body = {"kind": "sql", "given": {"sql": sql, **more}}
    return portal.client.post("/opendata/v1/jobs", json=body, headers=headers)


def test_a_query_is_answered_as_ckan_does(portal: Portal, rid: str) -> None:
    sql = f'SELECT "ตำบล", count(*) AS n, sum(v) FROM "{rid}" WHERE n > 3 GROUP BY 1 ORDER BY 1'
    found = ask(portal, sql)
    assert found["sql"] == sql
    assert found["records"][0] == {"ตำบล": "ตำบล0", "n": 9, "sum(v)": 81.0}
    assert found["fields"] == [
        {"id": "ตำบล", "type": "text"},
        {"id": "n", "type": "int8"},
        {"id": "sum(v)", "type": "numeric"},
    ]
    assert "records_truncated" not in found
    by_get = portal.ask("datastore_search_sql", sql=f'SELECT count(*) FROM "{rid}"')
    assert portal.result(by_get)["records"] == [{"count_star()": 30}]


def test_what_is_wrong_is_said_in_ckan_s_words(portal: Portal, rid: str) -> None:
    nothing = portal.act("datastore_search_sql")
    assert (nothing.status, nothing.json["error"]["sql"]) == (409, ["Missing value"])
    assert refused(portal, 5)[1]["sql"] == ["Must be a Unicode string value"]
    assert refused(portal, "SELECT '" + "x" * 9_000 + "'")[1]["sql"] == ["A query has at most 8192 bytes."]
    status, error = refused(portal, "SELECT 1; SELECT 2")
    assert (status, error["query"]) == (409, ["Query is not a single statement."])
    status, error = refused(portal, "SELECT pg_sleep(3)")
    assert (status, error["message"]) == (403, "Access denied: Not authorized to call function pg_sleep")
    assert refused(portal, "SELECT 1", other=1)[1]["__junk"] == ["The input field was not expected."]
    status, error = refused(portal, f'SELECT nn FROM "{rid}"')
    assert (status, error["query"]) == (409, ["There is no such column (line 1, letter 8). Near ones: n."])
    assert refused(portal, f"SELECT 1 FROM {', '.join([chr(34) + f'{n:032x}' + chr(34) for n in range(20)])}")[0] == 409


def test_what_is_hidden_looks_as_if_it_were_not_there(portal: Portal, rid: str) -> None:
    hidden = portal.dataset("hidden", private=True)
    secret = portal.table_of(hidden["id"], CONTENT)
    sql = 'SELECT count(*) AS n FROM "{}"'
    assert refused(portal, sql.format(secret)) == refused(portal, sql.format("f" * 32))
    assert refused(portal, sql.format(secret), portal.other)[0] == 404
    assert refused(portal, f'SELECT * FROM "{rid}" a JOIN "{secret}" b USING (n)')[0] == 404
    assert ask(portal, sql.format(secret), portal.publisher)["records"] == [{"n": 30}]


def test_tables_of_several_datasets_are_joined(portal: Portal, rid: str) -> None:
    places = portal.dataset("places")
    other = portal.table_of(places["id"], "ตำบล,คน\nตำบล1,500\nตำบล2,700\n".encode())
    sql = f'SELECT p."คน", count(*) AS n FROM "{rid}" r JOIN "{other}" p USING ("ตำบล") GROUP BY 1 ORDER BY 1'
    found = ask(portal, sql)
    assert found["records"] == [{"คน": 500, "n": 10}, {"คน": 700, "n": 10}]
    assert {table["resource_id"] for table in found["tables"]} == {rid, other}


def test_an_answer_says_which_versions_it_read_and_can_be_asked_again(portal: Portal, rid: str) -> None:
    before = portal.now
    portal.now += timedelta(days=1)
    portal.table_of("food-licences", CHANGED, resource=rid)
    portal.now += timedelta(days=1)
    now = ask(portal, f'SELECT count(*) AS n FROM "{rid}"')
    (table,) = now["tables"]
    assert (now["records"], table["version"], table["pinned"]) == ([{"n": 31}], 2, f"{rid}@2")
    assert ask(portal, f'SELECT count(*) AS n FROM "{table["pinned"]}"')["records"] == [{"n": 31}]
    assert ask(portal, f'SELECT count(*) AS n FROM "{rid}@1"')["records"] == [{"n": 30}]
    both = f'SELECT count(*) AS n FROM "{rid}" ANTI JOIN "{rid}@1" USING (n)'
    assert ask(portal, both)["records"] == [{"n": 1}]
    then = ask(portal, f'SELECT count(*) AS n FROM "{rid}"', as_of=before.isoformat())
    assert (then["records"], then["tables"][0]["pinned"]) == ([{"n": 30}], f"{rid}@1")
    mixed = ask(portal, both, as_of=before.isoformat())
    assert mixed["records"] == [{"n": 0}]
    assert refused(portal, f'SELECT 1 FROM "{rid}"', as_of="soon")[0] == 409


def test_a_table_that_is_written_row_by_row_is_queried_as_it_stands(portal: Portal, rid: str) -> None:
    fields = [{"id": "code", "type": "int"}, {"id": "name", "type": "text"}]
    made = portal.act(
        "datastore_create",
        portal.publisher,
        resource={"package_id": "food-licences"},
        fields=fields,
        primary_key=["code"],
        records=[{"code": 1, "name": "ก"}, {"code": 2, "name": "ข"}],
    )
    table = portal.result(made)["resource_id"]
    portal.settle()
    portal.result(
        portal.act(
            "datastore_upsert",
            portal.publisher,
            resource_id=table,
            records=[{"code": 2, "name": "ค"}, {"code": 3, "name": "ง"}],
            force=True,
        )
    )
    found = ask(portal, f'SELECT code, name FROM "{table}" ORDER BY code')
    assert [list(row.values()) for row in found["records"]] == [[1, "ก"], [2, "ค"], [3, "ง"]]
    assert ask(portal, f'SELECT max(_id) AS m FROM "{table}"')["records"] == [{"m": 3}]


def test_a_long_query_is_a_job_with_a_file(portal: Portal, rid: str) -> None:
    asked = long_query(portal, f'SELECT n, v FROM "{rid}" WHERE n < 3 ORDER BY n')
    assert asked.status == 202
    portal.settle()
    done = portal.client.get(f"/opendata/v1/jobs/{asked.json['id']}").json
    assert done["state"] == "done", done
    facts = done["result"]["facts"]
    assert (facts["rows"], facts["tables"][0]["pinned"]) == (2, f"{rid}@1")
    (key,) = [each for each in portal.objects.kept if each.startswith("results/")]
    assert portal.objects.kept[key] == (b"n,v\n1,0.5\n2,1.0\n", "text/csv; charset=utf-8")
    assert done["result"]["file_name"].endswith(".csv")


def test_a_job_reads_the_versions_of_the_moment_it_was_asked_for(portal: Portal, rid: str) -> None:
    asked = long_query(portal, f'SELECT count(*) AS n FROM "{rid}"', format="jsonl")
    messages = list(portal.queues.waiting)
    portal.queues.waiting.clear()
    portal.table_of("food-licences", CHANGED, resource=rid)
    portal.settle()
    portal.queues.waiting += messages
    portal.settle()
    assert portal.client.get(f"/opendata/v1/jobs/{asked.json['id']}").json["state"] == "done"
    (key,) = [each for each in portal.objects.kept if each.startswith("results/")]
    assert portal.objects.kept[key][0] == b'{"n":30}\n'


def test_what_is_wrong_with_a_long_query_is_told_by_field_or_by_the_job(portal: Portal, rid: str) -> None:
    assert long_query(portal, "").json["errors"][0]["pointer"] == "/sql"
    assert long_query(portal, f'SELECT 1 FROM "{rid}"', format="xml").json["errors"][0]["pointer"] == "/format"
    assert long_query(portal, f'SELECT 1 FROM "{rid}"', other=1).status == 422
    assert long_query(portal, "SELECT 1").status == 404
    asked = long_query(portal, f'SELECT nn FROM "{rid}"').json["id"]
    portal.settle()
    failed = portal.client.get(f"/opendata/v1/jobs/{asked}").json
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "invalid")
    assert "Near ones: n." in failed["problem"]["message_en"]


def test_a_job_does_not_read_what_was_hidden_meanwhile(portal: Portal, rid: str) -> None:
    asked = long_query(portal, f'SELECT * FROM "{rid}"').json["id"]
    messages = [each for each in portal.queues.waiting if each[0] == "opendata-jobs"]
    portal.queues.waiting.clear()
    portal.result(portal.act("package_patch", portal.publisher, id="food-licences", private=True))
    portal.queues.waiting += messages
    portal.settle()
    failed = portal.client.get(f"/opendata/v1/jobs/{asked}").json
    assert (failed["state"], failed["problem"]["code"]) == ("failed", "not-found")
    assert not [each for each in portal.objects.kept if each.startswith("results/")]
    inside = long_query(portal, f'SELECT * FROM "{rid}"', portal.publisher).json["id"]
    portal.settle()
    headers = {"Authorization": portal.publisher}
    assert portal.client.get(f"/opendata/v1/jobs/{inside}", headers=headers).json["state"] == "done"


def test_a_purge_takes_queries_and_their_results_along(portal: Portal, rid: str) -> None:
    asked = long_query(portal, f'SELECT * FROM "{rid}"').json["id"]
    portal.settle()
    portal.result(portal.act("dataset_purge", operator(portal), id="food-licences"))
    portal.settle()
    assert portal.client.get(f"/opendata/v1/jobs/{asked}").status == 404
    assert not [each for each in portal.objects.kept if each.startswith("results/")]
    left = [row for row, _ in vars(portal.memory)["_items"].values() if "JOB" in row.key.pk]
    assert left == []


def test_nothing_of_a_query_is_logged(portal: Portal, rid: str, caplog: pytest.LogCaptureFixture) -> None:
    refused(portal, f"SELECT '{METADATA['title']}'::INT FROM \"{rid}\"")
    long_query(portal, f"SELECT '{METADATA['title']}'::INT FROM \"{rid}\"")
    portal.settle()
    assert METADATA["title"] not in caplog.text


def test_a_query_costs_a_few_requests_and_fetches_a_table_once(portal: Portal, rid: str) -> None:
    counted: list[tuple[int, int]] = []
    for _ in range(2):
        portal.memory.requests.clear()
        before = len(portal.objects.reads)
        ask(portal, f'SELECT count(*) FROM "{rid}"')
        counted.append((len(portal.memory.requests), len(portal.objects.reads) - before))
    assert [reads for _, reads in counted] == [1, 0]
    assert all(requests <= 5 for requests, _ in counted), counted


class Recorder:
    """A query function that keeps what it was asked, and answers with no row."""

    def __init__(self) -> None:
        self.orders: list[Order] = []

    def run(self, order: Order) -> Answer:
        self.orders.append(order)
        return Answer((("n", "int8"),))


def test_elsewhere_the_function_gets_addresses_of_exactly_what_is_asked_for(portal: Portal, rid: str) -> None:
    portal.table_of(portal.dataset("other")["id"], CONTENT)
    catalogue, recorder = portal.catalogue, Recorder()
    queries = Queries(catalogue.sources, catalogue.store, catalogue.objects, recorder, signs=True)
    assert queries.search(NOBODY, {"sql": f'SELECT n FROM "{rid}"'})["records"] == []
    wish = queries.check(NOBODY, {"sql": f'SELECT n FROM "{rid}"', "format": "parquet"})
    queries.work(Job("1" * 32, "sql", wish.given, "public:x", (), "", 0, attempts=1))
    short, long = recorder.orders
    parquet = next(
        key for key in portal.objects.kept if key.endswith("data.parquet") and key in short.tables[0].file.key
    )
    for order, seconds in ((short, 60), (long, 900)):
        (table,) = order.tables
        assert (table.name, table.file.key) == (rid, parquet)
        assert table.file.url == f"https://bucket.test/{parquet}?expires={seconds}"
    assert short.into is None
    assert long.into is not None
    assert (long.into.key, long.into.form) == (f"results/{'1' * 32}/1.parquet", "parquet")
    assert long.into.url.startswith(f"https://bucket.test/{long.into.key}?put=")
