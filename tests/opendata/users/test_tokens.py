"""API tokens: who may make which, what a token opens, and that no forgery does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.opendata.users.gate import TokenGate
from chalicelib.opendata.users.rules import MAX_TOKENS
from chalicelib.shared.errors import NotAllowed, Unauthenticated
from chalicelib.shared.identity import CITIZEN, NOBODY, PUBLIC, SYSTEM, Allow, Caller, Posting, citizen, officer
from chalicelib.shared.ids import new_token
from chalicelib.shared.journal import chain_is_whole
from tests.opendata.people import OPERATOR_AGENCY, operator
from tests.opendata.portal import PUBLISHER, Portal
from tests.support.keys import local_keyring


def me(portal: Portal, token: str) -> str:
    return str(portal.result(portal.ask("user_show", token))["id"])


def made(portal: Portal, login: str, **more: Any) -> str:
    answer = portal.act("api_token_create", login, user=me(portal, login), name="a machine", **more)
    return str(portal.result(answer)["token"])


def test_a_token_is_shown_once_and_kept_as_a_hash(portal: Portal) -> None:
    token = made(portal, portal.publisher)
    assert re.fullmatch(r"klang_[0-9a-f]{32}_[A-Za-z0-9_-]{43}", token)
    secret = token.rsplit("klang_", 1)[1][33:]
    assert secret not in str(portal.memory._items)
    listed = portal.result(portal.ask("api_token_list", portal.publisher, user_id=me(portal, portal.publisher)))
    assert [each.keys() for each in listed] == [
        {"id", "name", "user_id", "created_at", "last_access", "expires_at"},
    ]
    assert (listed[0]["name"], listed[0]["last_access"]) == ("a machine", None)
    assert secret not in str(listed)


def test_a_token_is_its_user_on_both_headers(portal: Portal) -> None:
    portal.organization()
    token = made(portal, portal.publisher)
    for headers in ({"Authorization": token}, {"Authorization": f"Bearer {token}"}, {"X-CKAN-API-Key": token}):
        shown = portal.client.post("/api/3/action/user_show", json={}, headers=headers)
        assert portal.result(shown)["id"] == me(portal, portal.publisher)
    dataset = portal.result(portal.act("package_create", token, name="by-token", owner_org="laemngop", private=True))
    assert dataset["creator_user_id"] == me(portal, portal.publisher)
    assert portal.ask("package_show", portal.publisher, id="by-token").status == 200
    assert portal.ask("package_show", portal.other, id="by-token").status == 404


def test_a_private_file_is_fetched_with_a_token_in_either_header(portal: Portal) -> None:
    portal.organization()
    dataset = portal.dataset(private=True)
    resource = portal.table_of(dataset["id"], b"n\n1\n")
    url = portal.result(portal.ask("resource_show", portal.publisher, id=resource))["url"]
    path, token = url.removeprefix("https://data.klang.test"), made(portal, portal.publisher)
    assert portal.client.get(path).status == 404
    for name in ("Authorization", "X-CKAN-API-Key"):
        assert portal.client.get(path, headers={name: token}).status == 302
        assert portal.client.get(path, headers={name: made(portal, portal.other)}).status == 404


def test_the_authorization_header_counts_before_the_older_one(portal: Portal) -> None:
    headers = {"Authorization": made(portal, portal.publisher), "X-CKAN-API-Key": made(portal, portal.other)}
    shown = portal.client.post("/api/3/action/user_show", json={}, headers=headers)
    assert portal.result(shown)["id"] == me(portal, portal.publisher)


def test_no_forgery_opens_anything(portal: Portal) -> None:
    portal.organization()
    token, other = made(portal, portal.publisher), made(portal, portal.other)
    jti, secret = token[6:38], token[39:]
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:-1],
        token + "A",
        token.upper(),
        f"klang_{jti}_{other[39:]}",
        f"klang_{other[6:38]}_{secret}",
        f"klang_{'0' * 32}_{secret}",
        f"klang_{jti}",
        f"klang_{jti}_",
        "klang_",
        f"klang_{jti}_{'é' * 43}",
        f"klang_../{jti}_{secret}",
        secret,
    ]
    for text in forged:
        assert portal.act("package_create", text, name="forged", owner_org="laemngop", private=True).status == 403, text
        assert portal.ask("user_show", text).status == 409, text
        assert portal.ask("package_list", text).status == 200, text


def test_revoked_at_once_by_token_or_jti(portal: Portal) -> None:
    first, second = made(portal, portal.publisher), made(portal, portal.publisher)
    assert portal.act("api_token_revoke", portal.publisher, jti=first[6:38]).status == 200
    assert portal.act("api_token_revoke", second, token=second).status == 200
    for token in (first, second):
        assert portal.ask("user_show", token).status == 409
        assert portal.act("api_token_revoke", portal.publisher, token=token).status == 403
    assert portal.result(portal.act("api_token_list", portal.publisher, user_id=me(portal, portal.publisher))) == []
    missing = portal.act("api_token_revoke", portal.publisher).json["error"]
    assert missing == {"__type": "Validation Error", "token": ["Missing value"]}


def test_nobody_touches_anothers_tokens(portal: Portal) -> None:
    token, mine = made(portal, portal.publisher), me(portal, portal.publisher)
    for login in (portal.other, portal.reader):
        assert portal.act("api_token_create", login, user=mine, name="x").status == 403
        assert portal.act("api_token_create", login, user="nobody-at-all", name="x").status == 403
        assert portal.act("api_token_list", login, user_id=mine).status == 403
        assert portal.act("api_token_revoke", login, jti=token[6:38]).status == 403
        assert portal.act("api_token_revoke", login, jti="0" * 32).status == 403
    assert portal.ask("user_show", token).status == 200
    boss = operator(portal)
    assert portal.act("api_token_create", boss, user=mine, name="x").status == 200
    assert len(portal.result(portal.act("api_token_list", boss, user_id=mine))) == 2
    assert portal.act("api_token_revoke", boss, jti=token[6:38]).status == 200
    assert portal.act("api_token_revoke", boss, jti=token[6:38]).status == 404
    assert portal.act("api_token_create", boss, user="nobody-at-all", name="x").status == 404


def test_a_token_ends(portal: Portal) -> None:
    token = made(portal, portal.publisher, expires_in=1, unit=3600)
    assert portal.ask("user_show", token).status == 200
    portal.now += timedelta(hours=1)
    assert portal.ask("user_show", token).status == 409


def test_a_token_is_worth_what_the_posting_is_now(portal: Portal) -> None:
    portal.organization()
    token = made(portal, portal.publisher)
    person = local_keyring().pseudonym(PUBLISHER)
    portal.catalogue.staff.post(person, Posting(OPERATOR_AGENCY, frozenset({"publisher"}), "ย้าย"), new_token())
    assert portal.act("package_create", token, name="moved", owner_org="laemngop", private=True).status == 403


def test_the_last_access_is_written_once_an_hour(portal: Portal) -> None:
    token, mine = made(portal, portal.publisher), me(portal, portal.publisher)

    def last() -> str:
        return str(portal.result(portal.act("api_token_list", portal.publisher, user_id=mine))[0]["last_access"])

    def writes() -> int:
        portal.memory.requests.clear()
        assert portal.ask("license_list", token).status == 200
        return portal.memory.requests.count("write")

    assert (writes(), writes()) == (1, 0)
    assert portal.memory.requests == ["get", "get_many"]
    first = last()
    assert writes() == 0
    portal.now += timedelta(hours=1)
    assert (writes(), writes()) == (1, 0)
    assert last() > first


def test_a_repeated_request_makes_no_second_token(portal: Portal) -> None:
    mine = me(portal, portal.publisher)
    given = {"user": mine, "name": "once"}
    assert portal.act("api_token_create", portal.publisher, key="k", **given).status == 200
    again = portal.act("api_token_create", portal.publisher, key="k", **given)
    assert again.status == 409
    assert len(portal.result(portal.act("api_token_list", portal.publisher, user_id=mine))) == 1


def test_there_is_an_end_to_the_tokens_of_one_user(portal: Portal) -> None:
    for _ in range(MAX_TOKENS):
        made(portal, portal.publisher)
    refused = portal.act("api_token_create", portal.publisher, user=me(portal, portal.publisher), name="x")
    assert refused.json["error"]["user"] == [f"At most {MAX_TOKENS} tokens; revoke one first"]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"user", "name"}),
        ({"user": "me"}, {"name"}),
        ({"user": "me", "name": 5}, {"name"}),
        ({"user": "me", "name": "x" * 201}, {"name"}),
        ({"user": "me", "name": "a\x00b"}, {"name"}),
    ],
)
def test_a_token_needs_a_user_and_a_name(portal: Portal, given: dict[str, Any], fields: set[str]) -> None:
    if given.get("user"):
        given = {**given, "user": me(portal, portal.publisher)}
    refused = portal.act("api_token_create", portal.publisher, **given)
    assert refused.status == 409
    assert refused.json["error"].keys() - {"__type"} == fields


class Open:
    """A gate that knows everybody as nobody."""

    def admit(self, authorization: str | None, allow: object) -> Caller:
        return NOBODY


OFFICER = Caller("officer", "o", agency="TH/LOCAL/LAEMNGOP", roles=frozenset({"editor"}))


@pytest.mark.parametrize(
    ("caller", "rule", "admitted"),
    [
        (OFFICER, officer("editor"), True),
        (OFFICER, officer(), True),
        (OFFICER, officer("operator"), False),
        (OFFICER, CITIZEN, False),
        (OFFICER, PUBLIC, True),
        (Caller("citizen", "c"), CITIZEN, True),
        (Caller("citizen", "c"), citizen(min_ial="2.3"), False),
        (Caller("citizen", "c"), officer(), False),
        (Caller("system", "s"), SYSTEM, False),
    ],
)
def test_a_token_opens_what_its_user_may_and_nothing_that_needs_proof_of_identity(
    caller: Caller, rule: Allow, admitted: bool
) -> None:
    gate = TokenGate(Open(), lambda token: caller if token == "klang_good" else None)
    if admitted:
        assert gate.admit("Bearer klang_good", [rule]) == caller
    else:
        with pytest.raises(NotAllowed):
            gate.admit("klang_good", [rule])
    with pytest.raises(Unauthenticated):
        gate.admit("klang_bad", [rule])
    assert gate.admit("a.b.c", [rule]) == NOBODY


def test_a_repeat_of_a_revocation_is_one(portal: Portal) -> None:
    jti = made(portal, portal.publisher)[6:38]
    for _ in range(2):
        assert portal.act("api_token_revoke", portal.publisher, key="k", jti=jti).status == 200
    assert portal.act("api_token_revoke", portal.publisher, jti=jti).status == 403


def test_who_made_and_revoked_a_token_stays_known(portal: Portal) -> None:
    jti = made(portal, portal.publisher)[6:38]
    assert portal.act("api_token_revoke", operator(portal), jti=jti).status == 200
    events = portal.catalogue.parts.journal.history(f"TOKEN#{jti}")
    boss, mine = me(portal, operator(portal)), me(portal, portal.publisher)
    assert [(each.type, each.by, each.data["user"]) for each in events] == [
        ("opendata.token.made", f"officer:{mine}", mine),
        ("opendata.token.revoked", f"officer:{boss}", mine),
    ]
    assert chain_is_whole(events)
