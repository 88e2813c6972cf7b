"""REFI-QDA projects: the reference project, other programs' habits, and files that do harm."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest

from wijkkit.errors import DataError
from wijkkit.loaders import qdpx_archive
from wijkkit.loaders.segments import read_qdpx

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


TALK = "Wij zijn begonnen 😀 met spelen.\r\nDaarna stopte het."


def place(text: str, words: str) -> tuple[int, int]:
    """Return the position of `words` in `text` in UTF-16 code units."""
    start = len(text[: text.index(words)].encode("utf-16-le")) // 2
    return start, start + len(words.encode("utf-16-le")) // 2


def one_text(tmp_path, stored: bytes, *selections: str, path: str = "internal://A1.txt"):
    xml = project_xml(text_source(1, "group one", path, "".join(selections)), code(50, "pace"))
    return read_qdpx(write_project(tmp_path / "p.qdpx", xml, {"Sources/A1.txt": stored}))


def test_the_reference_project_reads_with_its_sources_codes_and_code_references(shared_data):
    project = read_qdpx(shared_data / "qdpx" / "skyloom_TestProject.qdpx")
    assert len(project.sources) == 12
    assert len(project.codes) == 14
    assert len(project.codings) == 16
    assert project.sources["kind"].value_counts().to_dict() == {
        "text": 6,
        "video": 2,
        "pdf": 2,
        "picture": 1,
        "audio": 1,
    }
    assert set(project.codings["code"]) <= set(project.codes["code"])
    # Its zip holds no sources: that is said, and no text is made up.
    assert [problem.what for problem in project.problems] == ["6 sources without their text"]
    of_texts = project.sources.loc[project.sources["kind"].eq("text"), "source"]
    own = project.selections[project.selections["source"].isin(of_texts)]
    assert own["text"].isna().all()
    assert set(own["check"]) == {"no_text"}


def test_positions_are_utf16_code_units_in_the_text_as_stored(tmp_path):
    words = "Daarna stopte het."
    project = one_text(tmp_path, TALK.encode(), selection(2, *place(TALK, words), words, 50))
    assert project.selections.loc[0, ["text", "check"]].tolist() == [words, "match"]
    assert project.problems == ()


@pytest.mark.parametrize(
    ("stored", "counted"),
    [
        (TALK.encode("utf-8-sig"), TALK),
        (TALK.encode("utf-16"), TALK),
        (TALK.encode(), TALK.replace("\r\n", "\n")),
        (TALK.encode("utf-8-sig"), f"\ufeff{TALK}"),
        (TALK.replace("\r\n", "\n").encode(), TALK),
    ],
    ids=["with a BOM", "UTF-16", "counted in LF", "counting the BOM", "counted in CRLF"],
)
def test_other_ways_of_counting_are_recognised_by_the_names(tmp_path, stored, counted):
    words = "Daarna stopte het."
    project = one_text(tmp_path, stored, selection(2, *place(counted, words), words, 50))
    assert project.selections.loc[0, "text"] == words
    assert project.selections.loc[0, "check"] == "match"


def test_positions_counted_in_characters_are_recognised(tmp_path):
    talk = TALK.replace("\r\n", "\n")
    start = talk.index("Daarna")
    project = one_text(tmp_path, talk.encode(), selection(2, start, start + 6, "Daarna", 50))
    assert project.selections.loc[0, "text"] == "Daarna"
    assert project.selections.loc[0, "check"] == "match"


def test_a_selection_that_gives_another_text_is_reported_and_never_quoted(tmp_path):
    start, end = place(TALK, "Daarna stopte het.")
    project = one_text(
        tmp_path,
        TALK.encode(),
        selection(2, start, end, "Daarna stopte het.", 50),
        selection(3, 0, 3, "spelen", 50),
        selection(4, 20, 9999, "spelen", 50),
        selection(5, 0, 3, "a title", 50),
        selection(6, 0, 10, "Wij zijn…", 50),
    )
    checks = ["match", "mismatch", "out_of_range", "unverified", "match"]
    assert project.selections["check"].tolist() == checks
    assert project.selections["text"].isna().tolist() == [False, True, True, False, False]
    assert [problem.what[:12] for problem in project.problems] == ["1 selections", "1 selections"]
    assert len(project.codings) == 5


@pytest.mark.parametrize(
    "path",
    ["internal://a1.TXT", "relative://A1.txt", r"relative:///interviews\A1.txt", "A1.txt"],
)
def test_a_text_is_found_in_the_project_whatever_its_path_and_case(tmp_path, path):
    project = one_text(tmp_path, TALK.encode(), selection(2, 0, 3, "Wij", 50), path=path)
    assert project.selections.loc[0, "text"] == "Wij"


def test_a_text_outside_the_project_is_never_opened(tmp_path):
    (tmp_path / "secret.txt").write_text("Wij")
    project = one_text(
        tmp_path,
        b"other",
        selection(2, 0, 3, "Wij", 50),
        path=f"absolute://{tmp_path}/secret.txt",
    )
    assert project.selections.loc[0, "check"] == "no_text"


def test_guids_agree_with_and_without_braces_and_in_any_case(tmp_path):
    chosen = selection(2, 0, 3, "Wij", 50).replace(GUID(50), "{" + GUID(50).lower() + "}")
    project = one_text(tmp_path, TALK.encode(), chosen)
    assert project.codings["code"].tolist() == [GUID(50)]
    assert project.problems == ()


def test_nested_codes_cases_and_variables_are_read(tmp_path):
    rest = (
        f'<Variables><Variable guid="{GUID(70)}" name="wave" typeOfVariable="Text"/></Variables>'
        f'<Cases><Case guid="{GUID(60)}" name="group one">'
        f'<VariableValue><VariableRef targetGUID="{GUID(70)}"/><TextValue>2021</TextValue>'
        f'</VariableValue><SourceRef targetGUID="{GUID(1)}"/></Case></Cases>'
    )
    xml = project_xml(
        text_source(1, "one", "internal://A1.txt"), code(50, "process", code(51, "pace")), rest
    )
    path = write_project(tmp_path / "p.qdpx", xml, {"sources/a1.txt": b"text"}, "Project.QDE")
    project = read_qdpx(path)
    assert project.codes["parent"].tolist() == ["", GUID(50)]
    assert project.variables.to_dict("records") == [
        {"owner": GUID(60), "variable": "wave", "value": "2021"}
    ]
    assert project.case_members["source"].tolist() == [GUID(1)]


def test_transcripts_are_selected_by_their_sync_points(tmp_path):
    point = '<SyncPoint guid="{}" position="{}" timeStamp="0"/>'.format
    xml = project_xml(
        f'<AudioSource guid="{GUID(1)}" name="talk.m4a" path="internal://talk.m4a">'
        f'<Transcript guid="{GUID(2)}"><PlainTextContent>ja en nee</PlainTextContent>'
        f"{point(GUID(3), 0)}{point(GUID(4), 2)}"
        f'<TranscriptSelection guid="{GUID(5)}" name="ja" fromSyncPoint="{GUID(3)}"'
        f' toSyncPoint="{GUID(4)}"><Coding guid="{GUID(6)}"><CodeRef targetGUID="{GUID(50)}"/>'
        "</Coding></TranscriptSelection></Transcript></AudioSource>",
        code(50, "pace"),
    )
    project = read_qdpx(write_project(tmp_path / "p.qdpx", xml))
    assert project.selections.loc[0, ["text", "check"]].tolist() == ["ja", "match"]
    assert len(project.codings) == 1


def test_references_to_what_is_not_there_are_reported(tmp_path):
    project = one_text(tmp_path, TALK.encode(), selection(2, 0, 3, "Wij", 51))
    assert [str(problem) for problem in project.problems] == [
        f"p.qdpx, codings: a code that is not in the project (found {GUID(51)}). "
        "Check in the QDA program whether everything was exported."
    ]


def test_everything_without_identity_is_reported_at_once(tmp_path):
    xml = project_xml(
        text_source(1, "one", "internal://1.txt") + text_source(1, "two", "internal://2.txt"),
        '<Code name="a" isCodable="true"/><Code name="b" isCodable="true"/>',
    )
    with pytest.raises(DataError) as error:
        read_qdpx(write_project(tmp_path / "p.qdpx", xml))
    assert len(error.value.problems) == 3


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
    "<Project>&b;</Project>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><Project/>'
DEEP = "<Project>" + "<a>" * 100 + "</a>" * 100 + "</Project>"


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        (DEEP, "not a REFI-QDA project"),
        ("<CodeBook/>", "not a REFI-QDA project"),
        ("<Project>", "malformed"),
        (b"\xff\xff", "malformed"),
        ('<?xml version="1.0" encoding="no-such"?><Project/>', "malformed"),
    ],
    ids=["entities", "external entity", "deep", "codebook", "open tag", "bytes", "encoding"],
)
def test_xml_that_does_harm_or_is_broken_ends_in_a_message(tmp_path, xml, what):
    with pytest.raises(DataError, match=what):
        read_qdpx(write_project(tmp_path / "p.qdpx", xml))


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/etc/passwd.txt", r"..\outside.txt", "C:/x.txt", "a/../../b.txt"]
)
def test_paths_that_lead_out_of_the_project_are_refused(tmp_path, name):
    path = write_project(tmp_path / "p.qdpx", project_xml(""), {name: b"x"})
    with pytest.raises(DataError, match="leads out of the project"):
        read_qdpx(path)


def test_a_zip_bomb_is_refused_before_it_is_read(tmp_path):
    path = write_project(
        tmp_path / "p.qdpx", project_xml(""), {"Sources/a.txt": b"\0" * (4 * 2**20)}
    )
    with pytest.raises(DataError, match="unpacks to far more"):
        read_qdpx(path)


def test_texts_above_the_limits_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(qdpx_archive, "MAXIMUM_FILE_SIZE", 10_000)
    path = write_project(
        tmp_path / "p.qdpx", project_xml(""), {"Sources/a.txt": bytes(range(256)) * 100}
    )
    with pytest.raises(DataError, match="too large"):
        read_qdpx(path)
    monkeypatch.setattr(qdpx_archive, "MAXIMUM_TOTAL_SIZE", 20_000)
    with pytest.raises(DataError, match="texts of the project are too large"):
        read_qdpx(path)


def test_files_that_are_no_project_end_in_a_message(tmp_path):
    (tmp_path / "text.qdpx").write_text("no zip")
    whole = write_project(tmp_path / "whole.qdpx", project_xml("")).read_bytes()
    (tmp_path / "cut.qdpx").write_bytes(whole[:-30])
    with zipfile.ZipFile(tmp_path / "empty.qdpx", "w"):
        pass
    write_project(tmp_path / "two.qdpx", project_xml(""), {"other.qde": b"<Project/>"})
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    (tmp_path / "damaged.qdpx").write_bytes(damaged)
    for name in ("text", "cut", "empty", "two", "damaged", "absent"):
        with pytest.raises(DataError, match=f"{name}.qdpx"):
            read_qdpx(tmp_path / f"{name}.qdpx")


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_project_ends_in_a_message_or_in_a_project(tmp_path, seed):
    rng = np.random.default_rng(seed)
    xml = project_xml(
        text_source(1, "one", "internal://A1.txt", selection(2, 0, 3, "Wij", 50)),
        code(50, "pace", code(51, "no steps")),
        f'<Cases><Case guid="{GUID(60)}"><SourceRef targetGUID="{GUID(1)}"/></Case></Cases>',
    )
    damaged = tmp_path / "damaged.qdpx"
    outcomes = set()
    for _ in range(60):
        if rng.random() < 0.5:  # in the zip itself
            whole = write_project(damaged, xml, {"Sources/A1.txt": TALK.encode()}).read_bytes()
            damaged.write_bytes(_mutated(whole, rng))
        else:  # in the XML or the text within it
            write_project(
                damaged, _mutated(xml.encode(), rng), {"A1.txt": _mutated(TALK.encode(), rng)}
            )
        try:
            read_qdpx(damaged)
            outcomes.add("read")
        except DataError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def _mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """Change one or two bytes, mostly into others that text may hold; cut one in five off."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 3))):
        highest = 256 if rng.random() < 0.3 else 127
        changed[int(rng.integers(len(changed)))] = int(rng.integers(32, highest))
    return bytes(changed[: rng.integers(len(changed))] if rng.random() < 0.2 else changed)
