"""What each column of a survey file is for, by the words of its name and label and by its values.

A name is strong evidence only as a whole: ``wijkcode`` names an area, ``wijkagent_bekend`` and
``buurt_veilig`` do not. Values can refuse what a name says (body weight in kilos is no survey
weight) and never decide alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wijkkit.proposal.evidence import ColumnFacts, whole_words

#: More waves than a study has.
MOST_WAVES = 12
#: At least this much evidence makes a column a role's; at least the other names it as possible.
_ENOUGH, _POSSIBLE = 2.5, 1.0

#: Words that say nothing of a column's subject.
_NEUTRAL = (
    r"\d+|code|cd|nr|no|num|number|nummer|naam|name|id|cbs|indeling|van|de|het|een|in|of|en|uw|the|"
    r"kind|kinderen|respondent|deelnemer|child|jongere|jaren|volledige?|actuele?|nieuwe?|def|kolom|"
    r"mnd|maand|maanden|months?|survey|monitor|onderzoek|tov|op|bij|per|variabele|regionaal|landelijk|gemeentelijk|a|b|s"
)
_PERSON = (
    r"moeder|vader|ouders?|ouder1|ouder2|partner|verzorger|mother|father|parents?|broer|zus|oma|opa"
)
_CLASS = (
    r"cat|cat\d|categorie|categorieen|klasse|klassen|groep|groepen|class|group|band|\dcat|\dklassen"
)

_AREA_STEMS = (
    r"buurt", r"wijk", r"gebieds?|stadsdeel|kern|dorp|neighbou?rhood|area", r"gemeente|municipality|district",
    r"subregio", r"mireb|regio|ggdregio|region|country|land|provincie",
)  # fmt: skip
_AREA_WORDS = [
    rf"({stem}|nog_{stem})(codes?|cd|nr|nummer|naam|id|indeling|cbs)?" for stem in _AREA_STEMS
]
_AREA_WORDS[0] += r"|bu|bucode"
_AREA_WORDS[1] += r"|wk|wkcode"
_AREA_WORDS[3] += r"|gm|gmcode|woongemeente"

#: Role -> what a whole word of a name or label that means it looks like.
WORDS: Mapping[str, str] = {
    "area": "|".join(_AREA_WORDS),
    "age": r"(leeftijd|lft|age|aglfa)(kind|respondent|jaren|jr|injaren|yr|yrs|years)?|ridageyr|lftkind",
    "weight": r"weeg\w*|weging\w*|(steekproef|populatie|ophoog)gewicht|ophoogfactor|gewichtsfactor|wegingsgewicht|"
    r"w?wgt\w*|wt[a-z]+\d*yr|weights?|\w*weight|ew(cbs)?ggd\w*|standaardisatie(factor|gewicht)?|gro|grootgewicht|"
    r"gewicht|gewichten",
    "stratum": r"strat|strata|stratum|strat\w+|sdmvstra|primaireeenheid",
    "psu": r"psu|sdmvpsu|cluster\w*|primaire?steekproefeenheid",
    "fpc": r"fpc|populatiegrootte|popgrootte|npop|populatieomvang",
    "wave": r"wave|meting|meetmoment|meetjaar|golf|ronde|round|cyclus|cycle|jaar|year|onderzoeksjaar|peiljaar|surveyjaar|"
    r"monitorjaar|agojb|jaarvariabele|invuldatum|enquetedatum|datum|interviewdatum|date",
    "respondent": r"resp|respnr|respid|respondent\w*|casenr|caseid|case|id|recordid|surveynummer|volgnr|volgnummer|seqn|"
    r"deelnemernr|nr|nummer|deelnemernummer|kindnr|pid|uniekid|subject\w*|record|persoonsnummer",
    "sex": r"geslacht|gesl|sex|gender|aggsa|sekse|geslachtkind",
    "ses": r"opleiding|opleidingsniveau|opl|oplniveau|educ|education|ses|agows|opleidingouders?|opleidingmoeder",
}
YEAR = re.compile(r"(19[89]\d|20[0-4]\d)")
_KILOS = re.compile(r"\b(kg|kilo|kilos|kilogram|lichaamsgewicht|weegt|weight of the child|body)\b")

#: Roles of the design: every guess of them decides numbers, so it is asked to be confirmed.
DESIGN = ("area", "age", "weight", "stratum", "psu", "fpc", "wave")
ROLES = (*DESIGN, "respondent", "sex", "ses")


@dataclass(frozen=True, slots=True)
class Role:
    """The column of a role (empty where none fits), other candidates, and whether it was `said`."""

    name: str
    column: str = ""
    others: tuple[str, ...] = ()
    said: bool = False


def find_roles(columns: Sequence[ColumnFacts], said: Mapping[str, str]) -> dict[str, Role]:
    """Return each role with its column, as `said` or by evidence; a column has one role at most."""
    taken = {column for column in said.values() if column}
    roles = {name: Role(name, column, said=True) for name, column in said.items()}
    for name in ("wave", *(role for role in ROLES if role != "wave")):
        if name in roles:
            continue
        scored = [
            (_evidence(name, facts), -position, facts.name)
            for position, facts in enumerate(columns)
            if facts.name not in taken
        ]
        ranked = sorted((s for s in scored if s[0] >= _POSSIBLE), reverse=True)
        found = ranked[0][2] if ranked and ranked[0][0] >= _ENOUGH else ""
        others = tuple(column for _, _, column in ranked if column != found)
        roles[name] = Role(name, found, others[:3])
        taken |= {found} - {""}
    return {name: roles[name] for name in ROLES}


def _evidence(role: str, facts: ColumnFacts) -> float:
    named = _named(WORDS[role], facts)
    return named + _BY_VALUES[role](facts) if named else 0.0


def _named(pattern: str, facts: ColumnFacts) -> float:
    """Return how surely a name and a label say a role: whole names say more than a word in them."""
    name = _said_by(pattern, [*whole_words(facts.name)], facts.joined)
    label = _said_by(pattern, whole_words(facts.title), "")
    return {2: 3.0, 1: 1.0, 0: 0.0}[name] + {2: 2.0, 1: 0.5, 0: 0.0}[label]


def _said_by(pattern: str, words: Sequence[str], joined: str) -> int:
    """Return 2 where all is said by the role's own words, 1 where one word is, else 0."""
    role = re.compile(pattern)
    if joined and role.fullmatch(joined):
        return 2
    own = [word for word in words if role.fullmatch(word)]
    if not own:
        return 0
    rest = [word for word in words if word not in own and not re.fullmatch(_NEUTRAL, word)]
    return 1 if rest or len(words) > 6 else 2


def _area(facts: ColumnFacts) -> float:
    if facts.is_question or facts.fractions or not facts.values:
        return -9.0
    if all(re.fullmatch(r"(bu|wk|gm)\d{4,8}", value.lower()) for value in facts.values):
        return 3.0
    pure = _said_by(WORDS["area"], whole_words(facts.name), facts.joined) == 2
    if not facts.answers and facts.is_scale and not pure:
        return -9.0
    words, stems = (*whole_words(facts.name), facts.joined), (*_AREA_WORDS, ".*")
    smallest = next(i for i, stem in enumerate(stems) if any(re.fullmatch(stem, w) for w in words))
    # A study is of wijken: of several divisions, the smallest is the likeliest.
    return -0.3 * smallest - (2.0 if facts.different < 2 else 0.0)


def _age(facts: ColumnFacts) -> float:
    words = {*whole_words(facts.name), *whole_words(facts.title)}
    if any(re.fullmatch(_CLASS, word) for word in words) or facts.is_classes:
        return -9.0
    most = 120 * (12 if facts.is_in_months else 1)
    if facts.numbers is None or not facts.values or facts.numbers.max() > most:
        return -9.0
    if facts.numbers.min() < 0 or len(facts.answers) == facts.different:
        return -9.0
    return -2.0 if any(re.fullmatch(_PERSON, word) for word in words) else 0.5


def _weight(facts: ColumnFacts) -> float:
    if facts.numbers is None or not facts.values or facts.numbers.min() < 0 or facts.answers:
        return -9.0
    found = 1.0 if facts.fractions else 0.0
    found += 1.0 if 0.8 <= facts.mean <= 1.25 else 0.0
    weak = {"gewicht", "gewichten", "weight", "weights"}
    if weak & {*whole_words(facts.name), facts.joined}:
        found -= 1.5 if not facts.title and facts.mean > 2 else 0.5
    if _KILOS.search(facts.title.lower()) or {"kind", "kg", "kilo"} & set(whole_words(facts.name)):
        found -= 1.5
    # What may be a body weight is named as possible, and never taken.
    return max(found, -1.9)


def _wave(facts: ColumnFacts) -> float:
    if facts.days:
        return 0.0 if len(facts.years) <= MOST_WAVES else -9.0
    if facts.is_question or facts.fractions or not 1 <= facts.different <= MOST_WAVES:
        return -9.0
    years = all(YEAR.fullmatch(facts.answers.get(value, value).strip()) for value in facts.values)
    if years:
        return 2.0
    year_word = {"jaar", "year", "agojb"} & {*whole_words(facts.name), facts.joined}
    return -9.0 if year_word else 0.0


def _respondent(facts: ColumnFacts) -> float:
    if facts.fractions or facts.is_question or facts.answers:
        return -9.0
    # In a cohort of some waves one number comes back in each.
    return 0.5 if facts.filled and facts.different >= 0.2 * facts.filled else -9.0


def _groups(facts: ColumnFacts) -> float:
    return 0.0 if not facts.fractions and 1 <= facts.different <= 60 else -9.0


def _sex(facts: ColumnFacts) -> float:
    if facts.sexes:
        return 1.0 + (0.5 if facts.different == 2 or len(facts.answers) == 2 else 0.0)
    return -0.4 if facts.different <= 3 and not facts.fractions else -9.0


def _ses(facts: ColumnFacts) -> float:
    if facts.fractions or not 2 <= facts.different <= 15:
        return -9.0
    low_to_high = bool(re.search(r"(?i)\b(laag|low|lager)", " ".join(facts.answers.values())))
    return (0.5 if low_to_high else 0.0) + (0.25 if facts.different in (2, 3, 4) else 0.0)


_BY_VALUES: Mapping[str, Callable[[ColumnFacts], float]] = {
    "area": _area, "age": _age, "weight": _weight, "stratum": _groups, "psu": lambda _: 0.0,
    "fpc": lambda facts: -9.0 if facts.numbers is None else 0.0, "wave": _wave, "respondent": _respondent, "sex": _sex, "ses": _ses,
}  # fmt: skip


# What the study's areas and people are called, by the column of areas and the ages.

#: A word of the area's column, or the shape of its codes -> unit, and the whole that goes with it.
_UNITS = (
    (r"gemeente\w*|municipality|woongemeente|gm\w*", "gemeente", "regio"),
    (r"buurt\w*|neighbou?rhood", "buurt", "stad"),
    (r"gebieds?\w*|area", "gebied", "stad"),
    (r"stadsdeel\w*|district", "stadsdeel", "stad"),
    (r"dorp\w*|kern\w*", "dorp", "gemeente"),
    (r"school\w*", "school", "stad"),
)
#: Youngest and oldest at the ends -> who they are, and who answered.
_PEOPLE = (
    (65, 120, "oudere", "oudere"), (16, 27, "jongvolwassene", "jongvolwassene"),
    (18, 120, "volwassene", "volwassene"), (12, 19, "jongere", "jongere"),
    (12, 120, "inwoner", "inwoner"),
)  # fmt: skip


def proposed_words(facts: Sequence[ColumnFacts], roles: Mapping[str, Role]) -> dict[str, str]:
    """Return ``words:`` by the column of areas and the ages, where they are no children per wijk."""
    by_name = {column.name: column for column in facts}
    words = {}
    area = by_name.get(roles["area"].column)
    if area is not None:
        said = [*whole_words(area.name), area.joined]
        said += ["gm"] if all(re.fullmatch(r"(?i)gm\d{4}", v) for v in area.values) else []
        for pattern, unit, whole in _UNITS:
            if any(re.fullmatch(pattern, word) for word in said):
                words = {"unit": unit, "whole": whole}
                break
    ages = _ages(by_name.get(roles["age"].column), facts)
    for youngest, oldest, person, respondent in _PEOPLE:
        if ages and youngest <= ages[0] and ages[1] <= oldest:
            words |= {"population": person, "respondent": respondent}
            break
    return words


def _ages(column: ColumnFacts | None, facts: Sequence[ColumnFacts]) -> tuple[float, float] | None:
    if column is not None and column.numbers is not None:
        # A few may be younger or older than whom the survey is of.
        return float(column.numbers.min()), float(column.numbers.max())
    for found in facts:
        if found.is_classes:
            numbers = re.findall(r"\d+", " ".join(found.answers.values()))
            return float(min(map(int, numbers))), float(max(map(int, numbers)))
    return None
