"""The how-to on the guide does what it says, in a shell, with answers from the room and no network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from chalicelib.biz.definitions.catalogue import read_definition

from ..samples import small
from ..town import Town

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "ask-what-is-needed.md"
BLOCK = re.compile(r"^```(bash|text|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FETCH = re.compile(r"^curl -s(?: -H '[^']+')? \"?\$AT([^\s\"]+)\"? -o (\S+)(?: -d '(.*)')?$", re.MULTILINE)


def test_the_page_can_be_followed_word_by_word(town: Town, tmp_path: Path) -> None:
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    script = "".join(text for kind, text in blocks if kind == "bash")
    fetched = FETCH.findall(script)
    assert len(fetched) == 3
    for path, name, body in fetched:
        method, given = ("POST", {"json": json.loads(body)}) if body else ("GET", {})
        answer = town.client.call(method, path, **given)
        assert answer.status == 200, answer.text
        (tmp_path / name).write_text(answer.text, encoding="utf-8")
    script = re.sub(r"^PYTHON=\S+", f"PYTHON={sys.executable}", FETCH.sub("", script), flags=re.MULTILINE)
    ran = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}"],  # noqa: S607 - the reader's own bash
        cwd=tmp_path,
        env={"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "".join(text for kind, text in blocks if kind == "text")


def test_the_example_of_the_page_may_be_published_and_is_asked_for(tmp_path: Path) -> None:
    (example,) = (text for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if kind == "json")
    raw = small(id="lit-sign", **json.loads(f"{{{example}}}"))
    path = tmp_path / "lit-sign.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert read_definition(path).guide is not None
    answers = {"where": "laem_ngop", "has_signboard": True, "lit-sign.lit": True}
    said = Town(tmp_path).ok(None, "POST", "/guide", json={"answers": answers})
    assert "lit-sign" in [each["service"] for each in said["needed"]]
