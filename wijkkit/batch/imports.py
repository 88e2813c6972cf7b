"""Which modules a notebook's code can reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import wijkkit
from wijkkit.batch.source import EVERYTHING, PACKAGE, mentions

FOLDER = Path(wijkkit.__file__).parent

#: Its import decides on how figures are shown in the process that imports it.
_NOT_AHEAD = ("matplotlib_inline", "__future__")


@dataclass(frozen=True, slots=True)
class Reach:
    """What code can reach.

    Parameters
    ----------
    own : frozenset of str
        Modules of wijkkit.
    other : frozenset of str
        Modules of other packages.
    """

    own: frozenset[str]
    other: frozenset[str]


@cache
def modules() -> dict[str, Path]:
    """Return wijkkit's own modules."""
    found = {}
    for path in FOLDER.rglob("*.py"):
        parts = (PACKAGE, *path.relative_to(FOLDER).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def mentions_of(name: str) -> list[str]:
    """Return what one of wijkkit's modules mentions."""
    return mentions(modules()[name].read_text(encoding="utf-8"))


def reach(
    mentioned: Iterable[str], mentions_of: Callable[[str], Iterable[str]] = mentions_of
) -> Reach:
    """Return the modules that are mentioned, and what these mention in turn.

    Parameters
    ----------
    mentioned : iterable of str
        What the code mentions (`source.mentions`). A module that looks its names up when they
        are used reaches its whole package; code that does, or is no Python, all of wijkkit.
    mentions_of : callable
        Returns what one of wijkkit's modules mentions.
    """
    waiting = list(_spelt_out(mentioned, PACKAGE))
    own: set[str] = set()
    other: set[str] = set()
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name.split(".")[0] != PACKAGE:
            other.add(name)
            continue
        for found in set(_with_parents(name)) - own:
            own.add(found)
            waiting.extend(_spelt_out(mentions_of(found), _package_of(found)))
    return Reach(frozenset(own), frozenset(other))


def to_load(reached: Iterable[Reach]) -> tuple[str, ...]:
    """Return the modules that a process should have loaded before it runs what reaches them."""
    names = {name for each in reached for name in (*each.own, *each.other)}
    if "matplotlib" in names:
        names.add("matplotlib.pyplot")
    return tuple(sorted(name for name in names if not name.startswith(_NOT_AHEAD)))


def _spelt_out(mentioned: Iterable[str], package: str) -> Iterator[str]:
    """Yield names, all modules of `package` in the place of EVERYTHING."""
    for name in mentioned:
        if name != EVERYTHING:
            yield name
        elif package:
            yield from (module for module in modules() if f"{module}.".startswith(f"{package}."))


def _package_of(module: str) -> str:
    """Return what a module that imports by name can reach; nothing for wijkkit itself.

    The names that wijkkit looks up are its verbs, and these lead to their modules.
    """
    if module == PACKAGE:
        return ""
    return module if modules()[module].name == "__init__.py" else PACKAGE


def _with_parents(name: str) -> Iterator[str]:
    """Yield a dotted name's own module and the packages around it, as far as they exist."""
    parts = name.split(".")
    yield from (
        part for n in range(1, len(parts) + 1) if (part := ".".join(parts[:n])) in modules()
    )
