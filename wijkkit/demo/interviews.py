"""Coded group interviews as a REFI-QDA project (``.qdpx``), as QDA programs export them."""

from __future__ import annotations

import uuid
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd

from wijkkit.demo import city as truth
from wijkkit.evaluation.process.interviews import write_quote_file
from wijkkit.files import replacing, write_whole
from wijkkit.loaders.segments import load_group_interviews
from wijkkit.study import Study

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
    about = {"xmlns": NAMESPACE, "name": "Groepsinterviews Lindestad", "origin": "demo"}
    project = ET.Element("Project", about)
    book = _element(_element(project, "CodeBook"), "Codes")
    codes = _codes(book, rng)
    variables = _variables(_element(project, "Variables"), rng)
    cases, sources = _element(project, "Cases"), _element(project, "Sources")
    texts: dict[str, str] = {}
    for group in _groups(city):
        guid = _guid(rng)
        text, spoken = _conversation(group, rng)
        texts[f"{guid}.txt"] = text
        stored = f"internal://{guid}.txt"
        source = _element(
            sources, "TextSource", guid=guid, name=group["group"], plainTextPath=stored
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
                about = {"wijk": wijk.name, "wave": wave, "role": role, "arm": wijk.arm}
                yield {"group": f"{words} {wijk.name} {wave}", **about}
    about = {"wijk": "", "wave": truth.WAVES[1], "role": "gemeente", "arm": "programme"}
    for role in ("uitvoerend", "tactisch"):
        yield {"group": f"Gemeente {role} {truth.WAVES[1]}", **about}


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
    about = {"name": text[start:end], "startPosition": str(start), "endPosition": str(end)}
    selection = _element(source, "PlainTextSelection", guid=_guid(rng), **about)
    _element(_element(selection, "Coding", guid=_guid(rng)), "CodeRef", targetGUID=code)


def _element(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
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


# Choose quotes from the demo's group interviews, and word them, as a researcher would.

#: Arm and code -> what readers get to see.
CHOSEN = {
    ("programme", "Registratie lukt niet"): "Niemand houdt bij hoeveel kinderen er komen.",
    ("programme", "Keuze is moeilijk"): "Het bleef lastig om uit al dat aanbod te kiezen.",
    ("programme", "Breed netwerk"): "We weten nu wie we moeten bellen.",
    ("comparator", "Wisseling van mensen"): "Aan tafel zit steeds een ander.",
}


def write_chosen_quotes(study: Study, path: Path) -> None:
    """Write the file of quotes, and fill in `CHOSEN` for the last wave."""
    path.unlink(missing_ok=True)
    write_quote_file(study, load_group_interviews(study).segments, path)
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    first = ~rows.duplicated(["arm", "wave", "code"]) & rows["wave"].eq(truth.WAVES[-1])
    shown = [CHOSEN.get(key, "") for key in zip(rows["arm"], rows["code"], strict=True)]
    rows["shown"] = pd.Series(shown).where(first, "")
    rows["use"] = rows["shown"].ne("").map({True: "yes", False: ""})
    with replacing(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_bytes(rows.to_csv(index=False).encode("utf-8-sig"))


# Telephone interviews with key figures: two waves, both arms, four scales.

#: Scale -> mean score of (programme, comparator) in each wave: the comparators do better on three
#: of the four scales, collaboration differs nowhere, and nothing changes.
SCALES = {
    "coordinatie": (3.2, 3.7),
    "partijen": (3.3, 3.7),
    "strategie": (3.1, 3.5),
    "samenwerking": (3.5, 3.5),
}
ITEMS = 4
INTERVIEWS = 8
NO_ANSWER = 9
KEY_FIGURE_ROLES = ("wijkteam", "school", "welzijn", "jeugdgezondheidszorg", "politie", "gemeente")


def write_key_figures(city: pd.DataFrame, path: Path, seed: int) -> None:
    """Write the interviews as csv: semicolons, Dutch column names, 9 for no answer."""
    rng = np.random.default_rng([seed, 6])
    rows: list[dict[str, Any]] = []
    for wave in truth.WAVES:
        for wijk in city.itertuples():
            for number in range(INTERVIEWS):
                role = KEY_FIGURE_ROLES[number % len(KEY_FIGURE_ROLES)]
                about = {"wijk": wijk.name, "meting": wave, "functie": role}
                answers = _answers(wijk.arm == "programme", rng)
                rows.append({"nummer": f"S{len(rows) + 1:04d}", **about, **answers})
    table = pd.DataFrame(rows)
    write_whole(path, table.to_csv(sep=";", index=False, lineterminator="\n"))


def _answers(programme: bool, rng: np.random.Generator) -> dict[str, int]:
    answers = {}
    person = rng.normal(0, 0.45)
    for scale, means in SCALES.items():
        level = means[0 if programme else 1] + person + rng.normal(0, 0.35)
        for item in range(1, ITEMS + 1):
            answer = int(np.clip(np.rint(level + rng.normal(0, 0.6)), 1, 5))
            reverse = item == ITEMS
            answers[f"{scale}_{item}"] = 6 - answer if reverse else answer
            if rng.random() < 0.03:
                answers[f"{scale}_{item}"] = NO_ANSWER
    return answers
