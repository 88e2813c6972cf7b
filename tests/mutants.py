"""Mutants: does a test of the room fail where its code is changed?

Changes one thing at a time (a comparison, ``and`` and ``or``, ``not``, a sign, a number) and runs
the tests that need no run of the demo and reach the changed line, the quickest first, until one
fails. A mutant survives where all of them still pass, or none reaches it. The tests are collected
once: every mutant has a process of its own, parted from that one, in which the functions of the
module do otherwise. No file is changed.

    python tests/mutants.py estimates --sample 20 --seed 1
"""

from __future__ import annotations

import argparse
import ast
import functools
import importlib
import inspect
import json
import os
import random
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

ROOT = Path(__file__).resolve().parents[1]
_COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
             ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In}  # fmt: skip
_COUNTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


@dataclass(frozen=True)
class Mutant:
    """One change: the file, its place, and the text that stands there instead.

    `statement`: The first line of its statement: of a table in many lines no other is noted.
    `within`: Whether it is in the body of a function.
    """

    path: Path
    start: tuple[int, int]
    end: tuple[int, int]
    text: str
    statement: int
    within: bool

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
    within: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            begins |= dict.fromkeys(ast.walk(node), node.lineno)
        if isinstance(node, ast.FunctionDef):
            within |= {part for line in node.body for part in ast.walk(line)}
        for name in ("annotation", "returns"):
            part = getattr(node, name, None)
            skipped |= set(ast.walk(part)) if part is not None else set()
        if isinstance(node, ast.JoinedStr):
            skipped |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node not in skipped and (other := changed(node)) is not None:
            places = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
            where, text = path.relative_to(ROOT), ast.unparse(other)
            yield Mutant(where, *places, text, begins[node], node in within)


def _turn(old: Any, new: Any, module: str) -> None:
    """Let a function, or those of a class, do what another does."""
    if isinstance(old, type):
        for name, own in vars(old).items() if old.__module__ == module else ():
            if name in vars(new) and not name.startswith("__dataclass"):
                _turn(own, vars(new)[name], module)
        return
    for part in ("__func__", "func", "fget"):
        if not callable(old) and hasattr(old, part):
            old, new = getattr(old, part), getattr(new, part)
    if hasattr(old, "cache_clear"):
        old.cache_clear()
    old, new = inspect.unwrap(old), inspect.unwrap(new)
    if isinstance(old, types.FunctionType) and old.__globals__["__name__"] == module:
        old.__code__, old.__defaults__ = new.__code__, new.__defaults__
        old.__kwdefaults__ = new.__kwdefaults__


def turn(path: Path, source: str) -> None:
    """Let a module that is loaded, and who has values of it, be what this source makes."""
    name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    old = importlib.import_module(name)
    new = types.ModuleType(name)
    new.__dict__.update({key: getattr(old, key) for key in ("__file__", "__package__", "__spec__")})
    sys.modules[name] = new
    try:
        exec(compile(source, str(old.__file__), "exec"), new.__dict__)
    finally:
        sys.modules[name] = old
    for key, own in list(vars(old).items()):
        if key.startswith("__") or key not in vars(new) or isinstance(own, types.ModuleType):
            continue
        if callable(own):
            _turn(own, vars(new)[key], name)
        for module in () if callable(own) else list(sys.modules.values()):
            if getattr(module, "__dict__", {}).get(key) is own:
                setattr(module, key, vars(new)[key])


def parted(work: Callable[[], str], limit: float) -> str | None:
    """Return what is said in a process of its own; None where it does not end in time or well."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            import resource  # a fork has it

            resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit)))
            # Where it waits for something that does not come.
            signal.alarm(int(20 * limit))
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            with os.fdopen(write, "w") as out:
                out.write(work())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(write)
    with os.fdopen(read) as said:
        found = said.read()
    return None if os.waitpid(child, 0)[1] else found


class Runner:
    """A plugin that runs the tests without a mutant, and then those that reach each mutant."""

    def __init__(self, asked: argparse.Namespace, every: list[Mutant]) -> None:
        self._asked, self._every = asked, every
        self._seconds: dict[str, float] = {}
        self._lines: dict[str, dict[str, list[str]]] = {}
        # Where pytest says nothing.
        self._say = functools.partial(print, file=os.fdopen(os.dup(1), "w"), flush=True)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        found = parted(lambda: self._reached(items), 3600)
        if not found or not found.startswith("{"):
            self._say(f"the tests fail without a mutant: {found}")
            return True
        self._seconds, self._lines = json.loads(found).values()
        size, possible = self._asked.sample, len(self._every)
        chosen = random.Random(self._asked.seed).sample(self._every, min(size, possible))
        end, killed, tried = time.monotonic() + 60 * self._asked.minutes, 0, 0
        for mutant in chosen:
            if time.monotonic() > end:
                break
            tests = self._reach(mutant)
            seconds = sum(self._seconds[one] for one in tests)
            work = functools.partial(self._killer, mutant, [items[one] for one in tests])
            dead = bool(tests) and parted(work, 10 + 2 * seconds) != "none"
            killed, tried = killed + dead, tried + 1
            if not dead:
                reached = "" if tests else " (no test reaches it)"
                self._say(f"survived: {mutant.path}:{mutant.start[0]}: {mutant.text}{reached}")
        self._say(f"{self._asked.room}: {killed} of {tried} killed (of {possible} possible)")
        return True

    def _reached(self, items: dict[str, pytest.Item]) -> str:
        """Return how long each test takes, and which tests reach each line; or which one fails."""
        room = ROOT / "wijkkit" / self._asked.room
        coverage, seconds = Coverage(data_file=None, include=[f"{room}*"], config_file=False), {}
        coverage.start()
        for name, item in items.items():
            coverage.switch_context(name)
            since = time.process_time()
            if failed := _failed([item]):
                return failed
            seconds[name] = time.process_time() - since
        coverage.stop()
        data = coverage.get_data()
        lines = {
            Path(name).relative_to(ROOT).as_posix(): data.contexts_by_lineno(name)
            for name in data.measured_files()
        }
        return json.dumps({"seconds": seconds, "lines": lines})

    def _reach(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach a mutant, the quickest first."""
        lines = self._lines.get(mutant.path.as_posix(), {})
        at = {mutant.statement, *range(mutant.start[0], mutant.end[0] + 1)}
        names = {name for line in at for name in lines.get(str(line), ())}
        # What is read when a module is loaded every test may reach.
        found = names if mutant.within else self._seconds
        return sorted(found, key=self._seconds.__getitem__)

    def _killer(self, mutant: Mutant, items: list[pytest.Item]) -> str:
        turn(mutant.path, mutant.apply((ROOT / mutant.path).read_text(encoding="utf-8")))
        return _failed(items) or "none"


def _failed(items: list[pytest.Item]) -> str:
    """Run tests until one fails, and return its name; empty where none does."""
    for item in items:
        reports = runtestprotocol(item, nextitem=None, log=False)
        if any(report.failed for report in reports):
            return item.nodeid
    return ""


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
    runner = Runner(asked, [mutant for path in files for mutant in mutants(path)])
    own = [f"tests/{asked.room.split('/')[0]}", f"wijkkit/{asked.room}"]
    os.chdir(ROOT)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    quiet = ["-q", "-n", "0", "--quick", *(f"-pno:{one}" for one in ("cacheprovider", "timeout"))]
    pytest.main([*quiet, *(asked.tests or own)], plugins=[runner])


if __name__ == "__main__":
    main()
