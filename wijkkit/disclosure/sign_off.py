"""The sign-off: a second person looks at a release before it loses the word concept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from wijkkit.disclosure.policy import policy_for
from wijkkit.disclosure.record import audit_of, fingerprint
from wijkkit.errors import DisclosureError, Problem, StudyError
from wijkkit.files import write_whole
from wijkkit.language import text
from wijkkit.study import Study
from wijkkit.study.model import NamedOutput
from wijkkit.study.strict_yaml import read_yaml
from wijkkit.study.validation import validate


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

    Raises
    ------
    DisclosureError
        Nobody prepared it.
    """
    author = require_prepared_by(prepared_by)
    path, current = sign_off_file(study), fingerprint(study)
    existing = _read(study)
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

    Returns
    -------
    bool

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
        found = _read(study)
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


def _read(study: Study) -> SignOff | None:
    path = sign_off_file(study)
    if not path.is_file():
        return None
    problems: list[Problem] = []
    try:
        found = validate(read_yaml(path), SignOff, path.name, problems)
    except StudyError as error:
        raise DisclosureError(error.problems) from None
    if problems:
        raise DisclosureError(problems)
    return found
