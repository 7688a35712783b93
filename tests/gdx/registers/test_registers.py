"""Publishing and reading code lists over their routes."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry

from chalicelib.biz.definitions import lint_schema
from chalicelib.gdx.ids import MemberClass
from chalicelib.gdx.registers.rules import MAX_PART
from chalicelib.gdx.registers.seed import load
from tests.gdx.exchange import BIZ, PERSON, RECORD, SEED, Exchange

CODE_LISTS = json.loads((Path(__file__).parents[3] / "infra/seed/code_lists.json").read_text(encoding="utf-8"))
DOPA = "TH/CENTRAL/DOPA/civil"
PATH = "/gdx/v1/registers/zones"


def zones(*codes: str, effective_from: str = "2026-01-01", **changes: Any) -> dict[str, Any]:
    """A register of DOPA to publish."""
    entries = [{"code": code, "th": f"เขต {code}", "en": f"Zone {code}", "valid_from": "2026-01-01"} for code in codes]
    return {
        "title_th": "เขต",
        "title_en": "Zones",
        "owner": "TH/CENTRAL/DOPA",
        "source": "Announcement 1/2569",
        "effective_from": effective_from,
        "entries": entries,
        **changes,
    }


@pytest.fixture
def house() -> Exchange:
    return Exchange()


def publish(house: Exchange, body: Any, *, client: str = DOPA, **headers: str) -> Any:
    return house.client.put(PATH, token=house.token(client), json=body, headers=headers)


def test_the_owner_publishes_and_everybody_reads(house: Exchange) -> None:
    done = publish(house, zones("b", "a"))
    assert (done.status, done.json) == (200, {"name": "zones", "version": 1, "changed": True})
    shown = house.client.get(PATH)
    assert shown.status == 200
    assert [entry["code"] for entry in shown.json["entries"]] == ["a", "b"]
    assert shown.json["version"]["version"] == 1 and shown.json["owner"] == "TH/CENTRAL/DOPA"
    (listed,) = house.client.get("/gdx/v1/registers").json["items"]
    assert (listed["name"], listed["latest"]["entries"]) == ("zones", 2)


def test_nobody_publishes_for_another_agency(house: Exchange) -> None:
    assert publish(house, zones("a"), client=BIZ).status == 403
    publish(house, zones("a"))
    # not even by claiming the register for themselves
    assert publish(house, zones("a", "b", owner="TH/CENTRAL/DGA"), client=BIZ).status == 403
    assert house.client.put(PATH, json=zones("a", "b")).status == 401
    assert house.client.put(PATH, token=house.operator(), json=zones("a", "b")).status == 200


def test_the_same_again_is_no_new_version(house: Exchange) -> None:
    publish(house, zones("a"))
    assert publish(house, zones("a")).json == {"name": "zones", "version": 1, "changed": False}


def test_a_repeat_with_its_key_is_answered_alike(house: Exchange) -> None:
    first = publish(house, zones("a"), **{"idempotency-key": "k-1"})
    again = publish(house, zones("a"), **{"idempotency-key": "k-1"})
    assert again.json == first.json and again.headers["idempotent-replayed"] == "true"


def test_a_code_is_ended_and_never_removed(house: Exchange) -> None:
    publish(house, zones("a", "b"))
    refused = publish(house, zones("a"))
    assert refused.status == 422 and "b" in refused.json["errors"][0]["message_en"]
    ended = zones("a", "b", "c")
    ended["entries"][1] |= {"valid_until": "2026-06-30", "superseded_by": ["c"]}
    assert publish(house, ended).json["version"] == 2
    today = house.client.get(PATH).json
    assert [entry["code"] for entry in today["entries"]] == ["a", "c"]
    before = house.client.get(f"{PATH}?at=2026-06-30").json
    assert [entry["code"] for entry in before["entries"]] == ["a", "b", "c"]
    one = house.client.get(f"{PATH}/b").json
    assert (one["in_force"], one["superseded_by"]) == (False, ["c"])
    assert house.client.get(f"{PATH}/b?at=2026-06-30").json["in_force"] is True


def test_versions_count_from_their_day_and_never_change(house: Exchange) -> None:
    publish(house, zones("a"))
    publish(house, zones("a", "b", effective_from="2027-01-01"))
    assert [each["version"] for each in house.client.get(PATH).json["versions"]] == [1, 2]
    assert house.client.get(PATH).json["version"]["version"] == 1
    assert house.client.get(f"{PATH}?at=2027-01-01").json["version"]["version"] == 2
    whole = house.client.get(f"{PATH}?version=1")
    assert [entry["code"] for entry in whole.json["entries"]] == ["a"] and whole.headers["etag"] == '"v1"'
    assert house.client.get(f"{PATH}?at=2025-12-31").status == 404
    assert house.client.get(f"{PATH}?version=3").status == 404


def test_the_difference_of_two_versions_is_told(house: Exchange) -> None:
    publish(house, zones("a", "b"))
    after = zones("a", "b", "c")
    after["entries"][0]["th"] = "เขตใหม่"
    after["entries"][1]["valid_until"] = "2026-12-31"
    publish(house, after)
    found = house.client.get(f"{PATH}/diff?older=1&newer=2").json
    assert (found["added"], found["ended"], found["changed"]) == (["c"], ["b"], ["a"])
    assert house.client.get(f"{PATH}/diff?older=1&newer=9").status == 404


def test_of_two_who_publish_one_is_told_to_read_again(house: Exchange) -> None:
    publish(house, zones("a"))
    stale = publish(house, zones("a", "b"), **{"if-match": '"v2"'})
    assert stale.status == 412
    assert publish(house, zones("a", "b"), **{"if-match": '"v1"'}).headers["etag"] == '"v2"'


def test_a_copy_that_is_fresh_is_not_sent_again(house: Exchange) -> None:
    publish(house, zones("a"))
    first = house.client.get(PATH)
    assert first.headers["cache-control"] == "public, max-age=300"
    again = house.client.get(PATH, headers={"if-none-match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    publish(house, zones("a", "b"))
    assert house.client.get(PATH, headers={"if-none-match": first.headers["etag"]}).status == 200
    assert "immutable" in house.client.get(f"{PATH}?version=1").headers["cache-control"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"entries": [{"code": "schema", "th": "ก", "en": "a", "valid_from": "2026-01-01"}]}, "/entries/0/code"),
        ({"entries": [{"code": "a", "th": "ก", "en": "a", "valid_from": "2026-01-01"}] * 2}, "/entries"),
        ({"entries": []}, "/entries"),
        ({"owner": "TH/CENTRAL/NOBODY"}, "/owner"),
        ({"parents": "no-such-register"}, "/parents"),
        (
            {"entries": [{"code": "a", "th": "ก", "en": "a", "valid_from": "2026-01-02", "valid_until": "2026-01-01"}]},
            "/entries/0/valid_until",
        ),
        (
            {"entries": [{"code": "a", "th": "ก", "en": "a", "valid_from": "2026-01-02", "parent": "b"}]},
            "/entries/0/parent",
        ),
        (
            {"entries": [{"code": "a", "th": "ก", "en": "a", "valid_from": "2026-01-02", "superseded_by": ["a"]}]},
            "/entries/0/superseded_by",
        ),
        (
            {
                "entries": [
                    {"code": "a", "th": "ก", "en": "a", "valid_from": "2026-01-02", "parent": "b"},
                    {"code": "b", "th": "ข", "en": "b", "valid_from": "2026-01-02", "parent": "a"},
                ]
            },
            "/entries",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(house: Exchange, change: dict[str, Any], pointer: str) -> None:
    refused = house.client.put(PATH, token=house.operator(), json=zones("a", **change))
    assert refused.status == 422
    assert pointer in [error["pointer"] for error in refused.json["errors"]]
    assert house.rows("REGISTER") == []


def test_the_owner_and_the_order_of_versions_stand(house: Exchange) -> None:
    publish(house, zones("a", effective_from="2026-06-01"))
    operator = house.operator()
    moved = house.client.put(PATH, token=operator, json=zones("a", "b", owner="TH/CENTRAL/DGA"))
    assert {"/owner", "/effective_from"} <= {error["pointer"] for error in moved.json["errors"]}
    late = zones("a", effective_from="2026-06-01")
    late["entries"][0]["valid_from"] = "2025-12-31"
    assert publish(house, late).status == 200
    late["entries"][0]["valid_from"] = "2026-01-01"
    assert publish(house, late).status == 422


def test_a_name_must_be_a_name(house: Exchange) -> None:
    refused = house.client.put("/gdx/v1/registers/Zones", token=house.operator(), json=zones("a"))
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (400, "path:name")


def test_parents_may_be_in_another_register(house: Exchange) -> None:
    load(house.service.registers, CODE_LISTS)
    body = zones("2305", "2307", parents="provinces")
    for entry in body["entries"]:
        entry["parent"] = "23"
    assert publish(house, body).status == 200
    body["entries"][0]["parent"] = "28"
    assert publish(house, body).json["errors"][0]["pointer"] == "/entries/0/parent"


def test_a_list_as_long_as_all_subdistricts_fits(house: Exchange) -> None:
    codes = [f"{number:06}" for number in range(8_000)]
    body = zones(*codes)
    for entry in body["entries"]:
        entry["th"] = "ตำบลที่มีชื่อยาวพอสมควร"
    done = house.client.put(PATH, token=house.operator(), json=body)
    assert done.status == 200
    parts = [item for key, (item, _) in house.table._items.items() if key.pk == "REGISTER#zones#1"]
    assert len(parts) > 3
    assert all(len(json.dumps(dict(item.data), ensure_ascii=False).encode()) < MAX_PART * 1.1 for item in parts)
    shown = house.client.get(PATH)
    assert len(shown.json["entries"]) == 8_000 and len(shown.response.body) < 5_000_000
    house.service.registers._parts.clear()
    house.table.requests.clear()
    for code in ("000000", "004567", "007999"):
        assert house.client.get(f"{PATH}/{code}").json["code"] == code
    assert house.client.get(f"{PATH}/999999").status == 404
    # the register, and at most the one part that can hold the code
    assert len(house.table.requests) <= 4 + 3
    schema = house.client.get(f"{PATH}/schema")
    assert schema.json["enum"][-1] == "007999" and len(schema.response.body) < 200_000


def test_a_list_too_long_is_refused(house: Exchange) -> None:
    refused = house.client.put(PATH, token=house.operator(), json=zones(*[f"{number:06}" for number in range(10_001)]))
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/entries")


def test_a_schema_lets_in_what_is_in_force(house: Exchange) -> None:
    load(house.service.registers, CODE_LISTS)
    answer = house.client.get("/gdx/v1/registers/provinces/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    Draft202012Validator.check_schema(answer.json)
    judge = Draft202012Validator(answer.json, registry=Registry())
    assert judge.is_valid("23") and not judge.is_valid("28") and not judge.is_valid(23)
    assert {"const": "23", "title": "ตราด", "description": "Trat"} in answer.json["oneOf"]
    again = house.client.get("/gdx/v1/registers/provinces/schema", headers={"if-none-match": answer.headers["etag"]})
    assert again.status == 304
    publish(house, zones("a", entries=[{"code": "a", "th": "ก", "en": "a", "valid_from": "2030-01-01"}]))
    nothing = house.client.get(f"{PATH}/schema").json
    assert not Draft202012Validator(nothing, registry=Registry()).is_valid("a")


@pytest.mark.parametrize("name", CODE_LISTS["registers"])
def test_a_form_may_hold_the_schema_as_it_is(house: Exchange, name: str) -> None:
    load(house.service.registers, CODE_LISTS)
    schema = house.client.get(f"/gdx/v1/registers/{name}/schema").json
    form = {"type": "object", "properties": {"code": schema}, "additionalProperties": False}
    assert lint_schema.problems(form, "/form/schema", closed=True) == []


def test_the_shipped_lists_are_whole(house: Exchange) -> None:
    assert load(house.service.registers, CODE_LISTS) == 4
    assert load(house.service.registers, CODE_LISTS) == 0
    provinces = house.client.get("/gdx/v1/registers/provinces").json["entries"]
    names = {entry["code"]: (entry["th"], entry["en"]) for entry in provinces}
    assert len(names) == 77 == len({th for th, _ in names.values()}) == len({en for _, en in names.values()})
    known = {"10": "กรุงเทพมหานคร", "23": "ตราด", "38": "บึงกาฬ", "50": "เชียงใหม่", "90": "สงขลา", "96": "นราธิวาส"}
    assert {code: names[code][0] for code in known} == known
    counts: dict[str, int] = {}
    for code in names:
        counts[code[0]] = counts.get(code[0], 0) + 1
    # provinces by the first digit of their code: 9 + 8 in the centre and the east, 20 north-east, 9 + 8, 8, 7 + 7
    assert counts == {"1": 10, "2": 8, "3": 10, "4": 10, "5": 9, "6": 8, "7": 8, "8": 7, "9": 7}
    classes = house.client.get("/gdx/v1/registers/member-classes").json["entries"]
    assert {entry["code"] for entry in classes} == set(MemberClass.__members__)


PERSON_SERVICE = next(entry for entry in SEED["services"] if entry["id"] == PERSON)


def described(**schema: Any) -> dict[str, Any]:
    """The person service of the seed, whose answer has a province's code."""
    entry: dict[str, Any] = copy.deepcopy(PERSON_SERVICE)
    entry["document"]["components"]["schemas"]["Address"]["properties"]["province"] = schema
    return entry


def register(house: Exchange, entry: dict[str, Any]) -> Any:
    return house.client.post("/gdx/v1/services", token=house.operator(), json=entry)


def test_an_answer_with_an_unknown_code_breaks_a_description_that_names_a_register(house: Exchange) -> None:
    load(house.service.registers, CODE_LISTS)
    entry = described(type="string", **{"x-gdx-register": "provinces"})
    assert register(house, entry).json["changed"] is True
    assert register(house, entry).json["changed"] is False
    record: dict[str, Any] = copy.deepcopy(RECORD)
    for code, status in (("23", 200), ("28", 500)):
        record["address"]["province"] = code
        house.providers.reply(200, record)
        assert house.r1().status == status
    described_by_getopenapi = house.r1(f"/r1/{PERSON.rpartition('/')[0]}/getOpenAPI?serviceCode=person", method="GET")
    address = described_by_getopenapi.json["components"]["schemas"]["Address"]["properties"]["province"]
    assert address["x-gdx-register"] == "provinces" and "23" in address["enum"] and len(address["enum"]) == 77


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "x-gdx-register": "no-such-register"},
        {"type": "integer", "x-gdx-register": "provinces"},
        {"type": "string", "x-gdx-register": "subdistricts"},
    ],
)
def test_a_description_names_a_register_that_is_there_and_short_enough(house: Exchange, schema: dict[str, Any]) -> None:
    load(house.service.registers, CODE_LISTS)
    long = zones(*[f"{number:04}" for number in range(2_001)])
    house.client.put("/gdx/v1/registers/subdistricts", token=house.operator(), json=long)
    refused = register(house, described(**schema))
    assert refused.status == 422
    (place,) = [error["pointer"] for error in refused.json["errors"]]
    assert place.startswith("/document/components/schemas/Address/properties/province/")
