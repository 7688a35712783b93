"""The description says what the routes promise, and is OpenAPI."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chalicelib.shared.identity import CITIZEN, PUBLIC, Gate, citizen, officer
from chalicelib.shared.openapi import document
from chalicelib.shared.problems import MEDIA_TYPE
from chalicelib.shared.web import Call, Incoming, Outgoing, Room
from tests.shared.web_room import GOOD, ISSUERS, opened, room
from tests.support.keys import local_keyring


class Both(Incoming):
    """A model that comes in and goes out."""

    name: str = "x"


class Out(Outgoing):
    """An answer that holds it."""

    both: Both


def other() -> Room:
    """A room with what the first has not."""
    made = Room("other", Gate(ISSUERS.tokens, local_keyring()))

    @made.put("/other/{a_1}", allow=[PUBLIC, CITIZEN], body=Both, answer=Out, summary="Put")
    def put(call: Call) -> None:
        return None

    @made.get("/other/hidden", allow=[PUBLIC], hidden=True, summary="Hidden")
    def hidden(call: Call) -> None:
        return None

    @made.get("/other/who", allow=[citizen(min_ial="2.3"), officer("b", "a")], summary="Who")
    def who(call: Call) -> None:
        return None

    return made


DOCUMENT = document([room(), other()], server="https://klang.example")


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, item in DOCUMENT["paths"].items() for method, each in item.items()]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(part) for part in value.values()))
    return set().union(*(references(part) for part in value)) if isinstance(value, list) else set()


def test_it_is_openapi_3_1_with_its_server() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["servers"] == [{"url": "https://klang.example"}]
    json.dumps(DOCUMENT, allow_nan=False)


def test_every_reference_leads_somewhere() -> None:
    found = references(DOCUMENT)
    assert found
    assert all(ref.removeprefix("#/components/schemas/") in DOCUMENT["components"]["schemas"] for ref in found)


def test_every_schema_is_a_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_ids_are_unique_and_parameters_declared() -> None:
    ids = [each["operationId"] for _, _, each in operations()]
    assert len(ids) == len(set(ids))
    for path, _, each in operations():
        declared = [parameter["name"] for parameter in each["parameters"] if parameter["in"] == "path"]
        assert declared == [part[1:-1] for part in path.split("/") if part.startswith("{")]


def test_all_routes_but_the_hidden_are_there() -> None:
    served = {(route.path, route.method.lower()) for made in (room(), other()) for route in made.routes}
    assert served - {(path, method) for path, method, _ in operations()} == {("/other/hidden", "get")}


def operation(method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path][method]
    return found


def schema(content: Any) -> Draft202012Validator:
    ((media, described),) = content.items()
    assert media
    return Draft202012Validator({**described["schema"], "components": DOCUMENT["components"]})


def test_a_body_is_described_as_it_is_read() -> None:
    validator = schema(operation("post", "/test/v1/shops")["requestBody"]["content"])
    assert validator.is_valid(GOOD)
    for bad in ({}, {**GOOD, "x": 1}, {**GOOD, "shops": []}, {**GOOD, "name": ""}, {**GOOD, "shops": [{"area": 0}]}):
        assert not validator.is_valid(bad)


def test_an_answer_is_described_with_its_status() -> None:
    answers = operation("post", "/test/v1/shops")["responses"]
    assert set(answers) == {"201", "default"}
    assert schema(answers["201"]["content"]).is_valid({"name": "x", "opens": None})
    assert list(answers["default"]["content"]) == [MEDIA_TYPE]
    assert "content" not in operation("delete", "/test/v1/shops/{id}")["responses"]["204"]


def test_one_model_may_come_in_and_go_out() -> None:
    put = operation("put", "/other/{a_1}")
    assert schema(put["requestBody"]["content"]).is_valid({})
    assert schema(put["responses"]["200"]["content"]).is_valid({"both": {"name": "x"}})


def parameters(method: str, path: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in operation(method, path)["parameters"]}


def test_query_and_headers_are_described() -> None:
    find = parameters("get", "/test/v1/shops")
    assert set(find) == {"q", "limit"}
    assert (find["limit"]["in"], find["limit"]["required"]) == ("query", False)
    assert (find["limit"]["schema"]["minimum"], find["limit"]["schema"]["maximum"]) == (1, 100)
    mend = parameters("patch", "/test/v1/shops/{id}")
    assert mend["If-Match"]["required"] and not mend["Idempotency-Key"]["required"]
    assert "application/merge-patch+json" in operation("patch", "/test/v1/shops/{id}")["requestBody"]["content"]


@pytest.mark.parametrize(
    ("method", "path", "security"),
    [
        ("get", "/test/v1/shops", [{}]),
        ("post", "/test/v1/shops", [{"bearer": []}]),
        ("put", "/other/{a_1}", [{}, {"bearer": []}]),
    ],
)
def test_who_may_call_is_said(method: str, path: str, security: list[Any]) -> None:
    assert operation(method, path)["security"] == security


def test_callers_are_named_with_roles_and_levels() -> None:
    assert operation("get", "/other/who")["description"] == "Callers: citizen (IAL 2.3+); officer (a, b)."


def test_a_problem_of_the_edge_fits_its_description() -> None:
    validator = Draft202012Validator(DOCUMENT["components"]["schemas"]["Problem"])
    assert validator.is_valid(opened({}).json)
