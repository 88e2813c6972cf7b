"""The form of attendance: one meeting, everybody who could be there, one click to save."""

from __future__ import annotations

import ipywidgets as widgets
import pandas as pd

from wijkkit.errors import WijkkitError
from wijkkit.language import text
from wijkkit.registry.form_fields import labelled, set_options, with_empty
from wijkkit.registry.form_kind import Context
from wijkkit.registry.form_messages import about_html, refused_html, status_html
from wijkkit.registry.form_options import row_options
from wijkkit.registry.registry import Registry
from wijkkit.registry.tables import ATTENDANCE, MEETINGS, STAKEHOLDERS
from wijkkit.registry.wording import choice_labels, column_label


class AttendanceForm:
    """Choose a meeting and say of each partner whether they were there; `box` is what is shown.

    Parameters
    ----------
    registry : Registry
    context : callable
        Gives the wijk and the name of who is at work at that moment.
    """

    kind = ATTENDANCE

    def __init__(self, registry: Registry, context: Context):
        self.registry = registry
        self.context = context
        self.language = registry.study.language
        self.presence: dict[str, widgets.Dropdown] = {}
        self.stored = pd.DataFrame(columns=["key", "presence", "version"])
        label = column_label(ATTENDANCE, ATTENDANCE["meeting"], self.language)
        self.meetings = widgets.Dropdown(**labelled(label))
        self.asked = widgets.VBox()
        self.save = widgets.Button(
            description=text("registry.form.save", self.language), button_style="primary"
        )
        self.message = widgets.HTML()
        about = widgets.HTML(about_html(ATTENDANCE, self.language))
        self.box = widgets.VBox([about, self.meetings, self.asked, self.save, self.message])
        self.meetings.observe(self._on_meeting, names="value")
        self.save.on_click(self._on_save)
        self.reload()

    def reload(self, key: str | None = None) -> None:
        """Read the meetings of the wijk again and show `key`, or none."""
        options = row_options(self.registry, MEETINGS, self.context()[0])
        self.meetings.options = with_empty(options, self.language)
        self.meetings.value = key if key in [found for _, found in options] else None
        self._show()

    def refresh(self) -> None:
        """Read meetings and partners again; what was filled in stays."""
        options = row_options(self.registry, MEETINGS, self.context()[0])
        set_options(self.meetings, options, self.language)
        stored = self.stored["presence"].to_dict()
        if all(field.value == stored.get(key) for key, field in self.presence.items()):
            self._show()

    def _on_meeting(self, _change: object) -> None:
        self.message.value = ""
        self._show()

    def _show(self) -> None:
        wijk, _ = self.context()
        rows = self.registry.table("attendance", wijk)
        self.stored = rows[rows["meeting"].eq(self.meetings.value or "")].set_index("stakeholder")
        choices = choice_labels(ATTENDANCE["presence"], self.language)
        options = with_empty([(label, key) for key, label in choices.items()], self.language)
        self.presence = {
            key: widgets.Dropdown(
                options=options, value=self.stored["presence"].get(key), **labelled(label)
            )
            for label, key in self._partners(wijk)
        }
        self.asked.children = tuple(self.presence.values())
        self.save.disabled = not self.presence

    def _partners(self, wijk: str) -> list[tuple[str, str]]:
        """Return who took part on the day of the meeting, and who was registered for it."""
        meetings = self.registry.table("meetings", wijk).set_index("key")
        if self.meetings.value not in meetings.index:
            return []
        day = meetings.loc[self.meetings.value, "date"]
        rows = self.registry.table("stakeholders", wijk).set_index("key")
        there = ~(rows["start"].gt(day) | rows["end"].lt(day)) | rows.index.isin(self.stored.index)
        options = row_options(self.registry, STAKEHOLDERS, wijk)
        return [(label, key) for label, key in options if there[key]]

    def _on_save(self, _button: object) -> None:
        wijk, who = self.context()
        saved = 0
        try:
            for stakeholder, field in self.presence.items():
                saved += self._save_one(wijk, stakeholder, field.value, who)
        except WijkkitError as error:
            self.message.value = refused_html(error, ATTENDANCE, self.language)
            return
        self._show()
        said = text("registry.form.attendance_saved", self.language, n=saved)
        self.message.value = status_html(said)

    def _save_one(self, wijk: str, stakeholder: str, presence: str | None, who: str) -> bool:
        """Save one answer; return whether anything changed."""
        stored = self.stored.loc[stakeholder] if stakeholder in self.stored.index else None
        if presence == (None if stored is None else stored["presence"]):
            return False
        if presence is None:
            self.registry.remove("attendance", wijk, stored["key"], int(stored["version"]), who)
            return True
        key = self.registry.next_key("attendance", wijk) if stored is None else stored["key"]
        row = {"wijk": wijk, "key": key, "meeting": self.meetings.value}
        version = 0 if stored is None else int(stored["version"])
        row |= {"stakeholder": stakeholder, "presence": presence, "version": version}
        self.registry.save("attendance", row, who)
        return True
