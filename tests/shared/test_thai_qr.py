"""Thai QR bills: the worked example to the letter, round trips, damage, refusals."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.shared import thai_qr
from chalicelib.shared.thai_qr import Bill, Satang

BILL = Bill(biller="099400016550100", ref1="202611220001", ref2="6904", amount=Satang(123_450))
EXAMPLE = (
    "00020101021230630016A000000677010112011509940001655010002122026112200010304690453037645802TH54071234.5063041EA4"
)

_references = st.from_regex(r"[A-Z0-9]{1,20}", fullmatch=True)
_bills = st.builds(
    Bill,
    biller=st.from_regex(r"[0-9]{13}([0-9]{2})?", fullmatch=True),
    ref1=_references,
    ref2=st.none() | _references,
    amount=st.none() | st.integers(1, 999_999_999_999),
    name=st.none() | st.from_regex(r"[ -~]{1,25}", fullmatch=True),
    city=st.none() | st.from_regex(r"[ -~]{1,15}", fullmatch=True),
)


def closed(payload: str) -> str:
    payload += "6304"
    return payload + f"{thai_qr.crc16(payload):04X}"


def test_the_checksum_has_the_published_check_value() -> None:
    assert thai_qr.crc16("123456789") == 0x29B1


def test_the_worked_example_matches_to_the_letter() -> None:
    assert thai_qr.encode(BILL) == EXAMPLE
    named = BILL.model_copy(update={"name": "MEA", "city": "BANGKOK"})
    assert thai_qr.encode(named).endswith("54071234.505903MEA6007BANGKOK6304814B")


def test_an_open_amount_makes_a_reusable_qr() -> None:
    text = thai_qr.encode(BILL.model_copy(update={"amount": None}))
    assert text.startswith("000201010211")
    assert thai_qr.parse(text).amount is None


@given(_bills)
def test_what_is_written_is_read_back(bill: Bill) -> None:
    assert thai_qr.parse(thai_qr.encode(bill)) == bill


@given(_bills, st.randoms(use_true_random=False))
def test_the_order_of_tags_does_not_matter(bill: Bill, random: Random) -> None:
    text, fields = thai_qr.encode(bill)[:-8], []
    while text:
        end = 4 + int(text[2:4])
        fields.append(text[:end])
        text = text[end:]
    middle = fields[1:]
    random.shuffle(middle)
    assert thai_qr.parse(closed(fields[0] + "".join(middle))) == bill


@given(st.integers(0, len(EXAMPLE) - 1), st.sampled_from("0123456789ABCXYZ"))
def test_one_changed_character_is_always_noticed(place: int, character: str) -> None:
    damaged = EXAMPLE[:place] + character + EXAMPLE[place + 1 :]
    if damaged != EXAMPLE:
        with pytest.raises(thai_qr.QrUnreadable):
            thai_qr.parse(damaged)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    with pytest.raises(thai_qr.QrUnreadable):
        thai_qr.parse(text)


@pytest.mark.parametrize(
    "payload",
    [
        EXAMPLE[:-8].replace("5303764", "5303840"),  # dollars
        "000201010212" + "5303764" + "5802TH",  # no account at all
        "000201" + "3020" + "0016A000000677010111" + "5303764" + "5802TH",  # another scheme
        EXAMPLE[:-8].replace("54071234.50", "54071,234.5"),
        EXAMPLE[:-8].replace("54071234.50", "540500.50"),
    ],
)
def test_what_is_no_thai_bill_is_refused(payload: str) -> None:
    with pytest.raises(thai_qr.NotABill):
        thai_qr.parse(closed(payload))


def test_damage_has_its_own_names() -> None:
    with pytest.raises(thai_qr.BadCrc):
        thai_qr.parse(EXAMPLE[:-4] + "0000")
    for text in ("", "00", "000201", EXAMPLE[6:], EXAMPLE[:-8], EXAMPLE + "5802TH", closed("000201000201")):
        with pytest.raises(thai_qr.BadStructure):
            thai_qr.parse(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("biller", "12345"), ("biller", "0994000165501\N{THAI DIGIT ZERO}0"),
        ("ref1", ""), ("ref1", "abc"), ("ref1", "A" * 21),
        ("ref2", "A-1"), ("ref2", "A\n"), ("amount", 0), ("amount", -1), ("amount", 10**13),
        ("name", "X" * 26), ("name", "ครัวกลาง"), ("city", "X" * 16), ("city", ""),
    ],
)  # fmt: skip
def test_a_bill_that_does_not_fit_is_refused_by_field(field: str, value: object) -> None:
    with pytest.raises(thai_qr.BillRefused) as refused:
        thai_qr.encode(BILL.model_copy(update={field: value}))
    assert refused.value.field == field


@given(st.integers(0, 10**11))
def test_money_is_exact(amount: int) -> None:
    assert thai_qr.satang(thai_qr.baht(Satang(amount))) == amount


@pytest.mark.parametrize(("text", "amount"), [("1.13", 113), ("1.1", 110), ("7", 700), ("0.05", 5)])
def test_amounts_of_other_encoders_are_read(text: str, amount: int) -> None:
    assert thai_qr.satang(text) == amount


def test_the_picture_is_svg() -> None:
    picture = thai_qr.svg(EXAMPLE)
    assert re.match(r"<svg [^>]*xmlns=", picture)
    assert picture.rstrip().endswith("</svg>")
