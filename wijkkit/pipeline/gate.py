"""The release of a study: what its notebooks published, controlled together."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wijkkit.disclosure import Release
from wijkkit.disclosure.sign_off import bind_tables
from wijkkit.errors import BatchError, DisclosureError, ParameterError, Problem, WijkkitError
from wijkkit.evaluation.effect.evaluate import EffectResults
from wijkkit.language import number
from wijkkit.language.messages import escaped
from wijkkit.pipeline.effect import released_rows
from wijkkit.pipeline.estimation import StudyEstimates
from wijkkit.pipeline.process import ProcessResults
from wijkkit.pipeline.release import release as release_together
from wijkkit.released import open_city
from wijkkit.released.store import write_released
from wijkkit.released.unreleased import Publication, clear_outputs, publications, write_output
from wijkkit.show.output import Bundle, ShownFigure, ShownTable, ShownText
from wijkkit.study import Study, open_study
from wijkkit.study.guard import releasing, without_sources
from wijkkit.study.settings import PopulationSettings

#: A function of a frame, or of a view of the tables, that returns a figure, a table or a text.
Draw = Callable[[Any], Any]

# Published outputs as they are released: drawn anew from the numbers that control let out.


def release_outputs(study: Study, published: Iterable[Publication]) -> None:
    """Write every published output with a label to ``<runs>/released/outputs``.

    Raises DisclosureError: An output that control cannot read is not named in study.yml.
    """
    published = [one for one in published if one.kind != "whole"]
    rows = {one.name: _rows(study, one) for one in published}
    own = [table.assign(output=name) for name, table in rows.items() if table is not None]
    if own:
        write_released(study, "outputs", pd.concat(own, ignore_index=True))
    clear_outputs(study)
    problems: list[Problem] = []
    for one in published:
        if one.label:
            try:
                write_output(study, one.label, _bundle(study, one, rows[one.name]), rows[one.name])
            except WijkkitError as error:
                problems.extend(error.problems)
    if problems:
        clear_outputs(study)
        raise DisclosureError(problems)


def _rows(study: Study, one: Publication) -> pd.DataFrame | None:
    """Return the released rows of an output; None where it is no table of its own."""
    if one.kind == "result":
        return released_rows(study, one.frame, one.cells)
    if one.kind == "rows":
        return _same_rows(open_city(study).table(one.table), one.frame, one.label)
    return None


def _same_rows(released: pd.DataFrame, wanted: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the released rows with the text columns of `wanted`."""
    keys = [name for name in wanted if name in released and wanted[name].dtype.kind not in "fib"]
    if not keys:
        raise DisclosureError(
            "rows that do not say which released rows they are",
            place=label,
            found=", ".join(map(str, wanted)),
            expected="text columns of the released table",
        )
    return wanted[keys].drop_duplicates().merge(released, on=keys, how="inner")


def _bundle(study: Study, one: Publication, rows: pd.DataFrame | None) -> Bundle:
    if one.kind == "raw":
        require_named(study, one.label, one.kind)
        return one.content
    shown: Any = open_city(study) if one.kind == "view" else rows
    if one.kind == "result":
        shown = replace(one.content, study=study).with_frame(rows)
    draw = pickle.loads(one.draw) if one.draw else None
    return drawn(shown, one.label, one.caption, one.alt, study.language, draw)


def require_named(study: Study, label: str, found: str) -> None:
    """Raise DisclosureError unless study.yml names the output for the second person."""
    if label in study.settings.outputs:
        return
    raise DisclosureError(
        "control cannot read this output cell by cell",
        place=label or "publish without a label",
        found=found,
        expected="a result of people, a view or rows of a released table",
        remedy="Publish the result itself with draw=..., or name it for the second person in "
        f"study.yml: outputs: {{{label or 'LABEL'}: {{why: '...'}}}}.",
    )


def release(
    study: str | Study,
    estimates: StudyEstimates | None = None,
    effect: EffectResults | None = None,
    process: ProcessResults | None = None,
) -> Release:
    """Release what the notebooks of a study published, everything together.

    Estimates, effect, process and published outputs pass disclosure control in one step. What it
    lets out is in ``<runs>/released``; outputs with a label are drawn again from that.

    Parameters
    ----------
    estimates, effect, process : StudyEstimates, EffectResults, ProcessResults, optional
        Release these alone, without what was published.

    Returns
    -------
    Release

    Raises
    ------
    BatchError
        No notebook published the estimates.
    DisclosureError
        An output that control cannot read is not named in study.yml, or what was published is
        about other people than the study.

    Examples
    --------
    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> estimates = wk.publish(wk.estimate(study, wk.load_respondents(study)))
    >>> wk.release(study).table["status"].isin(["ok", "hidden", "too_few"]).any()
    np.True_
    """
    study = study if isinstance(study, Study) else open_study(study)
    with releasing():
        if estimates is not None:
            given = {"estimates": estimates.population, "effect": population_of(effect)}
            require_population(study, given, "Make it of the same study as the release.")
            _require_covariates(estimates, effect)
            return release_together(study, estimates, effect, process)
        published = publications(study)
        require_population(
            study,
            {one.name: one.population for one in published},
            "Run the notebook that publishes it again, with the study as study.yml has it.",
        )
        whole = {one.name: one.content for one in published if one.kind == "whole"}
        if "estimates" not in whole:
            raise BatchError(
                "the estimates were not published",
                file="unreleased/",
                found=", ".join(whole) or "nothing",
                remedy="Run the city notebooks before this one: wk.publish(estimates).",
            )
        _require_covariates(whole["estimates"], whole.get("effect"))
        released = release_together(study, **whole)
        release_outputs(study, published)
        bind_tables(study)
        return released


# Everything that goes out is about the people whom study.yml names: pages say so.


def _require_covariates(estimates: StudyEstimates, effect: EffectResults | None) -> None:
    """Raise DisclosureError where an effect adjusts for a column that the survey does not have."""
    if effect is None:
        return
    used = effect.arguments.set_index("argument")["used"]
    own = [one for one in json.loads(used["covariates"]) if one not in estimates.sample.weighted]
    if own and len(effect.effects):
        raise DisclosureError(
            "an effect with a covariate that the other notebooks do not know",
            place="evaluate_effect",
            found=", ".join(own),
            remedy="Name it in codebook.yml or indicators.yml, so that it is there everywhere; or "
            "publish people.did(...), which takes columns of its own.",
        )


def population_of(result: Any) -> PopulationSettings | None:
    """Return whom a result is about; None where that follows from the release."""
    study = getattr(result, "study", None)
    return study.settings.population if study else getattr(result, "population", None)


def require_population(
    study: Study, populations: Mapping[str, PopulationSettings | None], remedy: str
) -> None:
    """Raise DisclosureError where one of these is about other people than the study."""
    planned = study.settings.population
    problems = [
        Problem(
            "a result about other people than study.yml says",
            place=name,
            found=_among(study, found),
            expected=_among(study, planned),
            remedy=remedy,
        )
        for name, found in populations.items()
        if found not in (None, planned)
    ]
    DisclosureError.raise_for(problems)


def _among(study: Study, population: PopulationSettings | None) -> str:
    settings = study.settings.model_copy(update={"population": population})
    return replace(study, settings=settings).among or "everybody"


# The results of a whole step of the evaluation, as the tables that are released of them.

#: What a whole result is published as.
NAMES: dict[type, str] = {
    StudyEstimates: "estimates",
    EffectResults: "effect",
    ProcessResults: "process",
}


def name_of(result: Any) -> str:
    """Return what the results of a whole step are published as; empty for anything else."""
    return NAMES.get(type(result), "")


def tables_of(result: Any) -> dict[str, pd.DataFrame]:
    """Return the tables of the results of a whole step, exact, by the name they are released as."""
    if isinstance(result, StudyEstimates):
        found = {item.name: getattr(result, item.name) for item in fields(result)}
        tables = {name: part for name, part in found.items() if isinstance(part, pd.DataFrame)}
        return {**tables, "estimates": result.estimates.table}
    if isinstance(result, EffectResults):
        own = {"effects": result.effects, "detectable": result.detectable}
        names = ("assumptions", "conclusions", "arguments")
        return own | {f"effect_{name}": getattr(result, name) for name in names}
    return dict(result.tables)


# What is published, as a notebook and a report show it.


def drawn(
    result: Any, label: str, caption: str, alt: str, language: str, draw: Draw | None = None
) -> Bundle:
    """Return an output of a result of people, a view or a frame: what `draw` makes of its numbers.

    The caption and alt text of a result are its own where none are given.
    """
    with without_sources():
        if not hasattr(result, "with_frame"):
            shown = draw(result) if draw else result
            return bundle_of(shown, label, caption, alt, language)
        shown = draw(result.frame) if draw else result.output(label)
        alt = alt or ("" if draw else result.sentence())
        return bundle_of(shown, label, caption or result.caption, alt, language)


def bundle_of(shown: Any, label: str, caption: str, alt: str, language: str) -> Bundle:
    """Return the mime bundle of a figure, table or text, with the caption and alt text given.

    `shown`: A figure of `wijkkit.show`, matplotlib or seaborn; a table, a DataFrame or a Styler's
    frame; a text. Raises ParameterError: A figure without alt text, or something that is neither
    figure, table nor text.
    """
    made = as_shown(shown, language)
    data, metadata = made._repr_mimebundle_()
    about = dict(metadata.get("wijkkit", {}))
    about |= {key: words for key, words in (("caption", caption), ("alt", alt)) if words}
    if isinstance(made, ShownFigure) and not about.get("alt"):
        raise ParameterError(
            "a figure needs a text for who cannot see it",
            place=label,
            remedy="Say in words what it shows: publish(..., alt='...').",
        )
    if isinstance(made, ShownFigure):
        data = {**data, "text/plain": about["alt"]}
    return data, {"wijkkit": about}


def as_shown(shown: Any, language: str) -> Any:
    """Return what is shown as an object of `wijkkit.show`."""
    if isinstance(shown, Axes):
        shown = shown.figure
    shown = getattr(shown, "figure", shown) if hasattr(shown, "axes_dict") else shown
    if isinstance(shown, Figure):
        return ShownFigure(shown, alt="", caption="", data=pd.DataFrame())
    if isinstance(shown, pd.DataFrame):
        return ShownTable(_in_words(shown, language))
    if isinstance(shown, str):
        return ShownText(escaped(shown))
    if hasattr(shown, "_repr_mimebundle_"):
        return shown
    raise ParameterError(
        "neither a figure, a table nor a text",
        place="publish",
        found=type(shown).__name__,
        remedy="Give a matplotlib or seaborn figure, a DataFrame, or words.",
    )


def _in_words(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    """Return a frame in the reader's notation: no more decimals than there are, at most three."""

    def words(value: Any) -> str:
        if pd.isna(value):
            return ""
        if isinstance(value, float) or hasattr(value, "dtype"):
            return number(float(value), language, _decimals(float(value)))
        return str(value)

    return frame.map(words)


def _decimals(value: float) -> int:
    most = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1
    return next((n for n in range(most) if round(value, n) == round(value, most)), most)
