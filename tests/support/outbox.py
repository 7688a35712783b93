"""E-mail and SMS that remember, and fail when told to."""

from __future__ import annotations

import re

from chalicelib.shared.messengers import Mail


class Outbox:
    """Both ways out of the platform.

    Attributes:
        mails: what was taken, with its id.
        texts: (number, words) that were taken.
        failing: raised instead, one for each sending, until none are left.
        lost: taken, and the process dies before it learns so, once.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[str, Mail]] = []
        self.texts: list[tuple[str, str]] = []
        self.failing: list[Exception] = []
        self.lost = False

    def send(self, mail: Mail) -> str:
        """As SES."""
        self._fail()
        taken = f"ses-{len(self.mails) + 1}"
        self.mails.append((taken, mail))
        self._die()
        return taken

    def text(self, phone: str, words: str) -> str:
        """As SNS."""
        self._fail()
        self.texts.append((phone, words))
        self._die()
        return f"sns-{len(self.texts)}"

    def code(self, channel: str) -> str:
        """The code that was sent last."""
        said = self.mails[-1][1].text if channel == "email" else self.texts[-1][1]
        return str(re.findall(r"\b[0-9]{6}\b", said)[0])

    def _fail(self) -> None:
        if self.failing:
            raise self.failing.pop(0)

    def _die(self) -> None:
        if self.lost:
            self.lost = False
            raise Died


class Died(BaseException):
    """The process was killed: no handler of Exception sees it."""
