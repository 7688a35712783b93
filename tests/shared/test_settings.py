"""Settings: nothing is guessed, and nothing of a laptop passes in a deployed environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import LAPTOP, ROOMS, VARIABLES, BadSettings, Settings

ROOT = Path(__file__).resolve().parents[2]
STAGES: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]


def issuer(iss: str = "https://login.klang.example", jwks_uri: str = "https://login.klang.example/jwks.json") -> str:
    return json.dumps([{"iss": iss, "jwks_uri": jwks_uri, "audience": "klang"}])


GOOD = {
    "AWS_REGION": "ap-southeast-1",
    "KLANG_ENV": "prod",
    "PLATFORMS": "gdx,opendata,biz,citizen",
    "BASE_URL": "https://klang.example",
    "GDX_URL": "https://klang.example",
    "BIZ_URL": "https://klang.example",
    "CITIZEN_URL": "https://klang.example",
    "BUCKET_SUFFIX": "th",
    "ISSUERS": issuer(),
    "LOGINS": "[]",
    "EGRESS_NETWORKS": "",
    "XROAD_SPELLING": "7.8",
    "MAIL_FROM": "notices@mail.klang.example",
    "CLAMD": "",
    "FUNCTIONS": "",
}
LOCAL = {
    **GOOD,
    "KLANG_ENV": "local",
    "BASE_URL": "http://127.0.0.1:8000",
    "GDX_URL": "http://127.0.0.1:8000",
    "BIZ_URL": "http://127.0.0.1:8000",
    "CITIZEN_URL": "http://127.0.0.1:8000",
    "ISSUERS": issuer("http://127.0.0.1:8000/local/oidc", "http://127.0.0.1:8000/local/oidc/jwks.json"),
    "EGRESS_NETWORKS": "127.0.0.0/8,::1/128",
}


def read(good: Mapping[str, str] = GOOD, **changes: str) -> Settings:
    return Settings.from_env({**good, **changes})


def test_good_settings_are_read() -> None:
    settings = read()
    assert settings.platforms == ROOMS
    assert not settings.on_laptop
    assert settings.issuers[0].iss == "https://login.klang.example"
    assert settings.egress_networks == ()
    assert settings.table("biz") == "klang-prod-biz"
    assert settings.queue("biz-events") == "klang-prod-biz-events"
    assert settings.bucket("opendata") == "klang-prod-opendata-th"
    assert settings.key_alias("gdx", "signing") == "alias/klang-prod-gdx-signing"


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_is_mandatory(name: str) -> None:
    with pytest.raises(BadSettings, match=name):
        Settings.from_env({key: value for key, value in GOOD.items() if key != name})


def test_the_region_is_lambdas_own() -> None:
    without = {key: value for key, value in GOOD.items() if key != "AWS_REGION"}
    assert Settings.from_env({**without, "AWS_DEFAULT_REGION": "ap-southeast-7"}).region == "ap-southeast-7"
    with pytest.raises(BadSettings, match="AWS_REGION"):
        Settings.from_env(without)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_passes_and_sets_just_these_variables(stage: str) -> None:
    variables = STAGES[stage]["environment_variables"]
    assert sorted(variables) == sorted(VARIABLES)
    settings = Settings.from_env({**variables, "AWS_REGION": "ap-southeast-1"})
    assert not settings.on_laptop


def test_no_function_of_a_stage_has_variables_of_its_own() -> None:
    functions = [each for stage in STAGES.values() for each in stage.get("lambda_functions", {}).values()]
    assert functions and not [each for each in functions if "environment_variables" in each]


@pytest.mark.parametrize("environment", sorted(LAPTOP))
def test_a_laptop_may_be_its_own_world(environment: str) -> None:
    assert read(LOCAL, KLANG_ENV=environment).on_laptop


INSIDE = (
    "http://klang.example",
    "https://localhost",
    "https://localhost:8000",
    "https://localhost.",
    "https://LOCALHOST",
    "https://app.localhost",
    "https://klang.local",
    "https://klang.internal",
    "https://klang",
    "https://127.0.0.1",
    "https://127.1",
    "https://2130706433",
    "https://0x7f.1",
    "https://0x7f000001",
    "https://0177.0.0.1",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://10.0.0.1",
    "https://192.168.1.10",
    "https://169.254.169.254",
    "https://[fd00::1]",
    "https://0.0.0.0",
    "https://user@klang.example",
    "https://klang.example:0",
    "https://klang.example:x",
    "https://[::1",
    "https://①②⑦.0.0.1",
    "https://kla ng.example",
    "https://klang..example",
    "https://-klang.example",
    "https://klang.example/local/oidc",
    "https://klang.example/local",
    "//klang.example",
    "klang.example",
    "",
)


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("environment", ["dev", "uat", "prod", "locale", "testing"])
def test_a_deployed_environment_has_public_addresses_only(environment: str, address: str) -> None:
    for changes in (
        {"BASE_URL": address},
        {"GDX_URL": address},
        {"BIZ_URL": address},
        {"CITIZEN_URL": address},
        {"ISSUERS": issuer(iss=address or " ")},
        {"ISSUERS": issuer(jwks_uri=address or " ")},
    ):
        with pytest.raises(BadSettings, match=next(iter(changes))):
            Settings.from_env({**GOOD, "KLANG_ENV": environment, **changes})


@pytest.mark.parametrize(
    "address",
    ["https://klang.example", "https://a-b.c1.go.th:8443", "https://93.184.216.34", "https://xn--o3cw4h.xn--o3cw4h"],
)
def test_public_addresses_pass(address: str) -> None:
    assert read(BASE_URL=address, GDX_URL=address, ISSUERS=issuer(address, address)).base_url == address


@pytest.mark.parametrize(
    "networks",
    ["127.0.0.0/8", "127.0.0.1/32", "0.0.0.0/0", "126.0.0.0/7", "::1/128", "::/0", "169.254.0.0/16", "fe80::/10",
     "169.254.169.254/32", "::ffff:7f00:0/104", "10.0.0.0/8,127.0.0.1/32"],
)  # fmt: skip
def test_a_deployed_environment_never_opens_its_own_machine(networks: str) -> None:
    with pytest.raises(BadSettings, match="EGRESS_NETWORKS"):
        read(EGRESS_NETWORKS=networks)


def test_a_private_network_can_be_opened() -> None:
    assert read(EGRESS_NETWORKS="10.20.0.0/16,fd12::/48").egress_networks == ("10.20.0.0/16", "fd12::/48")


@pytest.mark.parametrize("networks", ["x", "10.0.0.1/8", "10.0.0.0/40", "10.0.0.0/8;11.0.0.0/8"])
@pytest.mark.parametrize("good", [GOOD, LOCAL])
def test_a_network_must_be_one(good: Mapping[str, str], networks: str) -> None:
    with pytest.raises(BadSettings, match="EGRESS_NETWORKS"):
        read(good, EGRESS_NETWORKS=networks)


@pytest.mark.parametrize("platforms", ["", ",", "gdx,unknown", "GDX", "biz citizen", "biz,biz"])
def test_platforms_must_be_rooms(platforms: str) -> None:
    with pytest.raises(BadSettings, match="PLATFORMS"):
        read(PLATFORMS=platforms)


@pytest.mark.parametrize("environment", ["", "a", "Prod", "pr-od", "1dev", "prod ", "ทดสอบ", "x" * 17])
def test_the_environment_is_one_plain_word(environment: str) -> None:
    with pytest.raises(BadSettings, match="KLANG_ENV"):
        read(KLANG_ENV=environment)


@pytest.mark.parametrize(
    "issuers",
    ["", "{}x", "[1]", '["x"]', '[{"iss": "https://a.example"}]', '[{"iss": 1, "jwks_uri": "x", "audience": "y"}]',
     '[{"iss": "https://a.example", "jwks_uri": "https://a.example", "audience": ""}]', "null", "1",
     '[{"iss": "x", "jwks_uri": "x", "audience": "x", "secret": "x"}]', "[" * 5000],
)  # fmt: skip
@pytest.mark.parametrize("good", [GOOD, LOCAL])
def test_issuers_must_be_whole(good: Mapping[str, str], issuers: str) -> None:
    with pytest.raises(BadSettings, match="ISSUERS"):
        read(good, ISSUERS=issuers)


def test_a_malware_scanner_is_a_place_or_there_is_none() -> None:
    for place in ("", "clamd.internal:3310", "10.0.3.10:3310", "[fd12::1]:3310"):
        assert read(CLAMD=place).clamd == place
    for wrong in ("clamd", "clamd:", ":3310", "clamd:0", "clamd:65536", "tcp://clamd:3310", "a b:1", "fd12::1:3310"):
        with pytest.raises(BadSettings, match="CLAMD"):
            read(CLAMD=wrong)


def test_functions_are_called_by_a_beginning_of_names_or_in_this_process() -> None:
    for beginning in ("", "klang-prod-opendata", "klang-dev"):
        assert read(FUNCTIONS=beginning).functions == beginning
    for wrong in ("Klang", "klang_prod", "arn:aws:lambda:x", "-klang", "a" * 64):
        with pytest.raises(BadSettings, match="FUNCTIONS"):
            read(FUNCTIONS=wrong)


def test_the_spelling_of_x_road_s_errors_is_a_release_s() -> None:
    assert read(XROAD_SPELLING="7.7").xroad_spelling == "7.7"
    for wrong in ("", "7.9", "7.8.0"):
        with pytest.raises(BadSettings, match="XROAD_SPELLING"):
            read(XROAD_SPELLING=wrong)


@pytest.mark.parametrize("logins", ["", "{}", "[1]", "null", "[" * 100_000])
def test_logins_must_be_a_list_of_objects(logins: str) -> None:
    with pytest.raises(BadSettings, match="LOGINS"):
        read(LOGINS=logins)


@pytest.mark.parametrize(
    "address", ["http://login.klang.example", "https://127.0.0.1/x", "https://localhost", " HTTP://x/"]
)
def test_a_deployed_login_leads_to_public_addresses_only(address: str) -> None:
    for login in ({"issuer": address}, {"endpoints": {"token": address}}, {"redirect_uris": [address]}):
        with pytest.raises(BadSettings, match="LOGINS"):
            read(LOGINS=json.dumps([login]))
    good = [{"issuer": "https://login.klang.example", "names": {"th": "ก", "en": "Log in: here"}}]
    assert read(LOGINS=json.dumps(good)).logins == tuple(good)
