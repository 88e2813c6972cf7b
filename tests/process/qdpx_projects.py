"""REFI-QDA projects for the tests, written as QDA programs write them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

GUID = "{:08X}-0000-4000-8000-000000000000".format


def project_xml(sources: str, codes: str = "", rest: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<Project xmlns="urn:QDA-XML:project:1.0" name="Interviews" origin="test">'
        f"<CodeBook><Codes>{codes}</Codes></CodeBook>{rest}<Sources>{sources}</Sources></Project>"
    )


def code(number: int, name: str, inner: str = "") -> str:
    return f'<Code guid="{GUID(number)}" name={quoteattr(name)} isCodable="true">{inner}</Code>'


def selection(number: int, start: int, end: int, name: str, *codes: int) -> str:
    coded = "".join(
        f'<Coding guid="{GUID(900 + number)}"><CodeRef targetGUID="{GUID(target)}"/></Coding>'
        for target in codes
    )
    return (
        f'<PlainTextSelection guid="{GUID(number)}" startPosition="{start}" endPosition="{end}"'
        f" name={quoteattr(name)}>{coded}</PlainTextSelection>"
    )


def text_source(number: int, name: str, path: str, inner: str = "") -> str:
    return (
        f'<TextSource guid="{GUID(number)}" name={quoteattr(name)}'
        f" plainTextPath={quoteattr(path)}>{inner}</TextSource>"
    )


def write_project(
    path: Path,
    xml: str | bytes,
    texts: dict[str, bytes] | None = None,
    project: str = "project.qde",
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(project, xml)
        for name, content in (texts or {}).items():
            archive.writestr(name, content)
    return path
