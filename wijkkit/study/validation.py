"""Hold a file's content against its model, in words a researcher understands."""

from __future__ import annotations

import difflib
import json
import typing
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from wijkkit.errors import Problem

#: Words for what pydantic finds, by its type of error; other types keep pydantic's own words.
_WORDS = {
    "extra_forbidden": "unknown key",
    "missing": "a key is missing",
    "dict_type": "keys with values were expected",
    "model_type": "keys with values were expected",
    "model_attributes_type": "keys with values were expected",
    "string_pattern_mismatch": "letters, digits, _ and - only, at most 60",
}


def validate(content: Any, expected: Any, name: str, problems: list[Problem]) -> Any:
    """Return `content` as `expected`, or None after adding what is wrong to `problems`."""
    try:
        return TypeAdapter(expected).validate_json(json.dumps(content, default=str), strict=True)
    except ValidationError as error:
        problems.extend(_problem(dict(item), name, expected) for item in error.errors())
        return None


def _problem(item: dict[str, Any], name: str, expected: Any) -> Problem:
    keys = [str(part) for part in item["loc"]]
    place = ".".join(key for key in keys if key != "str" and not key.startswith(("dict[", "[")))
    words = item["msg"].removeprefix("Value error, ")
    what = _WORDS.get(item["type"], words[:1].lower() + words[1:])
    if item["type"] == "missing":
        return Problem(what, file=name, place=place, remedy="Add it.")
    remedy = "Correct the value."
    if item["type"] == "extra_forbidden":
        remedy = _suggest(item["loc"], expected)
    shown = item["input"]
    found = "" if isinstance(shown, dict | list) else "nothing" if shown is None else str(shown)
    return Problem(what, file=name, place=place, found=found[:80], remedy=remedy)


def _suggest(loc: tuple[str | int, ...], expected: Any) -> str:
    known = sorted(
        {field for model in _models_at(loc[:-1], expected) for field in model.model_fields}
    )
    close = difflib.get_close_matches(str(loc[-1]), known, n=1, cutoff=0.75)
    if close:
        return f"Did you mean '{close[0]}'?"
    return "Leave it out; keys that nothing reads are not allowed."


def _models_at(loc: tuple[str | int, ...], expected: Any) -> list[type[BaseModel]]:
    """Return the models that may stand at a place: fields are followed, keys and items skipped."""
    models = _models_in(expected)
    for part in loc:
        fields = [model.model_fields[part] for model in models if part in model.model_fields]
        if fields:
            models = [found for field in fields for found in _models_in(field.annotation)]
    return models


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in typing.get_args(annotation) for model in _models_in(inner)]
