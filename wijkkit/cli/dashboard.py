"""The command ``wijkkit dashboard``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def dashboard(
    study: Annotated[Path, typer.Option(help="Folder of the study.")] = Path("parameters"),
    ip: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8866,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Serve the released tables as a page to explore; only to this machine by default."""
    from wijkkit.study import open_study
    from wijkkit.workbench.dashboard import serve_dashboard

    serve_dashboard(open_study(study), ip=ip, port=port, browser=browser)
