"""What in a text tells who somebody is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.opendata.personal import personal
from chalicelib.shared.thai import check_digit


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("ข้อมูลรถเมล์ปี 2569", 0),
        ("ตาราง 1234567890123 แถว", 0),
        ("เลขของฉัน 1990100002021", 1),
        ("เลขของฉัน 1-9901-00002-02-1", 1),
        ("เลขของฉัน ๑๙๙๐๑๐๐๐๐๒๐๒๑", 1),
        ("โทร 081-234-5678", 1),
        ("โทร ๐๘๑๒๓๔๕๖๗๘", 1),
        ("โทร +66 81 234 5678", 1),
        ("somchai@mail.example โทร 02 534 7000", 2),
        ("พ.ศ. 2560 ถึง 2569 จำนวน 489,303,800 บาท", 0),
        ("พิกัด 13.7563, 100.5018", 0),
    ],
)
def test_what_tells_who_somebody_is_is_found(text: str, kinds: int) -> None:
    assert len(personal(text)) == kinds


@given(st.from_regex(r"[1-8][0-9]{11}", fullmatch=True), st.sampled_from(["", " ", "-"]))
def test_every_national_id_is_found_however_it_is_written(digits: str, between: str) -> None:
    number = digits + check_digit(digits)
    assert personal(f"คือ {between.join(number)} ครับ")[0][1] == "a national id"


@given(st.text(max_size=200))
def test_no_text_breaks_the_check(text: str) -> None:
    assert isinstance(personal(text), list)
