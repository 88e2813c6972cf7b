"""The house style: one file makes the reports a municipality's own."""

from __future__ import annotations

import re
import shutil
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from wijkkit.errors import Problem, ReportError
from wijkkit.study.settings.general import Model
from wijkkit.study.strict_yaml import read_yaml

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_FONT = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]*")
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]*\.(svg|png|ttf|otf)")

#: Foreground, background, and the contrast that WCAG 2.1 AA asks of them.
CONTRASTS = (
    ("ink", "paper", 4.5), ("ink", "tint", 4.5), ("heading", "paper", 4.5),
    ("muted", "paper", 4.5), ("muted", "tint", 4.5), ("link", "paper", 4.5),
    ("link", "tint", 4.5), ("on_brand", "brand", 4.5), ("focus", "paper", 3.0),
    ("focus", "tint", 3.0), ("warning", "tint", 3.0),
)  # fmt: skip


class Colours(Model):
    """Colours as ``#rrggbb``, by what they are for."""

    ink: str
    heading: str
    muted: str
    paper: str
    tint: str
    line: str
    brand: str
    on_brand: str
    link: str
    focus: str
    warning: str


class HouseStyle(Model):
    """Colours, fonts, logo and contact of the organisation that publishes the reports."""

    organisation: str
    contact: str = ""
    logo: str = ""
    colours: Colours
    fonts: list[str]
    font_file: str = ""


def load_house_style(folder: Path) -> HouseStyle:
    """Return the house style of ``house.yml``; ReportError names all wrong keys and faint colours."""
    path = folder / "house.yml"
    try:
        style = HouseStyle.model_validate(read_yaml(path))
    except ValidationError as error:
        raise ReportError(
            Problem(item["msg"], "house.yml", ".".join(map(str, item["loc"])), remedy="Correct it.")
            for item in error.errors()
        ) from None
    problems = [*_malformed(style, folder), *_too_faint(style)]
    ReportError.raise_for(problems)
    return style


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.1, 1.4.3)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


#: The style sheet of a site, in its folder.
STYLESHEET = Path("assets") / "report.css"


def write_assets(site: Path, theme: Path, house: HouseStyle) -> None:
    """Write what all pages share: the style sheet, the logo, the font."""
    (site / "assets").mkdir(exist_ok=True)
    (site / STYLESHEET).write_text(stylesheet(house), encoding="utf-8")
    for name in filter(None, (house.logo, house.font_file)):
        shutil.copy(theme / name, site / "assets" / name)


def stylesheet(style: HouseStyle) -> str:
    """Return the style sheet of the site: the house style's values, then the rules."""
    rules = (files("wijkkit.reports") / "html" / "report.css").read_text(encoding="utf-8")
    return house_values(style) + rules


def house_values(style: HouseStyle) -> str:
    """Return the values of the house style as a style sheet.

    >>> folder = Path(__file__).parents[2] / "reports" / "theme"
    >>> "--paper: #ffffff;" in house_values(load_house_style(folder))
    True
    """
    names = [f'"{font}"' if " " in font else font for font in style.fonts]
    face = ""
    if style.font_file:
        face = f'@font-face {{ font-family: "House"; src: url("{style.font_file}"); }}\n'
        names.insert(0, '"House"')
    values = {key.replace("_", "-"): value for key, value in style.colours.model_dump().items()}
    lines = [f"  --{key}: {value};" for key, value in values.items()]
    return face + "\n".join(["html {", *lines, f"  --font: {', '.join(names)};", "}", ""])


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _malformed(style: HouseStyle, folder: Path) -> list[Problem]:
    colours = style.colours.model_dump().items()
    found = [
        (f"colours.{key}", value, "#rrggbb")
        for key, value in colours
        if not _COLOUR.fullmatch(value)
    ]
    found += [("fonts", font, "a font's name") for font in style.fonts if not _FONT.fullmatch(font)]
    found += [
        (key, name, "a .svg, .png, .ttf or .otf file in this folder")
        for key, name in (("logo", style.logo), ("font_file", style.font_file))
        if name and not (_FILE.fullmatch(name) and (folder / name).is_file())
    ]
    return [
        Problem("not a value for this key", "house.yml", key, value, expected, "Correct it.")
        for key, value, expected in found
    ]


def _too_faint(style: HouseStyle) -> list[Problem]:
    colours = style.colours.model_dump()
    if not all(_COLOUR.fullmatch(value) for value in colours.values()):
        return []
    return [
        Problem(
            f"{front} on {back} has too little contrast",
            "house.yml",
            f"colours.{front}",
            f"{colours[front]} on {colours[back]}, {contrast(colours[front], colours[back]):.2f}",
            f"at least {least}",
            "Make the one darker or the other lighter.",
        )
        for front, back, least in CONTRASTS
        if contrast(colours[front], colours[back]) < least
    ]
