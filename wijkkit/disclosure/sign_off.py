"""The sign-off: a second person looks at a release before it loses the word concept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from wijkkit.disclosure.record import audit_of, fingerprint
from wijkkit.errors import DisclosureError, Problem, StudyError
from wijkkit.files import write_whole
from wijkkit.language import text
from wijkkit.study import Study
from wijkkit.study.strict_yaml import read_yaml
from wijkkit.study.validation import validate


class SignOff(BaseModel):
    """What ``sign_off.yml`` says; `approved` and the lines of the second person start empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fingerprint: str
    prepared_by: str
    checked_by: str
    checked_on: date | None
    approved: bool


def sign_off_file(study: Study) -> Path:
    """Return where the sign-off of a study is kept."""
    return study.runs / "sign_off.yml"


def prepare_sign_off(study: Study, prepared_by: str) -> Path:
    """Write a sign-off for a second person to complete, unless these tables have one.

    Raises
    ------
    DisclosureError
        Nobody prepared it.
    """
    if not prepared_by.strip():
        raise DisclosureError(
            "nobody prepared this release",
            place="prepared_by",
            expected="a name",
            remedy="Give your name with --prepared-by.",
        )
    path, current = sign_off_file(study), fingerprint(study)
    existing = _read(study)
    if existing is None or existing.fingerprint != current:
        fields = {
            "fingerprint": current,
            "prepared_by": prepared_by.strip(),
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
    unreadable or that of other tables, or where one person did both. Pages then carry the word
    concept.

    Parameters
    ----------
    study : Study

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
        and found.checked_on is not None
        and bool(found.checked_by.strip())
        and found.checked_by.strip().casefold() != found.prepared_by.strip().casefold()
    )


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
