"""What the room says to people is in both languages and plain, and nothing is chosen for them beforehand.

The numbers are our own, taken from what reads well aloud; longer sentences are split, not excused.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

import chalicelib.citizen
from chalicelib.shared.web import Incoming
from tests.citizen.portal import Portal
from tests.citizen.said import GAP, Said, everything

THAI, LATIN = re.compile("[\u0e00-\u0e7f]"), re.compile("[A-Za-z]")
LONGEST_SENTENCE, LONGEST_RUN, LONGEST_TEXT = 32, 100, 500
"""Words of an English sentence, characters of Thai without a pause, characters of a text."""
CODE = re.compile(r"\b[a-z]+_[a-z_]+\b|\b[a-z]+(?:\.[a-z]+)+\b")
STIFF = re.compile(
    r"\b(?:hereby|pursuant|aforementioned|utili[sz]\w*|thereof|herein|notwithstanding|deemed|prior to|in accordance"
    r"|in respect of|commenc\w*|null|terminat\w*)\b|มิได้|อนึ่ง|พึงกระทำ|ซึ่งกันและกัน|โดยนัยแห่ง",
    re.IGNORECASE,
)
FILES = {"data.json", "schema.json"}
NAMES = {
    *("QR", "ThaID", "IAL", "SMS", "JSON", "SD-JWT", "VC", "PDF", "UTC", "API", "CA", "https"),
    *("Android", "iPhone", "iPad", "Windows", "Mac", "Linux", "English", "UCS", "OFC", "SSS", "LGO", "Klang", "ID"),
    *("Idempotency-Key", "If-Match", "ETag", "a-z", "A-Z", "true", "disclosable", "name", "example.com", *FILES),
}
"""Names that stand in Thai as they are."""
TO_SYSTEMS = ("/miniapps/rules.py", "/miniapps/wire.py", "/miniapps/routes_wire.py", "/appointments/offices.py")
"""Read by the people who build agencies' systems; they name the fields of what is sent."""
OF_OPERATORS = {"FinanceOfficer.serves"}
"""What an operator enters about an officer; nobody chooses it for themself."""
TONGUES = {("English", "ภาษาไทย")}
"""Each language is offered by its own name."""

SAID = everything()


def faults_of(said: Said) -> Iterator[str]:
    """What is wrong with a text."""
    th, en = (None if text is None else re.sub(r"\{[^}]*\}", GAP, text) for text in (said.th, said.en))
    for text, of_its_language, other in ((th, THAI, LATIN), (en, LATIN, THAI)):
        if text is None or (th, en) in TONGUES or not re.sub(rf"[\s\W{GAP}]", "", text):
            continue  # words from elsewhere, or nothing but what is filled in
        if not of_its_language.search(text) and other.search(text):
            yield "not in its language"
        if len(text) > LONGEST_TEXT:
            yield f"{len(text)} characters: say less"
        if STIFF.search(text):
            yield "stiff words"
        if set(CODE.findall(text)) - FILES - {"example.com"} and not _to_systems(said):
            yield "a code that nobody translated"
    if en is not None and THAI.search(en) and (th, en) not in TONGUES:
        yield "Thai in the English text"
    for sentence in re.split(r"(?<=[.!?;:])\s", en or ""):
        if len(sentence.split()) > LONGEST_SENTENCE:
            yield f"a sentence of {len(sentence.split())} words"
    if th is not None and max(map(len, th.split()), default=0) > LONGEST_RUN:
        yield "Thai without a pause"
    latin = re.findall(r"[A-Za-z][A-Za-z_.\-]*[A-Za-z]|[A-Za-z]", th or "")
    if set(latin) - NAMES and (th, en) not in TONGUES and not _to_systems(said):
        yield f"Latin letters in the Thai text: {sorted(set(latin) - NAMES)}"


def test_everything_that_is_said_is_in_both_languages_and_plain() -> None:
    assert len(SAID) > 500, "the texts were not found"
    wrong = [f"{said.place}: {fault}" for said in SAID for fault in faults_of(said)]
    assert not wrong, "\n".join(wrong)


def test_no_text_has_one_language_only() -> None:
    lonely = [said.place for said in SAID if "" in (said.th, said.en)]
    lonely += [said.place for said in SAID if (said.th is None) != (said.en is None) and ".json" in said.place]
    assert not lonely, lonely


@pytest.mark.parametrize(
    ("th", "en", "fault"),
    [
        ("Pay now", "Pay now", "not in its language"),
        ("ชำระเงิน", "ชำระเงิน", "not in its language"),
        ("สถานะ not_entitled", "Your status", "a code that nobody translated"),
        ("ทำ", "We hereby tell you", "stiff words"),
        ("ก" * 101, "a", "Thai without a pause"),
        ("ก", " ".join(["word"] * 33), "a sentence of 33 words"),
        ("ก " * 300, "a", "600 characters: say less"),
        ("กด submit", "Press it", "Latin letters in the Thai text: ['submit']"),
        ("ก", "Pay ก", "Thai in the English text"),
    ],
)
def test_what_is_not_plain_is_noticed(th: str, en: str, fault: str) -> None:
    assert fault in list(faults_of(Said("here", th, en)))


def test_what_is_filled_in_is_no_code() -> None:
    assert list(faults_of(Said("here", "ถึง {card_until}", "Until {card_until}."))) == []


def incoming() -> list[type[BaseModel]]:
    """Every body and query of the room."""
    for module in pkgutil.walk_packages(chalicelib.citizen.__path__, "chalicelib.citizen."):
        importlib.import_module(module.name)
    found, waiting = set[type[BaseModel]](), list(Incoming.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("chalicelib.citizen."):
            found.add(kind)
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


def ticked(kind: type[BaseModel]) -> list[str]:
    """Fields of a body that choose something for whoever leaves them out."""
    given = {name: field.get_default(call_default_factory=True) for name, field in kind.model_fields.items()}
    return [
        name
        for name, value in given.items()
        if value is True or (isinstance(value, list | tuple | dict | frozenset) and value)
    ]


def test_nothing_is_ticked_beforehand() -> None:
    kinds = incoming()
    assert len(kinds) > 20
    assert {f"{kind.__name__}.{name}" for kind in kinds for name in ticked(kind)} <= OF_OPERATORS


def test_a_box_that_is_ticked_would_be_noticed() -> None:
    class Dark(BaseModel):
        newsletter: bool = True
        ways: tuple[str, ...] = ("sms",)
        fine: bool = False
        also_fine: tuple[str, ...] = ()

    assert ticked(Dark) == ["newsletter", "ways"]


def test_every_route_speaks_the_language_that_it_is_asked_in(portal: Portal) -> None:
    guarded = [route for route in portal.room.routes if not any(rule.kind == "public" for rule in route.allow)]
    assert len(guarded) > 40
    for route in guarded:
        path = re.sub(r"{[^}]+}", "x", route.path)
        for asked, letters in (("th", THAI), ("en-GB,en;q=0.9,th;q=0.1", LATIN)):
            answer = portal.client.call(route.method, path, headers={"Accept-Language": asked})
            assert answer.status == 401, f"{route.method} {route.path}"
            assert answer.headers["content-language"] == asked[:2], route.path
            assert letters.search(answer.json["title"]) and letters.search(answer.json["detail"]), route.path


def _to_systems(said: Said) -> bool:
    return any(place in said.place for place in TO_SYSTEMS)
