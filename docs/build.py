"""Build the documentation site: ``make docs``.

quartodoc writes the reference from docstrings, `docs.keys` the page of keys. Quarto makes the pages
where it is on the path; otherwise the engine of the reports does. The result is ``docs/_site``.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import chdir
from pathlib import Path
from textwrap import dedent

import yaml
from quartodoc import Builder

from docs import keys
from wijkkit.reports.page import Frame, write_page
from wijkkit.reports.pandoc import Node, classes_of, read, rewrite
from wijkkit.reports.quarto import find_quarto
from wijkkit.reports.render import new_site, swap
from wijkkit.reports.theme import load_house_style, write_assets

DOCS = Path(__file__).resolve().parent
THEME = DOCS.parent / "reports" / "theme"
#: Pandoc's Markdown; raw HTML is read and then left out by the page, so that comments vanish.
MARKDOWN = "markdown-raw_tex-citations+lists_without_preceding_blankline"


def build(site: Path) -> Path:
    """Build the site in the folder `site`, which it replaces at once."""
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "docs"
        shutil.copytree(DOCS, sources, ignore=shutil.ignore_patterns("_site", "*.py"))
        write_reference(sources)
        (sources / "keys.md").write_text(keys.page(), encoding="utf-8")
        new = new_site(site, keep=())
        try:
            write_assets(new, THEME, load_house_style(THEME))
            (_with_quarto if find_quarto() else _with_engine)(sources, new)
            swap(new, site)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return site


def write_reference(sources: Path) -> None:
    """Write ``reference/*.qmd`` from the docstrings that ``_quarto.yml`` names."""
    with chdir(sources):
        Builder.from_quarto_config("_quarto.yml").build()
    for page in (sources / "reference").glob("*.qmd"):
        page.write_text(_with_formulas(page.read_text(encoding="utf-8")), encoding="utf-8")


def _with_formulas(page: str) -> str:
    """Return a page with the formulas of docstrings, which are reST, as Markdown's.

    Examples
    --------
    >>> print(_with_formulas("A :math:`b`.\\n\\n.. math:: c\\n          + d\\n\\nE"))
    A $b$.
    <BLANKLINE>
    $$
    c
    + d
    $$
    <BLANKLINE>
    E
    """

    def display(found: re.Match[str]) -> str:
        first, rest = found[1].strip(), dedent(found[2]).strip()
        lines = [line for line in (first, *rest.splitlines()) if line.strip()]
        return "\n".join(["$$", *lines, "$$", ""])

    page = re.sub(
        r"^\.\. math::(.*)\n((?:(?: +.*)?\n(?= ))*(?: +.*\n)?)", display, page, flags=re.MULTILINE
    )
    return re.sub(r":math:`([^`]+)`", r"$\1$", page)


def _with_quarto(sources: Path, site: Path) -> None:
    for page in (*sources.rglob("*.md"), *sources.rglob("*.qmd")):
        page.write_text(_as_shown(page.read_text(encoding="utf-8")), encoding="utf-8")
    subprocess.run([find_quarto() or "quarto", "render", "."], cwd=sources, check=True)
    shutil.copytree(sources / "_site", site, dirs_exist_ok=True)


def _as_shown(page: str) -> str:
    """Return a page whose shortcodes Quarto shows; it would run them in code as well.

    Examples
    --------
    >>> _as_shown("`{{< meta wijk >}}` and `{{< embed a.ipynb#b >}}`")
    '`{{{< meta wijk >}}}` and `{{{< embed a.ipynb#b >}}}`'
    """
    return re.sub(r"\{\{<(.*?)>\}\}", r"{{{<\1>}}}", page)


def _with_engine(sources: Path, site: Path) -> None:
    shutil.copytree(sources / "img", site / "img")
    website = yaml.safe_load((sources / "_quarto.yml").read_text(encoding="utf-8"))["website"]
    pages = [*sources.rglob("*.md"), *sources.glob("reference/*.qmd")]
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda page: _write(page, sources, site, website), pages))


def _write(page: Path, sources: Path, site: Path, website: Node) -> None:
    """Write one page of the site, with the links of the navigation bar as it names them."""
    own = page.relative_to(sources).with_suffix(".html").as_posix()
    folder = posixpath.dirname(own)
    links = tuple(
        (_html(posixpath.relpath(item["href"], folder or ".")), item["text"])
        for item in website["navbar"]["left"]
    )
    frame = Frame(
        website["title"],
        pages=links,
        current=posixpath.basename(own),
        name="Documentation",
        root="../" if folder else "",
    )
    document = _titled(read(page.read_text(encoding="utf-8"), MARKDOWN))
    target = site / own
    target.parent.mkdir(exist_ok=True)
    target.write_text(write_page(document, "en", frame), encoding="utf-8")


def _titled(document: Node) -> Node:
    """Return `document` with its first heading as title, the others one level apart from it."""
    blocks = document["blocks"]
    heads = [block for block in blocks if block["t"] == "Header"]
    title, *rest = heads
    down = int(any(head["c"][0] == 1 for head in rest))

    def change(node: Node) -> list[Node] | None:
        if node["t"] == "Link":
            about, content, (target, hint) = node["c"]
            return [{"t": "Link", "c": [about, content, [_html(target), hint]]}]
        if node["t"] != "Header":
            return None
        level, (identifier, classes, values), content = node["c"]
        if "doc-section" in classes_of(node):
            classes = [*classes, "unnumbered", "unlisted"]
        return [{"t": "Header", "c": [level + down, [identifier, classes, values], content]}]

    kept = [block for block in blocks if block is not title]
    meta = {
        "title": {"t": "MetaInlines", "c": title["c"][2]},
        "lang": {"t": "MetaString", "c": "en"},
        "toc": {"t": "MetaBool", "c": len(rest) > 2},
    }
    return {**document, "meta": meta, "blocks": rewrite(kept, change)}


def _html(target: str) -> str:
    """Return a link to a source as a link to its page.

    Examples
    --------
    >>> _html("howto/index.md"), _html("effect.md#floor"), _html("https://example.org/a.md")
    ('howto/index.html', 'effect.html#floor', 'https://example.org/a.md')
    """
    return target if "://" in target else re.sub(r"\.(md|qmd)(?=#|$)", ".html", target)


if __name__ == "__main__":
    made = build(DOCS / "_site")
    print(f"Look at {os.path.relpath(made / 'index.html')}")
