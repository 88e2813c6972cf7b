"""The order of loss: which figures are given up first, in what steps, which last."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from wijkkit.disclosure.loss import ORDER

#: Each kind of cell: its level, whether it is of everybody, and the number of wijken in its area.
KINDS = {
    "wijk": ("wijk", 0, 1),
    "wijk, group": ("wijk", 1, 1),
    "gebied of 2": ("gebied", 0, 2),
    "gebied of 2, group": ("gebied", 2, 2),
    "gebied of 3": ("gebied", 0, 3),
    "gebied of 3, group": ("gebied", 1, 3),
    "arm": ("arm", 0, 4),
    "arm of 2": ("arm", 0, 2),
    "arm, group": ("arm", 1, 4),
    "city": ("city", 0, 8),
    "city, group": ("city", 2, 8),
}
SMALL = ("gebied of 2", "gebied of 2, group")
LARGE = ("gebied of 3", "gebied of 3, group")
COARSE = (2.0, 5.0, 10.0)
OUT = (0.0,)


def test_what_is_missed_least_is_given_up_first_and_wijken_and_the_city_last():
    level, slot, wijken = (np.array(part) for part in zip(*KINDS.values(), strict=True))
    cells = SimpleNamespace(level=level.astype(object), slot=slot)
    found = [
        (
            tuple(np.array(list(KINDS))[loss.of(cells, wijken)].tolist()),
            loss.multiples,
            loss.larger,
        )
        for loss in ORDER
    ]
    assert found == [
        (SMALL, OUT, True),
        (SMALL + LARGE, COARSE, True),
        (("arm, group",), COARSE, True),
        (("city, group",), COARSE, True),
        (("arm", "arm of 2"), COARSE, True),
        (("city",), COARSE, True),
        (("wijk, group",), OUT, False),
        (("gebied of 2, group", "gebied of 3, group"), OUT, True),
        (SMALL + LARGE, OUT, True),
        (("arm, group",), OUT, True),
        (("wijk",), OUT, False),
        (("city, group",), OUT, True),
        (("arm", "arm of 2", "arm, group", "city", "city, group"), OUT, True),
    ]
