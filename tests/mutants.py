"""Mutants: does a test of the room fail where its code is changed?

Changes one thing at a time in a copy of the project (a comparison, ``and`` and ``or``, ``not``, a
sign, a number) and runs the tests of the room that need no run of the demo. A mutant survives
where all of them still pass.

    python tests/mutants.py estimates --sample 20 --seed 1
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
             ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In}  # fmt: skip
_COUNTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


@dataclass(frozen=True)
class Mutant:
    """One change: the file, its place, and the text that stands there instead."""

    path: Path
    start: tuple[int, int]
    end: tuple[int, int]
    text: str

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
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            part = getattr(node, name, None)
            skipped |= set(ast.walk(part)) if part is not None else set()
        if isinstance(node, ast.JoinedStr):
            skipped |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node not in skipped and (other := changed(node)) is not None:
            places = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
            yield Mutant(path.relative_to(ROOT), *places, ast.unparse(other))


def tests_fail(project: Path, tests: list[str], limit: float) -> bool:
    """Return whether a test fails; one that does not end is one that fails."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "--quick", *tests]
    command += ["-p", "no:cacheprovider"]
    env = os.environ | {"PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        made = subprocess.run(
            command, cwd=project, env=env, capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return made.returncode != 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("room", help="a folder or file of wijkkit/, such as estimates")
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="*", help="tests/<room> where not given")
    asked = parser.parse_args()
    place = ROOT / "wijkkit" / asked.room
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    tests = asked.tests or [f"tests/{asked.room.removesuffix('.py')}"]
    every = [mutant for path in files for mutant in mutants(path)]
    chosen = random.Random(asked.seed).sample(every, min(asked.sample, len(every)))
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        ignored = shutil.ignore_patterns(
            ".git", ".venv", ".cache", "runs", "data", "_site", "__pycache__"
        )
        shutil.copytree(ROOT, project, ignore=ignored)
        shutil.copytree(ROOT / "tests" / "data", project / "tests" / "data", dirs_exist_ok=True)
        start = time.monotonic()
        if tests_fail(project, tests, 3600):
            sys.exit(f"the tests fail without a mutant: {' '.join(tests)}")
        limit = 30 + 5 * (time.monotonic() - start)
        killed = 0
        for mutant in chosen:
            path = project / mutant.path
            source = path.read_text(encoding="utf-8")
            path.write_text(mutant.apply(source), encoding="utf-8")
            dead = tests_fail(project, tests, limit)
            path.write_text(source, encoding="utf-8")
            killed += dead
            if not dead:
                print(f"survived: {mutant.path}:{mutant.start[0]}: {mutant.text}", flush=True)
    print(f"{asked.room}: {killed} of {len(chosen)} killed (of {len(every)} possible)")


if __name__ == "__main__":
    main()
