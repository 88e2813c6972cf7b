"""What is known of a study's process: registry, interviews and released estimates, together."""

from __future__ import annotations

from datetime import date

import pandas as pd

from wijkkit.disclosure import policy_for
from wijkkit.evaluation.facts import Facts
from wijkkit.evaluation.process.people import shown_registry
from wijkkit.loaders import load_area_figures
from wijkkit.pipeline.estimation import StudyEstimates
from wijkkit.registry import open_registry, tables_for_release
from wijkkit.released import CityView, open_released
from wijkkit.study import Study


def registry_tables(study: Study) -> dict[str, pd.DataFrame]:
    """Return what a report may show of the registry; empty where the study keeps none.

    Rows of a wijk that is not in the study stay in the registry. Small target groups are
    absent; participants are shown as measures only.
    """
    settings = study.settings.registry
    kept_elsewhere = settings.url or settings.url_variable
    if not kept_elsewhere and not study.path(settings.path).is_file():
        return {}
    with open_registry(study) as registry:
        tables = shown_registry(tables_for_release(registry), policy_for(study))
    tables = {
        kind: table[table["wijk"].isin(study.neighbourhoods)].reset_index(drop=True)
        for kind, table in tables.items()
    }
    return tables | {"goals": _called_as_in_the_study(study, tables["goals"])}


def _called_as_in_the_study(study: Study, goals: pd.DataFrame) -> pd.DataFrame:
    """Return the goals of the wijken, those of the study under the name that the study gives them."""
    names = {goal.id: study.text(goal.label) for goal in study.goals}
    return goals.assign(name=goals["study_goal"].map(names).fillna(goals["name"]))


def facts_of(
    study: Study, scales: pd.DataFrame, estimates: StudyEstimates | CityView | None = None
) -> Facts:
    """Return what is known of the study's wijken; estimates are the released ones by default.

    Parameters
    ----------
    scales : DataFrame
        Changes of the key-figure scales.
    """
    if isinstance(estimates, CityView):
        names = ("estimates", "changes", "gaps", "goal_changes")
        tables = {name: estimates.table(name) for name in names}
        tables["area_figures"] = load_area_figures(study)
    elif estimates is not None:
        tables = {
            "estimates": estimates.estimates.table,
            "changes": estimates.changes,
            "gaps": estimates.gaps,
            "goal_changes": estimates.goal_changes,
            "area_figures": load_area_figures(study),
        }
    else:
        released = open_released(study)
        known = ("estimates", "changes", "gaps", "goal_changes", "area_figures")
        tables = {name: released.table(name) for name in known if name in released}
    return Facts(study, registry_tables(study), judged_on(study), **tables, scales=scales)


def judged_on(study: Study) -> date:
    """Return the day on which the process is judged: as the study says, or its last wave's end."""
    if study.settings.process.as_of is not None:
        return study.settings.process.as_of
    return study.waves[-1].end
