"""The workbook of a wijk: down to fill in, and up again, with everything that is wrong with it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tornado import web

from wijkkit.live.handlers import Guarded, page
from wijkkit.registry import export_workbook, import_workbook
from wijkkit.registry.faults import WorkbookError
from wijkkit.registry.tables import MAXIMUM_BYTES

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Download(Guarded):
    """The workbook of what is registered of a wijk."""

    @page
    async def get(self, slug: str) -> None:
        self.require(slug, keeping=True)
        registry = self.pages.source.registry

        def make() -> bytes:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{slug}.xlsx"
                export_workbook(registry, slug, path)
                return path.read_bytes()

        content = await self.aside(make)
        self.set_header("Content-Type", _TYPE)
        self.set_attachment_header(f"{slug}.xlsx")
        self.finish(content)


class WorkbookPage(Guarded):
    """Take the workbook down, fill it in, bring it back."""

    @page
    async def get(self, slug: str) -> None:
        self.require(slug, keeping=True)
        self._fill(slug)

    @page
    async def post(self, slug: str) -> None:
        account = self.require(slug, keeping=True)
        uploads = self.request.files.get("werkmap", [])
        if len(uploads) != 1 or not uploads[0]["body"]:
            self.set_status(422)
            self._fill(slug, absent=True)
            return
        if len(uploads[0]["body"]) > MAXIMUM_BYTES:
            raise web.HTTPError(413)
        registry, body = self.pages.source.registry, uploads[0]["body"]
        # Only the end of the name is looked at: the file is kept under a name of our own.
        end = ".xlsx" if uploads[0]["filename"].lower().endswith(".xlsx") else ".other"

        def store() -> str:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"werkmap{end}"
                path.write_bytes(body)
                return str(import_workbook(registry, path, account.name, wijk=slug))

        try:
            report = await self.aside(store)
        except WorkbookError as error:
            self.set_status(422)
            self._fill(slug, error=error)
            return
        self._fill(slug, report=report.splitlines())

    def _fill(
        self,
        slug: str,
        *,
        absent: bool = False,
        error: WorkbookError | None = None,
        report: list[str] | None = None,
    ) -> None:
        table = error.table() if error is not None else None
        self.show(
            "workbook.html",
            slug=slug,
            name=self.pages.study.neighbourhoods[slug].name,
            absent=absent,
            heads=[] if table is None else list(table.columns),
            wrong=[] if table is None else table.to_numpy().tolist(),
            report=report or [],
        )
