"""The command ``wijkkit dashboard``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def dashboard(
    study: Annotated[Path, typer.Option(help="Folder of the study.")] = Path("parameters"),
    ip: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8866,
    host: Annotated[
        list[str] | None, typer.Option(help="A name by which others ask for the pages.")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Judge on this day, not today.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Serve a live page per wijk, with the forms to keep it; only to this machine by default."""
    from wijkkit.live.server import serve_pages
    from wijkkit.study import open_study

    day = as_of.date() if as_of else None
    hosts = tuple(name.lower() for name in host or ())
    serve_pages(open_study(study), ip=ip, port=port, browser=browser, hosts=hosts, as_of=day)
