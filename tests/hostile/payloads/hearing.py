"""A town in which every sink is listened to: what is written to AWS, what is logged, what lies about in temp files."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from demo.world import Answer
from tests.hostile.payloads.marked import Supply, finds
from tests.support.town import InProcess, Town

READS = frozenset(
    f"{service}:{operation}"
    for service, operations in {
        "dynamodb": ("GetItem", "BatchGetItem", "Query"),
        "s3": ("HeadObject", "GetObject", "ListObjectsV2"),
        "sqs": ("GetQueueUrl", "ReceiveMessage"),
    }.items()
    for operation in operations
)
"""Calls that leave nothing behind."""

MAY_HOLD = {
    ("kms:Sign", "Message"): "what is signed is the licence itself, for its holder; KMS keeps nothing of it",
    ("sesv2:SendEmail", "Destination"): "the mail's own address",
}
"""Where an id may stand in a call, and why. Whatever lies sealed is not found by anybody who has not the key."""


class Heard(Town):
    """A town that remembers every AWS call of the platforms."""

    heard: list[tuple[str, Mapping[str, Any]]]

    def _start(self) -> None:
        if "heard" not in vars(self):
            self.heard = []
            self._session.events.register("provide-client-params", self._hears)
        super()._start()

    def _hears(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        name = f"{model.service_model.service_name}:{model.name}"
        if name not in READS:
            self.heard.append((name, {**params, **_read(params.get("Body"))}))

    def leaks(self) -> Iterator[str]:
        """Where an id went, as a path of names: no part of the value."""
        for name, params in self.heard:
            for path, value in _leaves(params, ()):
                if finds(value) and not any(name == call and place in path for call, place in MAY_HOLD):
                    yield f"{name} {'/'.join(path)} of {_whose(params)}"


def _read(body: Any) -> dict[str, bytes]:
    """A file that is being sent, as it is now: it is closed afterwards."""
    if not hasattr(body, "read"):
        return {}
    at, content = body.tell(), body.read()
    body.seek(at)
    return {"Body": content}


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str | bytes]]:
    """Names and values; a row's JSON text is opened."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield (*path, "a name"), str(name)
            yield from _leaves(each, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each, path)
    elif isinstance(value, str) and path[-2:] == ("data", "S"):
        yield from _leaves(json.loads(value), path[:-1])
    elif isinstance(value, str | bytes):
        yield path, value


def _whose(params: Mapping[str, Any]) -> str:
    rows = [
        verb.get("Item") or verb.get("Key") or {} for each in params.get("TransactItems", ()) for verb in each.values()
    ]
    return ", ".join(sorted({row["pk"]["S"].partition("#")[0] for row in rows if "pk" in row})) or str(
        params.get("Bucket")
    )


class Foreign(logging.Handler):
    """What libraries log at the level that Lambda shows; the house's own lines go out by their own, redacted way."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("klang"):
            self.lines.append(logging.Formatter().format(record))


class Writes(InProcess):
    """People of the story who put an id into every free text that they write, as far as the platform takes it.

    Attributes:
        taken: how many texts with an id were taken.
        refused: how many requests were refused for one.
    """

    def __init__(self, here: Town, supply: Supply) -> None:
        super().__init__(here)
        self._supply = supply
        self.taken = self.refused = 0

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """The request with ids in its texts; those that are refused for one are left as they were."""
        spared = set(SPARED)
        for turn in range(6):
            if body is None or "json" not in headers.get("content-type", "") or path.startswith(UNTOUCHED):
                break
            places: list[str] = []
            changed = json.dumps(self._planted(json.loads(body), "", spared, places), ensure_ascii=False).encode()
            if not places:
                break
            key = headers.get("idempotency-key")
            own = {**headers, **({} if key is None else {"idempotency-key": f"{key}-{turn}"})}
            answer = super().send(method, path, own, changed)
            if answer.status < 400:
                self.taken += len(places)
                return answer
            self.refused += 1
            named = _named(answer)
            if named <= spared:
                break
            spared |= named
        return super().send(method, path, headers, body)

    def _planted(self, value: Any, at: str, spared: set[str], places: list[str]) -> Any:
        if isinstance(value, dict):
            return {name: self._planted(each, f"{at}/{name}", spared, places) for name, each in value.items()}
        if isinstance(value, list):
            return [self._planted(each, f"{at}/{number}", spared, places) for number, each in enumerate(value)]
        written = isinstance(value, str) and (" " in value or not value.isascii())
        if not written or any(at.startswith(each) or at.endswith(each) for each in spared):
            return value
        places.append(at)
        return f"{value} {self._supply.plain()}"


UNTOUCHED = ("/local/", "/api/3/action/datastore_search_sql", "/opendata/v1/jobs", "/r1/")
"""What no text is written in: a query is the asker's own, the exchange passes requests on as they are."""
SPARED = ("/establishment/name_th",)
"""Public claims: no application with an id in one can be filed (tests/biz/licences/test_rules.py)."""


def _named(answer: Answer) -> set[str]:
    """The places that a refusal names, in either dialect."""
    document = answer.json
    places = {str(each["pointer"]) for each in document.get("errors", ()) if each.get("pointer")}
    if isinstance(document.get("error"), dict):
        places |= {f"/{name}" for name in document["error"] if not name.startswith("__")}
    return places | {each.removeprefix("/answers") for each in places}
