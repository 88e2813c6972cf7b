"""What all settings share."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from wijkkit.showing import facts_table


class Settings(BaseModel):
    """Frozen; unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    #: Pairs of numbers of which the first must be below the second.
    ordered: ClassVar[tuple[tuple[str, str], ...]] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        wrong = [pair for pair in self.ordered if getattr(self, pair[0]) >= getattr(self, pair[1])]
        if wrong:
            raise ValueError("; ".join(f"{low} is not below {high}" for low, high in wrong))
        return self


class Model(BaseModel):
    """Frozen; unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def _repr_html_(self) -> str:
        return facts_table(type(self).__name__, dict(self))


def _is_slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) or len(value) > 60:
        raise ValueError("use lower-case letters, digits and single hyphens only")
    return value


#: A short name that may become a file name: lower-case letters, digits and hyphens.
Slug = Annotated[str, AfterValidator(_is_slug)]
#: What parts the cells of a csv file: one sign.
Sign = Annotated[str, StringConstraints(min_length=1, max_length=1)]
#: A key of a wave, goal, indicator or group: letters, digits, ``_`` and ``-``.
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
#: A text for readers: one text, or one per language (``{nl: ..., en: ...}``).
Label = str | dict[Literal["nl", "en"], str]
