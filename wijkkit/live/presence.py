"""Who was at a meeting: each partner who took part on that day, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from wijkkit.registry import Registry
from wijkkit.registry.workbook_layout import next_keys

#: The name of a partner's answer in the form begins with this.
PREFIX = "presence-"


@dataclass(frozen=True, slots=True)
class Asked:
    """One partner, and the answer: present, excused, absent or nothing."""

    key: str
    name: str
    answer: str


def asked(registry: Registry, wijk: str, meeting: str, day: object) -> list[Asked]:
    """Return the partners who took part on a day, and who was registered for the meeting."""
    stored = _stored(registry, wijk, meeting)
    rows = registry.table("stakeholders", wijk)
    at = pd.to_datetime(day, errors="coerce") if day else pd.NaT
    there = pd.Series(True, rows.index)
    if not pd.isna(at):
        there = ~(rows["start"].gt(at) | rows["end"].lt(at))
    there |= rows["key"].isin(stored.index)
    person = rows["person"].fillna("")
    names = rows["organisation"].where(person.eq(""), rows["organisation"] + " – " + person)
    return [
        Asked(key, name, stored["presence"].get(key, ""))
        for key, name in zip(rows["key"][there], names[there], strict=True)
    ]


def presence_rows(
    registry: Registry, wijk: str, meeting: str, answers: Mapping[str, str]
) -> list[tuple[str, dict[str, object]]]:
    """Return the rows of attendance that the answers change; an answer taken back removes one."""
    stored = _stored(registry, wijk, meeting)
    new = [key for key in answers if key not in stored.index and answers[key]]
    taken = set(registry.history("attendance", wijk)["key"])
    keys = dict(zip(new, next_keys("W", taken, len(new)), strict=True))
    rows: list[tuple[str, dict[str, object]]] = []
    for partner, answer in answers.items():
        was = stored.loc[partner] if partner in stored.index else None
        if answer == ("" if was is None else was["presence"]):
            continue
        row: dict[str, object] = {"meeting": meeting, "stakeholder": partner, "presence": answer}
        if was is None:
            rows.append(("attendance", {**row, "key": keys[partner]}))
        else:
            kept = {"key": was["key"], "version": int(was["version"]), "remove": not answer}
            rows.append(("attendance", {**row, **kept}))
    return rows


def _stored(registry: Registry, wijk: str, meeting: str) -> pd.DataFrame:
    rows = registry.table("attendance", wijk)
    return rows[rows["meeting"].eq(meeting)].set_index("stakeholder")
