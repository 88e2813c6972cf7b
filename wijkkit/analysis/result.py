"""What an analysis of people gives: numbers as numbers, a figure, a sentence, its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from wijkkit.analysis import drawing, words
from wijkkit.display import ShowsItself
from wijkkit.errors import DataError
from wijkkit.language.messages import escaped
from wijkkit.show.output import ShownText
from wijkkit.study import Study


@dataclass(frozen=True, repr=False)
class Result(ShowsItself):
    """The numbers of one analysis.

    Parameters
    ----------
    kind : str
        The method that made it: ``proportion``, ``change``, ...
    title : str
        What it is about, for readers.
    by : tuple of str
        The columns that it is divided by.
    frame : DataFrame
        Tidy (`wijkkit.tables.ESTIMATE_COLUMNS`), then the standard error ``se``, ``df``, the
        count ``x`` in the category and the columns of `by`.
    cells : DataFrame
        The cells of area, wave and group that each row rests on, with their unweighted counts:
        what disclosure control judges. For the researcher's machine only.
    notes : mapping
        What else belongs in the result's line of text.
    """

    kind: str
    title: str
    by: tuple[str, ...]
    frame: pd.DataFrame = field(repr=False)
    cells: pd.DataFrame = field(repr=False)
    study: Study = field(repr=False)
    notes: Mapping[str, Any] = field(default_factory=dict, repr=False)

    plot = drawing.draw
    map = drawing.draw_map
    scatter = drawing.draw_scatter
    sentence = words.sentences
    caption = property(words.caption)

    def joined(self, other: Result, names: tuple[str, str] = ("", "")) -> pd.DataFrame:
        """Return the values of two results side by side, a row per area and group.

        Parameters
        ----------
        other : Result
            Divided by the same columns.
        names : (str, str)
            What the two columns are called; the indicators where empty.
        """
        on = list(dict.fromkeys([*self.by, "area", "wave"]))
        if self.by != other.by:
            found, wanted = (", ".join(one.by) or "nothing" for one in (other, self))
            raise DataError(
                "results that are divided otherwise cannot stand side by side",
                place="other",
                found=found,
                expected=wanted,
                remedy="Give both the same by=.",
            )
        mine, theirs = (
            one.frame[[*on, "value"]].rename(
                columns={"value": name or one.frame["indicator"].iloc[0]}
            )
            for one, name in zip((self, other), names, strict=True)
        )
        return mine.merge(theirs, on=on, how="outer")

    @property
    def shown(self) -> pd.DataFrame:
        """The columns that a reader of the table wants first."""
        columns = [*self.by, "wave", "value", "lower", "upper", "n", "unit"]
        if "reason" in self.frame and self.frame["reason"].astype(bool).any():
            columns.append("reason")
        wanted = dict.fromkeys(name for name in columns if name in self.frame)
        return self.frame[list(wanted)]

    def output(self, label: str) -> Any:
        """Return what the label promises: a figure, a table, or a sentence."""
        if label.startswith("tbl-"):
            return words.reader_table(self, self.study.language)
        return self.plot() if label.startswith("fig-") else ShownText(escaped(self.sentence()))

    def to_excel(self, excel_writer: Any, *args: Any, **kwargs: Any) -> None:
        """Write the numbers, as numbers, with `pandas.DataFrame.to_excel`."""
        self.shown.to_excel(_with_folder(excel_writer), *args, index=False, **kwargs)

    def to_word(self, path: str | Path) -> None:
        """Write the numbers as a table in a Word document."""
        import pypandoc

        table = self.shown.round(2).to_html(index=False)
        pypandoc.convert_text(table, "docx", format="html", outputfile=str(_with_folder(path)))

    def to_latex(self, buf: Any = None, *args: Any, **kwargs: Any) -> str | None:
        """Return the numbers as LaTeX, with `pandas.DataFrame.to_latex`."""
        options = {"index": False, "float_format": "%.1f", "escape": True, **kwargs}
        return self.shown.to_latex(_with_folder(buf), *args, **options)

    def with_frame(self, frame: pd.DataFrame) -> Result:
        """Return this result with other numbers: the released ones, say."""
        return replace(self, frame=frame, cells=self.cells.iloc[:0])

    def _facts(self) -> Mapping[str, object]:
        facts = {"of": self.title, **self.notes}
        facts.pop("evaluated", None)
        if self.by:
            facts["by"] = ", ".join(self.by)
        return {**facts, "rows": len(self.frame)}

    def __repr__(self) -> str:
        said = ", ".join(f"{name} {value}" for name, value in self._facts().items())
        return f"<{self.kind}: {said}>\n{self.shown.round(2).to_string(index=False, max_rows=20)}"

    def _repr_html_(self) -> str:
        head = self.shown.round(2).to_html(index=False, border=0, max_rows=30)
        return f"{super()._repr_html_()}{head}"


def _with_folder(target: Any) -> Any:
    """Return where to write, its folder made as wherever wijkkit writes."""
    if isinstance(target, (str, Path)):
        Path(target).parent.mkdir(parents=True, exist_ok=True)
    return target
