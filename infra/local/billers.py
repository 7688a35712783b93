"""Sample billers of electricity and water: accounts with open bills, which disappear when they are marked paid.

They stand in the data centre at `{endpoint}/{bill|account|payment|dispute}/...`, check that the exchange asks, and keep
everything in memory. `{endpoint}/admin` sets how one behaves, `/admin/bills` sends a bill, `/admin/payments` tells
what it was told, `/admin/disputes` decides one. Each speaks its own words, as `infra/seed/billers.json` says.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field

from chalicelib.shared.errors import not_found
from chalicelib.shared.web import Incoming
from chalicelib.shared.workdays import thai_date
from infra.local.agencies import Check, SetMode, behave
from infra.local.data_centre import NORMAL, endpoint_of
from infra.local.gateway_event import HttpAnswer, HttpRequest
from infra.local.paths import Handler, json_answer, read_body

FILE = Path(__file__).resolve().parent.parent / "seed" / "billers.json"


class Body(Incoming):
    """Whatever a biller is told; it reads its own words."""

    model_config = ConfigDict(extra="allow")


class SampleBill(Incoming):
    """A bill as the seed has it: due so many days after the biller opened."""

    number: str
    amount: str = Field(pattern=r"^[0-9]+\.[0-9]{2}$")
    due_in_days: int
    period: str


class SampleAccount(Incoming):
    """An account and whose it is."""

    customer_no: str
    pid: str = Field(repr=False)
    holder_masked: str
    bills: list[SampleBill]


class SampleBiller(Incoming):
    """One biller, and what it calls things."""

    subsystem: str
    words: dict[str, str]
    accounts: list[SampleAccount]


class SendBill(Incoming):
    """A new bill."""

    customer_no: str
    number: str
    amount: str = Field(pattern=r"^[0-9]+\.[0-9]{2}$")
    due_on: str
    period: str


class Decide(Incoming):
    """What the biller says of a dispute."""

    dispute: str
    state: str
    note: str


class BillersHouse:
    """One biller's books.

    Args:
        sample: what it begins with.
        check: how it knows the exchange.
        clock: tells the time, for due days.
    """

    def __init__(self, sample: SampleBiller, check: Check, clock: Callable[[], dt.datetime]) -> None:
        self._sample = sample
        self._check = check
        self._mode = NORMAL
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._accounts = {account.customer_no: account for account in sample.accounts}
        today = thai_date(clock())
        self._bills: dict[str, dict[str, SendBill]] = {
            account.customer_no: {
                bill.number: SendBill(
                    customer_no=account.customer_no,
                    number=bill.number,
                    amount=bill.amount,
                    due_on=(today + dt.timedelta(days=bill.due_in_days)).isoformat(),
                    period=bill.period,
                )
                for bill in account.bills
            }
            for account in sample.accounts
        }
        self._told: dict[str, dict[str, Any]] = {}
        self._disputes: dict[str, dict[str, Any]] = {}

    @property
    def handlers(self) -> dict[tuple[str, str], Handler]:
        """Its services and its own desk, by method and path."""
        base, services = endpoint_of(self._sample.subsystem), {
            ("bill", "open"): self._open,
            ("account", "check"): self._whose,
            ("payment", "mark-paid"): self._marked,
            ("dispute", "file"): self._filed,
            ("dispute", "find"): self._found,
        }  # fmt: skip
        asked: dict[tuple[str, str], Handler] = {
            ("POST", f"{base}/{service}/{path}"): self._service(service, answer)
            for (service, path), answer in services.items()
        }
        return asked | {
            ("POST", f"{base}/admin"): self._set_mode,
            ("POST", f"{base}/admin/bills"): self._send,
            ("GET", f"{base}/admin/payments"): lambda _: json_answer(list(self._told.values())),
            ("POST", f"{base}/admin/disputes"): self._decide,
        }

    def _service(self, service: str, answer: Callable[[Mapping[str, Any]], Any]) -> Handler:
        def handle(request: HttpRequest) -> HttpAnswer:
            self._check(request, self._sample.subsystem, service)
            found = behave(self._mode, self._stopping)
            if found is not None:
                return found
            words = {theirs: ours for ours, theirs in self._sample.words.items()}
            body = read_body(request, Body).model_dump()
            with self._lock:
                return json_answer(answer({words.get(name, name): value for name, value in body.items()}))

        return handle

    def _open(self, asked: Mapping[str, Any]) -> Any:
        bills = self._bills.get(str(asked["customer_no"]))
        if bills is None:
            raise not_found("เลขผู้ใช้บริการนี้", "customer number")
        shown = [
            {self._word("number"): bill.number, self._word("amount"): bill.amount, self._word("due"): bill.due_on,
             self._word("period"): bill.period}
            for bill in bills.values()
            if not self._is_paid(bill.number)
        ]  # fmt: skip
        return {self._word("bills"): shown}

    def _whose(self, asked: Mapping[str, Any]) -> Any:
        account = self._accounts.get(str(asked["customer_no"]))
        if account is None:
            raise not_found("เลขผู้ใช้บริการนี้", "customer number")
        yours = account.pid == asked["pid"]
        return {"yours": yours} | ({"holder_masked": account.holder_masked} if yours else {})

    def _marked(self, told: Mapping[str, Any]) -> Any:
        known = self._told.get(str(told["transaction"]))
        if known is None or known["sequence"] < told["sequence"]:
            self._told[str(told["transaction"])] = dict(told)
        return {"marked": True}

    def _filed(self, told: Mapping[str, Any]) -> Any:
        self._disputes.setdefault(
            str(told["dispute"]), {**told, "state": "received", "note": "รับเรื่องแล้ว จะตอบภายใน 7 วัน"}
        )
        return self._found(told)

    def _found(self, asked: Mapping[str, Any]) -> Any:
        dispute = self._disputes.get(str(asked["dispute"]))
        if dispute is None:
            raise not_found("เรื่องโต้แย้งนี้", "dispute")
        return {"state": dispute["state"], "note": dispute["note"]}

    def _is_paid(self, number: str) -> bool:
        return any(each["number"] == number and each["status"] == "paid" for each in self._told.values())

    def _word(self, name: str) -> str:
        return self._sample.words[name]

    def _set_mode(self, request: HttpRequest) -> HttpAnswer:
        self._mode = read_body(request, SetMode)
        return json_answer(self._mode.model_dump())

    def _send(self, request: HttpRequest) -> HttpAnswer:
        bill = read_body(request, SendBill)
        with self._lock:
            self._bills.setdefault(bill.customer_no, {})[bill.number] = bill
        return json_answer(bill.model_dump(), 201)

    def _decide(self, request: HttpRequest) -> HttpAnswer:
        wish = read_body(request, Decide)
        with self._lock:
            if wish.dispute not in self._disputes:
                raise not_found("เรื่องโต้แย้งนี้", "dispute")
            self._disputes[wish.dispute] |= {"state": wish.state, "note": wish.note}
        return json_answer(wish.model_dump())


def samples(file: Path = FILE) -> list[SampleBiller]:
    """The billers of the laptop."""
    return [SampleBiller.model_validate(each) for each in json.loads(file.read_text(encoding="utf-8"))["billers"]]


def billers(check: Check, clock: Callable[[], dt.datetime]) -> dict[tuple[str, str], Handler]:
    """What all of them answer, for the data centre."""
    handlers: dict[tuple[str, str], Handler] = {}
    for sample in samples():
        handlers |= BillersHouse(sample, check, clock).handlers
    return handlers


def endpoints(address: str) -> dict[str, str]:
    """Where each answers in a data centre of this address, by subsystem id."""
    return {sample.subsystem: address + endpoint_of(sample.subsystem) for sample in samples()}
