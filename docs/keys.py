"""Every key of a study's three YAML files, from the models that read them, as a page."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from wijkkit import study
from wijkkit.indicators.functions import BUILT_IN
from wijkkit.study.codebook import Codebook
from wijkkit.study.indicators import Indicator
from wijkkit.study.model import Neighbourhood, StudyFile

FILES: Mapping[str, Any] = {
    "study.yml": StudyFile,
    "codebook.yml": Codebook,
    "indicators.yml": Indicator,
    "wijken/NAME.yml": Neighbourhood,
}
_LIMITS = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most",
           "exclusiveMaximum": "below"}  # fmt: skip
HEAD = """# Keys of a study's files

Made from the models that read the files: a key that is not here is an error. A label is one text, or one per language: `{nl: ..., en: ...}`. Codes are written between quotes.
"""


def page() -> str:
    """Return the page in Markdown."""
    parts = [HEAD]
    for name, model in FILES.items():
        parts += [f"## {name}", *sections(TypeAdapter(model).json_schema())]
    parts.append("## Functions of indicators.yml")
    return "\n\n".join([*parts, *map(_function, BUILT_IN.values())]) + "\n"


def sections(schema: dict[str, Any]) -> Iterator[str]:
    """Yield what is said of a model and a table of its keys, then the same of each model in it."""
    models = {"": schema, **schema.get("$defs", {})}
    for name, model in models.items():
        if "properties" in model:
            if name:
                yield f"### {_heading(name)}"
            yield from _model(model)


def keys(schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each model, each of its keys and what the model says of that key."""
    for name, model in {"": schema, **schema.get("$defs", {})}.items():
        said = said_of(model)
        yield from ((name, key, said.get(key, "")) for key in model.get("properties", {}))


@cache
def _sentences() -> dict[str, dict[str, str]]:
    """Return model -> key -> the sentence below it in the code, or below the keys right after it."""
    found: dict[str, dict[str, str]] = {}
    for path in Path(study.__path__[0]).rglob("*.py"):
        for model in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            above: list[str] = []
            for line in model.body if isinstance(model, ast.ClassDef) else ():
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    above.append(line.target.id)
                elif isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
                    said = " ".join(str(line.value.value).split())
                    found.setdefault(model.name, {}).update(dict.fromkeys(above, said))
                    above = []
    return found


def said_of(model: dict[str, Any]) -> dict[str, str]:
    """Return what is said of a model's keys; those of every table are said once, at `TableSource`."""
    return {**_sentences()["TableSource"], **_sentences().get(model["title"], {})}


def meanings(docstring: str) -> dict[str, str]:
    """Return what the Parameters of a docstring say, by name.

    Examples
    --------
    >>> meanings("A.\\n\\nParameters\\n----------\\na, b : int\\n    Of each.\\nc : str\\n    Of c.")
    {'a': 'Of each.', 'b': 'Of each.', 'c': 'Of c.'}
    """
    _, _, part = docstring.partition("Parameters\n----------\n")
    part = re.split(r"\n\w+\n-{3,}\n", part)[0]
    found = re.findall(r"^(\w[\w, ]*?) : .*\n((?:    .*\n?|\n)*)", part, flags=re.MULTILINE)
    return {
        name.strip(): " ".join(words.split()) for names, words in found for name in names.split(",")
    }


def _model(model: dict[str, Any]) -> Iterator[str]:
    yield model.get("description", "")
    said = said_of(model)
    rows = ["| key | value | where left out | meaning |", "|---|---|---|---|"]
    for key, about in model["properties"].items():
        needed = key in model.get("required", ())
        default = "needed" if needed else _default(about.get("default"))
        cells = (f"`{key}`", _type(about), default, said.get(key, ""))
        rows.append(f"| {' | '.join(cell.replace('|', ', ') for cell in cells)} |")
    yield "\n".join(rows)


def _default(value: Any) -> str:
    if value in (None, "", [], {}) and value is not False:
        return ""
    return "as below" if isinstance(value, dict) else f"`{value}`".replace("'", "")


def _type(about: dict[str, Any]) -> str:
    """Return what may stand at a key, in words."""
    if "$ref" in about:
        name = about["$ref"].rpartition("/")[2]
        return f"[{_heading(name)}](#{_heading(name).lower().replace(' ', '-')})"
    if "anyOf" in about or "oneOf" in about:
        some = about.get("anyOf") or about["oneOf"]
        kinds = [_type(one) for one in some if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in about or "const" in about:
        return " or ".join(f"`{value}`" for value in about.get("enum", [about.get("const")]))
    kind = about.get("type", "")
    if kind == "array":
        if "prefixItems" in about:
            return f"[{', '.join(_type(one) for one in about['prefixItems'])}]"
        return f"list of {_type(about.get('items', {}))}"
    if kind == "object":
        values = [*about.get("patternProperties", {}).values(), about.get("additionalProperties")]
        kinds = [_type(one) for one in values if isinstance(one, dict) and one]
        return f"names with {kinds[0] if kinds else 'values'}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    limits = [f"{said} {about[key]:g}" for key, said in _LIMITS.items() if key in about]
    kind = "day" if about.get("format") == "date" else words.get(kind, kind or "value")
    return " ".join([kind, *limits])


def _heading(name: str) -> str:
    """Return the name of a model as a heading: ``SurveySource`` -> ``Survey source``."""
    return re.sub(r"(?<!^)([A-Z])", lambda found: f" {found[1].lower()}", name)


def arguments(function: Any) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the default and the meaning of what a function of indicators.yml takes."""
    said = meanings(inspect.getdoc(function) or "")
    for name, one in inspect.signature(function).parameters.items():
        default = "" if one.default is one.empty else f" (`{one.default}` where left out)"
        yield name, default, said.get(name, "")


def _function(function: Any) -> str:
    summary = re.split(r"\n\n\w+\n-{3,}", inspect.getdoc(function) or "")[0]
    rows = [f"- `{name}`{default}: {words}" for name, default, words in arguments(function)]
    return "\n\n".join([f"### {function.__name__}", summary, "\n".join(rows)])
