"""How the programme was carried out, as tidy frames: interventions, steps, logic model, wijken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from wijkkit.evaluation.explanations.explain import explanation_rows
from wijkkit.language import listed, text

if TYPE_CHECKING:
    from wijkkit.released.views import CityView, WijkView

#: Measures of an intervention or a wijk, in the order of a reader.
MEASURES = (
    *("reach_of_plan", "low_ses_reached", "adoption", "dose", "frequency", "quality"),
    "maintenance",
)
#: The network and its domains together.
_ALL_DOMAINS = "all"
_GOALS = ("goal", "second_goal", "third_goal")


def of_programme(view: CityView, name: str) -> pd.DataFrame:
    """Return the rows of a released table that are about the programme's wijken."""
    table = view.table(name)
    return table[table["wijk"].isin(view.programme)].reset_index(drop=True)


def interventions(view: WijkView) -> pd.DataFrame:
    """Return one row per intervention: what it is, which goals it works on, sessions ``planned``
    and ``done``, and each of `MEASURES` (0-100) with its status.
    """
    table, goals = view.own("interventions"), view.goals()
    registered = view.own("goals")
    keys = dict(
        zip(registered["key"], registered["study_goal"].fillna(registered["key"]), strict=True)
    )
    names = dict(zip(goals["goal"], goals["label"], strict=True))
    rows = table.assign(
        goals=[
            "; ".join(dict.fromkeys(names[keys[key]] for key in row if keys.get(key) in names))
            for row in table[list(_GOALS)].itertuples(index=False)
        ]
    )
    measured = view.own("implementation")
    rows = rows.merge(_sessions(measured), left_on="key", right_index=True, how="left")
    for measure in MEASURES:
        mine = measured[measured["measure"].eq(measure)].set_index("intervention")
        rows[measure] = rows["key"].map(mine["value"])
        rows[f"{measure}_status"] = rows["key"].map(mine["status"]).fillna("not_registered")
    return rows


def _sessions(measured: pd.DataFrame) -> pd.DataFrame:
    """Return planned and held sessions per intervention, with why they are not known."""
    dose = measured[measured["measure"].eq("dose")].set_index("intervention")
    found = dose[["numerator", "denominator", "status"]]
    return found.set_axis(["done", "planned", "sessions_status"], axis=1)


def measures(view: CityView) -> pd.DataFrame:
    """Return every measure of implementation: of this wijk's interventions, or of each wijk.

    ``name, measure, value, lower, upper, unit, numerator, denominator, status``. A quality stands in
    whole numbers, as the release rounds it: its unit is that of a count.
    """
    if view.is_wijk:
        return _whole(view.own("implementation"))
    table = _whole(of_programme(view, "implementation_by_wijk"))
    if table["status"].eq("not_registered").all():
        return table.head(0).assign(name="")
    names = [view.study.neighbourhood(wijk).name for wijk in table["wijk"]]
    return table.assign(name=names)


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    return table.replace({"unit": {"score": "count"}})


def steps(view: CityView) -> pd.DataFrame:
    """Return the six steps of the last round: of this wijk, or of every wijk with the programme."""
    table = view.own("pace") if view.is_wijk else of_programme(view, "pace")
    if not_kept(view) and table["planned_end"].isna().all():
        table = table.head(0)
    last = table.groupby("wijk")["cycle"].transform("max")
    table = table[table["cycle"].eq(last)].reset_index(drop=True)
    # What was written down later than the day on which the process is judged is not known then.
    for column in ("actual_start", "actual_end"):
        table[column] = table[column].where(table[column] <= table["as_of"])
    late = table["against_plan"].isin(["late", "overdue"])
    return table.assign(
        name=[view.study.neighbourhood(wijk).name for wijk in table["wijk"]],
        label=[f"{step} {text(f'process.step.{step}', view.language)}" for step in table["step"]],
        mark=table["state"].where(~late, table["state"] + "_late"),
    )


def not_kept(view: CityView) -> bool:
    """Return whether nothing at all is registered of any wijk: the study keeps no registry."""
    registered = view.table("pace_by_wijk")["registered"].gt(0).any()
    return not registered and view.table("interventions").empty


def network(view: CityView) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who met whom, and the place of each organisation; of the city the busiest wijk."""
    ties, places = of_all_domains(view, "network"), of_all_domains(view, "centrality")
    counts = places.groupby("wijk")["attended"].sum()
    wijk = view.place[0] if view.is_wijk else counts.idxmax() if len(counts) else ""
    return tuple(table[table["wijk"].eq(wijk)].reset_index(drop=True) for table in (ties, places))  # type: ignore[return-value]


def of_all_domains(view: CityView, name: str) -> pd.DataFrame:
    """Return the rows of a network table over all domains together."""
    table = view.table(name)
    return table[table["domain"].eq(_ALL_DOMAINS)]


def elements(view: CityView) -> pd.DataFrame:
    """Return the elements of the logic model with their state; of the city over all wijken.

    `wijken` says in how many wijken an element has that state, in the city's frame.
    """
    if view.is_wijk:
        return where_it_runs(view, view.own("elements"))
    return _together(of_programme(view, "elements"), ["box", "element"], "state")


def assumptions(view: CityView) -> pd.DataFrame:
    """Return the assumptions of the logic model with what the data say of each."""
    if view.is_wijk:
        return where_it_runs(view, view.own("assumptions"))
    return _together(of_programme(view, "assumptions"), ["assumption"], "verdict")


def where_it_runs(view: CityView, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table that is about the programme; of another wijk none of its rows."""
    runs = view.place[0] in view.programme if view.is_wijk else bool(view.programme)
    return table if runs else table.head(0)


def _together(table: pd.DataFrame, keys: list[str], judged: str) -> pd.DataFrame:
    """Return one row per key: what is judged in all wijken alike, or that it differs."""
    groups = table.groupby(keys, sort=False)[judged]
    same = groups.transform("nunique").eq(1)
    counts = groups.transform("count")
    each = table.assign(**{judged: table[judged].where(same, "differs"), "wijken": counts})
    return each.drop_duplicates(keys).reset_index(drop=True)


def side_by_side(view: CityView) -> pd.DataFrame:
    """Return the programme's wijken next to each other on goals, implementation and pace."""
    return view.table("side_by_side")


def choice(view: WijkView) -> pd.DataFrame:
    """Return the candidate interventions in order, with their score (0-100) and what runs already.

    A comparison wijk has none: advice on the programme's interventions would change what it is
    compared for.
    """
    table = view.own("choice").sort_values("rank", kind="stable")
    if view.wijk.arm == "comparator":
        table = table.head(0)
    interventions = view.own("interventions")
    runs = interventions.loc[interventions["status"].eq("running"), "catalogue"]
    return table.assign(
        score=100 * table["weighted_sum"],
        first_share=table["first"],
        running=table["intervention"].isin(runs),
    ).reset_index(drop=True)


def choice_scores(view: WijkView) -> pd.DataFrame:
    """Return the score (0-100) of each candidate on each criterion, with the reason."""
    ranking, scores = choice(view), view.own("choice_scores")
    scores = scores.assign(score=100 * scores["score"])
    columns = ["intervention", "criterion", "weight", "score", "reason"]
    return ranking[["intervention", "name", "rank"]].merge(scores[columns], on="intervention")


def profile(view: WijkView) -> pd.DataFrame:
    """Return area figures of this wijk and of the municipality: a row per figure, period and area."""
    table = view.table("area_figures")
    own = table[table["area"].eq(view.slug) & table["area_level"].eq("wijk")]
    city = table[table["area_level"].eq("city") & table["figure"].isin(own["figure"])]
    labels = dict(zip(own["figure"], own["label"], strict=True))
    rows = pd.concat([own, city], ignore_index=True).drop_duplicates(
        ["area", "area_level", "figure", "period"]
    )
    names = rows["area_level"].map({"wijk": view.name, "city": view.study.settings.city.name})
    place = names + " " + rows["period"]
    return rows.assign(name=names, place=place, label=rows["figure"].map(labels))


def borders(view: CityView) -> pd.DataFrame:
    """Return the borders of the wijken with `role` (own, programme, comparator, other) and `page`.

    `page` is that of the wijk's report; empty for a wijk that is not in the study.
    """
    table = view.table("borders")
    table = table[table["area_level"].eq("wijk")].reset_index(drop=True)
    arms = view.study.arms
    roles = table["area"].map(arms).replace("none", "other").fillna("other")
    if view.is_wijk:
        roles = table["area"].eq(view.place[0]).map({True: "own", False: "other"})
    districts = {
        wijk: neighbourhood.district for wijk, neighbourhood in view.study.neighbourhoods.items()
    }
    pages = {wijk: f"{wijk}.html" for wijk in view.study.neighbourhoods}
    return table.assign(
        role=roles,
        district=table["area"].map(districts).fillna(""),
        page=table["area"].map(pages).fillna(""),
    )


def not_on_the_map(view: CityView, borders: pd.DataFrame) -> str:
    """Name the wijken of which there are no borders."""
    there = set(borders["area"])
    wijken = [one.name for wijk, one in view.study.neighbourhoods.items() if wijk not in there]
    named = listed(wijken, view.language)
    return text("show.map.absent", view.language, names=named) if wijken else ""


def explanations(view: CityView) -> pd.DataFrame:
    """Return every explanation with its verdict and what that rests on, in words.

    Those beyond their threshold come first (`plays`; the sentences say what those rest on), those
    within it last. What the study has no data on is left out: the sentences name it.
    """
    order = ("plays", "undecided", "cannot_be_judged", "within")
    table = where_it_runs(view, view.table("explanations"))
    table = table[table["verdict"].ne("cannot_be_judged") | table["evidence"].ne("none")]
    table = table.sort_values("verdict", key=lambda column: column.map(order.index), kind="stable")
    return explanation_rows(view.study, table).assign(plays=table["verdict"].eq("plays").to_numpy())


def key_figures(view: CityView) -> pd.DataFrame:
    """Return each scale of the key figures by arm and wave, with its reliability.

    ``label, arm, wave, column`` (arm and wave in words), the number (``value`` is the mean) and
    ``alpha, lowest_alpha`` (of the scale's waves and arms), ``n, wijken``.
    """
    table = view.table("key_figures").rename(columns={"mean": "value"})
    arms = [text(f"show.key_figures.arm.{arm}", view.language) for arm in table["arm"]]
    columns = [f"{arm}, {wave}" for arm, wave in zip(arms, table["wave"], strict=True)]
    lowest = table.groupby("label")["alpha"].transform("min")
    return table.assign(unit="score", column=columns, lowest_alpha=lowest)


def interviews(view: CityView, by_role: bool = False) -> pd.DataFrame:
    """Return in how many group interviews each subject was mentioned, by arm and wave.

    With `by_role` by the role of who spoke (partners, parents, young people) as well.
    """
    table = view.table("interview_codes")
    table = table[table["role"].ne("all") if by_role else table["role"].eq("all")]
    most = table.groupby("code")["groups"].sum()
    # As everywhere, the programme comes before what it is compared with.
    table = table.sort_values("arm", ascending=False, kind="stable")
    table = table.sort_values("code", key=lambda codes: -codes.map(most), kind="stable")
    arms = [text(f"show.area.{arm}", view.language) for arm in table["arm"]]
    return table.assign(
        column=[f"{arm}, {wave}" for arm, wave in zip(arms, table["wave"], strict=True)],
        mentioned=[
            text("show.interviews.of", view.language, groups=row.groups, of=row.of)
            for row in table.itertuples()
        ],
    )
