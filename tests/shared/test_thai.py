"""Thai numbers, digits and dates; the stdnum library is the oracle for the numbers."""

import datetime as dt
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from stdnum.th import moa, pin

from chalicelib.shared import thai

_thirteen_digits = st.text(alphabet=string.digits, min_size=13, max_size=13)
_mended = _thirteen_digits.map(lambda text: text[:12] + thai.check_digit(text[:12]))


@pytest.mark.parametrize("text", ["3100600445635", "3-1006-00445-63-5", " ๓๑๐๐๖๐๐๔๔๕๖๓๕ "])
def test_a_national_id_is_read_as_people_write_it(text: str) -> None:
    assert thai.parse_national_id(text) == "3100600445635"


@pytest.mark.parametrize("text", ["0105536112014", "0994000617721", "0-1055-36112-01-4"])
def test_a_juristic_number_is_read_as_people_write_it(text: str) -> None:
    assert thai.is_juristic_id(thai.parse_juristic_id(text))


@pytest.mark.parametrize(
    "text",
    ["", "3100600445636", "310060044563", "31006004456355", "0100600445638", "9100600445630",
     "3100600445635\n", "๓100600445635", "three"],
)  # fmt: skip
def test_what_is_not_canonical_is_not_a_national_id(text: str) -> None:
    assert not thai.is_national_id(text)


def test_a_refused_number_is_not_repeated() -> None:
    with pytest.raises(thai.NotAThaiNumber) as refused:
        thai.parse_national_id("3100600445636")
    assert "3100600445636" not in str(refused.value)
    with pytest.raises(thai.NotAThaiNumber):
        thai.parse_juristic_id("3100600445635")


@given(st.one_of(_thirteen_digits, _mended))
@example("0000000000001")
def test_numbers_agree_with_stdnum(text: str) -> None:
    assert thai.is_national_id(text) == pin.is_valid(text)
    assert thai.is_juristic_id(text) == moa.is_valid(text)


@given(_mended.filter(thai.is_national_id), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed_except_the_known_collision(text: str, place: int, by: int) -> None:
    wrong = text[:place] + str((int(text[place]) + by) % 10) + text[place + 1 :]
    assert thai.is_national_id(wrong) == pin.is_valid(wrong)


def test_ids_are_grouped_and_masked() -> None:
    number = thai.parse_national_id("3100600445635")
    assert thai.format_id(number) == "3-1006-00445-63-5"
    assert thai.mask_id(number) == "x-xxxx-xxxx5-63-5"


@given(st.text())
def test_digits_go_there_and_back(text: str) -> None:
    plain = thai.to_ascii_digits(text)
    assert thai.to_ascii_digits(thai.to_thai_digits(plain)) == plain
    assert not set(plain) & set("๐๑๒๓๔๕๖๗๘๙")


def test_dates_are_written_as_the_reader_expects() -> None:
    day = dt.date(2026, 11, 25)
    assert thai.format_date(day, "th") == "25 พฤศจิกายน พ.ศ. 2569"
    assert thai.format_date(day, "th", "short") == "25 พ.ย. 2569"
    assert thai.format_date(day, "th", thai_digits=True) == "๒๕ พฤศจิกายน พ.ศ. ๒๕๖๙"
    assert thai.format_date(day, "en") == "25 November 2026"
    assert thai.format_date(day, "en", "short") == "25 Nov 2026"


@pytest.mark.parametrize(
    "text",
    ["25 พฤศจิกายน พ.ศ. 2569", "25 พฤศจิกายน 2569", "25 พ.ย. 2569", "25 พย 2569", "๒๕ พ.ย. ๒๕๖๙", "25/11/2569",
     "25-11-2569", "25.11.2569", "2569-11-25", "วันที่ 25 พฤศจิกายน พศ 2569"],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(text: str) -> None:
    assert thai.parse_buddhist_date(text) == dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    "text",
    ["", "25/11/2026", "2026-11-25", "30/2/2569", "29/2/2569", "1 ธันวาคา 2569", "1/13/2569", "0/1/2569",
     "31 มกราคม 2483", "25/11/69"],
)  # fmt: skip
def test_what_is_no_buddhist_date_is_refused(text: str) -> None:
    with pytest.raises(thai.NotABuddhistDate):
        thai.parse_buddhist_date(text)


def test_before_1941_the_year_began_in_april() -> None:
    assert thai.buddhist_year(dt.date(1940, 3, 31)) == 2482
    assert thai.buddhist_year(dt.date(1940, 4, 1)) == 2483
    assert thai.buddhist_year(dt.date(1941, 1, 1)) == 2484
    assert thai.parse_buddhist_date("31 มีนาคม 2482") == dt.date(1940, 3, 31)


@given(
    st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2400, 12, 31)),
    st.sampled_from(["long", "short"]),
    st.booleans(),
)
def test_every_thai_date_is_read_back(day: dt.date, style: thai.Style, thai_digits: bool) -> None:
    assert thai.parse_buddhist_date(thai.format_date(day, "th", style, thai_digits=thai_digits)) == day


def test_text_has_both_languages_and_does_not_change() -> None:
    text = thai.Text(th="ใบอนุญาต", en="Licence")
    assert (text.pick("th"), text.pick("en")) == ("ใบอนุญาต", "Licence")
    for language in ("th", "en"):
        with pytest.raises(ValidationError):
            setattr(text, language, "อื่น")
    with pytest.raises(ValidationError):
        thai.Text(th="", en="Licence")
