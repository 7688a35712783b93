"""The sample people hold together: valid numbers, known registers, nothing personal shown."""

import json

import pytest
from pydantic import ValidationError

from chalicelib.shared.thai import is_juristic_id, is_national_id
from infra.local import personas
from infra.local.personas import FILE, Persona, Personas

REGISTERS = json.loads((FILE.parent / "registers.json").read_text(encoding="utf-8"))


def test_everybody_of_the_story_is_there() -> None:
    kinds = {persona.id: persona.kind for persona in personas.load()}
    assert (
        kinds.items()
        >= {
            "malee": "business",
            "somchai": "citizen",
            "officer-anong": "officer",
            "officer-bundit": "officer",
            "publisher-laemngop": "publisher",
            "editor-laemngop": "publisher",
            "steward-laemngop": "publisher",
            "operator-dga": "operator",
            "dopa-civil": "system",
            "dbd-juristic": "system",
            "laemngop-office": "system",
            "gsb-loans": "system",
            "laemngop-family": "system",
            "ploy": "citizen",
            "wichai": "citizen",
            "prasit": "citizen",
            "kamon": "citizen",
            "assistant-jintana": "assistant",
        }.items()
    )


def test_the_registers_know_every_person_and_the_company() -> None:
    people = {row["pid"] for row in REGISTERS["people"]}
    companies = {row["juristic_id"]: row for row in REGISTERS["companies"]}
    assert {persona.pid for persona in personas.load().people} <= people
    malee = personas.load()["malee"]
    assert malee.pid in {director["pid"] for director in companies[malee.juristic_id or ""]["directors"]}


def test_a_credit_report_is_about_somebody_of_the_person_register() -> None:
    people = {row["pid"] for row in REGISTERS["people"]}
    assert REGISTERS["credit"] and {row["pid"] for row in REGISTERS["credit"]} <= people


def test_every_number_is_valid_and_can_belong_to_nobody() -> None:
    assert all(is_national_id(row["pid"]) and row["pid"][1:3] == "99" for row in REGISTERS["people"])
    assert all(is_juristic_id(row["juristic_id"]) for row in REGISTERS["companies"])
    known = {row["pid"] for row in REGISTERS["people"]}
    assert {d["pid"] for row in REGISTERS["companies"] for d in row["directors"]} <= known


def test_what_is_shown_has_no_number_of_a_person() -> None:
    for persona in personas.load():
        assert set(persona.shown) - {"agency"} == {"id", "kind", "name_th", "name_en", "description"}
        assert persona.pid is None or persona.pid not in json.dumps(persona.shown)
        assert persona.pid is None or persona.pid not in repr(persona)


@pytest.mark.parametrize(
    "changed",
    [
        {"pid": "3990100001014"},
        {"pid": None},
        {"juristic_id": "0105569999980"},
        {"agency": "TH/CENTRAL/DGA"},
        {"client_id": "TH/CENTRAL/DOPA/civil"},
        {"kind": "system"},
        {"surprise": 1},
    ],
)
def test_a_persona_that_is_not_whole_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Persona.model_validate(personas.load()["malee"].model_dump() | changed)


def test_ids_are_unique() -> None:
    malee = personas.load()["malee"]
    with pytest.raises(ValueError, match="twice"):
        Personas((malee, malee))
