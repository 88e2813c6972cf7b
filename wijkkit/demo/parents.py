"""Write the education of all parents per wijk, to hold the respondents against."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from wijkkit.demo import truth
from wijkkit.demo.city import CITY_CODE, CITY_NAME
from wijkkit.files import replacing

#: Columns, and which of the six levels of education they hold.
_LEVELS = {"laag": slice(0, 2), "midden": slice(2, 4), "hoog": slice(4, 6)}


def write_parents_education(city: pd.DataFrame, path: Path) -> None:
    """Write the percentage of parents by education, per wijk and for the city, second wave.

    These are the shares from which the respondents were drawn, so what differs is response.
    """
    shares = np.array([truth.EDUCATION[severity] for severity in city["severity"]])
    whole = np.average(shares, axis=0, weights=city["size"])
    table = pd.DataFrame(
        {
            "code": [*city["code"], f"GM{CITY_CODE}"],
            "naam": [*city["name"], CITY_NAME],
            **{
                name: (100 * np.vstack([shares, whole])[:, levels].sum(axis=1)).round(1)
                for name, levels in _LEVELS.items()
            },
        }
    )
    with replacing(path) as temporary:
        table.to_csv(temporary, sep=";", index=False, encoding="utf-8", lineterminator="\r\n")
