"""Which rows belong to which cluster or cell."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from wijkkit.evaluation.effect.sample import Ints


def membership(codes: Ints, size: int) -> sparse.csr_array:
    """Return the (n, size) matrix of 0 and 1 that says which code each row has.

    Its products sum per code, or repeat per row, without multiplying by all the zeros.

    Examples
    --------
    >>> import numpy as np
    >>> member = membership(np.array([0, 1, 1]), 2)
    >>> (member.T @ np.array([1.0, 2.0, 3.0])).tolist(), (member @ np.array([5.0, 7.0])).tolist()
    ([1.0, 5.0], [5.0, 7.0, 7.0])
    """
    rows = np.arange(len(codes) + 1)
    return sparse.csr_array((np.ones(len(codes)), codes, rows), shape=(len(codes), size))
