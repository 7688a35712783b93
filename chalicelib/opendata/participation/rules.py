"""The rules of taking part: what may be said, and who decides whether it is shown.

Stars count at once; every text waits for a moderator of the publishing organisation. A text that holds a person's
number, phone or address is not taken at all: what is never stored cannot leak.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from chalicelib.shared.errors import Fault, Invalid, WrongState

from ..personal import personal
from .model import Contribution, State

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

MOVES: Mapping[tuple[State, State], str] = {
    ("waiting", "shown"): "moderator",
    ("waiting", "hidden"): "moderator",
    ("shown", "hidden"): "moderator",
    ("hidden", "shown"): "moderator",
    ("waiting", "withdrawn"): "author",
    ("shown", "withdrawn"): "author",
    ("hidden", "withdrawn"): "author",
}
"""Who may take a contribution from one state to another."""


def faults_of(content: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the texts of a contribution."""
    for name, text in content.items():
        if not isinstance(text, str):
            continue
        if _CONTROL.search(text):
            yield Fault(f"/{name}", "มีอักขระควบคุม โปรดลบออก", "It holds control characters; take them out.")
        elif name != "url" and personal(text):
            yield Fault(
                f"/{name}",
                "มีข้อมูลส่วนบุคคล (เลขประจำตัว โทรศัพท์ หรืออีเมล) โปรดลบออก",
                "It holds personal data (an id number, phone or e-mail); take it out.",
            )
    url = content.get("url")
    if isinstance(url, str) and url and not _is_link(url):
        yield Fault("/url", "ต้องเป็นที่อยู่เว็บ (https://...)", "Must be an address on the web (https://...).")


def check(content: Mapping[str, Any]) -> None:
    """Refuses texts that will not do.

    Raises:
        Invalid.
    """
    faults = list(faults_of(content))
    if faults:
        raise Invalid("ข้อความยังส่งไม่ได้ โปรดแก้ไขตามรายการ", "The texts cannot be taken yet; see the list.", faults)


def check_move(contribution: Contribution, to: State) -> str:
    """Who must ask for this change of state: `author` or `moderator`.

    Raises:
        WrongState: it cannot go there from where it stands.
    """
    who = MOVES.get((contribution.state, to))
    if who is None:
        raise WrongState(
            "เปลี่ยนเป็นสถานะนี้จากสถานะปัจจุบันไม่ได้",
            f"A contribution that is {contribution.state} cannot become {to}.",
        )
    return who


def first_state(content: Mapping[str, Any]) -> State:
    """Where a new contribution stands: stars alone need nobody's judgement."""
    return "waiting" if any(isinstance(text, str) and text for text in content.values()) else "shown"


def _is_link(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
