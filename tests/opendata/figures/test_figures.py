"""Figures that another platform publishes: its own dataset and no other, the same file again is nothing new."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.opendata.figures.service import BIZ
from chalicelib.shared.errors import NotAllowed
from tests.opendata.portal import Portal, notification

SENDER = "TH/CENTRAL/DGA/biz"
FILE = "licensing-2026-11.csv"


def send(portal: Portal, content: str, name: str = FILE, sender: str = SENDER) -> None:
    portal.catalogue.figures.take(sender, name, content.encode(), portal.clock())
    package = portal.catalogue.store.package(BIZ.name)
    for each in package.resources if package else ():
        if each.upload is not None:
            portal.catalogue.uploads.take_message(notification(each.upload.key))
    portal.settle()


def dataset(portal: Portal) -> Any:
    return portal.result(portal.ask("package_show", id=BIZ.name))


def test_a_file_becomes_a_table_of_a_public_dataset(portal: Portal) -> None:
    send(portal, "month (เดือน),received (ได้รับ)\r\n2026-11,7\r\n")
    found = dataset(portal)
    assert (found["private"], found["title"]) == (False, BIZ.fields["title"])
    (resource,) = found["resources"]
    assert (resource["name"], resource["format"]) == (FILE, "CSV")
    rows = portal.result(portal.act("datastore_search", resource_id=resource["id"]))
    assert [record["received (ได้รับ)"] for record in rows["records"]] == [7]


def test_the_same_again_is_nothing_and_another_is_a_new_version_of_the_same_resource(portal: Portal) -> None:
    send(portal, "month,received\r\n2026-11,7\r\n")
    first = dataset(portal)
    portal.now += timedelta(days=1)
    send(portal, "month,received\r\n2026-11,7\r\n")
    assert dataset(portal) == first
    portal.now += timedelta(days=1)
    send(portal, "month,received\r\n2026-11,8\r\n")
    send(portal, "column\r\nmonth\r\n", "data-dictionary.csv")
    found = dataset(portal)
    assert sorted(each["name"] for each in found["resources"]) == ["data-dictionary.csv", FILE]
    assert first["resources"][0]["id"] in [each["id"] for each in found["resources"]]
    assert found["metadata_modified"] > first["metadata_modified"]


@pytest.mark.parametrize("sender", ["TH/LOCAL/LAEMNGOP/office", "TH/CENTRAL/DGA/gdx", ""])
def test_nobody_else_has_a_dataset_here(portal: Portal, sender: str) -> None:
    with pytest.raises(NotAllowed):
        send(portal, "a\r\n1\r\n", sender=sender)
    assert portal.catalogue.store.package(BIZ.name) is None
