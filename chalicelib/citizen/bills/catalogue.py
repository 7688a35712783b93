"""The billers that the portal knows: one file each in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from chalicelib.shared.errors import Fault, Invalid

from .definition import BillerDefinition

SHIPPED = Path(__file__).with_name("shipped")


class Billers:
    """Billers by id, in the order of their names."""

    def __init__(self, billers: Mapping[str, BillerDefinition]) -> None:
        self._billers = dict(billers)

    def __iter__(self) -> Iterator[BillerDefinition]:
        return iter(self._billers.values())

    def get(self, id: str) -> BillerDefinition | None:
        """The biller, or None."""
        return self._billers.get(id)

    def there(self, id: str) -> BillerDefinition:
        """The biller of something that is kept; it was there when that was written.

        Raises:
            KeyError: its file was taken away since.
        """
        return self._billers[id]

    def asked_for(self, id: str, customer_no: str) -> BillerDefinition:
        """The biller of a question.

        Raises:
            Invalid: there is none, or the number cannot be one of its.
        """
        biller = self._billers.get(id)
        if biller is None:
            names = ", ".join(self._billers)
            th, en = f"เลือกได้เฉพาะ {names}", f"Choose one of {names}."
            raise Invalid("ไม่มีผู้ออกบิลรายนี้", "There is no such biller.", [Fault("/biller", th, en)])
        number = biller.customer_number
        if not number.fits(customer_no):
            fault = Fault(
                "/customer_no",
                f"ตัวอย่าง {number.example} ดูได้ที่: {number.where.th}",
                f"Write it like {number.example}. Where it stands: {number.where.en}",
            )
            raise Invalid(f"{number.name.th}ไม่ถูกต้อง", f"This cannot be a {number.name.en}.", [fault])
        return biller


def read(folder: Path) -> Billers:
    """All billers of a folder.

    Raises:
        ValueError: a file is no biller.
    """
    found = [
        BillerDefinition.model_validate_json(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))
    ]
    return Billers({biller.id: biller for biller in sorted(found, key=lambda each: each.names.en)})


def shipped() -> Billers:
    """Those that come with Klang; a test and `make check` judge them, not each start."""
    return read(SHIPPED)
