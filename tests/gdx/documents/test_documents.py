"""Documents: uploading in parts, what is refused, who may see and fetch one, and that it goes."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.gdx.documents.model import DocumentState
from chalicelib.gdx.documents.rules import MOVES, references
from chalicelib.shared.journal import chain_is_whole
from tests.gdx.documents.files import (
    FILE,
    MIB,
    complete,
    content,
    cut,
    done,
    form_of,
    opened,
    parts,
    sent,
    sha,
    stands,
)
from tests.gdx.exchange import BIZ, MALEE, OFFICE, RECORD, Exchange
from tests.gdx.orders.steps import (
    CIVIL,
    answered,
    change_provider,
    fetch,
    lease,
    place,
    settle_time,
    state,
    take,
)

SMALL = "เอกสาร".encode()


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def with_document(document: Any) -> dict[str, Any]:
    """A request that a document goes with."""
    return {"pid": MALEE, "attachments": [document["reference"]]}


def test_a_document_goes_with_a_request_and_its_provider_fetches_it(exchange: Exchange) -> None:
    document = sent(exchange)
    assert document["state"] == "READY" and document["parts"] == 3
    order = place(exchange, body=with_document(document))
    assert order.status == 202
    exchange.pump()
    # the provider got the reference under the exchange's signature over the whole body
    vouched = exchange.check_at_provider(exchange.providers.sent[-1])
    assert vouched.id == order.json["id"] and document["reference"]["sha256"].encode() in (
        exchange.providers.sent[-1].body or b""
    )
    seen = stands(exchange, document["id"], CIVIL).json
    assert (seen["state"], seen["exchange"], seen["reference"]["sha256"]) == ("BOUND", order.json["id"], sha(FILE))
    away = content(exchange, document["id"], CIVIL)
    assert away.status == 303 and away.headers["location"].startswith("https://bucket.test/documents/")
    assert exchange.objects.kept[f"documents/{document['id']}"] == (FILE, "application/pdf")
    assert [done(exchange, document["id"], CIVIL).status for _ in range(2)] == [204, 204]
    exchange.pump()
    assert f"documents/{document['id']}" not in exchange.objects.kept
    assert content(exchange, document["id"], CIVIL).status == 409
    events = exchange.parts.journal.history(f"DOCUMENT#{document['id']}")
    assert [event.type for event in events] == [f"gdx.document.{what}" for what in ("open", "ready", "bound", "gone")]
    assert chain_is_whole(events)


def test_a_document_goes_with_an_answer_and_its_consumer_fetches_it(exchange: Exchange) -> None:
    change_provider(exchange)
    exchange.agree(fields=[""])
    document = sent(exchange, SMALL, CIVIL, consumer=OFFICE)
    assert stands(exchange, document["id"], OFFICE).status == 404
    order = place(exchange)
    (held,) = lease(exchange)
    answer = answered(exchange, held, {**RECORD, "scan": document["reference"]})
    assert answer.json["state"] == "DELIVERED", answer.text
    assert fetch(exchange, order).json["scan"] == document["reference"]
    assert content(exchange, document["id"], OFFICE).status == 303
    assert content(exchange, document["id"], CIVIL).status == content(exchange, document["id"], BIZ).status == 404
    assert take(exchange, order).status == 204
    assert content(exchange, document["id"], OFFICE).status == 303  # fetching the answer is not fetching the document
    assert done(exchange, document["id"], CIVIL).status == 404
    assert done(exchange, document["id"], OFFICE).status == 204
    exchange.pump()
    assert exchange.objects.kept == {}


def test_each_part_s_address_takes_that_part_alone(exchange: Exchange) -> None:
    document = opened(exchange).json
    forms = [form_of(part) for part in parts(exchange, document["id"]).json["items"]]
    pieces = cut(FILE)
    assert [form.number for form in forms] == [1, 2, 3]
    arrives = exchange.objects.part_arrives
    assert arrives(forms[0], pieces[1]) == 400  # the order is wrong: the hash is not this part's
    assert arrives(forms[0], pieces[0][:-1] + b"!") == 400
    assert arrives(forms[2], pieces[2] + b"x") == 403
    assert arrives(forms[0], pieces[1], forms[1].headers) == 403
    missing = complete(exchange, document["id"])
    assert missing.status == 422
    assert [each["pointer"] for each in missing.json["errors"]] == ["/parts/0", "/parts/1", "/parts/2"]
    for form, piece in zip(forms, pieces, strict=True):
        assert arrives(form, piece) == 200
    assert complete(exchange, document["id"]).json["state"] == "READY"
    assert complete(exchange, document["id"]).json["state"] == "READY"
    assert parts(exchange, document["id"]).status == 409


def test_a_crash_after_s3_finished_is_mended_by_a_repeat(exchange: Exchange) -> None:
    document = opened(exchange).json
    for part, piece in zip(parts(exchange, document["id"]).json["items"], cut(FILE), strict=True):
        exchange.objects.part_arrives(form_of(part), piece)
    token, path = exchange.token(), f"/gdx/v1/documents/{document['id']}/complete"
    exchange.table.down = True
    assert exchange.client.post(path, token=token).status == 503
    exchange.table.down = False
    assert exchange.objects.uploads == {} and stands(exchange, document["id"]).json["state"] == "OPEN"
    assert complete(exchange, document["id"]).json["state"] == "READY"


def test_what_s3_stored_decides(exchange: Exchange) -> None:
    document = opened(exchange, SMALL).json
    (row,) = [row["document"] for row in exchange.rows("DOCUMENT#") if "document" in row]
    name = f"documents/{document['id']}"
    exchange.objects.drop_upload(name, row["upload"])
    exchange.objects.put(name, b"something else", media_type="application/pdf")
    assert complete(exchange, document["id"]).status == 422
    assert stands(exchange, document["id"]).json["state"] == "OPEN"


def test_the_addresses_of_many_parts_come_in_pages(exchange: Exchange) -> None:
    size, count = 205 * 5 * MIB, 205
    document = opened(exchange, size=size, parts=[sha(b"x")] * count, sha256=sha(b"y")).json
    first = parts(exchange, document["id"]).json
    second = parts(exchange, document["id"], query=f"?after={first['next']}").json
    third = parts(exchange, document["id"], query=f"?after={second['next']}").json
    assert (first["next"], second["next"], third["next"]) == (100, 200, None)
    numbers = [part["number"] for page in (first, second, third) for part in page["items"]]
    assert numbers == list(range(1, count + 1))
    assert parts(exchange, document["id"], query="?after=205").json == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"size": 0}, "/size"),
        ({"size": 5 * 1024**3 + 1}, "/size"),
        ({"size": len(FILE) + 5 * MIB}, "/parts"),
        ({"parts": [sha(FILE)]}, "/parts"),
        ({"part_size": 5 * MIB - 1}, "/part_size"),
        ({"part_size": 512 * MIB + 1}, "/part_size"),
        ({"size": 3, "parts": [sha(b"a")]}, "/parts/0"),
        ({"sha256": "x" * 64}, "/sha256"),
        ({"parts": ["A" * 64] * 3}, "/parts/0"),
        ({"media_type": "pdf"}, "/media_type"),
        ({"service": "nonsense"}, "/service"),
        ({"consumer": "nonsense"}, "/consumer"),
        ({"keep_hours": 145}, "/keep_hours"),
        ({"file_name": "ทะเบียนบ้านมาลี.pdf"}, "/file_name"),
    ],
)
def test_declarations_that_do_not_hold(exchange: Exchange, changes: dict[str, Any], pointer: str) -> None:
    refused = opened(exchange, **changes)
    assert refused.status == 422 and refused.json["errors"][0]["pointer"] == pointer
    assert exchange.objects.uploads == {} and exchange.rows("DOCUMENT#") == []


@pytest.mark.parametrize(
    ("owner", "changes"),
    [
        (BIZ, {}),
        (BIZ, {"consumer": OFFICE}),
        (CIVIL, {}),
        (OFFICE, {"service": "TH/CENTRAL/DGA/citizen/inbox"}),
        (OFFICE, {"consumer": CIVIL}),
    ],
)
def test_an_agreement_decides_who_may_send_to_whom(exchange: Exchange, owner: str, changes: dict[str, Any]) -> None:
    exchange.agree("biz-person", state="SUSPENDED")
    assert opened(exchange, owner=owner, **changes).status == 403
    assert exchange.objects.uploads == {}


def test_an_agreement_that_does_not_hold_now(exchange: Exchange) -> None:
    exchange.agree(state="SUSPENDED")
    assert opened(exchange).status == 403
    exchange.agree(valid_until="2026-01-02")
    assert opened(exchange).status == 403


def test_documents_count_against_the_day(exchange: Exchange) -> None:
    exchange.agree(daily_quota=2, daily_bytes=2 * len(SMALL))
    assert [opened(exchange, SMALL).status for _ in range(3)] == [201, 201, 429]
    exchange.pass_time(days=1)
    assert [opened(exchange, body).status for body in (FILE, SMALL)] == [429, 201]
    assert len(exchange.objects.uploads) == 3


def test_the_same_key_is_the_same_document(exchange: Exchange) -> None:
    first, again = opened(exchange, SMALL, key="k"), opened(exchange, SMALL, key="k")
    assert first.status == again.status == 201 and first.json == again.json
    assert again.headers["location"] == first.headers["location"] == f"/gdx/v1/documents/{first.json['id']}"
    assert len(exchange.objects.uploads) == 1
    assert opened(exchange, SMALL + b"!", key="k").status == 422
    assert len(exchange.objects.uploads) == 1


def test_others_cannot_know_of_it(exchange: Exchange) -> None:
    document = sent(exchange, SMALL)
    for other in (BIZ, CIVIL):
        for answer in (
            stands(exchange, document["id"], other),
            parts(exchange, document["id"], other),
            complete(exchange, document["id"], other),
            content(exchange, document["id"], other),
            done(exchange, document["id"], other),
        ):
            assert answer.status == 404
    assert content(exchange, document["id"], OFFICE).status == 404  # it is sent, not kept for oneself
    place(exchange, body=with_document(document))
    assert stands(exchange, document["id"], BIZ).status == content(exchange, document["id"], BIZ).status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "0" * 64},
        {"size": 1},
        {"size": "18"},
        {"size": True},
        {"media_type": "text/html"},
        {"document": "none"},
        {"more": 1},
        {"sha256": None},
    ],
)
def test_a_request_that_says_something_else_of_it(exchange: Exchange, change: dict[str, Any]) -> None:
    document = sent(exchange, SMALL)
    refused = place(exchange, body={"pid": MALEE, "a/b": [{}, {**document["reference"], **change}]})
    assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "/a~1b/1"
    assert stands(exchange, document["id"]).json["state"] == "READY" and exchange.queues.held == []


def test_a_document_goes_once_and_only_when_whole(exchange: Exchange) -> None:
    open_one = opened(exchange, SMALL).json
    assert place(exchange, body=with_document(open_one)).status == 422
    document = sent(exchange, SMALL)
    twice = {"pid": MALEE, "a": document["reference"], "b": document["reference"]}
    assert place(exchange, body=twice).status == 422
    assert place(exchange, body=with_document(document)).status == 202
    assert place(exchange, body=with_document(document)).status == 422
    many = {"pid": MALEE, "a": [{**document["reference"], "document": str(at)} for at in range(11)]}
    assert place(exchange, body=many).status == 422


def test_somebody_else_s_document_does_not_go(exchange: Exchange) -> None:
    document = sent(exchange, SMALL, CIVIL, consumer=OFFICE)
    assert place(exchange, body=with_document(document)).status == 422


def test_an_answer_that_refers_to_nothing_is_the_provider_s_to_mend(exchange: Exchange) -> None:
    change_provider(exchange)
    exchange.agree(fields=[""])
    order = place(exchange)
    (held,) = lease(exchange)
    bad = {"document": "none", "sha256": sha(b""), "size": 1, "media_type": "text/plain"}
    refused = answered(exchange, held, {**RECORD, "scan": bad})
    assert refused.status == 422 and refused.json["errors"][0]["pointer"] == "answer:/scan"
    assert state(exchange, order)["state"] == "LEASED" and exchange.objects.kept == {}


def test_the_documents_of_a_request_that_came_to_nothing_go(exchange: Exchange) -> None:
    document = sent(exchange, SMALL)
    place(exchange, body=with_document(document))
    exchange.providers.reply(404, {"title": "none"})
    exchange.pump()
    exchange.pump()
    assert exchange.objects.kept == {} and stands(exchange, document["id"]).json["state"] == "GONE"


@pytest.mark.parametrize("how", ["open", "ready", "bound"])
def test_what_nobody_finishes_or_fetches_expires(exchange: Exchange, how: str) -> None:
    document = opened(exchange, SMALL).json if how == "open" else sent(exchange, SMALL, keep_hours=20)
    if how == "bound":
        place(exchange, body=with_document(document))
    exchange.pump()
    exchange.pass_time(hours=20)
    assert stands(exchange, document["id"]).json["state"] == "GONE"
    if how == "bound":
        assert content(exchange, document["id"], CIVIL).status == 409
    settle_time(exchange, seconds=0)
    assert not [name for name in exchange.objects.kept if name.startswith("documents/")]
    assert exchange.objects.uploads == {}
    assert exchange.service.documents.sweep(exchange.now) == 0


def test_its_owner_may_give_it_up_until_it_goes(exchange: Exchange) -> None:
    upload, whole = opened(exchange, SMALL).json, sent(exchange, SMALL)
    for document in (upload, whole):
        assert done(exchange, document["id"], OFFICE).status == 204
    exchange.pump()
    assert exchange.objects.kept == {} and exchange.objects.uploads == {}
    assert place(exchange, body=with_document(whole)).status == 422


def test_an_order_and_its_expiring_document_at_once(exchange: Exchange) -> None:
    """The document goes while the provider is asked: the order is not lost, but tried again and then refused."""
    exchange.agree(fields=[""])
    document = sent(exchange, SMALL, CIVIL, consumer=OFFICE)
    order = place(exchange)
    exchange.providers.reply(200, {**RECORD, "scan": document["reference"]})

    def before_the_transaction(key: str) -> None:
        if key.startswith("answers/"):
            exchange.objects.before_put = None
            assert done(exchange, document["id"], CIVIL).status == 204

    exchange.objects.before_put = before_the_transaction
    exchange.pump()
    assert state(exchange, order)["state"] == "QUEUED"
    settle_time(exchange, seconds=90)
    assert state(exchange, order)["state"] == "REJECTED"


def test_an_answer_and_its_expiring_document_at_once(exchange: Exchange) -> None:
    """As above, for a worker: the lease goes on, and the answer is refused only for what is wrong with it."""
    change_provider(exchange)
    exchange.agree(fields=[""])
    document = sent(exchange, SMALL, CIVIL, consumer=OFFICE)
    order = place(exchange)
    (held,) = lease(exchange)

    def before_the_transaction(key: str) -> None:
        exchange.objects.before_put = None
        assert done(exchange, document["id"], CIVIL).status == 204

    exchange.objects.before_put = before_the_transaction
    assert answered(exchange, held, {**RECORD, "scan": document["reference"]}).status in (409, 412)
    assert state(exchange, order)["state"] == "LEASED"
    assert answered(exchange, held, {**RECORD, "scan": document["reference"]}).status == 422
    assert answered(exchange, held, RECORD).json["state"] == "DELIVERED"


def test_nothing_in_a_document_is_in_the_table(exchange: Exchange) -> None:
    sent(exchange, SMALL)
    kept = str(exchange.rows("DOCUMENT"))
    assert "เอกสาร" not in kept and MALEE not in kept


def test_the_states_end() -> None:
    reached = {DocumentState.OPEN}
    while more := {after for state in reached for after in MOVES[state]} - reached:
        reached |= more
    assert reached == set(DocumentState) and all(
        DocumentState.GONE in MOVES[each] for each in reached - {DocumentState.GONE}
    )


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b"", []),
        (b'"document"', []),
        (b'{"document": 1, "sha256": ""}', []),
        (b'{"document": "x"}', []),
        (b'{"document": "x", "sha256": 1}', [""]),
        (b'[{"a": {"document": "x", "sha256": ""}}, {"document": "y", "sha256": ""}]', ["/0/a", "/1"]),
        (b"[" * 100_000 + b'"document"', []),
    ],
)
def test_references_in_a_message(body: bytes, pointers: list[str]) -> None:
    assert [each.pointer for each in references(body)] == pointers
