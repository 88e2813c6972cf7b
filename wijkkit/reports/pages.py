"""Which pages a site has, and what each says in its front matter."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wijkkit.disclosure.sign_off import control_in_words
from wijkkit.errors import ReportError
from wijkkit.language import glossary, listed, text
from wijkkit.language.messages import catalogue, escaped
from wijkkit.project.layout import find_part
from wijkkit.released import open_city
from wijkkit.released.effects import ARGUMENTS, asked_otherwise, said_arguments
from wijkkit.reports.pandoc import embedded
from wijkkit.reports.runs import BRIEF, CITY, States, origin_of
from wijkkit.reports.staging import Page
from wijkkit.study import Study

# The list of reports on the index page: per wijk a link, its place in the study, its status.

COLUMNS = ("wijk", "district", "arm", "status", "files")


def overview_notebook(
    study: Study, states: States, files: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Return a notebook with one labelled table, ``tbl-rapporten``, for the index page."""
    language = study.language
    heads = [text(f"reports.overview.{column}", language) for column in COLUMNS]
    city = (CITY, study.settings.city.name, "", "city")
    wijken = [(one.wijk, one.name, one.district, one.arm) for one in study.neighbourhoods.values()]
    rows: list[tuple[str, ...]] = [
        (
            f'<a href="{stem}.html">{html.escape(name)}</a>',
            html.escape(district),
            text(f"reports.arm.{arm}", language),
            html.escape(_status(stem, states, language)),
            " ".join(
                f'<a href="{file}">{file.rpartition(".")[2].upper()}</a>'
                for file in files.get(stem, ())
            ),
        )
        for stem, name, district, arm in (city, *wijken)
    ]
    caption = text("reports.overview.caption", language)
    return _notebook("tbl-rapporten", "text/html", _table(heads, rows), {"caption": caption})


def _notebook(label: str, mime: str, content: str, about: Mapping[str, str]) -> dict[str, Any]:
    """Return a notebook with one labelled output."""
    metadata = {"wijkkit": about}
    output = {"output_type": "display_data", "data": {mime: content}, "metadata": metadata}
    return {"cells": [{"cell_type": "code", "source": f"#| label: {label}", "outputs": [output]}]}


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


# The list of words: what a reader may not know, explained.


def words_notebook(language: str) -> dict[str, Any]:
    """Return a notebook with one labelled text, ``woorden``: each term and what it means."""
    listed = "\n\n".join(
        f"{escaped(term)}\n:   {escaped(meaning)}" for term, meaning in glossary(language).items()
    )
    return _notebook("woorden", "text/markdown", listed, {})


INDEX = "index"
WORDS = "woorden"
SOURCES = (
    "wijk.qmd", "wijk_kort.qmd", "stad.qmd", "stad_kort.qmd", "index.qmd", "woorden.qmd",
    "_quarto.yml", "references.bib", "theme",
)  # fmt: skip
#: The country whose Dutch or English a study is written in.
_REGION = {"nl": "NL", "en": "GB"}


def find_sources(study: Study) -> Path:
    """Return the folder with the sources of the reports; ReportError says what it lacks."""
    candidates = [study.path(study.settings.report.sources), find_part(study.folder, "reports")]
    folder = next((path for path in candidates if (path / SOURCES[0]).is_file()), candidates[0])
    missing = [name for name in SOURCES if not (folder / name).exists()]
    if missing:
        what, found = "the sources of the reports are not complete", f"no {', '.join(missing)}"
        expected = ", ".join(SOURCES)
        remedy = "Set report.sources in study.yml to the folder that has them."
        raise ReportError(what, file=folder.name, found=found, expected=expected, remedy=remedy)
    return folder


def pages(
    study: Study,
    states: States,
    wijken: Iterable[str],
    formats: tuple[str, ...],
    approved: bool = False,
) -> list[Page]:
    """Return the pages to make: wijken, city, index, words; concepts where not `approved`."""
    folder = find_sources(study)
    others = tuple(form for form in formats if form != "html")
    files = {
        wijk: tuple(f"{wijk}.{form}" for form in others) for wijk in (CITY, *study.neighbourhoods)
    }
    overview = {"index.ipynb": overview_notebook(study, states, files)}
    concept = not approved
    words = {"woorden.ipynb": words_notebook(study.language)}
    made = [
        Page(wijk, folder / "wijk.qmd", metadata(study, "wijk", wijk), words, concept)
        for wijk in wijken
    ]
    city = Page(CITY, folder / "stad.qmd", metadata(study, "stad"), words, concept)
    index = Page(INDEX, folder / "index.qmd", metadata(study, "index"), overview, concept)
    wanted = ((CITY, ""), *((wijk, wijk) for wijk in wijken)) if "pdf" in formats else ()
    briefs = [_brief(study, folder, wijk, name, concept) for wijk, name in wanted]
    explained = Page(WORDS, folder / "woorden.qmd", metadata(study, "woorden"), words)
    return [_of_run(study, states, page) for page in (*made, city, *briefs, index, explained)]


def _brief(study: Study, folder: Path, slug: str, name: str, concept: bool) -> Page:
    """Return the summary of two pages of a wijk, or of the city; a comparison wijk has no goals."""
    kind = "wijk" if name else "stad"
    source = folder / f"{kind}_kort.qmd"
    own = folder / "vergelijking_kort.qmd"
    if name and study.neighbourhoods[name].arm != "programme" and own.is_file():
        source = own
    return Page(f"{slug}{BRIEF}", source, metadata(study, kind, name), {}, concept)


def _of_run(study: Study, states: States, page: Page) -> Page:
    """Return `page` with where it comes from, and its date."""
    source = page.source.read_text(encoding="utf-8")
    notebooks = [name for name, _ in embedded(source) if name not in page.extra]
    origin = origin_of(study, states, page.stem, notebooks)
    day = origin.date(study)
    said = {"date": day.isoformat()} if day else {}
    return replace(page, origin=origin, metadata={**page.metadata, **said})


def _weighting(study: Study) -> str:
    """Return by what the answers are weighted, or that they are not."""
    column = study.codebook.columns.get("weight")
    files = [source.weights for source in study.settings.sources.survey if source.weights]
    if column is None and not files:
        return text("design.not_weighted", study.language)
    said = [
        text(
            "design.weighted",
            study.language,
            weight=escaped(study.codebook.named("weight") or ", ".join(files)),
        )
    ]
    for choice in study.codebook.design.weights:
        which = choice.level if choice.level and not (choice.indicators or choice.waves) else "some"
        weight = escaped(study.codebook.named(choice.weight))
        said.append(text(f"design.other_weight.{which}", study.language, weight=weight))
    return " ".join(dict.fromkeys(said))


def _absent(study: Study) -> Iterator[str]:
    """Yield per wave in which wijken nobody took part: all together were others then."""
    view = open_city(study)
    if "participants" not in view.released:
        return
    table = view.table("participants")
    wijken = table[table["area_level"].eq("wijk")]
    for wave in study.waves:
        rows = wijken[wijken["wave"].eq(wave.id)]
        gone = rows.loc[rows["status"].eq("missing"), "area"]
        if 0 < len(gone) < len(rows):
            names = listed(
                [escaped(study.neighbourhoods[area].name) for area in gone], study.language
            )
            label = escaped(study.text(wave.label))
            yield text("design.absent", study.language, wave=label, names=names)


def _control(study: Study) -> list[str]:
    """Return what the release left out and kept, and why a rule is looser than usual."""
    said, reason = control_in_words(study, escaped), study.settings.disclosure.reason
    if reason:
        said.append(text("disclosure.hidden.looser", study.language, reason=escaped(reason)))
    return said


def _evaluation(study: Study, whole: bool) -> str:
    """Return what the effect was evaluated with: all of it, or what study.yml does not say."""
    view = open_city(study)
    if not whole or ARGUMENTS not in view.released:
        return asked_otherwise(view)
    return said_arguments(study, view.table(ARGUMENTS)) if len(view.effects()) else ""


def metadata(study: Study, kind: str, slug: str = "") -> dict[str, Any]:
    """Return the front matter of a page: title, language, and the words it uses."""
    language, settings = study.language, study.settings
    name = study.neighbourhoods[slug].name if slug else ""
    fields: Mapping[str, str] = {
        "wijk": escaped(name),
        "city": escaped(settings.city.name),
        "programme": escaped(study.text(settings.programme.name)),
        "study": escaped(study.text(settings.title)),
    }
    words = {
        key: text(f"reports.text.{key}", language, **fields)
        for key in catalogue("reports", language)["text"]
    }
    compared = slug and study.neighbourhoods[slug].arm == "comparator"
    subtitle = "comparator" if compared else kind
    among = study.among and text("common.among", language, who=escaped(study.among))
    said = (among, words["method_survey"], _weighting(study), *_absent(study))
    words["method_survey"] = " ".join(filter(None, said))
    described = text("reports.design_described", language)
    if study.starts:
        said = (words["method_design"], _evaluation(study, kind == "stad"), described)
    else:
        words["limit_effect"] = text("reports.no_programme", language)
        said = (words["limit_effect"], text("reports.effect_described", language))
    words["method_design"] = " ".join(filter(None, said))
    if len(study.waves) < 2:
        words["limit_change"] = text("reports.one_wave", language)
    words["method_hidden"] = " ".join([words["method_hidden"], *_control(study)])
    return {
        "title": text(f"reports.page.{kind}_title", language, **fields),
        "subtitle": text(f"reports.page.{subtitle}_subtitle", language, **fields),
        "lang": str(language),
        "region": _REGION[language],
        "date-format": "D MMMM YYYY",  # "long" is American in English
        "bibliography": "references.bib",
        "notebook-links": False,
        **fields,
        "text": words,
    }
