"""While a stack runs, nothing of the process can reach a real account; afterwards all is as before."""

import os

import pytest

from chalicelib.settings import Settings
from infra.local.environment import ISOLATED, changed
from infra.local.session import LocalSession
from infra.local.surroundings import variables


def test_real_credentials_are_put_aside_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.delenv("KLANG_ENV", raising=False)
    with changed(ISOLATED):
        with changed({"KLANG_ENV": "local"}):
            assert os.environ["KLANG_ENV"] == "local"
        assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
        assert "AWS_PROFILE" not in os.environ
        assert "KLANG_ENV" not in os.environ
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAREAL"
    assert os.environ["AWS_PROFILE"] == "production"


def test_a_session_of_the_emulator_speaks_to_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    session = LocalSession("http://127.0.0.1:5999", "ap-southeast-1")
    for service in ("dynamodb", "s3", "sqs", "kms"):
        assert session.client(service).meta.endpoint_url == "http://127.0.0.1:5999"
    credentials = session.get_credentials()
    assert credentials is not None
    assert credentials.access_key == "testing"


def test_the_variables_are_settings_that_the_app_accepts() -> None:
    settings = Settings.from_env(variables("local", "http://127.0.0.1:8000"))
    assert settings.on_laptop
    assert settings.platforms == ("gdx", "opendata", "biz", "citizen")
    assert [issuer.iss for issuer in settings.issuers] == ["http://127.0.0.1:8000/local/oidc"]
