"""The Biz Portal's list of services, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.citizen.directory.model import Service
from chalicelib.shared.errors import Refusal
from chalicelib.shared.thai import Text


def licence(id: str, th: str, en: str) -> Service:
    """A licence of the Biz Portal."""
    text = Text(th=th, en=en)
    place = f"/biz/v1/services/{id}"
    return Service(
        id=f"licence:{id}",
        kind="licence",
        name=text,
        about=text,
        agency="TH/LOCAL/LAEMNGOP",
        category="business",
        path=place,
    )


class Shelf:
    """`directory.ports.Source` of a test.

    Attributes:
        away: what it raises instead of answering.
    """

    def __init__(self) -> None:
        self.held = [licence("food-establishment-licence", "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร", "Food establishment licence")]
        self.away: Refusal | None = None
        self.asked = 0

    def services(self) -> Sequence[Service]:
        """See `Source.services`."""
        self.asked += 1
        if self.away is not None:
            raise self.away
        return list(self.held)
