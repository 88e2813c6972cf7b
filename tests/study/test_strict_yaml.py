"""YAML is read as it is written, or refused."""

from __future__ import annotations

from datetime import date

import pytest

from wijkkit.errors import StudyError
from wijkkit.study.strict_yaml import parse_yaml, read_yaml


def test_ordinary_values_are_read_as_they_stand():
    text = 'a: 1\nb: 0.5\nc: [x, "0363", null, true]\nd: 2018-05-01\ne: 0\n'
    assert parse_yaml(text, "s.yml") == {
        "a": 1,
        "b": 0.5,
        "c": ["x", "0363", None, True],
        "d": date(2018, 5, 1),
        "e": 0,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "code: 0363",
            's.yml, line 1: a value YAML would read as something else (found 0363; expected "0363"). A code with a leading zero must be quoted.',
        ),
        (
            "country: NO",
            's.yml, line 1: a value YAML would read as something else (found NO; expected "NO"). Write true or false, or quote the word.',
        ),
        (
            "time: 12:30",
            's.yml, line 1: a value YAML would read as something else (found 12:30; expected "12:30"). Quote a time or a ratio.',
        ),
        (
            "a: 1\nb: 2\na: 3",
            "s.yml, line 3: duplicate key 'a' (found first on line 1). Keep one of the two.",
        ),
        ("a: &x 1\nb: *x", "s.yml, line 1: an anchor or alias (& or *). Write the value out."),
        (
            "a: !!python/object:os.system x",
            "s.yml, line 1: a tag (!) (found tag:yaml.org,2002:python/object:os.system). Leave the tag out.",
        ),
        (
            "a: [1, 2",
            "s.yml, line 1: not valid YAML: expected ',' or ']', but got '<stream end>'. Check the indentation and the quotes there.",
        ),
    ],
)
def test_what_is_ambiguous_or_unsafe_is_refused_with_its_line(text, message):
    with pytest.raises(StudyError) as caught:
        parse_yaml(text, "s.yml")
    assert message in str(caught.value)


def test_everything_wrong_is_reported_at_once():
    with pytest.raises(StudyError) as caught:
        parse_yaml("a: 0363\nb: NO\nb: 12:30\n", "s.yml")
    assert len(caught.value.problems) == 4


def test_an_alias_bomb_is_refused_before_it_grows():
    bomb = "a: &a [x, x]\n" + "\n".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]" for i in range(20)
    )
    with pytest.raises(StudyError, match="anchor or alias"):
        parse_yaml(bomb, "s.yml")


def test_deep_nesting_is_a_message():
    with pytest.raises(StudyError, match="too large for a study file"):
        parse_yaml("[" * 5000, "s.yml")


def test_a_file_that_is_missing_or_of_another_encoding_is_named(tmp_path):
    with pytest.raises(StudyError, match="study.yml: the file is missing"):
        read_yaml(tmp_path / "study.yml")
    path = tmp_path / "codebook.yml"
    path.write_bytes("naam: caf\xe9".encode("cp1252"))
    with pytest.raises(
        StudyError, match="codebook.yml, byte 9: the file is not UTF-8 .found byte 0xe9"
    ):
        read_yaml(path)
