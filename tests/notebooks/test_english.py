"""With ``language: en`` no Dutch of the project is left in a report."""

from __future__ import annotations

import html
import re

import pytest

from tests.conftest import ROOT
from tests.language.test_messages import CONCERNS, messages
from tests.project_folder import write_project
from tests.studies import keep, replace
from wijkkit.batch import run
from wijkkit.language.messages import catalogue
from wijkkit.reports.render import render
from wijkkit.study import open_study


def dutch_texts() -> set[str]:
    """Return what the Dutch catalogues say without fields and the English ones nowhere say.

    The English list of words names some Dutch terms on purpose.
    """
    found, english = set(), []
    for concern in CONCERNS:
        english += [message for _, message in messages(catalogue(concern, "en"))]
        for _, message in messages(catalogue(concern, "nl")):
            found |= {part.strip() for part in re.split(r"\{[^}]*\}|\*\*|\n", message)}
    said = "\n".join(english)
    return {part for part in found if len(part) >= 14 and part not in said}


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    project = write_project(tmp_path_factory.mktemp("english"))
    replace(project / "parameters", "study.yml", "language: nl", "language: en")
    keep(project / "parameters", {"psychosocial_problems", "service_use"}, {"ses"})
    study = open_study(project / "parameters")
    slug = next(iter(study.neighbourhoods))
    assert run(study, wijken=[slug], notebooks=ROOT / "notebooks").failed == ()
    render(study, engine="builtin", wijken=[slug])
    found = {}
    for name in (slug, "stad", "index"):
        page = (study.site / f"{name}.html").read_text(encoding="utf-8")
        page = re.sub(r"(?s)<(script|style).*?</\1>", "", page)
        # Names of places on the page are no text.
        found[name] = html.unescape(re.sub(r' (id|href|for|aria-labelledby)="[^"]*"', "", page))
    return found


def test_the_pages_say_they_are_english(pages):
    assert all('lang="en"' in page for page in pages.values())


def test_no_dutch_message_is_on_a_page(pages):
    texts = dutch_texts()
    assert len(texts) > 300
    left = {(name, text) for name, page in pages.items() for text in texts if text in page}
    assert left == set()
