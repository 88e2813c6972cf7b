"""The summary of the city: what was found, how it went, what explains it, what is recommended."""

from __future__ import annotations

import itertools
import json

import pandas as pd

from wijkkit.evaluation.effect.conclusions import conclusion_sentences, group_name, grouping_name
from wijkkit.evaluation.explanations.explain import explanation_rows
from wijkkit.language import (
    counted,
    large_first,
    listed,
    number,
    percentage,
    points,
    signed,
    small_first,
    text,
)
from wijkkit.language.messages import escaped
from wijkkit.language.numbers import about
from wijkkit.released import CityView
from wijkkit.released.effects import compared, evaluated
from wijkkit.show.output import Nothing, ShownText, bullets, language_of, nothing
from wijkkit.show.row_sentences import (
    answered,
    any_over_zero,
    named,
    quote_sentence,
    say,
    say_counted,
)

#: What the conclusions on outcomes say together: what is shown, what is not, and then a sign,
#: which chance gives too often to stand first.
_SHOWN = ("shown_better", "shown_worse")
_NOT_SHOWN = ("not_shown_small", "not_shown_wide", "cannot_test", "unavailable")
_SIGNS = ("alone_better", "alone_worse")
#: Explanations that a sentence names.
_NAMED = 3


def city_summary(view: CityView) -> ShownText | Nothing:
    """Say in five answers what the evaluation of the city found; a part without a source is absent."""
    known = view.programme and _was_estimated(view)
    parts = {
        "effect": [*effect_verdicts(view, count=True), *detectable_words(view)] if known else [],
        "gap": _gap(view),
        "done": done(view.side_by_side()),
        "why": _why(view),
        "next": list(map(escaped, view.recommendations()["settle"].drop_duplicates().iloc[:2])),
    }
    return answered(view, "city_summary", parts)


def _was_estimated(view: CityView) -> bool:
    """Return whether an effect was estimated or could not be, though it may not be shown."""
    return bool(view.effects()["status"].isin(["ok", "hidden", "too_few"]).any())


def effect_verdicts(view: CityView, count: bool = False) -> list[str]:
    """Return a sentence per verdict, with the outcomes it holds for.

    With `count`, outcomes without a finding are counted instead of named.
    """
    frame, lines, language = view.effects(), [], view.language
    if frame["key"].isin(_SIGNS).any() and not frame["key"].isin(_SHOWN).any():
        lines.append(say(view, "city_summary.none_shown"))
    for key in (*_SHOWN, *_NOT_SHOWN, *_SIGNS):
        rows = frame[frame["key"].eq(key)]
        if key in _NOT_SHOWN and count and len(rows) > 1:
            lines.append(say_counted(view, f"city_summary.verdict_count.{key}", len(rows)))
        elif len(rows):
            sized = key not in _NOT_SHOWN
            labels = [_sized(view, row) if sized else row.label for row in rows.itertuples()]
            names = named(labels, language)
            why = any_over_zero(rows[rows["scale"].eq("points") & sized], "", language)
            lines.append(say(view, f"city_summary.verdict.{key}", names=names) + why)
        reasons = rows["reason"][rows["reason"].astype(bool)].unique()
        lines += [text(f"effect.reason.{reason}", language) for reason in reasons]
    if frame["key"].isin(_SIGNS).any():
        # How often a study without any effect has a sign.
        rows = view.table("effect_conclusions")
        fields = json.loads(rows.loc[rows["key"].isin(_SIGNS), "fields"].iloc[0])
        known = {"outcomes": fields["outcomes"], "chance": number(100 * fields["chance"], language)}
        lines.append(say(view, "city_summary.sign_by_chance", **known))
    return lines


def _sized(view: CityView, row) -> str:
    if row.scale != "points":
        return row.label
    size = {end: signed(getattr(row, end), view.language) for end in ("lower", "upper")}
    value = about(points(row.value, view.language), row._asdict(), view.language)
    shown = say(view, "city_summary.size", value=value, **size)
    return f"{row.label} ({shown})"


def detectable_words(view: CityView) -> list[str]:
    """Say how large an improvement had to be for this design to show it, and where none could be."""
    table = view.detectable()
    table = table[table["status"].eq("ok") & table["scale"].eq("points")]
    if table.empty:
        return []
    possible = table["detectable"].le(table["ceiling"])
    fields = {
        "outcomes": int(table["outcomes"].iloc[0]),
        "icc": number(table["icc"].iloc[0], view.language, 3),
        "names": named(table.loc[~possible, "label"], view.language),
    }
    lines = []
    if possible.any():
        ends = table.loc[possible, "detectable"].agg(["min", "max"])
        least, most = (number(end, view.language) for end in ends)
        key = "detectable_one" if least == most else "detectable"
        lines.append(say(view, f"city_summary.{key}", least=least, most=most, **fields))
    if not possible.all():
        lines.append(say(view, "city_summary.undetectable", **fields))
    return lines


def effect_summary(view: CityView) -> ShownText | Nothing:
    """Say on which outcomes an effect was found.

    A wijk's view begins with its own role and counts the outcomes without a finding: the report of
    the city names them.
    """
    outside = view.is_wijk and view.place[0] not in view.programme
    whole = [] if view.is_wijk else detectable_words(view)
    lines = [] if outside else [*effect_verdicts(view, count=view.is_wijk), *whole]
    if not lines or not view.programme or not _was_estimated(view):
        return Nothing(text("effect_show.no_outcome", view.language))
    if not view.is_wijk:
        return bullets(lines)
    neighbourhood = view.study.neighbourhood(view.place[0])
    name = escaped(neighbourhood.name)
    role = text(f"effect_show.role.{neighbourhood.arm}", view.language, name=name)
    return ShownText(f"{role}\n\n{' '.join(lines)}")


def conclusions(view: CityView) -> ShownText | Nothing:
    """Say for each outcome what is shown and what is not, also between groups."""
    table = compared(view, "effect_conclusions")
    keys = list(table["outcome"].unique())
    if not keys:
        return Nothing(text("effect_show.no_outcome", view.language))
    study = evaluated(view)

    def sentences(key: str, *parts: str) -> str:
        said = (conclusion_sentences(study, table, key, part) for part in parts)
        return " ".join(itertools.chain.from_iterable(said))

    gaps = [sentences(key, "gap") for key in keys]
    # What holds for every outcome is said once, below them.
    shared = gaps[0] if len(keys) > 1 and len(set(gaps)) == 1 else ""
    parts = ("effect", "methods") if shared else ("effect", "methods", "gap")
    below = f"{shared} {sentences(keys[0], 'limits')}".strip()
    return ShownText(f"{bullets(sentences(key, *parts) for key in keys).markdown}\n\n{below}")


def _gap(view: CityView) -> list[str]:
    table = compared(view, "effect_conclusions")
    table = table[table["part"].eq("gap")]
    unknown = int(table["key"].eq("unavailable").sum())
    if len(table) == unknown:
        return []
    lines = []
    for key in ("shown_better", "shown_worse"):
        shown = table[table["key"].eq(key)]
        if shown.empty:
            continue
        fields = json.loads(shown["fields"].iloc[0])
        ends = {end: group_name(view.study, fields[end]) for end in ("first", "last")}
        labels = [view.study.text(view.study.indicators[key].label) for key in shown["outcome"]]
        said = {"names": named(labels, view.language), "grouping": grouping_name(view.study)}
        lines.append(say(view, f"city_summary.gap_{key}", **said, **ends))
    lines = lines or [say(view, "city_summary.gap_not_shown", grouping=grouping_name(view.study))]
    if unknown:
        lines.append(say_counted(view, "city_summary.gap_unknown", unknown))
    return lines


def done_summary(frame: pd.DataFrame) -> ShownText | Nothing:
    """Say of `CityView.side_by_side` how far the wijken are, what was done and whom it reached."""
    absent = "show.wijken.none" if frame.empty else "show.delivery.none"
    return bullets(lines) if (lines := done(frame)) else nothing(frame, absent)


def done(frame: pd.DataFrame) -> list[str]:
    """Return the sentences of `done_summary`."""
    language, lines = language_of(frame), []
    if (steps := frame["steps_done"].dropna()).size:
        fields = {"least": number(steps.min(), language), "most": number(steps.max(), language)}
        key = f"show.city_summary.steps{'_same' if steps.min() == steps.max() else ''}"
        lines.append(large_first(counted(key, len(steps), language, **fields)))
        if unknown := len(frame) - len(steps):
            lines.append(large_first(counted("show.city_summary.steps_unknown", unknown, language)))
    for measure in ("dose", "reach_of_plan"):
        if (values := frame[measure].dropna()).size:
            share = percentage(values.median(), language)
            lines.append(text(f"show.city_summary.{measure}", language, share=share))
    if silent := int(frame["registered"].lt(100).sum()):
        lines.append(large_first(counted("show.city_summary.unregistered", silent, language)))
    return lines


def _why(view: CityView) -> list[str]:
    """Name the explanations that the data support, and say how many more there are."""
    table: pd.DataFrame = view.table("explanations")
    if not view.programme or table["verdict"].eq("cannot_be_judged").all():
        return []
    names = _explanations_named(view, table["verdict"].eq("plays"))
    if not names:
        return [no_explanation(view)]
    lines = [say(view, "city_summary.why", names=listed(names[:_NAMED], view.language))]
    if (more := len(names) - _NAMED) > 0:
        lines.append(say_counted(view, "city_summary.why_more", more))
    return lines


def explanations(view: CityView) -> ShownText | Nothing:
    """Name the explanations that the data support, what they rest on, and a quote that says so."""
    if not view.programme or (view.is_wijk and view.place[0] not in view.programme):
        return Nothing(say(view, "pace.none"))
    table = view.table("explanations")
    found = table[table["verdict"].eq("plays")]
    plays, keys = explanation_rows(view.study, found), found["explanation"]
    if plays.empty:
        return ShownText(no_explanation(view))
    lines, quotes = [], view.table("quotes")
    for row, key in zip(plays.itertuples(), keys, strict=True):
        codes = view.study.settings.evaluation.explanations.codes.get(key, ())
        mine = quotes[quotes["code"].isin(codes)].iterrows()
        said = [quote_sentence(quote, {"language": view.language}) for _, quote in mine]
        head = f"**{escaped(row.explanation)}**. {escaped(row.evidence)}"
        lines.append(" ".join([head, *said]))
    lines += undecided(view)
    head = f"{text('show.explanations.head', view.language)}\n\n" if view.is_wijk else ""
    return ShownText(f"{head}{bullets(lines).markdown}")


#: Verdicts that leave an explanation open.
_OPEN = ("undecided", "cannot_be_judged")


def undecided(view: CityView) -> list[str]:
    """Say of which explanations the data do not tell whether they play a part."""
    table = view.table("explanations")
    names = _explanations_named(view, table["verdict"].isin(_OPEN))
    said = say(view, "explanations.undecided", names=listed(names, view.language))
    return [said] if names else []


def _explanations_named(view: CityView, those: pd.Series) -> list[str]:
    keys = view.table("explanations").loc[those, "explanation"]
    names = (text(f"explanations.explanation.{key}", view.language) for key in keys)
    return [escaped(small_first(name)) for name in names]


def no_explanation(view: CityView) -> str:
    """Say that no explanation plays a part, and of which the data do not tell whether it does."""
    verdict = view.table("explanations")["verdict"]
    if verdict.eq("cannot_be_judged").all():
        return say(view, "explanations.unknown")
    key = "none_known" if verdict.isin(_OPEN).any() else "none"
    return " ".join([say(view, f"explanations.{key}"), *undecided(view)])
