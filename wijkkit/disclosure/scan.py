"""Scan what is about to be published for anything that is about one person or one machine."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pypdf

from wijkkit.errors import DisclosureError

# Everything that can be read in a file: text, metadata, what is packed or encoded in it.

#: Nothing in a release is larger; what is may be made to exhaust the scan.
LARGEST = 200_000_000
_DEPTH = 4
_UNREADABLE = (zipfile.BadZipFile, zlib.error, pa.ArrowException, pypdf.errors.PyPdfError)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")
_PDF_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def contents(path: Path) -> Iterator[tuple[str, str]]:
    """Yield place and text of everything readable in a file.

    Members of zip files (XLSX, DOCX), compressed parts of PNG and PDF files, columns and
    metadata of parquet files, base64 in text (pictures in pages and notebooks) are unpacked.
    """
    if path.stat().st_size > LARGEST:
        raise _unread(path, "larger than the scan reads")
    try:
        yield from _unpacked(path.read_bytes(), path.suffix.lower(), "", 0)
    except (*_UNREADABLE, EOFError, ValueError) as error:
        raise _unread(path, type(error).__name__) from error


def _unread(path: Path, found: str) -> DisclosureError:
    return DisclosureError(
        "a file that cannot be scanned",
        file=path.name,
        found=found,
        remedy="Leave it out of the release, or make it again.",
    )


def _unpacked(data: bytes, suffix: str, place: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEPTH:
        raise ValueError("packed too deep")
    if data.startswith(b"PK\x03\x04"):
        yield from _zip(data, place, depth)
    elif data.startswith(b"\x89PNG"):
        yield from _png(data, place)
    elif data.startswith(b"PAR1"):
        yield from _parquet(data, place)
    elif data.startswith(b"\x1f\x8b"):
        inner = zlib.decompressobj(wbits=31).decompress(data, LARGEST)
        yield from _unpacked(inner, "", f"{place}gzip ", depth + 1)
    elif data.startswith(b"%PDF"):
        yield f"{place}text", data.decode("latin-1")
        for packed in _PDF_STREAM.findall(data):
            try:
                inner = zlib.decompressobj().decompress(packed, LARGEST)
            except zlib.error:
                continue
            yield f"{place}stream", inner.decode("latin-1")
        yield from _pdf_text(data, place)
    else:
        yield from _text(data, suffix, place, depth)


def _pdf_text(data: bytes, place: str) -> Iterator[tuple[str, str]]:
    """Yield what a reader of the PDF sees, whatever fonts it is set in, per page."""
    for number, page in enumerate(pypdf.PdfReader(io.BytesIO(data), strict=False).pages, 1):
        text = page.extract_text()
        yield f"{place}page {number}", text
        yield (
            f"{place}page {number} without line ends",
            re.sub(r"[-\u00ad\u2010]?\s*\n\s*", "", text),
        )


def _zip(data: bytes, place: str, depth: int) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise ValueError("unpacks to too much")
        yield f"{place}comment", archive.comment.decode("latin-1")
        for member in archive.infolist():
            name = f"{place}{member.filename} "
            yield f"{name}name", member.filename
            yield from _unpacked(
                archive.read(member), Path(member.filename).suffix, name, depth + 1
            )


def _png(data: bytes, place: str) -> Iterator[tuple[str, str]]:
    at, kind = 8, b""
    while at < len(data) and kind != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            yield f"{place}metadata", body.decode("latin-1")
            yield f"{place}metadata", body.decode("utf-8", "replace")
            try:
                inner = zlib.decompressobj().decompress(body[body.find(b"\x78") :], LARGEST)
            except zlib.error:
                continue
            yield f"{place}metadata", inner.decode("utf-8", "replace")
    if at < len(data):
        yield f"{place}after the picture", data[at:].decode("latin-1")


def _parquet(data: bytes, place: str) -> Iterator[tuple[str, str]]:
    table = pq.read_table(io.BytesIO(data))
    metadata = table.schema.metadata or {}
    yield (
        f"{place}metadata",
        " ".join(part.decode("utf-8", "replace") for item in metadata.items() for part in item),
    )
    yield f"{place}columns", " ".join(table.column_names)
    for row in table.to_pylist():
        yield f"{place}row", "\n".join(str(value) for value in row.values() if value is not None)


def _text(data: bytes, suffix: str, place: str, depth: int) -> Iterator[tuple[str, str]]:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = html.unescape(data.decode(encoding, "replace"))
    yield f"{place}text", text
    for between in ("", " "):
        yield f"{place}text without tags", re.sub(r"<[^>]*>", between, text)
    if "%" in text:
        yield f"{place}text decoded", unquote(text)
    if suffix in (".ipynb", ".json", ".jsonl") or "\\u" in text or "\\n" in text:
        yield f"{place}strings", _json_strings(text)
    for blob in _BASE64.findall(data):
        try:
            inner = base64.b64decode(blob + b"=" * (-len(blob) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        if inner[:4] in (b"\x89PNG", b"PK\x03\x04", b"PAR1", b"%PDF") or inner[:1] in b"<{[":
            yield from _unpacked(inner, "", f"{place}base64 ", depth + 1)


def _json_strings(text: str) -> str:
    """Return a text with the escapes of JSON strings undone."""

    def undone(found: re.Match[str]) -> str:
        try:
            return str(json.loads(f'"{found.group()}"'))
        except ValueError:
            return found.group()

    return html.unescape(re.sub(r"(\\u[0-9a-fA-F]{4}|\\[\"\\/bfnrt])+", undone, text))


#: Ids that are shorter, or digits only and shorter than the second, are looked for by name.
_ID_LENGTH, _NUMBER_LENGTH = 4, 6
#: So many words of a free text in a row are that text; so many values of a row are that row.
_WORDS, _VALUES, _DIFFERENT = 5, 8, 5
#: What every row of a table says that did not pass disclosure control.
UNPROTECTED = "unprotected-estimates-of-wijkkit"
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"[\w.\-]+")
_VALUE = re.compile(r"[^\s,;|\t\"'<>\[\]{}()=:]+")
_PATHS = re.compile(
    r"(?<![\w/.:])/(?:home|Users|root|tmp|work|mnt|media|srv|opt|private)/[\w.\-]+"
    r"|\b[A-Za-z]:\\{1,2}(?:Users|Documents and Settings)\\{1,2}[^\\\s\"<>]+"
    r"|(?<!\w)\\\\[\w.\-]+\\[\w$.\-]+"
    r"|file://\S+"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that may not be in a release: file, place in it, and what it is.

    The thing itself is not repeated: a finding may be logged. `file`: Relative to the folder that
    was scanned.
    """

    file: str
    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What may not be in a release.

    `ids`: Of respondents. `texts`: Free text: answers, quotes that are not cleared. `rows`: Of the
    survey, values as text, without missing ones. `users`: Names of the people whose machine it was
    made on.
    """

    ids: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    users: frozenset[str] = frozenset()


def forbidden_of(
    respondents: pd.DataFrame, texts: Iterable[str] = (), users: Iterable[str] = ()
) -> Forbidden:
    """Return what of a survey, free text from other sources and user names may not be in a release."""
    answers = respondents.drop(columns="respondent").select_dtypes(include=["object", "string"])
    free = {
        value
        for column in answers
        for value in answers[column].dropna().unique()
        if isinstance(value, str) and len(_WORD.findall(value)) >= _WORDS
    }
    rows = (
        tuple(_shown(value) for value in row if pd.notna(value))
        for row in respondents.itertuples(index=False, name=None)
    )
    return Forbidden(
        ids=frozenset(_shown(value) for value in respondents["respondent"].dropna()),
        texts=tuple(sorted({*free, *texts})),
        rows=tuple(rows),
        users=frozenset(user for user in users if len(user) >= _ID_LENGTH),
    )


def scan(folder: Path, forbidden: Forbidden) -> list[Finding]:
    """Scan all files of a folder, hidden ones and file names included.

    Absolute paths of a machine are always looked for. Raises DisclosureError: A file cannot be read
    as what it is.
    """
    wanted, found = _Wanted(forbidden), []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink()):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found.append(Finding(name, "", "a link to another file"))
            continue
        places = [("file name", name), *contents(path)]
        found += [Finding(name, place, what) for place, text in places for what in wanted.in_(text)]
    return list(dict.fromkeys(found))


class _Wanted:
    """What is forbidden, as it is looked for in a text."""

    def __init__(self, forbidden: Forbidden) -> None:
        values = (_VALUE.findall(" ; ".join(row)) for row in forbidden.rows)
        self.ids = {id_.casefold() for id_ in forbidden.ids if _distinct(id_)}
        self.numbers = {id_ for id_ in forbidden.ids if not _distinct(id_)}
        self.texts = {part for text in forbidden.texts for part in _shingles(text)}
        self.rows = {part for row in values for part in _runs(row)}
        self.users = {user.casefold() for user in forbidden.users}

    def in_(self, text: str) -> Iterator[str]:
        """Yield what of the wanted stands in a text."""
        tokens = {token.strip(".-").casefold() for token in _TOKEN.findall(text)}
        tokens |= {
            part
            for token in tokens
            for cut in (r"\.", "-", r"[.\-]")
            for part in re.split(cut, token)
        }
        if not self.ids.isdisjoint(tokens) or not self.numbers.isdisjoint(_named_numbers(text)):
            yield "the id of a respondent"
        if self.texts and any(part in self.texts for part in _shingles(text)):
            yield "free text"
        if self.rows and any(part in self.rows for part in _runs(_VALUE.findall(text))):
            yield "a row of the survey"
        if UNPROTECTED in text:
            yield "numbers that did not pass disclosure control"
        if _PATHS.search(text):
            yield "a path of a machine"
        if not self.users.isdisjoint(tokens):
            yield "a user name"


def _distinct(id_: str) -> bool:
    return len(id_) >= (_NUMBER_LENGTH if id_.isdigit() else _ID_LENGTH)


def _named_numbers(text: str) -> Iterator[str]:
    """Yield numbers that are called a respondent's: short ones are too common otherwise."""
    for found in re.finditer(r"(?i)respondent\w*[\s\"':=,>#]{1,6}(\w+)", text):
        yield found.group(1)


def _shingles(text: str) -> Iterator[str]:
    """Yield runs of words; all of a text that has fewer."""
    words = [word.casefold() for word in _WORD.findall(text)]
    for at in range(max(len(words) - _WORDS, 0) + 1 if len(words) > 1 else 0):
        yield " ".join(words[at : at + _WORDS])


def _runs(values: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield runs of values that differ enough to be those of one row."""
    shown = [_shown(value) for value in values]
    for at in range(len(shown) - _VALUES + 1):
        run = tuple(shown[at : at + _VALUES])
        if len(set(run)) >= _DIFFERENT:
            yield run


def _shown(value: object) -> str:
    """Return a value as text: 7.0 as 7, whatever wrote it."""
    text = str(value).strip()
    return re.sub(r"(?<=\d)\.0+$", "", text)
