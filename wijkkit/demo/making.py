"""Make the demo: a fictional study with all its files, in the formats researchers have."""

from __future__ import annotations

from pathlib import Path

from wijkkit.demo import truth
from wijkkit.demo.area_files import write_area_figures, write_borders
from wijkkit.demo.chosen_quotes import write_chosen_quotes
from wijkkit.demo.city import build_city
from wijkkit.demo.group_interviews import write_group_interviews
from wijkkit.demo.key_figure_interviews import write_key_figures
from wijkkit.demo.monitor_file import write_monitor
from wijkkit.demo.parents import write_parents_education
from wijkkit.demo.registry_files import write_registry
from wijkkit.demo.registry_import import fill_registry
from wijkkit.demo.respondents import simulate
from wijkkit.demo.study_files import write_study
from wijkkit.demo.survey_files import write_survey
from wijkkit.errors import DataError, ParameterError
from wijkkit.study import open_study

WIJKEN, SEED = 6, 12
MAXIMUM_WIJKEN = 99


def make_demo(
    folder: str | Path,
    data: str | Path,
    *,
    wijken: int = WIJKEN,
    seed: int = SEED,
    replace: bool = False,
) -> Path:
    """Make a demo study.

    Parameters
    ----------
    folder : str or Path
        The study's folder. Files of the study that are there already are kept as they are.
    data : str or Path
        The folder for its data.
    wijken : int
        How many wijken the city has, 2 to 99.
    seed : int
        Same seed, same study.
    replace : bool
        Whether data that is there already may be replaced.

    Returns
    -------
    Path
        The study's folder.

    Raises
    ------
    ParameterError, StudyError, DataError
        `wijken` is out of range, the folder holds another study, or there is data already.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import wijkkit as wk
    >>> temporary = tempfile.TemporaryDirectory()
    >>> folder = pathlib.Path(temporary.name)
    >>> wk.open_study(wk.make_demo(folder / "parameters", folder / "data"))
    <Study 'Kansrijk opgroeien in Lindestad': 6 neighbourhoods, 2 waves, 6 indicators>
    """
    if not 2 <= wijken <= MAXIMUM_WIJKEN:
        raise ParameterError(
            "a demo city cannot have this many wijken",
            found=str(wijken),
            expected=f"2 to {MAXIMUM_WIJKEN}",
            remedy="Give another number with --wijken.",
        )
    folder, data = Path(folder).resolve(), Path(data).resolve()
    if data.is_dir() and any(data.iterdir()) and not replace:
        raise DataError(
            "there is data here already",
            file=data.name,
            expected="an empty folder",
            remedy="Remove it, or replace it with --replace.",
        )
    city = build_city(wijken, seed)
    write_study(folder, data, city)
    for part in ("survey", "areas", "process", "registry"):
        (data / part).mkdir(parents=True, exist_ok=True)
    for wave, people in simulate(city, seed).items():
        write_survey(people, wave, data / "survey" / f"kindmonitor_{wave}.sav", seed)
    write_monitor(data / "survey")
    write_area_figures(city, data / "areas", seed)
    write_parents_education(city, data / "areas" / f"opleiding_ouders_{truth.WAVES[1]}.csv")
    write_borders(city, data / "areas" / "borders.gpkg", seed)
    write_key_figures(city, data / "process" / "key_figures.csv", seed)
    write_group_interviews(city, data / "process" / "group_interviews.qdpx", seed)
    write_registry(city, data / "registry", seed)
    for old in (data / "registry").glob("registry.sqlite*"):
        old.unlink()
    study = open_study(folder)
    write_chosen_quotes(study, data / "process" / "citaten.csv")
    fill_registry(study, data / "registry")
    return folder
