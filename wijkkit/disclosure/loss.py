"""What is given up to keep a hidden count open, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from wijkkit.disclosure.arrays import Floats, Ints, Mask


class Cells(Protocol):
    """What the order of loss reads of cells: their area level, and their slot (0 for everybody)."""

    @property
    def level(self) -> NDArray[Any]: ...
    @property
    def slot(self) -> NDArray[Any]: ...


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of loss.

    `of`: Cells, and the number of wijken in each cell's area -> which cells it is for.
    `multiples`: The steps that are tried, in multiples of the finest; 0 leaves the figure out.
    `larger`: Figures of larger areas: a coarse one is better than none.
    """

    what: str
    of: Callable[[Cells, Ints], Mask]
    multiples: tuple[float, ...]
    larger: bool = True


def _at(level: str, everybody: bool | None = None) -> Callable[[Cells, NDArray], Mask]:
    def of(system: Cells, wijken: Ints) -> Mask:
        here = system.level == level
        return here if everybody is None else here & ((system.slot == 0) == everybody)

    return of


def lost(multiple: float | Floats) -> Floats:
    """Return how much a figure loses in a multiple of its finest step: all where it is not shown."""
    return np.where(np.greater(multiple, 0), multiple, np.inf)


#: A gebied of fewer wijken is read by nobody.
FEW_WIJKEN = 3
COARSER = (2.0, 5.0, 10.0)
#: The steps of a figure, in multiples of its finest.
STEPS = (1.0, *COARSER)

#: From what is missed least to what is missed most. A report is about a wijk, and the effect on
#: everybody is what a study is for: these go last. After all of them an indicator is left out.
ORDER = (
    Loss(
        "gebieden of few wijken",
        lambda system, wijken: (system.level == "gebied") & (wijken < FEW_WIJKEN),
        (0.0,),
    ),
    Loss("gebieden", _at("gebied"), COARSER),
    Loss("groups of arms", _at("arm", everybody=False), COARSER),
    Loss("groups of the city", _at("city", everybody=False), COARSER),
    Loss("arms", _at("arm", everybody=True), COARSER),
    Loss("the city", _at("city", everybody=True), COARSER),
    Loss("groups within wijken", _at("wijk", everybody=False), (0.0,), larger=False),
    Loss("groups of gebieden", _at("gebied", everybody=False), (0.0,)),
    Loss("gebieden as a whole", _at("gebied"), (0.0,)),
    Loss("groups of arms as a whole", _at("arm", everybody=False), (0.0,)),
    Loss("wijken", _at("wijk", everybody=True), (0.0,), larger=False),
    Loss("groups of the city as a whole", _at("city", everybody=False), (0.0,)),
    Loss(
        "arms and city",
        lambda system, wijken: np.isin(system.level, ["arm", "city"]),
        (0.0,),
    ),
)
