"""What all settings share."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator


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
