"""The form of one kind: choose a row or a new one, fill it in, save it, see its history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import ipywidgets as widgets

from wijkkit.errors import WijkkitError
from wijkkit.language import text
from wijkkit.registry.definition import Kind
from wijkkit.registry.form_fields import (
    fill_field,
    labelled,
    make_field,
    read_field,
    set_options,
)
from wijkkit.registry.form_messages import about_html, history_html, refused_html, status_html
from wijkkit.registry.form_options import column_options, row_options
from wijkkit.registry.registry import Registry

#: Gives the wijk and who is at work.
Context = Callable[[], tuple[str, str]]


class KindForm:
    """The form of one kind, on the registry itself; `box` is what is shown.

    Parameters
    ----------
    registry : Registry
    kind : Kind
    context : callable
        Gives the wijk and the name of who is at work at that moment.
    """

    def __init__(self, registry: Registry, kind: Kind, context: Context):
        self.registry = registry
        self.kind = kind
        self.context = context
        self.language = registry.study.language
        self.version = 0
        self.rows = widgets.Dropdown(**labelled(self._text("row")))
        self.fields = {
            column.name: make_field(kind, column, self.language) for column in kind.columns
        }
        self.save = widgets.Button(description=self._text("save"), button_style="primary")
        self.remove = widgets.Button(description=self._text("remove"))
        self.confirm = widgets.Button(description=self._text("confirm"), button_style="danger")
        self.cancel = widgets.Button(description=self._text("cancel"))
        self.asking = widgets.HBox([self.confirm, self.cancel])
        self.message = widgets.HTML()
        self.history = widgets.HTML()
        self.box = self._layout()
        self.rows.observe(self._on_row, names="value")
        self.save.on_click(self._on_save)
        self.remove.on_click(lambda _: self._ask(True))
        self.cancel.on_click(lambda _: self._ask(False))
        self.confirm.on_click(self._on_remove)
        self.reload()

    def reload(self, key: str | None = None) -> None:
        """Read the rows of the wijk again and show `key`, or an empty row."""
        self.refresh()
        options = row_options(self.registry, self.kind, self.context()[0])
        self.rows.unobserve(self._on_row, names="value")
        self.rows.options = [(self._text("new"), None), *options]
        self.rows.value = key if key in [found for _, found in options] else None
        self.rows.observe(self._on_row, names="value")
        self._show()

    def refresh(self) -> None:
        """Read again what can be chosen; what was filled in stays."""
        wijk, _ = self.context()
        for column in self.kind.columns:
            if column.refers_to or column.listed_in:
                options = column_options(self.registry, column, wijk)
                set_options(self.fields[column.name], options, self.language)

    def _layout(self) -> widgets.Widget:
        return widgets.VBox(
            [
                widgets.HTML(about_html(self.kind, self.language)),
                self.rows,
                *self.fields.values(),
                widgets.HBox([self.save, self.remove]),
                self.asking,
                self.message,
                self.history,
            ]
        )

    def _on_row(self, _change: object) -> None:
        self.message.value = ""
        self._show()

    def _show(self) -> None:
        self._ask(False)
        wijk, _ = self.context()
        key = self.rows.value
        table = self.registry.table(self.kind.name, wijk)
        row = next(iter(table[table["key"].eq(key or "")].to_dict("records")), {})
        self.version = int(row.get("version", 0))
        for column in self.kind.columns:
            fill_field(column, self.fields[column.name], row.get(column.name), self.language)
        self.remove.disabled = not row
        history = self.registry.history(self.kind.name, wijk, key or "")
        self.history.value = history_html(history, self.language)

    def _on_save(self, _button: object) -> None:
        wijk, who = self.context()
        row = {
            column.name: read_field(column, self.fields[column.name])
            for column in self.kind.columns
        }
        try:
            key = self.rows.value or self.registry.next_key(self.kind.name, wijk)
            row |= {"wijk": wijk, "key": key, "version": self.version}
            version = self.registry.save(self.kind.name, row, who)
        except WijkkitError as error:
            self.message.value = refused_html(error, self.kind, self.language)
            return
        if version == self.version:
            self.message.value = status_html(self._text("unchanged"))
            return
        self.reload(key)
        now = f"{datetime.now():%H:%M:%S}"
        self.message.value = status_html(self._text("saved", when=now, row=self.rows.label))

    def _on_remove(self, _button: object) -> None:
        wijk, who = self.context()
        label = self.rows.label
        try:
            self.registry.remove(self.kind.name, wijk, self.rows.value, self.version, who)
        except WijkkitError as error:
            self._ask(False)
            self.message.value = refused_html(error, self.kind, self.language)
            return
        self.reload()
        self.message.value = status_html(self._text("was_removed", row=label))

    def _ask(self, asking: bool) -> None:
        self.asking.layout.display = "" if asking else "none"

    def _text(self, key: str, **fields: str) -> str:
        return text(f"registry.form.{key}", self.language, **fields)
