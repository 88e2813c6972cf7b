"""What the scan reads of each kind of file, and from where on an id, a text or a row is one."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pypdf
import pytest

from wijkkit.disclosure.scan import UNPROTECTED, Forbidden, contents, forbidden_of, scan
from wijkkit.errors import DisclosureError

SECRET = "kid-00417"
FORBIDDEN = Forbidden(ids=frozenset({SECRET}))


def found(folder, forbidden: Forbidden) -> set[str]:
    return {finding.what for finding in scan(folder, forbidden)}


def read(path, data: bytes) -> dict[str, str]:
    """The last text at each place of a file."""
    path.write_bytes(data)
    return dict(contents(path))


def packed(data: bytes, times: int) -> bytes:
    for _ in range(times):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.txt", data)
        data = buffer.getvalue()
    return data


PACKED = {
    "zip": packed,
    "gzip": lambda data, times: (
        data if not times else gzip.compress(PACKED["gzip"](data, times - 1))
    ),
    "base64": lambda data, times: (
        data if not times else b"{" + base64.b64encode(PACKED["base64"](data, times - 1)) + b"}"
    ),
}


@pytest.mark.parametrize("how", PACKED)
def test_what_is_packed_four_times_is_read_and_five_times_is_refused(tmp_path, how):
    data = b"{" + SECRET.encode() + b" and more, so that it is long enough to be looked at}"
    (tmp_path / "a.bin").write_bytes(PACKED[how](data, 4))
    assert found(tmp_path, FORBIDDEN) == {"the id of a respondent"}
    (tmp_path / "a.bin").write_bytes(PACKED[how](data, 5))
    with pytest.raises(DisclosureError, match="cannot be scanned"):
        scan(tmp_path, FORBIDDEN)


def test_a_file_is_read_up_to_a_size_packed_or_not(tmp_path, monkeypatch):
    monkeypatch.setitem(contents.__globals__, "LARGEST", 300)
    path = tmp_path / "a.txt"
    assert read(path, b"a" * 300)["text"] == "a" * 300
    with pytest.raises(DisclosureError, match="larger than the scan reads") as caught:
        read(path, b"a" * 301)
    assert [problem.file for problem in caught.value.problems] == ["a.txt"]

    def zipped(size: int) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("b", b"a" * size)
        return buffer.getvalue()

    assert len(read(path, zipped(300))["b text"]) == 300
    with pytest.raises(DisclosureError, match="cannot be scanned"):
        read(path, zipped(301))


def test_the_limit_of_the_scan_is_two_hundred_million_bytes(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(200_000_001)
    with pytest.raises(DisclosureError, match="larger than the scan reads"):
        next(contents(path))


def png(*chunks: tuple[bytes, bytes], after: bytes = b"") -> bytes:
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in (*chunks, (b"IEND", b"")):
        check = zlib.crc32(kind + body).to_bytes(4)
        data += len(body).to_bytes(4) + kind + body + check
    return data + after


def test_the_metadata_of_a_picture_are_read_and_what_stands_behind_it(tmp_path):
    small = zlib.compress(SECRET.encode())
    for name, data in {
        "text": png((b"IHDR", b"x" * 13), (b"tEXt", b"by\x00" + SECRET.encode())),
        "packed": png((b"zTXt", b"by\x00\x00" + small)),
        "international": png((b"iTXt", b"by\x00\x01\x00\x00\x00" + small)),
        "exif": png((b"eXIf", b"II " + SECRET.encode())),
        "after": png(after=SECRET.encode()),
    }.items():
        (tmp_path / f"{name}.png").write_bytes(data)
        assert found(tmp_path, FORBIDDEN) == {"the id of a respondent"}, name
        (tmp_path / f"{name}.png").unlink()
    # What is no text of it, or not packed, is passed over; nothing stands behind a whole picture.
    places = read(tmp_path / "a.png", png((b"IDAT", small), (b"zTXt", b"by\x00\x00x\x01broken")))
    assert set(places) == {"metadata"}
    (tmp_path / "a.png").write_bytes(png((b"tEXt", b"Caf\xc3\xa9")))
    assert ("metadata", "Café") in contents(tmp_path / "a.png")


def test_a_workbook_is_read_with_its_comment_and_names(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x/one.json", json.dumps({"a": "\\u006b"}))
        archive.comment = b"by me"
    places = read(tmp_path / "a.xlsx", buffer.getvalue())
    assert places["comment"] == "by me" and places["x/one.json name"] == "x/one.json"
    assert "x/one.json strings" in places


def test_a_table_is_read_by_row_with_its_columns_and_metadata(tmp_path):
    table = pa.table({"a": ["x", None], "b": [1, 2]}).replace_schema_metadata({"made": "by me"})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    buffer.seek(0)
    (tmp_path / "a.parquet").write_bytes(buffer.getvalue())
    places = list(contents(tmp_path / "a.parquet"))
    assert places == [("metadata", "made by me"), ("columns", "a b"), ("row", "x\n1"), ("row", "2")]


def test_what_a_page_of_a_pdf_shows_is_found_by_its_number(tmp_path):
    writer, buffer = pypdf.PdfWriter(), io.BytesIO()
    for _ in range(2):
        writer.add_blank_page(9, 9)
    writer.write(buffer)
    places = read(tmp_path / "a.pdf", buffer.getvalue())
    assert {"page 1", "page 2", "page 2 without line ends"} < set(places) and "page 3" not in places


def test_what_a_pdf_shows_is_read_besides_its_streams(tmp_path):
    stream = zlib.compress(b"BT (hidden) Tj ET")
    data = b"%PDF-1.4\n1 0 obj\nstream\r\n" + stream + b"\r\nendstream\nstream\nno zlib\nendstream"
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    places = contents(path)
    assert [next(places)[0], next(places)] == ["text", ("stream", "BT (hidden) Tj ET")]


def test_text_is_read_decoded_unescaped_and_without_tags(tmp_path):
    path = tmp_path / "a.html"
    for order in ("utf-16-le", "utf-16-be"):
        mark = "\ufeff".encode(order)
        assert read(path, mark + "één".encode(order))["text"] == "één"
    assert read(path, b"a<b>c</b>&amp;d")["text"] == "a<b>c</b>&d"
    path.write_bytes(b"a<b>c</b>")
    assert [text for place, text in contents(path) if "tags" in place] == ["ac", "a c "]
    assert read(path, b"a%20b")["text decoded"] == "a b"
    assert "text decoded" not in read(path, b"a b") and "strings" not in read(path, b"a b")
    assert read(path, b'"a\\nb"')["strings"] == '"a\nb"'
    assert read(path, b"\\u0061\\u00zz")["strings"] == "a\\u00zz"
    for suffix in ("ipynb", "json", "jsonl"):
        assert "strings" in read(tmp_path / f"a.{suffix}", b"{}")


@pytest.mark.parametrize("start", [b"<", b"{", b"[", b"\x89PNG", b"PK\x03\x04"])
def test_what_is_encoded_in_a_text_is_unpacked_where_it_is_something(tmp_path, start):
    inner = {b"\x89PNG": png(after=b"secret".rjust(20)), b"PK\x03\x04": packed(b"secret", 1)}
    data = inner.get(start, start + b"secret" + b" " * 23)
    for cut in range(3):
        blob = base64.b64encode(data + b" " * cut).rstrip(b"=")
        assert len(blob) >= 40
        (tmp_path / "a.html").write_bytes(b"x: " + blob)
        texts = [text for place, text in contents(tmp_path / "a.html") if "base64" in place]
        assert any("secret" in text for text in texts), cut
    (tmp_path / "a.html").write_bytes(base64.b64encode(b"secret and more, but no page or picture"))
    assert not any("base64" in place for place, _ in contents(tmp_path / "a.html"))


@pytest.mark.parametrize(
    ("own", "alone"),
    [("k417", True), ("k41", False), ("123456", True), ("12345", False), ("1234", False)],
)
def test_an_id_that_is_short_is_one_where_it_is_called_so(tmp_path, own, alone):
    forbidden = Forbidden(ids=frozenset({own}))
    for written, told in {
        f"<p>({own})</p>": alone,
        f"respondent {own}": True,
        f"Respondents: '{own}'": True,
        f"the respondent, {own}9": False,
        f"respondent with the {own}": alone,
    }.items():
        (tmp_path / "a.html").write_text(written)
        assert bool(found(tmp_path, forbidden)) == told, written


@pytest.mark.parametrize("joint", [".", "-", "_x", ".-"])
def test_an_id_in_a_name_is_found_where_it_is_a_part_of_it(tmp_path, joint):
    (tmp_path / f"a{joint}K417{joint}b.txt").write_text("x")
    assert bool(found(tmp_path, Forbidden(ids=frozenset({"k417"})))) == ("_" not in joint)


def test_a_text_of_two_words_is_free_text_and_a_word_is_not(tmp_path):
    words = "afraid of the big boys near school".split()
    for many in range(1, 8):
        forbidden = Forbidden(texts=(" ".join(words[:many]),))
        whole = " ".join(words[:many])
        (tmp_path / "a.html").write_text(f"they said {whole} to us")
        told = {"free text"} if many > 4 else set()
        assert found(tmp_path, forbidden) == told
        (tmp_path / "a.html").write_text(whole)
        assert found(tmp_path, forbidden) == ({"free text"} if many > 1 else set())
    (tmp_path / "a.html").write_text("so of")
    assert found(tmp_path, Forbidden(texts=("afraid of",))) == set()
    # Any five words of it in a row are it, the last ones too; four are not.
    forbidden = Forbidden(texts=(" ".join(words),))
    for at in range(3):
        (tmp_path / "a.html").write_text("so " + ", ".join(words[at : at + 5]) + " so")
        assert found(tmp_path, forbidden) == {"free text"}
        (tmp_path / "a.html").write_text("so " + " ".join(words[at : at + 4]) + " so")
        assert found(tmp_path, forbidden) == set()


def test_eight_values_of_a_row_are_that_row_where_five_of_them_differ(tmp_path):
    row = ("1", "2", "3", "4", "5", "5", "5", "5", "9")
    forbidden = Forbidden(rows=(row,))
    for values, told in {
        row[:8]: True,
        row[1:]: True,
        row[:7]: False,
        ("x", *row[1:], "y"): True,
        (*row[:4], "x", *row[4:]): False,
    }.items():
        (tmp_path / "a.csv").write_text(";".join(values))
        assert bool(found(tmp_path, forbidden)) == told, values
    for values, told in {tuple("2345678x"): False, tuple("23456789"): True}.items():
        (tmp_path / "a.csv").write_text(";".join(values[1:]))
        assert found(tmp_path, Forbidden(rows=(tuple("123456789"),))) == set()
        (tmp_path / "a.csv").write_text(";".join(values))
        assert bool(found(tmp_path, Forbidden(rows=(tuple("123456789"),)))) == told
    alike = ("1", "2", "3", "4", "4", "4", "4", "4")
    (tmp_path / "a.csv").write_text(";".join(alike))
    assert found(tmp_path, Forbidden(rows=(alike,))) == set()


def test_what_of_a_survey_is_forbidden():
    survey = pd.DataFrame(
        {
            "respondent": [7.0, 8.0, None],
            "age": [6.50, 7.0, None],
            "said": ["one two three four", "one two three four five", None],
        }
    )
    made = forbidden_of(survey, texts=["a b"], users=["abc", "abcd"])
    assert made.ids == {"7", "8"} and made.users == {"abcd"}
    assert made.texts == ("a b", "one two three four five")
    assert made.rows[:2] == (("7", "6.5", "one two three four"), ("8", "7", made.texts[1]))
    assert made.rows[2] == ()


def test_numbers_that_did_not_pass_control_are_found(tmp_path):
    (tmp_path / "a.csv").write_text(f"x;{UNPROTECTED};1")
    assert found(tmp_path, Forbidden()) == {"numbers that did not pass disclosure control"}
