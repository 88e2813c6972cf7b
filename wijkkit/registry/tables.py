"""What the registry keeps of each wijk: eleven kinds of rows, as plain lists of columns.

Everything else follows from these lists: the store, the workbook, the forms and what a report may
show. A value that is absent was not registered; it is never zero.

A row is named by its `wijk` (slug) and its `key` (a short code such as ``I03``, unique within the
wijk and the kind, which never changes). A reference holds the `key` of another row of that wijk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

Type = Literal["text", "integer", "number", "date", "choice", "reference"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind.

    `name`, `type`: A `choice` holds one of `choices` or a key of the study (`listed_in`); a
    `reference` holds the `key` of a row of the kind `refers_to` of the same wijk. `meaning`: What
    it holds, with its unit. `required`: Whether a row must have it. `minimum`, `maximum`: Range of
    a number, both included. `choice_set`: The name of those choices, under which the catalogue has
    their labels. `listed_in`: The list of the study that holds the choices. `doubtful_to`: A number
    above zero up to this one is asked about: it may be on a scale that ends there, not at 100; so
    is one above 100.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    released: bool = True
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    choice_set: str = ""
    listed_in: Literal["", "goals", "indicators"] = ""
    refers_to: str = ""
    doubtful_to: float = 0.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rows: a table of the store, a sheet of the workbook, a tab of the forms.

    `prefix`: What a key made by the registry starts with. `unique`: Columns that together name one
    thing within a wijk, beside its key. `ordered`: Pairs of columns of which the first may not be
    above (or after) the second. `repeatable`: Whether two rows may say exactly the same: two people
    of one organisation without names.
    """

    name: str
    prefix: str
    columns: tuple[Column, ...]
    unique: tuple[str, ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()
    repeatable: bool = False

    def __getitem__(self, name: str) -> Column:
        return {column.name: column for column in self.columns}[name]


#: The choices of every drop-down; their labels are in the catalogue.
CHOICES: dict[str, tuple[str, ...]] = {
    "domain": ("gezond", "veilig", "talentontwikkeling"),
    "role": (
        "gebiedsadviseur", "municipality", "wijkteam", "youth_health_care", "school", "childcare",
        "police", "welfare", "sport", "health_care", "housing", "parents", "other",
    ),
    "step": ("1", "2", "3", "4", "5", "6"),
    "step_status": ("not_started", "running", "done", "skipped"),
    "goal_status": ("proposed", "adopted", "reached", "dropped"),
    "evidence": ("none", "1", "2", "3", "4"),
    "prevention": ("universal", "selective", "indicated"),
    "scope": ("city_wide", "local"),
    "intervention_status": ("planned", "running", "stopped"),
    "presence": ("present", "excused", "absent"),
    "yes_no": ("yes", "no"),
    "document_type": ("plan", "minutes", "report", "agreement", "other"),
    "decision_status": ("open", "taken", "carried_out", "withdrawn"),
    "clash": ("city_programme", "procurement", "rules", "capacity", "other"),
    "flag_status": ("open", "solved"),
}  # fmt: skip


_NOTE = Column("note", "text", "Own remark; never in a report.", released=False)


def _text(name: str, meaning: str, **more: Any) -> Column:
    return Column(name, "text", meaning, **more)


def _day(name: str, meaning: str, **more: Any) -> Column:
    return Column(name, "date", meaning, **more)


def _choice(name: str, choice_set: str, meaning: str, required: bool = False) -> Column:
    choices = CHOICES[choice_set]
    return Column(
        name, "choice", meaning, required=required, choices=choices, choice_set=choice_set
    )


def _ref(name: str, refers_to: str, meaning: str, required: bool = False) -> Column:
    return Column(name, "reference", meaning, required=required, refers_to=refers_to)


def _count(name: str, meaning: str, minimum: float = 0, required: bool = False) -> Column:
    return Column(name, "integer", meaning, required=required, minimum=minimum, maximum=10_000_000)


def _amount(name: str, meaning: str, maximum: float = 1e9) -> Column:
    return Column(name, "number", meaning, minimum=0, maximum=maximum)


STAKEHOLDERS = Kind("stakeholders", "P", (
    _text("organisation", "Organisation.", required=True),
    _choice("role", "role", "What kind of partner it is.", required=True),
    _text("person", "Name of the person; never in a report.", released=False),
    _text("contact", "How to reach the person; never in a report.", released=False),
    _day("start", "Day from which this person or organisation takes part."),
    _day("end", "Last day; absent while it still takes part."),
    _NOTE,
), ordered=(("start", "end"),), repeatable=True)  # fmt: skip

MEETINGS = Kind("meetings", "O", (
    _text("name", "Name of the network meeting.", required=True),
    _day("date", "Day of the meeting.", required=True),
    _choice("domain", "domain", "Domain it was about; absent for a meeting about all domains."),
    _count("invited", "Number of partners invited; absent where attendance is a list."),
    _count("present", "Number of them present; absent where attendance is a list."),
    _ref("minutes", "documents", "The minutes."),
    _NOTE,
), ordered=(("present", "invited"),))  # fmt: skip

ATTENDANCE = Kind("attendance", "W", (
    _ref("meeting", "meetings", "The meeting.", required=True),
    _ref("stakeholder", "stakeholders", "Who was invited.", required=True),
    _choice("presence", "presence", "Whether they were there.", required=True),
), unique=("meeting", "stakeholder"))  # fmt: skip

STEPS_OF_THE_PLAN = Kind("steps", "C", (
    _count("cycle", "Which round of the six steps, from 1.", minimum=1, required=True),
    _choice("step", "step", "1 analysis, 2 goals, 3 choice of interventions, 4 implementation, "
            "5 results, 6 improvement.", required=True),
    _day("planned_start", "Planned first day."),
    _day("planned_end", "Planned last day."),
    _day("actual_start", "Actual first day."),
    _day("actual_end", "Actual last day."),
    _choice("status", "step_status", "How far it is."),
    _NOTE,
), unique=("cycle", "step"),
   ordered=(("planned_start", "planned_end"), ("actual_start", "actual_end")))  # fmt: skip

GOALS = Kind("goals", "D", (
    _text("name", "The goal in words.", required=True),
    _choice("domain", "domain", "Its domain.", required=True),
    Column("study_goal", "choice", "The goal of study.yml it stands for (its id).",
           listed_in="goals"),
    Column("indicator", "choice", "The indicator of indicators.yml that measures it (its key).",
           listed_in="indicators"),
    Column("baseline", "number", "Value at the start, in the indicator's unit (percent: 0-100).",
           doubtful_to=1),
    Column("target", "number", "Value to reach, in the indicator's unit.", doubtful_to=1),
    _choice("status", "goal_status", "Whether the network adopted it."),
    _NOTE,
))  # fmt: skip

#: The goals an intervention works on, most important first.
GOAL_COLUMNS = ("goal", "second_goal", "third_goal")

INTERVENTIONS = Kind("interventions", "I", (
    _text("name", "Name of the intervention.", required=True),
    _ref("goal", "goals", "The goal it works on most."),
    _ref("second_goal", "goals", "A second goal."),
    _ref("third_goal", "goals", "A third goal."),
    _choice("domain", "domain", "Its domain."),
    _text("target_group", "Whom it is meant for."),
    _count("target_size", "Number of children or families in the target group."),
    _count("target_low_ses", "How many of them have a low SES."),
    _choice("evidence", "evidence", "Recognised level: none, 1 well founded, 2 first, 3 good, "
            "4 strong indications that it works; absent when not known."),
    _choice("prevention", "prevention", "Universal, selective or indicated prevention."),
    _choice("scope", "scope", "City-wide programme or local."),
    _text("programme", "The city-wide programme it belongs to."),
    _text("procured_by", "Who buys it."),
    _amount("cost", "Cost in euros a year."),
    _choice("status", "intervention_status", "Planned, running or stopped."),
    _day("start", "First day it ran."),
    _day("end", "Last day; absent while it runs."),
    _text("catalogue", "Its key in the catalogue of interventions."),
    _NOTE,
), ordered=(("start", "end"), ("target_low_ses", "target_size")))  # fmt: skip

PARTNERS = Kind("partners", "M", (
    _ref("intervention", "interventions", "The intervention.", required=True),
    _ref("stakeholder", "stakeholders", "The partner that was asked.", required=True),
    _choice("takes_part", "yes_no", "Whether it takes part; absent when not known."),
    _day("start", "Day from which it takes part."),
    _day("end", "Last day; absent while it takes part."),
), unique=("intervention", "stakeholder"), ordered=(("start", "end"),))  # fmt: skip

ACTIVITIES = Kind("activities", "A", (
    _text("name", "Name of the activity.", required=True),
    _ref("intervention", "interventions", "The intervention it belongs to.", required=True),
    _day("period_start", "First day of the period this row is about.", required=True),
    _day("period_end", "Last day of the period.", required=True),
    _count("planned_sessions", "Planned number of sessions in the period (dose)."),
    _count("delivered_sessions", "Delivered number of sessions."),
    _count("planned_participants", "Planned number of different participants."),
    _count("participants", "Number of different participants reached."),
    _count("participants_ses_known", "Participants reached whose SES is known."),
    _count("participants_low_ses", "Participants with a low SES, of those whose SES is known."),
    Column("quality", "number", "Mean quality or fidelity score, 0-100.", minimum=0, maximum=100,
           doubtful_to=10),
    _count("quality_n", "Number of observed sessions or completed lists behind the score."),
    _amount("quality_sd", "Standard deviation of the score over them.", 100),
    _amount("cost", "Actual cost in euros for the period."),
    _NOTE,
), ordered=(
    ("period_start", "period_end"),
    ("participants_ses_known", "participants"),
    ("participants_low_ses", "participants_ses_known"),
))  # fmt: skip

DOCUMENTS = Kind("documents", "DOC", (
    _text("title", "Title.", required=True),
    _choice("type", "document_type", "Plan, minutes, report, agreement or other.", required=True),
    _day("date", "Its date."),
    _text("reference", "Where it is kept: file number, path or address.", required=True,
          released=False),
    _NOTE,
))  # fmt: skip

DECISIONS = Kind("decisions", "B", (
    _text("decision", "What was decided, or is to be; without names of persons.", required=True),
    _text("reason", "Why; without names of persons."),
    _day("date", "Day it was taken, or put on the agenda.", required=True),
    _choice("status", "decision_status", "Open, taken, carried out or withdrawn.", required=True),
    _day("due", "Day by which it is to be taken or carried out."),
    _ref("goal", "goals", "The goal it is about."),
    _ref("intervention", "interventions", "The intervention it is about."),
    _ref("meeting", "meetings", "The meeting where it was taken."),
    _ref("document", "documents", "The document it stands in."),
    _NOTE,
))  # fmt: skip

FLAGS = Kind("flags", "K", (
    _text("what", "What clashes, in one sentence; without names of persons.", required=True),
    _choice("clash", "clash", "With what the wijk's plan clashes: a city-wide programme, "
            "procurement, rules, capacity or other.", required=True),
    _text("programme", "Name of the programme or contract."),
    _day("date", "Day it was noticed.", required=True),
    _ref("goal", "goals", "The goal it hinders."),
    _ref("intervention", "interventions", "The intervention it hinders."),
    _ref("owner", "stakeholders", "The partner who takes it up."),
    _choice("status", "flag_status", "Open or solved.", required=True),
    _day("solved", "Day it was solved."),
    _text("solution", "How it was solved; without names of persons."),
    _NOTE,
), ordered=(("date", "solved"),))  # fmt: skip

#: All kinds by name, each after the kinds it refers to.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        STAKEHOLDERS, DOCUMENTS, MEETINGS, ATTENDANCE, STEPS_OF_THE_PLAN, GOALS, INTERVENTIONS,
        PARTNERS, ACTIVITIES, DECISIONS, FLAGS,
    )
}  # fmt: skip

#: Columns that name a row, before a kind's own columns.
KEY_COLUMNS = ("wijk", "key")
#: Columns that the registry keeps of every row itself, after a kind's own columns.
KEPT_COLUMNS = ("version", "changed_by", "changed_at")

#: Columns of `registry.table(kind)`, in order.
COLUMNS: dict[str, tuple[str, ...]] = {
    name: (*KEY_COLUMNS, *(column.name for column in kind.columns), *KEPT_COLUMNS)
    for name, kind in KINDS.items()
}


# How a registry workbook is laid out: what writing and reading it agree on.

#: Raised when an older workbook can no longer be read.
LAYOUT = 1

#: Hidden sheet that says which wijk, language and layout the workbook has.
METADATA_SHEET = "wijkkit"
METADATA_KEYS = ("layout", "wijk", "language", "workbook")
#: What newer workbooks say beside: a print of wijk and workbook, and per kind the keys of its rows.
SEAL, ROWS = "seal", "rows:"

#: Empty rows, with keys for new rows, that a workbook has below its own rows.
SPARE_ROWS = {"attendance": 200, "steps": 6}
DEFAULT_SPARE_ROWS = 40

#: Rows of another sheet that a drop-down looks through, at least.
LIST_ROWS = 300

MAXIMUM_BYTES = 10 * 2**20
MAXIMUM_ROWS = 5000
MAXIMUM_TEXT = 2000

#: The earliest and latest year of a date.
YEARS = (1990, 2099)


def seal(wijk: str, workbook: str) -> str:
    """Return what tells that the wijk of a workbook is the one it was made for."""
    return hashlib.sha256(f"{wijk} {workbook}".encode()).hexdigest()[:16]


def stamp(key: str, version: int) -> str:
    """Return what says which version of which row a workbook's row was made from.

    >>> stamp("I03", 2)
    'I03@2'
    """
    return f"{key}@{version}"


def next_key(prefix: str, taken: Collection[str]) -> str:
    """Return the next free key of a kind."""
    return next_keys(prefix, taken, 1)[0]


def next_keys(prefix: str, taken: Collection[str], count: int) -> list[str]:
    """Return the next free keys of a kind.

    >>> next_keys("I", {"I09"}, 2)
    ['I10', 'I11']
    """
    rests = [key[len(prefix) :] for key in taken if key.startswith(prefix)]
    last = max((int(rest) for rest in rests if rest.isdecimal()), default=0)
    return [f"{prefix}{number:02d}" for number in range(last + 1, last + 1 + count)]
