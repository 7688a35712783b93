"""Journey: an agency's CKAN is harvested over real HTTP, follows a change and a deletion, and is harvested back.

The agency's catalogue and the harvester that asks Klang are programs of their own here; they share nothing with Klang
but what CKAN's clients do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import urllib3

from demo.world import Answer, HttpTransport, World
from infra.local.stack import Stack
from tests.journeys.visitors import Visitor, visitor
from tests.opendata.harvest.remotes import Ckan, package

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("journey")]

SOURCES = "/opendata/v1/harvest/sources"
DATASETS = 8


class Quiet(WSGIRequestHandler):
    """A server that writes no log."""

    def log_message(self, format: str, *args: object) -> None:
        return


class Agency:
    """A CKAN site of an agency, on a port of this machine."""

    def __init__(self) -> None:
        self.ckan = Ckan(cap=5)
        self._server = make_server("127.0.0.1", 0, self._serve, handler_class=Quiet)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def _serve(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        url = f"http://{self.host}{environ['PATH_INFO']}?{environ['QUERY_STRING']}"
        given = self.ckan(environ["REQUEST_METHOD"], url, {}, None)
        start(f"{given.status} .", [("Content-Type", given.headers["content-type"])])
        return [given.body]

    def __enter__(self) -> Agency:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class National:
    """A harvester of CKANs: pages of `package_search` in the order of ids, then only what changed."""

    def __init__(self, site: str) -> None:
        self._site = site

    def ask(self, action: str, **given: str) -> Any:
        answer = urllib3.request("GET", f"{self._site}/api/3/action/{action}", fields=given, timeout=30)
        assert answer.status == 200, answer.data.decode()
        return answer.json()["result"]

    def gather(self, fq: str = "") -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        start, before = 0, b""
        while True:
            query = {"rows": "4", "start": str(start), "sort": "id asc", **({"fq": fq} if fq else {})}
            answer = urllib3.request("GET", f"{self._site}/api/3/action/package_search", fields=query, timeout=30)
            assert answer.data != before, "two pages are the same"
            page = answer.json()["result"]["results"]
            if not page:
                return found
            assert not found.keys() & {each["id"] for each in page}
            found |= {each["id"]: each for each in page}
            start, before = start + 4, answer.data


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack("moto", speed=30) as running:
        yield running


@pytest.fixture(scope="module")
def agency() -> Iterator[Agency]:
    with Agency() as running:
        running.ckan.put(*(package(f"{number:03d}") for number in range(DATASETS)))
        running.ckan.put(package("many", resources=45))
        running.ckan.put(package("incomplete", maintainer_email=""))
        running.ckan.put(package("forbidden", allow_harvest="False"))
        yield running


@pytest.fixture(scope="module")
def world(stack: Stack) -> World:
    return World(HttpTransport(stack.address), patience=240)


@pytest.fixture(scope="module")
def wipha(world: World) -> Visitor:
    someone = visitor(world, "publisher-laemngop")
    good(someone.ask("POST", "/api/3/action/organization_create", {"name": "laemngop", "title": "แหลมงอบ"}), 200)
    return someone


@pytest.fixture(scope="module")
def source(wipha: Visitor, agency: Agency) -> str:
    given = {"kind": "ckan", "title": "กรมน้ำ", "url": f"http://{agency.host}", "organization": "laemngop"}
    return str(good(wipha.ask("POST", SOURCES, given, Idempotency_Key="source-1"), 201)["id"])


def good(answer: Answer, status: int) -> Any:
    assert answer.status == status, answer.body.decode()
    return answer.json


def harvest(world: World, who: Visitor, source: str, **given: Any) -> Any:
    """A run, from its start to its end."""
    run = good(who.ask("POST", f"{SOURCES}/{source}/runs", given), 202)["id"]
    path = f"{SOURCES}/{source}/runs/{run}?limit=100"

    def ended() -> Any:
        told = good(who.ask("GET", path), 200)
        return told if told["state"] != "running" else None

    world.until("the harvest to end", ended)
    return good(who.ask("GET", path), 200)


def counts(run: Mapping[str, Any]) -> dict[str, int]:
    return {what: many for what, many in run["counts"].items() if many}


def test_1_a_preview_shows_what_would_come(wipha: Visitor, source: str) -> None:
    told = good(wipha.ask("POST", f"{SOURCES}/{source}/runs", {"mode": "preview"}), 200)["items"]
    assert len(told) == 5
    assert {each["outcome"] for each in told} == {"new"}


def test_2_everything_comes_and_says_how_it_stands(world: World, wipha: Visitor, source: str) -> None:
    run = harvest(world, wipha, source)
    assert (run["state"], run["complete"]) == ("finished", True)
    assert counts(run) == {"new": DATASETS + 2, "skipped": 1}
    (draft,) = good(wipha.ask("GET", f"{SOURCES}/{source}/objects?state=draft"), 200)["items"]
    assert (draft["remote"], list(draft["missing"])) == ("incomplete", ["maintainer_email"])


def test_3_it_can_be_harvested_back(stack: Stack, world: World, wipha: Visitor, source: str) -> None:
    national = National(stack.address)
    found = national.gather()
    assert len(found) == DATASETS + 1
    many = next(each for each in found.values() if each["name"] == "dataset-many")
    assert many["num_resources"] == 45
    assert many["organization"]["name"] == "laemngop"
    assert {tag["name"] for tag in many["tags"]} == {"น้ำ", "flood"}
    assert national.ask("organization_show", id="laemngop")["package_count"] == DATASETS + 1


def test_4_a_change_comes_incrementally_on_both_sides(
    stack: Stack, world: World, wipha: Visitor, agency: Agency, source: str
) -> None:
    national = National(stack.address)
    last = max(each["metadata_modified"] for each in national.gather().values())
    agency.ckan.put(package("003", rank=9, metadata_modified="2099-01-01T00:00:00.000000"))
    run = harvest(world, wipha, source, changes=True)
    assert counts(run) == {"changed": 1}
    newer = national.gather(f"metadata_modified:{{{last}Z TO *]")
    assert [each["title"] for each in newer.values()] == ["ระดับน้ำ 003 9"]


def test_5_a_deletion_is_seen_twice_before_it_counts(
    stack: Stack, world: World, wipha: Visitor, agency: Agency, source: str
) -> None:
    national = National(stack.address)
    del agency.ckan.packages["005"]
    assert counts(harvest(world, wipha, source))["gone_once"] == 1
    asked = {"site_url": agency.host, "package": "dataset-005"}
    nobody = Visitor(world, None)
    told = good(nobody.ask("POST", "/api/3/action/gdcatalog_published_state", asked), 200)["result"]
    assert told["state"] == "WAIT_REVOKE"
    assert len(national.gather()) == DATASETS + 1
    assert counts(harvest(world, wipha, source))["deleted"] == 1
    told = good(nobody.ask("POST", "/api/3/action/gdcatalog_published_state", asked), 200)["result"]
    assert told["state"] == "VALIDATE_REVOKE"
    assert len(national.gather()) == DATASETS


def test_6_strangers_see_nothing_of_it(world: World, source: str) -> None:
    nobody, other = Visitor(world, None), visitor(world, "somchai")
    assert nobody.ask("GET", f"{SOURCES}/{source}").status == 401
    for path in ("", "/objects", "/runs"):
        assert other.ask("GET", f"{SOURCES}/{source}{path}").status == 404


def test_7_nothing_was_set_aside(world: World) -> None:
    def at_rest() -> bool:
        queues = world.public("/local/queues").json
        assert not any(queue["dead"] for queue in queues), queues
        return not any(queue["waiting"] or queue["in_flight"] for queue in queues)

    world.until("the queues to come to rest", at_rest)
