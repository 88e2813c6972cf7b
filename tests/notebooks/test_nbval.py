"""Notebooks run by hand as they run in the batch, and say what they said before."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

#: All notebooks run in the batch as well; by hand, each in a kernel of its own, these stand for them,
#: and the one that README hands to papermill.
SOME = ("stad/1_schattingen.ipynb", "wijk/6_verbetercyclus.ipynb")


@pytest.mark.parametrize(
    ("made", "which"),
    [
        ("small_run", SOME),
        pytest.param("small_run", ("",), marks=pytest.mark.slow),
        pytest.param("demo_run", ("",), marks=pytest.mark.slow),
    ],
)
def test_notebooks_pass_nbval(made, which, request, tmp_path):
    project = shutil.copytree(request.getfixturevalue(made), tmp_path / "project")
    command = [
        sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-cell-timeout=300", "-q",
        "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(project),
        *(str(project / "notebooks" / name) for name in which),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
