"""A staged source of slides as PowerPoint, in the house style or a municipality's own."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from functools import cache
from html import escape
from pathlib import Path

from wijkkit.files import replacing
from wijkkit.reports.pandoc import Node, plain, program, rewrite, write
from wijkkit.reports.paper import for_paper
from wijkkit.reports.theme import Colours, HouseStyle

#: A municipality's own slides, in the folder of the theme; their styles are then taken.
TEMPLATE = "slides.pptx"
_TITLES = re.compile(r"<p:titleStyle>.*?</p:titleStyle>", re.DOTALL)
_PICTURE = re.compile(r'(<p:cNvPr [^>]*descr=")(.*?)(")', re.DOTALL)


def write_pptx(document: Node, images: Path, target: Path, house: HouseStyle, theme: Path) -> Path:
    """Write `document` to `target` as slides, one for each heading of level 2."""
    meta = document["meta"]
    reference = images / "reference.pptx"
    write_slides_reference(reference, house, theme)
    kept = {key: meta[key] for key in ("title", "subtitle", "date", "lang") if key in meta}
    write(
        {**document, "meta": kept, "blocks": rewrite(for_paper(document["blocks"]), _titled)},
        "pptx",
        "--standalone",
        "--slide-level=2",
        f"--reference-doc={reference}",
        f"--resource-path={images}",
        "--fail-if-warnings",
        f"--output={target}",
    )
    finish_slides(target, foot_of(document))
    return target


def foot_of(document: Node) -> str:
    """Return what stands at the foot of every slide: the report, and that it is a concept."""
    said = (plain(document["meta"].get(key, {})) for key in ("title", "mark"))
    return " · ".join(filter(None, said))


def write_slides_reference(path: Path, house: HouseStyle, theme: Path) -> None:
    """Write the slides whose styles are taken: a municipality's own, or Pandoc's in its colours."""
    own = theme / TEMPLATE
    path.write_bytes(own.read_bytes() if own.is_file() else _reference(house.colours))


def finish_slides(path: Path, words: str) -> None:
    """Give every picture its alt text, and every slide `words` at its foot.

    Pandoc writes the file of a picture behind its alt text, and leaves out the feet.
    """
    with zipfile.ZipFile(path) as source, replacing(path) as temporary:
        foot = _foot(source.read("ppt/presentation.xml").decode("utf-8"), words)
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as made:
            for item in source.infolist():
                content = source.read(item)
                if re.fullmatch(r"ppt/slides/slide\d+\.xml", item.filename):
                    slide = _PICTURE.sub(_named, content.decode("utf-8"))
                    content = slide.replace("</p:spTree>", f"{foot}</p:spTree>").encode("utf-8")
                made.writestr(item, content)


def _foot(presentation: str, words: str) -> str:
    """Return a line of small text at the foot of a slide, whatever the size of the slides."""
    found = re.search(r'<p:sldSz [^>]*cx="(\d+)"[^>]*cy="(\d+)"', presentation)
    width, height = (int(side) for side in found.groups()) if found else (9144000, 5143500)
    place = (
        f'<a:xfrm><a:off x="{width - width // 2 - width // 40}" y="{height - height // 16}"/>'
        f'<a:ext cx="{width // 2}" cy="{height // 20}"/></a:xfrm>'
    )
    return (
        '<p:sp><p:nvSpPr><p:cNvPr id="9000" name="Foot"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr>{place}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody>'
        f'<a:bodyPr/><a:p><a:pPr algn="r"/><a:r><a:rPr lang="nl-NL" sz="900"/><a:t>{escape(words)}</a:t></a:r></a:p>'
        "</p:txBody></p:sp>"
    )


def _named(found: re.Match[str]) -> str:
    alt = re.split(r"(?:\n|&#10;|&#xA;){2}", found[2])[0]
    return f"{found[1]}{alt}{found[3]}"


def _titled(node: Node) -> list[Node] | None:
    """Give an image its alt text as title, from which Pandoc makes the description.

    Its words themselves would become a caption, and the title of the slide says enough.
    """
    if node["t"] != "Image":
        return None
    about, alt, (path, _) = node["c"]
    return [{"t": "Image", "c": [about, [], [path, plain(alt)]]}]


def _reference(colours: Colours) -> bytes:
    """Return Pandoc's own slides in the house style's colours."""
    heading, link = (colour.removeprefix("#").upper() for colour in (colours.heading, colours.link))
    shades = {"dk2": heading, "accent1": link, "hlink": link}
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_pandoc_reference())) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for item in source.infolist():
            content = source.read(item)
            if item.filename.startswith("ppt/theme/"):
                content = _coloured(content.decode("utf-8"), shades).encode("utf-8")
            elif item.filename.startswith("ppt/slideMasters/slideMaster"):
                content = _TITLES.sub(_titles_coloured, content.decode("utf-8")).encode("utf-8")
            made.writestr(item.filename, content)
    return target.getvalue()


def _coloured(theme: str, shades: dict[str, str]) -> str:
    for name, colour in shades.items():
        pattern = rf'(<a:{name}><a:srgbClr val=")[0-9A-F]{{6}}'
        theme = re.sub(pattern, rf"\g<1>{colour}", theme, count=1)
    return theme


def _titles_coloured(found: re.Match[str]) -> str:
    return found[0].replace('val="tx1"', 'val="tx2"')


@cache
def _pandoc_reference() -> bytes:
    command = [program(), "--print-default-data-file", "reference.pptx"]
    return subprocess.run(command, capture_output=True, check=True).stdout
