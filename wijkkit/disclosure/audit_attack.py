"""The attacker's linear programs: how wide is what can be derived about each hidden count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from wijkkit.disclosure.audit_sums import Sums
from wijkkit.disclosure.policy import Policy
from wijkkit.errors import DisclosureError

_SWEEPS = 6
#: So many questions get programs of their own at once.
_FEW = 2
#: Of the wijken that hide nothing, one in this many moves in a sweep.
_EVERY = 3


@dataclass(frozen=True, slots=True)
class Questions:
    """Counts an attacker asks for: ``of_x * x + of_n * n`` of `cell`."""

    cell: np.ndarray
    of_x: np.ndarray
    of_n: np.ndarray


@dataclass(frozen=True, slots=True)
class Attack:
    """Everything the attacker knows, as matrices over (x, n) of the m cells."""

    at_most: sparse.csr_array
    limit: np.ndarray
    equal: sparse.csr_array
    total: np.ndarray
    bounds: np.ndarray
    truth: np.ndarray
    far: np.ndarray

    def widths(
        self, asked: Questions, enough: float | np.ndarray, to_the_end: bool = True
    ) -> np.ndarray:
        """Return the width of each question's interval; `enough` or more where it is wide.

        Unless it goes on `to_the_end`, others are left as they are once one is found narrow.

        Every solution is a town the attacker cannot tell from the true one. Solutions that are
        found for one question widen all others, so few questions need programs of their own.
        """
        size = len(self.truth) // 2
        enough = np.broadcast_to(enough, len(asked.cell))
        matrix = np.zeros((len(asked.cell), 2 * size))
        at = np.arange(len(asked.cell))
        matrix[at, asked.cell] = asked.of_x
        matrix[at, asked.cell + size] = asked.of_n
        least = most = matrix @ self.truth
        asked_of = np.tile(np.isin(np.arange(size), asked.cell), 2)
        swept = self._confined(asked_of, 1.5 * enough.max(initial=0))
        random = np.random.default_rng(len(asked.cell))
        weights = np.zeros(len(asked.cell))
        for sweep in range(_SWEEPS):
            narrow = most - least < enough
            if narrow.sum() <= _FEW:
                break
            drawn = random.uniform(0.5, 1.5, len(narrow)) * random.choice([-1, 1], len(narrow))
            weights = -weights if sweep % 2 else np.where(narrow, drawn, 0)
            values = matrix @ self._minimum(weights @ matrix, swept)
            least, most = np.minimum(least, values), np.maximum(most, values)
        for question in np.flatnonzero(most - least < enough):
            for sign in (1, -1):
                values = matrix @ self._minimum(sign * matrix[question], self.bounds)
                least, most = np.minimum(least, values), np.maximum(most, values)
            if not to_the_end and (most - least)[question] < enough[question] - 1e-4:
                break
        return most - least

    def _confined(self, asked_of: np.ndarray, distance: float) -> np.ndarray:
        """Return bounds in which what is asked of stays near the truth, and what is far true."""
        around = np.where(asked_of, distance, np.inf)
        around[np.tile(self.far, 2)] = 0
        return np.column_stack(
            [
                np.maximum(self.bounds[:, 0], self.truth - around),
                np.minimum(self.bounds[:, 1], self.truth + around),
            ]
        )

    def _minimum(self, objective: np.ndarray, bounds: np.ndarray) -> np.ndarray:
        found = linprog(
            objective, self.at_most, self.limit, self.equal, self.total, bounds, "highs"
        )
        if found.x is None:
            raise DisclosureError(
                "the audit could not attack this release",
                file="release",
                found=found.message,
                remedy="Do not publish it.",
            )
        return found.x


def attack_on(system: pd.DataFrame, evidence: pd.DataFrame, sums: Sums) -> Attack:
    """Return what can be known of a system's released rows from its `evidence` and `sums`."""
    size = len(evidence)
    one = sparse.eye_array(size, format="csr")
    small = np.flatnonzero(np.isfinite(evidence["rest_max"]))
    diagonal = sparse.diags_array
    at_most = sparse.block_array(
        [
            [one, diagonal(-evidence["share_max"].to_numpy())],
            [-one, diagonal(evidence["share_min"].to_numpy())],
            [one, -one],
            [-one[small], one[small]],
        ],
        format="csr",
    )
    # Respondents who are in no part: the total is at least the sum, and so is its rest.
    more = np.flatnonzero(sums.both @ evidence["respondents"].to_numpy() > 0)
    same = np.setdiff1d(np.arange(sums.both.shape[0]), more)
    larger = sparse.block_array(
        [[-sums.both[more], None], [None, -sums.both[more]], [sums.both[more], -sums.both[more]]],
        format="csr",
    )
    at_most = sparse.vstack([at_most, larger], format="csr")
    limit = np.concatenate(
        [
            np.tile(evidence["slack"], 2),
            -evidence["rest_min"],
            evidence["rest_max"].to_numpy()[small],
            np.zeros(3 * len(more)),
        ]
    )
    nothing = sparse.csr_array((sums.counts.shape[0], size))
    equal = sparse.block_array(
        [[sums.both[same], None], [None, sums.both[same]], [sums.counts, nothing]], format="csr"
    )
    truth = np.concatenate([evidence["x"].fillna(0), evidence["respondents"]])
    bounds = np.column_stack(
        [
            np.concatenate([evidence["x_min"], evidence["n_min"]]),
            np.concatenate([evidence["x_max"], evidence["n_max"]]),
        ]
    )
    hides = (system["status"] != "ok").groupby(system["area"]).transform("any")
    quiet = (system["area_level"] == "wijk") & ~hides
    # Some quiet wijken may move as well, or nothing could make up for what the others do.
    kept = np.unique(system.loc[quiet, "area"])[::_EVERY]
    far = (quiet & ~system["area"].isin(kept)).to_numpy()
    return Attack(at_most, limit, equal, equal @ truth, bounds, truth, far)


def questions(system: pd.DataFrame, policy: Policy) -> Questions:
    """Return what an attacker wants to know of the hidden cells of one system.

    Of every hidden cell the count; of one with a small rest, or with nearly all in the category,
    the rest as well; and of one with too few respondents, or hidden with others, also their number.
    """
    hidden = system["status"] != "ok"
    few = hidden & system["reason"].isin(["too_few", "together"])
    x, share = system["x"], system["x"] / system["respondents"].clip(lower=1)
    rest = system["respondents"] - x
    of_rest = few | (rest < policy.min_count) | (share > policy.max_share)
    asked = [
        (few, 0, 1),
        (hidden & x.notna(), 1, 0),
        (hidden & x.notna() & of_rest, -1, 1),
    ]
    columns = [
        (np.flatnonzero(which), np.full(which.sum(), of_x), np.full(which.sum(), of_n))
        for which, of_x, of_n in asked
    ]
    return Questions(*(np.concatenate(column) for column in zip(*columns, strict=True)))
