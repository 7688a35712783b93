"""A catalogue in which every text of what is hidden holds a marker, so that a leak can be seen wherever it comes out.

A marker is `zqhidden{dataset}{field}`. What is asked for with a marker in it, or with the id of something hidden, is
asked once more with `zqabsent` and an id that nothing has: who may not see a dataset must get the answer that they
would get if it were not there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.opendata.portal import METADATA, Portal
from tests.support.client import Answer

Fate = Literal["private", "draft", "deleted", "made private", "taken down", "public"]
MARK, ABSENT = "zqhidden", "zqabsent"
_LETTERS = str.maketrans("0123456789", "abcdefabcd")
NOWHERE = 0xABCDEF
"""Added to an id: one that nothing has."""
_MARKED = re.compile(rf"{MARK}([a-f]{{8}})", re.IGNORECASE)
_VOLATILE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)?"  # times
    r"|\b[0-9a-f]{16,64}\b"  # ids and traces
    r"|[A-Za-z0-9_-]{40,}"  # cursors and signatures
    r"|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]+ GMT"
)


@dataclass
class Hidden:
    """One dataset that outsiders must not see."""

    mark: str
    id: str
    name: str
    resource: str
    organization: str

    @property
    def ids(self) -> list[str]:
        """What it may be asked for by."""
        return [self.id, self.name, self.resource]

    @property
    def words(self) -> list[str]:
        """What it may be looked for by."""
        return [f"{self.mark}{part}" for part in ("title", "tag", "extra", "author", "resname", "format")]


@dataclass
class World:
    """A portal with two organisations, and what is hidden in it."""

    portal: Portal
    hidden: list[Hidden] = field(default_factory=list)
    public: list[str] = field(default_factory=list)

    @property
    def owners(self) -> dict[str, str]:
        """Who publishes for each organisation."""
        return {"laemngop": self.portal.publisher, "other-town": self.portal.other}

    def outsiders(self, hidden: Hidden) -> list[str | None]:
        """Logins of those who must not see it."""
        others = [token for name, token in self.owners.items() if name != hidden.organization]
        return [None, *others]

    def hidden_from(self, token: str | None) -> list[Hidden]:
        """What this caller must not see."""
        return [each for each in self.hidden if self.owners[each.organization] != token]

    def leaks(self, text: str, token: str | None, sent: Iterable[str] = ()) -> set[str]:
        """Markers in an answer that this caller must not see; the words that were sent may be repeated."""
        forbidden = {each.mark for each in self.hidden_from(token)}
        for word in sorted(sent, key=len, reverse=True):
            text = re.sub(re.escape(word), "", text, flags=re.IGNORECASE)
        return {match[0] for match in _MARKED.finditer(text) if match[0].lower() in forbidden}

    def add(self, organization: str, fate: Fate) -> None:
        """A dataset with a link, in one organisation, that ends like this."""
        number = len(self.hidden) + len(self.public) + 1
        mark = _mark(number)
        token = self.owners[organization]
        secret = fate != "public"
        plain: dict[str, Any] = {**METADATA, "name": f"plain-{number}", "owner_org": organization}
        marked: dict[str, Any] = {**METADATA, **_texts(mark), "owner_org": organization}
        portal = self.portal
        if fate == "made private":
            made = portal.result(portal.act("package_create", token, **plain))
            portal.settle()
            portal.result(portal.act("package_patch", token, id=made["id"], **marked, private=True))
        else:
            given = marked if secret else plain
            more: dict[str, Any] = {
                "private": secret and fate not in ("draft", "taken down"),
                **({"state": "draft"} if fate == "draft" else {}),
            }
            made = portal.result(portal.act("package_create", token, **given, **more))
        texts = _resource(mark) if secret else {"name": "a file", "url": "https://open.example/a.csv", "format": "CSV"}
        resource = portal.result(portal.act("resource_create", token, package_id=made["id"], **texts))
        if fate in ("deleted", "taken down"):
            portal.settle()
            portal.result(portal.act("package_delete", token, id=made["id"]))
        if secret:
            self.hidden.append(Hidden(mark, made["id"], f"{mark}name", resource["id"], organization))
        else:
            self.public.append(made["id"])


def world(folder: Path, fates: Sequence[tuple[str, Fate]]) -> World:
    """A catalogue of two organisations with one public dataset each, and these."""
    portal = Portal(folder)
    portal.organization()
    portal.result(portal.act("organization_create", portal.other, name="other-town", title="เทศบาลอื่น"))
    made = World(portal)
    for organization, fate in [("laemngop", "public"), ("other-town", "public"), *fates]:
        made.add(organization, fate)  # type: ignore[arg-type]  # the strings above are fates
    portal.settle()
    return made


def absent(value: Any, hidden: Iterable[Hidden]) -> Any:
    """The same question about something that is nowhere."""
    ids = {each for one in hidden for each in (one.id, one.resource)}

    def nowhere(found: re.Match[str]) -> str:
        return f"{int(found[0], 16) + NOWHERE:032x}" if found[0] in ids else found[0]

    def without(part: Any) -> Any:
        match part:
            case dict():
                return {name: without(each) for name, each in part.items()}
            case list():
                return [without(each) for each in part]
            case str():
                return re.sub(r"[0-9a-f]{32}", nowhere, _without(part))
        return part

    return without(value)


def told(answer: Answer) -> tuple[int, str]:
    """What an answer says, without what differs each time."""
    body = answer.response.body.decode(errors="replace")
    location = answer.headers.get("location", "")
    plain = _VOLATILE.sub("~", f"{_without(body)}{_without(location)}")
    # RDF has no order
    return answer.status, "\n".join(sorted(re.split(r"[\s,{}\[\]]+", plain)))


def strings(value: Any) -> Iterator[str]:
    """All texts in a value."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(each)


def _without(text: str) -> str:
    return re.sub(MARK, ABSENT, text, flags=re.IGNORECASE)


def _mark(number: int) -> str:
    """Letters that are far from those of any other dataset, so that no spelling help mistakes one for another."""
    return MARK + hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()[:8].translate(_LETTERS)


def _texts(mark: str) -> dict[str, Any]:
    def marked(part: str) -> str:
        return f"{mark}{part}"

    return {
        "name": marked("name"),
        "title": marked("title"),
        "notes": f"{marked('notes')} **{marked('bold')}**",
        "tag_string": f"{marked('tag')},อาหาร",
        "extras": [{"key": marked("key"), "value": marked("extra")}],
        "author": marked("author"),
        "maintainer": marked("maintainer"),
        "maintainer_email": f"{marked('mail')}@hidden.example",
        "data_source": marked("source"),
        "url": f"https://hidden.example/{marked('url')}",
        "version": marked("version"),
    }


def _resource(mark: str) -> dict[str, Any]:
    def marked(part: str) -> str:
        return f"{mark}{part}"

    return {
        "name": marked("resname"),
        "description": marked("resdescription"),
        "url": f"https://hidden.example/{marked('resurl')}.csv",
        "format": marked("format"),
    }
