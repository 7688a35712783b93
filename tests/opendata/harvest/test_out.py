"""Harvested by others: what the harvester of CKAN (ckanext-harvest 1.6.3) asks, as it asks it, in its order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from tests.opendata.harvest.remotes import Ckan, package
from tests.opendata.harvest.town import Town


def gathered(town: Town, fq: str = "") -> list[str]:
    """Ids of all pages until an empty one; it gives up where two pages are the same."""
    found: list[str] = []
    start, before = 0, ""
    while True:
        query: dict[str, Any] = {"rows": "10", "start": str(start), "sort": "id asc"}
        answer = town.portal.client.get(
            f"/api/3/action/package_search?{urlencode({**query, 'fq': fq} if fq else query)}"
        )
        assert answer.status == 200 and answer.text != before
        page = answer.json["result"]["results"]
        if not page:
            return found
        assert all(each["state"] == "active" and not each["private"] for each in page)
        found += [each["id"] for each in page]
        start, before = start + 10, answer.text


def test_everything_public_comes_once_in_the_order_of_ids(town: Town, remote: Ckan) -> None:
    remote.put(*(package(f"{number:02d}") for number in range(25)), package("draft", notes=""))
    town.harvest(town.source())
    found = gathered(town)
    assert len(found) == 25 and found == sorted(set(found))


def test_only_what_changed_comes_incrementally(town: Town, remote: Ckan) -> None:
    remote.put(*(package(f"{number:02d}") for number in range(12)))
    source = town.source()
    town.harvest(source)
    town.portal.now += timedelta(hours=1)
    since = town.portal.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    town.portal.now += timedelta(minutes=1)
    remote.put(package("07", rank=1), package("20"))
    town.harvest(source)
    kept = [town.package(source, remote_id) for remote_id in ("07", "20")]
    assert gathered(town, f"metadata_modified:[{since} TO *]") == sorted(each.id for each in kept if each)
    assert gathered(town, "metadata_modified:[2099-01-01T00:00:00Z TO *]") == []


def test_organisations_and_groups_are_chosen(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    town.harvest(town.source())
    assert len(gathered(town, "organization:laemngop OR organization:nobody")) == 1
    assert gathered(town, "organization:nobody OR organization:none") == []
    assert len(gathered(town, "-groups:nothing -groups:none")) == 1
    assert len(gathered(town, "allow_harvest:True")) == 0


def test_a_national_catalogue_may_ask_for_consent(town: Town, remote: Ckan) -> None:
    remote.put(package("1", allow_harvest="True"), package("2"))
    town.harvest(town.source())
    assert len(gathered(town, "allow_harvest:True")) == 1
