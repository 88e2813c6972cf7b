"""The sign-off: a second person looks at a release before it loses the word concept."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from wijkkit.disclosure.policy import Policy, policy_for
from wijkkit.disclosure.release import Release
from wijkkit.errors import DisclosureError, Problem, StudyError
from wijkkit.files import sha256, write_whole
from wijkkit.language import text
from wijkkit.study import Study
from wijkkit.study.model import NamedOutput
from wijkkit.study.strict_yaml import read_yaml, validate

# What the audit found of the released tables, kept beside them.

_NAME = "audit.json"


def record_audit(study: Study, released: Release, names: Collection[str] | None = None) -> Path:
    """Keep what the audit found beside the released tables, bound to their content.

    To be called when the audited tables are written: `wijkkit release` refuses tables that were
    changed or made under another policy afterwards. Tables that are added later (of the process,
    of own outputs) are bound by `bind_tables`.

    `names`: The tables that were audited; all that are there by default.
    """
    hashes = _hashes(study)
    content = {
        "policy": asdict(released.policy),
        "audit": {
            name: None if math.isnan(value) else value for name, value in released.audit.items()
        },
        "left_out": list(released.left_out),
        "audited": {name: hashes[name] for name in names or hashes},
    }
    return _write(study, content)


def bind_tables(study: Study) -> Path:
    """Bind the tables that were added after the audit to its record, and return that.

    Raises DisclosureError: There is no audit, it was made under another policy, or a table that was
    audited has changed since.
    """
    content = _read(study)
    now = _hashes(study)
    changed = [name for name, found in content["audited"].items() if now.get(name) != found]
    if changed:
        raise _refused("the released tables are not those that were audited", ", ".join(changed))
    return _write(study, content)


def _write(study: Study, content: Mapping[str, Any]) -> Path:
    path = _folder(study) / _NAME
    write_whole(path, json.dumps({**content, "fingerprint": fingerprint(study)}, indent=2) + "\n")
    return path


def audit_of(study: Study) -> dict[str, object]:
    """Return the record of the audit."""
    content = _read(study)
    if content["fingerprint"] != fingerprint(study):
        raise _refused("the released tables are not those that were audited", "other content")
    return content


def control_in_words(study: Study, written: Callable[[str], str] = str) -> list[str]:
    """Return which indicators the release left out, and that it kept figures of earlier ones.

    `written`: How a name is written.
    """
    record = _read(study) if (_folder(study) / _NAME).is_file() else {}
    names = [written(study.text(study.indicators[k].label)) for k in record.get("left_out", ())]
    said = [text("disclosure.hidden.left_out", study.language, name=name) for name in names]
    if record.get("audit", {}).get("kept"):
        said.append(text("disclosure.hidden.kept", study.language))
    return said


def _read(study: Study) -> dict[str, Any]:
    try:
        content = json.loads((_folder(study) / _NAME).read_text(encoding="utf-8"))
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in content["policy"].items()
        }
        policy = Policy(**values)
        complete = {"audit", "audited", "fingerprint"}.issubset(content)
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


class AcceptedOutput(BaseModel):
    """An output that control cannot read: why it is published, and whether it is accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: str
    accepted: bool


class SignOff(BaseModel):
    """What ``sign_off.yml`` says; `approved` and the lines of the second person start empty.

    `release`, `corrects`, `reason` and `looser` (why the policy is looser than its preset) are
    what the one who prepared it says; each of the `outputs` is accepted by its name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fingerprint: str
    release: str = ""
    corrects: str = ""
    reason: str = ""
    looser: str = ""
    outputs: dict[str, AcceptedOutput] = Field(default_factory=dict)
    prepared_by: str
    checked_by: str
    checked_on: date | None
    approved: bool


def sign_off_file(study: Study) -> Path:
    """Return where the sign-off of a study is kept."""
    return study.runs / "sign_off.yml"


def named_outputs(study: Study) -> dict[str, NamedOutput]:
    """Return the released outputs that study.yml names, because control cannot read them."""
    folder = study.runs / "released" / "outputs"
    named = study.settings.outputs
    return {label: named[label] for label in sorted(named) if (folder / label).is_dir()}


def require_prepared_by(name: str) -> str:
    """Return who prepared a release; DisclosureError where nobody did."""
    if not name.strip():
        raise DisclosureError(
            "nobody prepared this release",
            place="prepared_by",
            expected="a name",
            remedy="Give your name with --prepared-by.",
        )
    return name.strip()


def prepare_sign_off(study: Study, prepared_by: str, said: Mapping[str, str] | None = None) -> Path:
    """Write a sign-off for a second person to complete, unless these tables have one.

    Raises DisclosureError: Nobody prepared it.
    """
    author = require_prepared_by(prepared_by)
    path, current = sign_off_file(study), fingerprint(study)
    existing = _sign_off_read(study)
    if existing is None or existing.fingerprint != current or not _lists(existing, study):
        named = named_outputs(study).items()
        fields = {
            "fingerprint": current,
            **(said or {}),
            **({"looser": reason} if (reason := policy_for(study).reason) else {}),
            "outputs": {label: {"why": one.why, "accepted": False} for label, one in named},
            "prepared_by": author,
            "checked_by": "",
            "checked_on": None,
            "approved": False,
        }
        comment = "".join(
            f"# {line}\n" for line in text("disclosure.sign_off", study.language).splitlines()
        )
        body = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)
        write_whole(path, comment + body)
    return path


def signed_off(study: Study) -> bool:
    """Return whether a second person approved the tables as they are now.

    False where there is no audit of these tables, where the sign-off is missing, incomplete,
    unreadable or that of other tables, where it does not accept each of the outputs that control
    cannot read, or where one person did both. Pages then carry the word
    concept.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> from wijkkit.disclosure import signed_off
    >>> signed_off(study)
    False
    """
    try:
        audit_of(study)
        found = _sign_off_read(study)
    except DisclosureError:
        return False
    return (
        found is not None
        and found.approved
        and found.fingerprint == fingerprint(study)
        and _lists(found, study)
        and all(output.accepted for output in found.outputs.values())
        and found.checked_on is not None
        and bool(found.checked_by.strip())
        and found.checked_by.strip().casefold() != found.prepared_by.strip().casefold()
    )


def _lists(found: SignOff, study: Study) -> bool:
    """Return whether a sign-off lists the outputs that are to be accepted, with their reasons."""
    listed = {label: output.why for label, output in found.outputs.items()}
    return listed == {label: output.why for label, output in named_outputs(study).items()}


def _sign_off_read(study: Study) -> SignOff | None:
    path = sign_off_file(study)
    if not path.is_file():
        return None
    problems: list[Problem] = []
    try:
        found = validate(read_yaml(path), SignOff, path.name, problems)
    except StudyError as error:
        raise DisclosureError(error.problems) from None
    DisclosureError.raise_for(problems)
    return found
