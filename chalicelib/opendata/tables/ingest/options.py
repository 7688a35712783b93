"""What the owner of a file wants to be assumed of it, instead of what the ingest would find out by itself.

Every assumption that a report names can be overridden here; what is left out is found out. An option that does not
fit the file is refused when the file is read, with a reason, and never ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from chalicelib.shared.errors import Fault, Invalid

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp874")
DELIMITERS = (",", "\t", ";", "|")
TYPES = ("text", "int8", "numeric", "float8", "bool", "date", "timestamp", "timestamptz")

_ENCODING_NAMES = {
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "tis-620": "cp874",
    "tis620": "cp874",
    "windows-874": "cp874",
    "iso-8859-11": "cp874",
}
_DELIMITER_NAMES = {"comma": ",", "tab": "\t", "\\t": "\t", "semicolon": ";", "pipe": "|"}


def _encoding(given: object) -> object:
    return _ENCODING_NAMES.get(given.strip().lower(), given.strip().lower()) if isinstance(given, str) else given


def _delimiter(given: object) -> object:
    return _DELIMITER_NAMES.get(given.lower(), given) if isinstance(given, str) else given


Short = Annotated[str, Field(max_length=200)]


class Options(BaseModel):
    """The overrides of one file; none by default.

    Attributes:
        encoding: of a text file; the usual names of CP874 (TIS-620, Windows-874) are understood.
        delimiter: of a text file; also by the words comma, tab, semicolon and pipe.
        header: the row with the column names, counted from 1 over all rows as they stand, blank ones too; 0 where there
            is none. Rows above it are taken for titles.
        header_rows: how many rows the header has; their words are joined.
        footer_rows: filled rows at the end that are no data, as notes and sources.
        sheets: names of the sheets of a workbook or members of an archive that are wanted; all visible ones otherwise.
        types: type by column name as published; "text" keeps a column as it is written. A type that some value does not
            fit is refused.
        missing: words that mean "no value", beside an empty cell; replaces the list that is assumed otherwise.
        decimal: the decimal mark; with "," the point separates thousands.
        day_first: whether 04/08/2024 is the 4th of August; the ingest itself decides it only when it is certain.
        era: of years with two digits.
        keep_originals: whether the owner's writing is kept beside a column whose type changed it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    encoding: Annotated[Literal["utf-8", "utf-16-le", "utf-16-be", "cp874"] | None, BeforeValidator(_encoding)] = None
    delimiter: Annotated[Literal[",", "\t", ";", "|"] | None, BeforeValidator(_delimiter)] = None
    header: Annotated[int, Field(ge=0, le=1_000)] | None = None
    header_rows: Annotated[int, Field(ge=1, le=5)] | None = None
    footer_rows: Annotated[int, Field(ge=0, le=1_000)] | None = None
    sheets: Annotated[tuple[Short, ...], Field(max_length=100, strict=False)] = ()
    types: Annotated[
        dict[Short, Literal["text", "int8", "numeric", "float8", "bool", "date", "timestamp", "timestamptz"]],
        Field(max_length=2_000),
    ] = {}
    missing: Annotated[tuple[Short, ...], Field(max_length=50, strict=False)] | None = None
    decimal: Literal[".", ","] | None = None
    day_first: bool | None = None
    era: Literal["BE", "CE"] | None = None
    keep_originals: bool = True

    @property
    def given(self) -> dict[str, Any]:
        """What was set, as JSON; `parse` of it gives the same options."""
        return self.model_dump(mode="json", exclude_unset=True)


_MENDING = {
    "encoding": ("ต้องเป็น utf-8, utf-16-le, utf-16-be หรือ tis-620", "one of utf-8, utf-16-le, utf-16-be, tis-620"),
    "delimiter": ("ต้องเป็น comma, tab, semicolon หรือ pipe", "one of comma, tab, semicolon, pipe"),
    "header": ("ต้องเป็นเลขแถว 1 ถึง 1,000 หรือ 0 เมื่อไม่มีหัวตาราง", "the row's number, 1 to 1,000, or 0 for none"),
    "header_rows": ("ต้องเป็นจำนวน 1 ถึง 5", "a number from 1 to 5"),
    "footer_rows": ("ต้องเป็นจำนวน 0 ถึง 1,000", "a number from 0 to 1,000"),
    "sheets": ("ต้องเป็นรายชื่อแผ่นงาน", "a list of names of sheets"),
    "types": (f"ต้องเป็นชื่อคอลัมน์คู่กับชนิด {', '.join(TYPES)}", f"names of columns with a type of {', '.join(TYPES)}"),
    "missing": ("ต้องเป็นรายการคำที่แปลว่าไม่มีข้อมูล ไม่เกิน 50 คำ", "a list of at most 50 words that mean 'no value'"),
    "decimal": ('ต้องเป็น "." หรือ ","', '"." or ","'),
    "day_first": ("ต้องเป็น true หรือ false", "true or false"),
    "era": ("ต้องเป็น BE (พ.ศ.) หรือ CE (ค.ศ.)", "BE or CE"),
    "keep_originals": ("ต้องเป็น true หรือ false", "true or false"),
}


def parse(given: Mapping[str, Any], pointer: str = "/options") -> Options:
    """The options that a mapping (as JSON) holds.

    Args:
        given: by field; an absent field is found out by the ingest.
        pointer: where the mapping stands in what the caller sent; faults point below it.

    Raises:
        Invalid: with one fault for each field that is wrong; nothing of what was sent is repeated.
    """
    try:
        return Options.model_validate(dict(given))
    except ValidationError as wrong:
        fields = sorted({str(error["loc"][0]) for error in wrong.errors(include_input=False) if error["loc"]})
    faults = [_fault(pointer, field) for field in fields if field in _MENDING]
    if len(faults) < len(fields):
        known = ", ".join(_MENDING)
        faults.append(Fault(pointer, f"มีตัวเลือกที่ไม่รู้จัก ใช้ได้เฉพาะ {known}", f"Unknown option; known are {known}."))
    raise Invalid("ตัวเลือกในการอ่านไฟล์ไม่ถูกต้อง", "The options for reading the file are not valid.", faults)


def _fault(pointer: str, field: str) -> Fault:
    th, en = _MENDING[field]
    return Fault(f"{pointer}/{field}", f"{field} {th}", f"{field} must be {en}.")
