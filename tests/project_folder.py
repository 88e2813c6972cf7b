"""A working folder as a user has it: study, notebooks and reports, with fresh demo data."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import ROOT
from wijkkit.demo.project import make_demo

PARTS = ("parameters", "notebooks", "reports")


def write_project(folder: Path) -> Path:
    """Copy the project's own study, notebooks and reports to `folder` and make the demo's data."""
    for part in PARTS:
        ignored = shutil.ignore_patterns("_site", "*.jsonl", ".ipynb_checkpoints")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    make_demo(folder / "parameters", folder / "data")
    return folder
