"""`python -m infra.watching STAGE --out DIRECTORY`: writes what watches a stage, one CloudFormation template for each
of its platforms, for those who put it in place by other means than `make deploy`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from infra.stages import stages
from infra.watching.template import document, stack_name


def main(arguments: list[str] | None = None) -> int:
    """Command line; prints the files that were written."""
    options = parser().parse_args(arguments)
    stage = stages()[options.stage]
    options.out.mkdir(parents=True, exist_ok=True)
    for platform in stage.platforms:
        file = options.out / f"{stack_name(stage, platform)}.json"
        file.write_text(json.dumps(document(stage, platform), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(file)
    return 0


def parser() -> argparse.ArgumentParser:
    """How it is typed."""
    root = argparse.ArgumentParser(prog="python -m infra.watching", description=__doc__)
    root.add_argument("stage", choices=list(stages()))
    root.add_argument("--out", type=Path, required=True, help="folder for the files")
    return root


if __name__ == "__main__":
    sys.exit(main())
