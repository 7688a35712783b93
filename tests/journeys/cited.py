"""What journeys of versions share: an office that publishes a file, and a desk that checks proofs without a network."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo.story_opendata import METADATA, act
from demo.world import Person, World

OFFLINE = """
import runpy, socket, sys

def no_network(*_: object, **__: object) -> None:
    raise OSError("the network was used")

socket.socket = socket.create_connection = socket.getaddrinfo = no_network
runpy.run_module("scripts.verify_version", run_name="__main__")
"""
ROOT = Path(__file__).parents[2]


class Office:
    """The municipality with a dataset of one file."""

    def __init__(self, world: World, name: str, title: str) -> None:
        self.world = world
        act(self.person, "organization_create", {"name": "laemngop", "title": "เทศบาลตำบลแหลมงอบ"})
        given = {**METADATA, "name": name, "title": title, "owner_org": "laemngop", "private": False}
        self.dataset: str = act(self.person, "package_create", given)["id"]
        self.resource = ""

    @property
    def person(self) -> Person:
        """Who publishes; a login lasts an hour."""
        return self.world.person("publisher-laemngop")

    def publish(self, content: bytes, file_name: str = "สถิติ.csv") -> int:
        """Sends a file, the first or the next version; answers its number once it can be read."""
        upload = {
            "file_name": file_name,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "media_type": "text/csv",
        }
        if self.resource:
            made = act(self.person, "resource_patch", {"id": self.resource, "upload": upload})
        else:
            body = {"package_id": self.dataset, "name": "ตารางสถิติ", "format": "CSV", "upload": upload}
            made = act(self.person, "resource_create", body)
            self.resource = made["id"]
        form = made["upload"]
        assert self.world.transport.upload(form["url"], form["fields"], file_name, content) in (200, 201, 204)

        def there() -> Any:
            items = self.versions()
            return items and items[0]["sha256"] == upload["sha256"] and items[0]

        number: int = self.world.until("the new version", there)["number"]
        return number

    def versions(self) -> list[dict[str, Any]]:
        """The versions as everybody is told of them, the latest first."""
        answer = self.world.transport.send("GET", f"/opendata/v1/resources/{self.resource}/versions", {}, None)
        items: list[dict[str, Any]] = answer.json["items"] if answer.status == 200 else []
        return items

    def rows(self, **asked: str) -> list[dict[str, Any]]:
        """Rows as everybody reads them with the DataStore."""
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        path = f"/api/3/action/datastore_search?resource_id={self.resource}&{query}"
        found: list[dict[str, Any]] = self.world.public(path).json["result"]["records"]
        return found

    def proof_is_due(self, number: int) -> bool:
        """Whether a version's day has no root yet."""
        path = f"/opendata/v1/resources/{self.resource}/versions/{number}/proof"
        return self.world.transport.send("GET", path, {}, None).status == 409

    def proof(self, number: int) -> dict[str, Any]:
        """The proof of a version, once its day has a root."""
        path = f"/opendata/v1/resources/{self.resource}/versions/{number}/proof"

        def made() -> Any:
            answer = self.world.transport.send("GET", path, {}, None)
            return answer.json if answer.status == 200 else None

        found: dict[str, Any] = self.world.until("the day's root", made)
        return found


def offline(folder: Path, *arguments: str) -> tuple[int, str]:
    """Runs the published command in a process without a network; its exit code and what it says."""
    ran = subprocess.run(
        [sys.executable, "-c", OFFLINE, *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


def kept(folder: Path, name: str, content: Any) -> str:
    """A file of the reader's own; answers its path."""
    place = folder / name
    place.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(place)
