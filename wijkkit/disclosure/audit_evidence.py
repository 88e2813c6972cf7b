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
    granted the unweighted one. A row that is hidden leaves open what fits the reason given.

    Parameters
    ----------
    system : DataFrame
        Released rows with `reason`, the true `x` and `respondents`, and `public` and `repeated`.
    policy : Policy

    Returns
    -------
    DataFrame
        `n_min`, `n_max`, `x_min`, `x_max`, `rest_min`, `rest_max`, `share_min`, `share_max`;
        `slack`, by how many respondents a share may be off; and the true `x` and `respondents`,
        which only tell what the sums are.
    """
    hidden = _of_reasons(system, policy)
    shown = _of_numbers(system, policy)
    known = shown.where(system["status"] == "ok", hidden)
    return known.assign(x=system["x"], respondents=system["respondents"])


def _of_reasons(system: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return what each row would give away if only its reason were published.

    Reasons of rules say that the rule holds, that of a block nothing, all others that no rule
    holds.
    """
    small, most = policy.min_count - 1, policy.max_share
    far = _FAR * (system["respondents"] + policy.min_n)
    at_wide = policy.wide_n
    rules = {
        "too_few": {"n_min": 0, "n_max": policy.min_n - 1},
        "few_inside": {"x_max": small} | ({"n_max": at_wide - 1} if policy.max_share_both else {}),
        "few_outside": {"rest_max": small, "n_max": at_wide - 1},
        "large_share": {"share_min": most, "n_min": at_wide},
        "large_count": {"share_min": most, "n_min": at_wide},
        "large_rest": {"share_max": 1 - most, "n_min": at_wide},
        "dominance": {},
        "together": {"n_min": 0},
    }
    anything = {
        "n_min": policy.min_n, "n_max": np.inf, "x_min": 0, "x_max": np.inf,
        "rest_min": 0, "rest_max": np.inf, "share_min": 0, "share_max": 1,
    }  # fmt: skip
    none = {
        "x_min": policy.min_count,
        "rest_min": policy.min_count,
        "share_min": 1 - most if policy.max_share_both else 0,
        "share_max": most,
    }
    scored = system["x"].isna()
    rows = [
        anything
        | {
            name: value
            for name, value in rules.get(reason, none).items()
            if name[0] == "n" or not score
        }
        for reason, score in zip(system["reason"], scored, strict=True)
    ]
    known = pd.DataFrame(rows, index=system.index, columns=list(anything), dtype=float)
    slack = system["repeated"] * float(policy.protection)
    for name in ("n", "x", "rest"):
        known[f"{name}_min"] = (known[f"{name}_min"] - slack).clip(lower=0)
        known[f"{name}_max"] = known[f"{name}_max"] + slack
    return known.assign(n_max=np.minimum(known["n_max"], far), slack=slack)


def _of_numbers(system: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return what the numbers of each row give away."""
    shown = (system["status"] == "ok").to_numpy()
    n, x = system["respondents"].to_numpy(float), system["x"].to_numpy(float)
    counted = shown & ~np.isnan(x)
    public = system["public"].to_numpy(bool)
    change = np.where(public, policy.protection, 0)
    n_shown = system["n"].to_numpy(float)
    share_min, share_max = np.zeros(len(n)), np.ones(len(n))
    new = counted & ~public
    share_min[new], share_max[new] = _shares(x[new], n[new], policy)
    old = counted & public
    slack = (2 * policy.protection + policy.count_class) / n[old] + policy.percent_step / 200
    share_min[old] = np.clip(x[old] / n[old] - slack, 0, 1)
    share_max[old] = np.clip(x[old] / n[old] + slack, 0, 1)
    least = np.where(public, 0, policy.min_n)
    few = np.where(new, policy.min_count, 0.0)
    return pd.DataFrame(
        {
            "n_min": np.maximum(n_shown - policy.blur - change, least),
            "n_max": n_shown + policy.blur + change,
            "x_min": few,
            "x_max": np.inf,
            "rest_min": few,
            "rest_max": np.inf,
            "share_min": share_min,
            "share_max": share_max,
            "slack": 0.0,
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
        alike &= share <= policy.max_share + 1e-9
        if policy.max_share_both:
            alike &= share >= 1 - policy.max_share - 1e-9
        low = np.minimum(low, np.where(alike, share, np.inf).min(axis=1))
        high = np.maximum(high, np.where(alike, share, -np.inf).max(axis=1))
    wide = reach > _TRIED
    half = policy.percent_step / 200
    return (
        np.where(wide, np.minimum(figure / 100 - half, x / n), low),
        np.where(wide, np.minimum(np.maximum(figure / 100 + half, x / n), policy.max_share), high),
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
    percent = np.minimum(50 * (first + end) / base, 100 * policy.max_share)
    return np.floor(percent / policy.percent_step + 0.5) * policy.percent_step
