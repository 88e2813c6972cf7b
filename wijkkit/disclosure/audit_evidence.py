"""What each released row by itself gives away, found by trying every count."""

from __future__ import annotations

import numpy as np
import pandas as pd

from wijkkit.disclosure.policy import Policy

#: Counts tried on either side of the true one; further off, rounding alone decides.
_TRIED = 60

#: The attacker is granted that a hidden n is at most so many times itself; it bounds the programs.
_FAR = 10


def evidence(system: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return bounds of the n, the share and the counts of each cell.

    A row that is shown leaves open every pair of a count and an n which the policy's published
    way of rounding turns into the same numbers. For a weighted percentage the attacker is
    granted the unweighted one.

    Parameters
    ----------
    system : DataFrame
        Released rows with the true `x` and `respondents`, and `public`.
    policy : Policy

    Returns
    -------
    DataFrame
        `n_min`, `n_max`, `share_min`, `share_max`, `x_min`, `rest_min`, and the true `x` and
        `respondents`, which only tell what the sums are.
    """
    shown = (system["status"] == "ok").to_numpy()
    few = (system["respondents"] < policy.min_n).to_numpy()
    n, x = system["respondents"].to_numpy(float), system["x"].to_numpy(float)
    counted = shown & ~np.isnan(x)
    public = system["public"].to_numpy()
    change = np.where(public, policy.protection, 0)
    n_shown = system["n"].to_numpy(float)
    share_min, share_max = np.zeros(len(n)), np.ones(len(n))
    new = counted & ~public
    share_min[new], share_max[new] = _shares(x[new], n[new], policy)
    old = counted & public
    slack = (2 * policy.protection + policy.count_class) / n[old] + policy.percent_step / 200
    share_min[old] = np.clip(x[old] / n[old] - slack, 0, 1)
    share_max[old] = np.clip(x[old] / n[old] + slack, 0, 1)
    least = np.where(few, 0, policy.min_n)
    return pd.DataFrame(
        {
            "n_min": np.where(
                shown, np.maximum(n_shown - policy.blur - change, np.where(public, 0, least)), least
            ),
            "n_max": np.where(
                shown,
                n_shown + policy.blur + change,
                np.where(few, policy.min_n - 1, _FAR * (n + policy.min_n)),
            ),
            "share_min": share_min,
            "share_max": share_max,
            "x_min": np.where(new, policy.min_count, 0),
            "rest_min": np.where(new, policy.min_count, 0),
            "x": x,
            "respondents": n,
        },
        index=system.index,
    )


def _shares(x: np.ndarray, n: np.ndarray, policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and largest share among the counts that look the same."""
    figure = _figure(x, n, policy)
    base = policy.count_base * np.floor(n / policy.count_base + 0.5)
    reach = policy.percent_step / 200 * n + 2 * policy.count_class + 2
    near = int(np.ceil(min(reach.max(initial=0), _TRIED)))
    low = high = x / n
    for other_n in (base + off for off in range(-policy.blur, policy.blur + 1)):
        start = np.round(x / n * other_n)[:, None]
        tried = start + np.arange(-near, near + 1)[None, :]
        column_n = np.broadcast_to(other_n[:, None], tried.shape)
        alike = np.abs(_figure(tried, column_n, policy) - figure[:, None]) < 1e-9
        alike &= (tried >= policy.min_count) & (column_n - tried >= policy.min_count)
        alike &= column_n >= policy.min_n
        share = tried / column_n
        low = np.minimum(low, np.where(alike, share, np.inf).min(axis=1))
        high = np.maximum(high, np.where(alike, share, -np.inf).max(axis=1))
    wide = reach > _TRIED
    half = policy.percent_step / 200
    return (
        np.where(wide, np.minimum(figure / 100 - half, x / n), low),
        np.where(wide, np.maximum(figure / 100 + half, x / n), high),
    )


def _figure(x: np.ndarray, n: np.ndarray, policy: Policy) -> np.ndarray:
    """Return the percentage that is shown for a count: the policy's rounding, once more."""
    least, width = policy.min_count, policy.count_class
    base = policy.count_base * np.floor(n / policy.count_base + 0.5)
    on_base = x * base / n
    last = np.maximum(np.floor((base - 2 * least + 1) / width), 1) - 1
    number = np.minimum(np.maximum(np.floor((on_base - least + 0.5) / width), 0), last)
    first = least + number * width
    end = np.where(number == last, base - least, first + width - 1)
    percent = 50 * (first + end) / base
    return np.floor(percent / policy.percent_step + 0.5) * policy.percent_step
