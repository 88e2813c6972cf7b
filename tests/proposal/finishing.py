"""What a researcher does to a proposal: say which way is better, and take the marks away."""

from __future__ import annotations

from pathlib import Path

import yaml

from wijkkit.study.checks import MARK


def finished(folder: Path, direction: str = "higher") -> Path:
    """Take the marks away and say which way is better, of every indicator the same."""
    for path in folder.glob("*.yml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        asked = next((x.split(":", 1)[1] for x in lines if x.startswith("  ask:")), "")
        lines = [x.split(MARK)[0] for x in lines if not x.startswith("  ask:")]
        lines = [x.replace(f"  {direction}: []", f"  {direction}:{asked}") for x in lines]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in folder.glob("wijken/*.yml"):
        text = path.read_text(encoding="utf-8")
        path.write_text("\n".join(x.split(MARK)[0] for x in text.splitlines()) + "\n", "utf-8")
    return folder


def codebook_of(folder: Path) -> dict:
    return yaml.safe_load((folder / "codebook.yml").read_text(encoding="utf-8"))["columns"]
