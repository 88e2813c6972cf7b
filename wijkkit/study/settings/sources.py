"""Where a study's data are (``sources:`` in study.yml)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wijkkit.study.settings.general import Key, Label, Model, Sign


class TableSource(Model):
    """A table of another kind: a csv file or a workbook."""

    path: str
    """The file."""
    encoding: str | None = None
    """Of a csv file or a labelled file, where it is not the usual one."""
    decimal: Literal[".", ","] = "."
    """Decimal sign of a csv file; nothing is guessed."""
    separator: Sign = ","
    """What parts the cells of a csv file."""
    sheet: str | None = None
    """Sheet of a workbook; needed where several sheets hold something."""


class SurveySource(TableSource):
    """One survey file (SPSS, Stata, csv, Excel or parquet)."""

    id: Key
    """Its key; the codebook may name it."""
    wave: Key | None = None
    """The wave that it holds, unless the codebook has a wave column."""
    weights: str | None = None
    """A csv file with `respondent, weight`, whose weights replace those of the survey file."""
    skip_rows: tuple[int, ...] = ()
    """Rows that hold no respondent, counted as in the file, such as texts of questions."""
    rows: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Column of the file -> the values that its rows must have to be used."""


class AreaFigureSource(TableSource):
    """Area figures: a file, a StatLine download, or an OData table with its cache."""

    id: Key
    """Its key."""
    kind: Literal["file", "statline", "odata"]
    """A file of one's own, a download from StatLine, or a table of an OData service."""
    level: Literal["wijk", "gebied", "city"]
    """What its rows are."""
    period: str
    """The year that the figures are of."""
    path: str | None = None  # type: ignore[assignment]
    """The file, or where what was downloaded is kept."""
    table: Key | None = None
    """The table of the OData service."""
    catalogue: str = "opendata.cbs.nl"
    """The catalogue of that table."""
    code_column: str
    """The column with the code of the area."""
    name_column: str | None = None
    """Where given, an area's name must agree: codes are used again for other areas."""
    filters: dict[str, str] = Field(default_factory=dict)
    """Column -> the value its rows must have, where the source has several rows per area."""
    figures: dict[Key, str]
    """Figure -> column in the source, without its ``_nn`` where that is unique."""
    labels: dict[Key, Label] = Field(default_factory=dict)
    units: dict[Key, str] = Field(default_factory=dict)
    """Figure -> what it is called, and its unit; one source may say it for all."""
    release: str = ""
    """Which release of the figures it is, for the list of sources."""

    @property
    def columns(self) -> list[str]:
        """The columns that are read, as study.yml names them."""
        named = [self.name_column] if self.name_column else []
        return [self.code_column, *self.filters, *self.figures.values(), *named]


class BorderSource(Model):
    """Borders of one area level."""

    level: Literal["wijk", "gebied", "city"]
    """What its shapes are."""
    path: str | None = None
    """The file (GeoPackage or GeoJSON)."""
    url: str | None = None
    """The service, where there is no file."""
    layer: str | None = None
    """Its layer, where it has several."""
    code_column: str
    """The column with the code of the area."""
    name_column: str | None = None
    """The column with its name."""
    crs: str | None = None
    """What the coordinates are, where the file does not say it."""


class ReferencePopulation(Model):
    """A population above the study, such as the region or the country, beside its wijken together."""

    id: Key
    """Its key."""
    label: Label
    """What readers call it."""
    survey: tuple[SurveySource, ...] = ()
    """Files of its respondents, read by the study's codebook; they need no area."""
    weight: str = "weight"
    """The standard column that holds their weights."""
    figures: TableSource | None = None
    """Published figures instead: ``indicator, wave, value, source`` and where they are known
    ``lower, upper, n``.
    """


class Sources(Model):
    """Where the data of a study are; a part that is left out is not there."""

    survey: tuple[SurveySource, ...] = ()
    """The files of the survey."""
    area_figures: tuple[AreaFigureSource, ...] = ()
    """Figures of areas."""
    borders: tuple[BorderSource, ...] = ()
    """Borders of areas."""
    key_figures: TableSource | None = None
    """Interviews with key figures."""
    group_interviews: TableSource | None = None
    """Coded group interviews."""
    steps: TableSource | None = None
    """The log of the six steps."""
    stakeholders: TableSource | None = None
    """Who works in which wijk, and which meetings they attended."""
    interventions: TableSource | None = None
    """What is done in the wijken, where there is no registry."""
    catalogue: TableSource | None = None
    """Interventions that can be chosen."""
