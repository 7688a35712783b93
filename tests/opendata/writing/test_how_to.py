"""docs/how-to/write-rows-by-api.md does what it says, in a shell with curl and with ckanapi, over real HTTP."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.opendata.portal import Portal
from tests.support.served import served

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "write-rows-by-api.md"
BLOCK = re.compile(r"^```(bash|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_can_be_followed_word_by_word(portal: Portal, tmp_path: Path) -> None:
    portal.organization()
    portal.dataset("market-prices")
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    commands = "".join(text for kind, text in blocks if kind == "bash")
    promised = [line for kind, text in blocks if kind == "text" for line in text.splitlines()]
    assert len(promised) == 5
    with served(portal.client) as address:
        known = {"AT": address, "TOKEN": portal.publisher, "DATASET": "market-prices"}
        if shutil.which("curl") is not None:  # a machine without curl cannot follow this part; nothing else needs it
            ran = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607 - the reader's own bash
                cwd=tmp_path,
                env={"PATH": "/usr/bin:/bin", **known},
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
            )
            lines = "[^\\n]*\\n.*?".join("[^\\n]*".join(map(re.escape, line.split("…"))) for line in promised)
            assert re.search(lines, ran.stdout, re.DOTALL), ran.stdout
        setup = "".join(f"{name} = {value!r}\n" for name, value in known.items())
        (python,) = (text for kind, text in blocks if kind == "python")
        subprocess.run([sys.executable, "-c", setup + python], check=True, timeout=60)
