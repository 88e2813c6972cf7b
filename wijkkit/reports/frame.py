"""What surrounds a page: the organisation, the other pages, the other forms of this report."""

from __future__ import annotations

from dataclasses import dataclass

from wijkkit.language import text
from wijkkit.reports.pandoc import Node
from wijkkit.reports.runs import BRIEF
from wijkkit.reports.theme import HouseStyle
from wijkkit.study import Study

#: What the forms of a report are called, but for the page itself.
_FORMS = {"pdf": "PDF", "docx": "Word", "pptx": "PowerPoint", "xlsx": "Excel", "csv": "CSV"}
_WORDS = (
    "skip",
    "site",
    "contents",
    "search",
    "found",
    "csv",
    "report",
    "lower",
    "upper",
    "downloads",
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of a page, as plain text; Pandoc escapes them where they are shown.

    Parameters
    ----------
    organisation, contact, logo : str
        Of the house style; `logo` is a path as the page names it.
    pages : tuple of (str, str)
        File and name of the pages that every page links to.
    current : str
        File of this page.
    downloads : tuple of (str, str)
        File and name of the other forms of this page.
    name : str
        What a screen reader calls the links to the other pages; that of a site of reports where
        it is empty.
    root : str
        The folder of the site as the page names it: ``../`` for a page in a folder of its own.
    """

    organisation: str = ""
    contact: str = ""
    logo: str = ""
    pages: tuple[tuple[str, str], ...] = ()
    current: str = ""
    downloads: tuple[tuple[str, str], ...] = ()
    name: str = ""
    root: str = ""


#: What surrounds a page that is no part of a site.
NO_FRAME = Frame()


def frame_of(study: Study, house: HouseStyle, stem: str, formats: tuple[str, ...]) -> Frame:
    """Return the surroundings of the page `stem` of a study's site."""
    city = text("reports.city_report", study.language, city=study.settings.city.name)
    own = study.neighbourhoods.get(stem)
    others = [(f"{stem}.{form}", _FORMS[form]) for form in formats if form in _FORMS]
    if "xlsx" in formats:
        others.append((f"{stem}_files/tabellen.html", text("reports.tables_page", study.language)))
    return Frame(
        organisation=house.organisation or study.text(study.settings.programme.name),
        contact=study.settings.report.contact or house.contact,
        logo=f"assets/{house.logo}" if house.logo else "",
        pages=(
            ("index.html", text("reports.home", study.language)),
            ("stad.html", city),
            *([(f"{stem}.html", own.name)] if own else []),
            ("woorden.html", text("reports.words", study.language)),
        ),
        current=f"{stem}.html",
        downloads=(*(_brief(stem, study.language) if "pdf" in formats else ()), *others),
    )


def _brief(stem: str, language: str) -> tuple[tuple[str, str], ...]:
    """Return the summary of two pages that goes with a report."""
    if stem.endswith(BRIEF) or stem in ("index", "woorden"):
        return ()
    return ((f"{stem}{BRIEF}.pdf", text("reports.brief", language)),)


def frame_metadata(frame: Frame, language: str) -> Node:
    """Return the surroundings as metadata for the page's template."""
    words = {word: _string(text(f"reports.{word}", language)) for word in _WORDS}
    if frame.name:
        words["site"] = _string(frame.name)
    return {
        "words": _map(words),
        "root": _string(frame.root),
        "organisation": _string(frame.organisation),
        "contact": _string(frame.contact),
        "logo": _string(frame.logo),
        "pages": _links(frame.pages, frame.current),
        "downloads": _links(frame.downloads, ""),
    }


def _links(pages: tuple[tuple[str, str], ...], current: str) -> Node:
    links = [
        _map(
            {
                "href": _string(file),
                "name": _string(name),
                "current": {"t": "MetaBool", "c": file == current},
            }
        )
        for file, name in pages
    ]
    return {"t": "MetaList", "c": links}


def _map(values: dict[str, Node]) -> Node:
    return {"t": "MetaMap", "c": values}


def _string(value: str) -> Node:
    return {"t": "MetaString", "c": value}
