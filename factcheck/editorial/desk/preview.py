"""A statement in readable form, and its differences from the previously published statement."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.fields import choices, label
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.statements.demand import Demand
from factcheck.record.statements.parts import Part, choices_of, default_of, find_rule, keys_of, parts_of
from factcheck.record.statements.review import ClaimantType, Review
from factcheck.record.statements.values import DAY


@dataclass(frozen=True)
class Place:
    """How a key of a statement is shown, and the labels for its codes."""

    label: str | Promise
    own: str | Promise  # the label without the label of the surrounding object
    words: dict[str, str | Promise]
    is_day: bool
    absent: Any


def _places(model: type[Part], before: str = "", above: str | Promise = "") -> Iterator[tuple[str, Place]]:
    """Yields paths and places in the statement's order. A place without a label is labelled with its path."""
    for key, name in keys_of(model).items():
        place, own = f"{before}{key}", label(model.model_fields[name].title or "")
        rule = find_rule(model, name)
        of_part = format_lazy("{}: {}", above, own) if model.labels_follow and above else own
        shown_label = of_part if model.model_fields[name].title else above or place
        kinds = choices_of(model, name)
        words: dict[str, str | Promise] = {**dict(choices(kinds))} if kinds else {}
        yield place, Place(shown_label, own, words, rule is DAY, default_of(model, name)())
        if part := parts_of(model).get(name):
            yield from _places(part, f"{place}.", shown_label if model.model_fields[name].title else "")


PLACES = dict(_places(Review)) | {place: of for place, of in _places(Demand) if not place.startswith("publisher")}
# The key `confirmed` tells whether an editor on this site has confirmed that the person is a public figure.
PLACES["claim.claimant.type"].words[ClaimantType.PERSON] = _("person")
# Two texts are compared in order only up to these numbers of common lines and of pairs of equal lines. The running time
# of difflib grows with the square of the first number, and faster with the second.
MAX_LINES, MAX_PAIRS = 1_000, 20_000
# Values that count as equal to a key that is missing from an older statement.
EMPTY_VALUES: tuple[Any, ...] = (None, [], {}, False)
ON_SCALE = ("scale", "slug", "value", "worst", "best", "labels")


@dataclass(frozen=True)
class Change:
    """A place in the statement, with the texts that were removed and added."""

    label: str | Promise
    removed: list[str]
    added: list[str]


def digest_of(statement: dict[str, Any]) -> str:
    return sha256_hex(canonical(statement))


def readable_json(statement: dict[str, Any]) -> str:
    return json.dumps(statement, ensure_ascii=False, indent=2, sort_keys=True)


def compare(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Lists every difference between two statements."""
    return list(_compare("", before, after))


def _compare(place: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    label = PLACES[place].label if place in PLACES else place
    if place == "verdict":
        # The scale's values for a verdict change together, so they are shown on one line instead of six.
        on_scale = ({key: verdict[key] for key in ON_SCALE} for verdict in (before, after))
        yield from _compare("verdict.scale", *(_line(verdict, place) for verdict in on_scale))
        before, after = ({key: value for key, value in verdict.items() if key not in ON_SCALE}
                         for verdict in (before, after))  # fmt: skip
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=_order(place)):
            was, now = before.get(key), after.get(key)
            if (key in before and key in after) or was not in EMPTY_VALUES or now not in EMPTY_VALUES:
                yield from _compare(f"{place}.{key}".lstrip("."), was, now)
    elif isinstance(before, list) and isinstance(after, list):
        was, now = ([_line(part, place) for part in parts] for parts in (before, after))
        if was == now:  # the older statement lacks a key that is empty in the newer statement
            return
        removed = list((Counter(was) - Counter(now)).elements())
        added = list((Counter(now) - Counter(was)).elements())
        yield Change(label, removed, added) if removed or added else Change(label, [], [str(_("order changed"))])
    elif place == "body" and before and after:
        yield _paragraphs(label, before.splitlines(), after.splitlines())
    else:
        yield Change(label, *([] if value in (None, {}, "") else [_line(value, place)] for value in (before, after)))


def _order(place: str) -> Any:
    """A sort key that follows the order of the statement's keys. Unknown keys come last."""
    known = {name: number for number, name in enumerate(PLACES)}
    return lambda key: (known.get(f"{place}.{key}".lstrip("."), len(known)), key)


def _paragraphs(label: str | Promise, before: list[str], after: list[str]) -> Change:
    """Only the changed lines, so that readers can find a changed comma in a long text."""
    old, new = ([line for line in lines if line.strip()] for lines in (before, after))
    removed, added = _in_order(old, new) or _in_any_order(old, new)
    return Change(label, removed, added if removed or added else [str(_("paragraph breaks changed"))])


def _in_order(old: list[str], new: list[str]) -> tuple[list[str], list[str]] | None:
    """The removed and added lines, or None if the comparison would take too long."""
    # Lines that occur in only one text are left out first, because each of them would restart the matcher.
    kept = {*old} & {*new}
    was, now = ([place for place, line in enumerate(lines) if line in kept] for lines in (old, new))
    times = Counter(new[place] for place in now)
    if len(was) > MAX_LINES or sum(times[old[place]] for place in was) > MAX_PAIRS:
        return None
    matcher = SequenceMatcher(None, [old[place] for place in was], [new[place] for place in now], False)
    same_old, same_new = set[int](), set[int]()
    for block in matcher.get_matching_blocks():
        same_old.update(was[block.a : block.a + block.size])
        same_new.update(now[block.b : block.b + block.size])
    removed = [line for place, line in enumerate(old) if place not in same_old]
    return removed, [line for place, line in enumerate(new) if place not in same_new]


def _in_any_order(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    removed, added = Counter(old) - Counter(new), Counter(new) - Counter(old)
    were, are = ([line for line in lines if line in others] for lines, others in ((old, {*new}), (new, {*old})))
    moved = [str(_("order changed"))] if were != are else []
    return list(removed.elements()), [*added.elements(), *moved]


def _line(value: Any, place: str) -> str:
    """The value at a place, on one line. Objects are shown as their values, and codes as their labels.

    Each code of a place has a different label, so different values never look the same.
    """
    if isinstance(value, dict):
        parts = [(f"{place}.{name}", part) for name, part in value.items() if part not in (None, "", [], {})]
        return " · ".join(_part(part, path) for path, part in parts if part is not False or not _is_usual(part, path))
    if isinstance(value, list):
        return ", ".join(_line(part, place) for part in value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    known = PLACES.get(place)
    if known and known.is_day:
        return date_format(date.fromisoformat(value))
    return str(known.words.get(value, value) if known else value)


def _part(value: Any, place: str) -> str:
    """One value of an object. “Yes” and “no” are shown with their label."""
    line = _line(value, place)
    return f"{PLACES[place].own}: {line}" if isinstance(value, bool) and place in PLACES else line


def _is_usual(value: Any, place: str) -> bool:
    return place not in PLACES or PLACES[place].absent == value
