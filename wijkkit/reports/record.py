"""What each page of the site was made of, so that only what changed is made again.

``<runs>/reports.json`` is the manifest of the site: per page its inputs, the fingerprint, time and
version that its colophon shows, and per file its hash. It is written after the site is in place;
where the two differ, a page is made again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wijkkit.batch.fingerprint import hash_file, hash_of
from wijkkit.files import write_whole
from wijkkit.reports.pandoc import embedded
from wijkkit.reports.quarto import find_quarto
from wijkkit.reports.runs import executed_notebook, scope_of
from wijkkit.reports.staging import Page
from wijkkit.study import Study

_PACKAGE = Path(__file__).parents[1]
#: What renders, beside wijkkit's own code.
_RENDERERS = ("pypandoc_binary", "typst", "matplotlib", "PyYAML", "defusedxml", "babel")


@dataclass(frozen=True, slots=True)
class Record:
    """What was recorded of each page, the hash of each file, and which engine made which forms."""

    pages: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""
    forms: tuple[str, ...] = ()


def read_record(study: Study) -> Record:
    """Return what was recorded of the site; nothing where that cannot be read."""
    try:
        content = json.loads(_path(study).read_bytes())
        made = str(content.get("engine", "")), tuple(content.get("forms", ()))
        return Record(dict(content["pages"]), dict(content["files"]), *made)
    except (OSError, ValueError, KeyError, TypeError):
        return Record()


def write_record(study: Study, record: Record) -> None:
    write_whole(_path(study), json.dumps(asdict(record), indent=1, ensure_ascii=False))


def _path(study: Study) -> Path:
    return study.runs / "reports.json"


def recorded(page: Page, inputs: str) -> dict[str, Any]:
    """Return what is recorded of a page: the same values that its colophon shows."""
    origin = page.origin
    return {
        "inputs": inputs,
        "fingerprint": origin.fingerprint,
        "at": origin.at.isoformat() if origin.at else None,
        "wijkkit": origin.wijkkit,
        "notebooks": dict(origin.notebooks),
    }


def shared_inputs(sources: Path, engine: str) -> str:
    """Return the hash of what all pages are made with: theme, code, words, engine."""
    files = [sources / "_quarto.yml", sources / "references.bib", *_below(sources / "theme")]
    files += [*_below(_PACKAGE / "reports"), *_below(_PACKAGE / "language")]
    return hash_of(*map(hash_file, files), *_engine(engine))


def page_inputs(study: Study, page: Page, failed: Mapping[str, str], *others: object) -> str:
    """Return the hash of what one page is made of; `others` is what surrounds it."""
    source = page.source.read_text(encoding="utf-8")
    notebooks = dict.fromkeys(name for name, _ in embedded(source))
    used = [name for name in notebooks if name not in page.extra and name not in failed]
    marks = [hash_file(executed_notebook(study, *scope_of(page.stem, name))) for name in used]
    said = (page.metadata, page.extra, page.concept, page.origin, failed, *others)
    return hash_of(source, *marks, repr(said))


def site_files(site: Path) -> dict[str, str]:
    """Return the hash of every file of a site, by its path in it."""
    return {path.relative_to(site).as_posix(): hash_file(path) for path in _below(site)}


def owner(path: str) -> str:
    """Return the page that a file of the site belongs to; empty for what they share."""
    first, _, rest = path.partition("/")
    if not rest:
        return first.rpartition(".")[0]
    return first.removesuffix("_files") if first.endswith("_files") else ""


def unchanged(record: Record, inputs: Mapping[str, str], found: Mapping[str, str]) -> set[str]:
    """Return the pages that the site has as they would be made."""
    touched = {
        owner(path) for path in {*record.files, *found} if record.files.get(path) != found.get(path)
    }
    if "" in touched:
        return set()
    same = {
        stem for stem, mark in inputs.items() if record.pages.get(stem, {}).get("inputs") == mark
    }
    return same - touched


def _below(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )


def _engine(engine: str) -> list[str]:
    quarto = find_quarto()
    if engine == "quarto" and quarto:
        stat = Path(quarto).resolve().stat()
        return [engine, quarto, str(stat.st_size), str(stat.st_mtime_ns)]
    return [engine, *(version(name) for name in _RENDERERS)]
