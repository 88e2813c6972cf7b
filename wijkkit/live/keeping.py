"""Where keeping begins: what happens often, and the rows of each kind."""

from __future__ import annotations

import pandas as pd
from tornado import web

from wijkkit.language import text
from wijkkit.live.form_fields import row_words
from wijkkit.live.handlers import Guarded, page
from wijkkit.live.recurring import recurring
from wijkkit.live.wijk_page import current_page
from wijkkit.registry.tables import KINDS
from wijkkit.registry.wording import sheet_name

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
        self.show(
            "keep.html",
            slug=slug,
            name=self.pages.study.neighbourhoods[slug].name,
            often=OFTEN,
            others=[kind for kind in counts if kind not in OFTEN],
            counts=counts,
            sheets={kind: sheet_name(KINDS[kind], language) for kind in counts},
            todo=found.completeness.todo,
            again=len(recurring(registry, slug, pd.Timestamp(source.as_of))),
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
        self.show(
            "rows.html",
            slug=slug,
            name=self.pages.study.neighbourhoods[slug].name,
            kind=kind,
            sheet=sheet_name(definition, language),
            about_kind=text(f"registry.kind.{kind}.about", language),
            rows=[
                (row["key"], row_words(definition, row, language), row["changed_by"])
                for row in rows.to_dict("records")
            ],
            removed=self.get_query_argument("verwijderd", ""),
        )
