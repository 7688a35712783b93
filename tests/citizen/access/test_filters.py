"""The access log by agency, service and days: what is wanted, all of it, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.citizen.access.log import Page
from tests.citizen.portal import BIZ, MALEE, Line, LogPage, Portal

LOG = "/citizen/v1/me/access-log"
OFFICE = "TH/LOCAL/LAEMNGOP/office"


class LongLog:
    """A log of many lines, newest first; every tenth is of the office."""

    def __init__(self, count: int) -> None:
        self.asked = 0
        self.lines = [
            Line(
                at=f"2026-{11 - number // 100:02}-{28 - number % 28:02}T03:00:00Z",
                consumer=OFFICE if number % 10 == 0 else BIZ,
                receipt=f"r-{number}",
            )
            for number in range(count)
        ]
        self.lines.sort(key=lambda line: line.at, reverse=True)

    def entries(self, pid: str, after: str | None = None, limit: int = 50) -> Page:
        self.asked += 1
        start = int(after or 0)
        page = tuple(self.lines[start : start + limit]) if pid == MALEE else ()
        end = start + limit
        return LogPage(page, str(end) if end < len(self.lines) and page else None)


@pytest.fixture
def log() -> LongLog:
    return LongLog(730)


def pages(portal: Portal, query: str) -> list[list[str]]:
    """The receipts of all pages."""
    found, cursor = list[list[str]](), ""
    while True:
        answer = portal.client.get(f"{LOG}?{query}{cursor}", token=portal.malee)
        assert answer.status == 200, answer.text
        found.append([line["receipt"] for line in answer.json["items"]])
        if answer.json["next"] is None:
            return found
        cursor = f"&cursor={answer.json['next']}"


@pytest.mark.parametrize("limit", [1, 7, 20, 100])
def test_all_lines_of_an_agency_come_once_and_in_order(log: LongLog, limit: int) -> None:
    portal = Portal(access_log=log)
    found = pages(portal, f"agency=TH/LOCAL/LAEMNGOP&limit={limit}")
    assert [r for page in found for r in page] == [line.receipt for line in log.lines if line.consumer == OFFICE]
    assert all(len(page) <= limit for page in found)


def test_a_search_that_finds_little_ends_after_some_pages_and_goes_on(log: LongLog) -> None:
    portal = Portal(access_log=log)
    answer = portal.client.get(f"{LOG}?service=TH/NOBODY", token=portal.malee).json
    assert answer["items"] == [] and answer["next"] and log.asked == 5
    assert [page for page in pages(portal, "service=TH/NOBODY") if page] == []


def test_days_are_thai_and_an_older_page_is_not_asked_for(log: LongLog) -> None:
    portal = Portal(access_log=log)
    found = pages(portal, "from=2026-11-20&to=2026-11-22&limit=100")
    wanted = [line.receipt for line in log.lines if "2026-11-20" <= line.at[:10] <= "2026-11-22"]
    assert [r for page in found for r in page] == wanted and wanted
    log.asked = 0
    pages(portal, "from=2026-11-20&limit=100")
    assert log.asked == 1


def test_a_cursor_belongs_to_its_filter_and_its_person(log: LongLog) -> None:
    portal = Portal(access_log=log)
    first = portal.client.get(f"{LOG}?agency={OFFICE}&limit=2", token=portal.malee).json
    other = f"{LOG}?agency={BIZ}&limit=2&cursor={first['next']}"
    assert portal.client.get(other, token=portal.malee).status == 400
    same = f"{LOG}?agency={OFFICE}&limit=2&cursor={first['next']}"
    assert portal.client.get(same, token=portal.somchai).status == 400


@pytest.mark.parametrize("query", ["from=yesterday", "to=2569-13-01", "agency=" + "x" * 121, "limit=0", "sort=up"])
def test_a_filter_that_is_none_is_told(query: str) -> None:
    portal = Portal()
    answer: Any = portal.client.get(f"{LOG}?{query}", token=portal.malee)
    assert answer.status == 422 and answer.json["errors"][0]["pointer"].startswith("query:")
