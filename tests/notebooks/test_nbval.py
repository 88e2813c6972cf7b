"""Notebooks run by hand as they run in the batch, and say what they said before."""

from __future__ import annotations

import subprocess
import sys


def test_all_notebooks_pass_nbval_on_the_demo_study(project, result):
    assert result.failed == ()
    command = [
        sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-cell-timeout=300", "-q",
        "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(project), "notebooks",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=1000)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
