"""The forms: where keeping begins, the rows of each kind, every row of a wijk, and its workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from tornado import web

from wijkkit.errors import Problem
from wijkkit.language import text
from wijkkit.live import form_fields
from wijkkit.live.handlers import Guarded, page
from wijkkit.live.quarter import Quarter
from wijkkit.live.wijk_page import current_page
from wijkkit.registry.changes import RowsError
from wijkkit.registry.problems import CONFLICTS, RowError, WorkbookError, sheet_name
from wijkkit.registry.tables import KINDS, MAXIMUM_BYTES, Kind
from wijkkit.registry.validation import is_key
from wijkkit.registry.workbook import export_workbook, import_workbook

#: What happens often, in this order.
OFTEN = ("activities", "meetings", "decisions", "steps")


class Keep(Guarded):
    """What can be filled in for a wijk."""

    @page
    async def get(self, slug: str) -> None:
        self.require(slug, keeping=True)
        language, source = self.language, self.pages.source
        registry = source.registry
        counts = {kind: len(registry.table(kind, slug)) for kind in KINDS if kind != "attendance"}
        found = await self.aside(lambda: current_page(source, language, slug))
        self.show_wijk(
            "keep.html",
            slug,
            often=OFTEN,
            others=[kind for kind in counts if kind not in OFTEN],
            counts=counts,
            sheets={kind: sheet_name(KINDS[kind], language) for kind in counts},
            todo=found.completeness.todo,
            saved=_whole(self.get_query_argument("opgeslagen", "")),
            again=len(form_fields.recurring(registry, slug, pd.Timestamp(source.as_of))),
        )


class Rows(Guarded):
    """The rows of one kind of a wijk."""

    @page
    async def get(self, slug: str, kind: str) -> None:
        self.require(slug, keeping=True)
        if kind not in KINDS or kind == "attendance":
            raise web.HTTPError(404)
        language, definition = self.language, KINDS[kind]
        rows = self.pages.source.registry.table(kind, slug)
        day = next((name for name in ("date", "period_start") if name in rows), "key")
        rows = rows.sort_values([day, "key"], ascending=day == "key")
        self.show_wijk(
            "rows.html",
            slug,
            kind=kind,
            sheet=sheet_name(definition, language),
            about_kind=text(f"registry.kind.{kind}.about", language),
            rows=[
                (
                    row["key"],
                    form_fields.row_words(definition, row, language),
                    form_fields.internal_values(definition, row, language),
                    row["changed_by"],
                )
                for row in rows.to_dict("records")
            ],
            removed=_row_named(self, "verwijderd"),
        )


_NEW = "nieuw"
#: Kinds that are kept in another form: who was at a meeting stands in the form of the meeting.
FORMS = tuple(name for name in KINDS if name != "attendance")


class Form(Guarded):
    """The form of one row; typed values stay in it when it cannot be saved."""

    @page
    async def get(self, slug: str, kind: str, key: str) -> None:
        self.require(slug, keeping=True)
        row = self._row(slug, kind, key)
        self._fill(slug, KINDS[kind], key, row, row)

    @page
    async def post(self, slug: str, kind: str, key: str) -> None:
        account = self.require(slug, keeping=True)
        stored = self._row(slug, kind, key)
        definition, registry = KINDS[kind], self.pages.source.registry
        typed = {
            column.name: self.get_body_argument(column.name, "") for column in definition.columns
        }
        row: dict[str, Any] = {
            **typed,
            "key": stored["key"] if key != _NEW else self.get_body_argument("key", ""),
            "version": _whole(self.get_body_argument("version", "0")),
            "confirmed": self.get_body_argument("confirmed", "") == "yes",
            "remove": self.get_body_argument("remove", "") == "yes" and key != _NEW,
        }
        answers = {
            name.removeprefix(form_fields.PREFIX): self.get_body_argument(name, "")
            for name in self.request.body_arguments
            if name.startswith(form_fields.PREFIX)
        }

        def save() -> None:
            rows: list[tuple[str, Mapping[str, object]]] = [(kind, row)]
            if kind == "meetings" and not row["remove"]:
                rows += form_fields.presence_rows(registry, slug, row["key"], answers)
            registry.save_all(slug, rows, account.name)

        try:
            await self.aside(save)
        except RowError as error:
            self.set_status(409 if _conflict(error) else 422)
            self._fill(slug, definition, key, stored, {**stored, **row}, error, answers)
            return
        done = "verwijderd" if row["remove"] else "opgeslagen"
        where = () if row["remove"] else (row["key"],)
        self.redirect(f"{self.url('w', slug, kind, *where)}?{done}={key}")

    def _row(self, slug: str, kind: str, key: str) -> dict[str, Any]:
        """Return the stored row, or what a new one begins with; 404 where there is none."""
        if kind not in FORMS:
            raise web.HTTPError(404)
        source = self.pages.source
        if key == _NEW:
            names = [column.name for column in KINDS[kind].columns]
            asked_for = {name: self.get_query_argument(name, "") for name in names}
            begin = form_fields.initial_values(source.registry, kind, slug, source.as_of, asked_for)
            return {"key": source.registry.next_key(kind, slug), "version": 0, **begin}
        table = source.registry.table(kind, slug)
        rows = table[table["key"].eq(key)].to_dict("records")
        if not rows:
            raise web.HTTPError(404)
        return rows[0]

    def _fill(
        self,
        slug: str,
        kind: Kind,
        key: str,
        stored: Mapping[str, Any],
        values: Mapping[str, Any],
        error: RowError | None = None,
        answers: Mapping[str, str] | None = None,
    ) -> None:
        language, registry = self.language, self.pages.source.registry
        problems = _own(error)
        conflict = error is not None and _conflict(error)
        # After a conflict the form is that of the row as it is now: saving it again is a choice.
        now = self._row(slug, kind.name, key) if conflict else stored
        meets = kind.name == "meetings"
        partners = (
            form_fields.attendees(registry, slug, now["key"], values.get("date")) if meets else []
        )
        self.show_wijk(
            "form.html",
            slug,
            kind=kind.name,
            sheet=sheet_name(kind, language),
            about_kind=text(f"registry.kind.{kind.name}.about", language),
            row="" if key == _NEW else form_fields.row_words(kind, stored, language),
            key=now["key"],
            version=int(now.get("version") or 0),
            fields=form_fields.fields_of(registry, kind, slug, values, problems, language),
            faults=[form_fields.problem_sentence(problem, kind, language) for problem in problems],
            elsewhere=_elsewhere(error, language),
            doubtful=any(problem.rule == "doubtful" for problem in problems),
            conflict=conflict,
            partners=partners,
            answers=answers or {},
            prefix=form_fields.PREFIX,
            saved=_row_named(self, "opgeslagen"),
            versions=[]
            if key == _NEW
            else form_fields.versions(registry, kind, slug, key, language),
            draft=self.request.path,
        )


def _own(error: RowError | None) -> list[Problem]:
    """Return the problems of the form's own row: the first of those that were to be saved."""
    if error is None:
        return []
    return list(error.rows[0] if isinstance(error, RowsError) else error.problems)


def _elsewhere(error: RowError | None, language: str) -> list[str]:
    """Return the problems of the list of attendance that came along."""
    if not isinstance(error, RowsError):
        return []
    return [
        form_fields.problem_sentence(problem, KINDS["attendance"], language)
        for row in error.rows[1:]
        for problem in row
    ]


def _conflict(error: RowError) -> bool:
    return any(problem.rule in CONFLICTS for problem in _own(error))


def _row_named(handler: Guarded, argument: str) -> str:
    """Return the key that an address names; empty where it names none."""
    found = handler.get_query_argument(argument, "")
    return found if is_key(found) else ""


def _whole(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 10 else 0


# The workbook of a wijk: down to fill in, and up again, with everything that is wrong with it.

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
        self.set_header("Content-Type", _WORKBOOK)
        self.set_attachment_header(f"{slug}.xlsx")
        self.finish(content)


class WorkbookPage(Guarded):
    """Download the workbook, and upload it filled in."""

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
        self.show_wijk(
            "workbook.html",
            slug,
            absent=absent,
            heads=[] if table is None else list(table.columns),
            wrong=[] if table is None else table.to_numpy().tolist(),
            report=report or [],
        )


_KIND, _KEY = r"([a-z]+)", r"([A-Za-z0-9][A-Za-z0-9_-]{0,39})"

#: Parts of the address below a wijk, and what answers there.
FORM_PAGES = (
    (("bijhouden",), Keep),
    (("kwartaal",), Quarter),
    (("werkmap",), WorkbookPage),
    (("werkmap.xlsx",), Download),
    ((_KIND,), Rows),
    ((_KIND, _KEY), Form),
)
