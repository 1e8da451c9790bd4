"""The words of the statistics page: names of values in the reader's language, and sentences about the numbers."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from math import ceil

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from factcheck.record.evidence.source_checks import SourceState
from factcheck.record.lists.statistics import Statistic, Value
from factcheck.record.log.models import ChangeClass
from factcheck.record.statements.values import UNKNOWN_LANGUAGE
from factcheck.website.browse.filters import value_labels
from factcheck.website.statistics.charts import grouped
from factcheck.website.words import in_words

REFERRED = ("verdict", "topic", "language")  # columns whose names come from the record
Labels = Mapping[str, Mapping[str, str]]


def month_name(month: str) -> str:
    """Return a month for a sentence, for example "October 2026"."""
    # Translators: a month with its year, in Django's letters (docs.djangoproject.com/ref/templates/builtins/#date).
    return formats.date_format(_first_day(month), pgettext("month", "F Y"))


def month_mark(month: str) -> str:
    """Return a month for the label below a picture, for example "Oct 2026"."""
    # Translators: a short month with its year, in Django's letters.
    return formats.date_format(_first_day(month), pgettext("short month", "M Y"))


def reference_labels(*found: Statistic) -> Labels:
    """Return the names of all verdicts, topics and languages in these statistics, with one query."""
    wanted: dict[str, list[str]] = {"verdict": [], "publisher": [], "topic": [], "language": []}
    for statistic in found:
        for place, column in enumerate(statistic.columns):
            if column in REFERRED:
                wanted[column] += [str(values[place]) for values, _number in statistic.rows if values[place]]
    return value_labels({column: list(dict.fromkeys(values)) for column, values in wanted.items()})


def value_name(column: str, value: Value, labels: Labels) -> str:
    """Return the name of a value in the reader's language."""
    if column in REFERRED:
        missing = {"verdict": _("No verdict on a scale"), "topic": _("No topic"), "language": _("Unknown language")}
        return labels[column][str(value)] if value else missing[column]
    if column in ("month", "reviewed_month"):
        if value is None:
            return _("No date")
        return capfirst(month_name(str(value)))
    if column == "change":
        classes = dict(ChangeClass.choices)
        return capfirst(str(classes[str(value)] if value in classes else in_words(str(value), "kind")))
    if column == "state":
        state = SourceState(str(value))
        return capfirst(_("unchanged") if state == SourceState.UNCHANGED else str(state.label))
    return capfirst(in_words(str(value), {"from": "From", "outcome": "Outcome"}[column]))


def span_name(first: int, last: int | None) -> str:
    if last is None:
        return _("%(days)s days or more") % {"days": first}
    if first == last:
        return ngettext("%(days)s day", "%(days)s days", first) % {"days": first}
    return _("%(first)s to %(last)s days") % {"first": first, "last": last}


def about_months(found: Statistic, labels: Labels) -> list[str]:
    """Describe the newest month: its number of reviews, and their most frequent verdict if there is only one."""
    month = newest_month(found)
    verdicts = [(values[1], number) for values, number in found.rows if values[0] == month]
    named = [(str(verdict), number) for verdict, number in verdicts if verdict]
    values = {"month": month_name(month), "count": grouped(total := sum(number for _verdict, number in verdicts))}
    frequent = Counter(dict(named)).most_common(2)
    undated = sum(number for (of, _verdict), number in found.rows if of is None)
    text = ngettext("%(count)s imported review has no date.", "%(count)s imported reviews have no date.", undated)
    note = [text % {"count": grouped(undated)}] if undated else []
    if len({number for _verdict, number in frequent}) < len(frequent) or not frequent:
        text = ngettext(
            "In %(month)s, %(count)s review was published.", "In %(month)s, %(count)s reviews were published.", total
        )
        return [text % values, *note]
    verdict, number = frequent[0]
    text = ngettext(
        "In %(month)s, %(count)s review was published, %(part)s with the verdict “%(verdict)s”.",
        "In %(month)s, %(count)s reviews were published, %(part)s of them with the verdict “%(verdict)s”.",
        total,
    )
    return [text % (values | {"part": grouped(number), "verdict": labels["verdict"][verdict]}), *note]


def about_topics(found: Statistic, labels: Labels) -> list[str]:
    """Describe the most frequent topic, if there is only one."""
    named = [(str(value), number) for (value,), number in found.rows if value]
    if not named:
        return [_("No review has a topic yet.")]
    several = _("A review with two topics counts in both.")
    topic, number = named[0]
    if len(named) > 1 and named[1][1] == number:
        return [several]
    text = ngettext(
        "The most frequent topic is “%(topic)s”, with %(count)s review.",
        "The most frequent topic is “%(topic)s”, with %(count)s reviews.",
        number,
    )
    return [text % {"topic": labels["topic"][topic], "count": grouped(number)}, several]


def about_languages(found: Statistic, labels: Labels) -> list[str]:
    """Describe the number of languages, and the most frequent language."""
    language, number = str(found.rows[0][0][0]), found.rows[0][1]
    known = sum(values != (UNKNOWN_LANGUAGE,) for values, _number in found.rows)
    text = ngettext("The reviews are in %(count)s language.", "The reviews are in %(count)s languages.", known)
    part = _("The most frequent language is %(language)s: %(count)s of %(total)s reviews.")
    values = {"count": grouped(number), "total": grouped(found.count), "language": labels["language"][language]}
    return [text % {"count": grouped(known)}, part % values]


def about_days_to_review(found: Statistic, labels: Labels) -> list[str]:
    """Describe the median of the days, and the number of reviews that aren't counted."""
    sentences = []
    if found.median == 0:
        sentences.append(_("At least half of the reviews came on the day of the claim."))
    elif found.median is not None:
        text = ngettext(
            "Half of the reviews came within %(days)s day of the claim.",
            "Half of the reviews came within %(days)s days of the claim.",
            ceil(found.median),
        )
        sentences.append(text % {"days": _days(found.median)})
    if found.left_out:
        text = ngettext(
            "%(count)s review isn’t counted, because a date is missing or the claim’s date is later.",
            "%(count)s reviews aren’t counted, because a date is missing or the claim’s date is later.",
            found.left_out,
        )
        sentences.append(text % {"count": grouped(found.left_out)})
    return sentences


def _days(median: float) -> str:
    return grouped(int(median) if median == int(median) else median)


def about_corrections(found: Statistic, labels: Labels) -> list[str]:
    """Describe the number of all changes, and of the substantive corrections among them."""
    numbers = Counter[Value]()
    for (_month, change), number in found.rows:
        numbers[change] += number
    text = ngettext("Reviews have changed %(count)s time.", "Reviews have changed %(count)s times.", found.count)
    part = ngettext(
        "%(count)s change was a substantive correction.", "%(count)s changes were substantive corrections.",
        numbers["substantive"],
    )  # fmt: skip
    sentences = [text % {"count": grouped(found.count)}, part % {"count": grouped(numbers["substantive"])}]
    return [*sentences, _("Corrections of erased reviews aren’t counted.")]


def about_days_to_correction(found: Statistic, labels: Labels) -> list[str]:
    """Describe the median of the days."""
    if not found.median:
        return [_("At least half of the substantive corrections came on the day of the review’s first publication.")]
    text = ngettext(
        "Half of the substantive corrections came within %(days)s day of the review’s first publication.",
        "Half of the substantive corrections came within %(days)s days of the review’s first publication.",
        ceil(found.median),
    )
    return [text % {"days": _days(found.median)}]


def about_source_checks(found: Statistic, labels: Labels) -> list[str]:
    """Describe how many sources are as they were."""
    numbers = {value: number for (value,), number in found.rows}
    same = numbers.get(SourceState.UNCHANGED.value, 0)
    text = ngettext(
        "%(same)s of %(count)s checked source is as it was when the review cited it.",
        "%(same)s of %(count)s checked sources are as they were when the reviews cited them.",
        found.count,
    )
    return [text % {"same": grouped(same), "count": grouped(found.count)}, _("Each source is checked every week.")]


def about_demands(found: Statistic, labels: Labels) -> list[str]:
    """Describe the number of all demands, and of the demands that were refused."""
    refused = sum(number for (_sender, outcome), number in found.rows if outcome == "refused")
    text = ngettext("The register has %(count)s demand.", "The register has %(count)s demands.", found.count)
    part = ngettext("%(count)s was refused.", "%(count)s were refused.", refused)
    return [text % {"count": grouped(found.count)}, part % {"count": grouped(refused)}]


SENTENCES: Mapping[str, Callable[[Statistic, Labels], list[str]]] = {
    "months": about_months,
    "topics": about_topics,
    "languages": about_languages,
    "days-to-review": about_days_to_review,
    "corrections": about_corrections,
    "days-to-correction": about_days_to_correction,
    "source-checks": about_source_checks,
    "demands": about_demands,
}


def newest_month(found: Statistic) -> str:
    """Return the newest month that isn't after the current month.

    A publisher's date can be in the future by mistake.
    """
    today = f"{datetime.now(UTC):%Y-%m}"
    months = sorted({str(values[0]) for values, _number in found.rows if values[0]})
    return max((month for month in months if month <= today), default=[*months, today][0])


def months_until(month: str, count: int) -> Sequence[str]:
    """Return this month and the months before it, oldest first, as far as the calendar goes back."""
    year, number = map(int, month.split("-"))
    last = 12 * year + number - 1
    return [f"{place // 12:04}-{place % 12 + 1:02}" for place in range(max(last - count + 1, 12), last + 1)]


def _first_day(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year, number, 1)


def column_name(column: str) -> str:
    return {
        "reviewed_month": _("Month"), "month": _("Month"), "verdict": _("Verdict"), "topic": _("Topic"),
        "language": _("Language"), "days_from": _("Days"), "change": _("Kind of change"), "state": _("State"),
        "from": _("From"), "outcome": _("Outcome"),
    }[column]  # fmt: skip
