"""What is looked at in a finished site, whichever engine made it.

Every file that is promised is there and is that page; nothing calls another host; no link of the
site leads nowhere.
"""

from __future__ import annotations

import multiprocessing
import re
import threading
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from wijkkit.errors import Problem, ReportError
from wijkkit.reports.pandoc import JOINER

Item = TypeVar("Item")
Made = TypeVar("Made")

#: Elements that a browser loads by themselves, and the attribute that says from where.
_LOADED = {
    "script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src",
    "video": "src", "object": "data",
}  # fmt: skip
#: Links of a head that a browser does not load.
_NOT_LOADED = frozenset(("canonical", "next", "prev", "author", "help", "license"))
_STYLED = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_WITHIN = ("data:", "about:")
_PDF_TITLE = re.compile(rb"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", re.DOTALL)
_OFFICE_TITLE = re.compile(r"<dc:title[^>]*>(.*?)</dc:title>", re.DOTALL)


def check_site(
    site: Path, promised: Mapping[str, str], known: Collection[str] = (), jobs: int = 1
) -> None:
    """Look at a finished site, `jobs` files at a time; ReportError says everything that is wrong."""

    def look(name: str) -> list[Problem]:
        problems = []
        if name in promised and not _same(found := title_of(site / name), promised[name]):
            remedy = "Make the reports again; with the built-in engine where Quarto made this one."
            problems.append(
                Problem(
                    "a file of the site is not the page that it should be",
                    file=name,
                    found=found or "a page without a title",
                    expected=promised[name],
                    remedy=remedy,
                )
            )
        if name in pages:
            problems += _of_page(site, name, known)
        return problems

    pages = {page.relative_to(site).as_posix() for page in site.rglob("*.html")}
    found = side_by_side(look, sorted({*promised, *pages}), jobs)
    _page.cache_clear()
    if problems := [problem for of_file in found for problem in of_file]:
        raise ReportError(dict.fromkeys(problems))


#: What the processes or threads of a pool do with an item.
_DOES: list[Callable[[Any], Any]] = []


def side_by_side(
    does: Callable[[Item], Made],
    items: Sequence[Item],
    jobs: int,
    *,
    apart: bool = False,
    fork: bool = True,
) -> list[Made]:
    """Return what `does` makes of each item, `jobs` at the same time.

    Half of the work on reports is Python's, so it is done in forked processes, which have `does`
    and need not be sent it; in threads where there are threads already, which a fork would not
    survive, or where the system cannot fork.

    `apart`: In another process also where there is one job: `does` starts threads of its own.
    """
    jobs = min(max(1, jobs), len(items) or 1)
    can = fork and "fork" in multiprocessing.get_all_start_methods()
    if can and threading.active_count() == 1 and (apart or jobs > 1):
        _DOES[:] = [does]
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as processes:
            return list(processes.map(_work, items))
    with ThreadPoolExecutor(max_workers=jobs) as threads:
        return list(threads.map(does, items))


def _work(item: Any) -> Any:
    return _DOES[0](item)


def local_files(site: Path, page: str) -> list[str]:
    """Return the files of the site that a page loads, and those that its style sheets load."""
    targets = ((_file_of(site, base, target), target) for base, target in _loaded(site, page))
    found = dict.fromkeys(file for file, _ in targets if file)
    return [name for name in found if (site / name).is_file()]


def title_of(path: Path) -> str:
    """Return the title that a finished page, PDF or office document says it has."""
    if not path.is_file():
        return "no such file"
    if path.suffix == ".csv":
        return ""
    if path.suffix == ".html":
        return _read(path).title
    if path.suffix == ".pdf":
        named = _PDF_TITLE.search(path.read_bytes())
        return unescape(named[1].decode("utf-8")) if named else ""
    try:
        with zipfile.ZipFile(path) as opened:
            said = _OFFICE_TITLE.search(opened.read("docProps/core.xml").decode("utf-8"))
    except (zipfile.BadZipFile, KeyError):
        return "no document"
    return unescape(said[1]) if said else ""


class _Page(HTMLParser):
    """What a page loads, links to and can be linked at, and the title that a reader sees."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.marks: set[str] = set()
        self.title = ""
        self._inside: list[str] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if "id" in values:
            self.marks.add(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        kind = set(values.get("rel", "").split())
        if tag in _LOADED and values.get(_LOADED[tag]) and not _NOT_LOADED & kind:
            self.loaded.append(values[_LOADED[tag]])
        self.loaded += _in_style(values.get("style", ""))
        if tag in ("main", "h1", "style"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if self._inside[-2:] == ["main", "h1"]:
            self.title += data
        elif self._inside[-1:] == ["style"]:
            self.loaded += _in_style(data)


#: A page as it was read; it is asked for its title, its links and what it loads.
_page = lru_cache(maxsize=256)(_Page)


def _read(path: Path) -> _Page:
    return _page(path.read_text(encoding="utf-8", errors="replace"))


def _same(first: str, second: str) -> bool:
    """Say whether two titles are the same but for spaces, and for what keeps shortcodes apart."""
    return "".join(first.replace(JOINER, "").split()) == "".join(second.split())


def _of_page(site: Path, name: str, known: Collection[str]) -> Iterator[Problem]:
    for _, target in _loaded(site, name):
        if _ELSEWHERE.match(target) and not target.startswith(_WITHIN):
            what, expected = "a page calls another host", "files of the site only"
            remedy = "Take it out of the source, or use the built-in engine."
            yield Problem(what, file=name, found=target[:120], expected=expected, remedy=remedy)
    page = _read(site / name)
    for target in page.links:
        if not _leads_somewhere(site, name, target, page.marks, known):
            what, expected = "a link leads nowhere", "a page or a place of the site"
            remedy = "Correct the link, or make the page that it leads to."
            yield Problem(what, file=name, found=target[:120], expected=expected, remedy=remedy)


def _leads_somewhere(
    site: Path, page: str, target: str, marks: set[str], known: Collection[str]
) -> bool:
    if _ELSEWHERE.match(target):
        return True
    if target.startswith("#"):
        return target in ("#", "#top") or unquote(target[1:]) in marks
    file = _file_of(site, page, target)
    return file is not None and ((site / file).is_file() or file in known)


def _loaded(site: Path, page: str) -> Iterator[tuple[str, str]]:
    """Yield what a page and its style sheets load: the file that names it, and what it names."""
    left, seen = [page], {page}
    while left:
        base = left.pop()
        targets = (
            _in_style((site / base).read_text(encoding="utf-8", errors="replace"))
            if base.endswith(".css")
            else _read(site / base).loaded
        )
        for target in targets:
            yield base, target
            file = _file_of(site, base, target)
            if file and file.endswith(".css") and file not in seen and (site / file).is_file():
                seen.add(file)
                left.append(file)


def _in_style(style: str) -> list[str]:
    return [first or second for first, second in _STYLED.findall(style)]


def _file_of(site: Path, page: str, target: str) -> str | None:
    """Return the file of the site that a link of a page leads to; None outside the site."""
    bare = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
    if not bare or _ELSEWHERE.match(target):
        return None
    root = site.resolve()
    path = ((site / page).parent / bare).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None
