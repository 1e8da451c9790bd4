"""The differences between two statements in words, for the desk and for readers.

A statement is a nested object, and a place is the path of a value in it, for example "claim.claimant.name". `SHOWN`
contains the label of each place and the labels of its codes. `compare` walks through both statements at the same time
and yields a Change for each value that differs. `compare_rows` compares lists of objects, for example sources.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.markdown import to_text
from factcheck.record.formats.word_diff import Piece, shorten, word_diff
from factcheck.record.statements.demand import Demand
from factcheck.record.statements.parts import Part, choices_of, default_of, find_rule, keys_of, parts_of
from factcheck.record.statements.review import ClaimantType, Review
from factcheck.record.statements.statement_labels import choices, label
from factcheck.record.statements.values import DAY


@dataclass(frozen=True)
class ShownKey:
    """The display of a key of a statement: its label, and the labels for its codes."""

    label: str | Promise
    own: str | Promise  # the label without the label of the surrounding object
    words: dict[str, str | Promise]
    is_day: bool
    absent: Any  # the default, which an object on one line doesn't show


def _shown_keys(model: type[Part], before: str = "", above: str | Promise = "") -> Iterator[tuple[str, ShownKey]]:
    """Yield paths and places in the statement's order. A place without a label is labelled with its path."""
    for key, name in keys_of(model).items():
        # The name of a claimant has the label "claimant: name", because "name" alone says too little.
        place, own = f"{before}{key}", label(model.model_fields[name].title or "")
        rule = find_rule(model, name)
        of_part = format_lazy("{}: {}", above, own) if model.labels_follow and above else own
        shown_label = of_part if model.model_fields[name].title else above or place
        kinds = choices_of(model, name)
        words: dict[str, str | Promise] = {**dict(choices(kinds))} if kinds else {}
        yield place, ShownKey(shown_label, own, words, rule is DAY, default_of(model, name)())
        if part := parts_of(model).get(name):
            yield from _shown_keys(part, f"{place}.", shown_label if model.model_fields[name].title else "")


SHOWN = dict(_shown_keys(Review)) | {
    place: of for place, of in _shown_keys(Demand) if not place.startswith("publisher")
}
# “Person” is enough here. The key `confirmed` says whether an editor on this site has confirmed the public figure.
SHOWN["claim.claimant.type"].words[ClaimantType.PERSON] = _("person")
NUMBERS = {place: number for number, place in enumerate(SHOWN)}
SHORT = 80  # characters of a value that fits on a line
AROUND = 160  # characters of unchanged text that are shown on each side of a change
# Values that count as equal to a key that is missing from an older statement.
EMPTY_VALUES: tuple[Any, ...] = (None, [], {}, False)
MARKDOWN = "body"
ON_SCALE = ("scale", "slug", "value", "worst", "best", "labels", "meanings")


@dataclass(frozen=True)
class Change:
    """A value of the statement that changed, with the words that were removed and added."""

    label: str | Promise
    pieces: list[Piece]

    @property
    def is_replaced(self) -> bool:
        """Return whether the change is shown as “before → after”: both values are short and share no words."""
        kinds = [piece.kind for piece in self.pieces]
        return kinds == ["removed", "added"] and all(len(piece.text) <= SHORT for piece in self.pieces)

    @property
    def is_space(self) -> bool:
        """Return whether only spaces or line breaks changed, which nobody can see."""
        return all(piece.kind == "same" or not piece.text.strip() for piece in self.pieces)


@dataclass(frozen=True)
class RowChange:
    """A row that was removed, added or changed, for example a source. `title` is the row's title or URL."""

    kind: Literal["removed", "added", "changed"]
    title: str
    pieces: list[Piece]


def compare(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return every difference between two statements: first the verdict's, then in the statement's order."""
    return list(_compare("", before, after))


def compare_statements(before: Part, after: Part) -> list[Change]:
    """Return every difference between two statements of the same kind."""
    return compare(before.to_json_object(), after.to_json_object())


def compare_rows(place: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[RowChange]:
    """Return the rows that differ, in the new order, followed by the removed rows.

    Two rows are the same if they have the same identity, for example the URL of a source. Rows with the same identity
    are paired in their order.
    """
    left: dict[str, list[dict[str, Any]]] = {}
    for row in before:
        left.setdefault(_identity(row), []).append(row)
    found = []
    for row in after:
        key = _identity(row)
        was, now = left[key].pop(0) if left.get(key) else None, _line(row, place)
        if was is None:
            found.append(RowChange("added", key, [Piece("added", now)]))
        elif (text := _line(was, place)) != now:
            found.append(RowChange("changed", key, shorten(word_diff(text, now), AROUND)))
    removed = [row for rows in left.values() for row in rows]
    return found + [RowChange("removed", _identity(row), [Piece("removed", _line(row, place))]) for row in removed]


def _identity(row: dict[str, Any]) -> str:
    """Return the value that identifies a row: its URL, title, name or slug."""
    return next((str(row[key]) for key in ("url", "title", "name", "description", "slug") if row.get(key)), "")


def _compare(place: str, before: Any, after: Any) -> Iterator[Change]:
    """Yield the changes at a place. Objects are compared key by key, and other values as text."""
    if before == after:
        return
    label = SHOWN[place].label if place in SHOWN else place
    # The label of a verdict and its values on the scale say the same thing. `_verdict` decides which of them to show,
    # and only the other keys are compared below.
    if place == "verdict":
        yield from _verdict(before, after)
        before, after = ({key: value for key, value in verdict.items() if key not in (*ON_SCALE, "label")}
                         for verdict in (before, after))  # fmt: skip
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys(), key=_order(place)):
            was, now = before.get(key), after.get(key)
            # An older statement can lack a key. This isn't a change if the newer statement's value is empty.
            if (key in before and key in after) or was not in EMPTY_VALUES or now not in EMPTY_VALUES:
                yield from _compare(f"{place}.{key}".lstrip("."), was, now)
        return
    was, now = _text(before, place), _text(after, place)
    if was == now:  # the older statement lacks a key that is empty in the newer statement
        return
    if place == MARKDOWN:
        yield from _markdown(was, now)
    else:
        yield Change(label, shorten(word_diff(was, now), AROUND))


def _markdown(before: str, after: str) -> Iterator[Change]:
    """Yield the changes of the words that readers see, and of the URLs of links and pictures.

    If both are the same, only marks differ, for example for emphasis. Then the Markdown itself is compared.
    """
    (words, urls), (new_words, new_urls) = to_text(before), to_text(after)
    if (words, urls) == (new_words, new_urls):
        words, new_words = before, after
    links = _("links and pictures in the text")
    for of, was, now in ((SHOWN[MARKDOWN].label, words, new_words), (links, urls, new_urls)):
        if was != now:
            yield Change(of, shorten(word_diff(was, now), AROUND))


def _verdict(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Yield the changes of a verdict. A new verdict is shown once, in words.

    The values on the scale are shown only if the words are the same or the scale is different.
    """
    words = [verdict.get("label") or str(_("not decided yet")) for verdict in (before, after)]
    if words[0] != words[1]:
        yield Change(SHOWN["verdict.label"].label, [Piece("removed", words[0]), Piece("added", words[1])])
    scales = [{key: verdict.get(key) for key in ON_SCALE} for verdict in (before, after)]
    same_scale = all(before.get(key) == after.get(key) for key in ("scale", "worst", "best"))
    if words[0] == words[1] or (before.get("scale") and after.get("scale") and not same_scale):
        was, now = (_line(scale, "verdict") for scale in scales)
        yield from _compare("verdict.scale", was, now)


def _text(value: Any, place: str) -> str:
    """Return the value as text, with one line for each item of a list."""
    if isinstance(value, list):
        return "\n".join(_line(part, place) for part in value)
    return "" if value in (None, {}) else _line(value, place)


def _order(place: str) -> Any:
    """Return a sort key: the verdict, then the order of the statement's keys. Unknown keys come last."""
    return lambda key: (key != "verdict", NUMBERS.get(f"{place}.{key}".lstrip("."), len(NUMBERS)), key)


def _line(value: Any, place: str) -> str:
    """Return the value at a place, on one line. Objects are shown as their values, and codes as their labels.

    Each code of a place has a different label, so different values never look the same.
    """
    if isinstance(value, dict):
        names = sorted(value, key=_order(place))
        parts = [(f"{place}.{name}", value[name]) for name in names if value[name] not in (None, "", [], {})]
        return " · ".join(_part(part, path) for path, part in parts if part is not False or not _is_usual(part, path))
    if isinstance(value, list):
        return ", ".join(_line(part, place) for part in value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    known = SHOWN.get(place)
    if known and known.is_day:
        return date_format(date.fromisoformat(value))
    return str(known.words.get(value, value) if known else value)


def _part(value: Any, place: str) -> str:
    """Return one value of an object. “Yes” and “no” are shown with their label."""
    line = _line(value, place)
    return f"{SHOWN[place].own}: {line}" if isinstance(value, bool) and place in SHOWN else line


def _is_usual(value: Any, place: str) -> bool:
    """Return whether the value is the default of its place, so it doesn't have to be shown."""
    return place not in SHOWN or SHOWN[place].absent == value
