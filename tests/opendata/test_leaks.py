"""Private, draft and deleted datasets come out nowhere: every action and every public address is walked.

New actions and routes are walked without a word here, as long as they take what the others take.
"""

from __future__ import annotations

import gzip
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.opendata.actions.registry import ACTIONS
from chalicelib.shared.egress import HttpAnswer
from tests.opendata.hidden import MARK, Fate, Hidden, World, absent, strings, told, world
from tests.support.client import Answer

FATES: list[tuple[str, Fate]] = [
    ("laemngop", "private"),
    ("laemngop", "draft"),
    ("laemngop", "deleted"),
    ("laemngop", "made private"),
    ("laemngop", "taken down"),
    ("other-town", "private"),
]
FATES_SEEN = {True: 5, False: 1}
"""How many hidden ones nobody in particular asks for, and another publisher, to whom all of them are the same."""
WIDE: dict[str, Any] = {
    "all_fields": True, "include_datasets": True, "include_extras": True, "include_users": True, "include_tags": True,
    "include_groups": True, "include_private": True, "include_drafts": True, "include_deleted": True, "limit": 1_000,
}  # fmt: skip
BESIDE = {"include_private": True, "include_drafts": True, "include_deleted": True, "rows": 1_000}
FACETS = [
    "tags",
    "res_format",
    "organization",
    "groups",
    "title",
    "name",
    "author",
    "creator_user_id",
    "state",
    "private",
]
KINDS = ("dataset.atom", "custom.atom", "dataset", "organization", "group", "tag")
EVENTS = ["dataset.*", "resource.*"]
SUFFIXES = ("", ".atom", ".ttl")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("tables"), FATES)


def check(town: World, token: str | None, question: Any, ask: Callable[[Any], Answer]) -> None:
    """One question: no marker in the answer, and the same answer as if the dataset were not."""
    answer = ask(question)
    sent = {word for each in strings(question) for word in re.findall(rf"{MARK}\w*", each, re.IGNORECASE)}
    assert not town.leaks(_all(answer), token, sent), (question, answer.status)
    other = absent(question, town.hidden_from(token))
    if other != question:
        assert told(answer) == told(ask(other)), question


def _all(answer: Answer) -> str:
    return answer.response.body.decode(errors="replace") + "\n".join(map(str, answer.headers.values()))


# -- actions


def addressed(value: str) -> dict[str, Any]:
    names = ("id", "name_or_id", "package_id", "resource_id", "dataset_id", "object", "subject")
    return dict.fromkeys(names, value)


def questions(hidden: list[Hidden], name: str) -> Iterator[dict[str, Any]]:
    """The first one is asked for in all ways, the others, hidden in other ways, in the shortest."""
    for each in hidden:
        yield addressed(each.id)
        yield {"q": each.words[1], "query": each.words[1]}
    first = hidden[0]
    yield from (addressed(value) for value in (first.name, first.resource))
    yield {"id": first.words[1]}
    if name.endswith(("_autocomplete", "_search")):
        yield from ({"q": value, "query": value} for value in (first.mark, first.words[0]))
    if name == "resource_search":
        for pair in ("name:{}resname", "url:{}resurl", "format:{}format", "description:{}resdescription"):
            yield {"query": pair.format(first.mark)}


def everything(town: World) -> Iterator[dict[str, Any]]:
    yield {}
    yield WIDE
    creators = [town.portal.result(town.portal.ask("package_show", id=each))["creator_user_id"] for each in town.public]
    for value in ("laemngop", town.public[0], creators[0], "อาหาร"):
        yield {"id": value, **WIDE}
    yield {"q": "อาหาร", "query": "อาหาร", **WIDE}


def searches(hidden: Hidden) -> Iterator[dict[str, Any]]:
    yield {**BESIDE, "facet.field": FACETS, "facet.limit": -1, "fl": "*"}
    yield {**BESIDE, "facet.field": [f"extras_{hidden.mark}key", "license_id"], "ext_highlight": True}
    for state in ("draft", "deleted", "active"):
        yield {"fq": f"+state:{state}", "rows": 1_000}
    yield {"fq": "private:true", **BESIDE}
    yield {"fq": f'owner_org:* creator_user_id:* permission_labels:"org-{hidden.organization}"', **BESIDE}
    yield {"fq": f"state:active) OR (state:deleted OR private:true OR name:{hidden.name}"}
    yield {"fq": 'tags:x" OR private:"true', **BESIDE}
    for value in hidden.words:
        yield {"q": value, "ext_highlight": True, **BESIDE}
        yield {"q": value[:-1], "ext_highlight": True}
    for fq in (
        "name:{0}name",
        "tags:{0}tag",
        "res_name:{0}resname",
        "res_format:{0}format",
        "extras_{0}key:*",
        "{0}key:*",
    ):
        yield {"fq": fq.format(hidden.mark), **BESIDE}
        yield {"q": fq.format(hidden.mark)}
    yield {"fq": f"id:{hidden.id}", **BESIDE}


def acting(town: World, name: str, token: str | None) -> Callable[[Any], Answer]:
    return lambda given: town.portal.act(name, token, **given)


def test_no_action_that_reads_tells_of_what_is_hidden(town: World) -> None:
    for name in sorted(name for name, action in ACTIONS.items() if not action.writes):
        for token in (None, town.portal.other):
            ask = acting(town, name, token)
            hidden = town.hidden_from(token)[: FATES_SEEN[token is None]]
            for question in itertools.chain(everything(town) if token is None else [WIDE], questions(hidden, name)):
                check(town, token, question, ask)


def test_no_search_finds_or_counts_what_is_hidden(town: World) -> None:
    for token in (None, town.portal.other):
        ask = acting(town, "package_search", token)
        first, *others = town.hidden_from(token)
        some = (itertools.islice(searches(each), place, None, 4) for place, each in enumerate(others))
        for question in itertools.chain(searches(first), *some):
            check(town, token, question, ask)
        for field in FACETS:
            given: dict[str, Any] = {"facet.field": [field], "facet.limit": -1, "rows": 0, **BESIDE}
            answer = town.portal.result(ask(given))
            assert max(answer["facets"][field].values(), default=0) <= answer["count"]


def test_no_action_that_writes_tells_of_what_others_hide(town: World) -> None:
    """They are walked as the publisher of another organisation; none of them may do or tell anything."""
    token = town.portal.other
    for name in sorted(name for name, action in ACTIONS.items() if action.writes):
        for hidden in town.hidden_from(token)[:2]:
            for value in hidden.ids:
                check(town, token, addressed(value), acting(town, name, token))


def test_the_owner_sees_all_of_it(town: World) -> None:
    """Else nothing above would mean anything."""
    for hidden in town.hidden:
        owner = town.owners[hidden.organization]
        shown = town.portal.act("package_show", owner, id=hidden.id)
        for part in ("name", "title", "notes", "tag", "key", "extra", "author", "resname", "resurl", "format"):
            assert f"{hidden.mark}{part}" in shown.text.casefold(), (hidden, part)
        assert not town.leaks(shown.text, owner)
    found = town.portal.result(acting(town, "package_search", town.portal.publisher)(BESIDE))
    assert found["count"] == len(FATES) - 1 + len(town.public)


# -- addresses


def addresses(town: World, path: str, hidden: list[Hidden]) -> Iterator[str]:
    """Ways to fill a path, or questions behind one that has nothing to fill."""
    places = re.findall(r"{(\w+)\+?}", path)

    def filled(value: str, kind: str) -> str:
        last = {places[-1]: value}
        return re.sub(r"{(\w+)\+?}", lambda found: quote(last.get(found[1], kind)), path)

    if places:
        yield from (filled(kind, kind) for kind in KINDS)
        first, *others = hidden
        known = ["laemngop", town.public[0], "อาหาร"] if len(hidden) > 1 else []
        ways = [f"{value}{suffix}" for value in (*known, *first.ids, first.words[1]) for suffix in SUFFIXES]
        for value in (*ways, *(each.id for each in others)):
            yield from (filled(value, kind) for kind in (KINDS[2:] if "kind" in places[:-1] else [value]))
        return
    yield path
    for query in ("since=0", "modified_since=2000-01-01", "page=1", "organization=laemngop", "private=true",
                  f"dataset={town.public[0]}", "include_private=true", "fq=private:true"):  # fmt: skip
        yield f"{path}?{query}"
    for each in hidden[:1]:
        yield from (f"{path}?{asked}{each.words[1]}" for asked in ("q=", "fq=tags:", "tags="))
        yield from (f"{path}?{name}={each.id}" for name in ("dataset", "id"))


def test_no_public_address_tells_of_what_is_hidden(town: World) -> None:
    routes = [route for route in town.portal.room.routes if route.method == "GET" and "/action/" not in route.path]
    assert any(route.path == "/dataset/{id}" for route in routes)
    for route in routes:
        # where only the public is known, a login changes nothing
        known = any(rule.kind != "public" for rule in route.allow)
        for token in (None, town.portal.other) if known else (None,):
            headers = {"accept": "text/html"} | ({} if token is None else {"authorization": token})

            def ask(path: str, headers: dict[str, str] = headers) -> Answer:
                return town.portal.client.get(path, headers=headers)

            for path in addresses(town, route.path, town.hidden_from(token)[: FATES_SEEN[token is None]]):
                check(town, token, path, ask)


def test_nobody_is_told_of_what_is_hidden(tmp_path: Path) -> None:
    """Followers, webhooks, dumps and whatever runs by itself."""
    told_of: list[str] = []
    town = world(tmp_path, [])
    portal = town.portal

    def serve(method: str, url: str, headers: Any, body: bytes | None) -> HttpAnswer:
        told_of.append(f"{url} {headers} {(body or b'').decode(errors='replace')}")
        return HttpAnswer(200, {"webhook-allowed-origin": "data.klang.test"}, b"")

    portal.network.serve = serve
    wish = {"url": "https://follower.example/hook", "events": EVENTS}
    made = portal.client.post("/opendata/v1/webhooks", json=wish, token=portal.reader)
    assert made.status in (200, 201), made.text
    for action, of in (("follow_organization", "laemngop"), ("follow_dataset", town.public[0])):
        portal.act(action, portal.reader, id=of)
    for organization, fate in FATES[:4]:
        town.add(organization, fate)
        portal.settle()
    for _ in range(3):
        portal.now += timedelta(hours=12)
        portal.catalogue.sweep(portal.now)
        portal.settle()
    assert not town.leaks("\n".join(told_of), None)
    for key, (body, _) in portal.objects.kept.items():
        if key.startswith("dumps/"):
            plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
            assert not town.leaks(f"{key} {plain.decode(errors='replace')}", None), key
    assert any(key.startswith("dumps/") for key in portal.objects.kept)


# -- any catalogue


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["laemngop", "other-town"]),
            st.sampled_from(["private", "draft", "deleted", "made private", "taken down", "public"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_the_catalogue(tmp_path: Path, fates: list[tuple[str, Fate]]) -> None:
    town = world(tmp_path, fates)
    for token in (None, *town.owners.values()):
        for name in ("package_search", "tag_list", "format_autocomplete", "organization_list"):
            given = {"package_search": {}, "format_autocomplete": {"q": "a"}}.get(name, WIDE)
            check(town, token, given, acting(town, name, token))
        counted = town.portal.result(town.portal.act("package_search", token, rows=0))["count"]
        names = town.portal.result(town.portal.act("package_list", token))
        assert counted == len(names) == len(town.public)
        for hidden in town.hidden_from(token):
            for question in itertools.islice(searches(hidden), 0, None, 4):
                check(town, token, question, acting(town, "package_search", token))
