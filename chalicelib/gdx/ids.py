"""Names of the exchange: instance / member class / member / subsystem / service (X-Road PR-REST §4.1).

The member classes are the eleven kinds of state agency in clause 2 of the announcement on the four central platforms,
plus PARTNER for bodies outside the state such as the credit bureau. There are two instances: the real one, and a
sandbox that holds nobody's data; no exchange crosses from one to the other.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cached_property, lru_cache
from urllib.parse import quote

from chalicelib.shared.dataclass import dataclass

INSTANCE = "TH"
SANDBOX = "TH-TEST"
INSTANCES = (INSTANCE, SANDBOX)

RESERVED = frozenset(
    {
        "allowedMethods",
        "getOpenAPI",
        "getSecurityServerHealthData",
        "getSecurityServerMetrics",
        "getSecurityServerOperationalData",
        "getWsdl",
        "listClients",
        "listMethods",
    }
)
"""Service codes that X-Road keeps for itself since 7.7; no member may register them."""

_SEGMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


class MemberClass(StrEnum):
    """Kinds of member; the comment gives the Thai term of the announcement."""

    CENTRAL = "CENTRAL"  # ราชการส่วนกลาง
    REGIONAL = "REGIONAL"  # ราชการส่วนภูมิภาค
    LOCAL = "LOCAL"  # ราชการส่วนท้องถิ่น
    SOE = "SOE"  # รัฐวิสาหกิจ
    PO = "PO"  # องค์การมหาชน
    PARLIAMENT = "PARLIAMENT"  # หน่วยงานของรัฐสภา
    COURT = "COURT"  # หน่วยงานของศาล
    CONST = "CONST"  # องค์กรอิสระตามรัฐธรรมนูญ
    OAG = "OAG"  # องค์กรอัยการ
    UNIV = "UNIV"  # สถาบันอุดมศึกษาของรัฐ
    INDEP = "INDEP"  # หน่วยงานอิสระของรัฐ
    PARTNER = "PARTNER"  # หน่วยงานนอกภาครัฐที่เชื่อมต่อ


class BadId(ValueError):
    """The text is not an id of this exchange."""


def _segment(text: str) -> str:
    if not _SEGMENT.fullmatch(text):
        raise BadId("letters, digits and . _ - only, at most 64")
    return text


def _parts(text: str, count: int) -> list[str]:
    parts = text.split("/")
    if len(parts) != count:
        raise BadId(f"needs {count} parts")
    if parts[0] not in INSTANCES:
        raise BadId("another instance")
    if parts[1] not in MemberClass.__members__:
        raise BadId("unknown member class")
    return [_segment(part) for part in parts]


@dataclass(frozen=True, order=True)
class MemberId:
    """A member: an agency, or a partner outside the state."""

    member_class: MemberClass
    code: str
    instance: str = INSTANCE

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> MemberId:
        """Reads `TH/CENTRAL/DOPA`; raises BadId."""
        instance, member_class, code = _parts(text, 3)
        return cls(MemberClass(member_class), code, instance)

    @cached_property
    def _text(self) -> str:
        return f"{self.instance}/{self.member_class}/{self.code}"

    def __str__(self) -> str:
        return self._text


@dataclass(frozen=True, order=True)
class SubsystemId:
    """An information system of a member; it is what asks and what answers."""

    member: MemberId
    code: str

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> SubsystemId:
        """Reads `TH/CENTRAL/DOPA/civil`; raises BadId."""
        head, _, code = text.rpartition("/")
        return cls(MemberId.parse(head), _segment(code))

    @cached_property
    def _text(self) -> str:
        return f"{self.member}/{self.code}"

    def __str__(self) -> str:
        return self._text


@dataclass(frozen=True, order=True)
class ServiceId:
    """A service of a subsystem."""

    subsystem: SubsystemId
    code: str

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> ServiceId:
        """Reads `TH/CENTRAL/DOPA/civil/person`; raises BadId."""
        head, _, code = text.rpartition("/")
        if code in RESERVED:
            raise BadId("X-Road keeps this service code for itself")
        return cls(SubsystemId.parse(head), _segment(code))

    @cached_property
    def _text(self) -> str:
        return f"{self.subsystem}/{self.code}"

    def __str__(self) -> str:
        return self._text


def as_header(identifier: str) -> str:
    """An id as an X-Road header value: each part percent-encoded by itself."""
    return "/".join(quote(part, safe="'()+,-.=?~") for part in identifier.split("/"))
