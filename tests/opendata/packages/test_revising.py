"""`package_revise`: what matches, what is filtered, what is put in, what is answered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata import revising
from chalicelib.opendata.rules import Rejected
from tests.opendata.packages.town import LINK, Town, whole

PACKAGE: dict[str, Any] = {
    "id": "0123-456",
    "type": "dataset",
    "name": "d",
    "notes": "old",
    "tags": [{"name": "x"}],
    "resources": [
        {"id": "aaaaa1", "name": "one", "size": 1},
        {"id": "bbbbb2", "name": "two", "meta": {"k": [1, 2]}},
    ],
}

NO_PLACE = ["There is no such place in the dataset"]


def revised(**asked: Any) -> dict[str, Any]:
    return revising.revised(PACKAGE, revising.parse(asked))


@pytest.mark.parametrize(
    ("asked", "place", "expected"),
    [
        ({"update": {"notes": "new"}}, ("notes",), "new"),
        ({"update": '{"notes": "new"}'}, ("notes",), "new"),
        ({"update__notes": "new"}, ("notes",), "new"),
        (
            {"update": {"resources": [{"name": "first"}]}},
            ("resources", 0),
            {**PACKAGE["resources"][0], "name": "first"},
        ),
        ({"update": {"resources": [{}, {}, LINK]}}, ("resources", 2), LINK),
        ({"update__resources__1__name": "second"}, ("resources", 1, "name"), "second"),
        ({"update__resources__-1__name": "last"}, ("resources", 1, "name"), "last"),
        ({"update__resources__bbbbb__name": "by id"}, ("resources", 1, "name"), "by id"),
        ({"update__resources__aaaaa1": {"name": "by id"}}, ("resources", 0, "size"), 1),
        ({"update__resources__aaaaa1": {"name": "by id"}}, ("resources", 0, "name"), "by id"),
        ({"update__resources__1__meta__k__0": 5}, ("resources", 1, "meta", "k"), [5, 2]),
        ({"update__resources__extend": [LINK]}, ("resources", 2), LINK),
        ({"update__resources__extend": f'[{{"url": "{LINK["url"]}"}}]'}, ("resources", 2), {"url": LINK["url"]}),
        ({"update__extras__extend": [{"key": "a", "value": "b"}]}, ("extras",), [{"key": "a", "value": "b"}]),
        ({"filter": ["-notes"]}, ("notes",), None),
        ({"filter": "-resources__1"}, ("resources",), PACKAGE["resources"][:1]),
        ({"filter": "-resources__-1"}, ("resources",), PACKAGE["resources"][:1]),
        ({"filter": "-resources__aaaaa"}, ("resources",), PACKAGE["resources"][1:]),
        ({"filter": "-resources__*__name"}, ("resources", 0), {"id": "aaaaa1", "size": 1}),
        ({"filter": ["+resources__0__id", "-resources__0__*"]}, ("resources", 0), {"id": "aaaaa1"}),
        ({"filter": "+name,+resources,-*"}, ("resources",), PACKAGE["resources"]),
        ({"filter": "-*"}, ("id",), PACKAGE["id"]),
        ({"filter": ["+resources__1__name", "-*"]}, ("resources",), [{"name": "two"}]),
        ({"match": {"resources": [{"name": "one"}]}, "match__resources__1__meta__k__1": 2}, ("notes",), "old"),
    ],
)  # fmt: skip
def test_a_revision_does_what_it_says(asked: dict[str, Any], place: tuple[Any, ...], expected: Any) -> None:
    found: Any = revised(**asked)
    for name in place:
        found = found.get(name) if isinstance(found, dict) else found[name]
    assert found == expected


def test_what_is_filtered_out_is_gone_and_the_package_itself_untouched() -> None:
    assert set(revised(filter="+name,-*")) == {"id", "type", "name"}
    assert PACKAGE["resources"][0]["name"] == "one"


@pytest.mark.parametrize(
    ("asked", "messages"),
    [
        ({"match": {"notes": "other", "name": "d"}}, {"match": ["notes"]}),
        ({"match": {"resources": [{}, {"name": "x"}, {}]}}, {"match": ["resources__1__name", "resources__2"]}),
        ({"match__resources__aaaaa__name": "x"}, {"match": ["resources__aaaaa__name"]}),
        ({"match__resources__9__name": None}, {"match": ["resources__9__name"]}),
        ({"match": "x"}, {"match": ["Must be a dictionary"]}),
        ({"update": [1]}, {"update": ["Must be a dictionary"]}),
        ({"update__resources__9__name": "x"}, {"update__resources__9__name": NO_PLACE}),
        ({"update__resources__zzzzz__name": 1}, {"update__resources__zzzzz__name": NO_PLACE}),
        ({"update__notes__0": 1}, {"update__notes__0": ["There is no such place in the dataset"]}),
        ({"update__notes__extend": [1]}, {"update__notes__extend": ["There is no such place in the dataset"]}),
        ({"update__tags__extend": 1}, {"update__tags__extend": ["There is no such place in the dataset"]}),
        ({"filter": "notes"}, {"filter": ["Patterns must begin with + or -"]}),
        ({"filter": [1]}, {"filter": ["Must be a list of patterns"]}),
        ({"include": {"a": 1}}, {"include": ["Must be a list of patterns"]}),
        ({f"match__{n}": 1 for n in range(1_001)}, {"__before": ["At most 1000 places can be named in one call"]}),
    ],
)  # fmt: skip
def test_a_revision_that_cannot_be_is_refused(asked: dict[str, Any], messages: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        revised(**asked)
    assert refused.value.messages == messages


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "k"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = st.lists(
    st.sampled_from(["resources", "0", "-1", "5", "aaaaa", "name", "meta", "extend", "*", ""]), min_size=1, max_size=4
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_revision_is_made_or_refused(data: st.DataObject) -> None:
    asked: dict[str, Any] = {}
    for kind in ("match", "update"):
        if data.draw(st.booleans()):
            asked[kind] = data.draw(JSON)
        asked["__".join([kind, *data.draw(PLACES)])] = data.draw(JSON)
    sign = data.draw(st.sampled_from("+-"))
    asked["filter"] = [sign + "__".join(data.draw(PLACES)), data.draw(st.text(max_size=3))]
    try:
        made = revised(**asked)
    except Rejected as refused:
        assert refused.messages
    else:
        assert (made["id"], made["type"]) == (made["id"], "dataset") or "update" in str(asked)


def test_a_revision_is_one_write(town: Town) -> None:
    made = town.write("package_create", **whole())
    first, second = (each["id"] for each in made["resources"])
    answer = town.write(
        "package_revise",
        match={"name": "food-licences", "notes": made["notes"]},
        filter=["-author", f"-resources__{first}"],
        update={"title": "ใหม่"},
        update__resources__extend=[{**LINK, "name": "third"}],
        include="+title,+resources__*__name,-*",
        **{f"update__resources__{second}__description": "คำอธิบาย"},
    )
    assert answer == {"package": {"title": "ใหม่", "resources": [{"name": "b"}, {"name": "third"}]}}
    shown = town.show()
    assert (shown["title"], shown["resources"][0]["description"]) == ("ใหม่", "คำอธิบาย")
    versions = [key for key in town.portal.memory._items if key.sk.startswith("VER#")]
    assert len(versions) == 2


def test_a_revision_of_what_has_changed_writes_nothing(town: Town) -> None:
    town.write("package_create", **whole())
    asked = {"match__name": "food-licences", "match__notes": "what I read", "update__notes": "mine"}
    status, error = town.refused("package_revise", **asked)
    assert (status, error) == (409, {"match": ["notes"], "__type": "Validation Error"})
    assert town.show()["notes"] != "mine"
    assert town.refused("package_revise", update={"notes": "x"})[1]["match"] == ["Missing value"]
    assert town.refused("package_revise", match={"id": "nope"})[0] == 404
    assert town.refused("package_revise", match={"id": {"a": 1}})[1]["match"] == ["Missing value"]


def test_a_revision_brings_files(town: Town) -> None:
    made = town.write("package_create", **whole())
    fields = {
        "match": f'{{"id": "{made["id"]}"}}',
        "update__resources__extend": '[{"name": "ตาราง"}]',
    }
    files = {
        "update__resources__-1__upload": ("จังหวัด.csv", b"a\n1\n"),
        "update__resources__0__upload": ("new.csv", b"b\n2\n"),
    }
    answer = town.form("package_revise", fields, files)
    package = town.portal.result(answer)["package"]
    assert [each["url_type"] for each in package["resources"]] == ["upload", "upload", None]
    town.portal.settle()
    assert [each["datastore_active"] for each in town.show()["resources"]] == [True, True, False]
