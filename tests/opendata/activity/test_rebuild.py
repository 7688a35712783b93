"""Walking back through a history gives each state as it was."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.opendata import changes
from chalicelib.opendata.activity.rebuild import Backwards
from chalicelib.opendata.changes import Version
from chalicelib.opendata.model import Dataset, DatasetId, GroupId, Package, Resource, ResourceId

AT = "2026-11-25T03:00:00.000000+00:00"
TEXTS = st.sampled_from(["", "a", "ข้อมูล", "x"])
FIELDS = st.dictionaries(
    st.sampled_from(["title", "notes", "version", "objective"]), TEXTS | st.lists(TEXTS), max_size=4
)


def resource(number: int, fields: dict[str, Any]) -> Resource:
    return Resource(ResourceId(f"r{number}"), DatasetId("d"), fields, AT, AT, url=f"https://a.example/{number}")


@st.composite
def packages(draw: st.DrawFn) -> Package:
    numbers = draw(st.lists(st.integers(0, 3), unique=True, max_size=4))
    dataset = Dataset(
        DatasetId("d"),
        draw(st.sampled_from(["one", "two"])),
        GroupId(draw(st.sampled_from(["o1", "o2"]))),
        draw(st.booleans()),
        draw(FIELDS),
        "somebody",
        AT,
        AT,
        state=draw(st.sampled_from(["draft", "active", "deleted"])),
        groups=tuple(GroupId(each) for each in draw(st.lists(st.sampled_from(["g1", "g2"]), unique=True))),
        order=tuple(ResourceId(f"r{each}") for each in numbers),
        harvested=draw(st.sampled_from([None, ("source", "there")])),
    )
    return Package(dataset, tuple(resource(each, draw(FIELDS)) for each in numbers))


def version(before: Package | None, after: Package) -> Version:
    """What the store keeps of a write."""
    old = {} if before is None else {each.id: asdict(each) for each in before.resources}
    new = {each.id: asdict(each) for each in after.resources}
    resources = {each: diff for each in sorted(old | new) if (diff := changes.difference(old.get(each), new.get(each)))}
    diff = changes.difference(None if before is None else asdict(before.dataset), asdict(after.dataset))
    return Version(
        "v", AT, "officer:o", "changed package", "d", True, {**diff, **({"resources": resources} if resources else {})}
    )


def told(package: Package | None) -> Any:
    """A package without what the history does not compare: an empty value is as good as none."""
    if package is None:
        return None

    def some(fields: Any) -> Any:
        return {name: value for name, value in fields.items() if value is not None}

    dataset = replace(package.dataset, fields=some(package.dataset.fields))
    return replace(package, dataset=dataset)


@settings(max_examples=60, deadline=None)
@given(st.lists(packages(), min_size=1, max_size=5))
def test_each_state_comes_back(states: list[Package]) -> None:
    back = Backwards(states[-1])
    for number in range(len(states) - 1, -1, -1):
        assert told(back.package(AT)) == told(states[number])
        back.undo(version(states[number - 1] if number else None, states[number]))
    assert back.package(AT) is None
    assert back.whole


def test_a_difference_without_its_before_ends_the_walk() -> None:
    package = Package(Dataset(DatasetId("d"), "one", GroupId("o"), False, {"notes": "x" * 150_000}, "s", AT, AT))
    back = Backwards(package)
    back.undo(Version("v", AT, "officer:o", "changed package", "d", True, {"notes": [None, "x" * 150_000]}))
    assert not back.whole
    assert back.package(AT) is None
    # the same said of a new dataset is its beginning
    back = Backwards(package)
    back.undo(version(None, package))
    assert back.whole
    assert back.package(AT) is None
