"""Earlier publications in a release: what they keep, and what this one would add to the ledger."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wijkkit.disclosure import Policy
from wijkkit.disclosure.derived import compared_cells, parts_of
from wijkkit.disclosure.earlier_figures import kept_figures
from wijkkit.disclosure.ledger import (
    About,
    Entry,
    entry_of,
    read_entries,
    read_entry,
    standing,
    write_entry,
)
from wijkkit.disclosure.policy import percent_step, score_step
from wijkkit.disclosure.rounding import Places
from wijkkit.disclosure.sample import Sample
from wijkkit.disclosure.tolerance import between
from wijkkit.errors import DisclosureError, Problem
from wijkkit.estimates.compare import sides
from wijkkit.files import write_whole
from wijkkit.pipeline.effect import require_same_arguments
from wijkkit.study import Study
from wijkkit.tables import ESTIMATE_KEYS, EVERYBODY

_FIGURE = ("value", "lower", "upper", "n", "step", "status", "method")
#: By how much a percentage that is public in whole points may differ from the estimate.
_PUBLIC = 0.5
#: Tables with an `outcome`: all that is concluded of an effect is kept or made anew together.
_OF_OUTCOMES = ("effects", "detectable", "effect_assumptions", "effect_conclusions")


@dataclass(frozen=True, slots=True)
class Correction:
    """A publication that the next one replaces, and why."""

    release: str
    reason: str


@dataclass(frozen=True)
class Earlier:
    """What earlier publications ask of a release.

    `entries`: The publications that stand, oldest first. `kept`: The cells that keep their figure,
    see `wijkkit.disclosure.earlier_figures.kept_figures`.
    """

    entries: tuple[Entry, ...]
    kept: pd.DataFrame = field(repr=False)
    correction: Correction | None = None

    def figures(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the estimates with the figures that are kept in their place."""
        at, out = Places(table).of(self.kept), table.copy()
        _put(out, at[at >= 0], self.kept.loc[at >= 0, list(_FIGURE)])
        return out

    def derived(
        self,
        kind: str,
        rows: pd.DataFrame,
        table: pd.DataFrame,
        comparable: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Return what is made of figures: of a kept figure as it was published, or not at all.

        A row is that of the latest publication in which each of its figures stood as it stands
        now. A slope is made of all groups, so of everybody as well as of the groups at its ends.
        """
        if self.kept.empty or rows.empty:
            return rows
        against = () if comparable is None else ("against",)
        keys = [name for name in (*ESTIMATE_KEYS, "unit", *against) if name in rows]
        at = (
            parts_of(rows, table)
            if comparable is None
            else compared_cells(rows, comparable, table)[0]
        )
        if kind == "slopes":
            everybody = rows.assign(group_by="", group=EVERYBODY)
            at = np.vstack([at, parts_of(everybody, table)])
        kept = np.zeros(len(table) + 1, bool)
        kept[Places(table).of(self.kept)] = True
        kept[-1] = False
        asked = np.flatnonzero(kept[at].any(axis=0))

        def stood(entry: Entry, left: np.ndarray) -> np.ndarray:
            return self._standing_in(entry, table)[at[:, left]].all(axis=0)

        return self._as_published(kind, rows, keys, asked, stood)

    def _as_published(
        self,
        name: str,
        rows: pd.DataFrame,
        keys: Sequence[str],
        asked: np.ndarray,
        stood: Callable[[Entry, np.ndarray], Any] = lambda entry, left: True,
    ) -> pd.DataFrame:
        """Return rows with those at the places `asked` as they were last published.

        Where no publication has a row, or only ones in which it had not `stood`, it is absent.
        """
        out, left = rows.copy(), asked
        for entry in reversed(self.entries):
            if name in entry.tables:
                then = entry.tables[name]
                place = self._place(then, rows.iloc[left], keys)
                good = (place >= 0) & stood(entry, left)
                _put(out, left[good], then.iloc[place[good]])
                left = left[~good]
        _hide(out, left)
        return out

    def _standing_in(self, entry: Entry, table: pd.DataFrame) -> np.ndarray:
        """Return which cells are as the publication had them; one more, False, for none."""
        then = entry.tables["estimates"]
        there = self._place(then, table, ESTIMATE_KEYS)
        same = there >= 0
        for name in ("value", "status"):
            now, before = table[name].to_numpy(object), then[name].to_numpy(object)[there]
            same &= (now == before) | (pd.isna(now) & pd.isna(before))
        return np.append(same, False)

    def _place(self, then: pd.DataFrame, rows: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
        """Return the place of rows in a published table: by their names, or those of kept figures."""
        found, renamed = Places(then, keys), rows.copy()
        for name in {"indicator", "area"} & set(keys):
            was = self.kept[self.kept["turned"].ne(True)].groupby(name)[f"was_{name}"].first()
            renamed[name] = rows[name].map(lambda one, was=dict(was): was.get(one, one))
        at = found.of(rows)
        return np.where(at >= 0, at, found.of(renamed))

    def baseline(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Return who took part and how alike the arms were: of a wave with kept figures as
        published.

        These count respondents themselves, so few that came or went would show in them.
        """
        waves = self.kept.loc[self.kept["area_level"].eq("city"), "wave"].unique()
        out = dict(tables)
        for name, rows in tables.items():
            if {"wave", "status"} <= set(rows):
                keys = [o for o in rows if rows[o].dtype.kind not in "fiub" and o != "status"]
                asked = np.flatnonzero(rows["wave"].isin(waves))
                out[name] = self._as_published(name, rows, keys, asked)
        return out

    def outcomes(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Return the tables of the effect: of an outcome with a kept figure as published.

        An effect is estimated from all respondents of both waves, so one that differs in few of
        them is kept where any of its figures for the arms is.
        """
        arms = self.kept[self.kept["area_level"].isin(["arm", "city"])]
        names = arms.groupby("indicator")[["was_indicator", "turned"]].first()
        if names.empty:
            return dict(tables)
        require_same_arguments(tables, [entry.tables for entry in self.entries])
        made = {
            name: _outcomes_as_published(name, tables[name], names, self.entries)
            for name in _OF_OUTCOMES
        }
        return {**tables, **made}


def _put(out: pd.DataFrame, at: np.ndarray, found: pd.DataFrame) -> None:
    if "verdict" in out and "verdict" not in found:
        # Published before verdicts were: what its limits said.
        found = found.assign(verdict=sides(found["lower"], found["upper"]))
    for name in out:
        if name in found:
            values = out[name].to_numpy(copy=True)
            values[at] = found[name].to_numpy()
            out[name] = values


def _hide(out: pd.DataFrame, at: np.ndarray) -> None:
    at = at[out["status"].to_numpy(object)[at] == "ok"]
    absent: dict[str, Any] = dict.fromkeys(
        (name for name in out if out[name].dtype.kind == "f"), np.nan
    )
    absent |= {"status": "hidden"} | ({"verdict": "unknown"} if "verdict" in out else {})
    for name, value in absent.items():
        out.iloc[at, out.columns.get_loc(name)] = value


def _outcomes_as_published(
    name: str, rows: pd.DataFrame, names: pd.DataFrame, entries: tuple[Entry, ...]
) -> pd.DataFrame:
    """Return a table of the effect in which kept outcomes are as they were last published."""
    last = next((e.tables[name] for e in reversed(entries) if name in e.tables), rows.iloc[:0])
    numbers = {one: np.nan for one in rows if rows[one].dtype.kind == "f"}
    hidden = {one: "hidden" for one in ("status", "reason") if one in rows}
    parts = []
    for outcome in dict.fromkeys([*rows["outcome"], *names.index]):
        part = rows[rows["outcome"].eq(outcome)]
        if outcome in names.index:
            was = names.loc[outcome]
            found = last[last["outcome"].eq(was["was_indicator"]) & (not was["turned"])]
            # Of what is concluded no number alone is left out.
            absent = part.assign(**numbers, **hidden) if hidden else part.iloc[:0]
            part = found.assign(outcome=outcome)[list(rows)] if len(found) else absent
        parts += [part] if len(part) else []
    return pd.concat(parts or [rows.iloc[:0]], ignore_index=True)


def earlier_of(study: Study, sample: Sample, policy: Policy) -> Earlier:
    """Return what the publications in the study's ledgers ask of a release of this sample.

    A ledger that is damaged or not complete is a `DisclosureError`.
    """
    correction = correction_of(study)
    entries = standing(read_entries(study.ledgers))
    if correction is not None:
        entries = [one for one in entries if one.about.release != correction.release]
    kept = kept_figures(sample, entries, policy.min_count)
    return Earlier(tuple(entries), kept, correction)


_PUBLIC_KEYS = [name for name in ESTIMATE_KEYS if name != "area_level"]


def public_figures(study: Study, policy: Policy) -> dict[str, pd.DataFrame]:
    """Return each file of figures that are public already; DisclosureError: it cannot be read."""
    found = {}
    for name in policy.published_elsewhere:
        try:
            rows = pd.read_csv(study.folder / name, dtype=dict.fromkeys(_PUBLIC_KEYS, str))
            if absent := [o for o in ("indicator", "area", "wave", "value") if o not in rows]:
                raise ValueError(f"no column {', '.join(absent)} in {', '.join(rows)}")
            rows = rows.assign(group_by=rows.get("group_by"), group=rows.get("group"))
            rows = rows.fillna({"group_by": "", "group": EVERYBODY})
            found[name] = rows[[*_PUBLIC_KEYS, "value"]].astype({"value": float})
        except (OSError, ValueError) as error:
            raise DisclosureError(
                "figures that are public already cannot be read",
                file=name,
                place="disclosure.published_elsewhere",
                found=getattr(error, "strerror", None) or str(error),
                expected="a CSV file beside study.yml, with commas between the columns indicator, "
                "area, wave, value and a point in decimals",
                remedy="Correct the file, or its name in study.yml.",
            ) from error
    return found


def known_elsewhere(study: Study, exact: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the cells of which the figure is public already: known to anyone, and shown.

    `policy`: Its `published_elsewhere` names CSV files, beside study.yml, with columns ``indicator,
    area, wave, value`` and where there are groups ``group_by, group``. The key columns, ``status,
    step`` and `then`: NaN, a figure of these answers themselves. Raises DisclosureError: A file
    cannot be read, or a figure in it is not one of this study's: another cell, or more than half a
    point, of a score half a decimal, beside the estimate.
    """
    parts, problems = [], []
    score = exact["unit"].eq("score").to_numpy()
    exact = exact.assign(step=np.where(score, score_step(policy), percent_step(policy)))
    room = np.where(score, score_step(policy) / 2, _PUBLIC)
    for name, rows in public_figures(study, policy).items():
        at, value = Places(exact, _PUBLIC_KEYS).of(rows), rows["value"].to_numpy(float)
        own = np.where(at >= 0, exact["value"].to_numpy(float)[at], np.nan)
        for row in np.flatnonzero(~between(value - own, -room[at], room[at])):
            which = ", ".join(filter(None, rows.loc[row, _PUBLIC_KEYS]))
            problems.append(
                Problem(
                    "another value than this study has"
                    if at[row] >= 0
                    else "no figure of this study",
                    file=name,
                    place=f"line {row + 2}",
                    found=f"{which}: {value[row]:g}",
                    expected="a key of the study in each column, and its value: a percentage in whole "
                    f"points, a score in {policy.score_decimals} decimals",
                    remedy="Leave out what is not the same figure.",
                )
            )
        parts.append(exact.iloc[at[at >= 0]][[*ESTIMATE_KEYS, "step"]])
    DisclosureError.raise_for(problems)
    known = pd.concat(parts) if parts else exact.iloc[:0][[*ESTIMATE_KEYS, "step"]]
    return known.drop_duplicates().assign(status="ok", then=np.nan)


def named_sample(study: Study, sample: Sample) -> Sample:
    """Return the sample with a name for each respondent that a file without ids gives as well.

    A file that names no respondents has its rows known by what stands in them, so that a row that
    is taken out does not rename those below it.
    """
    people = sample.people
    named = "respondent" in study.codebook.columns
    if named or "respondent" not in people or not len(people):
        return sample
    columns = [name for name in study.codebook.columns if name in people]
    cells = people[["wave", *columns]].astype(object)
    content = cells.where(cells.notna(), "").astype(str).agg("\x1f".join, axis=1)
    again = content.groupby(content).cumcount().astype(str)
    return replace(sample, people=people.assign(respondent=content + "\x1f" + again))


def correction_of(study: Study) -> Correction | None:
    """Return the publication that the study is about to replace."""
    path = correction_file(study)
    if not path.is_file():
        return None
    try:
        return Correction(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise DisclosureError(
            "the note of what is corrected is damaged",
            file=path.name,
            found=type(error).__name__,
            remedy="Remove it, and give the command with --corrects again.",
        ) from error


def correct(study: Study, correction: Correction) -> None:
    """Note that the next release replaces a publication; the next run keeps nothing of it."""
    write_whole(correction_file(study), json.dumps(asdict(correction), ensure_ascii=False))


def correction_file(study: Study) -> Path:
    return study.runs / "corrects.json"


def prepare(
    study: Study, sample: Sample, earlier: Earlier, tables: Mapping[str, pd.DataFrame]
) -> None:
    """Keep what a publication of these tables would add to the ledger; it binds nobody."""
    if not study.settings.sources.survey:
        return
    correction = earlier.correction or Correction("", "")
    title, salt, units = study.text(study.settings.title), secrets.token_hex(16), dict(sample.units)
    about = About("", "", title, "", "", salt, units, correction.release, correction.reason)
    estimates = tables["estimates"]
    first = np.full(len(estimates), "", dtype=object)
    at = Places(estimates).of(earlier.kept)
    first[at[at >= 0]] = earlier.kept["first"].to_numpy(object)[at >= 0]
    held = {name: table for name, table in tables.items() if name != "comparable"}
    held["estimates"] = estimates.assign(first=first.astype(str))
    folder = prepared_folder(study)
    shutil.rmtree(folder, ignore_errors=True)
    write_entry(folder, entry_of(about, sample, held))


def prepared(study: Study) -> Entry:
    """Return what a publication of the released tables would add to the ledger.

    That none was prepared, or for other tables than these, is a `DisclosureError`.
    """
    folder = prepared_folder(study)
    if not folder.is_dir():
        raise _other("nothing was prepared for the ledger", "no folder")
    entry = read_entry(folder)
    for name, table in entry.tables.items():
        path = study.runs / "released" / f"{name}.parquet"
        there = pd.read_parquet(path) if path.is_file() else pd.DataFrame()
        mine = table.drop(columns="first", errors="ignore")
        if not there.equals(mine):
            raise _other("the released tables are not those that were prepared", name)
    return entry


def prepared_folder(study: Study) -> Path:
    return study.runs / "prepared"


def _other(what: str, found: str) -> DisclosureError:
    return DisclosureError(
        what, file="runs/prepared", found=found, remedy="Run the study again: wijkkit run."
    )
