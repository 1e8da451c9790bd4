"""A statement as people read it: what is to be decided on, and what changed since it was last published."""

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
from factcheck.record.statements.parts import Part, find_rule, keys_of, parts_of, stands_for, words_of
from factcheck.record.statements.review import ClaimantType, Review
from factcheck.record.statements.values import DAY


@dataclass(frozen=True)
class Place:
    """What people read for a key of a statement, and for its words if it has some."""

    label: str | Promise
    own: str | Promise  # the label without that of the object around it
    words: dict[str, str | Promise]
    is_day: bool
    absent: Any


def _places(model: type[Part], before: str = "", above: str | Promise = "") -> Iterator[tuple[str, Place]]:
    """By place, in the order of the statement; what has no label is shown under the name of its place."""
    for key, name in keys_of(model).items():
        place, own = f"{before}{key}", label(model.model_fields[name].title or "")
        rule = find_rule(model, name)
        of_part = format_lazy("{}: {}", above, own) if model.labels_follow and above else own
        said = of_part if model.model_fields[name].title else above or place
        kinds = words_of(model, name)
        words: dict[str, str | Promise] = {**dict(choices(kinds))} if kinds else {}
        yield place, Place(said, own, words, rule is DAY, stands_for(model, name)())
        if part := parts_of(model).get(name):
            yield from _places(part, f"{place}.", said if model.model_fields[name].title else "")


PLACES = dict(_places(Review)) | {place: of for place, of in _places(Demand) if not place.startswith("publisher")}
# Whether somebody here stated that the person is a public figure, `confirmed` says.
PLACES["claim.claimant.type"].words[ClaimantType.PERSON] = _("person")
# Lines that two texts have in common, and pairs of equal ones among them, up to which these are compared in their
# order: what difflib needs grows with the square of the ones and more with the others.
MOST_LINES, MOST_PAIRS = 1_000, 20_000
# What a key stands for that an older statement did not have yet.
NOTHING: tuple[Any, ...] = (None, [], {}, False)
ON_SCALE = ("scale", "slug", "value", "worst", "best", "labels")


@dataclass(frozen=True)
class Change:
    """One place of the statement: what went and what came, as texts."""

    label: str | Promise
    removed: list[str]
    added: list[str]


def digest_of(said: dict[str, Any]) -> str:
    return sha256_hex(canonical(said))


def readable_json(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True)


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Every difference between two statements; nothing that differs is left out."""
    return list(_compare("", before, after))


def _compare(place: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    label = PLACES[place].label if place in PLACES else place
    if place == "verdict":
        # What the scale says of a verdict goes with it: one line in place of six.
        on_scale = ({key: said[key] for key in ON_SCALE} for said in (before, after))
        yield from _compare("verdict.scale", *(_line(said, place) for said in on_scale))
        before, after = ({key: value for key, value in said.items() if key not in ON_SCALE} for said in (before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=_order(place)):
            was, now = before.get(key), after.get(key)
            if (key in before and key in after) or was not in NOTHING or now not in NOTHING:
                yield from _compare(f"{place}.{key}".lstrip("."), was, now)
    elif isinstance(before, list) and isinstance(after, list):
        was, now = ([_line(part, place) for part in parts] for parts in (before, after))
        if was == now:  # the older statement lacks a key that says nothing in the newer one
            return
        removed = list((Counter(was) - Counter(now)).elements())
        added = list((Counter(now) - Counter(was)).elements())
        yield Change(label, removed, added) if removed or added else Change(label, [], [str(_("in another order"))])
    elif place == "body" and before and after:
        yield _paragraphs(label, before.splitlines(), after.splitlines())
    else:
        yield Change(label, *([] if value in (None, {}, "") else [_line(value, place)] for value in (before, after)))


def _order(place: str) -> Any:
    """The order of the statement's keys; others come last."""
    known = {name: number for number, name in enumerate(PLACES)}
    return lambda key: (known.get(f"{place}.{key}".lstrip("."), len(known)), key)


def _paragraphs(label: str | Promise, before: list[str], after: list[str]) -> Change:
    """The lines that changed, so that a comma in a long text can be found."""
    old, new = ([line for line in lines if line.strip()] for lines in (before, after))
    removed, added = _in_order(old, new) or _in_any_order(old, new)
    return Change(label, removed, added if removed or added else [str(_("in other paragraphs"))])


def _in_order(old: list[str], new: list[str]) -> tuple[list[str], list[str]] | None:
    """What went and what came; None where it would take too long to find out."""
    # Lines that the other text has not are settled already, and between them the matcher would begin anew each time.
    kept = {*old} & {*new}
    was, now = ([place for place, line in enumerate(lines) if line in kept] for lines in (old, new))
    times = Counter(new[place] for place in now)
    if len(was) > MOST_LINES or sum(times[old[place]] for place in was) > MOST_PAIRS:
        return None
    matcher = SequenceMatcher(None, [old[place] for place in was], [new[place] for place in now], False)
    same_old, same_new = set[int](), set[int]()
    for block in matcher.get_matching_blocks():
        same_old.update(was[block.a : block.a + block.size])
        same_new.update(now[block.b : block.b + block.size])
    removed = [line for place, line in enumerate(old) if place not in same_old]
    return removed, [line for place, line in enumerate(new) if place not in same_new]


def _in_any_order(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    were, are = ([line for line in lines if line in others] for lines, others in ((old, {*new}), (new, {*old})))
    moved = [str(_("in another order"))] if were != are else []
    return list(gone.elements()), [*come.elements(), *moved]


def _line(value: Any, place: str) -> str:
    """What stands at a place on one line: a source as its title, address and so on; codes and days as people say them.

    No two codes of a place have the same word, so that nothing that differs looks alike.
    """
    if isinstance(value, dict):
        parts = [(f"{place}.{name}", part) for name, part in value.items() if part not in (None, "", [], {})]
        return " · ".join(_part(part, at) for at, part in parts if part is not False or not _is_usual(part, at))
    if isinstance(value, list):
        return ", ".join(_line(part, place) for part in value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    known = PLACES.get(place)
    if known and known.is_day:
        return date_format(date.fromisoformat(value))
    return str(known.words.get(value, value) if known else value)


def _part(value: Any, place: str) -> str:
    """Of an object one value; yes and no with what they answer."""
    line = _line(value, place)
    return f"{PLACES[place].own}: {line}" if isinstance(value, bool) and place in PLACES else line


def _is_usual(value: Any, place: str) -> bool:
    return place not in PLACES or PLACES[place].absent == value
