"""The look of a report on paper, in Typst: the house style's values, then the rules."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from matplotlib.font_manager import FontProperties

from wijkkit.reports.theme import HouseStyle

#: Names of fonts that no file has.
_GENERIC = ("sans-serif", "serif", "system-ui")
#: Colours by the name that the rules have for them: ``link``, ``line`` and ``heading`` are Typst's own.
_NAMES = {"link": "link-colour", "line": "line-colour", "heading": "heading-colour"}


def print_style(house: HouseStyle, theme: Path) -> str:
    """Return the definitions that a report on paper begins with.

    Examples
    --------
    >>> from wijkkit.reports.theme import load_house_style
    >>> theme = Path(__file__).parents[2] / "reports" / "theme"
    >>> print_style(load_house_style(theme), theme).splitlines()[0]
    '#let ink = rgb("#1d2b36")'
    """
    values = [
        f'#let {_NAMES.get(name, name).replace("_", "-")} = rgb("{colour}")'
        for name, colour in house.colours.model_dump().items()
    ]
    names = ", ".join(f'"{font}"' for font in _fonts(house, theme))
    return "\n".join([*values, f"#let fonts = ({names},)", print_part("typst-template.typ")])


def print_part(name: str) -> str:
    """Return a file of the look on paper."""
    return (files("wijkkit.reports") / "print" / name).read_text(encoding="utf-8")


def _fonts(house: HouseStyle, theme: Path) -> list[str]:
    own = [FontProperties(fname=theme / house.font_file).get_name()] if house.font_file else []
    return [*own, *(font for font in house.fonts if font not in _GENERIC), "DejaVu Sans"]
