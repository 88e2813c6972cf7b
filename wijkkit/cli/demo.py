"""The command ``wijkkit demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    wijken: Annotated[int, typer.Option(help="Number of wijken; 71 is the size of Rotterdam.")] = 6,
    seed: Annotated[int | None, typer.Option(help="Same seed, same study.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Folder of the study; 'parameters' for the default demo.")
    ] = None,
    replace: Annotated[bool, typer.Option(help="Replace data that is there already.")] = False,
) -> None:
    """Make a fictional study with known true effects, in the formats researchers have."""
    from wijkkit.demo.making import SEED, WIJKEN, make_demo

    if folder is None:
        folder = Path("parameters") if wijken == WIJKEN else Path(f"demo-{wijken}")
    data = folder.parent / "data" if folder.name == "parameters" else folder / "data"
    made = make_demo(
        folder, data, wijken=wijken, seed=SEED if seed is None else seed, replace=replace
    )
    typer.echo(f"Demo study with {wijken} wijken: {made}")
    typer.echo(f"Its data: {data}")
