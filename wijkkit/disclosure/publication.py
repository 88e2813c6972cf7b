"""Build the folder that may be published."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wijkkit.disclosure.scan import Forbidden, scan
from wijkkit.disclosure.sign_off import (
    audit_of,
    control_in_words,
    fingerprint,
    named_outputs,
    prepare_sign_off,
    sign_off_file,
    signed_off,
)
from wijkkit.errors import DisclosureError, Problem
from wijkkit.files import sha256, write_whole
from wijkkit.language import number, text
from wijkkit.study import Study

#: Kinds of file that may be published, and how those start that have a signature.
ALLOWED: dict[str, bytes] = {
    **dict.fromkeys((".html", ".css", ".js", ".json", ".csv", ".svg", ".txt"), b""),
    **dict.fromkeys((".docx", ".xlsx", ".pptx"), b"PK\x03\x04"),
    ".png": b"\x89PNG",
    ".pdf": b"%PDF",
    ".ttf": b"\x00\x01\x00\x00",
    ".otf": b"OTTO",
    ".woff": b"wOFF",
    ".woff2": b"wOF2",
}
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Publication:
    """A folder that may be published.

    `manifest`: With the hash of every file, the policy, the audit, and what was hidden. `signed`: A
    second person approved it.
    """

    folder: Path
    manifest: Path
    files: int
    signed: bool


def build_release(
    study: Study,
    folder: Path,
    forbidden: Forbidden,
    *,
    prepared_by: str,
    made: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
    keep: Callable[[], None] = lambda: None,
) -> Publication:
    """Build the folder of a study's reports that may be published.

    `folder`: A new or empty one. `forbidden`: What may not be in it. `prepared_by`: Who prepares the
    release, for the sign-off. `made`: The hash of each file as the site was made; what is copied
    must be that. `said`: What else the manifest and the sign-off say: `release`, and `corrects` and
    `reason` where it replaces another. `keep`: Called when everything was checked, before the
    folder is there: adds to the ledger. Raises DisclosureError: No audit of these tables, a file of
    a kind that is not allowed or that is not as it was made, or something found by the scan;
    everything is named at once and no folder is left.
    """
    record = audit_of(study)
    site = _site_files(study)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DisclosureError(
            "the folder is not empty",
            file=folder.name,
            remedy="Give a new folder, or empty this one.",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    said = {key: text for key, text in (said or {}).items() if text}
    sign_off = prepare_sign_off(study, prepared_by, said)
    signed = signed_off(study)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".release-") as name:
        staged = Path(name) / "release"
        for path in site:
            target = staged / path.relative_to(study.site)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        _refuse_changed(staged, made)
        _refuse_findings(staged, forbidden)
        shutil.copyfile(sign_off, staged / sign_off_file(study).name)
        _write_manifest(study, staged, record, signed, said)
        keep()
        if folder.exists():
            folder.rmdir()
        os.replace(staged, folder)
    return Publication(folder, folder / _MANIFEST, len(site), signed)


def _site_files(study: Study) -> list[Path]:
    """Return the files of the site; DisclosureError names all that are not allowed."""
    paths = [path for path in sorted(study.site.rglob("*")) if not path.is_dir()]
    if not paths:
        raise DisclosureError(
            "there is no site to release",
            file=study.settings.output.site,
            remedy="Make the reports first: wijkkit report.",
        )
    problems = [
        Problem(
            "a file of a kind that is not published",
            file=path.relative_to(study.site).as_posix(),
            found=path.suffix or "no suffix",
            expected=", ".join(ALLOWED),
            remedy="Leave it out of the site.",
        )
        for path in paths
        if not _allowed(path)
    ]
    DisclosureError.raise_for(problems)
    return paths


def _allowed(path: Path) -> bool:
    start = ALLOWED.get(path.suffix.lower())
    if start is None or path.is_symlink() or path.name.startswith("."):
        return False
    with path.open("rb") as file:
        return file.read(len(start)) == start


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Return the files of a folder, each with its name in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path) for path in paths]


def _refuse_changed(staged: Path, made: Mapping[str, str] | None) -> None:
    if made is None:
        return
    copied = {name: sha256(path) for name, path in _files(staged)}
    changed = sorted(path for path in {*copied, *made} if copied.get(path) != made.get(path))
    DisclosureError.raise_for(
        Problem(
            "a file of the site is not as it was made",
            file=path,
            remedy="Make the reports again: wijkkit report.",
        )
        for path in changed
    )


def _refuse_findings(staged: Path, forbidden: Forbidden) -> None:
    DisclosureError.raise_for(
        Problem(
            f"holds {finding.what}",
            file=finding.file,
            place=finding.place,
            remedy="Find out how it got there; nothing was released.",
        )
        for finding in scan(staged, forbidden)
    )


def _write_manifest(
    study: Study,
    staged: Path,
    record: dict[str, object],
    signed: bool,
    said: Mapping[str, str],
) -> None:
    files = {
        name: {"sha256": sha256(path), "bytes": path.stat().st_size}
        for name, path in _files(staged)
    }
    content = {
        "title": study.text(study.settings.title),
        "state": text(f"disclosure.state.{'signed' if signed else 'concept'}", study.language),
        **said,
        "fingerprint": fingerprint(study),
        "policy": record["policy"],
        "audit": record["audit"],
        "hidden": hidden_in_words(study),
        "accepted": {label: output.why for label, output in named_outputs(study).items()},
        "files": files,
    }
    write_whole(staged / _MANIFEST, json.dumps(content, ensure_ascii=False, indent=2))


def hidden_in_words(study: Study) -> list[str]:
    """Return a sentence per reason why figures are absent, and what control says of the release."""
    path = study.runs / "released" / "estimates.parquet"
    if not path.is_file():
        return []
    found = pd.read_parquet(path, columns=["status"])["status"].value_counts()
    language = study.language
    said = [
        text(f"disclosure.hidden.{status}", language, count=number(found[status], language))
        for status in ("above", "hidden", "too_few")
        if status in found
    ]
    return said + control_in_words(study)
