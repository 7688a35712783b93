"""The door to OpenSearch, for catalogues that outgrow one index in memory: the same questions in its query language.

Texts are given as tokens of our own (`tokens.py`) and split at blanks, so Thai is found there as it is here. Values of
search fields stand as `field U+001F value` in one keyword field, because a catalogue may have any number of fields and
a mapping may not.

This adapter was tried against the language it writes and answers as the manual shows them, not against a running
OpenSearch: see docs/decisions/0017.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.shared.egress import Http, Unreachable
from chalicelib.shared.errors import Unavailable
from chalicelib.shared.thai_fold import order_key
from chalicelib.shared.thai_tokens import runs

from .compiling import TIERS, WEIGHTS, loosens
from .index import BOX, NOTES_KEPT, SPLIT, short
from .index import row as tokens_of
from .marking import highlights
from .model import Document, Found, Question
from .opensearch_language import DEEPEST, RAW, SORTED, beginning, body
from .synonyms import Synonyms, shipped

Json = dict[str, Any]
Authorise = Callable[[str, str, Mapping[str, str], bytes | None], Mapping[str, str]]
"""Method, address, headers and body of a request -> the headers it is sent with (basic, or signed by AWS's rules)."""

TIMEOUT = 10.0


def mapping() -> Json:
    """Settings and mapping of the index (`PUT /{index}`)."""
    keyword, tokens = {"type": "keyword"}, {"type": "text", "analyzer": "whitespace"}
    return {
        # facets of one shard are exact; with more, `size` must grow
        "settings": {"number_of_shards": 1, "max_result_window": DEEPEST},
        "mappings": {
            "dynamic": False,
            "properties": {
                **dict.fromkeys(("id", "name_raw", "title_raw", "title_key", "labels", "kv"), keyword),
                **dict.fromkeys((*WEIGHTS, "notes", "all"), tokens),
                **{name: {"type": "long"} for name in ("modified", "created")},
                **{name: {"type": "double"} for name in BOX},
                "sorted": {"type": "object", "properties": dict.fromkeys(SORTED, keyword)},
                "shown": {"type": "text", "index": False},
            },
        },
    }


def row(document: Document) -> Json:
    """A document as the index takes it."""
    made = tokens_of(document)
    kept = {name: made[name] for name in made.keys() - {"f", "stored", "shown"}}
    fields = document["fields"]
    return {
        **kept,
        "title_key": order_key(document["title"]),
        "sorted": {name: short(fields[name][0]) for name in SORTED if fields.get(name)},
        "shown": document["texts"].get("notes", "")[:NOTES_KEPT],
    }


class OpenSearch:
    """An `Engine` on an index of OpenSearch.

    Args:
        http: the way out.
        address: of the cluster, e.g. `https://search.example`.
        index: its name.
        authorise: gives requests their headers.
    """

    def __init__(
        self, http: Http, address: str, index: str, authorise: Authorise, synonyms: Synonyms | None = None
    ) -> None:
        self._http = http
        self._address = f"{address.rstrip('/')}/{index}"
        self._authorise = authorise
        self._synonyms = shipped() if synonyms is None else synonyms

    def search(self, question: Question) -> Found:
        """See `Engine`."""
        tiers = list(TIERS) if loosens(question.query) else ["all"]
        tier, answer = "all", self._ask(body(question, self._synonyms, "all"))
        for tier in tiers if not _count(answer) else []:
            answer = self._ask(body(question, self._synonyms, tier)) if tier != "all" else answer
            if _count(answer):
                break
        else:
            tier = "all"
        hits = [hit["_source"] for hit in answer["hits"]["hits"]]
        page = [{"id": hit["id"], "title": hit["title_raw"], "notes": hit["shown"]} for hit in hits]
        return Found(
            count=_count(answer),
            ids=tuple(hit["id"] for hit in hits),
            facets=_facets(question, answer.get("aggregations", {})),
            highlights=highlights(question, self._synonyms, page) if question.highlight else {},
            tier=tier,
        )

    def names(self, question: Question) -> Sequence[str]:
        """See `Engine`."""
        answer = self._ask(body(question, self._synonyms, "all"))
        return [hit["_source"]["name_raw"] for hit in answer["hits"]["hits"]]

    def complete(self, words: str, labels: Sequence[str], limit: int) -> Sequence[Mapping[str, Any]]:
        """See `Engine`."""
        asked = runs(words)
        if not asked or limit <= 0:
            return []
        query = beginning(asked, words, labels)
        answer = self._ask({"query": query, "size": limit, "sort": ["_score", "title_key", "id"]})
        found = [hit["_source"] for hit in answer["hits"]["hits"]]
        return [
            {"id": each["id"], "name": each["name_raw"], "title": each["title_raw"], "field": "title"} for each in found
        ]

    def take(self, changed: Mapping[str, Document | None]) -> None:
        """Writes datasets as they now are (None: gone), and answers only when searches see them.

        A document never replaces one of a later change: its version is the time in the change's id.
        """
        lines: list[Json] = []
        for each, document in changed.items():
            if document is None:
                lines.append({"delete": {"_id": each}})
            else:
                known = document.get("changed", "")
                version = {"version": int(known[:15], 16), "version_type": "external_gte"} if known else {}
                lines += [{"index": {"_id": each, **version}}, row(document)]
        sent = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        answer = self._send("POST", "_bulk?refresh=true", sent, "application/x-ndjson")
        # a later change being there already (409) and a deleted one being gone (404) are as they should be
        statuses = [result["status"] for item in answer["items"] for result in item.values()]
        if any(status >= 300 and status not in (404, 409) for status in statuses):
            raise _away()

    def create(self) -> None:
        """Makes the index."""
        self._send("PUT", "", json.dumps(mapping()).encode(), "application/json")

    def _ask(self, asked: Json) -> Json:
        return self._send("POST", "_search", json.dumps(asked, ensure_ascii=False).encode(), "application/json")

    def _send(self, method: str, path: str, sent: bytes, media_type: str) -> Json:
        url = f"{self._address}/{path}".rstrip("/")
        headers = self._authorise(method, url, {"Content-Type": media_type}, sent)
        try:
            answer = self._http.send(method, url, headers=headers, body=sent, timeout=TIMEOUT)
        except Unreachable:
            raise _away() from None
        if answer.status >= 300:
            raise _away()
        found: Json = json.loads(answer.body)
        return found


def _away() -> Unavailable:
    return Unavailable("ระบบค้นหาไม่พร้อมใช้งานชั่วคราว", "Search is away for a moment.")


def _count(answer: Json) -> int:
    return int(answer["hits"]["total"]["value"])


def _facets(question: Question, aggregations: Json) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for field in question.facets:
        start = "" if field in RAW else f"{field}{SPLIT}"
        buckets = aggregations[field]["buckets"]
        found[field] = [(str(bucket["key"])[len(start) :], int(bucket["doc_count"])) for bucket in buckets]
    return found
