"""Write a small study: two wijken, one wave, and whatever sources a test needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from wijkkit.study import Study, open_study

WIJKEN = (
    {"wijk": "oost", "name": "Oost", "code": "BU0101", "district": "Noord", "arm": "programme", "pair": "a"},
    {"wijk": "west", "name": "West", "code": "BU0102", "district": "Noord", "arm": "comparator", "pair": "a"},
)  # fmt: skip

COLUMNS = {
    "respondent": {"source": "id", "type": "code"},
    "area": {"source": "buurt", "type": "code"},
    "age": {"source": "leeftijd", "type": "integer", "minimum": 0, "maximum": 12},
    "weight": {"source": "gewicht", "type": "number"},
    "sex": {"source": "geslacht", "type": "category", "values": {"1": "boy", "2": "girl"}},
}

SURVEY = """id,buurt,leeftijd,gewicht,geslacht
1,BU0101,4,1.5,1
2,BU0101,5,0.5,2
3,BU0102,6,1.0,1
4,BU0102,7,1.0,2
"""


@dataclass
class StudyMaker:
    """Writes the study's files; every part can be replaced before `open`."""

    folder: Path
    survey: list[dict] = field(
        default_factory=lambda: [{"id": "s1", "path": "survey.csv", "wave": "w1"}]
    )
    sources: dict = field(default_factory=dict)
    columns: dict = field(default_factory=lambda: dict(COLUMNS))
    wijken: tuple[dict, ...] = WIJKEN
    waves: tuple[str, ...] = ("w1",)
    city: dict = field(default_factory=lambda: {"name": "Stad", "code": "GM01"})

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def study_yml(self) -> dict:
        return {
            "title": "Test",
            "city": self.city,
            "programme": {"name": "Programma", "start": "2019-01-01"},
            "waves": [
                {
                    "id": wave,
                    "label": wave,
                    "start": f"{2018 + at}-05-01",
                    "end": f"{2018 + at}-06-01",
                }
                for at, wave in enumerate(self.waves)
            ],
            "sources": {"survey": self.survey, **self.sources},
        }

    def open(self) -> Study:
        self.write("study.yml", json.dumps(self.study_yml()))
        self.write("codebook.yml", json.dumps({"columns": self.columns}))
        self.write("indicators.yml", "{}")
        for wijk in self.wijken:
            self.write(f"wijken/{wijk['wijk']}.yml", json.dumps(wijk))
        return open_study(self.folder)
