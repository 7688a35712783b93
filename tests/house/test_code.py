"""Rules that hold for every file: size, what may be used where, what may not be used at all."""

from __future__ import annotations

import ast
import re
import tokenize
from pathlib import Path

from tests.house.source import files, for_each, imports, name_of, nodes, tree

ALL = files()
SHIPPED = files("app.py", "chalicelib")
CEILING = 400
CLOCK = "chalicelib/shared/ids.py"

ONLY_AT = {
    "chalice": ("app.py", "chalicelib/shared/chalice_edge.py"),
    "boto3": ("chalicelib/shared/aws/", "chalicelib/wiring.py"),
    "botocore": ("chalicelib/shared/aws/",),
    "aws_lambda_powertools": ("chalicelib/shared/watch.py",),
    "mypy_boto3_": ("chalicelib/shared/aws/",),
}
"""Libraries of a vendor, and the only places of the shipped code that may know them."""

NOT_SHIPPED = ("infra", "tests", "demo", "bench", "scripts", "moto", "pytest", "hypothesis", "requests")


@for_each(ALL)
def test_no_file_is_longer_than_a_person_reads_at_once(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= CEILING, f"{name_of(path)} has {lines} lines: split it"


@for_each(SHIPPED)
def test_shipped_code_stands_alone_and_knows_vendors_only_where_it_may(path: Path) -> None:
    for module, line in imports(path):
        root = module.split(".")[0]
        assert root not in NOT_SHIPPED, f"{name_of(path)}:{line} imports {module}"
        for vendor, places in ONLY_AT.items():
            if root == vendor or (vendor.endswith("_") and root.startswith(vendor)):
                assert name_of(path).startswith(places), f"{name_of(path)}:{line} imports {module}"


@for_each(SHIPPED)
def test_shipped_code_uses_nothing_that_hides_or_vanishes(path: Path) -> None:
    for node in nodes(path):
        if not isinstance(node, ast.Assert | ast.Call | ast.ExceptHandler):
            continue
        where = f"{name_of(path)}:{node.lineno}"
        assert not isinstance(node, ast.Assert), f"{where}: `assert` vanishes under -O; raise"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("print", "eval", "exec", "breakpoint"), f"{where}: {called}"
            told = called.endswith(("datetime.now", "datetime.utcnow", "date.today")) or called == "time.time"
            assert not told or name_of(path) == CLOCK, f"{where}: take the clock that is handed in"
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            raise AssertionError(f"{where}: a bare except also catches the end of the process")


@for_each(SHIPPED)
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if name_of(path) in ("app.py", "chalicelib/settings.py"):
        return
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
            assert ast.unparse(node) not in ("os.environ", "os.getenv"), f"{name_of(path)}:{node.lineno}"


@for_each(SHIPPED)
def test_shipped_modules_classes_and_functions_say_what_they_mean(path: Path) -> None:
    module = tree(path)
    if module.body:
        assert ast.get_docstring(module), f"{name_of(path)}: what is this file for?"
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name_of(path)}:{node.lineno}: {node.name} has no docstring"


TELLING = re.compile("noqa|type: ?ignore|pragma: no cover|nosec|TODO|FIXME|XXX|HACK")
"""What a comment must hold to be looked at; files without it need not be parted into tokens."""
EXCUSES = re.compile(r"#.*?(noqa|type: ?ignore|pragma: no cover|nosec)")
_RULES = r"[A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*"
WITH_REASON = re.compile(rf"#.*?(noqa: {_RULES}|type: ignore\[[a-z-, ]+\]|pragma: no cover|nosec {_RULES})\s+\S")
UNFINISHED = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
OWN_MACHINERY = "tests/house/test_code.py"


def comments(path: Path) -> list[tuple[str, int]]:
    """The comments of a file with their lines."""
    with path.open("rb") as text:
        tokens = list(tokenize.tokenize(text.readline))
    return [(token.string, token.start[0]) for token in tokens if token.type == tokenize.COMMENT]


@for_each(ALL)
def test_nothing_is_left_unfinished_and_no_check_is_silenced_without_a_reason(path: Path) -> None:
    if not TELLING.search(path.read_text(encoding="utf-8")):
        return
    for comment, line in comments(path):
        assert not UNFINISHED.search(comment), f"{name_of(path)}:{line}: an issue, not a comment"
        if EXCUSES.search(comment):
            assert WITH_REASON.search(comment), f"{name_of(path)}:{line}: say why"


SKIPS = ("skip", "skipif", "xfail")
NOT_OURS = ("socket",)
"""What tests may change under a test: the network itself, nothing of this project by whatever name."""


@for_each(files("tests"))
def test_tests_are_neither_skipped_nor_built_on_mocks_of_our_own_code(path: Path) -> None:
    if name_of(path) == OWN_MACHINERY:
        return
    for node in ast.walk(tree(path)):
        # the one skip: without a Python that Lambda runs, tests/conftest.py says so for the tests that build packages
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and name_of(path) != "tests/conftest.py":
            word = ast.unparse(node)
            assert word not in ("pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail", "pytest.skip"), (
                f"{name_of(path)}:{node.lineno}: a skipped test proves nothing"
            )
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if ast.unparse(node.func).endswith(("monkeypatch.setattr", "patch.object")):
            target = ast.unparse(node.args[0]).strip("'\"").split(".")[0] if node.args else ""
            assert target in NOT_OURS, f"{name_of(path)}:{node.lineno}: hand in a double instead"
