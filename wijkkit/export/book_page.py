"""A tables book as HTML: a table per question, with heads that a screen reader follows."""

from __future__ import annotations

from html import escape

from wijkkit.export.book import Book, Column
from wijkkit.export.reading import reading
from wijkkit.language import number, text


def book_page(book: Book) -> str:
    """Return the body of a page with the tables of a book, without headings above its own.

    Parameters
    ----------
    book : Book

    Returns
    -------
    str
        HTML: per theme a heading, per question a table with a caption. Its rows are the groups,
        its columns per area and wave the number, its margin and the respondents.

    Examples
    --------
    >>> import wijkkit as wk
    >>> from wijkkit.export import book_of
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
    rows = "".join(
        f'<tr><th scope="row">{escape(_group(book, *group))}</th>'
        + "".join(_cells(book, indicator, Column(*block, *group)) for block in blocks)
        + "</tr>"
        for group in groups
    )
    caption = escape(labels.indicator(indicator))
    about = escape(labels.about(indicator))
    columns = "<colgroup><col></colgroup>" + '<colgroup span="3"></colgroup>' * len(blocks)
    return (
        f'<div class="table-scroll" id="tbl-{escape(indicator)}" role="group" tabindex="0" '
        f'aria-label="{caption}"><table><caption><span class="caption-text">{caption}'
        f"<br><small>{about}</small></span></caption>"
        f'{columns}<thead><tr><td rowspan="2"></td>{first}</tr><tr>{second}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _group(book: Book, group_by: str, group: str) -> str:
    name = book.labels.group(group_by, group)
    return f"{book.labels.group_by(group_by)}: {name}" if group_by else name


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
        limits = (number(limit, language, decimals) for limit in (cell.lower, cell.upper))
        margin = text(
            "common.interval", language, **dict(zip(("lower", "upper"), limits, strict=True))
        )
    mark = f"{cell.mark} " if cell.mark else ""
    n = "" if cell.n is None else number(cell.n, language)
    return "".join(
        f'<td class="align-right whole">{escape(words)}</td>'
        for words in (f"{mark}{cell.words}", margin, n)
    )
