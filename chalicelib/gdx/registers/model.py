"""What a code list is."""

from __future__ import annotations

from datetime import date

from chalicelib.shared.dataclass import dataclass

from ..ids import MemberId


@dataclass(frozen=True)
class Entry:
    """One code.

    Attributes:
        code: unique in its register, for ever.
        valid_from, valid_until: days on which it may be used, both included; no end while it is in use.
        parent: code above it, in this register or in the register that `Register.parents` names.
        superseded_by: what to use instead once it has ended; several when it was divided.
    """

    code: str
    th: str
    en: str
    valid_from: date
    valid_until: date | None = None
    parent: str | None = None
    superseded_by: tuple[str, ...] = ()

    def in_force(self, at: date) -> bool:
        """True when the code may be used on that day."""
        return self.valid_from <= at and (self.valid_until is None or at <= self.valid_until)


@dataclass(frozen=True)
class Version:
    """One published version, without its entries.

    Attributes:
        effective_from: the day from which this version is the one that counts.
        published_at: ISO 8601, UTC.
        entries: how many there are, ended ones included.
        digest: SHA-256 (hex) over the canonical content; what makes two versions the same.
        starts: first code of each stored part, in order.
    """

    number: int
    effective_from: date
    published_at: str
    entries: int
    digest: str
    starts: tuple[str, ...]


@dataclass(frozen=True)
class Register:
    """A code list and the versions of it.

    Attributes:
        owner: the member that answers for it.
        source: where the codes come from: law, announcement or standard.
        parents: register that the entries' parents are in; None: they are in this one, or there are none.
        versions: oldest first.
    """

    name: str
    title_th: str
    title_en: str
    owner: MemberId
    source: str
    parents: str | None
    versions: tuple[Version, ...]

    @property
    def latest(self) -> Version:
        """The newest version, whether or not it is effective yet."""
        return self.versions[-1]

    def at(self, day: date) -> Version | None:
        """The version that counts on a day, or None before the first."""
        effective = [version for version in self.versions if version.effective_from <= day]
        return effective[-1] if effective else None

    def version(self, number: int) -> Version | None:
        """A version by its number."""
        return self.versions[number - 1] if 1 <= number <= len(self.versions) else None


@dataclass(frozen=True)
class Draft:
    """What somebody wants to publish as the next version."""

    title_th: str
    title_en: str
    owner: MemberId
    source: str
    parents: str | None
    effective_from: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Difference:
    """What one version has that another has not; codes in the order of the newer version."""

    added: tuple[str, ...]
    ended: tuple[str, ...]
    changed: tuple[str, ...]
