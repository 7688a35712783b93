"""An operator who has never seen Klang follows the pages word by word, in a cloud that runs what they deploy."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.environment import ISOLATED, changed
from infra.rehearsal.following import Following
from tests.journeys.pages import BLOCK, END, blocks, stands_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

PROJECT = Path(__file__).parent.parent.parent
PAGES = PROJECT / "docs" / "how-to"
STAGE = "rehearsal-gdx"
ALARM = "klang-rehearsal-gdx-events-dlq-not-empty"
PATIENCE = 300.0
"""Seconds: the alarm looks at a whole minute, and a slow machine takes a few more."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[Following]:
    with changed(ISOLATED), Following(speed=10) as running:
        yield running


def _sections(page: str, *, but: str = "", only: str = "") -> list[tuple[str, str]]:
    """The command blocks of a page with what they promise; without a section, or of one alone."""
    text = (PAGES / page).read_text(encoding="utf-8")
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    chosen = [part for part in parts if (part.startswith(f"## {only}\n") if only else True)]
    return blocks("".join(part for part in chosen if not (but and part.startswith(f"## {but}\n"))))


def _follow(cloud: Following, found: list[tuple[str, str]]) -> None:
    """Runs blocks in one shell, as a person would, and looks whether each prints what its page promises."""
    script = "set -euo pipefail\n" + "".join(f"{commands}printf '{END!s}'\n" for commands, _ in found)
    variables = {**os.environ, **cloud.variables(), "STAGE": STAGE, "PYTHONPATH": str(PROJECT)}
    ran = subprocess.run(
        ["bash", "-c", script],  # noqa: S607 - the operator's own bash
        cwd=PROJECT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    for (commands, promised), printed in zip(found, ran.stdout.split(END), strict=False):
        assert stands_in(promised, printed), f"{commands}\n--- promised ---\n{promised}\n--- printed ---\n{printed}"


def _incident(cloud: Following) -> None:
    """Three messages failed five times each."""
    sqs = cloud.session.client("sqs")
    url = sqs.get_queue_url(QueueName="klang-rehearsal-gdx-events-dlq")["QueueUrl"]
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=f"{number:032}")


def _becomes(cloud: Following, state: str) -> None:
    """Waits until the alarm has looked at a period in which nothing else was measured, as CloudWatch's do."""
    end = time.monotonic() + PATIENCE
    while (found := cloud.watcher.look()[ALARM]) != state:
        assert time.monotonic() < end, f"{found}, and the queues hold {cloud.depths()}"
        time.sleep(1)


def test_every_page_can_be_followed_from_the_first_deployment_to_the_end(cloud: Following) -> None:
    _follow(cloud, _sections("deploy.md", but="Delete"))
    assert cloud.pool.usage.calls["klang-rehearsal-gdx"] > 0, "the deployed code really ran"
    _incident(cloud)
    _becomes(cloud, "ALARM")
    _follow(cloud, _sections("operate.md") + _sections("back-up-and-restore.md") + _sections("change-keys.md"))
    _becomes(cloud, "OK")
    _follow(cloud, _sections("deploy.md", only="Delete"))
    assert cloud.session.client("lambda").list_functions()["Functions"] == []
    assert "klang-rehearsal-gdx" in cloud.session.client("dynamodb").list_tables()["TableNames"]


def test_no_page_for_operators_leans_on_a_command_that_it_does_not_bring() -> None:
    """What is run must be there with `make setup`: the AWS command line is not."""
    for page in ("deploy.md", "operate.md", "back-up-and-restore.md", "change-keys.md"):
        text = (PAGES / page).read_text(encoding="utf-8")
        assert not [commands for kind, commands in BLOCK.findall(text) if kind == "bash" and "aws " in commands]
