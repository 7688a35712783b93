"""Calls that open a door when one word of them is missing: each is found where it is wrong, and only there.

Three are known to this house alone and read from the syntax tree. The others ruff knows (flake8-bandit); here it is
shown that it does, under the project's own settings, and that nobody has told it to look away in shipped code.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, files, for_each, imports, name_of, nodes

SHIPPED = files("app.py", "chalicelib")
PEEKS = {
    "chalicelib/gdx/tokens.py": "reads who claims to have signed, to find the keys that the signature is checked by",
    "chalicelib/shared/access_tokens.py": "reads the claimed issuer, to find its keys",
}
"""Who reads a token before its signature is checked (`shared.jose.opened`)."""
UNVERIFIED = "chalicelib.shared.jose.opened"

_JUDGES = re.compile(
    r"((^|\.)Draft\w+Validator|^jsonschema\..*validator_for\(.*\)|^jsonschema\.validate|(^|\.)extend\(Draft.*\))$"
)


def _arguments(call: ast.Call) -> dict[str | None, ast.expr]:
    return {each.arg: each.value for each in call.keywords}


def _calls(tree: Iterator[ast.AST]) -> Iterator[tuple[ast.Call, str]]:
    return ((node, ast.unparse(node.func)) for node in tree if isinstance(node, ast.Call))


def unpinned_token(call: ast.Call, called: str) -> bool:
    """A token that is read by whatever algorithm it names itself (RFC 8725, 3.1), or by none."""
    return called in ("jwt.decode", "jwt.PyJWS().decode") and "algorithms" not in _arguments(call)


def unchecked_token(call: ast.Call, called: str) -> bool:
    """A token whose signature nobody checks: the one thing that may be said without naming algorithms."""
    if called != "jwt.decode" or not isinstance(options := _arguments(call).get("options"), ast.Dict):
        return False
    told = {
        ast.unparse(key): ast.unparse(value) for key, value in zip(options.keys, options.values, strict=True) if key
    }
    return told.get("'verify_signature'") == "False"


def whole_table(call: ast.Call, called: str) -> bool:
    """A read of a whole table: it costs by the table's size, and grows with it. (A virus scanner scans, too.)"""
    if called.endswith("get_paginator"):
        return bool(call.args) and ast.unparse(call.args[0]) == "'scan'"
    return called.endswith(".scan") and not called.removesuffix(".scan").endswith("scanner")


def fetching_schema(call: ast.Call, called: str) -> bool:
    """A JSON Schema judged without a registry of our own: jsonschema fetches what a `$ref` names from anywhere."""
    return bool(_JUDGES.search(called)) and "registry" not in _arguments(call)


RULES: dict[Callable[[ast.Call, str], bool], tuple[tuple[str, ...], tuple[str, ...]]] = {
    unpinned_token: (
        (
            "jwt.decode(token, key)",
            "jwt.decode(token, key, audience='a', options={'verify_exp': True})",
            "jwt.PyJWS().decode(token, key)",
        ),
        (
            "jwt.decode(token, key, algorithms=['ES256'])",
            "jwt.PyJWS().decode(token, key, algorithms=['ES256'])",
            "codec.decode(text)",
        ),
    ),
    unchecked_token: (
        ("jwt.decode(token, options={'verify_signature': False})",),
        ("jwt.decode(token, key, algorithms=['ES256'], options={'verify_aud': False})",),
    ),
    whole_table: (
        ("table.scan()", "self._client.scan(TableName='t')", "client.get_paginator('scan')"),
        ("self._scanner.scan(content)", "client.get_paginator('query')", "table.query()"),
    ),
    fetching_schema: (
        (
            "jsonschema.validate(value, schema)",
            "Draft202012Validator(schema)",
            "jsonschema.Draft7Validator(schema, format_checker=formats)",
            "jsonschema.validators.validator_for(schema)(schema)",
            "validators.extend(Draft202012Validator, words)(schema)",
        ),
        (
            "Draft202012Validator(schema, registry=Registry())",
            "jsonschema.Draft202012Validator.check_schema(schema)",
            "extend(Draft202012Validator, words)(schema, registry=Registry())",
            "form.validate(value)",
        ),
    ),
}
"""Each rule, with calls that break it and calls that do not."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule: Callable[[ast.Call, str], bool]) -> None:
    bad, good = RULES[rule]
    for text, wrong in [*((each, True) for each in bad), *((each, False) for each in good)]:
        found = any(rule(call, called) for call, called in _calls(ast.walk(ast.parse(text))))
        assert found is wrong, text


CONCERNED = re.compile("jwt|jose|scan|jsonschema")
"""What a file must hold to be looked at; the others need not be parsed."""


@for_each(SHIPPED)
def test_shipped_code_makes_none_of_these_calls(path: Path) -> None:
    if not CONCERNED.search(path.read_text(encoding="utf-8")):
        return
    for module, line in imports(path):
        assert module not in ("jwt.decode", "jsonschema.validate"), f"{line}: call it by its library's name"
        assert module != UNVERIFIED or name_of(path) in PEEKS, f"{line}: unverified; call `verify_jwt`"
    for call, called in _calls(iter(nodes(path))):
        for rule in RULES:
            assert not rule(call, called), f"{call.lineno}: {rule.__name__}: {rule.__doc__}"


@for_each(PEEKS)
def test_whoever_peeks_still_does(path: str) -> None:
    assert UNVERIFIED in {module for module, _ in imports(ROOT / path)}, "take it out"


RUFFS = {
    "S301": ("import pickle\npickle.loads(text)\n", "import json\njson.loads(text)\n"),
    "S307": ("eval(text)\n", "import ast\nast.literal_eval(text)\n"),
    "S324": (
        "import hashlib\nhashlib.md5(text)\nhashlib.sha1(text)\nhashlib.new('md5', text)\n",
        "import hashlib\nhashlib.sha256(text)\n",
    ),
    "S501": (
        "import requests\nrequests.get(url, verify=False, timeout=1)\n",
        "import requests\nrequests.get(url, timeout=1)\n",
    ),
    "S506": ("import yaml\nyaml.load(text, yaml.Loader)\n", "import yaml\nyaml.safe_load(text)\n"),
    "S602": ("import subprocess\nsubprocess.run(text, shell=True)\n", "import subprocess\nsubprocess.run(['true'])\n"),
    "S605": ("import os\nos.system(text)\n", "import os\nos.getpid()\n"),
}
"""Ruff's rules, with what breaks them and what is done instead."""


def test_ruff_finds_the_others_under_our_own_settings(tmp_path: Path) -> None:
    for rule, (bad, good) in RUFFS.items():
        (tmp_path / f"{rule}_bad.py").write_text(bad)
        (tmp_path / f"{rule}_good.py").write_text(good)
    command = ["ruff", "check", "--config", str(ROOT / "pyproject.toml"), "--no-cache", "--output-format", "json"]
    done = subprocess.run([sys.executable, "-m", *command, str(tmp_path)], capture_output=True, text=True, check=False)
    found = {(Path(each["filename"]).stem, each["code"]) for each in json.loads(done.stdout)}
    assert {(f"{rule}_bad", rule) for rule in RUFFS} <= found
    assert not {(name, code) for name, code in found if name.endswith("_good") and code in RUFFS}


LOOKS_AWAY = re.compile(rf"#.*noqa:[^#]*\b({'|'.join(RUFFS)})\b")


@for_each(SHIPPED)
def test_shipped_code_never_tells_ruff_to_look_away_from_these(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        assert not LOOKS_AWAY.search(line), f"{number}: {line.strip()}"
    assert LOOKS_AWAY.search("hashlib.md5(x)  # noqa: S324 - a checksum")
