"""Mutated files: a typed message or a valid result, never another exception or a silent guess."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.data.bad_study import BAD
from wijkkit.errors import WijkkitError
from wijkkit.loaders.area_figures import load_area_figures
from wijkkit.loaders.borders import load_borders
from wijkkit.loaders.survey import load_survey
from wijkkit.study import open_study

#: Cases per test: few in CI, 10,000 altogether with WIJKKIT_MUTATIONS=2000.
CASES = int(os.environ.get("WIJKKIT_MUTATIONS", "40"))
MUTATED = settings(
    max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)

TEXTS = ("first.csv", "second.csv", "figures.csv", "borders.geojson")
STUDY = ("study.yml", "codebook.yml", "indicators.yml", "wijken/oost.yml")
BINARY = ("first.sav", "first.xlsx", "first.parquet", "first.dta", "borders.gpkg")
TOKENS = (
    "", "0", "-1", "1,5", "1.234,5", "NaN", "inf", "1e999", "0363", "NO", "12:30", "ja", "\0", "é",
    "'", '"', ";", ",", "\t", "\n", "\r\n", "{", "]", "*a", "&a", "!x", "#", "- ", ": ", "../..",
    "BU010101", "bu010101", "-99997", ".", "null", "2018-02-30", "01-02-2018", "💥", "\u202e", "９",
)  # fmt: skip

LOADERS: dict[str, Callable] = {
    "survey": load_survey,
    "figures": load_area_figures,
    "borders": lambda study: load_borders(study, "wijk"),
}

Tables = dict[str, pd.DataFrame]


def load_all(folder: Path, names: Collection[str] = tuple(LOADERS)) -> Tables:
    """Return tables of a study, or raise what is wrong with the first that is not right."""
    study = open_study(folder)
    return {name: LOADERS[name](study) for name in names}


def touched(file: str) -> list[str]:
    """Return the tables that a file can change."""
    kind = {"first": "survey", "second": "survey"}.get(
        file.partition(".")[0], file.partition(".")[0]
    )
    return [kind] if kind in LOADERS else list(LOADERS)


def attempt(folder: Path, names: Collection[str]) -> Tables | None:
    """Return the tables, or None after a typed error whose problems say what and what to do."""
    try:
        return load_all(folder, names)
    except WijkkitError as error:
        assert error.problems
        assert all(problem.what and problem.file for problem in error.problems)
        return None


@cache
def valid() -> tuple[Path, Tables]:
    """The valid study, in every format there is, and what it holds."""
    folder = Path(tempfile.mkdtemp(prefix="valid"))
    shutil.copytree(BAD / "base", folder, dirs_exist_ok=True)
    table = pd.read_csv(folder / "first.csv", dtype={"datum": "str"}, keep_default_na=False)
    table["dagen"] = pd.to_numeric(table["dagen"])
    import geopandas as gpd
    import pyreadstat

    pyreadstat.write_sav(table, folder / "first.sav")
    pyreadstat.write_dta(table, folder / "first.dta")
    table.to_excel(folder / "first.xlsx", index=False)
    table.to_parquet(folder / "first.parquet", index=False)
    gpd.read_file(folder / "borders.geojson").to_file(folder / "borders.gpkg", driver="GPKG")
    return folder, load_all(folder)


def mutated(name: str, change: Callable[[bytes], bytes]) -> Tables | None:
    """Return what the valid study gives after one file was changed."""
    source, _ = valid()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(source, folder, dirs_exist_ok=True)
        changed = folder / name
        changed.write_bytes(change(changed.read_bytes()))
        if name in BINARY:
            plain = "borders.geojson" if name.startswith("borders") else "first.csv"
            study = folder / "study.yml"
            study.write_text(study.read_text().replace(plain, name))
        return attempt(folder, touched(name))


def check_sound(tables: Tables | None) -> None:
    """What was read holds nothing that the schemas and the codebook do not allow."""
    if tables is None:
        return
    for name, table in tables.items():
        SOUND[name](table)


def sound_survey(survey: pd.DataFrame) -> None:
    assert survey["wijk"].isin(["oost", "west"]).all()
    assert survey["wave"].isin(["w1", "w2"]).all()
    assert survey["weight"].gt(0).all()
    assert survey["weight"].map(math.isfinite).all()
    assert survey["age"].between(0, 12).all()
    assert survey["days"].dropna().between(0, 7).all()
    assert survey["sex"].dropna().isin(["boy", "girl"]).all()
    assert not survey.duplicated(["respondent", "wave"]).any()


def sound_figures(figures: pd.DataFrame) -> None:
    assert (figures["value"].isna() == figures["status"].eq("missing")).all()
    assert not figures["value"].lt(-99_990).any()


def sound_borders(borders: pd.DataFrame) -> None:
    assert borders.is_valid.all()
    assert borders.crs.to_epsg() == 28992


SOUND = {"survey": sound_survey, "figures": sound_figures, "borders": sound_borders}


@pytest.mark.parametrize("name", ["", *BINARY])
def test_the_study_is_valid_before_it_is_mutated(name: str) -> None:
    tables = mutated(name, lambda content: content) if name else valid()[1]
    assert tables is not None
    check_sound(tables)
    assert len(tables.get("survey", range(8))) == 8


@MUTATED
@given(
    name=st.sampled_from(TEXTS + STUDY),
    at=st.floats(0, 1),
    length=st.integers(0, 12),
    token=st.sampled_from(TOKENS),
)
def test_a_token_put_somewhere_is_refused_or_read_soundly(name, at, length, token) -> None:
    def change(content: bytes) -> bytes:
        start = int(at * len(content))
        return content[:start] + token.encode() + content[start + length :]

    check_sound(mutated(name, change))


@MUTATED
@given(
    name=st.sampled_from(TEXTS[:3]),
    row=st.integers(1, 5),
    column=st.integers(0, 6),
    token=st.sampled_from(TOKENS),
)
def test_a_cell_with_something_else_is_refused_or_read_soundly(name, row, column, token) -> None:
    def change(content: bytes) -> bytes:
        lines = content.decode().splitlines()
        cells = lines[min(row, len(lines) - 1)].split(",")
        quoted = '"' + token.replace('"', '""') + '"'
        cells[min(column, len(cells) - 1)] = quoted
        lines[min(row, len(lines) - 1)] = ",".join(cells)
        return "\n".join(lines).encode()

    check_sound(mutated(name, change))


@MUTATED
@given(
    name=st.sampled_from(BINARY), at=st.floats(0, 1), byte=st.integers(0, 255), cut=st.booleans()
)
@example(name="first.parquet", at=0.1875, byte=128, cut=False)  # the name of a column
def test_damage_to_a_binary_file_is_refused_or_harmless(name, at, byte, cut) -> None:
    def change(content: bytes) -> bytes:
        start = min(int(at * len(content)), len(content) - 1)
        return content[:start] if cut else content[:start] + bytes([byte]) + content[start + 1 :]

    mutated(name, change)


@MUTATED
@given(name=st.sampled_from(TEXTS[:3]), first=st.integers(0, 5), second=st.integers(0, 5))
def test_rows_in_another_order_give_the_same_or_a_message(name, first, second) -> None:
    def change(content: bytes) -> bytes:
        header, *rows = content.decode().splitlines()
        first_row, second_row = first % len(rows), second % len(rows)
        rows[first_row], rows[second_row] = rows[second_row], rows[first_row]
        return "\n".join([header, *rows]).encode()

    tables = mutated(name, change)
    assert tables is not None
    for table, found in tables.items():
        expected = valid()[1][table]
        keys = [key for key in ("wave", "respondent", "figure", "area", "code") if key in found]
        left = pd.DataFrame(found).sort_values(keys, ignore_index=True)
        assert left.equals(pd.DataFrame(expected).sort_values(keys, ignore_index=True))


@MUTATED
@given(st.data())
def test_a_changed_answer_changes_exactly_that_answer(data) -> None:
    row = data.draw(st.integers(1, 4))
    column, name, values = data.draw(
        st.sampled_from(
            [
                (2, "age", [str(age) for age in range(13)]),
                (3, "weight", ["0.25", "1", "2.5"]),
                (5, "days", [str(days) for days in range(8)]),
            ]
        )
    )
    value = data.draw(st.sampled_from(values))

    def change(content: bytes) -> bytes:
        lines = content.decode().splitlines()
        cells = lines[row].split(",")
        cells[column] = value
        lines[row] = ",".join(cells)
        return "\n".join(lines).encode()

    tables = mutated("second.csv", change)
    assert tables is not None
    expected = valid()[1]["survey"].copy()
    expected.loc[expected["respondent"] == str(10 + row), name] = float(value)
    assert tables["survey"].equals(expected)
