"""What a project of codes says: its texts, selections and codes as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from xml.etree.ElementTree import Element

from wijkkit.loaders.qdpx_archive import Archive, file_of

SOURCE_KINDS = {
    "TextSource": "text",
    "PictureSource": "picture",
    "PDFSource": "pdf",
    "AudioSource": "audio",
    "VideoSource": "video",
}

COLUMNS = {
    "codes": ("code", "name", "parent"),
    "sources": ("source", "name", "kind", "text_found"),
    "selections": ("selection", "source", "text", "check"),
    "codings": ("source", "selection", "code"),
    "cases": ("case", "name"),
    "case_members": ("case", "source", "selection"),
    "variables": ("owner", "variable", "value"),
}

#: Elements within a source that hold a text of their own.
_TEXT_PARTS = ("Representation", "Transcript", "TextDescription")

_Rows = dict[str, list[tuple]]


def read_rows(archive: Archive) -> _Rows:
    """Return the rows of each table of `COLUMNS`."""
    root = archive.root
    rows: _Rows = {table: [] for table in COLUMNS}
    for codes in root.findall("{*}CodeBook/{*}Codes"):
        rows["codes"].extend(_codes(codes, ""))
    names = {_guid(one): one.get("name", "") for one in root.findall("{*}Variables/*")}
    for source in root.findall("{*}Sources/*"):
        if _tag(source) in SOURCE_KINDS:
            for table, row in _source(source, archive.texts):
                rows[table].append(row)
            rows["variables"].extend(_values(source, names))
    for case in root.findall("{*}Cases/*"):
        key = _guid(case)
        rows["cases"].append((key, case.get("name", "")))
        rows["case_members"] += [(key, _target(e), "") for e in case.findall("{*}SourceRef")]
        rows["case_members"] += [(key, "", _target(e)) for e in case.findall("{*}SelectionRef")]
        rows["variables"].extend(_values(case, names))
    return rows


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _key(value: str | None) -> str:
    return (value or "").strip().strip("{}").upper()


def _guid(element: Element) -> str:
    return _key(element.get("guid"))


def _target(element: Element) -> str:
    return _key(element.get("targetGUID"))


def _codes(parent: Element, above: str) -> Iterator[tuple]:
    for code in parent.findall("{*}Code"):
        key = _guid(code)
        yield key, code.get("name", ""), above
        yield from _codes(code, key)


def _values(owner: Element, names: dict[str, str]) -> Iterator[tuple]:
    for value in owner.findall("{*}VariableValue"):
        reference = next(map(_target, value.findall("{*}VariableRef")), "")
        texts = [e.text or "" for e in value if _tag(e).endswith("Value")]
        if texts:
            yield _guid(owner), names.get(reference, reference), texts[0].strip()


def _source(source: Element, texts: dict[str, bytes]) -> Iterator[tuple[str, tuple]]:
    key = _guid(source)
    kind = SOURCE_KINDS[_tag(source)]
    parts = [source] if kind == "text" else [e for e in source if _tag(e) in _TEXT_PARTS]
    found = []
    for part in parts:
        text = _text(part, texts)
        found.append(text is not None)
        selections = _text_selections(part)
        read = read_selections(text, [(start, end, name) for _, start, end, name in selections])
        for (element, *_), selection in zip(selections, read, strict=True):
            yield from _selection(element, key, *selection)
        yield from (("codings", (key, "", code)) for code in _coded(part))
    if kind != "text":
        yield from (("codings", (key, "", code)) for code in _coded(source))
        for element in source:
            if _tag(element).endswith("Selection"):
                text = element.findtext("{*}Representation/{*}PlainTextContent")
                yield from _selection(element, key, text, "unverified")
    yield "sources", (key, source.get("name", ""), kind, all(found))


def _selection(
    element: Element, source: str, text: str | None, check: str
) -> Iterator[tuple[str, tuple]]:
    key = _guid(element)
    yield "selections", (key, source, text, check)
    yield from (("codings", (source, key, code)) for code in _coded(element))


def _coded(element: Element) -> Iterator[str]:
    yield from map(_target, element.findall("{*}Coding/{*}CodeRef"))


def _text(part: Element, texts: dict[str, bytes]) -> str | None:
    content = part.findtext("{*}PlainTextContent")
    if content is not None:
        return content
    path = part.get("plainTextPath")
    stored = texts.get(file_of(path)) if path else None
    return None if stored is None else decode(stored)


def _text_selections(part: Element) -> list[tuple[Element, int, int, str]]:
    points = {_guid(point): point.get("position") for point in part.findall("{*}SyncPoint")}
    selections = []
    for element in part:
        if _tag(element) == "PlainTextSelection":
            start, end = element.get("startPosition"), element.get("endPosition")
        elif _tag(element) == "TranscriptSelection":
            start = points.get(_key(element.get("fromSyncPoint")))
            end = points.get(_key(element.get("toSyncPoint")))
        else:
            continue
        selections.append((element, _position(start), _position(end), element.get("name", "")))
    return selections


def _position(value: str | None) -> int:
    """Return a position, or one that lies outside every text where it is no number."""
    try:
        return int(value or "")
    except ValueError:
        return -1


#: The text of a selection, and its check. ``match``: it equals the selection's name.
#: ``unverified``: it has no name, or its name is a title and no quotation. The text is None where
#: it is another: ``mismatch``: the name is a quotation that stands elsewhere in the source, or of
#: the same length but other words; ``out_of_range``: the positions lie outside the text;
#: ``no_text``: the source's text is not in the project.
Selection = tuple[str | None, str]


def decode(content: bytes) -> str | None:
    """Return a stored text with its byte order mark, or None where it is no Unicode text."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return f"\ufeff{text}" if encoding == "utf-16" else text


def _code_units(text: str, start: int, end: int) -> str | None:
    units = text.encode("utf-16-le", "surrogatepass")
    if not 0 <= start <= end <= len(units) // 2:
        return None
    return units[2 * start : 2 * end].decode("utf-16-le", "replace")


def _code_points(text: str, start: int, end: int) -> str | None:
    return text[start:end] if 0 <= start <= end <= len(text) else None


def _without_mark(text: str) -> str:
    return text.removeprefix("\ufeff")


def _line_feeds(text: str) -> str:
    return _without_mark(text).replace("\r\n", "\n")


def _carriage_returns(text: str) -> str:
    return _line_feeds(text).replace("\n", "\r\n")


_Reading = tuple[Callable[[str], str], Callable[[str, int, int], str | None]]

#: The ways in which positions are counted, the standard's first.
READINGS: tuple[_Reading, ...] = (
    (_without_mark, _code_units),
    (_line_feeds, _code_units),
    (str, _code_units),
    (_carriage_returns, _code_units),
    (_without_mark, _code_points),
    (_line_feeds, _code_points),
)


def read_selections(
    text: str | None, selections: Sequence[tuple[int, int, str]]
) -> list[Selection]:
    """Return the selections of one source, read in the way in which most of them match.

    `text`: The source's text as stored, None where it is missing.

    >>> read_selections("\\ufeffja 😀 nee", [(0, 2, "ja"), (6, 9, "nee")])
    [('ja', 'match'), ('nee', 'match')]
    """
    if text is None:
        return [(None, "no_text")] * len(selections)
    results = []
    for prepare, cut in READINGS:
        prepared = prepare(text)
        words = _words(prepared)
        results.append([_check(cut(prepared, s, e), name, words) for s, e, name in selections])
    return max(results, key=lambda found: sum(check == "match" for _, check in found))


def _words(text: str) -> str:
    return " ".join(text.split())


def _check(text: str | None, name: str, whole: str) -> Selection:
    if text is None:
        return None, "out_of_range"
    words = _words(text)
    quoted = _words(name)
    # Programs cut a long name off and mark that with an ellipsis.
    cut = quoted.endswith(("…", "..."))
    quoted = quoted.rstrip("….").rstrip() if cut else quoted
    if not quoted:
        return text, "unverified"
    if words == quoted or (cut and words.startswith(quoted)) or words == _words(name):
        return text, "match"
    if quoted in whole or (not cut and len(quoted) == len(words)):
        return None, "mismatch"
    return text, "unverified"
