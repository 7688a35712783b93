"""How many messages an SMS takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.biz.notices.sms import Size, size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Size("gsm7", 0, 0)),
        ("a", Size("gsm7", 1, 1)),
        ("a" * 160, Size("gsm7", 160, 1)),
        ("a" * 161, Size("gsm7", 161, 2)),
        ("a" * 306, Size("gsm7", 306, 2)),
        ("a" * 307, Size("gsm7", 307, 3)),
        ("€" * 80, Size("gsm7", 160, 1)),
        ("€" * 81, Size("gsm7", 162, 2)),
        # 153 is odd: an escaped letter is not cut, so the joined message holds 76 of them
        ("€" * 153, Size("gsm7", 306, 3)),
        ("ก" * 70, Size("ucs2", 70, 1)),
        ("ก" * 71, Size("ucs2", 71, 2)),
        ("ก" * 134, Size("ucs2", 134, 2)),
        ("ก" * 135, Size("ucs2", 135, 3)),
        ("a" * 69 + "ก", Size("ucs2", 70, 1)),
        ("😀" * 35, Size("ucs2", 70, 1)),
        # 67 is odd: a surrogate pair is not cut
        ("😀" * 67, Size("ucs2", 134, 3)),
    ],
)
def test_sizes(text: str, expected: Size) -> None:
    assert size(text) == expected


@given(st.text(max_size=400))
def test_more_words_never_take_fewer_messages_and_units_are_utf16(text: str) -> None:
    found = size(text)
    assert size(text + "ก").segments >= found.segments
    if found.alphabet == "ucs2":
        assert found.units == len(text.encode("utf-16-le", "surrogatepass")) // 2
        assert found.segments >= -(-found.units // 70)
