"""schema.org and Croissant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.opendata.dcat import schema_org
from tests.opendata.dcat.examples import HOSTILE, TABLE, link, publish_all, publish_thin_and_hostile
from tests.opendata.portal import Portal


def described(portal: Portal, name: str, profile: str) -> dict[str, Any]:
    answer = portal.client.get(f"/dataset/{name}.{profile}.jsonld")
    assert answer.status == 200 and answer.headers["content-type"].startswith("application/ld+json")
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture
def town(portal: Portal) -> Portal:
    publish_all(portal)
    return portal


def test_a_dataset_as_search_engines_read_it(town: Portal) -> None:
    found = described(town, "statistics", "schemaorg")
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "Dataset")
    assert (
        len(found["name"]) < 50 and found["description"] and found["license"].startswith("https://opendatacommons.org/")
    )
    assert found["temporalCoverage"] == "2017/2023" and found["inLanguage"] == ["th", "en"]
    assert found["spatialCoverage"]["name"] == "Thailand"
    assert found["creator"]["name"] == "เทศบาลตำบลแหลมงอบ"
    (download,) = found["distribution"]
    assert download["encodingFormat"] == "text/csv" and download["contentUrl"].startswith(
        "https://data.klang.test/dataset/"
    )
    assert found["variableMeasured"] == ["ชื่อสถานที่", "ปี", "จำนวน"]
    box = described(town, "map", "schemaorg")["spatialCoverage"]["geo"]["box"]
    assert box == "11.5 98.2 13.9 102.9"
    assert described(town, "map", "schemaorg")["alternateName"] == ["Map of fields"]
    services = [each for each in described(town, "map", "schemaorg")["distribution"] if each["name"] == "WMS"]
    assert "contentUrl" not in services[0] and services[0]["url"].startswith("https://gis.example/wms")


def test_nothing_ends_the_script(portal: Portal) -> None:
    portal.organization()
    hostile = publish_thin_and_hostile(portal)["hostile"]
    text = portal.client.get(f"/dataset/{hostile}.schemaorg.jsonld").text
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text)["name"] == HOSTILE.replace("\x0b", "")
    assert schema_org.script({"x": "</script><!--\u2028&"}) == '{"x":"\\u003c/script\\u003e\\u003c!--\\u2028\\u0026"}'


def test_thin_datasets_say_little(portal: Portal) -> None:
    portal.organization()
    publish_thin_and_hostile(portal)
    found = described(portal, "thin", "schemaorg")
    assert not {"license", "spatialCoverage", "temporalCoverage", "inLanguage", "version"} & found.keys()
    assert None not in found.values() and "" not in found.values()


def test_croissant_describes_the_columns_of_tables(town: Portal) -> None:
    found = described(town, "statistics", "croissant")
    assert found["conformsTo"] == "http://mlcommons.org/croissant/1.0" and found["@type"] == "sc:Dataset"
    assert found["creator"]["@type"] == "Organization" and found["version"] == "1.2"
    assert described(town, "register", "croissant")["version"].startswith("1.0.")
    (file,), (records,) = found["distribution"], found["recordSet"]
    assert file["@type"] == "cr:FileObject" and len(file["sha256"]) == 64 and file["encodingFormat"] == "text/csv"
    assert [each["source"]["extract"]["column"] for each in records["field"]] == ["ชื่อสถานที่", "ปี", "จำนวน"]
    assert [each["dataType"] for each in records["field"]] == ["sc:Text", "sc:Integer", "sc:Integer"]
    assert {each["source"]["fileObject"]["@id"] for each in records["field"]} == {file["@id"]}
    ids = [file["@id"], records["@id"], *(each["@id"] for each in records["field"])]
    assert len(set(ids)) == len(ids)
    # every name that is used stands in the context, or in schema.org
    used = {name for node in (file, records, *records["field"]) for name in node if not name.startswith("@")}
    plain = {"name", "description", "contentUrl", "contentSize", "encodingFormat", "sha256"}
    assert used - plain <= found["@context"].keys()


def test_croissant_promises_no_columns_that_a_reader_would_not_find(portal: Portal) -> None:
    portal.organization()
    made = portal.dataset()
    thai = "ชื่อ,จำนวน\nก,1\nข,2\nค,3\nจังหวัดเชียงใหม่,4\n".encode("cp874")
    portal.table_of(made["id"], thai, name="tis620", format="CSV")
    portal.table_of(made["id"], TABLE.replace(b",", b"\t"), name="tabs", format="TSV")
    link(portal, made["id"], "https://x.test/wms", format="WMS")
    found = described(portal, "food-licences", "croissant")
    assert len(found["distribution"]) == 2 and "recordSet" not in found
