"""What in a text would tell who somebody is. Texts of the public are read by everybody, and the platform needs none."""

from __future__ import annotations

import re

from chalicelib.shared.thai import is_national_id, to_ascii_digits

HOLDS_ID = "Holds what looks like a national id; take it out"

# thirteen digits however they are parted; whether they are a person's is for the check digit to say
_THIRTEEN = re.compile(r"(?<![0-9])[0-9](?:[\s.-]?[0-9]){12}(?![0-9])")
_PHONE = re.compile(r"(?<![0-9])(?<![0-9][\s.-])(?:\+66[\s-]?|0)[2-9](?:[\s-]?[0-9]){7,8}(?![0-9])")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")


def personal(text: str) -> list[tuple[str, str]]:
    """Kinds of personal data that a text seems to hold, in Thai and English: an id, a telephone number, an e-mail."""
    plain = to_ascii_digits(text)
    found: list[tuple[str, str]] = []
    if any(is_national_id(re.sub(r"[\s.-]", "", each)) for each in _THIRTEEN.findall(plain)):
        found.append(("เลขประจำตัวประชาชน", "a national id"))
    if _PHONE.search(plain):
        found.append(("หมายเลขโทรศัพท์", "a telephone number"))
    if _EMAIL.search(plain):
        found.append(("อีเมล", "an e-mail address"))
    return found
