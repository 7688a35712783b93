"""What happens while a file is being looked into: other arrivals, changes, a filing, a withdrawal, a crash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from chalicelib.biz.documents.examination import Finding, examine
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.objects import Stored
from tests.support.memory_objects import MemoryObjects

from ..town import ANONG, FOOD, MALEE, PDF, Town, arrival
from .files import a_pdf
from .test_uploads import announce, statuses

BETTER = a_pdf(b"a better map")


class Interrupted:
    """Looks into files as ever, but something happens meanwhile, as often as it is told."""

    def __init__(self, times: int = 1) -> None:
        self.meanwhile: Callable[[], object] | None = None
        self.looks = 0
        self._left = times

    def __call__(self, media: str, content: bytes) -> Finding:
        self.looks += 1
        if self.meanwhile is not None and self._left:
            self._left -= 1
            self.meanwhile()
        return examine(media, content)


def arriving(town: Town, case: str, content: bytes = PDF) -> str:
    """Announce and send, not yet checked; the key in quarantine."""
    changes = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    made = announce(town, case, **changes).json
    town.post_form(made, content)
    return str(made["fields"]["key"])


def test_the_same_arrival_twice_at_once_is_decided_once() -> None:
    look = Interrupted()
    town = Town(examine=look)
    case = town.open()
    key = arriving(town, case)
    look.meanwhile = lambda: town.biz.on_upload(arrival(key))
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "accepted")]
    assert list(town.bucket.kept) == [key.replace("quarantine", "case")]
    assert [event.type for event in town.journal.history(f"CASE#{case}")].count("biz.document.accepted") == 1


def test_two_arrivals_of_one_case_are_both_decided() -> None:
    look = Interrupted()
    town = Town(examine=look)
    case = town.open()
    first, second = arriving(town, case), arriving(town, case, BETTER)
    look.meanwhile = lambda: town.biz.on_upload(arrival(second))
    town.biz.on_upload(arrival(first))
    assert statuses(town, case) == [("site_map", "accepted")] * 2


def test_a_case_that_changed_meanwhile_takes_the_file_and_the_file_is_looked_into_once() -> None:
    look = Interrupted()
    town = Town(examine=look)
    case = town.open()
    key = arriving(town, case)
    look.meanwhile = lambda: town.patch(case, {"declaration": True})
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "accepted")]
    assert look.looks == 1
    assert town.ok(MALEE, "GET", f"/applications/{case}")["answers"] == {"declaration": True}


@pytest.mark.parametrize("action", ["submit", "withdraw"])
def test_what_comes_after_filing_or_withdrawal_is_not_part_of_the_case(action: str) -> None:
    look = Interrupted()
    town = Town(examine=look)
    case = town.draft()
    key = arriving(town, case, BETTER)
    if action == "withdraw":
        town.ok(MALEE, "POST", f"/applications/{case}/submit")
    look.meanwhile = lambda: town.ok(MALEE, "POST", f"/applications/{case}/{action}")
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "accepted"), ("site_map", "refused")]
    late = town.ok(MALEE, "GET", f"/applications/{case}")["documents"][1]
    assert late["reason_code"] == "late"
    assert "asks for more" in late["reason"]["en"]
    assert key.replace("quarantine", "case") not in town.bucket.kept
    assert key.replace("quarantine", "refused") in town.bucket.kept


def test_what_vanishes_meanwhile_is_refused_as_gone() -> None:
    look = Interrupted()
    town = Town(examine=look)
    case = town.open()
    key = arriving(town, case)
    look.meanwhile = lambda: town.bucket.delete(key)
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "refused")]
    assert town.bucket.kept == {}


class Slow(MemoryObjects):
    """A bucket that is so slow to tell what it has that something happens before, once."""

    before: Callable[[], object] | None = None

    def head(self, key: str) -> Stored | None:
        before, self.before = self.before, None
        if before is not None:
            before()
        return super().head(key)


def test_who_finds_the_file_gone_because_another_delivery_took_it_takes_nothing_away() -> None:
    bucket = Slow()
    town = Town(objects=bucket)
    town.bucket = bucket
    case = town.open()
    key = arriving(town, case)
    bucket.before = lambda: town.biz.on_upload(arrival(key))
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "accepted")]
    assert bucket.read(key.replace("quarantine", "case")) == PDF


def test_a_copy_that_came_to_nothing_is_taken_away() -> None:
    """The first delivery has copied the file for good; a second refuses it as late before the first can say so."""
    bucket = Restless()
    town = Town(objects=bucket)
    town.bucket = bucket
    case = town.draft()
    key = arriving(town, case, BETTER)

    def filed_and_delivered_again() -> None:
        bucket.meanwhile = None
        town.ok(MALEE, "POST", f"/applications/{case}/submit")
        town.biz.on_upload(arrival(key))

    bucket.meanwhile = filed_and_delivered_again
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "accepted"), ("site_map", "refused")]
    kept = {place.partition("/")[0] for place in bucket.kept if key.partition("/")[2] in place}
    assert kept == {"refused"}


class Restless(MemoryObjects):
    """A bucket that is so slow to copy that the applicant always writes meanwhile."""

    meanwhile: Callable[[], object] | None = None

    def copy(self, source: str, target: str) -> None:
        super().copy(source, target)
        if self.meanwhile is not None:
            self.meanwhile()


def test_a_case_that_never_rests_is_left_to_the_queue() -> None:
    bucket = Restless()
    town = Town(objects=bucket)
    town.bucket = bucket
    case = town.open()
    key = arriving(town, case)
    bucket.meanwhile = lambda: town.patch(case, {"declaration": True})
    with pytest.raises(Unavailable):
        town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "waiting")]
    bucket.meanwhile = None
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "accepted")]


def test_a_crash_after_the_copy_is_finished_by_the_next_delivery(town: Town) -> None:
    case = town.open()
    key = arriving(town, case)
    town.bucket.copy(key, key.replace("quarantine", "case"))
    town.biz.on_upload(arrival(key))
    assert statuses(town, case) == [("site_map", "accepted")]
    assert list(town.bucket.kept) == [key.replace("quarantine", "case")]


def test_the_newest_accepted_edition_counts_whatever_order_they_arrive_in(town: Town) -> None:
    case = town.open()
    first, second = arriving(town, case), arriving(town, case, BETTER)
    town.biz.on_upload(arrival(second))
    town.biz.on_upload(arrival(first))
    town.send(case, "site_map", b"%PDF-1.7 rubbish")
    view = town.ok(MALEE, "GET", f"/applications/{case}")
    assert [(one["edition"], one["status"]) for one in view["documents"]] == [
        (1, "accepted"),
        (2, "accepted"),
        (3, "refused"),
    ]
    counts = town.biz.store.find_case(case).accepted("site_map")
    assert counts is not None and counts.edition == 2


def test_officers_still_read_older_editions(town: Town) -> None:
    case = town.draft()
    town.send(case, "site_map", BETTER)
    town.ok(MALEE, "POST", f"/applications/{case}/submit")
    for document in town.ok(ANONG, "GET", f"/applications/{case}")["documents"]:
        url = town.ok(ANONG, "GET", f"/applications/{case}/documents/{document['id']}")["url"]
        assert document["id"] in url
        assert "filename*=UTF-8''" in url
    assert town.biz.store.find_case(case).service == FOOD
