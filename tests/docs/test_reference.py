"""Every public name has a docstring a newcomer can use, and a place in the reference."""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache
from types import FunctionType

import pytest
import yaml
from pydantic import TypeAdapter

import wijkkit
from docs import keys
from tests.conftest import ROOT
from tests.docs.pages import PAGES

ROOMS = ["wijkkit"] + [
    "wijkkit." + path.parent.relative_to(ROOT / "wijkkit").as_posix().replace("/", ".")
    for path in sorted((ROOT / "wijkkit").rglob("__init__.py"))
    if "__all__" in path.read_text(encoding="utf-8") and path.parent != ROOT / "wijkkit"
]
#: Settings are read from study.yml; they are on the page of what they set.
NOT_IN_THE_REFERENCE = {"wijkkit.study.settings"}
#: What takes long or needs much has its example where it is used.
USED_IN = {
    "evaluate_effect": "notebooks/stad/2_effectevaluatie.ipynb",
    "evaluate_process": "notebooks/stad/3_procesevaluatie.ipynb",
    "explanations": "wijkkit/pipeline/process/explanations.py",
}
#: Parameters whose name says what they are: the study or view a reader works with, the released
#: tables, the language of a text, a row of a frame with what is known about the frame; a number
#: and its decimals, the limits and coverage of an interval, a count, a label or a sentence, a file.
SAID_BY_THEIR_NAME = set(
    "study view released language row about facts wijk registry value decimals lower upper "
    "confidence n names label sentence path".split()
)


def public() -> dict[str, object]:
    """Return each public function and class once, by the first name it has."""
    found: dict[int, tuple[str, object]] = {}
    for room in ROOMS:
        if room in NOT_IN_THE_REFERENCE:
            continue
        module = importlib.import_module(room)
        for name in module.__all__:
            thing = getattr(module, name)
            if isinstance(thing, type | FunctionType):
                found.setdefault(id(thing), (f"{room}.{name}", thing))
    return dict(found.values())


PUBLIC = public()


def to_describe(thing: object) -> set[str]:
    """Return the parameters that a docstring must describe.

    A frame is described by the method of a view that gives it, where the text names one.
    """
    parameters = inspect.signature(thing).parameters
    by_view = re.search(r"`CityView\.\w+`", inspect.getdoc(thing) or "")
    frames = {name for name, one in parameters.items() if "DataFrame" in str(one.annotation)}
    return set(parameters) - SAID_BY_THEIR_NAME - (frames if by_view else set())


@cache
def uses() -> str:
    """Return all code that readers see: of notebooks, and of pages with code that is run."""
    pages = [path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_c" not in str(path)]
    return "".join(path.read_text(encoding="utf-8") for path in [*pages, *PAGES])


def used_by_readers(name: str) -> bool:
    return re.search(rf"\b(wk|show)\.{name}\b", uses()) is not None


def sections(thing: object) -> set[str]:
    return set(re.findall(r"^(\w+)\n-{3,}$", inspect.getdoc(thing) or "", flags=re.MULTILINE))


def needed(thing: object) -> set[str]:
    """Return the sections a docstring must have; a class of results shows in its maker's example.

    What is returned is in the annotation and the first sentence; columns of a table are not.

    One sentence is enough for a function whose parameters say what they are and which a notebook
    or a page of the documentation uses: its use there is its example.
    """
    signature = inspect.signature(thing)
    wanted = {"Parameters"} if to_describe(thing) else set()
    if isinstance(thing, FunctionType) and (wanted or not used_by_readers(thing.__name__)):
        table = re.search("DataFrame|Series|ndarray", str(signature.return_annotation))
        if table and "``" not in (inspect.getdoc(thing) or "").splitlines()[0]:
            wanted.add("Returns")
        if thing.__name__ not in USED_IN:
            wanted.add("Examples")
    return wanted


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_docstring_has_its_parts(name):
    thing = PUBLIC[name]
    summary = (inspect.getdoc(thing) or "").splitlines()[:1]
    assert summary and summary[0].endswith((".", ":")), name
    assert needed(thing) <= sections(thing), name


@pytest.mark.parametrize("name", PUBLIC)
def test_every_parameter_is_described(name):
    thing = PUBLIC[name]
    text = inspect.getdoc(thing) or ""
    part = text.partition("Parameters\n----------\n")[2]
    part = re.split(r"\n\n\w+\n-{3,}", part)[0]
    described = {
        word.strip("* ")
        for names in re.findall(r"^(\w[\w*, ]*?|\*[\w*, ]+?)(?: :|$)", part, flags=re.MULTILINE)
        for word in names.split(",")
    }
    assert to_describe(thing) <= described, name


def test_what_has_its_example_elsewhere_is_used_there():
    for name, file in USED_IN.items():
        assert re.search(rf"\b{name}\(", (ROOT / file).read_text(encoding="utf-8")), name


def test_every_name_of_the_package_is_used_somewhere():
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    names = set(wijkkit.__all__)
    assert {n for n in names if not re.search(rf"\b{n}\b", uses() + tests)} == set()


def test_the_reference_has_every_public_name_once():
    config = yaml.safe_load((ROOT / "docs" / "_quarto.yml").read_text(encoding="utf-8"))
    listed = []
    for section in config["quartodoc"]["sections"]:
        for page in section["contents"]:
            for item in page["contents"]:
                own = item if isinstance(item, dict) else {"name": item}
                package = own.get("package", page["package"])
                listed.append(getattr(importlib.import_module(package), own["name"]))
    assert len({id(thing) for thing in listed}) == len(listed)
    missing = [name for name, thing in PUBLIC.items() if thing not in listed]
    assert missing == []


@pytest.mark.parametrize("file", keys.FILES)
def test_every_key_of_a_study_s_files_is_explained(file):
    found = list(keys.keys(TypeAdapter(keys.FILES[file]).json_schema()))
    assert [(model, key) for model, key, meaning in found if not meaning] == []
    assert {f"| `{key}` |" for _, key, _ in found} <= set(re.findall(r"\| `\w+` \|", keys.page()))


def test_every_function_of_indicators_yml_is_explained():
    for function in keys.BUILT_IN.values():
        assert f"### {function.__name__}\n" in keys.page()
        assert [name for name, _, meaning in keys.arguments(function) if not meaning] == []


def test_every_key_that_the_demo_uses_is_on_the_page():
    demo = yaml.safe_load((ROOT / "parameters" / "study.yml").read_text(encoding="utf-8"))
    assert all(f"| `{key}` |" in keys.page() for key in demo)
    assert all(f"| `{key}` |" in keys.page() for key in demo["evaluation"])
