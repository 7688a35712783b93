"""A municipality with an editor, a steward and a publisher, and tables in which somebody can be found or nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.opendata.tables.ingest import table
from tests.opendata.governance.town import Municipality
from tests.support.client import Answer

CLEAN = "ตำบล,จำนวน\nแหลมงอบ,10\nบางปิด,20\n".encode()
PATH = "/opendata/v1/resources/{}/personal-data"


def national_id(twelve: str) -> str:
    """The id whose first twelve digits these are."""
    weighed = sum(int(digit) * weight for digit, weight in zip(twelve, range(13, 1, -1), strict=True))
    return twelve + str((11 - weighed % 11) % 10)


def ids(count: int, first: int = 3_100_600_445) -> list[str]:
    """Valid ids of nobody in particular."""
    return [national_id(f"{first + 7 * each}{each % 90 + 10:02d}") for each in range(count)]


IDS = ids(20)
NAMES = [f"นายสมชาย{letter} ใจดี{letter}" for letter in "กขคงจฉชซฌญฎฏฐฑฒณดตถท"]
PEOPLE = ("ชื่อผู้รับสิทธิ,เลขประจำตัวประชาชน,ตำบล\n" + "".join(
    f"{name},{number},แหลมงอบ\n" for name, number in zip(NAMES, IDS, strict=True)
)).encode()  # fmt: skip
VALUES = (*IDS, *(name.split()[1] for name in NAMES))
"""What must stand nowhere but in the file itself."""


class Town(Municipality):
    """The room with people who look after personal data."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.catalogue.build = table.build  # without the cage, which has its own tests

    def shown(self, resource: str, token: str | None = None) -> Answer:
        """What was found, as its organisation reads it."""
        return self.client.get(PATH.format(resource), headers=self.headers(token or self.steward))

    def allow(self, resource: str, token: str | None = None, **changes: Any) -> Answer:
        """A steward's word that it may be published."""
        given: dict[str, Any] = {
            "version": 1,
            "basis": "public_register",
            "reason": "ทะเบียนนี้กฎหมายให้เปิดเผย",
            **changes,
        }
        return self.client.post(
            f"{PATH.format(resource)}/override", json=given, headers=self.headers(token or self.steward)
        )

    def end(self, resource: str, override: str, token: str | None = None) -> Answer:
        """The steward's word is taken back."""
        return self.client.delete(
            f"{PATH.format(resource)}/override/{override}", headers=self.headers(token or self.steward)
        )

    @staticmethod
    def headers(token: str) -> Mapping[str, str]:
        """Of somebody's request."""
        return {"Authorization": f"Bearer {token}"}

    def rows(self, resource: str) -> Sequence[Mapping[str, Any]]:
        """What everybody reads of a resource's table."""
        found: Sequence[Mapping[str, Any]] = self.result(self.ask("datastore_search", resource_id=resource))["records"]
        return found
