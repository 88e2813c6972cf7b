"""What the audit found of the released tables, kept beside them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wijkkit.disclosure.policy import Policy, policy_for
from wijkkit.disclosure.release import Release
from wijkkit.errors import DisclosureError
from wijkkit.files import sha256, write_whole
from wijkkit.study import Study

_NAME = "audit.json"


def record_audit(study: Study, released: Release, names: Collection[str] | None = None) -> Path:
    """Keep what the audit found beside the released tables, bound to their content.

    To be called when the audited tables are written: `wijkkit release` refuses tables that were
    changed or made under another policy afterwards. Tables that are added later (of the effect
    evaluation, of the process) are bound by `bind_tables`.

    Parameters
    ----------
    names : collection of str, optional
        The tables that were audited; all that are there by default.

    Returns
    -------
    Path
        The record.
    """
    hashes = _hashes(study)
    content = {
        "policy": asdict(released.policy),
        "audit": {
            name: None if math.isnan(value) else value for name, value in released.audit.items()
        },
        "left_out": list(released.left_out),
        "audited": {name: hashes[name] for name in names or hashes},
        "fingerprint": fingerprint(study),
    }
    path = _folder(study) / _NAME
    write_whole(path, json.dumps(content, indent=2) + "\n")
    return path


def bind_tables(study: Study) -> Path:
    """Bind the tables that were added after the audit to its record.

    Returns
    -------
    Path
        The record.

    Raises
    ------
    DisclosureError
        There is no audit, it was made under another policy, or a table that was audited has
        changed since.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.disclosure import bind_tables
    >>> bind_tables(study).name
    'audit.json'
    """
    content = _read(study)
    now = _hashes(study)
    changed = [name for name, found in content["audited"].items() if now.get(name) != found]
    if changed:
        raise _refused("the released tables are not those that were audited", ", ".join(changed))
    path = _folder(study) / _NAME
    write_whole(path, json.dumps({**content, "fingerprint": fingerprint(study)}, indent=2) + "\n")
    return path


def audit_of(study: Study) -> dict[str, object]:
    """Return the record of the audit."""
    content = _read(study)
    if content["fingerprint"] != fingerprint(study):
        raise _refused("the released tables are not those that were audited", "other content")
    return content


def left_out_of(study: Study) -> tuple[str, ...]:
    """Return the indicators that the release left out; none where nothing is released."""
    path = _folder(study) / _NAME
    return tuple(_read(study).get("left_out", ())) if path.is_file() else ()


def _read(study: Study) -> dict[str, Any]:
    try:
        content = json.loads((_folder(study) / _NAME).read_text(encoding="utf-8"))
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content["policy"].items()
        }
        policy = Policy(**values)
        complete = {"audit", "audited", "fingerprint"} <= set(content)
    except FileNotFoundError:
        raise _refused("there is no audit of these released tables", "no file") from None
    except (ValueError, KeyError, TypeError) as error:
        raise _refused("the record of the audit is damaged", type(error).__name__) from error
    if not complete:
        raise _refused("the record of the audit is damaged", "a part is missing")
    if policy != policy_for(study):
        raise _refused("the policy is not the one that was audited", policy.name)
    return content


def fingerprint(study: Study) -> str:
    """Return the hash of everything that is released, tables and outputs, and of the policy."""
    total = hashlib.sha256(repr(policy_for(study)).encode())
    for path in sorted(_folder(study).rglob("*")):
        if path.is_file() and path.name != _NAME and not path.name.startswith("."):
            name = path.relative_to(_folder(study)).as_posix()
            total.update(name.encode() + sha256(path).encode())
    return total.hexdigest()


def _hashes(study: Study) -> dict[str, str]:
    return {path.stem: sha256(path) for path in sorted(_folder(study).glob("*.parquet"))}


def _folder(study: Study) -> Path:
    return study.runs / "released"


def _refused(what: str, found: str) -> DisclosureError:
    return DisclosureError(
        what,
        file=f"released/{_NAME}",
        found=found,
        remedy="Run the study again: wijkkit run.",
    )
