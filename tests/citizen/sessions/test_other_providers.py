"""Providers that are configured otherwise, and what they say that is no person."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import jwt
import pytest

from tests.citizen.portal import MALEE
from tests.citizen.sessions.provider import BACK, Doors, Provider, login, places


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "  มาลี \n ใจงาม "}, "มาลี ใจงาม"),
        ({"name": None, "given_name": "มาลี", "family_name": "ใจงาม"}, "มาลี ใจงาม"),
        ({"name": "", "given_name": "มาลี"}, "มาลี"),
        ({"name": {"th": "มาลี"}}, ""),
        ({"name": None}, ""),
        ({"name": "ม" * 300}, "ม" * 200),
    ],
)
def test_a_name_is_a_text_or_none(claims: dict[str, Any], name: str) -> None:
    doors = Doors()
    doors.one.claims = claims
    said = jwt.decode(doors.session()["access_token"], options={"verify_signature": False})
    assert said["name"] == name


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"sub":"s-1","sub":"s-1"}', b'{"sub":NaN}', b"[" * 99_999])
def test_userinfo_that_is_nonsense_is_the_providers_fault(body: bytes) -> None:
    doors = Doors()
    doors.one.claims = {"pid": None}
    doors.one.raw = body
    assert doors.enter().status == 502 and doors.rows("SESSIONS#") == []


class TestOtherShapes:
    """Providers that are configured otherwise."""

    def test_a_provider_like_dga(self) -> None:
        dga = Provider(
            login(
                "dga",
                auth="client_secret_basic",
                names_itself=False,
                claims={"pid": "citizen_id", "pid_verified": "citizen_id_verified"},
                assurance={"claims": ["ial_level"], "values": {"2.3": "2.3"}, "default": "1.1"},
                logout_parameter="post_logout_redirect_url",
            )
        )
        doors = Doors(dga)
        dga.claims = {"pid": None, "name": None, "acr": None, "at_hash": None}
        names = {"given_name": "มาลี", "family_name": "ใจงาม"}
        dga.told = {"citizen_id": MALEE, "citizen_id_verified": True, "ial_level": 2.3, **names}
        wish = {"provider": "dga", "redirect_uri": BACK}
        assert doors.client.post("/citizen/v1/login", json=wish).status == 503, "no operator has entered its secret"
        doors.portal.citizen.sessions.entering.secrets.keep("dga", "a+b c:d")
        grant = doors.session(at=dga)
        assert grant["ial"] == "2.3"
        claims = jwt.decode(grant["access_token"], options={"verify_signature": False})
        assert (claims["pid"], claims["name"]) == (MALEE, "มาลี ใจงาม")
        form, headers = dga.asked[0]
        assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"klang-at-dga:a%2Bb+c%3Ad"
        assert "client_secret" not in form
        out = doors.client.post("/citizen/v1/sessions/end", json={"refresh_token": grant["refresh_token"]}).json
        assert "post_logout_redirect_url=" in out["logout_url"]
        row = next(item for key, (item, _) in doors.memory._items.items() if key.pk == "LOGIN-SECRET#dga")
        assert "a+b" not in str(row.data)

    @pytest.mark.parametrize("verified", [False, None, "false", 1, "yes"])
    def test_a_number_that_was_only_typed_in_is_no_identity(self, verified: Any) -> None:
        dga = Provider(login("dga", claims={"pid": "citizen_id", "pid_verified": "citizen_id_verified"}))
        doors = Doors(dga)
        dga.claims = {"pid": None}
        dga.told = {"citizen_id": MALEE, "citizen_id_verified": verified}
        assert doors.enter(at=dga).status == 401 and doors.rows("SESSIONS#") == []

    def test_a_secret_in_the_form(self) -> None:
        post = Provider(login("post", auth="client_secret_post"))
        doors = Doors(post)
        doors.portal.citizen.sessions.entering.secrets.keep("post", "s3cret")
        doors.session(at=post)
        assert post.asked[0][0]["client_secret"] == "s3cret"

    def test_a_new_secret_is_in_use_after_five_minutes(self) -> None:
        post = Provider(login("post", auth="client_secret_post"))
        doors = Doors(post)
        secrets = doors.portal.citizen.sessions.entering.secrets
        secrets.keep("post", "old")
        doors.session(at=post)
        secrets.keep("post", "new")
        doors.portal.now += timedelta(minutes=5)
        doors.session(at=post)
        assert [form["client_secret"] for form, _ in post.asked] == ["old", "new"]

    def test_a_proof_signed_with_the_rooms_own_key(self) -> None:
        keyed = Provider(login("keyed", auth="private_key_jwt"))
        doors = Doors(keyed)
        doors.session(at=keyed)
        form = keyed.asked[0][0]
        key = jwt.PyJWK(doors.client.get("/citizen/v1/jwks.json").json["keys"][0])
        options: Any = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(
            form["client_assertion"], key, algorithms=["ES256"], audience="https://keyed.test/token", options=options
        )
        assert (claims["iss"], claims["sub"]) == ("klang-at-keyed", "klang-at-keyed")
        assert claims["exp"] - claims["iat"] == 60 and form["client_assertion_type"].endswith("jwt-bearer")

    def test_a_provider_that_is_discovered(self) -> None:
        found = Provider(login("found", endpoints=None, names_itself=False))
        doors = Doors(found)
        at = places(found.issuer)
        found.discovery = {
            "issuer": found.issuer,
            "authorization_endpoint": at["authorization"],
            "token_endpoint": at["token"],
            "jwks_uri": at["jwks"],
            "userinfo_endpoint": at["userinfo"],
            "authorization_response_iss_parameter_supported": True,
        }
        begun = doors.start("found")
        answer = doors.finish(begun, found.enter(begun["authorization_url"]), at=found)
        assert answer.status == 201
        assert doors.client.post(
            "/citizen/v1/sessions/end", json={"refresh_token": answer.json["refresh_token"]}
        ).json == {"logout_url": None}
        begun = doors.start("found")
        code = found.enter(begun["authorization_url"])
        body = {"login": begun["login"], "code": code, "state": begun["state"]}
        assert doors.client.post("/citizen/v1/sessions", json=body).status == 401, "it promised to name itself"

    @pytest.mark.parametrize(
        "changes",
        [{"issuer": "https://evil.test"}, {"token_endpoint": "ftp://x"}, {"jwks_uri": None}, {"issuer": None}],
    )
    def test_metadata_of_somebody_else_is_not_believed(self, changes: dict[str, Any]) -> None:
        found = Provider(login("found", endpoints=None))
        doors = Doors(found)
        at = places(found.issuer)
        good = {
            "issuer": found.issuer,
            "authorization_endpoint": at["authorization"],
            "token_endpoint": at["token"],
            "jwks_uri": at["jwks"],
        }
        found.discovery = {**good, **changes}
        answer = doors.client.post("/citizen/v1/login", json={"provider": "found", "redirect_uri": BACK})
        assert answer.status == 502 and answer.headers["retry-after"]
