"""What stands in docs/how-to/link-your-e-service.md is what the portal takes: its calls, its link, its client."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.biz.definitions.link import Link
from chalicelib.biz.linked.model import Delivery

from .hotel import CLIENT, KEY, Hotels, client

PAGE = CLIENT.with_name("link-your-e-service.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


class Recorder:
    """Stands for the portal and writes down what the page sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, Any]] = []
        self.believed: list[str] = []

    def send(self, method: str, tail: str, content: Any = None, jti: str | None = None) -> tuple[int, Any]:
        assert method == "GET" or jti == "choose-one" or tail.startswith("/deliveries/")
        self.sent.append((method, tail, content))
        return 200, {"case": {"id": "1"}}

    def believe(self, authorization: str, url: str, body: bytes) -> dict[str, Any]:
        self.believed.append(url)
        return {}


def test_every_call_of_the_page_is_one_that_the_portal_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    portal = Recorder()
    known = {"id": "1", "delivery": "2", "jti": "choose-one", "assertion": "a.b.c", "headers": {"Authorization": "x"}}
    names = {**known, "body": b"", "key": KEY, "Portal": lambda *_: portal, "portal": portal}
    for block in BLOCKS:
        exec(compile(block.replace("{…}", "{}"), "page", "exec"), names)  # noqa: S102 - the page of this very project
    assert client.public_jwk(names["key"], "hotel-1") == eval(capsys.readouterr().out)  # noqa: S307 - printed by the page
    assert len(portal.sent) == 12 and portal.believed
    town = Hotels(tmp_path)
    for method, tail, content in portal.sent:
        _, route, _ = town.client.find(method, f"/biz/v1/linked/hotel{tail}")
        assert (route.body is None) == (content is None), tail
        if route.body is not None:
            route.body.model_validate_json(json.dumps(content))


def test_the_link_of_the_page_is_one() -> None:
    (text,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    link = json.loads(f"{{{text}}}")["link"]
    link["keys"][0] |= {name: client.public_jwk(KEY, "x")[name] for name in "xy"}
    assert Link.model_validate(link).mode == "receive"


def test_the_page_names_everything_that_is_delivered_and_how_long_the_client_is() -> None:
    assert [what for what in Delivery.model_fields["what"].annotation.__args__ if f"`{what}`" not in PAGE] == []  # type: ignore[union-attr]  # a Literal
    lines = CLIENT.read_text(encoding="utf-8").count("\n")
    assert abs(lines - 140) <= 15 and "140 lines" in PAGE
    assert set(re.findall(r"^(?:from|import) (\w+)", CLIENT.read_text(encoding="utf-8"), re.MULTILINE)) <= {
        "__future__", "base64", "collections", "cryptography", "dataclasses", "hashlib", "http", "json", "jwt", "time",
        "typing", "urllib", "uuid",
    }  # fmt: skip
