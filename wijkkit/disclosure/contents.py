"""Everything that can be read in a file: text, metadata, what is packed or encoded in it."""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import pypdf

from wijkkit.errors import DisclosureError

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

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = Path(folder) / "page.html"
    ...     _ = page.write_text("<p>a &amp; b</p>")
    ...     found = dict(contents(page))
    >>> found["text"]
    '<p>a & b</p>'
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
    while at + 8 <= len(data) and kind != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            yield f"{place}metadata", body.decode("latin-1")
            yield f"{place}metadata", body.decode("utf-8", "replace")
            packed = body.find(b"\x78")
            if packed >= 0 and kind != b"tEXt":
                try:
                    inner = zlib.decompressobj().decompress(body[packed:], LARGEST)
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
