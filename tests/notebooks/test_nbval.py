"""Notebooks run by hand as they run in the batch, and say what they said before."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest


@pytest.mark.parametrize("made", ["small_run", pytest.param("demo_run", marks=pytest.mark.slow)])
def test_notebooks_pass_nbval(made, request, tmp_path):
    project = shutil.copytree(request.getfixturevalue(made), tmp_path / "project")
    command = [
        sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-cell-timeout=300", "-q",
        "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(project),
        str(project / "notebooks"),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
