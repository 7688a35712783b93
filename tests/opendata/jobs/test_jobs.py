"""Jobs: asked for once, done once, whatever the queue does and wherever a worker dies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.opendata.jobs import rules
from chalicelib.opendata.jobs.model import Job, Result, Wish
from chalicelib.opendata.rules import Rejected
from chalicelib.shared.errors import NotFound, Unavailable
from chalicelib.shared.identity import Caller
from chalicelib.shared.storage import Item
from tests.opendata.people import operator
from tests.opendata.portal import READER, Portal
from tests.support.client import Answer


@dataclass
class Desk:
    """A portal with a kind of job whose worker does what a test says."""

    portal: Portal
    begun: list[Job] = field(default_factory=list)
    does: Callable[[Job], None] = lambda job: None
    about: Mapping[str, int] = field(default_factory=dict)

    def check(self, caller: Caller, given: Mapping[str, Any]) -> Wish:
        if "words" not in given:
            raise Rejected({"words": ["Missing value"]})
        return Wish(dict(given), self.about)

    def work(self, job: Job) -> Result:
        self.begun.append(job)
        self.does(job)
        key = job.place("txt")
        self.portal.objects.put(key, str(job.given["words"]).encode(), media_type="text/plain")
        return Result(key, "text/plain", "ผลลัพธ์.txt", {"letters": len(job.given["words"])})

    def ask(self, token: str | None = None, *, key: str | None = None, words: str = "สวัสดี") -> Answer:
        headers = {} if token is None else {"Authorization": token}
        if key is not None:
            headers["Idempotency-Key"] = key
        body = {"kind": "echo", "given": {"words": words}}
        return self.portal.client.post("/opendata/v1/jobs", json=body, headers=headers)

    def look(self, job: str, token: str | None = None, more: str = "") -> Answer:
        headers = {"Accept-Language": "en"} | ({} if token is None else {"Authorization": token})
        return self.portal.client.get(f"/opendata/v1/jobs/{job}{more}", headers=headers)

    def carry(self, message: str) -> None:
        self.portal.catalogue.jobs.on_message(message)

    @property
    def messages(self) -> list[str]:
        return [body for queue, body in self.portal.queues.waiting if queue == "opendata-jobs"]

    @property
    def results(self) -> list[str]:
        return [key for key in self.portal.objects.kept if key.startswith("results/")]


def rows_of(portal: Portal) -> list[Item]:
    """Everything that is in the table."""
    return [item for item, _ in vars(portal.memory)["_items"].values()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(Portal(tmp_path / "tables"))
    desk.portal.catalogue.jobs.kinds["echo"] = desk.work
    desk.portal.catalogue.jobs.checks["echo"] = desk.check
    return desk


def test_a_job_is_asked_for_done_and_fetched(desk: Desk) -> None:
    asked = desk.ask()
    job = asked.json["id"]
    assert (asked.status, asked.headers["location"], asked.json["state"]) == (
        202,
        f"/opendata/v1/jobs/{job}",
        "waiting",
    )
    assert (asked.headers["retry-after"], asked.json["result"], asked.json["problem"]) == ("5", None, None)
    early = desk.look(job, more="/result")
    assert (early.status, early.headers["retry-after"]) == (409, "5")
    desk.portal.settle()
    done = desk.look(job)
    result = done.json["result"]
    assert (done.json["state"], "retry-after" in done.headers) == ("done", False)
    assert (result["file_name"], result["media_type"], result["facts"]) == ("ผลลัพธ์.txt", "text/plain", {"letters": 6})
    fetched = desk.look(job, more="/result")
    assert fetched.status == 302
    assert fetched.headers["location"] == result["url"]
    assert "filename*=UTF-8''%E0%B8%9C" in result["url"]
    assert result["download"] == f"https://data.klang.test/opendata/v1/jobs/{job}/result"
    assert desk.portal.objects.read(desk.results[0]) == "สวัสดี".encode()


def test_the_same_request_again_is_the_same_job(desk: Desk) -> None:
    first, again = desk.ask(key="k1"), desk.ask(key="k1")
    assert first.json["id"] == again.json["id"]
    assert len(desk.messages) == 1
    assert desk.ask(key="k1", words="อื่น").status == 422


def test_what_is_asked_wrongly_is_told_by_field(desk: Desk) -> None:
    client = desk.portal.client
    unknown = client.post("/opendata/v1/jobs", json={"kind": "x", "given": {}})
    assert (unknown.status, unknown.json["errors"][0]["pointer"]) == (422, "/kind")
    wrong = client.post("/opendata/v1/jobs", json={"kind": "echo", "given": {}})
    assert (wrong.status, wrong.json["errors"][0]["pointer"]) == (422, "/words")
    assert desk.messages == []


def test_a_known_asker_s_job_is_nobody_else_s(desk: Desk) -> None:
    job = desk.ask(desk.portal.reader).json["id"]
    assert desk.look(job, desk.portal.reader).status == 200
    assert {desk.look(job, desk.portal.other).status, desk.look(job).status, desk.look("0" * 32).status} == {404}
    assert READER not in str(rows_of(desk.portal))


def test_each_asker_has_a_few_places_and_gets_them_back(desk: Desk) -> None:
    jobs = [desk.ask() for _ in range(rules.SLOTS)]
    assert [each.status for each in jobs] == [202] * rules.SLOTS
    full = desk.ask()
    assert (full.status, full.headers["retry-after"]) == (429, "30")
    assert desk.ask(desk.portal.reader).status == 202  # another asker
    desk.carry(desk.messages[1])
    assert desk.ask().status == 202
    assert desk.ask().status == 429
    desk.portal.now += timedelta(seconds=rules.KEPT + 1)  # whatever happened to the others
    assert desk.ask().status == 202


@pytest.mark.parametrize("times", [2, 3])
def test_a_message_that_comes_again_does_nothing(desk: Desk, times: int) -> None:
    job = desk.ask().json["id"]
    (message,) = desk.messages
    for _ in range(times):
        desk.carry(message)
    assert len(desk.begun) == 1
    assert desk.look(job).json["state"] == "done"


def test_two_deliveries_at_once_do_it_once(desk: Desk) -> None:
    desk.ask()
    (message,) = desk.messages
    desk.does = lambda job: desk.carry(message) if len(desk.begun) == 1 else None
    desk.carry(message)
    assert [job.attempts for job in desk.begun] == [1]


class Dies(BaseException):
    """The process ends here."""


def test_a_worker_that_dies_is_followed_by_another(desk: Desk) -> None:
    job = desk.ask().json["id"]
    (message,) = desk.messages

    def die(job: Job) -> None:
        raise Dies

    desk.does = die
    with pytest.raises(Dies):
        desk.carry(message)
    desk.does = lambda job: None
    desk.carry(message)  # too early: the other may be at it still
    assert (desk.look(job).json["state"], len(desk.begun)) == ("running", 1)
    desk.portal.now += timedelta(seconds=rules.BUSY + 1)
    assert desk.portal.catalogue.parts.journal.sweep(desk.portal.now) == 1  # the outbox sends it again by itself
    desk.carry(desk.messages[-1])
    assert (desk.look(job).json["state"], len(desk.begun)) == ("done", 2)
    assert desk.results == [f"results/{job}/2.txt"]


def test_a_job_that_kills_its_workers_fails_in_the_end(desk: Desk) -> None:
    job = desk.ask().json["id"]
    (message,) = desk.messages

    def die(job: Job) -> None:
        raise Dies

    desk.does = die
    for _ in range(rules.ATTEMPTS):
        with pytest.raises(Dies):
            desk.carry(message)
        desk.portal.now += timedelta(seconds=rules.BUSY + 1)
    desk.carry(message)
    failed = desk.look(job).json
    assert (failed["state"], failed["problem"]["code"], len(desk.begun)) == ("failed", "internal", rules.ATTEMPTS)
    assert desk.ask().status == 202


@pytest.mark.parametrize(
    ("error", "begun", "code"),
    [
        (Rejected({"words": ["Too long"]}), 1, "invalid"),
        (NotFound("ไม่พบ", "Gone."), 1, "not-found"),
        (Unavailable("ไม่ว่าง", "Busy."), rules.ATTEMPTS, "unavailable"),
        (ValueError("a value of somebody"), rules.ATTEMPTS, "internal"),
    ],
)
def test_a_refusal_is_told_and_what_may_pass_is_tried_again(
    desk: Desk, error: Exception, begun: int, code: str
) -> None:
    job = desk.ask().json["id"]
    (message,) = desk.messages

    def fail(job: Job) -> None:
        raise error

    desk.does = fail
    for _ in range(rules.ATTEMPTS + 1):
        desk.carry(message)
    failed = desk.look(job).json
    assert (failed["state"], failed["problem"]["code"], len(desk.begun)) == ("failed", code, begun)
    assert "somebody" not in str(failed)
    assert failed["problem"]["message_th"] and failed["problem"]["message_en"]
    assert desk.look(job, more="/result").status == 409


def test_what_may_pass_is_done_when_it_has_passed(desk: Desk) -> None:
    job = desk.ask().json["id"]
    (message,) = desk.messages

    def fail_once(job: Job) -> None:
        if job.attempts == 1:
            raise Unavailable("ไม่ว่าง", "Busy.")

    desk.does = fail_once
    desk.carry(message)
    assert desk.look(job).json["state"] == "waiting"
    desk.carry(message)
    assert desk.look(job).json["state"] == "done"


def test_a_job_is_gone_after_some_days(desk: Desk) -> None:
    job = desk.ask().json["id"]
    desk.portal.settle()
    desk.portal.now += timedelta(seconds=rules.KEPT - 10)
    assert desk.look(job).status == 200
    desk.portal.now += timedelta(seconds=20)
    assert desk.look(job).status == 404


def _purge(desk: Desk, package: str) -> None:
    desk.portal.result(desk.portal.act("dataset_purge", operator(desk.portal), id=package))


@pytest.mark.parametrize("when", ["waiting", "running", "done"])
def test_a_job_goes_with_the_dataset_that_it_reads(desk: Desk, when: str) -> None:
    portal = desk.portal
    portal.organization()
    package = portal.dataset()
    seen = portal.catalogue.store.package(package["id"])
    assert seen is not None
    desk.about = {package["id"]: seen.dataset.version}
    job = desk.ask().json["id"]
    (message,) = desk.messages
    carried: list[str] = []

    def purge(job: Job) -> None:
        _purge(desk, package["id"])
        carried.extend(body for queue, body in portal.queues.waiting if queue == "opendata-events")
        for body in carried:
            portal.catalogue.on_event(body)

    if when == "running":
        desk.does = purge
        desk.carry(message)
    else:
        if when == "done":
            desk.carry(message)
            assert desk.results
        _purge(desk, package["id"])
    portal.settle()
    assert desk.look(job).status == 404
    assert desk.results == []
    assert [row for row in rows_of(portal) if "JOB" in row.key.pk] == []


def test_a_job_of_a_dataset_that_was_changed_meanwhile_is_refused(desk: Desk) -> None:
    desk.portal.organization()
    package = desk.portal.dataset()
    desk.about = {package["id"]: 99}
    assert desk.ask().status == 412
    assert desk.messages == []


def test_a_job_costs_a_few_requests(desk: Desk) -> None:
    requests = desk.portal.memory.requests
    requests.clear()
    job = desk.ask(key="k").json["id"]
    assert len(requests) <= 3, requests  # the claim, the places, one transaction
    (message,) = desk.messages
    requests.clear()
    desk.carry(message)
    assert len(requests) <= 6, requests  # the outbox row and the job, begun, the place, ended, closed
    requests.clear()
    desk.look(job)
    assert len(requests) == 1, requests
