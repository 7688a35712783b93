"""Vocabularies and searches on DynamoDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chalicelib.shared.aws.dynamo import DynamoTable
from tests.opendata.people import operator
from tests.opendata.portal import Portal
from tests.support.cloud import local_cloud


def test_a_vocabulary_is_kept_and_searched_by(tmp_path: Path) -> None:
    with local_cloud(["opendata"]) as session:
        dynamodb = session.client("dynamodb")
        portal = Portal(tmp_path / "tables", DynamoTable(lambda: dynamodb, "klang-test-opendata"))
        portal.organization()
        boss = operator(portal)
        area = portal.result(portal.act("vocabulary_create", boss, name="area", tags=["ใต้"]))
        portal.result(portal.act("tag_create", boss, name="เหนือ", vocabulary_id="area"))
        taken = portal.act("vocabulary_create", boss, name="area")
        assert taken.json["error"]["name"] == ["That vocabulary name is already in use."]
        tags = [{"name": "น้ำ"}, {"name": "ใต้", "vocabulary_id": area["id"]}]
        portal.dataset("south", tags=tags, tag_string=None)
        asked: dict[str, Any] = {"fq": "vocab_area:ใต้", "facet.field": ["vocab_area"]}
        found = portal.result(portal.act("package_search", **asked))
        assert (found["count"], found["facets"]) == (1, {"vocab_area": {"ใต้": 1}})
        assert [each["name"] for each in portal.result(portal.ask("vocabulary_list"))] == ["area"]
        portal.result(portal.act("vocabulary_update", boss, id="area", name="region"))
        assert portal.result(portal.ask("package_search", fq="vocab_region:ใต้"))["count"] == 1
        portal.result(portal.act("vocabulary_delete", boss, id="region"))
        assert portal.result(portal.ask("vocabulary_list")) == []
