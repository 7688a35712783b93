"""Following the catalogue by its changes: nothing missed, nothing hidden told."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.changes import Change, change_row, first_at
from chalicelib.shared.ids import new_token
from tests.opendata.portal import METADATA, Portal


def look(portal: Portal, since: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str]:
    answer = portal.client.get(f"/opendata/v1/changes?since={since}&limit={limit}")
    assert answer.status == 200, answer.text
    return answer.json["items"], answer.json["next"]


def test_a_follower_sees_each_change_and_goes_on_from_its_cursor(portal: Portal) -> None:
    portal.organization()
    portal.dataset("one")
    items, cursor = look(portal)
    assert [(each["activity"], each["name"]) for each in items] == [("new package", "one")]
    assert items[0]["at"].endswith("Z")
    portal.act("package_patch", portal.publisher, id="one", notes="ใหม่")
    made = portal.result(portal.act("resource_create", portal.publisher, package_id="one", url="https://x.example/a"))
    items, cursor = look(portal, cursor)
    assert [each["activity"] for each in items] == ["changed package", "new resource"]
    assert items[1]["resource"] == made["id"]
    assert look(portal, cursor) == ([], cursor)


def test_pages_lead_through_everything(portal: Portal) -> None:
    portal.organization()
    names = [f"set-{number}" for number in range(7)]
    for name in names:
        portal.dataset(name)
    seen: list[str] = []
    cursor = ""
    while True:
        items, following = look(portal, cursor, limit=2)
        seen += [each["name"] for each in items]
        if following == cursor:
            break
        cursor = following
    assert seen == names


def test_drafts_are_not_told_and_what_went_is_told_without_its_name(portal: Portal) -> None:
    portal.organization()
    portal.dataset("draft", private=True, title="ความลับ")
    portal.act("package_patch", portal.publisher, id="draft", notes="ลับ")
    portal.dataset("gone")
    portal.act("package_patch", portal.publisher, id="gone", private=True, title="ชื่อลับ")
    items, _ = look(portal)
    assert [(each["activity"], each["name"], each["title"], each["url"]) for each in items] == [
        ("removed", None, None, None)
    ] * 2
    portal.act("package_patch", portal.publisher, id="gone", private=False, title=METADATA["title"])
    assert [each["title"] for each in look(portal)[0]] == [METADATA["title"], None, METADATA["title"]]


def test_what_commits_late_is_still_told(portal: Portal) -> None:
    """An id is made before its write commits: a cursor at the end of the log stays a minute behind."""
    portal.organization()
    package = portal.dataset("one")
    base = int(portal.now.timestamp() * 1000)

    def write(milliseconds: int) -> None:
        stamp = f"{base + milliseconds:012x}{'0' * 20}"
        change = Change(stamp, "2026-11-25T00:00:00+00:00", "officer:x", "package", "changed package", package["id"],
                        "one", "t", dataset=package["id"], before=True, after=True)  # fmt: skip
        portal.table.write([change_row(change)], new_token())

    write(5)
    items, cursor = look(portal)
    write(3)  # it was under way all the time
    again, _ = look(portal, cursor)
    assert {each["id"] for each in again} > {items[-1]["id"]}
    assert len(again) == 2


def test_a_time_is_a_cursor_and_nonsense_is_refused(portal: Portal) -> None:
    portal.organization()
    portal.dataset("one")
    assert look(portal, "2026-01-01T00:00:00Z")[0] == []  # the test's ids tell no time: all are older
    assert len(first_at(portal.now)) == 12
    for bad in ("x", "2026-01-01", "2026-01-01T00:00:00", "0" * 60, "%00", "zz" * 10):
        answer = portal.client.get(f"/opendata/v1/changes?since={bad}")
        assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json"), bad


@pytest.mark.parametrize("limit", ["0", "501", "x", "-1"])
def test_a_page_has_its_limits(portal: Portal, limit: str) -> None:
    assert portal.client.get(f"/opendata/v1/changes?limit={limit}").status == 422
