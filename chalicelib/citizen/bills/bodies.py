"""What callers send about bills and money."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.shared.payment_accounts import Way
from chalicelib.shared.sourced import Member
from chalicelib.shared.web import Incoming

from ..model import Pid
from ..paging import Paging
from .model import State

CustomerNo = Annotated[
    str, Field(pattern=r"^[0-9A-Za-z-]{4,40}$", description="As on the paper bill; see /citizen/v1/billers")
]
Nickname = Annotated[str, Field(max_length=60, description="What the person calls it, e.g. บ้านแม่")]


class LookUp(Incoming):
    """Whose bills."""

    biller: Annotated[str, Field(max_length=63)]
    customer_no: CustomerNo


class SaveMeter(LookUp):
    """An account to be saved."""

    nickname: Nickname = ""
    watch: bool = Field(default=False, description="Ask for new bills by itself; off unless the person wants it")


class ChangeMeter(Incoming):
    """What may change of a saved account."""

    nickname: Nickname = ""
    watch: bool = False


class FileDispute(Incoming):
    """What is wrong with the bill."""

    reason: Annotated[str, Field(max_length=63, description="A code of the biller; see /citizen/v1/billers")]
    text: Annotated[str, Field(max_length=2000, description="In the person's own words; goes to the biller")] = ""


class BillsQuery(Paging):
    """Which bills."""

    state: State = Field(default="open", description="open: by due day; paid and gone: newest first")


class ReceiptFormat(Incoming):
    """How a receipt is wanted."""

    format: Literal["json", "html"] | None = Field(default=None, description="Absent: as the Accept header says")


class MoneyQuery(Paging):
    """Which entries."""

    state: Literal["open", "closed"] = "open"
    agency: Annotated[str, Field(max_length=120)] | None = Field(
        default=None, description="For the operator; absent: money of which no bill is known"
    )


class MoneyDecision(Incoming):
    """One officer's step on an entry. To confirm, say in full what was proposed."""

    step: Literal["propose", "confirm", "decline"]
    way: Way | None = Field(default=None, description="To propose or confirm")
    bill: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = Field(
        default=None, description="The bill to be paid, with `apply`"
    )
    reason: Annotated[str, Field(min_length=3, max_length=1000)]


class FinanceOfficer(Incoming):
    """Who decides about an agency's money."""

    pid: Pid
    agency: Member
    name: Annotated[str, Field(min_length=1, max_length=120)]
    serves: bool = Field(default=True, description="false: no longer")


class MoneyRun(Incoming):
    """Which run of a day."""

    run: Annotated[int, Field(ge=1, le=999999)] | None = Field(default=None, description="Absent: the last one")


class ProviderSecret(Incoming):
    """The secret that a payment provider signs with."""

    secret: Annotated[str, Field(min_length=32, max_length=200)]
