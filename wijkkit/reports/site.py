"""The folder of the site: made beside the old one, which it replaces at once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from wijkkit.errors import ReportError
from wijkkit.reports.theme import HouseStyle, stylesheet

_STYLESHEET = Path("assets") / "report.css"


def new_site(site: Path, keep: Iterable[str]) -> Path:
    """Return a new folder beside `site`, with the files of `site` that stay."""
    if site.is_dir() and any(site.iterdir()) and not (site / _STYLESHEET).is_file():
        raise ReportError(
            "the folder of the site holds something else",
            file=site.name,
            expected="an earlier site, or an empty folder",
            remedy="Set output.site in study.yml to another folder.",
        )
    site.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{site.name}-", dir=site.parent))
    new.chmod(0o755)
    for name in keep:
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(site / name, new / name)
    return new


def write_assets(site: Path, theme: Path, house: HouseStyle) -> None:
    """Write what all pages share: the style sheet, the logo, the font."""
    (site / "assets").mkdir(exist_ok=True)
    (site / _STYLESHEET).write_text(stylesheet(house), encoding="utf-8")
    for name in filter(None, (house.logo, house.font_file)):
        shutil.copy(theme / name, site / "assets" / name)


def swap(new: Path, site: Path) -> None:
    """Put `new` in the place of `site`; readers see the old site or the new one."""
    old = new.with_name(f"{new.name}-old")
    if site.exists():
        os.replace(site, old)
    os.replace(new, site)
    shutil.rmtree(old, ignore_errors=True)
