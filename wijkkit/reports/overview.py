"""The list of reports on the index page: per wijk a link, its place in the study, its status."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from wijkkit.language import text
from wijkkit.reports.runs import CITY, States
from wijkkit.study import Study

COLUMNS = ("wijk", "district", "arm", "status", "files")


def overview_notebook(
    study: Study, states: States, files: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Return a notebook with one labelled table, ``tbl-rapporten``, for the index page."""
    language = study.language
    heads = [text(f"reports.overview.{column}", language) for column in COLUMNS]
    hoods = [
        (hood.wijk, hood.name, hood.district, text(f"reports.arm.{hood.arm}", language))
        for hood in study.neighbourhoods.values()
    ]
    city = (CITY, study.settings.city.name, "", text("reports.arm.city", language))
    rows = [
        _row(*about, _status(about[0], states, language), files.get(about[0], ()))
        for about in (city, *hoods)
    ]
    table = _table(heads, rows)
    output = {
        "output_type": "display_data",
        "data": {"text/html": table},
        "metadata": {"wijkkit": {"caption": text("reports.overview.caption", language)}},
    }
    cell = {"cell_type": "code", "source": "#| label: tbl-rapporten", "outputs": [output]}
    return {"cells": [cell]}


def _row(
    stem: str, name: str, district: str, arm: str, status: str, files: tuple[str, ...]
) -> tuple[str, ...]:
    links = [f'<a href="{file}">{file.rpartition(".")[2].upper()}</a>' for file in files]
    return (
        f'<a href="{stem}.html">{html.escape(name)}</a>',
        html.escape(district),
        arm,
        html.escape(status),
        " ".join(links),
    )


def _status(scope: str, states: States, language: str) -> str:
    own = {name: state for (where, name), state in states.items() if where == scope}
    failed = [
        f"{name} ({state.message})" if state.message else name
        for name, state in own.items()
        if state.status != "ok"
    ]
    if failed:
        return text("reports.overview.failed", language, notebooks=", ".join(failed))
    return text("reports.overview.complete" if own else "reports.overview.missing", language)


def _table(heads: list[str], rows: list[tuple[str, ...]]) -> str:
    used = [i for i in range(len(heads)) if any(row[i] for row in rows)]
    head = "".join(f'<th scope="col">{html.escape(heads[i])}</th>' for i in used)
    body = "".join("<tr>" + "".join(f"<td>{row[i]}</td>" for i in used) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
