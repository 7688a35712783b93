"""A CKAN client that knows nothing of Klang: ckanapi, as a library and as a command, over real HTTP."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError

from tests.opendata.packages.town import LINK, Town, settled, whole
from tests.opendata.portal import METADATA, Portal
from tests.support.served import served

RECORDS = 60
OURS = {"metadata_created", "metadata_modified", "creator_user_id", "organization", "owner_org", "isopen"}
"""What differs between two catalogues that hold the same dataset."""
OF_RESOURCES = {"created", "metadata_modified"}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return settled(Portal(tmp_path / "tables"))


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    with served(town.portal.client) as address:
        yield address


def record(number: int, dice: random.Random) -> dict[str, Any]:
    """A dataset as another catalogue would dump it."""
    thai = dice.random() < 0.5
    words = ["น้ำ", "จังหวัด", "งบ ๒๕๖๙", "ถนน"] if thai else ["water", "budget 2026", "Roads & rails", "A/B"]
    title = f"{dice.choice(words)} {number}"
    tags = dice.sample(["น้ำ", "สถิติ", "water", "open-data", "พ.ศ. 2569"], k=dice.randrange(1, 4))
    return {
        **{name: value for name, value in METADATA.items() if name != "tag_string"},
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"record-{number:03d}",
        "owner_org": "laemngop",
        "title": title,
        "notes": dice.choice(["", "บรรทัดหนึ่ง\nสอง", "**bold** <b>x</b>", "ก" * 3000]) or title,
        "author": dice.choice([None, "", "ใคร"]),
        "license_id": dice.choice(["cc-by", "odc-odbl", "notspecified", "Open Data Common"]),
        "private": dice.random() < 0.1,
        "tags": [{"name": tag} for tag in tags],
        "extras": [{"key": f"key {n}", "value": f"ค่า {n}"} for n in range(dice.randrange(3))],
        "resources": [
            {
                "id": f"resource-{number:03d}-{n}",
                "url": f"https://x.example/{number}/{n}.{dice.choice(['csv', 'json', 'pdf'])}",
                "name": f"{title} ({n})",
                "description": dice.choice(["", "คำอธิบาย"]),
                "period": {"from": 2560 + n},
            }
            for n in range(dice.randrange(4))
        ],
    }


def ckanapi(address: str, *arguments: str, token: str, folder: Path) -> str:
    """Runs the command."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [str(Path(sys.executable).with_name("ckanapi")), *arguments, "-r", address, "-a", token],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PATH": paths},
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def comparable(package: dict[str, Any]) -> dict[str, Any]:
    """A package without what is another catalogue's own."""
    kept = {name: value for name, value in package.items() if name not in OURS}
    kept["tags"] = sorted(tag["name"] for tag in package.get("tags", []))
    kept["resources"] = [
        {name: value for name, value in each.items() if name not in OF_RESOURCES} for each in package["resources"]
    ]
    return kept


def test_a_catalogue_goes_in_comes_out_and_goes_in_again(town: Town, address: str, tmp_path: Path) -> None:
    dice = random.Random(2569)
    records = [record(number, dice) for number in range(RECORDS)]
    source, dumped = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records), encoding="utf-8")
    ckanapi(address, "load", "datasets", "-I", str(source), token=town.operator, folder=tmp_path)
    ckanapi(address, "dump", "datasets", "--all", "-O", str(dumped), token=town.operator, folder=tmp_path)
    shown = {each["name"]: each for each in map(json.loads, dumped.read_text(encoding="utf-8").splitlines())}
    public = [each for each in records if not each["private"]]
    assert set(shown) >= {each["name"] for each in public}
    for given in public:
        found = comparable(shown[given["name"]])
        assert found.items() >= {**comparable(given), "resources": found["resources"]}.items()
        assert len(found["resources"]) == len(given["resources"])
        for resource, sent in zip(found["resources"], given["resources"], strict=True):
            assert resource.items() >= sent.items()
    # what was dumped is loaded again: nothing is different, so nothing is written
    rows = dict(town.portal.memory._items)
    ckanapi(address, "load", "datasets", "-I", str(dumped), token=town.operator, folder=tmp_path)
    assert dict(town.portal.memory._items) == rows
    found_by_search = ckanapi(address, "search", "datasets", "q=*:*", token=town.operator, folder=tmp_path)
    names = [json.loads(line)["name"] for line in found_by_search.splitlines()]
    assert sorted(names) == sorted(each["name"] for each in public)


def test_the_library_reads_writes_and_knows_its_errors(town: Town, address: str) -> None:
    publisher = RemoteCKAN(address, apikey=town.portal.publisher)
    made = publisher.action.package_create(**whole())
    with pytest.raises(ValidationError) as refused:
        publisher.action.package_create(**whole())
    assert refused.value.error_dict["name"] == ["That URL is already in use."]
    with pytest.raises(NotFound):
        publisher.action.package_show(id="nope")
    with pytest.raises(NotAuthorized):
        RemoteCKAN(address).action.package_patch(id=made["id"], notes="x")
    reader = RemoteCKAN(address, get_only=True)
    assert reader.action.package_show(id="food-licences") == publisher.action.package_show(id=made["id"])
    file = io.BytesIO("n,ตำบล\n1,แหลมงอบ\n".encode())
    file.name = "จังหวัด.csv"
    sent = publisher.action.resource_create(package_id=made["id"], name="ตาราง", upload=file)
    assert sent["url"].endswith("%E0%B8%88%E0%B8%B1%E0%B8%87%E0%B8%AB%E0%B8%A7%E0%B8%B1%E0%B8%94.csv")
    town.portal.settle()
    assert reader.action.resource_show(id=sent["id"])["datastore_active"] is True
    revised = publisher.call_action(
        "package_revise", {"match__id": made["id"], "update__resources__extend": [LINK], "include": ["+name", "-*"]}
    )
    assert revised == {"package": {"name": "food-licences"}}
    assert publisher.action.package_delete(id=made["id"]) is None
