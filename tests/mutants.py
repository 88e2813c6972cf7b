"""Mutants: does a test of the room fail where its code is changed?

Changes one thing at a time in a copy of the project (a comparison, ``and`` and ``or``, ``not``, a
sign, a number) and runs the tests that need no run of the demo and reach the changed line, the
quickest first, until one fails. A mutant survives where all of them still pass, or none reaches it.
Every mutant has a process of its own, parted from one in which the libraries are loaded.

    python tests/mutants.py estimates --sample 20 --seed 1
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FEW = 8
_COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
             ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In}  # fmt: skip
_COUNTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


@dataclass(frozen=True)
class Mutant:
    """One change: the file, its place, and the text that stands there instead.

    `statement`: The first line of its statement: of a table in many lines no other is noted.
    """

    path: Path
    start: tuple[int, int]
    end: tuple[int, int]
    text: str
    statement: int

    def apply(self, source: str) -> str:
        lines = source.split("\n")
        head = "\n".join(
            [*lines[: self.start[0] - 1], _cut(lines[self.start[0] - 1], 0, self.start[1])]
        )
        tail = "\n".join([_cut(lines[self.end[0] - 1], self.end[1], None), *lines[self.end[0] :]])
        return f"{head}({self.text}){tail}"


def _cut(line: str, start: int, end: int | None) -> str:
    """Cut at places that `ast` counts in bytes."""
    return line.encode()[start:end].decode()


def changed(node: ast.AST) -> ast.expr | None:
    """Return a node that does otherwise, None where it is not one that is turned."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        return ast.Compare(
            node.left, [_COMPARED[type(node.ops[0])](), *node.ops[1:]], node.comparators
        )
    if isinstance(node, ast.BoolOp):
        return ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    if isinstance(node, ast.BinOp) and type(node.op) in _COUNTED:
        return ast.BinOp(node.left, _COUNTED[type(node.op)](), node.right)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return ast.Constant(node.value + 1)
    return None


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield every change of a file, but for annotations and what is in an f-string."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    begins: dict[ast.AST, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            begins |= dict.fromkeys(ast.walk(node), node.lineno)
        for name in ("annotation", "returns"):
            part = getattr(node, name, None)
            skipped |= set(ast.walk(part)) if part is not None else set()
        if isinstance(node, ast.JoinedStr):
            skipped |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node not in skipped and (other := changed(node)) is not None:
            places = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
            yield Mutant(path.relative_to(ROOT), *places, ast.unparse(other), begins[node])


class Reached:
    """A plugin that notes how long each test takes, and which lines of the room it reaches."""

    def __init__(self, project: Path, room: str) -> None:
        from coverage import Coverage

        place = project / "wijkkit" / room
        within = [str(place) if place.is_file() else f"{place}/*"]
        self._coverage = Coverage(data_file=None, include=within, config_file=False)
        self._project, self.seconds, self._since = project, {}, 0.0
        self._coverage.start()

    def pytest_runtest_setup(self, item) -> None:
        # What the tests of a file share is made for the first of them.
        self._since = time.process_time()
        self._coverage.switch_context(item.nodeid.split("::")[0])

    def pytest_runtest_call(self, item) -> None:
        self._coverage.switch_context(item.nodeid)

    def pytest_runtest_teardown(self, item) -> None:
        self._coverage.switch_context("")
        self.seconds[item.nodeid] = time.process_time() - self._since

    def write(self, path: Path) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {
            Path(name).relative_to(self._project).as_posix(): data.contexts_by_lineno(name)
            for name in data.measured_files()
        }
        libraries = [
            name
            for name, module in list(sys.modules.items())
            if "site-packages" in str(getattr(module, "__file__", ""))
        ]
        found = {"seconds": self.seconds, "lines": lines, "libraries": libraries}
        path.write_text(json.dumps(found), encoding="utf-8")


def tests_fail(project: Path, tests: list[str], limit: int, room: str = "") -> bool:
    """Return whether a test fails; one that does not end in so many seconds of a core is one.

    With a `room` it is noted which lines of it each test reaches, in ``reached.json``.
    """
    child = os.fork()
    if not child:
        try:
            import resource

            os.setpgrp()
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            os.chdir(project)
            sys.path[:] = [str(project), *(p for p in sys.path if not p.startswith(str(ROOT)))]
            os.environ["PYTHONPATH"] = str(project)
            sys.dont_write_bytecode = not room
            with (project / "tests.log").open("w") as log:
                for stream in (1, 2):
                    os.dup2(log.fileno(), stream)
                import pytest

                plugin = [Reached(project, room)] if room else []
                asked = ["-x", "-q", "-n", "0", "--quick", "-p", "no:cacheprovider", *tests]
                code = pytest.main(asked, plugins=plugin)
                for one in plugin:
                    one.write(project / "reached.json")
        finally:
            os._exit(int(code) if "code" in locals() else 1)
    end = time.monotonic() + 20 * limit
    while time.monotonic() < end:
        ended, state = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(state) != 0
        time.sleep(0.05)
    # It waits for something that does not come.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


class Tests:
    """The tests of a room in a copy of the project, and which of them reach a line."""

    def __init__(self, project: Path, room: str, tests: list[str]) -> None:
        self._project = project
        if tests_fail(project, tests, 3600, room):
            log = (project / "tests.log").read_text(encoding="utf-8")
            sys.exit(f"the tests fail without a mutant: {' '.join(tests)}\n{log[-3000:]}")
        found = json.loads((project / "reached.json").read_text(encoding="utf-8"))
        self._seconds, self._lines = found["seconds"], found["lines"]
        for name in found["libraries"]:
            # Typst starts threads that a forked process lacks.
            if not name.startswith(("typst", "coverage")):
                with contextlib.suppress(Exception):
                    importlib.import_module(name)

    def reach(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach a mutant, the quickest first."""
        lines = self._lines.get(mutant.path.as_posix(), {})
        names = {
            name
            for line in {mutant.statement, *range(mutant.start[0], mutant.end[0] + 1)}
            for name in lines.get(str(line), ())
        }
        # What is read when a module is loaded every test may reach.
        every = [t for t in self._seconds if "" in names or {t, t.split("::")[0]} & names]
        return sorted(every, key=self._seconds.__getitem__)

    def kill(self, mutant: Mutant) -> bool:
        tests = self.reach(mutant)
        if not tests:
            return False
        path = self._project / mutant.path
        source, was = path.read_text(encoding="utf-8"), path.stat()
        path.write_text(mutant.apply(source), encoding="utf-8")
        # Another time, so that what was compiled is not taken for it.
        os.utime(path, (was.st_atime, was.st_mtime + 9))
        limit = int(20 + 5 * sum(self._seconds[one] for one in tests))
        # A few first: to collect all of them takes longer than most mutants live.
        dead = any(
            tests_fail(self._project, some, limit) for some in (tests[:FEW], tests[FEW:]) if some
        )
        path.write_text(source, encoding="utf-8")
        os.utime(path, (was.st_atime, was.st_mtime))
        return dead


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("room", help="a folder or file of wijkkit/, such as estimates")
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="no mutant begins after these")
    parser.add_argument("--tests", nargs="*", help="those of the room where not given")
    asked = parser.parse_args()
    place = ROOT / "wijkkit" / asked.room
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    every = [mutant for path in files for mutant in mutants(path)]
    chosen = random.Random(asked.seed).sample(every, min(asked.sample, len(every)))
    end = time.monotonic() + 60 * asked.minutes
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        ignored = shutil.ignore_patterns(
            ".git", ".venv", ".cache", "runs", "data", "_site", "__pycache__"
        )
        shutil.copytree(ROOT, project, ignore=ignored)
        shutil.copytree(ROOT / "tests" / "data", project / "tests" / "data", dirs_exist_ok=True)
        own = [f"tests/{asked.room.split('/')[0]}", f"wijkkit/{asked.room}"]
        tests = Tests(project, asked.room, asked.tests or own)
        killed = tried = 0
        for mutant in chosen:
            if time.monotonic() > end:
                break
            dead = tests.kill(mutant)
            killed, tried = killed + dead, tried + 1
            print(f"{tried} tried", end="\r", file=sys.stderr, flush=True)
            if not dead:
                reached = "" if tests.reach(mutant) else " (no test reaches it)"
                print(
                    f"survived: {mutant.path}:{mutant.start[0]}: {mutant.text}{reached}", flush=True
                )
    print(f"{asked.room}: {killed} of {tried} killed (of {len(every)} possible)")


if __name__ == "__main__":
    main()
