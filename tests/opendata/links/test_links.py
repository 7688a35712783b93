"""Links are looked at in small steps, politely, and what shall be mirrored becomes a version like any other file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.opendata.links import rules
from chalicelib.opendata.links.model import Link
from chalicelib.opendata.links.service import AT_ONCE, FIRST_AFTER, LEASE, NEXT_TURN
from chalicelib.opendata.links.store import PER_MINUTE
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.storage import Change
from tests.opendata.people import operator
from tests.opendata.portal import Portal, notification
from tests.support.client import Answer
from tests.support.tokens import NOW

URL = "https://agency.example/ข้อมูล/จังหวัด.csv"
TABLE, LATER = "n,ตำบล\n1,แหลมงอบ\n".encode(), "n,ตำบล\n1,แหลมงอบ\n2,คลองใหญ่\n".encode()
Serve = Callable[[str, str, Mapping[str, str]], HttpAnswer]


class Web:
    """What lies elsewhere, and who asked for it."""

    def __init__(self, portal: Portal) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.answers: dict[str, Serve | HttpAnswer | Unreachable] = {}
        portal.network.serve = self.serve

    def serve(self, method: str, url: str, headers: Mapping[str, str], _: bytes | None) -> HttpAnswer:
        self.asked.append((method, url, dict(headers)))
        found = self.answers.get(url, HttpAnswer(404))
        if isinstance(found, Unreachable):
            raise found
        return found if isinstance(found, HttpAnswer) else found(method, url, headers)


class Office:
    """A dataset with a link."""

    def __init__(self, portal: Portal, **given: Any) -> None:
        self.portal = portal
        self.web = Web(portal)
        portal.organization()
        self.package = portal.dataset()["id"]
        made = portal.act("resource_create", portal.publisher, package_id=self.package, url=URL, **given)
        self.link = portal.result(made)["id"]
        portal.settle()

    def pass_by(self, time: timedelta) -> None:
        """The time goes by, and what falls due is done."""
        self.portal.now += time
        self.portal.catalogue.sweep(self.portal.now)
        self.portal.settle()
        # what S3 would tell of what was put there
        for key in [key for key in self.portal.objects.kept if key.startswith("uploads/")]:
            self.portal.catalogue.uploads.take_message(notification(key))

    @property
    def known(self) -> Link:
        return self.portal.catalogue.links.last([self.link])[self.link]

    def links(self, token: str | None = None) -> Answer:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.portal.client.get(f"/opendata/v1/datasets/{self.package}/links", headers=headers)

    def rows(self) -> Any:
        return self.portal.result(self.portal.act("datastore_search", resource_id=self.link))["records"]


@pytest.fixture
def office(portal: Portal) -> Office:
    return Office(portal)


def test_a_link_is_looked_at_and_everybody_reads_what_came_out(office: Office) -> None:
    assert office.links().json["items"][0]["state"] == "unknown"
    office.web.answers[URL] = HttpAnswer(200, {"content-type": "text/csv; charset=utf-8", "content-length": "27"})
    before = office.portal.result(office.portal.ask("package_show", id=office.package))
    office.pass_by(FIRST_AFTER)
    (told,) = office.links().json["items"]
    assert (told["state"], told["status"], told["media_type"], told["size"]) == ("ok", 200, "text/csv", 27)
    assert told["checked_at"] == told["seen_at"] == told["changed_at"]
    assert [(method, url) for method, url, _ in office.web.asked] == [("HEAD", URL)]
    assert "Klang" in office.web.asked[0][2]["user-agent"]
    after = office.portal.result(office.portal.ask("package_show", id=office.package))
    assert after == before, "looking makes no revision"
    office.pass_by(rules.EVERY - timedelta(minutes=1))
    assert len(office.web.asked) == 1
    office.pass_by(timedelta(minutes=2))
    assert len(office.web.asked) == 2 and office.known.changed < office.known.at


def test_people_read_whether_a_link_opens(office: Office) -> None:
    address = f"/dataset/{office.package}/resource/{office.link}?lang=th"
    browser = {"accept": "text/html"}
    assert "ตรวจลิงก์เมื่อ" not in office.portal.client.get(address, headers=browser).text
    office.web.answers[URL] = HttpAnswer(200, {"content-type": "text/csv", "content-length": "27"})
    office.pass_by(FIRST_AFTER)
    text = office.portal.client.get(address, headers=browser).text
    assert "ตรวจลิงก์เมื่อ" in text and "เปิดได้" in text


def test_a_server_that_knows_no_head_is_asked_for_a_byte(office: Office) -> None:
    def serve(method: str, _: str, headers: Mapping[str, str]) -> HttpAnswer:
        if method == "HEAD":
            return HttpAnswer(405)
        assert headers["range"] == "bytes=0-0"
        return HttpAnswer(206, {"content-range": "bytes 0-0/123456", "content-length": "1"}, b"x")

    office.web.answers[URL] = serve
    office.pass_by(FIRST_AFTER)
    assert (office.known.state, office.known.status, office.known.size) == ("ok", 206, 123456)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (HttpAnswer(404), "gone"),
        (HttpAnswer(410), "gone"),
        (HttpAnswer(403), "refused"),
        (HttpAnswer(503), "away"),
        (HttpAnswer(302, {"location": URL}), "refused"),
        (HttpAnswer(302, {"location": "https://[::1"}), "refused"),
        (Unreachable("the address is not allowed"), "forbidden"),
        (Unreachable("the answer takes too long"), "away"),
        (Unreachable("the name does not resolve"), "away"),
    ],
)
def test_what_an_answer_means(office: Office, answer: HttpAnswer | Unreachable, state: str) -> None:
    office.web.answers[URL] = answer
    office.pass_by(FIRST_AFTER)
    assert (office.known.state, office.known.failures, office.known.seen) == (state, 1, "")
    assert len(office.web.asked) <= 6, "redirects have an end"


def test_a_redirect_goes_by_the_guarded_way_again(office: Office) -> None:
    inside = "http://169.254.169.254/latest/meta-data/"
    office.web.answers[URL] = HttpAnswer(302, {"location": inside})
    office.web.answers[inside] = Unreachable("the address is not allowed")
    office.pass_by(FIRST_AFTER)
    assert office.known.state == "forbidden"
    assert [url for _, url, _ in office.web.asked] == [URL, inside]


def test_who_is_away_is_asked_less_and_less_and_at_once_again_when_well(office: Office) -> None:
    office.web.answers[URL] = HttpAnswer(503)
    office.pass_by(FIRST_AFTER)
    for number, pause in enumerate((*rules.PAUSES, rules.PAUSES[-1]), start=1):
        assert len(office.web.asked) == number == office.known.failures
        office.pass_by(pause - timedelta(minutes=1))
        assert len(office.web.asked) == number
        office.pass_by(timedelta(minutes=2))
    office.web.answers[URL] = HttpAnswer(200)
    office.pass_by(rules.PAUSES[-1])
    assert (office.known.state, office.known.failures) == ("ok", 0)


def test_a_host_is_asked_only_so_often_whoever_links_to_it(portal: Portal) -> None:
    office = Office(portal)
    office.web.answers[URL] = HttpAnswer(200)
    more = [{"url": URL, "name": f"{n}"} for n in range(PER_MINUTE + 5)]
    portal.result(portal.act("package_patch", portal.publisher, id=office.package, resources=more))
    portal.settle()
    portal.tick = timedelta()
    office.pass_by(FIRST_AFTER + timedelta(seconds=30))
    assert len(office.web.asked) == PER_MINUTE
    office.pass_by(NEXT_TURN)
    assert len(office.web.asked) == PER_MINUTE + 5
    assert {each["failures"] for each in office.links().json["items"]} == {0}


def test_a_message_that_comes_twice_or_late_is_done_once(office: Office) -> None:
    office.web.answers[URL] = HttpAnswer(200)
    office.portal.now += FIRST_AFTER
    assert office.portal.catalogue.links.sweep(office.portal.now) == 1
    ((_, body),) = office.portal.queues.waiting
    for _ in range(3):
        office.portal.catalogue.links.on_message(body)
    assert len(office.web.asked) == 1
    assert office.portal.catalogue.links.sweep(office.portal.now) == 0
    office.portal.catalogue.links.on_message("nobody 1")
    office.portal.catalogue.links.on_message("")


def test_a_message_that_was_lost_is_sent_again(office: Office) -> None:
    office.web.answers[URL] = HttpAnswer(200)
    office.portal.now += FIRST_AFTER
    office.portal.catalogue.links.sweep(office.portal.now)
    office.portal.queues.waiting.clear()
    office.pass_by(LEASE - timedelta(minutes=1))
    assert office.web.asked == []
    office.pass_by(timedelta(minutes=2))
    assert len(office.web.asked) == 1


class Killed(BaseException):
    """The function was ended."""


def test_a_server_that_kills_the_function_is_not_asked_again_by_the_same_message(office: Office) -> None:
    def kill(*_: Any) -> HttpAnswer:
        raise Killed

    office.web.answers[URL] = kill
    office.portal.now += FIRST_AFTER
    office.portal.catalogue.links.sweep(office.portal.now)
    ((_, body),) = office.portal.queues.waiting
    with pytest.raises(Killed):
        office.portal.catalogue.links.on_message(body)
    office.portal.catalogue.links.on_message(body)  # the queue gives it again
    assert len(office.web.asked) == 1 and office.known.failures == 1


def test_a_link_that_changes_is_looked_at_anew_and_one_that_goes_leaves_nothing(office: Office) -> None:
    other = "https://agency.example/other"
    office.web.answers |= {URL: HttpAnswer(404), other: HttpAnswer(200)}
    office.pass_by(FIRST_AFTER)
    office.portal.act("resource_patch", office.portal.publisher, id=office.link, url=other)
    office.portal.settle()
    assert (office.known.url, office.known.state, office.known.failures) == (other, "unknown", 0)
    office.pass_by(FIRST_AFTER)
    assert office.known.state == "ok"
    office.portal.act("resource_delete", office.portal.publisher, id=office.link)
    office.pass_by(rules.EVERY)
    assert len(office.web.asked) == 3 and office.portal.catalogue.links.last([office.link]) == {}


def test_a_purge_forgets_its_links(office: Office) -> None:
    office.pass_by(FIRST_AFTER)
    assert office.portal.act("dataset_purge", operator(office.portal), id=office.package).status == 200
    office.portal.settle()
    assert not [key for key in office.portal.memory._items if key.sk == "LINK"]


def test_whoever_is_at_the_other_end_learns_nothing_of_a_dataset_that_is_not_public(office: Office) -> None:
    for _ in range(2):  # planned before, and planned then
        office.portal.act("package_patch", office.portal.publisher, id=office.package, private=True)
        office.pass_by(FIRST_AFTER)
        assert office.web.asked == [] and office.links(office.portal.publisher).json["items"] == []
        assert office.links().status == 404 == office.links(office.portal.other).status
        office.portal.settle()
    office.portal.act("package_patch", office.portal.publisher, id=office.package, private=False)
    office.portal.settle()
    office.pass_by(FIRST_AFTER)
    assert len(office.web.asked) >= 1 and office.known.state == "gone"


def test_a_mirror_of_a_private_dataset_is_its_owner_s_wish(portal: Portal) -> None:
    office = Office(portal, mirror=True)
    portal.act("package_patch", portal.publisher, id=office.package, private=True)
    office.web.answers[URL] = HttpAnswer(200, {"content-type": "text/csv"}, TABLE)
    office.pass_by(timedelta())
    assert portal.act("datastore_search", portal.publisher, resource_id=office.link).status == 200
    assert portal.act("datastore_search", resource_id=office.link).status == 404


def test_one_sweep_takes_a_small_step_and_few_requests(portal: Portal) -> None:
    office = Office(portal)
    for part in range(2):
        links = [{"url": f"https://h{part}-{n}.example/", "name": f"{n}"} for n in range(39)]
        portal.dataset(f"more-{part}", resources=links)
    portal.settle()
    portal.now += FIRST_AFTER
    assert portal.catalogue.links.sweep(portal.now) == AT_ONCE
    assert portal.catalogue.links.sweep(portal.now) == 79 - AT_ONCE
    assert office.web.asked == []


# -- mirrors


@pytest.fixture
def mirror(portal: Portal) -> Office:
    made = Office(portal, mirror=True)
    made.web.answers[URL] = HttpAnswer(200, {"content-type": "text/csv", "etag": '"1"'}, TABLE)
    return made


def test_a_link_becomes_a_table(mirror: Office) -> None:
    mirror.pass_by(timedelta())
    assert mirror.rows() == [{"_id": 1, "n": 1, "ตำบล": "แหลมงอบ"}]
    shown = mirror.portal.result(mirror.portal.ask("resource_show", id=mirror.link))
    assert (shown["url"], shown["datastore_active"], shown["size"], shown["url_type"]) == (URL, True, len(TABLE), None)
    file = mirror.portal.catalogue.store.file(mirror.link, 1)
    assert file is not None and (file.kind, file.file_name) == ("mirror", "จังหวัด.csv")


def test_what_did_not_change_makes_no_version(mirror: Office) -> None:
    def unchanged(_: str, __: str, headers: Mapping[str, str]) -> HttpAnswer:
        known = headers.get("if-none-match") == '"1"'
        return HttpAnswer(304) if known else HttpAnswer(200, {"content-type": "text/csv", "etag": '"1"'}, TABLE)

    mirror.web.answers[URL] = unchanged
    mirror.pass_by(timedelta())
    revision = mirror.portal.result(mirror.portal.ask("package_show", id=mirror.package))["metadata_modified"]
    for _ in range(3):
        mirror.pass_by(rules.MIRROR_EVERY)
    assert len(mirror.web.asked) == 4 and mirror.known.state == "ok"
    mirror.web.answers[URL] = HttpAnswer(200, {"content-type": "text/csv", "etag": '"2"'}, TABLE)  # the same bytes
    mirror.pass_by(rules.MIRROR_EVERY)
    after = mirror.portal.result(mirror.portal.ask("package_show", id=mirror.package))["metadata_modified"]
    assert after == revision and len(mirror.portal.catalogue.store.files(mirror.link, limit=9)[0]) == 1


def test_what_changed_is_a_new_version_and_what_failed_leaves_the_last_good_one(mirror: Office) -> None:
    mirror.pass_by(timedelta())
    mirror.web.answers[URL] = HttpAnswer(200, {"content-type": "text/csv"}, LATER)
    mirror.pass_by(rules.MIRROR_EVERY)
    assert len(mirror.rows()) == 2
    for answer in (HttpAnswer(500), HttpAnswer(200, {}, b""), HttpAnswer(200, {}, b"%PDF-1.7"), Unreachable("x")):
        mirror.web.answers[URL] = answer
        mirror.pass_by(timedelta(days=7))
        assert len(mirror.rows()) == 2
    shown = mirror.portal.result(mirror.portal.ask("resource_show", mirror.portal.publisher, id=mirror.link))
    assert shown["ingest"]["state"] == "failed"
    found, _ = mirror.portal.catalogue.store.files(mirror.link, limit=9)
    assert [each.number for each in found] == [2, 1]


def test_a_mirror_that_died_after_announcing_is_finished_by_the_next_look(mirror: Office) -> None:
    real = mirror.portal.objects.store

    def store(*_: Any, **__: Any) -> bool:
        raise Killed

    setattr(mirror.portal.objects, "store", store)  # noqa: B010 - the bucket, at the boundary
    mirror.portal.catalogue.links.sweep(mirror.portal.clock())
    body = next(body for queue, body in mirror.portal.queues.waiting if queue == "opendata-links")
    with pytest.raises(Killed):
        mirror.portal.catalogue.links.on_message(body)
    setattr(mirror.portal.objects, "store", real)  # noqa: B010 - it is well again
    mirror.portal.queues.waiting.clear()
    mirror.pass_by(rules.PAUSES[0])
    assert mirror.rows() and len(mirror.portal.catalogue.store.files(mirror.link, limit=9)[0]) == 1


def test_a_dataset_that_somebody_writes_meanwhile_is_mirrored_a_little_later(mirror: Office) -> None:
    real = mirror.portal.memory.write
    waiting = [lambda: mirror.portal.act("resource_patch", mirror.portal.publisher, id=mirror.link, description="ใหม่")]

    def write(changes: list[Change], token: str) -> None:
        if waiting and len(changes) > 3:
            waiting.pop()()
        real(changes, token)

    setattr(mirror.portal.memory, "write", write)  # noqa: B010 - the race, at the store's boundary
    mirror.pass_by(timedelta())
    assert not waiting and mirror.known.failures == 0
    mirror.pass_by(NEXT_TURN)
    shown = mirror.portal.result(mirror.portal.ask("resource_show", id=mirror.link))
    assert mirror.rows() and shown["description"] == "ใหม่"


def test_what_a_client_reads_of_a_mirror_it_may_send_back(mirror: Office) -> None:
    mirror.pass_by(timedelta())
    shown = mirror.portal.result(mirror.portal.ask("package_show", mirror.portal.publisher, id=mirror.package))
    again = mirror.portal.result(mirror.portal.act("package_update", mirror.portal.publisher, **shown))
    assert again["resources"] == shown["resources"] and again["metadata_modified"] == shown["metadata_modified"]
    assert mirror.rows()


@pytest.mark.parametrize(
    ("headers", "size"),
    [({"content-length": "12"}, 12), ({"content-range": "bytes 0-0/9"}, 9), ({"content-length": "-1"}, -1), ({}, -1)],
)
def test_sizes_are_read_with_care(headers: dict[str, str], size: int) -> None:
    assert rules.answered(Link("r", "d", URL, mirror=False), 200, headers, NOW).size == size
