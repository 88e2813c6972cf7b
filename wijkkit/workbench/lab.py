"""JupyterLab on a study's project: at its notebooks, quiet, and leaving git clean."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from wijkkit.project.layout import find_part, packaged
from wijkkit.study.files import find_study

#: Settings that JupyterLab reads: it asks nothing of other hosts, offers no news, and serves the
#: live pages of the study as well.
_SETTINGS = Path(__file__).resolve().parent / "jupyter"
_START = "index.ipynb"


def lab_command(study: str | Path = "parameters") -> tuple[list[str], Path]:
    """Return the command that opens JupyterLab on a study, and the folder to start it in."""
    folder = find_study(study)
    notebooks = find_part(folder, "notebooks")
    own = notebooks != packaged("notebooks") or "site-packages" not in notebooks.parts
    root = notebooks.parent if own else folder
    start = f"/lab/tree/{notebooks.name}/{_START}" if own else "/lab"
    hook = "wijkkit.workbench.lab.forget_widgets"
    options = {
        "LabApp.default_url": start,
        "WijkkitPages.study": str(folder),
        "ServerApp.root_dir": str(root),
        "ContentsManager.pre_save_hook": hook,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "jupyterlab", *flags], root


def open_lab(study: str | Path = "parameters", *more: str) -> int:
    """Open JupyterLab on a study until it is closed; return its exit code."""
    command, root = lab_command(study)
    set_git_filter(root)
    paths = filter(None, (str(_SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")))
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
    if os.name == "posix":
        # In the place of this process: what ends the command ends JupyterLab.
        os.chdir(root)
        os.execve(command[0], [*command, *more], environment)
    return subprocess.call([*command, *more], cwd=root, env=environment)


def set_git_filter(folder: Path) -> bool:
    """Let git strip the outputs of notebooks when they are committed, and show cells in diffs.

    The filter is nbstripout, named in ``.gitattributes``; a cell tagged ``keep_output`` keeps its
    output. Outside a repository nothing is set.
    """
    git = shutil.which("git")
    if git is None:
        return False
    strip = f'"{Path(sys.executable).as_posix()}" -m nbstripout'
    settings = {
        "filter.nbstripout.clean": strip,
        "filter.nbstripout.smudge": "cat",
        "diff.ipynb.textconv": f"{strip} -t",
    }
    calls = ([git, "-C", str(folder), "config", *setting] for setting in settings.items())
    return all(subprocess.run(call, capture_output=True).returncode == 0 for call in calls)


# What JupyterLab does not save with a notebook.


def forget_widgets(model: MutableMapping[str, Any], **_rest: object) -> None:
    """Drop the state of widgets from a notebook that is about to be saved.

    A hook of Jupyter's contents manager (`pre_save_hook`), which `make lab` sets: what a panel
    on the sources shows never reaches a file.

    >>> model = {"type": "notebook", "content": {"metadata": {"widgets": {"state": "12%"}}}}
    >>> forget_widgets(model)
    >>> model["content"]
    {'metadata': {}}
    """
    if model["type"] == "notebook" and model.get("content"):
        model["content"]["metadata"].pop("widgets", None)
