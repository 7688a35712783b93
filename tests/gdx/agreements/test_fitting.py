"""Terms are held against the service's own description, and each misfit is pointed at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.gdx.agreements.fitting import faults, misfits
from chalicelib.gdx.model import Agreement, Compare, Endpoint, Predicate, Purpose, Service
from tests.gdx.agreements.test_rules import AGREEMENT

TODAY = date(2026, 11, 25)


def answer(schema: Any, *, media: str = "application/json", status: str = "200") -> dict[str, Any]:
    return {"responses": {status: {"description": "-", "content": {media: {"schema": schema}}}}}


NODE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "next": {"$ref": "#/components/schemas/Node"}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/lookup": {"post": answer({"$ref": "#/components/schemas/Person"})},
        "/people/{id}": {"get": answer({"type": "array", "items": {"$ref": "#/components/schemas/Person"}})},
        "/photos/{id}.jpg": {"get": answer({"type": "string"}, media="image/jpeg")},
        "/errors": {"get": answer({"properties": {"hidden": {}}}, status="400")},
        "/shared": {"get": {"responses": {"2XX": {"$ref": "#/components/responses/Shared"}}}},
    },
    "components": {
        "responses": {
            "Shared": {
                "description": "-",
                "content": {"application/ld+json; v=1": {"schema": {"$ref": "#/components/schemas/Node"}}},
            }
        },
        "schemas": {
            "Node": NODE,
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Person": {
                "allOf": [
                    {
                        "properties": {
                            "status": {"type": "string"},
                            "any": True,
                            "loop": {"$ref": "#/components/schemas/Loop"},
                        }
                    },
                    {"oneOf": [{"properties": {"thai": {}}}, {"properties": {"alien": {"properties": {"visa": {}}}}}]},
                ],
                "properties": {
                    "a/b": {"type": "string"},
                    "open": {"type": "object", "additionalProperties": True},
                    "map": {"additionalProperties": {"properties": {"v": {}}}},
                    "marked": {"patternProperties": {"^x-": {"properties": {"v": {}}}}},
                    "pair": {"prefixItems": [{"properties": {"x": {}}}]},
                    "node": {"$ref": "#/components/schemas/Node"},
                    "list": {"type": "array", "items": {"properties": {"name": {}}}},
                },
            },
        },
    },
}
SERVICE = Service(AGREEMENT.service, "ทะเบียน", "Register", DOCUMENT)


def pointers(agreement: Agreement) -> list[str]:
    found = faults(agreement, SERVICE, TODAY, "/terms")
    assert all(fault.th and fault.en for fault in found)
    return [fault.pointer for fault in found]


@pytest.mark.parametrize(
    ("field", "described"),
    [
        ("", True),
        ("/status", True),
        ("/thai", True),
        ("/alien/visa", True),
        ("/alien/name", False),
        ("/any", True),
        ("/any/thing", False),
        ("/a~1b", True),
        ("/a/b", False),
        ("/open", True),
        ("/open/thing", False),
        ("/map/x/v", True),
        ("/map/x/w", False),
        ("/map/*/v", False),
        ("/marked/x-1/v", True),
        ("/pair/0/x", True),
        ("/pair/*/x", True),
        ("/list/*/name", True),
        ("/list/3/name", True),
        ("/list/name", False),
        ("/node" + "/next" * 20 + "/name", True),
        ("/node" + "/next" * 20 + "/nothing", False),
        ("/loop/x", False),
        ("/Status", False),
        ("/hidden", False),
    ],
)
def test_a_field_must_stand_in_the_answer(field: str, described: bool) -> None:
    assert pointers(replace(AGREEMENT, fields=("/status", field))) == ([] if described else ["/terms/fields/1"])


@pytest.mark.parametrize(
    ("endpoint", "fields", "wrong"),
    [
        (Endpoint("*", "/**"), ("/status", "/name", "/*/status"), []),
        (Endpoint("GET", "/people/*"), ("/*/status",), []),
        (Endpoint("GET", "/people/7"), ("/*/status",), []),
        (Endpoint("GET", "/people/*"), ("/status",), ["/terms/fields/0"]),
        (Endpoint("GET", "/shared"), ("/next/next/name",), []),
        (Endpoint("GET", "/photos/*.jpg"), ("",), ["/terms/fields/0"]),
        (Endpoint("GET", "/errors"), ("/hidden",), ["/terms/fields/0"]),
        (Endpoint("GET", "/lookup"), ("",), ["/terms/endpoints/0", "/terms/fields/0"]),
        (Endpoint("POST", "/look"), ("",), ["/terms/endpoints/0", "/terms/fields/0"]),
        (Endpoint("POST", "/../x"), ("",), ["/terms/endpoints/0/path"]),
        (Endpoint("POST", "lookup"), ("",), ["/terms/endpoints/0/path"]),
    ],
)
def test_an_endpoint_must_be_an_operation(endpoint: Endpoint, fields: tuple[str, ...], wrong: list[str]) -> None:
    assert pointers(replace(AGREEMENT, endpoints=(endpoint,), fields=fields)) == wrong


SAME = Predicate("same-person", (Compare("/status", "status"),))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"fields": (), "predicates": (SAME,)}, []),
        ({"fields": ()}, ["/fields"]),
        ({"fields": ("status",)}, ["/fields/0"]),
        ({"fields": ("/a~2",)}, ["/fields/0"]),
        ({"predicates": (replace(SAME, compares=()),)}, ["/predicates/0/compares"]),
        ({"predicates": (SAME, SAME)}, ["/predicates"]),
        ({"predicates": (replace(SAME, code="Same"),)}, ["/predicates/0/code"]),
        ({"predicates": (Predicate("q", (Compare("/nothing", "x"),)),)}, ["/predicates/0/compares/0/answer"]),
        ({"predicates": (Predicate("q", (Compare("/list/*/name", "x"),)),)}, ["/predicates/0/compares/0/answer"]),
        ({"predicates": (Predicate("q", (Compare("", "x"),)),)}, ["/predicates/0/compares/0/answer"]),
        ({"predicates": (Predicate("q", (Compare("status", "x"),)),)}, ["/predicates/0/compares/0/answer"]),
        ({"predicates": (Predicate("q", (Compare("/status", "1x"),)),)}, ["/predicates/0/compares/0/claim"]),
        ({"predicates": (Predicate("q", (Compare("/status", "x", "about"),)),)}, ["/predicates/0/compares/0/how"]),
        ({"purposes": (Purpose("a", "ก", "a"), Purpose("a", "ข", "b"))}, ["/purposes"]),
        ({"purposes": (Purpose("A b", "ก", "a"),)}, ["/purposes/0/code"]),
        ({"purposes": (Purpose("a", "ก", "a", 30), Purpose("b", "ข", "b"))}, ["/purposes/0/sealed_days"]),
        ({"consent": True}, ["/consent"]),
        ({"preview": True}, ["/preview"]),
        ({"valid_until": date(2025, 12, 31)}, ["/valid_until"]),
        ({"valid_until": date(2026, 11, 24)}, ["/valid_until"]),
        ({"valid_until": TODAY}, []),
        ({"purposes": tuple(Purpose(f"p{n}", "ก" * 500, "a" * 500) for n in range(20))}, [""]),
    ],
)
def test_terms_that_make_no_sense(changes: dict[str, Any], wrong: list[str]) -> None:
    assert pointers(replace(AGREEMENT, **changes)) == [f"/terms{pointer}" for pointer in wrong]


def test_an_order_may_have_ended() -> None:
    assert faults(replace(AGREEMENT, valid_until=date(2026, 2, 1)), SERVICE, None) == []


def test_what_only_a_law_can_order_and_only_a_person_can_give() -> None:
    covert = replace(AGREEMENT, purposes=(Purpose("investigation", "สืบสวน", "To investigate", 90),), order="ordered")
    assert faults(covert, SERVICE, TODAY) == []
    about_people = replace(SERVICE, subject="/pid")
    assert faults(replace(AGREEMENT, consent=True, preview=True), about_people, TODAY) == []


def test_a_service_that_is_not_there() -> None:
    assert [fault.pointer for fault in faults(AGREEMENT, None, TODAY)] == ["/service"]


def test_a_description_made_to_be_slow_is_walked_once() -> None:
    twice = {"anyOf": [{"properties": {"a": {"$ref": "#/components/schemas/Twice"}}}] * 8}
    document = {
        "paths": {"/lookup": {"post": answer({"$ref": "#/components/schemas/Twice"})}},
        "components": {"schemas": {"Twice": twice}},
    }
    deep = replace(AGREEMENT, fields=("/a" * 90 + "/b",))
    assert [fault.pointer for fault in misfits(deep, document)] == ["/fields/0"]
