"""Borders from a web service of PDOK (OGC API Features or WFS), page by page, kept on disk."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import requests

from wijkkit.errors import DataError
from wijkkit.loaders.kept import keep, kept_path
from wijkkit.study import Study

PAGE = 1000
MAXIMUM_PAGES = 100
TIMEOUT = 60


def download_features(study: Study, url: str) -> Path:
    """Return a GeoJSON file with all features of a service, from disk if it was read before.

    Parameters
    ----------
    study : Study
    url : str
        The ``/items`` address of an OGC API collection, or a WFS ``GetFeature`` request; filters
        may be in it.

    Raises
    ------
    DataError
        The service does not answer with GeoJSON, sends pages without end, or leads elsewhere.
    """
    path = kept_path(study, "borders", _host(url), url)
    if not path.is_file():
        keep(path, _all_pages(url))
    return path


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DataError(
            "not an address of a web service",
            file="study.yml",
            place="sources.borders.url",
            found=url[:80],
            expected="https://...",
            remedy="Correct it, or use path for a file.",
        )
    return parts.hostname


def _all_pages(url: str) -> dict[str, object]:
    is_wfs = "getfeature" in url.lower()
    page = _first_page(url, is_wfs)
    features: list[object] = []
    crs = None
    for _ in range(MAXIMUM_PAGES):
        answer = _answer(page, url)
        features += answer["features"]
        crs = answer.get("crs", crs)
        page = _next_wfs(page, answer) if is_wfs else _next_link(page, answer)
        if page is None:
            whole = {"type": "FeatureCollection", "features": features}
            return whole | {"crs": crs} if crs else whole
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
    return DataError(
        "the borders cannot be downloaded",
        file="study.yml",
        place="sources.borders.url",
        found=found,
        expected=f"GeoJSON features of {urlsplit(url).netloc}",
        remedy=remedy,
    )
