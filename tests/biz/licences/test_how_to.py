"""The how-to on verifying a licence does what it says, in a shell, with files from the room and no network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from ..town import MALEE, Town

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "verify-a-licence.md"
BLOCK = re.compile(r"^```(bash|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FETCH = re.compile(r"^curl -s \$AT(\S+) -o (\S+)$", re.MULTILINE)


def test_the_page_can_be_followed_word_by_word(town: Town, tmp_path: Path) -> None:
    case, _ = town.licensed()
    held = town.ok(MALEE, "GET", f"/applications/{case}/credentials")
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    script = "".join(text for kind, text in blocks if kind == "bash")
    fetched = FETCH.findall(script)
    assert len(fetched) == 4
    for path, name in fetched:
        answer = town.client.get(path)
        assert answer.status == 200, path
        (tmp_path / name).write_bytes(answer.response.body)
    script = FETCH.sub("", script).replace("verifier.py ", "verifier.py --at 2026-11-25T10:01:00+07:00 ")
    script = re.sub(r"^PYTHON=\S+", f"PYTHON={sys.executable}", script, flags=re.MULTILINE)
    ran = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}"],  # noqa: S607 - the reader's own bash
        cwd=tmp_path,
        env={"QR": f"{held['verify_url']}#{held['slip']}", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    promised = next(text for kind, text in blocks if kind == "text").splitlines()
    lines = ["[^\\n]*".join(re.escape(part) for part in line.split("…")) for line in promised]
    assert re.search(r"^" + r"$.*?^".join(lines) + r"$", ran.stdout, re.MULTILINE | re.DOTALL), ran.stdout
