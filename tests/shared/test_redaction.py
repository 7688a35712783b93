"""No national id is left in a line, however it was written and whatever stands around it."""

from __future__ import annotations

import base64
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared.redaction import redact
from chalicelib.shared.thai import check_digit
from tests.support.spellings import encoded, spellings

PID = "1101700207030"
TWELVE = st.from_regex(r"[1-8][0-9]{11}", fullmatch=True)
SPELLINGS = spellings(PID)

SURROUNDINGS: dict[str, str] = {
    "alone": "{}",
    "in a sentence": "คุณ {} มาแล้ว",
    "in an address": "https://x.example/people/{}/cards?a=1",
    "in JSON": '{{"pid":"{}"}}',
    "in JSON in JSON": '{{"body":"{{\\"pid\\":\\"{}\\"}}"}}',
    "glued to letters": "pid{}x",
    "after a number": "7 {}",
    "after a number and a dash": "7-{}",
    "before a number": "{}, 7",
    "in brackets": "({})[{}]",
}


@pytest.mark.parametrize("around", SURROUNDINGS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_national_id_is_masked(spelling: str, around: str) -> None:
    text = SPELLINGS[spelling]
    said = redact(SURROUNDINGS[around].format(text, text))
    assert said == SURROUNDINGS[around].format("[pid]", "[pid]")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1101700207031",
        "110170020703",
        "11017002070300",
        "01101700207030",
        "2026-11-25T03:00:00.000+07:00",
        "1764039600000",
        "019c7a3f2b1d4e5f60718293a4b5c6d7",
        "1-5759e988-bd862e3fe1be46a994272793",
        "08 1234 5678",
        "127.0.0.1 10.20.30.40",
        "0105569000017",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert redact(text) == text


@given(TWELVE, st.text(st.characters(exclude_categories=["Nd"]), max_size=20), st.sampled_from(["", "-", " "]))
def test_any_id_anywhere_is_masked(twelve: str, around: str, gap: str) -> None:
    pid = twelve + check_digit(twelve)
    text = f"{around}x{gap.join((pid[0], pid[1:5], pid[5:10], pid[10:12], pid[12]))}x{around}"
    assert pid not in redact(text).translate({ord("-"): None, ord(" "): None})
    assert "[pid]" in redact(text)


@given(st.text(max_size=300))
def test_text_without_an_id_is_not_touched_outside_of_masks(text: str) -> None:
    assert redact(text).replace("[pid]", "") == text.replace("[pid]", "") or "[pid]" in redact(text)


@pytest.mark.parametrize(
    "text", ["1" * 50_000, "1-" * 25_000, "%E0%B9%91" * 5_000, "a" * 200_000, "MTEw" * 50_000, "\\u0e5" * 20_000]
)
def test_a_long_line_costs_little(text: str) -> None:
    begun = time.process_time()
    redact(text)
    assert time.process_time() - begun < 2


WITHIN = {
    "a token's claims": '{{"sub":"x","pid":"{}"}}',
    "one letter before": "a{}",
    "two letters before": "ab{}",
    "a long text": "ก" * 200 + "{}" + "ข" * 200,
    "bytes that are no text": "\udcff\udc80{}\udcfe",
}


AROUND = ("{}", "/biz/v1/{}", "x={}&y=1", "Bearer aaaa.{}.bbbb", 'a"{}"', "x{}", "xx{}", "xxx{}")


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("within", WITHIN)
def test_base64_that_holds_an_id_goes_as_a_whole(within: str, around: str) -> None:
    held = WITHIN[within].format(PID).encode("utf-8", "surrogateescape")
    for text in (
        base64.b64encode(held).decode(),
        base64.urlsafe_b64encode(held).decode().rstrip("="),
        base64.b64encode(base64.b64encode(held)).decode(),
        quote(base64.b64encode(held).decode()),
    ):
        assert "[pid]" in redact(around.format(text))


@pytest.mark.parametrize("name", encoded(PID))
def test_every_encoding_of_an_id_is_masked(name: str) -> None:
    assert redact(f'{{"x":"{encoded(PID)[name]}"}}') == '{"x":"[pid]"}'


def test_other_base64_stays() -> None:
    for text in ("eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9", base64.b64encode(b"0105569000017 and 110170020703").decode()):
        assert redact(f"token {text} end") == f"token {text} end"


def test_three_times_base64_and_hexadecimal_are_known_limits() -> None:
    """Tokens and bodies are never logged; this is the net below."""
    text = PID.encode()
    for _ in range(3):
        text = base64.b64encode(text)
    for limit in (text.decode(), PID.encode().hex()):
        assert redact(limit) == limit
