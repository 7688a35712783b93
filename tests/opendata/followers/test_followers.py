"""Following: counts, lists and who learns of them; and the notices that followers get."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.opendata.followers.notices import Notices
from chalicelib.opendata.followers.store import PARTS, FollowStore
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import Event, NotYet, Once
from tests.opendata.people import operator
from tests.opendata.portal import Portal


def result(portal: Portal, action: str, token: str | None = None, **given: Any) -> Any:
    return portal.result(portal.act(action, token, **given))


def me(portal: Portal, token: str) -> str:
    return str(result(portal, "user_show", token)["id"])


@pytest.fixture
def town(portal: Portal) -> Portal:
    """An organisation, a theme and a dataset in both."""
    portal.organization()
    portal.dataset()
    result(portal, "group_create", operator(portal), name="health")
    result(portal, "member_create", operator(portal), id="health", object="food-licences", object_type="package")
    return portal


TARGETS = [("dataset", "food-licences"), ("organization", "laemngop"), ("group", "health")]


@pytest.mark.parametrize(("kind", "name"), TARGETS)
def test_to_follow_and_to_cease(town: Portal, kind: str, name: str) -> None:
    reader = me(town, town.reader)
    assert result(town, f"am_following_{kind}", town.reader, id=name) is False
    follow = result(town, f"follow_{kind}", town.reader, id=name)
    assert follow.keys() == {"follower_id", "object_id", "datetime"}
    assert follow["follower_id"] == reader
    again = town.act(f"follow_{kind}", town.reader, id=name)
    assert again.json["error"] == {"message": f"You are already following {name}", "__type": "Validation Error"}
    assert result(town, f"am_following_{kind}", town.reader, id=follow["object_id"]) is True
    assert result(town, f"{kind}_follower_count", id=name) == 1
    result(town, f"follow_{kind}", town.other, id=name)
    assert result(town, f"{kind}_follower_count", id=name) == 2
    assert result(town, f"{kind}_followee_count", town.reader, id=reader) == 1
    assert result(town, f"unfollow_{kind}", town.reader, id=name) is None
    assert result(town, f"{kind}_follower_count", id=name) == 1
    gone = town.act(f"unfollow_{kind}", town.reader, id=name)
    assert (gone.status, gone.json["error"]["message"]) == (404, "Not found: You are not following it.")
    assert town.act(f"am_following_{kind}", id=name).status == 403
    assert town.act(f"follow_{kind}", id=name).status == 403
    assert town.act(f"follow_{kind}", town.reader, id="nobody").status == 404
    assert town.act(f"follow_{kind}", town.reader).json["error"]["id"] == ["Missing value"]


def test_users_are_followed_but_not_by_themselves(town: Portal) -> None:
    mine, reader = me(town, town.publisher), me(town, town.reader)
    result(town, "follow_user", town.reader, id=mine)
    assert result(town, "user_follower_count", id=mine) == 1
    assert [each["id"] for each in result(town, "user_follower_list", town.publisher, id=mine)] == [reader]
    self = town.act("follow_user", town.reader, id=reader)
    assert self.json["error"] == {"message": "You cannot follow yourself", "__type": "Validation Error"}


def test_organizations_are_followed_as_groups_too(town: Portal) -> None:
    result(town, "follow_group", town.reader, id="laemngop")
    assert result(town, "am_following_group", town.reader, id="laemngop") is True
    assert result(town, "organization_follower_count", id="laemngop") == 1
    assert town.result(town.ask("organization_show", id="laemngop"))["num_followers"] == 1
    assert result(town, "organization_list", all_fields=True)[0]["num_followers"] == 1
    assert result(town, "unfollow_group", town.reader, id="laemngop") is None
    assert result(town, "organization_follower_count", id="laemngop") == 0


def test_what_somebody_follows_is_told_to_them_and_the_operator(town: Portal) -> None:
    reader = me(town, town.reader)
    for kind, name in TARGETS:
        result(town, f"follow_{kind}", town.reader, id=name)
    found = result(town, "followee_list", town.reader, id=reader)
    assert [each["type"] for each in found] == ["dataset", "organization", "group"]
    assert [each.keys() for each in found] == [{"type", "display_name", "dict"}] * 3
    assert found[0]["dict"] == town.result(town.ask("package_show", id="food-licences"))
    assert len(result(town, "followee_list", town.reader, q="แหลมงอบ")) == 1
    assert [each["name"] for each in result(town, "group_followee_list", town.reader)] == ["health"]
    assert result(town, "followee_count", town.reader) == 3
    assert result(town, "followee_count", operator(town), id=reader) == 3
    for action in ("followee_list", "followee_count", "dataset_followee_list"):
        assert town.act(action, id=reader).status == 403
        assert town.act(action, town.other, id=reader).status == 403
        assert town.act(action, town.other, id="nobody").status == 403
    for kind, name in TARGETS:
        assert town.act(f"{kind}_follower_list", town.publisher, id=name).status == 403
        assert [each["id"] for each in result(town, f"{kind}_follower_list", operator(town), id=name)] == [reader]


def test_what_became_private_is_neither_told_nor_held_on_to(town: Portal) -> None:
    dataset = town.result(town.ask("package_show", id="food-licences"))["id"]
    result(town, "follow_dataset", town.reader, id=dataset)
    result(town, "package_patch", town.publisher, id=dataset, private=True)
    assert result(town, "followee_list", town.reader) == []
    assert town.act("dataset_follower_count", town.reader, id=dataset).status == 404
    assert town.act("follow_dataset", town.other, id=dataset).status == 404
    assert result(town, "unfollow_dataset", town.reader, id=dataset) is None
    assert town.act("unfollow_dataset", town.reader, id=dataset).status == 404


def test_the_counter_lies_in_parts(town: Portal) -> None:
    store: FollowStore = town.catalogue.follows
    for number in range(40):
        store.add(Once(f"k{number}", "", new_token(), claimed=False), f"user-{number}", "dataset", "d")
    parts = [key for key, _ in town.memory._items.items() if key.pk == "FOLLOWED#dataset#d" and "COUNT" in key.sk]
    assert len(parts) == PARTS
    assert store.counts("dataset", ["d"]) == {"d": 40}
    town.memory.requests.clear()
    assert store.counts("group", [f"g{number}" for number in range(25)]) == {}
    assert town.memory.requests == ["get_many"]


def test_the_same_key_follows_once(town: Portal) -> None:
    first = town.act("follow_dataset", town.reader, key="k", id="food-licences")
    assert town.act("follow_dataset", town.reader, key="k", id="food-licences").json == first.json
    assert result(town, "dataset_follower_count", id="food-licences") == 1
    for _ in range(2):
        assert town.act("unfollow_dataset", town.reader, key="l", id="food-licences").status == 200
    assert result(town, "dataset_follower_count", id="food-licences") == 0


# -- notices


def patched(portal: Portal, notes: str, **more: Any) -> None:
    result(portal, "package_patch", portal.publisher, id="food-licences", notes=notes, **more)
    portal.settle()


def dashboard(portal: Portal, token: str, **given: Any) -> list[tuple[str, bool]]:
    found = result(portal, "dashboard_activity_list", token, **given)
    return [(each["data"]["package"]["notes"], each["is_new"]) for each in found]


def test_followers_are_told_once_whatever_they_follow(town: Portal) -> None:
    town.settle()
    for kind, name in [*TARGETS, ("user", me(town, town.publisher))]:
        result(town, f"follow_{kind}", town.reader, id=name)
    result(town, "follow_group", town.other, id="health")
    patched(town, "หนึ่ง")
    patched(town, "สอง")
    for token in (town.reader, town.other):
        assert dashboard(town, token) == [("สอง", True), ("หนึ่ง", True)]
        assert result(town, "dashboard_new_activities_count", token) == 2
    assert dashboard(town, town.reader, limit=1, offset=1) == [("หนึ่ง", True)]
    assert result(town, "dashboard_mark_activities_old", town.reader) is None
    assert dashboard(town, town.reader) == [("สอง", False), ("หนึ่ง", False)]
    assert result(town, "dashboard_new_activities_count", town.reader) == 0
    patched(town, "สาม")
    assert result(town, "dashboard_new_activities_count", town.reader) == 1
    assert result(town, "dashboard_new_activities_count", town.other) == 3
    assert dashboard(town, town.publisher) == []
    for action in ("dashboard_activity_list", "dashboard_new_activities_count", "dashboard_mark_activities_old"):
        assert town.act(action).status == 403


def test_what_one_did_oneself_is_not_new(town: Portal) -> None:
    result(town, "follow_dataset", town.publisher, id="food-licences")
    patched(town, "หนึ่ง")
    assert dashboard(town, town.publisher)[0] == ("หนึ่ง", False)


def test_a_draft_is_told_to_followers_inside_only(town: Portal) -> None:
    result(town, "package_patch", town.publisher, id="food-licences", private=True)
    town.settle()
    result(town, "follow_organization", town.reader, id="laemngop")
    result(town, "follow_organization", town.publisher, id="laemngop")
    patched(town, "SECRET")
    assert dashboard(town, town.reader) == []
    assert dashboard(town, town.publisher)[0] == ("SECRET", False)
    patched(town, "public again", private=False)
    assert dashboard(town, town.reader) == [("public again", True)]


def told(portal: Portal, event: Event) -> int:
    return sum(key.sk == f"NOTICE#{event.id}" for key in portal.memory._items)


@pytest.fixture
def crowd(town: Portal) -> tuple[Notices, Event, Portal]:
    """A dataset with five followers, and an event of it that nobody was told of yet."""
    town.settle()
    dataset = town.result(town.ask("package_show", id="food-licences"))
    for number in range(5):
        once = Once(f"k{number}", "", new_token(), claimed=False)
        town.catalogue.follows.add(once, f"user-{number}", "dataset", dataset["id"])
    result(town, "package_patch", town.publisher, id=dataset["id"], notes="x")
    event = town.catalogue.parts.journal.history(f"DATASET#{dataset['id']}")[-1]
    town.queues.waiting.clear()
    return town.catalogue.notices, event, town


def small(portal: Portal, follows: FollowStore, *, pages: int = 1) -> Notices:
    """Notices that tell two followers at once, and as many pages as they are given."""
    parts, activities = portal.catalogue.parts, portal.catalogue.activities
    return Notices(parts.table, parts.journal, follows, activities, clock=parts.clock, at_once=2, pages=pages)


def test_an_event_that_comes_twice_is_told_once(crowd: tuple[Notices, Event, Portal]) -> None:
    notices, event, portal = crowd
    notices.tell(event)
    rows = len(portal.memory._items)
    notices.tell(event)
    assert told(portal, event) == 5
    assert len(portal.memory._items) == rows


def test_a_crowd_is_told_by_and_by(crowd: tuple[Notices, Event, Portal]) -> None:
    _, event, portal = crowd
    slow = small(portal, portal.catalogue.follows)
    seen = []
    for _ in range(2):
        with pytest.raises(NotYet):
            slow.tell(event)
        seen.append(told(portal, event))
    slow.tell(event)
    assert [*seen, told(portal, event)] == [2, 4, 5]


def test_two_runs_at_once_tell_everybody_once(
    crowd: tuple[Notices, Event, Portal],
) -> None:
    _, event, portal = crowd
    follows = portal.catalogue.follows
    parts = portal.catalogue.parts

    class Overtaken(FollowStore):
        """Lets another run go to the end while this one reads its first page."""

        done = False

        def followers(self, *args: Any, **given: Any) -> Any:
            page = follows.followers(*args, **given)
            if not self.done:
                self.done = True
                small(portal, follows, pages=100).tell(event)
            return page

    slow = Overtaken(parts.table, parts.journal, clock=parts.clock)
    small(portal, slow, pages=100).tell(event)
    assert told(portal, event) == 5


def test_an_event_without_followers_writes_nothing(town: Portal) -> None:
    town.settle()
    result(town, "package_patch", town.publisher, id="food-licences", notes="x")
    rows = {key for key in town.memory._items if key.pk.startswith("FANOUT#")}
    town.settle()
    assert {key for key in town.memory._items if key.pk.startswith("FANOUT#")} == rows == set()
