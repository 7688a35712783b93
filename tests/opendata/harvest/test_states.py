"""What an agency's catalogue learns of its datasets."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.harvest.model import dataset_id
from tests.opendata.harvest.remotes import Ckan, package
from tests.opendata.harvest.town import Town

SITE = "catalog.agency.example"


def states(town: Town, package: str, site: str = SITE) -> dict[str, str]:
    """The answers of both actions, where they have one; asked by nobody in particular, as agencies' pages do."""
    found = {}
    for zone in ("published", "nonpublish"):
        answer = town.portal.act(f"gdcatalog_{zone}_state", site_url=site, package=package)
        if answer.status == 200:
            found[zone] = answer.json["result"]["state"]
        else:
            assert answer.status == 404 and answer.json["error"]["__type"] == "Not Found Error"
    return found


def test_a_dataset_goes_through_its_states(town: Town, remote: Ckan) -> None:
    remote.put(package("1", maintainer_email=""), package("2"), package("3"))
    source = town.source()
    assert states(town, "1") == {}
    town.harvest(source)
    assert states(town, "1") == {"nonpublish": "WAIT_VALIDATE"}
    assert states(town, "dataset-2") == {"published": "APPROVAL"}
    remote.put(package("1", rank=1), package("2", rank=1, notes=""))
    del remote.packages["3"]
    town.harvest(source)
    assert states(town, "1") == {"published": "APPROVAL"}
    assert states(town, "2") == {"published": "WAIT_VALIDATE_MODIFIED"}
    assert states(town, "3", f"https://{SITE}/") == {"published": "WAIT_REVOKE"}
    town.harvest(source)
    assert states(town, "3") == {"published": "VALIDATE_REVOKE"}


def test_only_what_is_public_is_named(town: Town, remote: Ckan) -> None:
    remote.put(package("1", maintainer_email=""), package("2"))
    town.harvest(town.source())
    draft = town.portal.act("gdcatalog_nonpublish_state", site_url=SITE, package="1").json["result"]
    public = town.portal.act("gdcatalog_published_state", site_url=SITE, package="2").json["result"]
    assert (draft["name"], draft["url"]) == ("", "")
    assert public["url"] == "https://data.klang.test/dataset/dataset-2"


def test_who_forbids_harvesting_is_not_told_of(town: Town, remote: Ckan) -> None:
    remote.put(package("1", allow_harvest="False"))
    town.harvest(town.source())
    assert states(town, "1") == {}


def test_what_people_here_took_from_the_public_is_revoked(town: Town, remote: Ckan) -> None:
    remote.put(package("1"))
    source = town.source()
    town.harvest(source)
    portal = town.portal
    portal.result(portal.act("package_patch", portal.publisher, id=dataset_id(source, "1"), private=True))
    assert states(town, "1") == {"published": "VALIDATE_REVOKE"}


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ({}, {"site_url": ["Missing value"], "package": ["Missing value"]}),
        ({"site_url": SITE, "package": 7}, {"package": ["Must be a Unicode string value"]}),
        ({"site_url": SITE, "package": "x" * 501}, {"package": ["Must be a Unicode string value"]}),
    ],
)
def test_what_is_missing_is_said(town: Town, given: dict[str, Any], messages: dict[str, list[str]]) -> None:
    answer = town.portal.act("gdcatalog_published_state", **given)
    assert answer.status == 409
    assert {name: answer.json["error"][name] for name in messages} == messages


def test_names_that_are_no_names_find_nothing(town: Town, remote: Ckan) -> None:
    town.source()
    assert states(town, "../../etc", "http://[::1") == {}
    assert states(town, "ก" * 500, "ก" * 500) == {}
