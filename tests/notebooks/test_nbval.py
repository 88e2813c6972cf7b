"""Notebooks run by hand as they run in the batch, and say what they said before."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "notebooks",
    [
        ["index.ipynb", "stad/1_schattingen.ipynb", "wijk/1_analyse.ipynb"],
        # Each starts a kernel, and the last of the city makes a release.
        pytest.param(["."], marks=pytest.mark.slow),
    ],
    ids=["three", "all"],
)
def test_notebooks_pass_nbval_on_the_demo_study(notebooks, project, result):
    assert result.failed == ()
    asked = [str(project / "notebooks" / path) for path in notebooks]
    command = [
        sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-cell-timeout=300", "-q",
        "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(project), *asked,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
