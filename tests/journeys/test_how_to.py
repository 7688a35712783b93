"""The how-tos do what they say: their commands run in a shell against the laptop stack, and print what stands there."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import Stack
from tests.journeys.pages import END, blocks, stands_in

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parent.parent.parent
PAGES = PROJECT / "docs" / "how-to"
WRITTEN = "http://127.0.0.1:8000"
"""The address in the pages, as `make run` has it."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(speed=30) as running:  # a minute would be long to wait for the log to be sealed
        yield running


@pytest.mark.parametrize(
    "page",
    [
        "join-as-an-agency.md",
        "agree-on-data.md",
        "verify-a-receipt.md",
        "publish-a-dataset.md",
        "send-a-large-file.md",
        "take-a-table-away.md",
        "follow-the-catalogue.md",
        "read-the-catalogue-as-linked-data.md",
        "log-in-with-openid.md",
        "use-the-sandbox.md",
        "use-code-lists.md",
        "keep-an-existing-client.md",
        "watch-the-exchange.md",
        "ask-for-consent.md",
        "ask-asynchronously.md",
        "prefill-a-form.md",
        "add-a-service.md",
    ],
)
def test_the_page_can_be_followed_word_by_word(stack: Stack, page: str) -> None:
    found = blocks((PAGES / page).read_text(encoding="utf-8").replace(WRITTEN, stack.address))
    assert any(promised for _, promised in found)
    if shutil.which("curl") is None:
        return  # a machine without curl cannot follow the page; nothing else here needs it
    script = "set -euo pipefail\n" + "".join(f"{commands}printf '{END!s}'\n" for commands, _ in found)
    ran = subprocess.run(
        ["bash", "-c", script],  # noqa: S607 - the reader's own bash
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    for (commands, promised), printed in zip(found, ran.stdout.split(END), strict=False):
        assert stands_in(promised, printed), f"{commands}\n--- promised ---\n{promised}\n--- printed ---\n{printed}"
