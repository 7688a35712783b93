"""The door to Athena: a definition that matches the file, whatever columns are called."""

from __future__ import annotations

import re

import pytest

from chalicelib.opendata.tables.sql import athena
from tests.opendata.portal import Portal


def test_the_definition_matches_the_file(portal: Portal) -> None:
    portal.organization()
    package = portal.dataset()["id"]
    resource = portal.table_of(
        package, "code,ตำบล,v,d\n1,แหลมงอบ,1.50,2026-01-31\n2,คลองใหญ่,2.25,2026-02-01\n".encode()
    )
    told = portal.client.get(f"/opendata/v1/resources/{resource}/athena")
    assert told.status == 200, told.text
    found = told.json
    assert [each["published"] for each in found["columns"]][:4] == ["code", "ตำบล", "v", "d"]
    assert [each["name"] for each in found["columns"]][:4] == ["code", "c2", "v", "d"]
    assert (found["rows"], found["version"]) == (2, 1)
    types = {each["published"]: each["type"] for each in found["columns"]}
    assert (types["code"], types["ตำบล"], types["d"]) == ("bigint", "string", "date")
    assert re.fullmatch(r"decimal\(\d+,\d+\)", types["v"])
    assert "`c2` string COMMENT 'ตำบล'" in found["ddl"]
    assert "'parquet.column.index.access' = 'true'" in found["ddl"]
    assert found["ddl"].endswith(f"LOCATION '{found['location']}';")
    assert found["file"] == f"https://data.klang.test/opendata/v1/resources/{resource}/exports/data.parquet?version=1"
    assert found["file"] in found["fetch"]
    led = portal.client.get(found["file"].removeprefix("https://data.klang.test"))
    assert led.status == 302


def test_what_is_hidden_has_no_door(portal: Portal) -> None:
    portal.organization()
    package = portal.dataset(private=True)["id"]
    resource = portal.table_of(package, b"a,b\n1,2\n")
    assert portal.client.get(f"/opendata/v1/resources/{resource}/athena").status == 404
    assert portal.client.get(f"/opendata/v1/resources/{'f' * 32}/athena").status == 404


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "A", "a b", "ก", "c5"], ["a", "c2", "c3", "c4", "c5"]),
        (["c2", "ก"], ["c2", "c2_"]),
        (["select", "_id", "1a"], ["select", "c2", "c3"]),
    ],
)
def test_names_are_what_athena_takes(names: list[str], expected: list[str]) -> None:
    assert [each.name for each in athena.columns([(name, "BIGINT") for name in names])] == expected


def test_nothing_of_a_name_becomes_sql() -> None:
    hostile = "a' COMMENT 'b\\\n`); DROP TABLE x; --"
    text = athena.definition("t", athena.columns([(hostile, "DECIMAL(12,2)"), ("x", "HUGEINT")]), "s3://b/'/")
    assert "`c1` decimal(12,2) COMMENT 'a\\' COMMENT \\'b\\\\ `); DROP TABLE x; --'" in text
    assert "`x` string" in text
    assert text.endswith("LOCATION 's3://b/\\'/';")
