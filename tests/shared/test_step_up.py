"""A login that is too weak: the client learns what is missing and where to get it (RFC 9470), in every room."""

from __future__ import annotations

import re

import pytest

from chalicelib.shared.errors import AssuranceTooLow, NotAllowed
from chalicelib.shared.identity import Gate, citizen
from chalicelib.shared.problems import problem
from chalicelib.shared.web import Call, Outgoing, Room
from tests.support.client import Client
from tests.support.forgeries import PID
from tests.support.keys import local_keyring
from tests.support.tokens import Issuers

ISSUERS = Issuers()
LOGIN = "https://citizen.klang.test/citizen/v1/login"


class Strong(Outgoing):
    """What only a strong login sees."""

    session: str | None


def client(login: str | None = LOGIN) -> Client:
    room = Room("strong", Gate(ISSUERS.tokens, local_keyring()))
    room.login = login

    @room.get("/strong", allow=[citizen(min_ial="2.3"), citizen(min_ial="3")], answer=Strong, summary="Strong")
    def strong(call: Call) -> Strong:
        return Strong(session=call.caller.session)

    return Client([room])


@pytest.mark.parametrize("ial", ["1.1", "1.3", "2.1", "2.2"])
def test_the_answer_says_what_is_missing(ial: str) -> None:
    answer = client().get("/strong", token=ISSUERS.person(PID, ial=ial))
    assert answer.status == 401
    told = dict(re.findall(r'(\w+)="([^"]*)"', answer.headers["www-authenticate"]))
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert (told["error"], told["acr_values"]) == ("insufficient_user_authentication", "2.3")
    assert told["error_description"] and answer.json["type"].endswith("/assurance-too-low")
    said = {name: answer.json[name] for name in ("required_ial", "ial", "login")}
    assert said == {"required_ial": "2.3", "ial": ial, "login": LOGIN}
    assert "2.3" in answer.json["errors"][0]["message_th"] and "2.3" in answer.json["errors"][0]["message_en"]


def test_a_strong_login_enters() -> None:
    assert client().get("/strong", token=ISSUERS.person(PID, ial="2.3")).json == {"session": None}


def test_other_refusals_have_no_such_members() -> None:
    told = {None: 'Bearer realm="klang"', "x.y.z": 'Bearer realm="klang", error="invalid_token"'}
    for token, challenge in told.items():
        answer = client().get("/strong", token=token)
        assert answer.status == 401 and answer.headers["www-authenticate"] == challenge
        assert not {"required_ial", "ial", "login"} & set(answer.json)
    assert set(problem(NotAllowed("ไม่ได้", "No."), language="th", instance="x")) == {
        *("type", "title", "status", "detail", "instance", "errors"),
    }


def test_where_nobody_says_where_to_log_in_nothing_is_made_up() -> None:
    assert "login" not in client(None).get("/strong", token=ISSUERS.person(PID, ial="1.1")).json


def test_one_refusal_leaves_no_trace_in_the_next() -> None:
    AssuranceTooLow("อ่อน", "Weak.").wanting("3", "1.1")
    assert AssuranceTooLow("อ่อน", "Weak.").members == {} and "acr_values" not in AssuranceTooLow.challenge


def test_only_the_portals_own_tokens_name_a_session() -> None:
    own = ISSUERS.portal.token(pid=PID, name="มาลี", ial="2.3", sid="s-1")
    assert client().get("/strong", token=own).json == {"session": "s-1"}
    other = ISSUERS.person(PID, sid="s-1")
    assert client().get("/strong", token=other).json == {"session": None}
