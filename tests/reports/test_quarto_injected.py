"""A Quarto that fails, warns, hangs or writes nothing: real programs on the path, no mocks.

Each ends in a true message, or in success with the warning shown; the old site stays as it was.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.reports.conftest import make_study
from wijkkit.cli import app
from wijkkit.errors import ReportError
from wijkkit.reports import render
from wijkkit.reports.render import FORMATS, render_states
from wijkkit.study import open_study

#: What a real Quarto 1.9 does, measured: a run that renders all pages of the project empties the
#: output folder first unless it is told not to, a pattern without a slash names files of all
#: folders, a source that Pandoc fails on ends the run with Pandoc's words alone, every page gets
#: the forms of its front matter, and a website without a start page gets one that leads elsewhere.
WRITES = """
shift; pages=""; clean=yes
for part in "$@"; do
  case "$part" in
    --no-clean) clean=no;;
    .) case "$(grep render: _quarto.yml)" in
         *\\"/*) pages=$(ls *.qmd);;
         *) pages=$(find . -name '*.qmd' | sed 's,^./,,' | sort);;
       esac;;
    *.qmd) pages="$pages $part";;
  esac
done
[ $clean = yes ] && [ "$(echo $pages | wc -w)" = "$(ls *.qmd | wc -l)" ] && rm -rf _site
mkdir -p _site/site_libs
echo "loose" > _site/search.json
for page in $pages; do
  echo "[ 1/9] $page" >&2
  if [ ! -f "$(dirname $page)/references.bib" ]; then
    echo "File references.bib not found in resource path" >&2
    echo "WARN: Error encountered when rendering files" >&2
    exit 1
  fi
  stem="${page%.qmd}"
  title=$(sed -n 's/^title: //p' "$page" | head -1 | tr -d '\\\\')
  for form in html typst docx; do
    grep -q "^  $form:" "$page" || continue
    case $form in
      html) echo "<html><main><h1>$title</h1></main></html>" > "_site/$stem.html";;
      typst) echo "%PDF-1.7 <dc:title><rdf:li>$title</rdf:li></dc:title>" > "_site/$stem.pdf";;
      docx) PYTHON -c "import zipfile; zipfile.ZipFile('_site/$stem.docx', 'w').writestr(
              'docProps/core.xml', '<dc:title>$title</dc:title>')";;
    esac
  done
done
[ -f _site/index.html ] || echo "<html><title>Redirect to stad.html</title></html>" > _site/index.html
""".replace("PYTHON", sys.executable)

#: A Quarto that stops at a page because Pandoc failed: it says what Pandoc said, and no cause.
GAVE_UP = (
    r"printf '[1/2] stad.qmd\n\n[2/2] wijk-a.qmd\n%s\nWARN: Error encountered when rendering files\n'"
    " >&2; exit 1"
)


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A study of one wijk whose site the built-in engine made."""
    study, states = make_study(tmp_path_factory.mktemp("quarto") / "study")
    path = study.folder / "study.yml"
    path.write_text(
        path.read_text().replace('date: "2021-07-31"', 'date: "2021-07-31", quarto_seconds: 60')
    )
    study = open_study(study.folder)
    render_states(study, states, engine="builtin")
    return study, states, contents(study.site)


def hurried(study):
    """The same study, with a second for Quarto."""
    path = study.folder / "study.yml"
    said = path.read_text()
    path.write_text(said.replace("quarto_seconds: 60", "quarto_seconds: 1"))
    try:
        return open_study(study.folder)
    finally:
        path.write_text(said)


def contents(site: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def put_on_path(monkeypatch, folder: Path, script: str) -> None:
    """Put a program named quarto, and the shell's own tools, on the path."""
    program = folder / "quarto"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'ERROR: no such filter' >&2; exit 1", "ERROR: no such filter"),
        ("exit 3", "exit code 3"),
        (GAVE_UP % "File b.bib not found", r"^wijk-a.qmd: .*found File b.bib not found\)"),
        (
            GAVE_UP % r"pandoc: Get.runGet\nCallStack:\n  error, called at Get.hs:345:5",
            r"^wijk-a.qmd: .*found pandoc: Get.runGet\)",
        ),
        (GAVE_UP % "", r"^wijk-a.qmd: .*found exit code 1 and no message"),
        ("kill -9 $$", "exit code -9"),
        ("exit 0", "did not write this page"),
        ("echo page > wijk-a.html", "did not write this page"),
        ("mkdir -p _site; echo page > _site/other.html", "did not write this page"),
        ("echo '\\377\\376' >&2; exit 1", "could not render"),
        (f"{WRITES}\ncp _site/stad.html _site/wijk-a.html", "not the page that it should be"),
        (f"{WRITES}\nrm _site/index.html", "did not write this page"),
        (
            f"{WRITES}\necho '<script src=\"https://a.example/b.js\"></script>' >> _site/stad.html",
            "calls another host",
        ),
        (f"{WRITES}\necho '<a href=\"wijk-a.odt\">c</a>' >> _site/stad.html", "leads nowhere"),
    ],
    ids=[
        "fails",
        "silent",
        "Pandoc fails",
        "Pandoc cannot read",
        "Pandoc is killed",
        "killed",
        "nothing",
        "beside",
        "other",
        "no text",
        "another page",
        "no start page",
        "another host",
        "dead link",
    ],
)
def test_a_quarto_that_makes_no_report_is_an_error_and_the_old_site_stays(
    old, tmp_path, monkeypatch, script, message
):
    study, states, before = old
    put_on_path(monkeypatch, tmp_path, script)
    with pytest.raises(ReportError, match=message):
        render_states(study, states, engine="quarto")
    assert contents(study.site) == before
    assert [p.name for p in study.site.parent.iterdir() if p.name.startswith(".site")] == []


@pytest.mark.parametrize("wijken", [None, ["wijk-b"]], ids=["all pages", "some"])
def test_all_forms_are_there_and_nothing_that_was_not_asked_for(tmp_path, monkeypatch, wijken):
    study, states = make_study(tmp_path / "study")
    put_on_path(monkeypatch, tmp_path, WRITES)
    made = render_states(study, states, engine="quarto", formats=FORMATS, wijken=wijken)
    names = {path.relative_to(study.site).as_posix() for path in study.site.rglob("*.*")}
    assert names == {*(path.name for path in made.files), "assets/report.css"}
    assert "<h1>Proefstudie</h1>" in (study.site / "index.html").read_text()


def test_a_quarto_that_hangs_is_ended_with_what_it_started(old, tmp_path, monkeypatch):
    study, states, before = old
    script = f"echo '[1/2] stad.qmd' >&2; sleep 60 & echo $! >> {tmp_path}/children; wait"
    put_on_path(monkeypatch, tmp_path, script)
    with pytest.raises(ReportError, match="^stad.qmd: Quarto took too long"):
        render_states(hurried(study), states, engine="quarto")
    assert (study.runs / "reports" / "quarto.log").read_text() == "[1/2] stad.qmd\n"
    assert contents(study.site) == before
    children = [int(line) for line in (tmp_path / "children").read_text().split()]
    end = time.monotonic() + 5
    while any(map(alive, children)) and time.monotonic() < end:
        time.sleep(0.05)
    assert children and not any(map(alive, children))


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_warning_of_quarto_is_shown_and_the_site_is_made(tmp_path, monkeypatch):
    study, states = make_study(tmp_path / "study")
    said = "echo 'WARNING: old syntax\n(E) Running juice failed' >&2"
    put_on_path(monkeypatch, tmp_path, f"{WRITES}\n{said}")
    made = render_states(study, states, engine="quarto", formats=("html", "pdf"))
    assert made.engine == "quarto"
    assert made.warnings == ("WARNING: old syntax", "(E) Running juice failed")
    assert all(path.is_file() for path in made.files)
    assert render_states(study, states, engine="quarto", formats=("html", "pdf")).made == ()


def test_the_command_shows_the_warning_and_ends_well(tmp_path, monkeypatch):
    study, states = make_study(tmp_path / "study")
    monkeypatch.setattr(render, "notebook_states", lambda study: states)
    put_on_path(monkeypatch, tmp_path, f"{WRITES}\necho 'WARNING: old' >&2")
    result = CliRunner().invoke(app, ["report", "--engine", "quarto", "--study", str(study.folder)])
    assert "Quarto warned: WARNING: old" in result.stderr
    assert result.exit_code == 0


def test_the_built_in_engine_makes_the_site_unless_quarto_is_asked_for(tmp_path, monkeypatch):
    study, states = make_study(tmp_path / "study")
    put_on_path(monkeypatch, tmp_path, WRITES)
    assert render_states(study, states, engine="auto").engine == "builtin"
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert render_states(study, states, engine="auto").engine == "builtin"
    with pytest.raises(ReportError, match="not on the path"):
        render_states(study, states, engine="quarto")
