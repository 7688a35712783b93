"""Who saw my data: read from the exchange, which writes a line for every exchange it makes (PDPA s.30)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from chalicelib.shared.errors import UpstreamFailed
from chalicelib.shared.gdx_client import Gdx

from .views import UsageLine, UsageList

SERVICE = "TH/CENTRAL/DGA/gdx/usage"
PURPOSE = "own-access-log"


class Page(Protocol):
    """Some lines of the exchange's log, newest first."""

    @property
    def items(self) -> Sequence[Any]:
        """Objects with the attributes of `UsageLine`."""
        ...

    @property
    def next(self) -> str | None:
        """Where to go on."""
        ...


class AccessLog(Protocol):
    """What this room asks of the exchange."""

    def entries(self, pid: str, after: str | None = None, limit: int = 50) -> Page:
        """The lines about one person; `after` is `next` of the page before.

        Raises:
            Malformed: `after` belongs to another list.
        """
        ...


class AccessLogByExchange:
    """The access log asked for as any member asks: through the exchange, by agreement.

    Args:
        gdx: the exchange; this room is the member `TH/CENTRAL/DGA/citizen`.
    """

    def __init__(self, gdx: Gdx) -> None:
        self._gdx = gdx

    def entries(self, pid: str, after: str | None = None, limit: int = 50) -> UsageList:
        """See `AccessLog.entries`."""
        body = {"pid": pid, "limit": limit, **({} if after is None else {"after": after})}
        answer = self._gdx.ask(SERVICE, "POST", "/find", body, PURPOSE)
        try:
            return UsageList.model_validate(answer.value)
        except ValueError:
            raise UpstreamFailed("ศูนย์แลกเปลี่ยนข้อมูลตอบไม่ถูกต้อง", "The data exchange answered nonsense.") from None


def as_list(page: Page) -> UsageList:
    """A page of the log for the person it is about."""
    names = UsageLine.model_fields
    lines = [UsageLine(**{name: getattr(item, name) for name in names}) for item in page.items]
    return UsageList(items=lines, next=page.next)
