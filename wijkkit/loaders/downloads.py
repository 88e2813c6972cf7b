"""Tables and borders downloaded from CBS and PDOK, kept on disk."""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import pandas as pd

from wijkkit.errors import DataError
from wijkkit.files import write_whole
from wijkkit.loaders.areas import find_columns
from wijkkit.loaders.source_table import SourceTable
from wijkkit.study import Study
from wijkkit.study.settings.sources import AreaFigureSource

#: Folder of downloads in the study's folder. Remove a file there to download it again.
FOLDER = ".cache"


def stored_path(study: Study, kind: str, name: str, asked: object) -> Path:
    """Return where a download is kept, by what was asked."""
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    safe = re.sub(r"[^A-Za-z0-9.-]", "_", name)
    return study.folder / FOLDER / kind / f"{safe}-{digest[:12]}.json"


def store(path: Path, content: object) -> None:
    """Write a download whole or not at all."""
    write_whole(path, json.dumps(content, ensure_ascii=False))


def read_stored(path: Path) -> dict:
    """Return a download that was kept."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("not an object")
    except ValueError as error:
        raise DataError(
            f"a download that was kept cannot be read: {error}",
            file=f"{FOLDER}/{path.parent.name}/{path.name}",
            remedy="Remove this file; it is downloaded again.",
        ) from None
    return content


def read_odata(study: Study, source: AreaFigureSource, codes: list[str]) -> SourceTable:
    """Return the columns that a source needs of a CBS table, from disk if it was read before."""
    prefix = os.path.commonprefix(codes)
    asked = [source.catalogue, source.code_column, source.name_column, source.figures]
    path = stored_path(study, "cbs", source.table or "", [*asked, source.filters, prefix])
    if not path.is_file():
        store(path, _download(source, prefix))
    cells = pd.DataFrame(read_stored(path)["rows"], dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return SourceTable(f"CBS {source.table}", cells)


def _download(source: AreaFigureSource, prefix: str) -> dict[str, object]:
    """Return the rows with their keys: the client would put names in the place of codes."""
    import cbsodata
    import requests

    place = f"study.yml, sources.area_figures.{source.id}"
    try:
        properties = cbsodata.get_meta(source.table, "DataProperties", catalog_url=source.catalogue)
        known = [item.get("Key", "") for item in properties]
        columns = find_columns(source.columns, known, f"CBS {source.table}", place)
        # cbsodata 1.3.5: download_data(typed=True) leaves out the typed table, get_meta does not.
        rows = cbsodata.get_meta(
            source.table,
            "TypedDataSet",
            catalog_url=source.catalogue,
            select=list(columns.values()),
            filters=_filters(source, columns, prefix),
        )
        info = cbsodata.get_info(source.table, catalog_url=source.catalogue) or {}
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        what = f"the table cannot be downloaded: {type(error).__name__}"
        file, expected = f"CBS {source.table}", f"an answer of {source.catalogue}"
        remedy = "Connect once, so that it is kept on disk; or save it as csv (kind: file)."
        raise DataError(what, file=file, place=place, expected=expected, remedy=remedy) from None
    return {
        "table": source.table,
        "modified": info.get("Modified", ""),
        "downloaded": date.today().isoformat(),
        "rows": rows,
    }


def _filters(source: AreaFigureSource, columns: dict[str, str], prefix: str) -> str:
    conditions = [
        f"{columns[name]} eq '{_quoted(value)}'" for name, value in source.filters.items()
    ]
    if prefix:
        conditions.append(f"startswith({columns[source.code_column]},'{_quoted(prefix)}')")
    return " and ".join(conditions)


def _quoted(value: str) -> str:
    return value.replace("'", "''")


PAGE = 1000
MAXIMUM_PAGES = 100
TIMEOUT = 60


def download_features(study: Study, url: str) -> Path:
    """Return a GeoJSON file with all features of a service, from disk if it was read before."""
    path = stored_path(study, "borders", _host(url), url)
    if not path.is_file():
        store(path, _all_pages(url))
    return path


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        what, remedy = "not an address of a web service", "Correct it, or use path for a file."
        raise DataError(what, "study.yml", "sources.borders.url", url[:80], "https://...", remedy)
    return parts.hostname


def _all_pages(url: str) -> dict[str, object]:
    is_wfs = "getfeature" in url.lower()
    page: str | None = _first_page(url, is_wfs)
    features: list[object] = []
    crs = None
    for _ in range(MAXIMUM_PAGES):
        answer = _answer(str(page), url)
        features += answer["features"]
        crs = answer.get("crs", crs)
        page = _next_wfs(str(page), answer) if is_wfs else _next_link(str(page), answer)
        if page is None:
            whole = {"type": "FeatureCollection", "features": features}
            return cast(dict[str, object], {**whole, "crs": crs} if crs else whole)
    raise _refused(url, f"more than {MAXIMUM_PAGES} pages", "Ask for fewer areas in the url.")


def _first_page(url: str, is_wfs: bool) -> str:
    if is_wfs:
        return _with(url, outputFormat="application/json", count=PAGE, startIndex=0)
    return _with(url, f="json", limit=PAGE)


def _with(url: str, **extra: object) -> str:
    """Return the url with parameters; the ones that it has already win, `startIndex` never."""
    parts = urlsplit(url)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    asked = [(key, value) for key, value in asked if key.lower() != "startindex"]
    there = {key.lower() for key, _ in asked}
    asked += [(key, str(value)) for key, value in extra.items() if key.lower() not in there]
    return urlunsplit(parts._replace(query=urlencode(asked)))


def _answer(page: str, url: str) -> dict:
    import requests

    try:
        response = requests.get(page, timeout=TIMEOUT)
        response.raise_for_status()
        answer = response.json()
    except (requests.RequestException, ValueError) as error:
        raise _refused(
            url,
            type(error).__name__,
            "Connect once, so that it is kept on disk; or save the borders as a file (path:).",
        ) from None
    if not isinstance(answer, dict) or not isinstance(answer.get("features"), list):
        raise _refused(url, "an answer without features", "Check the url.")
    return answer


def _next_wfs(page: str, answer: dict) -> str | None:
    asked = {key.lower(): value for key, value in parse_qsl(urlsplit(page).query)}
    count, start = int(asked["count"]), int(asked["startindex"])
    if len(answer["features"]) < count:
        return None
    return _with(page, startIndex=start + count)


def _next_link(page: str, answer: dict) -> str | None:
    for link in answer.get("links", ()):
        if link.get("rel") == "next":
            following = urljoin(page, link["href"])
            if urlsplit(following).netloc != urlsplit(page).netloc:
                raise _refused(page, "a next page on another host", "Save the borders as a file.")
            return following
    return None


def _refused(url: str, found: str, remedy: str) -> DataError:
    what, file = "the borders cannot be downloaded", "study.yml"
    place, expected = "sources.borders.url", f"GeoJSON features of {urlsplit(url).netloc}"
    return DataError(what, file=file, place=place, found=found, expected=expected, remedy=remedy)
