"""'This quarter the same': what recurs, filled in as it was, saved in one go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from wijkkit.live.form_fields import ASKED, Recurring, recurring, said, typed
from wijkkit.live.handlers import Guarded, page
from wijkkit.registry.faults import Fault, RowError, column_label
from wijkkit.registry.row import RowsError
from wijkkit.registry.tables import KINDS

_KIND = KINDS["activities"]


class Quarter(Guarded):
    """The last activity of each intervention that runs, for the next period."""

    @page
    async def get(self, slug: str) -> None:
        self.require(slug, keeping=True)
        self._fill(slug, {})

    @page
    async def post(self, slug: str) -> None:
        account = self.require(slug, keeping=True)
        registry = self.pages.source.registry
        chosen = [
            (item, self._typed(item))
            for item in self._recurring(slug)
            if self.get_body_argument(f"save-{item.key}", "") == "yes"
        ]
        rows = [("activities", row) for _, row in chosen]
        try:
            await self.aside(lambda: registry.save_all(slug, rows, account.name))
        except RowError as error:
            self.set_status(422)
            each = error.rows if isinstance(error, RowsError) else [error.faults] * len(chosen)
            wrong = {item.key: list(each[at]) for at, (item, _) in enumerate(chosen)}
            self._fill(slug, wrong, {item.key: row for item, row in chosen})
            return
        self.redirect(f"{self.url('w', slug, 'bijhouden')}?opgeslagen={len(rows)}")

    def _recurring(self, slug: str) -> list[Recurring]:
        source = self.pages.source
        return recurring(source.registry, slug, pd.Timestamp(source.as_of))

    def _typed(self, item: Recurring) -> dict[str, Any]:
        """Return the row of an activity in its next period, with what was typed."""
        given = {name: self.get_body_argument(f"{name}-{item.key}", "") for name in ASKED}
        return {
            **given,
            "key": item.key,
            "name": item.name,
            "intervention": item.last["intervention"],
            "period_start": item.start.date(),
            "period_end": item.end.date(),
        }

    def _fill(
        self,
        slug: str,
        wrong: Mapping[str, list[Fault]],
        given: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        language = self.language
        items = self._recurring(slug)
        values = {
            item.key: {
                name: typed(_KIND[name], (given or {}).get(item.key, item.last)[name], language)
                for name in ASKED
            }
            for item in items
        }
        self.show(
            "quarter.html",
            slug=slug,
            name=self.pages.study.neighbourhoods[slug].name,
            items=items,
            asked=[(name, column_label(_KIND, _KIND[name], language)) for name in ASKED],
            values=values,
            wrong={
                key: [said(fault, _KIND, language) for fault in faults]
                for key, faults in wrong.items()
            },
            chosen=set(given) if given is not None else {item.key for item in items},
            draft=self.request.path,
        )
