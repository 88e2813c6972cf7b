"""The gate: what a notebook publishes is recorded, and goes out as the release lets it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar, overload

import cloudpickle
import numpy as np
import pandas as pd

from wijkkit.analysis.model import Model, model_problems
from wijkkit.analysis.result import Result
from wijkkit.batch.fingerprint import hash_of
from wijkkit.disclosure import policy_for
from wijkkit.errors import DisclosureError, ParameterError, Problem
from wijkkit.pipeline.gate import (
    Draw,
    drawn,
    name_of,
    population_of,
    require_named,
    require_population,
    tables_of,
)
from wijkkit.released import CityView, Released, open_city
from wijkkit.released.unreleased import (
    Publication,
    check_label,
    draft,
    write_draft_table,
    write_publication,
)
from wijkkit.show.output import Bundle, ShownFigure, ShownTable, ShownText
from wijkkit.study import Study, open_study
from wijkkit.study.files import last_opened
from wijkkit.study.guard import sources_opened
from wijkkit.tables import ESTIMATE_KEYS

# Is what a notebook shows of the released tables what stands there?

#: Tables whose rows have the keys of an estimate.
TABLES = ("estimates", "changes", "gaps", "comparisons", "outputs")
_NUMBERS = ("value", "lower", "upper", "n")


def check_rows(view: CityView, frame: pd.DataFrame, label: str) -> None:
    """Hold the rows of a frame against the released tables.

    Raises DisclosureError: A number is not the released one of its keys, or has no released row; up
    to five are named, without the number.
    """
    keys, numbers = list(ESTIMATE_KEYS), [name for name in _NUMBERS if name in frame]
    there = (view.table(name) for name in TABLES if name in view.released)
    released = pd.concat([table.reindex(columns=[*keys, *_NUMBERS]) for table in there])
    released = released.rename(columns={name: f"{name}_released" for name in _NUMBERS})
    wanted = frame.reset_index(drop=True).assign(at=range(len(frame)))
    found = wanted[[*keys, *numbers, "at"]].merge(released, on=keys, how="left")
    same = np.ones(len(found), dtype=bool)
    for name in numbers:
        shown = pd.to_numeric(found[name], errors="coerce")
        there = found[f"{name}_released"].astype(float)
        same &= shown.isna() | shown.eq(there) | shown.eq(there.round())
    wrong = ~pd.Series(same).groupby(found["at"].to_numpy()).any()
    if wrong.any():
        rows = wanted.loc[wrong[wrong].index[:5], keys]
        raise DisclosureError(
            Problem(
                "a number that was not released",
                file=label,
                place=", ".join(map(str, row)),
                expected="the number of the released table",
                remedy="Show rows of the released tables as they are.",
            )
            for row in rows.itertuples(index=False, name=None)
        )


@dataclass(frozen=True)
class Published:
    """What stands in the notebook for something that was published.

    Parameters
    ----------
    label : str
    bundle : tuple of dict
        As Jupyter shows it.
    """

    label: str
    bundle: Bundle

    def __repr__(self) -> str:
        return self.bundle[0].get("text/plain", self.label)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        return self.bundle


R = TypeVar("R")


@overload
def publish(
    result: Any,
    label: str,
    caption: str = "",
    alt: str = "",
    draw: Draw | None = None,
    *,
    table: str = "",
    study: Study | None = None,
) -> Published: ...


@overload
def publish(
    result: R,
    label: Literal[""] = "",
    caption: str = "",
    alt: str = "",
    draw: None = None,
    *,
    table: str = "",
    study: Study | None = None,
) -> R: ...


def publish(
    result: Any,
    label: str = "",
    caption: str = "",
    alt: str = "",
    draw: Draw | None = None,
    *,
    table: str = "",
    study: Study | None = None,
) -> Published | Any:
    """Publish a result: record it for the release, or show what is released already.

    Reports take what went through here, and nothing else. Where this process opened a source,
    the result is recorded and stays on this machine; `release` controls its numbers together
    with all others and draws it again from those it lets out. Where it did not, the result is
    made of released tables and can be embedded as it is.

    Parameters
    ----------
    result : object
        - a result of `People`: its numbers are controlled cell by cell;
        - `StudyEstimates`, `EffectResults`, `ProcessResults`: all tables of a step;
        - a view (`draft` or `open_city`): `draw` is given the released view;
        - a DataFrame: rows of the released `table`, or of any table of estimates;
        - a figure, table or text of `wijkkit.show` in a notebook that opens no source;
        - anything else needs a line in ``outputs:`` of study.yml, and a second person's consent.
    label : str
        Under which reports embed it: ``fig-...``, ``tbl-...``, ``zin-...``. Without one the
        result joins the release and no report shows it.
    caption, alt : str
        What stands beneath it, and what it shows in words; a figure needs the latter.
    draw : callable, optional
        Makes the output of the numbers it is given: a frame like ``result.frame``, or a view.
        Kept by value, so it may hold words of its own and no data.
    table : str
        The released table that the rows of a DataFrame belong to.

    Returns
    -------
    Published
        Shows itself; `result` where it has no label.

    Raises
    ------
    DisclosureError
        Control could not read it and study.yml does not name it; numbers that were not released;
        a drawing function that holds data; it is about other people than study.yml says.
    ParameterError
        A label that is none, a figure without alt text.

    Examples
    --------
    >>> import wijkkit as wk
    >>> people = wk.people("parameters")
    >>> shown = wk.publish(people.proportion("sport", by="arm"), label="tbl-sport")
    >>> shown.label
    'tbl-sport'
    """
    study = study or getattr(result, "study", None) or last_opened()
    if label:
        check_label(label)
    if isinstance(getattr(draw, "__self__", None), Result):
        draw = None
    if not sources_opened():
        return _from_released(study, result, label, caption, alt, draw)
    words = {"label": label, "caption": caption, "alt": alt}
    whole, population = name_of(result), population_of(result)
    require_population(
        open_study(study.folder),
        {label or whole or "publish": population},
        "Name them under population: in study.yml, so that every notebook and page is about "
        "them; or publish an estimate of people[...], which says whom it is about.",
    )
    if whole:
        write_publication(study, Publication(whole, "whole", content=result, population=population))
        for name, content in tables_of(result).items():
            write_draft_table(study, name, content)
        if not label:
            return result
        result = draft(study)
    made = replace(_publication(study, result, words, draw, table), population=population)
    shown = drawn(result, label, caption, alt, study.language, draw) if label else None
    if made.kind == "raw":
        made = replace(made, content=shown)
    write_publication(study, made)
    if shown is None:
        return result
    data, about = shown
    return Published(label, (data, {"wijkkit": {**about["wijkkit"], "unreleased": label}}))


def _publication(
    study: Study, result: Any, words: dict[str, Any], draw: Draw | None, table: str
) -> Publication:
    """Return what is recorded of a result before the release."""
    label = words["label"]
    drawing = pickled(draw, label) if draw is not None else b""
    if isinstance(result, CityView):
        if draw is None:
            raise ParameterError(
                "how is it drawn?", place=label, remedy="Give draw=lambda view: ..."
            )
        return Publication(label, "view", draw=drawing, **words)
    if isinstance(result, Result) and not isinstance(result, Model):
        name = label or f"{result.kind}-{hash_of(result.cells.to_json())[:12]}"
        tables = {"frame": result.frame, "cells": result.cells}
        nothing = {one: table.iloc[:0] for one, table in tables.items()}
        bare = replace(result, **nothing, study=None)  # type: ignore[arg-type]
        return Publication(name, "result", content=bare, **tables, draw=drawing, **words)
    if isinstance(result, pd.DataFrame) and table:
        return Publication(label or table, "rows", frame=result, table=table, draw=drawing, **words)
    require_named(study, label, type(result).__name__)
    facts = result.facts if isinstance(result, Model) else {}
    require_rules(study, label, facts)
    return Publication(label, "raw", facts=facts, **words)


def require_rules(study: Study, label: str, facts: Mapping[str, Any]) -> None:
    """Raise DisclosureError where a model does not meet the rules for models."""
    policy = policy_for(study)
    broken = model_problems(facts, policy.min_n, policy.min_count) if facts else []
    if broken:
        raise DisclosureError(
            Problem(
                "a model that may not be published",
                place=label,
                found=problem,
                remedy="Leave the small category out, or pool it with another.",
            )
            for problem in broken
        )


def _from_released(
    study: Study, result: Any, label: str, caption: str, alt: str, draw: Draw | None
) -> Published | Any:
    """Show what is made of released tables."""
    frame = result.frame if isinstance(result, Result) else result
    frame = getattr(result, "data", frame) if isinstance(result, ShownFigure) else frame
    if isinstance(frame, pd.DataFrame) and {*ESTIMATE_KEYS, "value"} <= set(frame):
        check_rows(open_city(study), frame, label)
    elif not isinstance(result, CityView | ShownFigure | ShownTable | ShownText):
        require_named(study, label, type(result).__name__)
    if not label:
        return result
    data, about = drawn(result, label, caption, alt, study.language, draw)
    return Published(label, (data, {"wijkkit": {**about["wijkkit"], "published": label}}))


# A function that draws, kept so that the release can draw again from released numbers.

#: What a drawing function may not hold: its numbers come from what it is given.
_DATA = (pd.DataFrame, pd.Series, pd.Index, np.ndarray, Result, CityView, Released)


class _HoldsData(Exception):
    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class _Pickler(cloudpickle.Pickler):
    """Pickles a function by value, and stops at data that it holds."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, _DATA) or type(obj).__name__ == "People":
            raise _HoldsData(type(obj).__name__)
        if isinstance(obj, Study):
            return open_study, (str(obj.folder),)
        return super().reducer_override(obj)


def pickled(draw: Callable[..., Any], label: str) -> bytes:
    """Return a drawing function by value."""
    target = io.BytesIO()
    try:
        _Pickler(target).dump(draw)
    except _HoldsData as error:
        raise DisclosureError(
            "the drawing function holds data of its own",
            place=label,
            found=error.what,
            expected="a function that takes all its numbers from the frame it is given",
            remedy="Write draw=lambda frame: ... with nothing of the sources in it.",
        ) from None
    except Exception as error:
        raise ParameterError(
            "the drawing function cannot be kept",
            place=label,
            found=f"{type(error).__name__}: {error}"[:120],
            remedy="Let it hold words and numbers of its own only.",
        ) from error
    return target.getvalue()
