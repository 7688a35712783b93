"""The log of changes holds whatever a package holds."""

from __future__ import annotations

import json

from chalicelib.opendata.changes import MOST_BYTES
from tests.opendata.portal import Portal


def test_a_dataset_with_all_that_it_may_hold_is_written_and_found(portal: Portal) -> None:
    portal.organization()
    extras = [{"key": f"k{number}", "value": "น้ำท่วมขังรอการระบาย" * 100} for number in range(23)]
    portal.dataset("large", notes="ข้อมูลน้ำ" * 2_000, extras=extras, tag_string="น้ำ")
    for number in range(3):
        answer = portal.act(
            "resource_create",
            portal.publisher,
            package_id="large",
            url=f"https://x.example/{number}",
            description="คำอธิบาย" * 2_000,
        )
        assert answer.status == 200, answer.text
    rows = [item for key, (item, _) in portal.memory._items.items() if key.pk == "CHG"]
    assert all(len(json.dumps(row.data, ensure_ascii=False).encode()) <= MOST_BYTES for row in rows)
    found = portal.result(portal.ask("package_search", q="น้ำท่วมขัง"))
    assert [(each["name"], each["num_resources"]) for each in found["results"]] == [("large", 3)]
