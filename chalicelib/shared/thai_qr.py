"""Thai QR for bill payment: what a fee looks like to every Thai banking app.

EMVCo merchant-presented mode, tag 30 (PromptPay bill payment, AID A000000677010112): biller, reference 1,
reference 2, amount; closed by a CRC-16/CCITT-FALSE. Money is integer satang. The encoder writes the tags in
the order 00 01 30 53 58 54 59 60 63; only 00 first and 63 last are fixed, so the parser takes any order.
"""

import io
import re
from typing import NewType

from pydantic import BaseModel, ConfigDict

Satang = NewType("Satang", int)
"""Money in hundredths of a baht."""

BILL_PAYMENT_AID = "A000000677010112"

_VERSION, _METHOD, _BILL_PAYMENT, _CURRENCY, _AMOUNT = "00", "01", "30", "53", "54"
_COUNTRY, _NAME, _CITY, _CRC = "58", "59", "60", "63"
_AID, _BILLER, _REF1, _REF2 = "00", "01", "02", "03"
_ONE_TIME, _REUSABLE = "12", "11"
_BAHT, _THAILAND = "764", "TH"
_NAME_MAX, _CITY_MAX, _AMOUNT_MAX = 25, 15, 13

_BILLER_ID = re.compile(r"[0-9]{13}(?:[0-9]{2})?")
_REFERENCE = re.compile(r"[A-Z0-9]{1,20}")
_PRINTABLE = re.compile(r"[ -~]+")
_AMOUNT_TEXT = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]{1,2}))?")
_TWO_DIGITS = re.compile(r"[0-9]{2}")


class BillRefused(ValueError):
    """Raised when a bill cannot be written as a Thai QR; `field` names what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class QrUnreadable(ValueError):
    """Base of the reasons for which a scanned text is not a Thai QR bill."""


class BadCrc(QrUnreadable):
    """Raised when the checksum does not fit: the text was damaged or changed."""


class BadStructure(QrUnreadable):
    """Raised when the text is not a list of tag, length, value with 00 first and 63 last."""


class NotABill(QrUnreadable):
    """Raised when the text is an EMVCo QR, but not a Thai bill payment in baht."""


class Bill(BaseModel):
    """One payment that a person may make by scanning.

    `amount` None leaves the amount to the payer; `ref1` and `ref2` come back in the bank's payment notice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    biller: str
    ref1: str
    ref2: str | None = None
    amount: Satang | None = None
    name: str | None = None
    city: str | None = None


def encode(bill: Bill) -> str:
    """The text inside the QR; raises BillRefused naming the field that does not fit."""
    _check(bill)
    account = _field(_AID, BILL_PAYMENT_AID) + _field(_BILLER, bill.biller) + _field(_REF1, bill.ref1)
    if bill.ref2 is not None:
        account += _field(_REF2, bill.ref2)
    parts = [
        _field(_VERSION, "01"),
        _field(_METHOD, _REUSABLE if bill.amount is None else _ONE_TIME),
        _field(_BILL_PAYMENT, account),
        _field(_CURRENCY, _BAHT),
        _field(_COUNTRY, _THAILAND),
    ]
    if bill.amount is not None:
        parts.append(_field(_AMOUNT, baht(bill.amount)))
    if bill.name is not None:
        parts.append(_field(_NAME, bill.name))
    if bill.city is not None:
        parts.append(_field(_CITY, bill.city))
    payload = "".join(parts) + f"{_CRC}04"
    return payload + f"{crc16(payload):04X}"


def parse(text: str) -> Bill:
    """Read a scanned bill, whatever the order of its tags.

    Raises BadStructure, BadCrc or NotABill. Tags that Klang does not use are skipped.
    """
    tags = _tags(text)
    order = list(tags)
    if not order or order[0] != _VERSION or tags[_VERSION] != "01" or order[-1] != _CRC:
        raise BadStructure("tag 00 must be first and tag 63 last")
    if len(tags[_CRC]) != 4 or tags[_CRC] != f"{crc16(text[:-4]):04X}":
        raise BadCrc("the checksum does not fit the text")
    if _BILL_PAYMENT not in tags or (tags.get(_CURRENCY), tags.get(_COUNTRY)) != (_BAHT, _THAILAND):
        raise NotABill("not a Thai bill payment in baht")
    account = _tags(tags[_BILL_PAYMENT])
    if account.get(_AID) != BILL_PAYMENT_AID or _BILLER not in account or _REF1 not in account:
        raise NotABill("not a Thai bill payment with a biller and a reference")
    amount = tags.get(_AMOUNT)
    return Bill(
        biller=account[_BILLER],
        ref1=account[_REF1],
        ref2=account.get(_REF2),
        amount=None if amount is None else satang(amount),
        name=tags.get(_NAME),
        city=tags.get(_CITY),
    )


def svg(text: str, scale: int = 4) -> str:
    """The QR as an SVG picture; error correction M, as printed bills use."""
    import segno  # here because drawing is rare and the import costs every cold start

    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="svg", scale=scale, xmldecl=False)
    return picture.getvalue().decode("utf-8")


def png(text: str, scale: int = 6) -> bytes:
    """The QR as a PNG picture, for programs that draw no SVG; error correction M."""
    import segno  # as in `svg`

    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="png", scale=scale)
    return picture.getvalue()


def baht(amount: Satang) -> str:
    """Satang as baht with two decimals, in integers all the way: 123450 is "1234.50"."""
    return f"{amount // 100}.{amount % 100:02}"


def satang(text: str) -> Satang:
    """Baht of a scanned bill as satang; raises NotABill for what is not an amount."""
    found = _AMOUNT_TEXT.fullmatch(text)
    if found is None or len(text) > _AMOUNT_MAX:
        raise NotABill("the amount cannot be read")
    return Satang(int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")))


def crc16(text: str) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, initial value 0xFFFF; 0x29B1 for "123456789"."""
    crc = 0xFFFF
    for byte in text.encode("utf-8"):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
        crc &= 0xFFFF
    return crc


def _check(bill: Bill) -> None:
    if not _BILLER_ID.fullmatch(bill.biller):
        raise BillRefused("biller", "13 digits, or 15 with the suffix")
    for field, reference in (("ref1", bill.ref1), ("ref2", bill.ref2)):
        if reference is not None and not _REFERENCE.fullmatch(reference):
            raise BillRefused(field, "1 to 20 upper-case letters and digits")
    if bill.amount is not None and (bill.amount <= 0 or len(baht(bill.amount)) > _AMOUNT_MAX):
        raise BillRefused("amount", "more than nothing, and at most 13 characters in baht")
    for field, words, most in (("name", bill.name, _NAME_MAX), ("city", bill.city, _CITY_MAX)):
        # ASCII only: lengths count characters, and banking apps disagree on what a Thai character weighs.
        if words is not None and not (len(words) <= most and _PRINTABLE.fullmatch(words)):
            raise BillRefused(field, f"1 to {most} ASCII characters")


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02}{value}"


def _tags(text: str) -> dict[str, str]:
    """Tag, length, value, repeated; the order is kept."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (_TWO_DIGITS.fullmatch(tag) and _TWO_DIGITS.fullmatch(length)) or tag in found:
            raise BadStructure("not a list of distinct tags with lengths")
        end = at + 4 + int(length)
        if end > len(text):
            raise BadStructure("a value is shorter than its length says")
        found[tag] = text[at + 4 : end]
        at = end
    return found
