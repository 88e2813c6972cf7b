"""Attacks on what surrounds the tables: pictures, pages, notebooks, logs, side files, quotes."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import subprocess
import sys
import zipfile

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from openpyxl import Workbook
from towns import town

from wijkkit.disclosure import GGD
from wijkkit.disclosure.release import release_estimates
from wijkkit.disclosure.sample import Sample
from wijkkit.disclosure.scan import Forbidden, forbidden_of, scan
from wijkkit.errors import DisclosureError

QUOTE = "My son is afraid of the big boys near the playground after school"
SURVEY = pd.DataFrame(
    {
        "respondent": ["kid-00417", "kid-00418"],
        "age": [7.0, 9.0],
        "postcode": ["3011AB", "3012CD"],
        "income": [1834.0, 2210.0],
        "rooms": [3.0, 4.0],
        "weight": [1.2345, 0.8701],
        "school": ["oak", "elm"],
        "remark": [QUOTE, None],
        "height": [121.5, 133.0],
    }
)
FORBIDDEN = forbidden_of(SURVEY, users=["jsmithson"])


def found(folder, forbidden: Forbidden = FORBIDDEN) -> set[str]:
    return {finding.what for finding in scan(folder, forbidden)}


def picture(text: str) -> bytes:
    """A PNG whose metadata hold a text."""
    figure, buffer = plt.figure(figsize=(1, 1)), io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Comment": text})
    plt.close(figure)
    return buffer.getvalue()


def zipped(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


def workbook(text: str) -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    book.create_sheet("secret").sheet_state = "hidden"
    book["secret"]["A1"] = text
    book.save(buffer)
    return buffer.getvalue()


def pdf(text: str) -> bytes:
    """A PDF as reports are: compressed, in a subset of a font, the id across two lines."""
    source = f'#set page(width: 5cm)\n#set text(lang: "nl", hyphenate: true)\nkind #"{text}"'
    # In a process of its own: Typst's threads would be missing in a process that is forked later.
    program = "import sys, typst; sys.stdout.buffer.write(typst.compile(sys.stdin.buffer.read()))"
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, input=source.encode(), capture_output=True, check=True, timeout=300
    ).stdout


NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
ID = "kid-00417"
HIDING_PLACES = {
    "page.html": f"<p>{ID}</p>".encode(),
    "comment.html": f"<!-- {ID} -->".encode(),
    "hidden.html": f'<div hidden data-row="{ID}">x</div>'.encode(),
    "escaped.html": b"<p>&#107;id&#45;00417</p>",
    "split.html": b"<p>kid-<b>00417</b></p>",
    "alt.html": f'<img alt="child {ID}">'.encode(),
    "tooltip.svg": f"<svg><title>{ID}</title></svg>".encode(),
    "attribute.svg": f'<svg><g id="point_{ID}"/></svg>'.replace("point_", "").encode(),
    "embedded.html": b'<script type="application/json">{"id": "\\u006bid-00417"}</script>',
    "inline.html": b'<img src="data:image/png;base64,' + base64.b64encode(picture(ID)) + b'">',
    "picture.png": picture(ID),
    "appended.png": picture("") + ID.encode(),
    "metadata.ipynb": json.dumps(NOTEBOOK | {"metadata": {"papermill": {"row": ID}}}).encode(),
    "widget.ipynb": json.dumps(
        NOTEBOOK | {"metadata": {"widgets": {"state": {"1": {"value": ID}}}}}
    ).encode(),
    "traceback.ipynb": json.dumps(
        NOTEBOOK | {"cells": [{"outputs": [{"traceback": [f"KeyError: '{ID}'"]}]}]}
    ).encode(),
    "run.log": f"failed at respondent {ID}\n".encode(),
    "side.csv": f"id;value\n{ID};3\n".encode(),
    "side.xlsx": workbook(ID),
    "report.docx": zipped("docProps/core.xml", f"<dc:creator>{ID}</dc:creator>"),
    "report.pdf": pdf(ID),
    "narrow.pdf": pdf(f"{ID[:7]}\\n{ID[7:]}"),
    "wide.txt": ID.encode("utf-16"),
    "link.html": b'<a href="?child=kid%2D00417">x</a>',
    f"{ID}.txt": b"empty",
}


@pytest.mark.parametrize("name", HIDING_PLACES)
def test_the_id_of_a_respondent_is_found_wherever_it_is(tmp_path, name):
    (tmp_path / name).write_bytes(HIDING_PLACES[name])
    assert "the id of a respondent" in found(tmp_path)


def test_the_same_places_without_an_id_are_clean(tmp_path):
    for number, data in enumerate(HIDING_PLACES.values()):
        for old in (ID, "kid&#45;00417", "&#107;id&#45;00417", "kid-<b>00417</b>"):
            data = data.replace(old.encode(), b"nobody")
        data = data.replace(b"\\u006bid-00417", b"nobody").replace(b"kid%2D00417", b"nobody")
        if data[:2] in (b"PK", b"\x89P", b"%P") or b"base64" in data or data[:2] == b"\xff\xfe":
            continue
        (tmp_path / f"{number}.html").write_bytes(data)
    (tmp_path / "picture.png").write_bytes(picture("nobody"))
    (tmp_path / "report.pdf").write_bytes(pdf("nobody"))
    (tmp_path / "book.xlsx").write_bytes(workbook("nobody"))
    assert found(tmp_path) == set()


@pytest.mark.parametrize(
    "written",
    [
        QUOTE,
        QUOTE.upper(),
        QUOTE.replace(" ", "\n"),
        f"<em>{QUOTE[:30]}</em>{QUOTE[30:]}",
        "A mother said: afraid of the big boys near the playground.",
    ],
)
def test_free_text_is_found_though_only_a_part_is_quoted(tmp_path, written):
    (tmp_path / "quotes.html").write_text(f"<blockquote>{written}</blockquote>")
    assert "free text" in found(tmp_path)


@pytest.mark.parametrize("separator", [",", ";", "\t", " | ", "</td><td>", '", "'])
def test_a_row_of_the_survey_is_found_without_its_id(tmp_path, separator):
    values = ["9", "3012CD", "2210", "4", "0.8701", "elm", "133"]
    clean = separator.join([*values[:3], "0", *values[3:]])
    row = separator.join(values)
    forbidden = forbidden_of(SURVEY.assign(respondent=["a", "b"], pets=[1.0, 2.0]))
    (tmp_path / "page.html").write_text(clean)
    assert found(tmp_path, forbidden) == set()
    (tmp_path / "page.html").write_text(row + separator + "2.0")
    assert found(tmp_path, forbidden) == {"a row of the survey"}


@pytest.mark.parametrize(
    "written",
    [
        "/home/jdoe/study/data.csv",
        "C:\\Users\\jdoe\\data.sav",
        "file:///srv/data",
        "/Users/jdoe/x",
        "\\\\server\\share$\\kids.sav",
        "/tmp/tmpabc/out.ipynb",
    ],
)
def test_a_path_of_a_machine_is_found(tmp_path, written):
    (tmp_path / "page.html").write_text(f"<p>made from {written}</p>")
    assert "a path of a machine" in found(tmp_path)


def test_a_user_name_is_found_and_web_addresses_are_not_paths(tmp_path):
    (tmp_path / "page.html").write_text("<p>made by JSmithson</p>")
    assert found(tmp_path) == {"a user name"}
    (tmp_path / "page.html").write_text('<a href="https://example.org/home/about">about</a>')
    assert found(tmp_path) == set()


def test_a_short_number_is_an_id_only_where_it_is_called_one(tmp_path):
    forbidden = Forbidden(ids=frozenset({"17"}))
    (tmp_path / "page.html").write_text("<p>17 per cent</p>")
    assert found(tmp_path, forbidden) == set()
    (tmp_path / "page.html").write_text('{"respondent": "17"}')
    assert found(tmp_path, forbidden) == {"the id of a respondent"}


def test_a_file_that_cannot_be_read_is_refused_and_a_link_is_a_finding(tmp_path):
    (tmp_path / "link.html").symlink_to("/etc/hostname")
    assert found(tmp_path) == {"a link to another file"}
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(DisclosureError, match="cannot be scanned"):
        scan(tmp_path, FORBIDDEN)


def test_a_finding_does_not_repeat_what_it_found(tmp_path):
    (tmp_path / "page.html").write_text(f"{ID} {QUOTE}")
    assert all(ID not in str(f) and QUOTE not in str(f) for f in scan(tmp_path, FORBIDDEN))


def test_the_coordinates_of_a_figure_give_no_more_than_the_rounded_percentage():
    made = town(3)
    table = made.release(GGD).table
    shown = table[table["status"] == "ok"].head(8)
    figure, axes = plt.subplots()
    axes.plot(range(len(shown)), shown["value"], marker="", gid="values")
    axes.set_ylim(0, 100)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    plt.close(figure)
    path = re.search(r'<g id="values">\s*<path d="([^"]*)"', buffer.getvalue().decode()).group(1)
    heights = [float(y) for y in re.findall(r"[ML] [\d.]+ ([\d.]+)", path)]
    bottom, top = (figure.get_size_inches()[1] * 72 * f for f in (0.11, 0.88))
    height = figure.get_size_inches()[1] * 72
    read = [100 * (height - y - bottom) / (top - bottom) for y in heights]
    assert [round(value, 3) for value in read] == shown["value"].tolist()


def test_neither_errors_nor_logs_hold_a_count(caplog):
    made = town(4)
    of_others = Sample(
        made.sample.people.iloc[7:], made.sample.units, ("1",), made.sample.groupings,
        made.sample.areas,
    )  # fmt: skip
    with caplog.at_level(logging.DEBUG), pytest.raises(DisclosureError) as caught:
        release_estimates(made.estimates, of_others, GGD)
    said = str(caught.value) + caplog.text
    assert not any(f" {int(n)}" in said for n in made.cells["n"])


def test_what_is_said_of_hidden_cells_holds_no_number():
    made = town(2, size=(5, 60))
    out = made.release(GGD)
    absent = out.table[out.table["status"] != "ok"]
    numbers = ["value", "lower", "upper", "n", "step"]
    assert len(absent) and absent[numbers].isna().all(axis=None)
