"""What is chosen, in the address of a page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

from pydantic import ValidationError

from wijkkit.errors import ParameterError
from wijkkit.study import Study
from wijkkit.workbench.parameter_set import ParameterSet, unknown_to


def to_address(chosen: ParameterSet) -> str:
    """Return the query of an address that names `chosen`.

    Examples
    --------
    >>> to_address(ParameterSet(indicator="sport", wave="2021", wijken=["noord", "zuid"]))
    '?indicator=sport&wave=2021&wijken=noord&wijken=zuid'
    """
    return "?" + urlencode(chosen.model_dump(exclude_defaults=True), doseq=True)


def from_address(query: str, study: Study) -> ParameterSet | None:
    """Return what the query of an address names; None where it names nothing.

    Raises
    ------
    ParameterError
        It names something that the study does not have.

    Examples
    --------
    >>> from_address("", None) is None
    True
    """
    given = parse_qs(query.removeprefix("?"))
    said: dict[str, object] = {
        name: values if name == "wijken" else values[-1]
        for name, values in given.items()
        if name in ParameterSet.model_fields
    }
    if not said:
        return None
    try:
        chosen = ParameterSet(**said)
    except ValidationError:
        raise ParameterError(
            "the address is not complete",
            found=", ".join(said),
            expected="at least indicator and wave",
            remedy="Copy the whole address.",
        ) from None
    problems = list(unknown_to(study, chosen, ""))
    if problems:
        raise ParameterError(problems)
    return chosen
