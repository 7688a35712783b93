"""Every way out of the product by the list of hostile addresses: no stray connection, and no way that is not tried."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from pathlib import Path

import pytest

from tests.hostile.payloads.addresses import EVERY, PUBLIC
from tests.hostile.payloads.recorder import Names, Seen
from tests.hostile.payloads.ways import ENDED, MODULES, OWN, START, WAYS, Gate
from tests.house.source import files, for_each, imports, name_of, nodes

SHIPPED = files("app.py", "chalicelib")
GOOD = (PUBLIC[0], 443)
METHODS = ("GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH")
NETWORK = {
    *("socket", "_socket", "ssl", "urllib3", "requests", "httpx", "aiohttp", "http", "ftplib", "smtplib", "telnetlib"),
    *("poplib", "imaplib", "asyncio", "socketserver", "xmlrpc", "urllib.request", "subprocess", "multiprocessing"),
}
ROOTS = {each.split(".")[0] for each in NETWORK}
NAMED = re.compile(rf"import.*\b({'|'.join(ROOTS)})\b|\b({'|'.join(ROOTS)})\b.*import")
MAY = {
    "chalicelib/shared/egress.py": {"socket", "ssl", "urllib3"},
    "chalicelib/opendata/tables/sql/signed.py": {"urllib3"},
    "chalicelib/biz/documents/clamd.py": {"socket"},
    "chalicelib/shared/cage.py": {"subprocess"},
}
"""Who may touch the network or start a process: the guard; a cage, which holds no right, by addresses that we signed;
the scanner's address of the settings; the cage's own start."""


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_inside(way: str, seen: Seen, names: Names, tmp_path: Path) -> None:
    gate = Gate()
    go = WAYS[way](gate, names, tmp_path / "way")
    seen.clear()
    with suppress(*ENDED):
        go("https://good.example/x")
    assert GOOD in seen.connects, "a way that reaches nobody proves nothing"
    asked = len(names.asked)
    for number, url in enumerate(EVERY):
        seen.clear()
        with suppress(*ENDED):
            go(url)
        assert not seen.anything, url
        with suppress(*ENDED):
            go(f"{START}{number}")
        assert [each for each in seen.connects if each != GOOD] == [] and not seen.opened, url
    assert len(names.asked) > asked, "the list was asked for"
    seen.clear()
    with suppress(*ENDED):
        go(f"{START}round-and-round")
    assert set(seen.connects) <= {GOOD}


def test_there_is_no_way_out_that_is_not_tried() -> None:
    found = {name_of(path) for path in SHIPPED if _asks(path)}
    assert found == set(MODULES) | set(OWN)
    assert set(MODULES.values()) <= set(WAYS)


def _asks(path: Path) -> bool:
    """Whether a module hands a method and an address to something that sends."""
    if not re.search(r"\.(send|fetch)\(", path.read_text(encoding="utf-8")):
        return False
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("send", "fetch"):
            first = node.args[0] if node.args else None
            named = isinstance(first, ast.Constant) and first.value in METHODS
            handed = first is not None and ast.unparse(first).endswith("method")
            if named or handed:
                return True
    return False


@for_each(SHIPPED)
def test_nobody_goes_round_the_guard(path: Path) -> None:
    if not NAMED.search(path.read_text(encoding="utf-8")):
        return  # to parse every file would cost ten times as much
    used = {module for module, _ in imports(path)}
    network = {each for each in NETWORK if any(module == each or module.startswith(f"{each}.") for module in used)}
    assert network <= MAY.get(name_of(path), set())
