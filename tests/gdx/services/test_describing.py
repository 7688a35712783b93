"""A new description with what follows: versions, suspended agreements, absences, the public list."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chalicelib.gdx.contract import document_hash
from chalicelib.gdx.ids import ServiceId
from chalicelib.gdx.services import describing
from chalicelib.shared.egress import HttpAnswer, Unreachable
from chalicelib.shared.ids import new_id
from chalicelib.shared.journal import Journal, chain_is_whole
from tests.gdx.exchange import BIZ, MALEE, OFFICE, PERSON, SEED, Exchange
from tests.gdx.services.register import CIVIL, ENTRY, PATH, Json, describe, with_more, without
from tests.support.client import Answer


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def suspended(answer: Answer) -> list[str]:
    return sorted(each["agreement"] for each in answer.json["suspended"])


def states(exchange: Exchange) -> dict[str, str]:
    found = exchange.service.agreements.standing.of_service(ServiceId.parse(PERSON))
    return {agreement.id: agreement.state.value for agreement in found}


def needs(agreement: Json, field: str) -> bool:
    return agreement["service"] == PERSON and f'"/{field}"' in json.dumps(
        [agreement["fields"], agreement.get("predicates")]
    )


BROKEN = {agreement["id"] for agreement in SEED["agreements"] if needs(agreement, "birth_date")}
"""Those of the seed that a missing date of birth breaks."""


def test_a_breaking_change_suspends_exactly_what_it_breaks_and_says_why(exchange: Exchange) -> None:
    before = states(exchange)
    answer = describe(exchange, without("birth_date"))
    assert answer.status == 200, answer.text
    assert (answer.json["version"], answer.json["breaking"], answer.json["dry_run"]) == (2, 1, False)
    assert set(suspended(answer)) == BROKEN != set(before)
    after = states(exchange)
    assert {name for name, state in after.items() if state == "SUSPENDED"} == BROKEN
    for agreement in exchange.service.agreements.standing.of_service(ServiceId.parse(PERSON)):
        because = agreement.suspended_because
        if agreement.id in BROKEN:
            assert because is not None and "birth_date" in because[1] and "/birth_date" in because[0]
        else:
            assert because is None


def test_the_next_call_of_a_suspended_agreement_is_refused_and_others_go_on(exchange: Exchange) -> None:
    assert "laemngop-person" in suspended(describe(exchange, without("first_name_th")))
    refused = exchange.r1()
    assert refused.status == 500 and refused.json["type"] == "server.serverproxy.access_denied"


def test_a_compatible_change_touches_no_agreement(exchange: Exchange) -> None:
    before = states(exchange)
    answer = describe(exchange, with_more())
    assert (answer.json["version"], answer.json["breaking"], answer.json["suspended"]) == (2, 0, [])
    assert [change["rule"] for change in answer.json["changes"]] == ["answer-field-added"]
    assert states(exchange) == before
    assert exchange.r1().status == 200


def test_a_dry_run_tells_the_same_and_writes_nothing(exchange: Exchange) -> None:
    held = dict(exchange.table._items)
    told = describe(exchange, without("birth_date"), dry_run=True)
    changed = {key.pk.partition("#")[0] for key, item in exchange.table._items.items() if held.get(key) != item}
    assert changed <= {"ASSERTION"}, "the access token alone"
    done = describe(exchange, without("birth_date"))
    assert told.json == {**done.json, "dry_run": True}


def test_the_same_again_changes_nothing_and_a_repeat_gets_the_same_answer(exchange: Exchange) -> None:
    first = describe(exchange, without("birth_date"), idempotency_key="k")
    again = describe(exchange, without("birth_date"), idempotency_key="k")
    assert again.json == first.json and again.headers["idempotent-replayed"] == "true"
    unchanged = describe(exchange, without("birth_date"))
    assert (unchanged.json["changed"], unchanged.json["version"]) == (False, 2)
    other = describe(exchange, with_more(), idempotency_key="k")
    assert other.status == 422


def test_every_version_is_kept_with_its_hash_and_they_can_be_compared(exchange: Exchange) -> None:
    describe(exchange, without("birth_date"))
    describe(exchange, with_more())
    versions = exchange.client.get(f"{PATH}/versions").json["items"]
    assert [each["version"] for each in versions] == [3, 2, 1]
    assert [each["breaking"] for each in versions] == [0, 1, 0]
    documents = [exchange.client.get(f"{PATH}/versions/{number}").json for number in (1, 2, 3)]
    assert [each["document_hash"] for each in documents] == [document_hash(each["document"]) for each in documents]
    diff = exchange.client.get(f"{PATH}/diff?from=1&to=3").json
    assert (diff["from"], diff["to"], diff["breaking"]) == (1, 3, 0)
    back = exchange.client.get(f"{PATH}/diff?from=3&to=2").json
    assert {change["field"] for change in back["changes"]} == {"/birth_date", "/blood_group"}
    for path in (f"{PATH}/versions/9", f"{PATH}/versions/x", f"{PATH}/versions/1e3", f"{PATH}/diff?from=1&to=9"):
        assert exchange.client.get(path).status == 404
    events = exchange.parts.journal.history(f"HISTORY#SERVICE#{PERSON}")
    assert [event.type for event in events] == ["gdx.service.described"] * 3 and chain_is_whole(events)


def test_a_description_of_before_breaks_nobody_who_agreed_to_it(exchange: Exchange) -> None:
    """The hash in an agreement tells which description its parties had before them."""
    describe(exchange, without("birth_date"))
    hashes = {agreement.document_hash for agreement in _standing(exchange)}
    assert hashes == {document_hash(ENTRY["document"])} or None not in hashes
    back = describe(exchange, ENTRY["document"])
    assert back.json["suspended"] == []


def _standing(exchange: Exchange) -> Sequence[Any]:
    return exchange.service.agreements.standing.of_service(ServiceId.parse(PERSON))


def test_more_than_one_transaction_holds_are_suspended_through_the_outbox(exchange: Exchange) -> None:
    many = describing.AT_ONCE + 5
    for number in range(many):
        system = f"TH/LOCAL/LAEMNGOP/s{number:02d}"
        body = {"id": system, "name_th": "ก", "name_en": "k"}
        assert exchange.client.post("/gdx/v1/subsystems", token=exchange.operator(), json=body).status == 200
        assert exchange.agree("laemngop-person", id=f"many-{number:02d}", consumer=system).status == 200  # fmt: skip
    exchange.pump()
    answer = describe(exchange, without("first_name_th"))
    assert len(answer.json["suspended"]) >= many
    assert "FINALIZED" in states(exchange).values()
    exchange.pump()
    assert {states(exchange)[f"many-{number:02d}"] for number in range(many)} == {"SUSPENDED"}


def test_an_agreement_that_came_into_force_meanwhile_is_found_through_the_outbox(exchange: Exchange) -> None:
    standing = exchange.service.agreements.standing
    seen = standing.of_service(ServiceId.parse(PERSON))

    class Late:
        """Sees no agreement at first, as an index that is a moment old."""

        def __init__(self) -> None:
            self.old = True

        def of_service(self, service: ServiceId) -> Any:
            return [] if self.old else standing.of_service(service)

        def suspension_changes(self, *given: Any) -> Any:
            return standing.suspension_changes(*given)

        def suspend_broken(self, *given: Any) -> int:
            return standing.suspend_broken(*given)

    late = Late()
    exchange.service.services._agreements = late
    assert seen and describe(exchange, without("first_name_th")).json["suspended"] == []
    late.old = False
    exchange.pump()
    assert states(exchange)["laemngop-person"] == "SUSPENDED"


def test_agreements_upon_a_later_description_are_left_alone_by_an_earlier_event(exchange: Exchange) -> None:
    describe(exchange, without("birth_date", "first_name_th"))
    exchange.pump()
    describe(exchange, without("birth_date"))
    assert exchange.agree("laemngop-person", fields=["/last_name_th"], predicates=[]).status == 200
    (event,) = [
        event
        for event in exchange.parts.journal.history(f"HISTORY#SERVICE#{PERSON}")
        if event.data["breaking"] and event.data["version"] == 2
    ]
    exchange.service.services.finish(event)
    assert states(exchange)["laemngop-person"] == "FINALIZED"


# ---- who may, and what is refused


def test_providers_describe_their_own_services_only(exchange: Exchange) -> None:
    somebody = exchange.people.token(pid=MALEE, name="ม", ial="2.3")
    for token, status in ((None, 401), (somebody, 403), (exchange.token(OFFICE), 403)):
        assert exchange.client.post("/gdx/v1/services", token=token, json=ENTRY).status == status
        assert exchange.client.put(f"{PATH}/notice", token=token, json={"th": "ก", "en": "k"}).status == status
        assert exchange.client.delete(f"{PATH}/notice", token=token).status == status
        assert exchange.client.put(f"{PATH}/maintenance", token=token, json={"windows": []}).status == status
    assert exchange.client.post("/gdx/v1/services", token=exchange.operator(), json=ENTRY).status == 200


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"document": {}}, "/document/openapi"),
        ({"document": None}, ""),
        ({"from": "/openapi.json"}, ""),
        ({"from": "/../x", "document": None}, "/from"),
        ({"from": "//elsewhere.test/x", "document": None}, "/from"),
        ({"from": "https://elsewhere.test/x", "document": None}, "/from"),
        ({"from": "/x?y", "document": None}, "/from"),
        ({"subject": "pid"}, "/subject"),
    ],
)
def test_what_cannot_be_described(exchange: Exchange, changes: Json, pointer: str) -> None:
    body = {name: value for name, value in {**ENTRY, **changes}.items() if value is not None}
    answer = exchange.client.post("/gdx/v1/services", token=exchange.token(CIVIL), json=body)
    assert answer.status == 422
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]]


# ---- from the provider's own endpoint


def fetch(exchange: Exchange) -> Answer:
    body = {name: value for name, value in ENTRY.items() if name != "document"} | {"from": "/openapi.json"}
    return exchange.client.post("/gdx/v1/services", token=exchange.token(CIVIL), json=body)


def test_a_description_is_taken_from_where_the_provider_serves_it(exchange: Exchange) -> None:
    exchange.providers.reply(200, with_more())
    answer = fetch(exchange)
    assert answer.json["document_hash"] == document_hash(with_more())
    (sent,) = exchange.providers.sent
    assert (sent.method, sent.url) == ("GET", "https://dopa.test/openapi.json")
    assert exchange.check_at_provider(sent).client == "TH/CENTRAL/DGA/gdx"
    assert exchange.service.services.now(ServiceId.parse(PERSON))[0].source == "/openapi.json"


@pytest.mark.parametrize(
    "answered",
    [
        HttpAnswer(404, {}, b"{}"),
        HttpAnswer(302, {"location": "https://elsewhere.test"}, b""),
        HttpAnswer(200, {}, b"openapi: 3.0.0"),
        HttpAnswer(200, {}, b"[]"),
        HttpAnswer(200, {}, b'{"a": 1, "a": 2}'),
        HttpAnswer(200, {}, b" " * 900_000 + b"{}"),
        Unreachable("the address is not allowed"),
    ],
)
def test_what_cannot_be_fetched_changes_nothing(exchange: Exchange, answered: HttpAnswer | Exception) -> None:
    exchange.providers.answer = answered
    answer = fetch(exchange)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (502, "/from")
    assert exchange.service.services.now(ServiceId.parse(PERSON))[0].version == 1


def test_the_pipeline_reads_no_old_version(exchange: Exchange) -> None:
    describe(exchange, with_more())
    exchange.table.requests.clear()
    assert exchange.service.exchanges.run(exchange.ask()).status == 200
    assert exchange.table.requests == ["get_many", "write"]


def test_a_neighbour_in_the_same_process_is_refused_as_well(exchange: Exchange) -> None:
    describe(exchange, without("first_name_th", "last_name_th", "birth_date"))
    refused = exchange.r1(client=BIZ, headers={"x-gdx-purpose": "licence"})
    assert refused.json["type"] == "server.serverproxy.access_denied"


class Interrupted(Journal):
    """A journal in whose first commit somebody else gets in between reading and writing."""

    def __init__(self, exchange: Exchange, act: Callable[[], Any]) -> None:
        super().__init__(exchange.table, exchange.queues, ids=new_id, clock=exchange.clock)
        self._waiting = [act]

    def commit(self, *given: Any, **named: Any) -> None:
        if self._waiting:
            self._waiting.pop()()
        super().commit(*given, **named)


def test_two_descriptions_at_once_become_two_versions(exchange: Exchange) -> None:
    shelf = exchange.service.services.shelf
    shelf.journal = Interrupted(exchange, lambda: describe(exchange, with_more()))
    answer = describe(exchange, without("birth_date"))
    assert (answer.status, answer.json["version"]) == (200, 3)
    assert {change["field"] for change in answer.json["changes"]} == {"/birth_date", "/blood_group"}
    assert [version.number for version in shelf.versions(ServiceId.parse(PERSON))] == [3, 2, 1]


def test_an_agreement_that_changes_at_the_same_moment_is_suspended_all_the_same(exchange: Exchange) -> None:
    def amended() -> None:
        assert exchange.agree("laemngop-person", daily_quota=7).status == 200

    exchange.service.services.shelf.journal = Interrupted(exchange, amended)
    assert "laemngop-person" in suspended(describe(exchange, without("first_name_th")))
    (found,) = [each for each in _standing(exchange) if each.id == "laemngop-person"]
    assert (found.state.value, found.daily_quota, found.version) == ("SUSPENDED", 7, 2)
