"""What PDF and DOCX share: no tabs, no folding, no words for screen readers only, A4."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

from defusedxml.ElementTree import fromstring
from matplotlib.font_manager import FontProperties

from wijkkit.language import text
from wijkkit.reports import pandoc
from wijkkit.reports.pandoc import Node, words
from wijkkit.reports.theme import HouseStyle

#: Room for a figure on a page, in centimetres; its caption and the title above it need the rest.
WIDTH, HEIGHT = 16.2, 19.5
_CENTIMETRES = {"pt": 2.54 / 72, "px": 2.54 / 96, "": 2.54 / 96, "in": 2.54, "cm": 1, "mm": 0.1}
#: Pixels of a drawn figure that are an inch.
PPI = 180
_OUTWARD = ("http://", "https://", "mailto:", "#")


def for_paper(blocks: list[Node]) -> list[Node]:
    """Return `blocks` for a form without pages to click through and without raw parts.

    >>> from wijkkit.reports.pandoc import link, plain, words
    >>> plain(for_paper([link(words("other page"), "a.html")])), for_paper([{"t": "RawInline"}])
    ('other page', [])
    """
    return pandoc.rewrite(blocks, _change)


def _change(node: Node) -> list[Node] | None:
    kind, classes = node["t"], pandoc.classes_of(node)
    if kind in ("RawBlock", "RawInline") or "screen-reader-only" in classes:
        return []
    if kind == "Div" and "nav-tabs" in classes:
        return []
    if kind == "Div" and {"tab-title", "concept"} & set(classes):
        return [pandoc.paragraph([{"t": "Strong", "c": block["c"]}]) for block in node["c"][1]]
    if kind == "Link" and not node["c"][2][0].startswith(_OUTWARD):
        return node["c"][1]
    return None


def page_words(document: Node) -> str:
    """Return what stands on every page or slide: the title, and that it is a concept."""
    said = (pandoc.plain(document["meta"].get(key, {})) for key in ("title", "mark"))
    return " · ".join(filter(None, said))


#: What stands in the templates of Word and PowerPoint for what is a house style's own.
_STAND_INS = {"heading": "A1B2C1", "link": "A1B2C2", "tint": "A1B2C3"}
_WORDS_AT_HEAD = "words at the head of each page"


def in_house_style(template: str, house: HouseStyle, said: str = "") -> bytes:
    """Return a template of Word or PowerPoint in a house style, `said` at the head of its pages."""

    def filled(part: str) -> str:
        for name, stand_in in _STAND_INS.items():
            part = part.replace(stand_in, getattr(house.colours, name).removeprefix("#").upper())
        return part.replace(_WORDS_AT_HEAD, escape(said))

    content = (files("wijkkit.reports") / "print" / template).read_bytes()
    return rewritten_zip(content, lambda name: filled if name.endswith(".xml") else None)


def rewritten_zip(content: bytes, change_of: Callable[[str], Callable[[str], str] | None]) -> bytes:
    """Return an office document with the parts changed for which `change_of` has a change."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for item in source.infolist():
            part, change = source.read(item), change_of(item.filename)
            made.writestr(item.filename, change(part.decode("utf-8")) if change else part)
    return target.getvalue()


def fitting(image: bytes) -> tuple[float, float]:
    """Return the width and height (cm) at which an image, SVG or PNG, fits a page.

    >>> svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="5in" height="20in"/>'
    >>> [round(side, 2) for side in fitting(svg)]
    [4.88, 19.5]
    """
    width, height = _png_size(image) if image.startswith(b"\x89PNG") else _svg_size(image)
    scale = min(1.0, WIDTH / width, HEIGHT / height)
    return width * scale, height * scale


def _png_size(image: bytes) -> tuple[float, float]:
    width, height = struct.unpack(">II", image[16:24])
    return width / PPI * 2.54, height / PPI * 2.54


def _svg_size(image: bytes) -> tuple[float, float]:
    try:
        root = fromstring(image)
    except ElementTree.ParseError:
        return WIDTH, HEIGHT
    sizes = [_length(root.get(side, "")) for side in ("width", "height")]
    box = [float(part) for part in re.findall(r"[\d.]+", root.get("viewBox", ""))]
    if None in sizes and len(box) == 4:
        sizes = [WIDTH, WIDTH * box[3] / box[2]]
    return sizes[0] or WIDTH, sizes[1] or HEIGHT


def _length(text: str) -> float | None:
    found = re.fullmatch(r"([\d.]+)(pt|px|in|cm|mm)?", text)
    return float(found[1]) * _CENTIMETRES[found[2] or ""] if found else None


#: In an SVG of matplotlib its size, a panel's left corners and where a text stands (points).
_SIZE = re.compile(rb'height="([\d.]+)pt" viewBox="0 [\d.]+ ([\d.]+) [\d.]+"')
_PANEL = re.compile(rb'<path d="M \S+ ([\d.]+) \s*L \S+ [\d.]+ \s*L \S+ ([\d.]+)')
_WORDS = re.compile(rb'transform="translate\(\S+ ([\d.]+)\)')
#: What the letters of a text need below their line.
_BELOW = 4


def cut(svg: bytes) -> list[bytes]:
    """Return an SVG of matplotlib as parts that fit a page, cut below panels where it must be."""
    size = _SIZE.search(svg)
    if not size:
        return [svg]
    height, width = map(float, size.groups())
    most = HEIGHT / min(WIDTH / width, _CENTIMETRES["pt"])
    first, last, parts = 0.0, 0.0, []
    for at in (*_below_panels(svg), height):
        if at - first > most and last > first:
            parts.append((first, last))
            first = last
        last = at
    shown = (
        f'height="{end - begin:g}pt" viewBox="0 {begin:g} {width:g} {end - begin:g}"'
        for begin, end in (*parts, (first, height))
    )
    return [svg.replace(size[0], part.encode(), 1) for part in shown]


def _below_panels(svg: bytes) -> list[float]:
    """Return where panels and their words end, and no other panel is cut."""
    drawn = svg.split(b'<g id="axes_')[1:]
    found = [(part, box) for part in drawn if (box := _PANEL.search(part))]
    boxes = [(float(box[2]), float(box[1])) for _, box in found]
    ends = [
        max(bottom, *map(float, _WORDS.findall(part)), 0) + _BELOW
        for (part, _), (_, bottom) in zip(found[:-1], boxes, strict=False)
    ]
    return sorted(at for at in ends if not any(top < at < bottom for top, bottom in boxes))


# A summary of two pages: a long table is cut, and says so.

#: So many rows fit a page with what stands around them.
_ROWS = 35


def shortened(blocks: list[Node], language: str) -> list[Node]:
    """Return the blocks of a summary with no table longer than a page.

    >>> from wijkkit.reports.pandoc import HTML, read
    >>> table = read(f"<table>{'<tr><td>a</td></tr>' * 40}</table>", HTML)["blocks"]
    >>> cut, said = shortened(table, "nl")
    >>> len(cut["c"][4][0][3]), pandoc.plain(said)
    (35, 'Hier niet getoonde rijen: 5. Zij staan in het hele rapport.')
    """
    return pandoc.rewrite_blocks(blocks, lambda node: _shortened(node, language))


def _shortened(table: Node, language: str) -> list[Node] | None:
    if table["t"] != "Table" or len(table["c"][4]) != 1:
        return None
    *about, (body,), foot = table["c"]
    left = len(body[3]) - _ROWS
    if left <= 0:
        return None
    cut = {"t": "Table", "c": [*about, [[*body[:3], body[3][:_ROWS]]], foot]}
    return [cut, pandoc.paragraph(words(text("reports.more_rows", language, rows=left)))]


# Widths of the columns of a table on paper: by the words that stand in them.

#: Characters that fit on a line of a page in the letters of a table, and in those of a crowded one.
_LINE, _SMALL_LINE = 82, 92
#: A column never counts as more than this; the rest goes on next lines.
_LONGEST = 45
#: No word counts as longer; what is longer is hyphenated. In a crowded table words give way to this.
_WORD, _LEAST_WORD = 20, 5
#: Space around a column, and what bold heads are wider.
_GAP = 3
#: A number and its margin, which stay on one line.
_NUMBER_WHOLE = "\N{NO-BREAK SPACE}"
_NUMBER = re.compile(r"\d[\d.,]*%? \(\d[\d.,]*[-–]\d[\d.,]*\)")


def with_widths(table: Node, always: bool = False) -> Node:
    """Return a table with widths by its words where it needs more than a line, or `always` for
    Word.

    >>> from wijkkit.reports.pandoc import HTML, read
    >>> rows = f"<tr><td>club</td><td>{'a long reason ' * 9}</td></tr>"
    >>> table = read(f"<table>{rows}</table>", HTML)["blocks"][0]
    >>> [round(width["c"], 2) for _, width in with_widths(table)["c"][2]]
    [0.13, 0.87]
    """
    columns, texts = table["c"][2], _texts(table)
    line = _SMALL_LINE if always and is_dense(table) else _LINE
    needed = [max(map(len, column), default=0) + _GAP for column in texts]
    narrow = sum(needed) <= line
    if narrow and not always:
        return table
    shares = needed if narrow else _shares(texts, _texts(table, heads=False), line)
    whole = line if narrow else sum(shares)
    widths = [{"t": "ColWidth", "c": share / whole} for share in shares]
    sized = [[align, width] for (align, _), width in zip(columns, widths, strict=True)]
    return {"t": "Table", "c": [*table["c"][:2], sized, *table["c"][3:]]}


def divided(table: Node) -> list[Node]:
    """Return a table whose words do not fit side by side as tables that fit, each with column one.

    >>> from wijkkit.reports.pandoc import HTML, read
    >>> row = "".join(f"<td>{word}</td>" for word in ["Ankerveld", *["41% (36–47)"] * 9])
    >>> parts = divided(read(f"<table><tr>{row}</tr></table>", HTML)["blocks"][0])
    >>> [len(part["c"][2]) for part in parts]
    [6, 5]
    """
    bodies = _texts(table, heads=False)
    if sum(_longest_word(column, _LEAST_WORD) + _GAP for column in bodies) <= _SMALL_LINE:
        return [table]
    if any(len(row[1]) != len(bodies) for row in _all_rows(table)):
        return [table]
    first, *widths = (_longest_word(column) + _GAP for column in _texts(table))
    room = max(_LINE - first, *widths)
    parts = _filled(widths, room)
    while room > max(widths) and len(narrower := _filled(widths, room - 1)) == len(parts):
        room, parts = room - 1, narrower
    made = [_part(table, [0, *(at + 1 for at in part)]) for part in parts]
    for part in made[1:]:
        part["c"][:2] = [pandoc.attributes(), [None, []]]
    return made


def _filled(widths: list[int], room: int) -> list[list[int]]:
    """Return the places of `widths`, in order, in parts that each fit into `room`."""
    parts: list[list[int]] = [[]]
    for at, width in enumerate(widths):
        if parts[-1] and sum(widths[one] for one in parts[-1]) + width > room:
            parts.append([])
        parts[-1].append(at)
    return parts


def _part(table: Node, columns: list[int]) -> Node:
    """Return a table with some of its columns."""

    def rows(given: list) -> list:
        return [[about, [cells[at] for at in columns]] for about, cells in given]

    about, caption, specs, head, bodies, foot = table["c"]
    below = [[*body[:2], rows(body[2]), rows(body[3])] for body in bodies]
    ends = [[end[0], rows(end[1])] for end in (head, foot)]
    return {
        "t": "Table",
        "c": [about, caption, [specs[at] for at in columns], ends[0], below, ends[1]],
    }


def is_dense(table: Node) -> bool:
    """Say whether the longest words of a table's columns do not fit on one line side by side."""
    return sum(_longest_word(column) + _GAP for column in _texts(table)) > _LINE


def _texts(table: Node, heads: bool = True) -> list[list[str]]:
    """Return the texts of each column, with or without its head."""
    texts: list[list[str]] = [[] for _ in table["c"][2]]
    for row in _rows(table, heads):
        for column, cell in zip(texts, row, strict=False):
            column.append(pandoc.plain(cell[4]))
    return texts


def _shares(texts: list[list[str]], bodies: list[list[str]], line: int) -> list[float]:
    """Return what each column gets: its longest word first, the rest by the mean of its texts."""
    most = _WORD
    below = [_longest_word(column) + _GAP for column in bodies]
    while sum(below) > line and most > _LEAST_WORD:
        most -= 1
        below = [_longest_word(column, most) + _GAP for column in bodies]
    least: list[float] = [_longest_word(column, most) + _GAP for column in texts]
    if sum(least) > line:
        part = max(0.0, (line - sum(below)) / (sum(least) - sum(below) or 1))
        least = [own + part * (whole - own) for own, whole in zip(below, least, strict=True)]
    mean = [
        min(sum(map(len, column)) / max(1, sum(map(bool, column))), _LONGEST) + _GAP
        for column in texts
    ]
    left = max(line - sum(least), 0)
    more = [max(wanted - own, 0) for wanted, own in zip(mean, least, strict=True)]
    part = min(1.0, left / sum(more)) if sum(more) else 0.0
    return [own + part * extra for own, extra in zip(least, more, strict=True)]


def _longest_word(texts: list[str], most: int = _WORD) -> int:
    unbroken = partial(_NUMBER.sub, lambda found: found[0].replace(" ", _NUMBER_WHOLE))
    words = (word for text in texts for word in unbroken(text).split(" "))
    whole = (len(word) if _NUMBER_WHOLE in word else min(len(word), most) for word in words)
    return min(max(whole, default=0), _WORD)


def _rows(table: Node, heads: bool) -> Iterator[list]:
    """Yield the cells of each row whose cells each take one column."""
    for _, cells in _all_rows(table, heads):
        if all(cell[3] == 1 for cell in cells):
            yield cells


def _all_rows(table: Node, heads: bool = True) -> list:
    head, bodies, foot = table["c"][3:]
    below = [*(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]
    return [*head[1], *below] if heads else below


#: A table of no more rows and characters stays on one page.
_FEW_ROWS, _FEW_CHARACTERS = 9, 1200


def is_short(table: Node) -> bool:
    """Say whether a table is so short that it stays on one page.

    >>> from wijkkit.reports.pandoc import HTML, read
    >>> [is_short(read(f"<table>{'<tr><td>a</td></tr>' * n}</table>", HTML)["blocks"][0])
    ...  for n in (9, 10)]
    [True, False]
    """
    texts = [pandoc.plain(cell[4]) for row in _rows(table, heads=True) for cell in row]
    few = len(texts) <= _FEW_ROWS * max(1, len(table["c"][2]))
    return few and sum(map(len, texts)) <= _FEW_CHARACTERS


# The look of a report on paper, in Typst: the house style's values, then the rules.

#: Names of fonts that no file has.
_GENERIC = ("sans-serif", "serif", "system-ui")
#: Colours by the name that the rules have for them: ``link``, ``line`` and ``heading`` are Typst's own.
_NAMES = {"link": "link-colour", "line": "line-colour", "heading": "heading-colour"}


def print_style(house: HouseStyle, theme: Path) -> str:
    """Return the definitions that a report on paper begins with."""
    values = [
        f'#let {_NAMES.get(name, name).replace("_", "-")} = rgb("{colour}")'
        for name, colour in house.colours.model_dump().items()
    ]
    names = ", ".join(f'"{font}"' for font in _fonts(house, theme))
    return "\n".join([*values, f"#let fonts = ({names},)", print_part("typst-template.typ")])


def print_part(name: str) -> str:
    """Return a file of the look on paper."""
    return (files("wijkkit.reports") / "print" / name).read_text(encoding="utf-8")


def _fonts(house: HouseStyle, theme: Path) -> list[str]:
    own = [FontProperties(fname=theme / house.font_file).get_name()] if house.font_file else []
    return [*own, *(font for font in house.fonts if font not in _GENERIC), "DejaVu Sans"]
