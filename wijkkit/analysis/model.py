"""A regression on people: the formula, the fit, and what a second person must know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from wijkkit.analysis.drawing import draw_terms
from wijkkit.analysis.result import Result
from wijkkit.analysis.words import model_sentence
from wijkkit.errors import EstimationError
from wijkkit.estimates.grid import wave_design
from wijkkit.estimates.survey import no_column
from wijkkit.estimates.survey_model import ModelFit, survey_model

if TYPE_CHECKING:
    from wijkkit.analysis.people import People


@dataclass(frozen=True, repr=False)
class Model(Result):
    """A fitted regression, see `wijkkit.estimates.survey_model`.

    `frame` has a row per term: ``term, value, se, lower, upper, t, p``; of a binomial model also
    ``odds_ratio, odds_ratio_lower, odds_ratio_upper``.

    `categories`: Respondents and answers in each category of the model: ``category, n, x``.
    """

    formula: str = ""
    fitted: ModelFit | None = field(default=None, repr=False)
    categories: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def facts(self) -> dict[str, Any]:
        """What the gate and the second person judge the model by."""
        fitted = self.fitted
        if fitted is None:
            return {}
        smallest, fewest = self.categories[["n", "fewest"]].min()
        return {
            "formula": self.formula,
            "n": fitted.n,
            "df": fitted.df,
            "smallest_category": float(smallest if len(self.categories) else fitted.n),
            "fewest_answers": float(fewest),
        }

    @property
    def shown(self) -> pd.DataFrame:
        """The terms with the estimate that people read: odds ratios of a binomial model."""
        ratios = [name for name in self.frame if name.startswith("odds_ratio")]
        return self.frame[["term", *(ratios or ["value", "lower", "upper"]), "p"]]

    plot = draw_terms
    sentence = model_sentence


def fit(
    people: People, formula: str, *, family: str = "gaussian", confidence: float = 0.95
) -> Model:
    """Fit a survey-weighted regression, ``outcome ~ predictors``.

    `people`: One with a missing value in the formula is left out. `formula`: Wilkinson's notation:
    ``sdq ~ ses + C(wave) + age:sex``. The reference of a grouping of the study is its first group,
    of another text the first in the alphabet. Raises EstimationError: The formula names no column
    or cannot be read; see `survey_model` for others.
    """
    study, frame, chosen = people.study, people.frame, people.chosen
    ordered = {
        grouping.column: pd.Categorical(frame[grouping.column], [g.id for g in grouping.groups])
        for grouping in study.groupings
        if grouping.column in frame
    }
    outcome, predictors, terms = _matrices(frame.assign(**ordered), formula)
    options: dict[str, Any] = {"family": family, "confidence": confidence}
    found = survey_model(outcome, predictors, wave_design(frame), **options)
    table = found.coefficients
    if family == "binomial":
        ratios = {"odds_ratio": "value", "odds_ratio_lower": "lower", "odds_ratio_upper": "upper"}
        table = table.assign(**{name: np.exp(table[old]) for name, old in ratios.items()})
    notes = {"family": family, "n": found.n, "df": found.df}
    notes |= {"among": chosen} if chosen else {}
    used = ~np.isnan(outcome) & ~predictors.isna().any(axis=1).to_numpy()
    categories = _categories(predictors[used], outcome[used], terms, family)
    none = pd.DataFrame()
    return Model("model", formula, ("term",), table, none, study, notes, formula, found, categories)


def _matrices(
    frame: pd.DataFrame, formula: str
) -> tuple[np.ndarray, pd.DataFrame, list[list[int]]]:
    """Return the outcome, the model matrix and the columns of each term; missing rows missing."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
        left, right = parsed.lhs, parsed.rhs
        needed = sorted(map(str, parsed.required_variables))
    except (FormulaicError, AttributeError, SyntaxError) as error:
        raise EstimationError(
            "not a formula",
            place="formula",
            found=formula,
            expected="outcome ~ predictor + predictor",
        ) from error
    absent = [name for name in needed if name not in frame]
    if absent:
        raise no_column(absent[0], frame, "formula")
    rows = frame.reset_index(drop=True)
    whole = rows.loc[rows[needed].notna().all(axis=1)]
    if whole.empty:
        raise EstimationError("nobody has a value in every column", place="formula", found=formula)
    outcome = left.get_model_matrix(whole)
    if outcome.shape[1] != 1:
        raise EstimationError("an outcome of one column is needed", place="formula", found=formula)
    matrix = right.get_model_matrix(whole)
    terms = [list(at) for at in matrix.model_spec.term_indices.values()]
    predictors = pd.DataFrame(matrix).astype(float)
    y = pd.Series(outcome.iloc[:, 0].astype(float), index=whole.index).reindex(rows.index)
    return y.to_numpy(), predictors.reindex(rows.index), terms


def _categories(
    predictors: pd.DataFrame, outcome: np.ndarray, terms: list[list[int]], family: str
) -> pd.DataFrame:
    """Return how many are in each category of the model, the reference of each term too."""
    rows = []
    for at in terms:
        part = predictors.iloc[:, at]
        if not part.isin([0.0, 1.0]).all(axis=None) or len(predictors) == 0:
            continue
        inside = {str(name): part[name].eq(1).to_numpy() for name in part}
        inside[f"reference of {', '.join(inside)}"] = part.eq(0).all(axis=1).to_numpy()
        for name, mask in inside.items():
            if mask.any():
                answers = outcome[mask]
                few = min(answers.sum(), len(answers) - answers.sum())
                rows.append((name, len(answers), few if family == "binomial" else np.nan))
    return pd.DataFrame(rows, columns=["category", "n", "fewest"])


def model_problems(facts: Mapping[str, Any], min_n: int, min_count: int) -> list[str]:
    """Return which rules for models a model does not meet.

    Residual degrees of freedom of at least 10, no category of fewer than `min_n` respondents, and
    in a binomial model none with fewer than `min_count` of either answer.

    >>> facts = {"df": 8.0, "smallest_category": 28.0, "fewest_answers": 12.0}
    >>> model_problems(facts, 30, 5)
    ['8 residual degrees of freedom, at least 10', 'a category of 28 respondents, at least 30']
    """
    found = []
    if not facts["df"] >= 10:
        found.append(f"{facts['df']:g} residual degrees of freedom, at least 10")
    if facts["smallest_category"] < min_n:
        found.append(f"a category of {facts['smallest_category']:g} respondents, at least {min_n}")
    if facts["fewest_answers"] < min_count:
        found.append(
            f"a category with {facts['fewest_answers']:g} of an answer, at least {min_count}"
        )
    return found
