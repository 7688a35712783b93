"""Ways to a person outside the portal: e-mail and SMS, whatever stands behind them (SES and SNS, or memory in tests).

A message that was taken cannot be taken back, and neither service knows a repeat of ours. So a sender must learn which
of three things happened: taken (an id comes back), surely not taken (`NotTaken`, `Undeliverable`), or nobody can tell
(`Unclear`). What counts as which is decided here once, and adapters repeat nothing by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from .dataclass import dataclass


class Failed(Exception):
    """Base: `code` is the provider's name for the reason; never holds an address or what was to be said."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotTaken(Failed):
    """Surely not taken, and it may be tried again: throttled, a quota, nobody answered the connection."""


class Undeliverable(Failed):
    """Surely not taken, and this address never will be: no such number, or its owner opted out."""


class Unclear(Failed):
    """The answer was lost: it may have been taken or not."""


@dataclass(frozen=True)
class Mail:
    """One e-mail to one person, plain text.

    Attributes:
        to: the address.
        subject, text: what is said.
        tags: come back with what the provider tells of this e-mail; letters, digits, `_` and `-`, no personal data.
    """

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    tags: Mapping[str, str]


class Mailer(Protocol):
    """Sends e-mail in the name of the platform."""

    def send(self, mail: Mail) -> str:
        """The provider's id of a taken e-mail; raises `NotTaken`, `Undeliverable` or `Unclear`."""
        ...


class Texter(Protocol):
    """Sends SMS in the name of the platform."""

    def text(self, phone: str, words: str) -> str:
        """The provider's id of a taken SMS to a number in E.164; raises `NotTaken`, `Undeliverable` or `Unclear`."""
        ...


@dataclass(frozen=True)
class Outside:
    """The ways out of a platform."""

    mailer: Mailer
    texter: Texter
