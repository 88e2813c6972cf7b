"""Coded group interviews as a REFI-QDA project (``.qdpx``), as QDA programs export them."""

from __future__ import annotations

import uuid
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from wijkkit.demo import truth
from wijkkit.files import replacing

NAMESPACE = "urn:QDA-XML:project:1.0"

#: Theme -> code -> what somebody says, and how often a group of the programme or of the
#: comparators says so.
CODES = {
    "Samenwerking": {
        "Breed netwerk": ("We kennen elkaar nu en weten wie we moeten bellen.", 0.9, 0.5),
        "Wisseling van mensen": ("Er zit steeds iemand anders aan tafel.", 0.6, 0.4),
        "Gedeelde doelen": ("We hebben samen gekozen wat eerst moet.", 0.8, 0.3),
    },
    "Uitvoering": {
        "Keuze is moeilijk": ("Uit al dat aanbod kiezen bleef lastig.", 0.8, 0.3),
        "Registratie lukt niet": ("Hoeveel kinderen er komen, houdt niemand bij.", 0.9, 0.7),
        "Onduidelijke uitvoering": ("Wie wat zou doen, bleef vaag.", 0.5, 0.3),
        "Corona": ("Door de sluiting lag bijna alles stil.", 0.9, 0.9),
    },
    "Gemeente": {
        "Weinig steun": ("Van de gemeente hoorden we daarna niets meer.", 0.5, 0.4),
        "Botst met inkoop": ("De inkoop lag al vast, wij konden niets meer kiezen.", 0.4, 0.2),
    },
    "Kinderen": {
        "Meer buiten": ("Je ziet na school veel meer kinderen buiten.", 0.7, 0.2),
        "Weinig speelruimte": ("Er is hier gewoon te weinig plek om te spelen.", 0.5, 0.7),
    },
}
#: What nobody could say yet in the first wave.
LATER = ("Uitvoering", "Botst met inkoop", "Meer buiten")
ROLES = {"partners": "Partners in de wijk", "ouders": "Ouders"}
_FILLER = (
    "De gespreksleider vraagt hoe het de afgelopen tijd ging.",
    "Niet iedereen is het daarmee eens.",
    "Daarna gaat het gesprek over de planning van het volgende jaar.",
    "Eén van de aanwezigen noemt een voorbeeld uit de eigen straat.",
)


def write_group_interviews(city: pd.DataFrame, path: Path, seed: int) -> None:
    """Write one interview per wijk, wave and role, and two of the municipality without a wijk."""
    rng = np.random.default_rng([seed, 7])
    project = _element(None, "Project", name="Groepsinterviews Lindestad", origin="demo")
    book = _element(_element(project, "CodeBook"), "Codes")
    codes = _codes(book, rng)
    variables = _variables(_element(project, "Variables"), rng)
    cases, sources = _element(project, "Cases"), _element(project, "Sources")
    texts: dict[str, str] = {}
    for group in _groups(city):
        guid = _guid(rng)
        text, spoken = _conversation(group, rng)
        texts[f"{guid}.txt"] = text
        source = _element(
            sources,
            "TextSource",
            guid=guid,
            name=group["group"],
            plainTextPath=f"internal://{guid}.txt",
        )
        for code, start, end in spoken:
            _select(source, codes[code], text, (start, end), rng)
        case = _element(cases, "Case", guid=_guid(rng), name=group["group"])
        for name, variable in variables.items():
            if group[name]:
                value = _element(case, "VariableValue")
                _element(value, "VariableRef", targetGUID=variable)
                _element(value, "TextValue").text = group[name]
        _element(case, "SourceRef", targetGUID=guid)
    _write_archive(path, ET.tostring(project, encoding="utf-8", xml_declaration=True), texts)


def _groups(city: pd.DataFrame):
    for wave in truth.WAVES:
        for wijk in city.itertuples():
            for role, words in ROLES.items():
                yield {
                    "group": f"{words} {wijk.name} {wave}",
                    "wijk": wijk.name,
                    "wave": wave,
                    "role": role,
                    "arm": wijk.arm,
                }
    for role in ("uitvoerend", "tactisch"):
        yield {
            "group": f"Gemeente {role} {truth.WAVES[1]}",
            "wijk": "",
            "wave": truth.WAVES[1],
            "role": "gemeente",
            "arm": "programme",
        }


def _conversation(group: dict[str, str], rng: np.random.Generator) -> tuple[str, list]:
    """Return the text of an interview, and which code was spoken of from where to where."""
    first = group["wave"] == truth.WAVES[0]
    lines, spoken, at = [], [], 0
    for theme, codes in CODES.items():
        for code, (words, programme, comparator) in codes.items():
            often = programme if group["arm"] == "programme" else comparator
            if rng.random() >= often or (first and (theme in LATER or code in LATER)):
                continue
            for line in (str(rng.choice(_FILLER)), words):
                if line == words:
                    spoken.append((code, at, at + len(words)))
                lines.append(line)
                at += len(line) + 2
    return "\r\n".join(lines), spoken


def _codes(book: ET.Element, rng: np.random.Generator) -> dict[str, str]:
    guids = {}
    for theme, codes in CODES.items():
        parent = _element(book, "Code", guid=_guid(rng), name=theme, isCodable="false")
        for code in codes:
            guids[code] = _guid(rng)
            _element(parent, "Code", guid=guids[code], name=code, isCodable="true")
    return guids


def _variables(parent: ET.Element, rng: np.random.Generator) -> dict[str, str]:
    guids = {name: _guid(rng) for name in ("group", "wijk", "wave", "role", "arm")}
    for name, guid in guids.items():
        _element(parent, "Variable", guid=guid, name=name, typeOfVariable="Text")
    return guids


def _select(
    source: ET.Element, code: str, text: str, span: tuple[int, int], rng: np.random.Generator
) -> None:
    start, end = span
    selection = _element(
        source,
        "PlainTextSelection",
        guid=_guid(rng),
        name=text[start:end],
        startPosition=str(start),
        endPosition=str(end),
    )
    _element(_element(selection, "Coding", guid=_guid(rng)), "CodeRef", targetGUID=code)


def _element(parent: ET.Element | None, tag: str, **attributes: str) -> ET.Element:
    if parent is None:
        return ET.Element(tag, {"xmlns": NAMESPACE, **attributes})
    return ET.SubElement(parent, tag, attributes)


def _guid(rng: np.random.Generator) -> str:
    return str(uuid.UUID(bytes=rng.bytes(16), version=4))


def _write_archive(path: Path, project: bytes, texts: dict[str, str]) -> None:
    with (
        replacing(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr(zipfile.ZipInfo("project.qde"), project)
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(f"Sources/{name}"), text.encode("utf-8"))
