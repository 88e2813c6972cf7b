"""The code in the documentation, and how it is run.

A comment on the line above a block says what else than running is done with it:

- ``<!-- write FILE -->``: the block is the whole file;
- ``<!-- add to FILE -->``: the block goes at its end;
- ``<!-- in FILE, replace: START -->``: the block takes the place of the one line with that start;
- ``<!-- ends with exit code N -->``: the block fails as it should;
- ``<!-- not run: REASON -->``: the block stays as it is.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

PAGES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "howto").glob("*.md")),
)
#: Commands run; ``make`` starts over in its own environment, so only its target is looked up.
SHELL = """
set -euo pipefail
make() {{ command make --dry-run --directory "{root}" "$@" >/dev/null; }}
{code}
"""
_BLOCK = re.compile(
    r"^(?:<!-- (?P<said>.+?) -->\n)?^```(?P<kind>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its page, the line it starts on, its language, and what is said of it."""

    page: str
    line: int
    kind: str
    said: str
    code: str

    @property
    def place(self) -> str:
        return f"{self.page}, line {self.line}"


def blocks(page: Path) -> list[Block]:
    """Return the blocks of code of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page.relative_to(ROOT).as_posix(),
            text.count("\n", 0, found.start("kind")) + 1,
            found["kind"],
            found["said"] or "",
            found["code"],
        )
        for found in _BLOCK.finditer(text)
    ]


def perform(block: Block, folder: Path, names: dict[str, Any], path: str) -> None:
    """Do what a block says, in `folder`; `names` are those of the page's Python code."""
    verb, _, rest = block.said.partition(" ")
    if verb == "write":
        (folder / rest).parent.mkdir(parents=True, exist_ok=True)
        (folder / rest).write_text(block.code, encoding="utf-8")
    elif block.said.startswith("add to "):
        with (folder / rest.removeprefix("to ")).open("a", encoding="utf-8") as file:
            file.write("\n" + block.code)
    elif verb == "in":
        name, _, start = rest.partition(", replace: ")
        _replace(folder / name, start, block.code)
    elif block.kind == "python":
        exec(compile(block.code, block.place, "exec"), names)
    elif block.kind == "bash":
        _run(block, folder, path)
    else:
        raise AssertionError(f"{block.place}: nothing says what to do with this block")


def _replace(file: Path, start: str, code: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    places = [i for i, line in enumerate(lines) if line.strip().startswith(start)]
    assert len(places) == 1, f"{file.name}: {len(places)} lines start with {start}"
    lines[places[0]] = code.rstrip("\n")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _run(block: Block, folder: Path, path: str) -> None:
    done = subprocess.run(
        ["bash", "-c", SHELL.format(root=ROOT, code=block.code)],
        cwd=folder,
        # The package of this checkout, whichever is installed.
        env={"PATH": path, "HOME": str(folder), "MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=1000,
    )
    wanted = int(block.said.removeprefix("ends with exit code ") or 0)
    assert "unknown parameter" not in done.stderr, block.place  # papermill's warning
    assert done.returncode == wanted, f"{block.place}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
