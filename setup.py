"""Put the notebooks and the report sources into the wheel, where `wijkkit.project` finds them."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PARTS = ("notebooks", "reports")
IGNORED = shutil.ignore_patterns("_site", "__pycache__", ".*")


class BuildWithParts(build_py):
    """The package, with the parts of a project beside `wijkkit/project/layout.py`."""

    def run(self):
        super().run()
        if self.editable_mode:
            return
        for part in PARTS:
            target = Path(self.build_lib, "wijkkit", "project", "parts", part)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(Path(__file__).parent / part, target, ignore=IGNORED)


setup(cmdclass={"build_py": BuildWithParts})
