"""What goes in and out of the façade's own routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue, field_validator

from ...shared.web import Incoming, Outgoing
from ..ids import ServiceId, SubsystemId
from ..mask import BadPointer, steps
from ..views import checked
from .keys import Issued
from .model import Assign, ConsumerKey, Convert, Mapping, Rename, Show


def _pointer(text: str) -> str:
    try:
        steps(text)
    except BadPointer as error:
        raise ValueError("not a JSON Pointer") from error
    return text


Pointer = Annotated[str, Field(max_length=200, description="JSON Pointer (RFC 6901)")]
Parameter = Annotated[str, Field(min_length=1, max_length=64)]


class PostConsumerKey(Incoming):
    """A consumer key to issue."""

    subsystem: str = Field(description="The system for which its client will speak, e.g. TH/LOCAL/LAEMNGOP/office")
    label: str = Field(min_length=1, max_length=200, description="Which client will use it")
    purpose: str | None = Field(default=None, max_length=64, description="Purpose of calls that name none")

    @field_validator("subsystem")
    @classmethod
    def _subsystem(cls, text: str) -> str:
        return checked(SubsystemId.parse, text)


class OfSubsystem(Incoming):
    """Whose keys."""

    subsystem: str | None = Field(default=None, description="Operators name one; a system sees its own")

    @field_validator("subsystem")
    @classmethod
    def _subsystem(cls, text: str | None) -> str | None:
        return text if text is None else checked(SubsystemId.parse, text)


class ConsumerKeyView(Outgoing):
    """A consumer key, without what opens it."""

    id: str
    subsystem: str
    label: str
    purpose: str | None
    state: Literal["active", "revoked"]
    created_at: str
    old_secret_until: str | None = Field(default=None, description="How long a replaced secret still works")

    @classmethod
    def of(cls, key: ConsumerKey) -> ConsumerKeyView:
        """As shown."""
        until = next((each.until for each in key.secrets if each.until is not None), None)
        return cls(
            id=key.id,
            subsystem=str(key.subsystem),
            label=key.label,
            purpose=key.purpose,
            state="active" if key.revoked_at is None else "revoked",
            created_at=key.created_at.isoformat(timespec="seconds"),
            old_secret_until=None if until is None else until.isoformat(timespec="seconds"),
        )


class ConsumerKeys(Outgoing):
    """Some keys."""

    items: list[ConsumerKeyView]


class IssuedView(Outgoing):
    """A key and secret, shown this once: a repeat of the request gets null in their place."""

    id: str
    consumer_key: str | None = Field(description="For the header Consumer-Key; null when only the secret is new")
    consumer_secret: str | None

    @classmethod
    def of(cls, issued: Issued) -> IssuedView:
        """As shown."""
        return cls(id=issued.key.id, consumer_key=issued.consumer_key, consumer_secret=issued.consumer_secret)


class ConsumerQuestion(Incoming):
    """A key and a token that came to another platform's door."""

    consumer_key: str = Field(max_length=200, repr=False)
    token: str = Field(max_length=200, repr=False)


class ConsumerAnswer(Outgoing):
    """Whom they stand for (as RFC 7662 has it for other tokens)."""

    system: str | None = Field(description="The subsystem; null where the pair does not hold")
    wrong: Literal["consumer", "token"] | None = Field(default=None, description="Which of the two does not hold")


class AssignView(Incoming):
    """Where a parameter goes in the service's body."""

    source: Pointer
    target: Pointer
    convert: Convert = "text"
    required: bool = True

    _pointers = field_validator("source", "target")(_pointer)


class RenameView(Incoming):
    """Where a value of the answer goes; `*` stands for each item of an array."""

    source: Pointer
    target: Pointer
    show: Show = Field(default="as_is", description="be_date: 1982-05-17 as the number 25250517; be_date_text: as text")

    _pointers = field_validator("source", "target")(_pointer)


class PutMapping(Incoming):
    """What a legacy call means."""

    method: Literal["GET", "POST"] = "GET"
    path: str = Field(min_length=1, max_length=300, description="Below /ws/{agency}; {name} becomes a parameter")
    when: dict[Parameter, Parameter] = Field(default={}, max_length=8, description="Parameters with fixed values")
    service: str = Field(description="e.g. TH/CENTRAL/DOPA/civil/person")
    service_method: Literal["GET", "POST"] = "POST"
    service_path: str = Field(default="", max_length=300, pattern=r"^(/.*)?$")
    query: dict[Parameter, Pointer] = Field(default={}, max_length=20)
    body: dict[str, JsonValue] | None = Field(default=None, description="What the assignments fill")
    assign: list[AssignView] = Field(default=[], max_length=100)
    predicate: str | None = Field(default=None, max_length=64, description="Code of a verify-only question")
    claims: dict[Parameter, Pointer] = Field(default={}, max_length=20)
    answer: list[RenameView] = Field(default=[], max_length=200, description="Empty: the service's answer as it is")
    purpose: str | None = Field(default=None, max_length=64)

    @field_validator("service")
    @classmethod
    def _service(cls, text: str) -> str:
        return checked(ServiceId.parse, text)

    @field_validator("query", "claims")
    @classmethod
    def _parameters(cls, pairs: dict[str, str]) -> dict[str, str]:
        for pointer in pairs.values():
            _pointer(pointer)
        return pairs

    def mapping(self, agency: str, code: str) -> Mapping:
        """As the façade keeps it."""
        return Mapping(
            agency=agency,
            code=code,
            method=self.method,
            path=self.path.strip("/"),
            service=ServiceId.parse(self.service),
            service_method=self.service_method,
            service_path=self.service_path,
            when=tuple(sorted(self.when.items())),
            query=tuple(self.query.items()),
            body=self.body,
            assign=tuple(Assign(each.source, each.target, each.convert, each.required) for each in self.assign),
            predicate=self.predicate,
            claims=tuple(self.claims.items()),
            answer=tuple(Rename(each.source, each.target, each.show) for each in self.answer),
            purpose=self.purpose,
        )


class SeedMapping(PutMapping):
    """A mapping of the seed document."""

    agency: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")
    code: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")


class MappingView(Outgoing):
    """A mapping as it stands."""

    agency: str
    code: str
    method: str
    path: str = Field(description="As a client calls it")
    when: dict[str, str]
    service: str
    service_method: str
    service_path: str
    query: dict[str, str]
    body: dict[str, JsonValue] | None
    assign: list[AssignView]
    predicate: str | None
    claims: dict[str, str]
    answer: list[RenameView]
    purpose: str | None

    @classmethod
    def of(cls, mapping: Mapping) -> MappingView:
        """As shown."""
        return cls(
            agency=mapping.agency,
            code=mapping.code,
            method=mapping.method,
            path=f"/ws/{mapping.agency}/{mapping.path}",
            when=dict(mapping.when),
            service=str(mapping.service),
            service_method=mapping.service_method,
            service_path=mapping.service_path,
            query=dict(mapping.query),
            body=None if mapping.body is None else dict(mapping.body),
            assign=[
                AssignView(source=each.source, target=each.target, convert=each.convert, required=each.required)
                for each in mapping.assign
            ],
            predicate=mapping.predicate,
            claims=dict(mapping.claims),
            answer=[RenameView(source=each.source, target=each.target, show=each.show) for each in mapping.answer],
            purpose=mapping.purpose,
        )


class MappingsView(Outgoing):
    """The mappings of an agency."""

    items: list[MappingView]


class Put(Outgoing):
    """What came of registering."""

    agency: str
    code: str
    changed: bool
