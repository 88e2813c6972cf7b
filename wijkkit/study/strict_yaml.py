"""YAML read strictly: nothing is guessed, and every mistake is reported with its line.

Plain YAML turns ``0363`` into 243, ``NO`` into False and ``12:30`` into 750, and keeps the last of
two equal keys. Here these are errors. Tags, aliases and merge keys are refused as well: a study
needs none, and they are how a small file becomes a large one.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from wijkkit.errors import Problem, StudyError, did_you_mean

#: Plain scalars that YAML 1.1 reads as something else than what stands there, and what to do.
_AMBIGUOUS = (
    (re.compile(r"[-+]?0[0-9_]+(\.[0-9]*)?"), "a code with a leading zero must be quoted"),
    (re.compile(r"(?i:y|n|yes|no|on|off)"), "write true or false, or quote the word"),
    (re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?"), "quote a time or a ratio"),
    (re.compile(r"[-+]?0[xob][0-9a-fA-F_]+"), "quote the code"),
    (re.compile(r"[-+]?\d+_[\d_]*"), "quote the code"),
)

#: libyaml's reader, ten times as fast, where PyYAML has it.
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: A study file has no more nodes than this; a larger one is a mistake.
MAXIMUM_NODES = 50_000
#: Nor does it nest deeper.
MAXIMUM_DEPTH = 50


def read_yaml(path: Path, shown_as: str | None = None) -> Any:
    """Read a YAML file in UTF-8 strictly; messages call it `shown_as`, or by its name."""
    name = shown_as or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise StudyError(
            "the file is missing", file=name, remedy="Create it, or give another study folder."
        ) from None
    except UnicodeDecodeError as error:
        what, place = "the file is not UTF-8", f"byte {error.start}"
        found, remedy = f"byte 0x{error.object[error.start]:02x}", "Save it as UTF-8."
        raise StudyError(what, file=name, place=place, found=found, remedy=remedy) from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Any:
    """Parse YAML text as `read_yaml` does; `name` is what messages call it.

    >>> parse_yaml('code: "0363"', "study.yml")
    {'code': '0363'}
    """
    try:
        try:
            return _parsed(text, name, _FAST)
        except (yaml.YAMLError, ValueError):
            # PyYAML's own reader says better what is wrong.
            return _parsed(text, name, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not valid YAML: {error.problem or error.context}"
        place, remedy = _line(mark) if mark else "", "Check the indentation and the quotes there."
        raise StudyError(what, file=name, place=place, remedy=remedy) from None
    except yaml.reader.ReaderError as error:
        what, place = "a character that YAML does not allow", f"character {error.position + 1}"
        found, remedy = f"U+{error.character:04X}", "Remove it, or save the file as UTF-8 again."
        raise StudyError(what, file=name, place=place, found=found, remedy=remedy) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise StudyError(f"not valid YAML: {error}", file=name, remedy="Check the file.") from None


def _parsed(text: str, name: str, loader: type) -> Any:
    StudyError.raise_for(_aliases_and_tags(text, name, loader))
    StudyError.raise_for(_check(yaml.compose(text, Loader=loader), name))
    return yaml.load(text, Loader=loader)


def _aliases_and_tags(text: str, name: str, loader: type) -> Iterator[Problem]:
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=loader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if number > MAXIMUM_NODES or depth > MAXIMUM_DEPTH:
            expected = f"at most {MAXIMUM_NODES:,} values, nested {MAXIMUM_DEPTH} deep"
            yield Problem("the file is too large for a study file", file=name, expected=expected)
            return
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            what, place = "an anchor or alias (& or *)", _line(event.start_mark)
            yield Problem(what, name, place, remedy="Write the value out.")
        if getattr(event, "tag", None):
            place = _line(event.start_mark)
            yield Problem("a tag (!)", name, place, str(event.tag), remedy="Leave the tag out.")


def _check(node: yaml.Node | None, name: str) -> Iterator[Problem]:
    if isinstance(node, yaml.MappingNode):
        yield from _check_keys(node, name)
        for key, value in node.value:
            yield from _check(key, name)
            yield from _check(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _check(item, name)
    elif isinstance(node, yaml.ScalarNode) and not node.style:
        yield from _check_scalar(node, name)


def _check_keys(node: yaml.MappingNode, name: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = _line(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            yield Problem("a key that is not a word", name, line, remedy="Use a plain word.")
            continue
        if key.value == "<<":
            yield Problem("a merge key (<<)", file=name, place=line, remedy="Write the keys out.")
        elif key.value in seen:
            what, found = f"duplicate key '{key.value}'", f"first on line {seen[key.value]}"
            yield Problem(what, name, line, found, remedy="Keep one of the two.")
        seen.setdefault(key.value, key.start_mark.line + 1)


def _check_scalar(node: yaml.ScalarNode, name: str) -> Iterator[Problem]:
    for pattern, remedy in _AMBIGUOUS:
        if pattern.fullmatch(node.value):
            yield Problem(
                "a value YAML would read as something else",
                file=name,
                place=_line(node.start_mark),
                found=node.value,
                expected=f'"{node.value}"',
                remedy=f"{remedy[0].upper()}{remedy[1:]}.",
            )
            return


def _line(mark: yaml.Mark) -> str:
    return f"line {mark.line + 1}"


# Hold a file's content against its model, in words a researcher understands.

#: Words for what pydantic finds, by its type of error; other types keep pydantic's own words.
_WORDS = {
    "extra_forbidden": "unknown key",
    "missing": "a key is missing",
    "dict_type": "keys with values were expected",
    "model_type": "keys with values were expected",
    "model_attributes_type": "keys with values were expected",
    "tuple_type": "a list was expected",
    "bool_type": "true or false was expected",
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
    place = ".".join(
        key for key in keys if key != "str" and not key.startswith(("dict[", "[", "function-"))
    )
    words = item["msg"].removeprefix("Value error, ")
    what = _WORDS.get(item["type"], words[:1].lower() + words[1:])
    if item["type"] == "missing":
        return Problem(what, file=name, place=place, remedy="Add it.")
    remedy = "Correct the value."
    if item["type"] == "extra_forbidden":
        remedy = _suggest(item["loc"], expected)
    elif item["type"] == "string_type" and isinstance(item["input"], int | float):
        remedy = "Put it in quotes."
    elif item["type"] == "tuple_type":
        remedy = "Write it between square brackets, with commas: [..., ...]."
    elif item["type"].startswith("model_") and (models := _models_at(item["loc"], expected)):
        keys_of = " or ".join(_written(model) for model in dict.fromkeys(models))
        remedy = f"Write {keys_of}."
    shown = item["input"]
    found = "" if isinstance(shown, dict | list) else "nothing" if shown is None else str(shown)
    return Problem(what, file=name, place=place, found=found[:80], remedy=remedy)


def _written(model: type[BaseModel]) -> str:
    """Return how a model is written: the keys it must have, or the first that it may have."""
    needed = [key for key, field in model.model_fields.items() if field.is_required()]
    return "{" + ", ".join(f"{key}: ..." for key in needed or list(model.model_fields)[:3]) + "}"


def _suggest(loc: tuple[str | int, ...], expected: Any) -> str:
    known = sorted(
        {field for model in _models_at(loc[:-1], expected) for field in model.model_fields}
    )
    otherwise = "Leave it out; keys that nothing reads are not allowed."
    if str(loc[-1]).isdigit():
        otherwise = "Write a decimal with a point: a comma begins another key."
    return did_you_mean(str(loc[-1]), known, otherwise, cutoff=0.75)


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
