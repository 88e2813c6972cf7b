"""The nouns that a study says (``words:`` in study.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from wijkkit.language.nouns import KNOWN, Noun

#: What study.yml calls a role -> what the messages call it.
_ROLES = {"unit": "unit", "whole": "whole", "population": "person", "respondent": "respondent"}


#: Small letters, spaces, hyphens and apostrophes: a word inside a sentence.
Word = Annotated[str, StringConstraints(pattern=r"^[^\W\d_A-Z][\w '’-]{0,39}$")]


class OwnNoun(BaseModel):
    """A noun that is not known.

    Parameters
    ----------
    one, other : str
        Singular and plural.
    article : {"de", "het"}
        Of the Dutch singular.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    one: Word
    other: Word
    article: Literal["de", "het"] = "de"


def _is_known(word: str) -> str:
    if word not in KNOWN:
        raise ValueError(
            f"a noun that is not known; use one of {', '.join(KNOWN)}, or say one and other"
        )
    return word


#: A known noun by its Dutch singular, or an own one per language.
NounSaid = Annotated[str, AfterValidator(_is_known)] | dict[Literal["nl", "en"], OwnNoun]


def nouns_said(words: Mapping[Any, str | Mapping[Any, OwnNoun]], language: str) -> dict[str, Noun]:
    """Return role -> noun in a language; an own noun without it is that of its other language."""
    found = {}
    for role, said in words.items():
        if isinstance(said, str):
            found[_ROLES[role]] = KNOWN[said][0 if language == "nl" else 1]
        elif said:
            own = said.get(language) or next(iter(said.values()))
            found[_ROLES[role]] = Noun(own.one, own.other, own.article)
    return found
