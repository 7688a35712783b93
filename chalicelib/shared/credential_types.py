"""What types of credentials are called: published by their issuers, read by whoever shows one to a person. Pure.

Source: draft-ietf-oauth-sd-jwt-vc, sections "Type Metadata", "Display Metadata" and "Claim Metadata". `values`, the
names of a claim's values, is an addition: a reader who does not know it shows the value as it was signed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Literal

from pydantic import Field

from .dataclass import dataclass
from .errors import Malformed
from .json_text import parse_json
from .thai import Text
from .web import Incoming, Outgoing

MOST_BYTES = 256 * 1024
"""Of a document that is read; more is nonsense."""
MOST_CLAIMS, MOST_VALUES, MOST_LOCALES = 100, 200, 20
LONGEST_LABEL = 200
LONGEST_VCT = 300

Hidden = Literal["always", "never"]


class TypeAsked(Incoming):
    """Which type of credential."""

    vct: str = Field(min_length=1, max_length=LONGEST_VCT, description="The claim `vct` of the credential")


class TypeName(Outgoing):
    """The name of a type in one language."""

    locale: str = Field(description="Language tag (RFC 5646)")
    name: str


class TypeLabel(Outgoing):
    """The name of a claim, or of one of its values, in one language."""

    locale: str = Field(description="Language tag (RFC 5646)")
    label: str


class TypeValue(Outgoing):
    """What one value of a claim is called."""

    value: str
    display: list[TypeLabel]


class TypeClaim(Outgoing):
    """A claim of a type."""

    path: list[str] = Field(description="Where it stands in the credential")
    display: list[TypeLabel] = Field(description="What it is called; empty where nobody named it")
    sd: Hidden = Field(description="Whether the holder may withhold it")
    values: list[TypeValue] = Field(description="What its values are called, where they are codes")


class TypeMetadata(Outgoing):
    """SD-JWT VC Type Metadata."""

    vct: str
    name: str = Field(description="In English, for developers")
    display: list[TypeName]
    claims: list[TypeClaim]


@dataclass(frozen=True)
class Claim:
    """A claim, as its issuer knows it.

    Attributes:
        label: what people call it.
        sd: whether the holder may withhold it.
        values: code -> what people call it.
    """

    name: str
    label: Text | None
    sd: Hidden = "never"
    values: Mapping[str, Text] = field(default_factory=dict)


def metadata(vct: str, name: Text, claims: Iterable[Claim]) -> TypeMetadata:
    """The document that an issuer publishes for a type."""
    return TypeMetadata(
        vct=vct,
        name=name.en,
        display=[TypeName(locale="th", name=name.th), TypeName(locale="en", name=name.en)],
        claims=[
            TypeClaim(
                path=[claim.name],
                display=[] if claim.label is None else _both(claim.label),
                sd=claim.sd,
                values=[TypeValue(value=value, display=_both(text)) for value, text in claim.values.items()],
            )
            for claim in claims
        ],
    )


def _both(text: Text) -> list[TypeLabel]:
    return [TypeLabel(locale="th", label=text.th), TypeLabel(locale="en", label=text.en)]


@dataclass(frozen=True)
class Described:
    """A type of credential in words, as far as its issuer says.

    Attributes:
        labels: claim -> what people call it.
        values: claim -> its values -> what people call them.
    """

    name: Text | None = None
    labels: Mapping[str, Text] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)

    def of(self, claims: Iterable[str]) -> dict[str, Text]:
        """The labels of these claims."""
        return {name: self.labels[name] for name in claims if name in self.labels}


NOTHING = Described()
"""What is known of a type of which its issuer says nothing."""


def read(body: bytes, vct: str) -> Described:
    """A published document in words; what is nonsense in it, or too much, is left out.

    Every text is one line of at most `LONGEST_LABEL` characters, without controls and changes of direction. It is still
    somebody else's: it must be escaped where it is shown.

    Args:
        body: the document as it came.
        vct: the type that was asked for; a document of another type says nothing.
    """
    if len(body) > MOST_BYTES:
        return NOTHING
    try:
        told = parse_json(body)
    except Malformed:
        return NOTHING
    if not isinstance(told, dict) or told.get("vct") != vct:
        return NOTHING
    labels, values = dict[str, Text](), dict[str, Mapping[str, Text]]()
    for claim in _objects(told.get("claims"), MOST_CLAIMS):
        match claim.get("path"):
            case [str(name)]:
                pass
            case _:  # a part of a claim: shown within the whole one
                continue
        label = _text(claim.get("display"), "label")
        if label is not None:
            labels[name] = label
        known = {
            value: text
            for each in _objects(claim.get("values"), MOST_VALUES)
            if isinstance(value := each.get("value"), str) and (text := _text(each.get("display"), "label")) is not None
        }
        if known:
            values[name] = known
    return Described(_text(told.get("display"), "name") or _same(told.get("name")), labels, values)


def _objects(value: Any, most: int) -> list[dict[str, Any]]:
    return [each for each in value[:most] if isinstance(each, dict)] if isinstance(value, list) else []


def _text(display: Any, kind: str) -> Text | None:
    """The words of a `display` in both languages; one stands in for the other."""
    found: dict[str, str] = {}
    for each in _objects(display, MOST_LOCALES):
        # `lang` is what earlier drafts called it
        locale, words = each.get("locale", each.get("lang")), _line(each.get(kind))
        if isinstance(locale, str) and words:
            found.setdefault(locale.partition("-")[0].lower(), words)
    th, en = found.get("th") or found.get("en"), found.get("en") or found.get("th")
    return Text(th=th, en=en) if th and en else None


def _same(value: Any) -> Text | None:
    words = _line(value)
    return Text(th=words, en=words) if words else None


def _line(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    kept = (_harmless(each) for each in value[: 4 * LONGEST_LABEL])
    line = " ".join("".join(kept).split())
    return line if len(line) <= LONGEST_LABEL else f"{line[: LONGEST_LABEL - 1]}…"


def _harmless(character: str) -> str:
    """Thai and Latin need no invisible character: those that turn the direction of a page are among them."""
    category = unicodedata.category(character)
    return " " if category == "Cc" else "" if category.startswith("C") else character
