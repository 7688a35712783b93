"""What may be written of a group, and the order of lists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from chalicelib.opendata.groups import rules
from chalicelib.opendata.model import Group, GroupId
from chalicelib.opendata.rules import Rejected

BLANK = Group(GroupId("g0"), "organization", "", "", "", "", "2026-11-25T03:00:00.000000+00:00")


def group(number: int, title: str = "", parents: tuple[str, ...] = ()) -> Group:
    return replace(BLANK, id=GroupId(f"g{number}"), name=f"name-{number}", title=title or f"t{number}", parents=parents)


def edited(given: dict[str, Any], before: Group = BLANK, *, operator: bool = True) -> Group:
    return rules.edited(before, given, [group(1), group(2, parents=("name-1",))], whole=True, operator=operator)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "ก"}, "name"),
        ({"name": "new"}, "name"),
        ({"title": 5}, "title"),
        ({"description": "a\x00"}, "description"),
        ({"description": "x" * 20_001}, "description"),
        ({"image_url": "javascript:alert(1)"}, "image_url"),
        ({"type": "Ministry!"}, "type"),
        ({"state": "gone"}, "state"),
        ({"extras": {"a": "b"}}, "extras"),
        ({"extras": [{"key": "a", "value": 1}]}, "extras"),
        ({"extras": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}, "extras"),
        ({"extras": [{"key": str(each), "value": ""} for each in range(201)]}, "extras"),
        ({"groups": "name-1"}, "groups"),
        ({"groups": [{"name": "nobody"}]}, "groups"),
        ({"groups": [{"name": ["name-1"]}]}, "groups"),
        ({"agency": "laemngop"}, "agency"),
        ({"extras": [{"key": str(each), "value": "ก" * 10_000} for each in range(5)]}, "__before"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected) as refused:
        edited({"name": "a-name", **given})
    assert list(refused.value.messages) == [field]


def test_a_title_is_the_name_where_there_is_none() -> None:
    assert edited({"name": "a-name"}).title == "a-name"
    assert edited({"name": "a-name", "title": "เทศบาล"}).title == "เทศบาล"


def test_a_patch_keeps_and_an_update_empties() -> None:
    before = replace(BLANK, name="a-name", title="T", description="D", extras=({"key": "k", "value": "v"},))
    kept = rules.edited(before, {"title": "U"}, (), whole=False, operator=False)
    assert kept == replace(before, title="U", type="organization")
    emptied = rules.edited(before, {"name": "a-name"}, (), whole=True, operator=False)
    assert (emptied.title, emptied.description, emptied.extras) == ("a-name", "", ())


def test_only_the_operator_says_whose_agency_it_is() -> None:
    given = {"name": "a-name", "agency": "TH/LOCAL/LAEMNGOP"}
    assert edited(given).agency == "TH/LOCAL/LAEMNGOP"
    assert edited(given, operator=False).agency is None
    with pytest.raises(Rejected):
        edited(given, replace(BLANK, kind="group"))


def test_a_group_cannot_stand_above_itself() -> None:
    first, second = group(1), group(2, parents=("name-1",))
    assert edited({"name": "name-3", "groups": [{"name": "name-1"}, "name-2", "name-1"]}).parents == (
        "name-1",
        "name-2",
    )
    for above in ("name-1", "name-2"):
        with pytest.raises(Rejected):
            rules.edited(first, {"groups": [{"name": above}]}, [first, second], whole=False, operator=False)


def test_a_circle_that_stands_already_ends() -> None:
    first, second = group(1, parents=("name-2",)), group(2, parents=("name-1",))
    assert edited({"name": "name-3", "groups": ["name-1"]}).parents == ("name-1",)
    made = rules.edited(group(3), {"groups": ["name-1"]}, [first, second], whole=False, operator=False)
    assert made.parents == ("name-1",)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, [1, 3, 2]),
        ("title", [1, 3, 2]),
        ("title desc", [2, 3, 1]),
        ("name asc", [1, 2, 3]),
        ("name desc", [3, 2, 1]),
        ("packages desc", [2, 1, 3]),
        ("package_count asc", [1, 3, 2]),
    ],
)
def test_lists_are_in_the_order_asked_for(sort: str | None, order: list[int]) -> None:
    there = [group(2, "ข"), group(1, "ก"), group(3, "กข")]
    assert [each.id for each in rules.in_order(there, sort, {"g2": 5})] == [f"g{number}" for number in order]


@hypothesis_given(st.one_of(st.text(), st.lists(st.text()), st.integers(), st.dictionaries(st.text(), st.text())))
def test_any_sort_is_known_or_refused(sort: Any) -> None:
    try:
        rules.in_order([group(1)], sort, {})
    except Rejected as refused:
        assert str(sort) not in str(refused.messages) or len(str(sort)) < 3
    else:
        assert not sort or sort.split()[0] in rules.SORTS


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, None),
        ("", None),
        ("a-name", {"a-name"}),
        ('["a", "b"]', {"a", "b"}),
        (["a", "b"], {"a", "b"}),
    ],
)
def test_names_come_as_a_list_or_as_its_text(value: object, names: set[str] | None) -> None:
    assert rules.names_given(value, "groups") == names


@pytest.mark.parametrize("value", ["[", "[1]", [1], {"a": 1}, 5, ["x"] * 1_001])
def test_names_that_are_none_are_refused(value: object) -> None:
    with pytest.raises(Rejected):
        rules.names_given(value, "groups")
