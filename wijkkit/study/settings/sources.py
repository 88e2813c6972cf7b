"""Where a study's data are (``sources:`` in study.yml)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wijkkit.study.settings.general import Key, Label, Model, Sign


class TableSource(Model):
    """A table of another kind: a csv file or a workbook.

    Parameters
    ----------
    path : str
        The file.
    encoding : str, optional
        Of a csv file or a labelled file, where it is not the usual one.
    decimal : {".", ","}
        Decimal sign of a csv file; nothing is guessed.
    separator : str
        What parts the cells of a csv file.
    sheet : str, optional
        Sheet of a workbook; needed where several sheets hold something.
    """

    path: str
    encoding: str | None = None
    decimal: Literal[".", ","] = "."
    separator: Sign = ","
    sheet: str | None = None


class SurveySource(TableSource):
    """One survey file (SPSS, Stata, csv, Excel or parquet).

    Parameters
    ----------
    id : str
        Its key; the codebook may name it.
    wave : str, optional
        The wave that it holds, unless the codebook has a wave column.
    weights : str, optional
        A csv file with `respondent, weight`, whose weights replace those of the survey file.
    skip_rows : list of int
        Rows that hold no respondent, counted as in the file, such as texts of questions.
    rows : dict of str to list of str
        Column of the file -> the values that its rows must have to be used.
    """

    id: Key
    wave: Key | None = None
    weights: str | None = None
    skip_rows: tuple[int, ...] = ()
    rows: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class AreaFigureSource(TableSource):
    """Area figures: a file, a StatLine download, or an OData table with its cache.

    Parameters
    ----------
    id : str
        Its key.
    kind : {"file", "statline", "odata"}
        A file of one's own, a download from StatLine, or a table of an OData service.
    level : {"wijk", "gebied", "city"}
        What its rows are.
    period : str
        The year that the figures are of.
    path : str, optional
        The file, or where what was downloaded is kept.
    table : str, optional
        The table of the OData service.
    catalogue : str
        The catalogue of that table.
    code_column : str
        The column with the code of the area.
    name_column : str, optional
        Where given, an area's name must agree: codes are used again for other areas.
    filters : dict of str to str
        Column -> the value its rows must have, where the source has several rows per area.
    figures : dict of str to str
        Figure -> column in the source, without its ``_nn`` where that is unique.
    labels, units : dict
        Figure -> what it is called, and its unit; one source may say it for all.
    release : str
        Which release of the figures it is, for the list of sources.
    """

    id: Key
    kind: Literal["file", "statline", "odata"]
    level: Literal["wijk", "gebied", "city"]
    period: str
    path: str | None = None  # type: ignore[assignment]
    table: Key | None = None
    catalogue: str = "opendata.cbs.nl"
    code_column: str
    name_column: str | None = None
    filters: dict[str, str] = Field(default_factory=dict)
    figures: dict[Key, str]
    labels: dict[Key, Label] = Field(default_factory=dict)
    units: dict[Key, str] = Field(default_factory=dict)
    release: str = ""


class BorderSource(Model):
    """Borders of one area level.

    Parameters
    ----------
    level : {"wijk", "gebied", "city"}
        What its shapes are.
    path : str, optional
        The file (GeoPackage or GeoJSON).
    url : str, optional
        The service, where there is no file.
    layer : str, optional
        Its layer, where it has several.
    code_column : str
        The column with the code of the area.
    name_column : str, optional
        The column with its name.
    crs : str, optional
        What the coordinates are, where the file does not say it.
    """

    level: Literal["wijk", "gebied", "city"]
    path: str | None = None
    url: str | None = None
    layer: str | None = None
    code_column: str
    name_column: str | None = None
    crs: str | None = None


class ReferencePopulation(Model):
    """A population above the study, such as the region or the country, beside its wijken together.

    Parameters
    ----------
    id : str
        Its key.
    label : Label
        What readers call it.
    survey : tuple of SurveySource
        Files of its respondents, read by the study's codebook; they need no area.
    weight : str
        The standard column that holds their weights.
    figures : TableSource, optional
        Published figures instead: ``indicator, wave, value, source`` and where they are known
        ``lower, upper, n``.
    """

    id: Key
    label: Label
    survey: tuple[SurveySource, ...] = ()
    weight: str = "weight"
    figures: TableSource | None = None


class Sources(Model):
    """Where the data of a study are; a part that is left out is not there.

    Parameters
    ----------
    survey : list of SurveySource
        The files of the survey.
    area_figures : list of AreaFigureSource
        Figures of areas.
    borders : list of BorderSource
        Borders of areas.
    key_figures : TableSource, optional
        Interviews with key figures.
    group_interviews : TableSource, optional
        Coded group interviews.
    steps : TableSource, optional
        The log of the six steps.
    stakeholders : TableSource, optional
        Who works in which wijk, and which meetings they attended.
    interventions : TableSource, optional
        What is done in the wijken, where there is no registry.
    catalogue : TableSource, optional
        Interventions that can be chosen.
    """

    survey: tuple[SurveySource, ...] = ()
    area_figures: tuple[AreaFigureSource, ...] = ()
    borders: tuple[BorderSource, ...] = ()
    key_figures: TableSource | None = None
    group_interviews: TableSource | None = None
    steps: TableSource | None = None
    stakeholders: TableSource | None = None
    interventions: TableSource | None = None
    catalogue: TableSource | None = None
