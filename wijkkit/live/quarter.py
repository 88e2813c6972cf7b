"""'This quarter the same': recurring activities with their last numbers, saved together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from wijkkit.errors import Problem
from wijkkit.live.form_fields import ASKED, Recurring, problem_sentence, recurring, typed
from wijkkit.live.handlers import Guarded, page
from wijkkit.live.snapshot import say
from wijkkit.registry.changes import RowsError
from wijkkit.registry.problems import RowError, column_label
from wijkkit.registry.tables import KINDS

_KIND = KINDS["activities"]
#: What a tick of an activity is called in the form, before the key of its last row.
_TICK = "save-"


class Quarter(Guarded):
    """The activities that go on of running interventions, each for its next period, by name."""

    @page
    async def get(self, slug: str) -> None:
        self.require(slug, keeping=True)
        items = self._recurring(slug)
        self._fill(slug, items, chosen={item.item for item in items})

    @page
    async def post(self, slug: str) -> None:
        account = self.require(slug, keeping=True)
        await self._save(slug, account.name)

    async def _save(self, slug: str, who: str, again: bool = True) -> None:
        registry = self.pages.source.registry
        items = self._recurring(slug)
        arguments = self.request.body_arguments
        ticked = [name.removeprefix(_TICK) for name in arguments if name.startswith(_TICK)]
        open_items = {item.item for item in items if self._period(item.item) == _period_of(item)}
        gone = [self._gone(slug, name) for name in ticked if name not in open_items]
        chosen = [item for item in items if item.item in open_items and item.item in ticked]
        given = {item.item: self._numbers(item.item) for item in items if item.item in open_items}
        if gone or not chosen:
            self.set_status(409 if gone else 422)
            self._fill(slug, items, {item.item for item in chosen}, given=given, gone=gone)
            return
        rows = [("activities", self._row(item)) for item in chosen]
        try:
            await self.aside(lambda: registry.save_all(slug, rows, who))
        except RowError as error:
            if again and _marks(self._recurring(slug)) != _marks(items):
                await self._save(slug, who, again=False)  # somebody saved this very moment
                return
            self.set_status(422)
            each = error.rows if isinstance(error, RowsError) else [error.problems] * len(chosen)
            wrong = {item.item: each[at] for at, item in enumerate(chosen)}
            self._fill(slug, items, {item.item for item in chosen}, wrong, given)
            return
        self.redirect(f"{self.url('w', slug, 'bijhouden')}?opgeslagen={len(rows)}")

    def _recurring(self, slug: str) -> list[Recurring]:
        source = self.pages.source
        return recurring(source.registry, slug, pd.Timestamp(source.as_of))

    def _numbers(self, item: str) -> dict[str, str]:
        return {name: self.get_body_argument(f"{name}-{item}", "") for name in ASKED}

    def _period(self, item: str) -> str:
        return self.get_body_argument(f"period-{item}", "")

    def _row(self, item: Recurring) -> dict[str, Any]:
        """Return the row of an activity in its next period, with what was typed."""
        return {
            **self._numbers(item.item),
            "key": item.key,
            "name": item.name,
            "intervention": item.last["intervention"],
            "period_start": item.start.date(),
            "period_end": item.end.date(),
        }

    def _gone(self, slug: str, item: str) -> str:
        """Return what was typed of a period that somebody else filled in meanwhile."""
        table = self.pages.source.registry.table("activities", slug).set_index("key")
        name = table["name"].get(item, item)
        numbers = [
            f"{column_label(_KIND, _KIND[column], self.language)} {value}"
            for column, value in self._numbers(item).items()
            if value
        ]
        fields = {"name": name, "period": self._period(item), "numbers": "; ".join(numbers) or "–"}
        return say("quarter.gone", self.language, **fields)

    def _fill(
        self,
        slug: str,
        items: list[Recurring],
        chosen: set[str],
        wrong: Mapping[str, Iterable[Problem]] | None = None,
        given: Mapping[str, Mapping[str, str]] | None = None,
        gone: list[str] | None = None,
    ) -> None:
        language = self.language
        values = {
            item.item: {
                name: typed(_KIND[name], (given or {}).get(item.item, item.last)[name], language)
                for name in ASKED
            }
            for item in items
        }
        self.show_wijk(
            "quarter.html",
            slug,
            items=items,
            periods={item.item: _period_of(item) for item in items},
            asked=[(name, column_label(_KIND, _KIND[name], language)) for name in ASKED],
            values=values,
            wrong={
                item: [problem_sentence(problem, _KIND, language) for problem in problems]
                for item, problems in (wrong or {}).items()
            },
            gone=gone or [],
            nothing=given is not None and not chosen and not gone,
            chosen=chosen,
            draft=self.request.path,
        )


def _marks(items: list[Recurring]) -> list[tuple[str, str, str]]:
    return [(item.item, item.key, _period_of(item)) for item in items]


def _period_of(item: Recurring) -> str:
    return f"{item.start:%d-%m-%Y} – {item.end:%d-%m-%Y}"
