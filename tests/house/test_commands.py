"""Every command that a page names can be typed as it stands there."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

import infra.deploy.__main__
import infra.drill.__main__
import infra.operate.__main__
import infra.provision.__main__
import infra.watching.__main__
from infra.stages import stages

PROJECT = Path(__file__).resolve().parents[2]
PAGES = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]
MAKEFILE = (PROJECT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"\$\((?:or \$\(|if \$\(|filter-out 8000,\$\()?([A-Z]+)", MAKEFILE))

PARSERS: Mapping[str, Callable[[], argparse.ArgumentParser]] = {
    "infra.deploy": infra.deploy.__main__.parser,
    "infra.drill": infra.drill.__main__.parser,
    "infra.operate": infra.operate.__main__.parser,
    "infra.provision": infra.provision.__main__.parser,
    "infra.watching": infra.watching.__main__.parser,
}
WITHOUT = {"infra.stages"}
"""Modules whose command line takes no more than a flag."""

BLOCK = re.compile(r"^```(?:bash|sh|)\n(.*?)^```$|((?:^    \S.*\n)+)", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"""python -m (infra\.[a-z]+)((?:\\\n|"[^"]*"|[^\n|;&<>#`)"])*)""")
MAKE = re.compile(r"^\s*make ([a-z-]+)((?: [A-Z]+=\S+)*)", re.MULTILINE)


def blocks(page: Path) -> str:
    """What a page gives to be typed."""
    return "\n".join(fenced or indented for fenced, indented in BLOCK.findall(page.read_text("utf-8")))


def typed() -> Iterator[tuple[str, str, list[str]]]:
    """Page, module and arguments of each command in a block."""
    for page in PAGES:
        for module, rest in COMMAND.findall(blocks(page)):
            text = rest.replace("\\\n", " ").replace("$STAGE", next(iter(stages())))
            yield page.name, module, shlex.split(text)


def named() -> Iterator[tuple[str, str]]:
    """Page and command of `infra.operate` wherever its words stand, in prose too, with whatever stage."""
    for page in PAGES:
        found = re.findall(r"`(?:python -m )?infra\.operate \S+ ([a-z][a-z-]+)", page.read_text("utf-8"))
        yield from ((page.name, command) for command in found)


def test_each_command_in_a_block_is_one_that_its_module_takes(capsys: pytest.CaptureFixture[str]) -> None:
    found = list(typed())
    assert len({page for page, _, _ in found}) >= 8 and len(found) >= 35
    for page, module, arguments in found:
        if module in WITHOUT:
            continue
        try:
            PARSERS[module]().parse_args(arguments)
        except SystemExit as refused:
            assert refused.code == 0, f"{page}: python -m {module} {arguments}\n{capsys.readouterr().err}"


def test_each_command_that_prose_names_is_there() -> None:
    found = list(named())
    assert len(found) >= 5
    assert [each for each in found if each[1] not in infra.operate.__main__.COMMANDS] == []


def test_each_stage_that_a_page_names_is_there() -> None:
    known = {*stages(), "local", "rehearsal-gdx"}
    asked = {(page, arguments[0]) for page, module, arguments in typed() if module == "infra.operate"}
    assert {each for each in asked if each[1] not in known | {"STAGE"}} == set()


def test_each_target_of_make_is_there_with_its_variables() -> None:
    found = [(page.name, *each) for page in PAGES for each in MAKE.findall(blocks(page))]
    inline = [
        (page.name, *each)
        for page in PAGES
        for each in re.findall(r"`make ([a-z-]+)((?: [A-Z]+=\S+)*)", page.read_text("utf-8"))
    ]
    assert len(found) >= 8 and len(inline) >= 20
    for page, target, given in [*found, *inline]:
        assert target in TARGETS, f"{page}: make {target}"
        assert set(re.findall(r"([A-Z]+)=", given)) <= VARIABLES, f"{page}: make {target}{given}"
