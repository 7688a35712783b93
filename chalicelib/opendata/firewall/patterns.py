"""How personal data is written in a cell, as SQL expressions over a text. RE2 knows no look-around: where a number must
not be a piece of a longer one, the longer one is named first and so eaten whole."""

from __future__ import annotations

_TH = "[ก-ฮเ-ไ][ก-ฮะ-ูเ-๎]{1,29}"
_SEP = "[ .–-]?"

NINE_DIGITS = "[0-9๐-๙](?:[ .()–-]{0,3}[0-9๐-๙]){8}"
"""What has no nine digits is neither an id nor a telephone number."""

_ID = f"[1-8]{_SEP}[0-9]{{4}}{_SEP}[0-9]{{5}}{_SEP}[0-9]{{2}}{_SEP}[0-9]"
IDS = f"[0-9]{{14,}}|[0-9]+\\.[0-9]{{5,}}|{_ID}[0-9]+|{_ID}|[0-9]+"
GROUPED_ID = "[1-8][ –-][0-9]{4}[ –-][0-9]{5}[ –-][0-9]{2}[ –-][0-9]"
_MOBILE = "(?:\\+?66[ -]{0,3}|0[ -]{0,3})[689](?:[ .()–-]{0,3}[0-9]){8}"
_LAND = "(?:\\+66[ -]{0,3}|0[ -]{0,3})[2-7](?:[ .()–-]{0,3}[0-9]){7}"
MOBILES = f"[0-9]{{12,}}|{_ID}|{_MOBILE}[0-9]+|{_MOBILE}|[0-9]+\\.[0-9]{{5,}}|[0-9]+"
LANDS = f"[0-9]{{11,}}|{_MOBILE}|{_LAND}[0-9]{{2,}}|{_LAND}|[0-9]+\\.[0-9]{{5,}}|[0-9]+"

PERSONAL_MAIL = (
    "(?i)[\\w.+-]{2,64}@(?:gmail|googlemail|hotmail|yahoo|ymail|outlook|live|icloud|windowslive|msn|me|aol|proton|"
    "protonmail)\\.[a-z]{2,4}"
)

_RANKS = (
    "พล\\.?(?:[ตอรท]\\.?){1,3}|พ\\.(?:[ตจ]\\.)?[อทตจ]\\.|ร\\.(?:[ตน]\\.)?[อทต]\\.|น\\.[อทต]\\.|[สจ]\\.(?:[ตสอ]\\.)?[อทต]\\.|ด\\.ต\\.|"
    "ว่าที่(?: ?ร(?:้อย|\\.)(?:ตรี|ต\\.|โท|ท\\.|เอก|อ\\.)?)?|"
    "(?:พล|พัน|ร้อย|จ่าสิบ|สิบ|นาวา|เรือ)(?:ตำรวจ)?(?:เอก|โท|ตรี)|นายดาบตำรวจ"
)
TITLES = (
    "นางสาว|นาย|นาง|น\\.? ?ส\\.|เด็กชาย|เด็กหญิง|ด\\.? ?ช\\.|ด\\.? ?ญ\\.|"
    "ม\\.ร\\.ว\\.|ม\\.ล\\.|ดร\\.|ผศ\\.|รศ\\.|นพ\\.|พญ\\.|ทพ\\.|ทพญ\\.|"
    f"{_RANKS}|(?:Mr|Mrs|Ms|Miss|MR|MRS|MS|MISS)\\b\\.?"
)
TITLE_ALONE = f"(?:{TITLES})"
_EDGE = "(?:^|[^ก-๎A-Za-z])"
NAMED = f"{_EDGE}(?:{TITLES}) *(?:{_TH} +{_TH}|[A-Z][A-Za-z'-]+ +[A-Z][A-Za-z'-]+)"
TITLED = f"{_EDGE}(?:{TITLES})"
ANYTHING = f"{NINE_DIGITS}|{TITLED}|@|[Ll][Ii][Nn][Ee]"
"""What has none of these has nothing of what is looked for inside of texts; one pass over the cell."""
TWO_WORDS = f"(?:{_TH}|[A-Z][A-Za-z'-]+)(?: +(?:{_TH}|[A-Z][A-Za-z'-]+)){{1,3}}"
ONE_WORD = f"(?:{_TH}|[A-Za-z][A-Za-z'-]+)"

OFFICES = (
    "นาย(?:กเทศมนตรี|ก ?องค์การ|กสมาคม|กรัฐมนตรี|กสภา|กเมือง|กพุทธ|ก ?อบต|ก ?อบจ|"
    "กเหล่ากาชาด|กสโมสร|ก +|ทะเบียน|อำเภอ|แพทย์|สัตวแพทย์|ช่าง|ด่าน|ตรวจ|จ้าง|สถานี|ทหาร|ตำรวจ|หน้า|ประกัน|ไปรษณีย์|เวร|ท้าย|ท่า)|"
    "นาง(?:รอง|พยาบาล|แล|เลิ้ง|บวช|ฟ้า|งาม|นวล|พญา|พิม|ลือ|ตะเคียน|กวัก|ตลาด|สงกรานต์|ครวญ|สาวไทย|ลิ้นจี่)"
)
"""Offices, trades and places that begin like a person's title."""
PLACES = "ซอย|ถนน|แขวง|เขต|ตำบล|อำเภอ|จังหวัด|หมู่|(?:^|[ ,(|])[ซถตอจ]\\. ?[ก-ฮเ-ไ][ก-๎]"
HOUSE = (
    "(?:^|บ้านเลขที่|เลขที่) *[0-9๐-๙]{1,5}(?:[/-][0-9๐-๙]{1,5})? *(?:$|,? *(?:หมู่|ม\\.|ซอย|ซ\\.|ถนน|ถ\\.|ตำบล|ต\\.|แขวง))"
)
PASSPORT = "[A-Za-z]{1,2}[0-9]{6,7}"
ACCOUNT = "[0-9]{3}-?[0-9]{1,2}-?[0-9]{5,6}-?[0-9]{0,2}"
LINE_NAME = "[a-z0-9][a-z0-9._-]{3,19}"
LINE_SAID = "(?i)\\bline *(?:id)? *[:：] *[a-z0-9][a-z0-9._-]{3,19}"
PLATE = "[0-9๐-๙]?[ก-ฮ]{1,2}[ -]?[0-9๐-๙]{1,4}(?: *[ก-๎]{3,30})?"


def literal(text: str) -> str:
    """A text of ours as SQL."""
    return "'" + text.replace("'", "''") + "'"


def digits(value: str) -> str:
    """The text with Thai digits as ASCII ones."""
    return f"translate({value}, '๐๑๒๓๔๕๖๗๘๙', '0123456789')"


def has(value: str, pattern: str) -> str:
    """Whether the pattern is somewhere in the text."""
    return f"regexp_matches({value}, {literal(pattern)})"


def is_all(value: str, pattern: str) -> str:
    """Whether the pattern is the whole text."""
    return f"regexp_full_match(trim({value}), {literal(pattern)})"


def found(value: str, pattern: str, test: str) -> str:
    """The pieces of the text that a pattern cuts out, marks between digits taken away, which pass a test over `e`."""
    pieces = f"regexp_extract_all({value}, {literal(pattern)})"
    bare = f"list_transform({pieces}, lambda p: regexp_replace(p, '[^0-9+]', '', 'g'))"
    return f"list_filter({bare}, lambda e: {test})"


ID_RANGE = (1_000_000_000_000, 8_999_999_999_999)
ID_TEST = "length(e) = 13 AND e[1] BETWEEN '1' AND '8'"
MOBILE_TEST = "regexp_full_match(e, '(?:\\+?66|0)[689][0-9]{8}')"
LAND_TEST = "regexp_full_match(e, '(?:\\+66|0)[2-7][0-9]{7,8}')"


def checks(number: str) -> str:
    """Whether the check digit of a whole number of 13 digits is right (modulo 11, weights 13 to 2)."""
    weighed = " + ".join(f"{13 - place} * (({number} // {10 ** (12 - place)}) % 10)" for place in range(12))
    return f"((11 - ({weighed}) % 11) % 10 = {number} % 10)"


def without_offices(value: str) -> str:
    """The text with offices, trades and places blotted out."""
    return f"regexp_replace({value}, {literal(f'{OFFICES}|{PLACES}')}, '|', 'g')"


def one_id(text: str, whole: str) -> str:
    """The id in a text as a number: one whose check digit is right, else any that is as long, else NULL.

    Args:
        text: the value, in ASCII digits.
        whole: the value where it is nothing but a whole number, which is quickly looked at; else NULL.
    """
    ids = f"list_transform({found(text, IDS, ID_TEST)}, lambda e: CAST(e AS BIGINT))"
    valid = f"list_filter({ids}, lambda e: {checks('e')})"
    return (
        f"CASE WHEN {whole} IS NOT NULL THEN CASE WHEN {whole} BETWEEN {ID_RANGE[0]} AND {ID_RANGE[1]} THEN {whole} END"
        f" WHEN {text} IS NOT NULL THEN coalesce({valid}[1], {ids}[1]) END"
    )


def has_number(text: str, whole: str, pattern: str, test: str) -> str:
    """Whether a text has a telephone number; arguments as of `one_id` and `found`."""
    return (
        f"CASE WHEN {whole} IS NOT NULL THEN {test.replace('e,', f'trim({text}),', 1)}"
        f" WHEN {text} IS NOT NULL THEN len({found(text, pattern, test)}) > 0 ELSE false END"
    )
