"""What is true in the demo study, so that estimates can be held against it.

Chances are on the log-odds scale. Outdoor play improves in the programme wijken; nothing else
changes there more than elsewhere; the gap between SES groups is the same in both waves.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

WAVES = ("2018", "2021")

#: Respondents of the default demo, per wave.
RESPONDENTS = MappingProxyType({"2018": 984, "2021": 413})

#: Respondents per wijk and wave of a demo of another size.
RESPONDENTS_PER_WIJK = 240


@dataclass(frozen=True, slots=True)
class Outcome:
    """The chance of the favourable outcome, as log-odds.

    `base`: In a wijk and SES group in the middle, first wave. `low`, `high`: Added for the low and
    the high SES group. `trend`: Added in the second wave, everywhere. `effect`: Added in the second
    wave in the programme wijken: the true effect.
    """

    base: float
    low: float
    high: float
    trend: float
    effect: float = 0.0


#: The true effect on outdoor play as an odds ratio of the adverse outcome (too little play).
OUTDOOR_PLAY_ODDS_RATIO = 0.5

OUTCOMES = MappingProxyType(
    {
        "outdoor_play": Outcome(0.30, -0.35, 0.35, -0.15, 0.6931471805599453),
        "sport": Outcome(0.15, -0.60, 0.60, -0.10),
        "general_health": Outcome(2.60, -0.40, 0.40, 0.0),
        "parenting_support": Outcome(-0.50, 0.10, -0.10, 0.05),
    }
)

#: Psychosocial problems: the shift of the latent score behind the SDQ items.
PSYCHOSOCIAL = Outcome(base=0.0, low=0.35, high=-0.30, trend=0.05)

#: Standard deviation of the wijk's own level, and of its own change between waves.
BETWEEN_WIJKEN, WITHIN_WIJK_OVER_TIME = 0.12, 0.04

#: Chance to have used the programme's offer and to have moved in since its start, second wave.
USED_INTERVENTIONS, MOVED = 0.36, 0.12

#: Shares of children by parent's education in a wijk of low, middle and high problem severity.
EDUCATION = MappingProxyType(
    {
        "low": (0.04, 0.14, 0.27, 0.13, 0.26, 0.16),
        "middle": (0.08, 0.21, 0.30, 0.11, 0.19, 0.11),
        "high": (0.14, 0.28, 0.31, 0.09, 0.12, 0.06),
    }
)

#: How readily parents answer, by education: the reason for the weights.
RESPONSE = (0.55, 0.70, 0.95, 1.05, 1.25, 1.35)
