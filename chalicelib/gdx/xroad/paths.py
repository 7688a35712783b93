"""Paths of `/r1`: read strictly, normalised once, matched by X-Road's globs.

A path goes to the provider byte for byte as it came. What is *decided* about it is decided on the decoded form, and a
path that could mean one thing here and another at the provider (`..`, double encoding, a backslash) is refused:
XRDDEV-3054, fixed in X-Road 7.7.1, was such a hole.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from chalicelib.shared.dataclass import dataclass

from ..refusals import invalid_request

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
"""X-Road's methods without TRACE, which API Gateway has no operation for (docs/decisions, x-road)."""

_PCHAR = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*")
_QUERY = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
_MAX_PATH = 2000


@dataclass(frozen=True)
class Place:
    """A path of `/r1` taken apart, nothing decoded.

    Attributes:
        provider: instance, member class, member code and subsystem code.
        service: the service code.
        rest: what goes on to the provider: `""`, or starting with "/".
    """

    provider: tuple[str, ...]
    service: str
    rest: str


def place_of(raw_path: str) -> Place:
    """Takes `/r1/{instance}/{class}/{member}/{subsystem}/{service}[/rest]` apart.

    Raises:
        InvalidRequest: one of the five parts is missing. PR-REST calls the subsystem optional; X-Road's code does not.
    """
    _, _, *parts = raw_path.split("/", 7)
    if len(parts) < 5 or not all(parts[:5]):
        raise invalid_request(
            "เส้นทางต้องมี instance/class/member/subsystem/service ให้ครบ",
            "The path must name instance/class/member/subsystem/service.",
        )
    return Place(tuple(parts[:4]), parts[4], f"/{parts[5]}" if len(parts) == 6 else "")


def decoded(segment: str) -> str:
    """One percent-encoded path segment as text.

    Raises:
        InvalidRequest: a character outside RFC 3986 pchar, a broken escape, not UTF-8, or a control character.
    """
    if not _PCHAR.fullmatch(segment):
        raise invalid_request(
            "เส้นทางมีอักขระหรือรหัสเปอร์เซ็นต์ที่ไม่ถูกต้อง", "The path holds a character or escape that RFC 3986 does not allow."
        )
    try:
        text = unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise invalid_request("เส้นทางไม่ใช่ UTF-8", "The path is not UTF-8 once decoded.") from None
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in text):
        raise invalid_request("เส้นทางมีอักขระควบคุม", "The path holds a control character.")
    return text


def checked_query(query: str) -> str:
    """The raw query, if it is one.

    Raises:
        InvalidRequest: a character that RFC 3986 does not allow there.
    """
    if not _QUERY.fullmatch(query):
        raise invalid_request("คิวรีสตริงมีอักขระที่ไม่ถูกต้อง", "The query holds a character that RFC 3986 does not allow.")
    return query


def normalised(raw_path: str) -> str:
    """The decoded, dot-normalised form of a service path, for decisions only. `""` and `"/"` stay different.

    Raises:
        InvalidRequest: the path is malformed, too long, or could be read in two ways.
    """
    if len(raw_path) > _MAX_PATH:
        raise invalid_request("เส้นทางยาวเกิน 2,000 อักขระ", "The path is longer than 2,000 characters.")
    text = "/".join(decoded(segment) for segment in raw_path.split("/"))
    twice = text
    while (again := unquote(twice)) != twice:
        twice = again
    if "\\" in twice or ".." in re.split(r"[/;]", twice):
        raise invalid_request("เส้นทางมี `..` หรือแบ็กสแลช", "The path holds `..` or a backslash.")
    kept = [segment for segment in text.split("/") if segment != "."]
    return "/".join(kept)


def described(raw_path: str) -> str:
    """The form of a service path that is held against the service's description: as `normalised`, but a slash within a
    segment stays `%2F`, so that it does not look like a further step.

    Raises:
        InvalidRequest: as `normalised`.
    """
    normalised(raw_path)
    segments = [decoded(segment).replace("/", "%2F") for segment in raw_path.split("/")]
    return "/".join(segment for segment in segments if segment != ".")


def matches(pattern: str, path: str) -> bool:
    """True when an X-Road glob covers the whole of a normalised path.

    `*` is any run without "/", `**` anything; a backslash escapes `*` and itself. As in X-Road's PathGlob.java a single
    `*` is possessive: it never gives characters back, so `/x/*.json` does not match `/x/a.json`.
    """
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith(("\\*", "\\\\"), at):
            out.append(re.escape(pattern[at + 1]))
            at += 2
        elif pattern[at] == "*":
            stars = len(pattern) - at - len(pattern[at:].lstrip("*"))
            out.append("[^/]*+" if stars == 1 else ".*")
            at += stars
        else:
            out.append(re.escape(pattern[at]))
            at += 1
    return re.compile("".join(out), re.DOTALL)
