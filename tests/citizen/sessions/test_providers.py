"""Login providers as configuration: templates, what differs, and what keeps a process from starting."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.citizen.sessions.providers import Assurance, BadProvider, providers, templates
from infra.local.surroundings import logins
from infra.stages import ENVIRONMENTS
from tests.citizen.sessions.provider import BACK, login, places

OWN = {"client_id": "klang", "redirect_uris": [BACK]}


@pytest.mark.parametrize("name", ["thaid", "dga"])
def test_a_template_needs_only_what_is_ones_own(name: str) -> None:
    provider = providers([{"template": name, **OWN}])[name]
    assert provider.client_id == "klang" and provider.names.th and provider.names.en
    assert provider.verified == "no", "nobody has compared it with the provider yet, and it says so"
    assert "openid" in provider.scopes


def test_what_is_configured_goes_before_the_template() -> None:
    changed = {"template": "dga", "id": "dga-uat", "issuer": "https://connect.dga.or.th"}
    changed["endpoints"] = places("https://connect.dga.or.th")  # type: ignore[assignment]  # one value is a mapping
    found = providers([{**changed, **OWN}, {"template": "dga", **OWN}])
    assert list(found) == ["dga-uat", "dga"]
    assert found["dga-uat"].claims == found["dga"].claims and found["dga-uat"].issuer != found["dga"].issuer
    assert found["dga"].logout_parameter == "post_logout_redirect_url" and found["dga"].claims.pid == "citizen_id"


def test_every_stage_and_the_laptop_start_with_theirs() -> None:
    for environment in ENVIRONMENTS:
        assert list(providers(environment.logins)) == ["login"]
    assert list(providers(logins("http://127.0.0.1:8000"))) == ["test-id", "digital-id"]
    assert set(templates()) == {"thaid", "dga"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"issuer": "http://one.test"}, "issuer"),
        ({"issuer": "https://u@one.test"}, "issuer"),
        ({"issuer": "https:///x"}, "issuer"),
        ({"endpoints": {**places("https://one.test"), "token": "file:///etc/passwd"}}, "endpoints.token"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": ["https://a.test/#x"]}, "redirect_uris.0"),
        ({"redirect_uris": ["https://a.test/ x"]}, "redirect_uris.0"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris.0"),
        ({"redirect_uris": ["https://a.test\\@b.test"]}, "redirect_uris.0"),
        ({"algorithm": "none"}, "algorithm"),
        ({"algorithm": "HS256"}, "algorithm"),
        ({"auth": "tls_client_auth"}, "auth"),
        ({"scopes": ["pid"]}, "openid"),
        ({"scopes": ["openid pid"]}, "openid"),
        ({"client_secret": "x"}, "client_secret"),
        ({"id": "Not A Slug"}, "id"),
        ({"names": {"th": "ก"}}, "names"),
        ({"assurance": {"values": {"high": "strong"}}}, "assurance"),
        ({"source": None}, "source"),
        ({"client_id": None}, "client_id"),
    ],
)
def test_what_is_not_whole_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(BadProvider) as bad:
        providers([login("one", **changes)])
    assert named in str(bad.value)


def test_two_of_one_name_or_of_one_client_are_refused() -> None:
    with pytest.raises(BadProvider, match="twice"):
        providers([login("one"), login("one")])
    with pytest.raises(BadProvider, match="one issuer"):
        providers([login("one"), login("other", issuer="https://one.test", client_id="klang-at-one")])
    with pytest.raises(BadProvider, match="no template"):
        providers([{"template": "google", **OWN}])


@given(st.dictionaries(st.sampled_from(["acr", "ial", "ial_level"]), st.one_of(st.text(), st.integers(), st.none())))
def test_an_unknown_word_is_never_more_than_the_default(said: dict[str, Any]) -> None:
    assert Assurance(values={"high": "2.3"}).level(said) in ("1.1", "2.3" if "high" in said.values() else "1.1")
