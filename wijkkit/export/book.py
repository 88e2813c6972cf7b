"""The tables book of one area: rows by theme and question, columns by meeting and group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from wijkkit.estimates.compare import CLEAR
from wijkkit.export.rows import CITY, REFERENCE, Labels
from wijkkit.language import absence, day, interval, number, text
from wijkkit.released import Released
from wijkkit.show.values import shown_value
from wijkkit.study import Study
from wijkkit.tables import EVERYBODY

#: The marks of a figure that is clearly higher, and lower, than what it is compared with.
MARKS = ("▲", "▼")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: an area in a wave, everybody or one group."""

    area: str
    wave: str
    group_by: str = ""
    group: str = EVERYBODY


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a book, or the word for why it is absent.

    `value`, `lower`, `upper`: Absent together. `n`: Respondents the number rests on. `step`: What
    the number is rounded to. `words`: The number, or the reason of its absence, as a reader sees
    it. `mark`: How everybody differs clearly from all wijken of the study, or an end of an ordered
    grouping from the other end; empty where it does not.
    """

    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    step: float
    words: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """The released estimates of one area.

    `area`: Slug of a wijk, or ``city``. `columns`: Blocks from left to right: the area per wave with
    its groups and then its total, then all wijken of the study per wave, then each population above
    it. `themes`: Keys of indicators by theme.
    """

    title: str
    area: str
    labels: Labels
    columns: tuple[Column, ...]
    themes: Mapping[str, list[str]]
    cells: Mapping[tuple[str, Column], Cell]

    @property
    def study(self) -> Study:
        return self.labels.study

    def cell(self, indicator: str, column: Column) -> Cell:
        """Return a cell; one that says so where there are no data."""
        absent = Cell(None, None, None, None, 1.0, shown_value(None, self.study.language))
        return self.cells.get((indicator, column), absent)


def book_of(study: Study, released: Released, area: str) -> Book:
    """Return the tables book of a wijk, or of the city, from the released tables.

    >>> import wijkkit as wk
    >>> study = wk.open_study("parameters")
    >>> book = book_of(study, wk.open_city(study).released, "ankerveld")
    >>> book.title, len(book.columns)
    ('Tabellenboek Ankerveld', 14)
    """
    labels = Labels(study)
    estimates = released.table("estimates")
    if "references" in released:
        above = released.table("references")
        estimates = pd.concat([estimates, above.assign(area=REFERENCE + above["area"])])
    columns = _columns(study, area, estimates)
    marks = _whole_marks(study, released, area) | _group_marks(study, released)
    cells = {}
    for row in estimates.to_dict("records"):
        column = Column(row["area"], row["wave"], row["group_by"], row["group"])
        if column in columns:
            key = row["indicator"], column
            cells[key] = _cell(row, study.language, marks.get(key, ""))
    title = text("export.book", study.language, area=labels.area(area))
    return Book(title, area, labels, columns, labels.themes(), cells)


def _columns(study: Study, area: str, estimates: pd.DataFrame) -> tuple[Column, ...]:
    """Return the columns of a book: those of which there is any row."""
    keys = estimates[["area", "wave", "group_by", "group"]].drop_duplicates()
    there = {Column(*row) for row in keys.itertuples(index=False)}
    groups = [(item.id, part.id) for item in study.groupings for part in item.groups]
    wanted = []
    for wave in study.waves:
        wanted += [Column(area, wave.id, *group) for group in groups]
        wanted.append(Column(area, wave.id))
    above = [f"{REFERENCE}{reference.id}" for reference in study.settings.references]
    for place in ([] if area == CITY else [CITY]) + above:
        wanted += [Column(place, wave.id) for wave in study.waves]
    return tuple(column for column in wanted if column in there)


#: Marks by indicator and column.
_Marks = dict[tuple[str, Column], str]


def _whole_marks(study: Study, released: Released, area: str) -> _Marks:
    """Return how the area differs clearly from all wijken, everybody in it together."""
    if area == CITY or "comparisons" not in released:
        return {}
    rows = released.table("comparisons")
    rows = rows[rows["area"].eq(area) & rows["against"].eq("city")]
    found: _Marks = {}
    for row in rows[rows["verdict"].isin(["better", "worse"])].itertuples():
        more_is_better = study.indicators[row.indicator].direction == "higher"
        lower = (row.verdict == "better") != more_is_better
        found[row.indicator, Column(area, row.wave)] = MARKS[lower]
    return found


def _group_marks(study: Study, released: Released) -> _Marks:
    """Return which of the two ends of an ordered grouping scores clearly higher than the other."""
    if "gaps" not in released:
        return {}
    ends = {
        (item.id, f"{item.groups[0].id}-{item.groups[-1].id}"): (item.groups[0], item.groups[-1])
        for item in study.groupings
        if item.groups
    }
    rows = released.table("gaps")
    found: _Marks = {}
    for row in rows[rows["verdict"].isin(CLEAR)].itertuples():
        marks = MARKS if row.verdict == "higher" else MARKS[::-1]
        for mark, end in zip(marks, ends.get((row.group_by, row.group), ()), strict=False):
            found[row.indicator, Column(row.area, row.wave, row.group_by, end.id)] = mark
    return found


def _cell(row: Mapping[str, Any], language: str, mark: str) -> Cell:
    words = shown_value(row, language)
    if row["status"] != "ok" or pd.isna(row["value"]):
        return Cell(None, None, None, None, 1.0, words)
    value, lower, upper, n, step = (
        None if pd.isna(row.get(name)) else float(row[name])
        for name in ("value", "lower", "upper", "n", "step")
    )
    return Cell(value, lower, upper, None if n is None else int(n), step or 1.0, words, mark)


# How to read a tables book: what stands in it, what is absent and why, and how it was asked.

_REASONS = ("hidden", "too_few", "not_asked", "missing")


def reading(book: Book) -> list[tuple[str, str]]:
    """Return heads and texts, in the language of the study."""
    labels, language, study = book.labels, book.study.language, book.study
    parts: dict[str, dict[str, object]] = {
        "what": {"study": study.text(study.settings.title)},
        "numbers": {},
        "mark": {"higher": MARKS[0], "lower": MARKS[1], "city": labels.city},
        "city": {"city": labels.city, "wijken": len(study.neighbourhoods)},
    }

    def said(key: str, **words: object) -> str:
        return text(f"export.reading.{key}", language, **words)

    rows = [(said(key), said(f"{key}_text", **words)) for key, words in parts.items()]
    rows += [(absence(key, language), said(f"{key}_text")) for key in _REASONS]
    rows += [
        (labels.wave(wave.id), f"{day(wave.start, language)} – {day(wave.end, language)}")
        for wave in study.waves
    ]
    keys = [key for indicators in book.themes.values() for key in indicators]
    return [*rows, *((labels.indicator(key), labels.about(key)) for key in keys)]


# A tables book as HTML: a table per question, with heads that a screen reader follows.


def book_page(book: Book) -> str:
    """Return the body of a page with the tables of a book, without headings above its own.

    HTML: per theme a heading, per question a table with a caption. Its rows are the groups, its
    columns per area and wave the number, its margin and the respondents.

    >>> import wijkkit as wk
    >>> from wijkkit.export.book import book_of
    >>> view = wk.open_city("parameters")
    >>> book = book_of(view.study, view.released, "ankerveld")
    >>> len(book.themes), book_page(book).count("<section>")
    (4, 5)
    """
    parts = []
    for count, (theme, indicators) in enumerate(book.themes.items(), start=1):
        parts.append(f'<section><h2 id="thema-{count}">{escape(theme)}</h2>')
        parts += [_table(book, indicator) for indicator in indicators]
        parts.append("</section>")
    heads = "".join(
        f"<dt>{escape(head)}</dt><dd>{escape(words)}</dd>" for head, words in reading(book)
    )
    title = escape(text("export.reading.sheet", book.study.language))
    parts.append(f'<section><h2 id="lezen">{title}</h2><dl>{heads}</dl></section>')
    return "\n".join(parts)


def _table(book: Book, indicator: str) -> str:
    labels, language = book.labels, book.study.language
    blocks = list(dict.fromkeys((column.area, column.wave) for column in book.columns))
    groups = list(dict.fromkeys((column.group_by, column.group) for column in book.columns))
    first = "".join(
        f'<th scope="colgroup" colspan="3">{escape(f"{labels.area(area)} {labels.wave(wave)}")}</th>'
        for area, wave in blocks
    )
    heads = [text(f"export.column.{key}", language) for key in ("value", "margin", "n")]
    second = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads) * len(blocks)
    rows = ""
    for group_by, group in groups:
        name = labels.group(group_by, group)
        name = f"{labels.group_by(group_by)}: {name}" if group_by else name
        cells = (_cells(book, indicator, Column(*block, group_by, group)) for block in blocks)
        rows += f'<tr><th scope="row">{escape(name)}</th>{"".join(cells)}</tr>'
    caption, about = escape(labels.indicator(indicator)), escape(labels.about(indicator))
    columns = "<colgroup><col></colgroup>" + '<colgroup span="3"></colgroup>' * len(blocks)
    return (
        f'<div class="table-scroll" id="tbl-{escape(indicator)}" role="group" tabindex="0" '
        f'aria-label="{caption}"><table><caption><span class="caption-text">{caption}'
        f"<br><small>{about}</small></span></caption>"
        f'{columns}<thead><tr><td rowspan="2"></td>{first}</tr><tr>{second}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _cells(book: Book, indicator: str, column: Column) -> str:
    """Return the three cells of a number; a reason for its absence takes all three."""
    if column not in book.columns:
        return '<td colspan="3"></td>'
    cell, language = book.cell(indicator, column), book.study.language
    if cell.value is None:
        return f'<td colspan="3">{escape(cell.words)}</td>'
    margin = ""
    if cell.lower is not None and cell.upper is not None:
        decimals = 1 if book.study.indicators[indicator].unit == "score" else 0
        margin = interval(cell.lower, cell.upper, language, decimals)
    mark = f"{cell.mark} " if cell.mark else ""
    n = "" if cell.n is None else number(cell.n, language)
    return "".join(
        f'<td class="align-right whole">{escape(words)}</td>'
        for words in (f"{mark}{cell.words}", margin, n)
    )
