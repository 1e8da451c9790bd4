"""The geometry of the statistics page's pictures.

Horizontal positions are in percent and vertical positions in pixels. So the pictures fit every screen, and their labels
keep the page's font size. Positions are strings, because a template would write a decimal comma in some languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

_ROW, _BAR = 42, 12  # pixels of a bar with its label, and of the bar itself
_TOP, _COLUMN, _FOOT = 40, 64, 20  # pixels above the columns of a panel, of the highest column, and below
MAX_EXACT = 9_999  # above a column, a larger number is written in thousands


@dataclass(frozen=True, slots=True)
class Bar:
    """A row with a label, a number and a bar."""

    label: str
    number: str
    width: str
    label_y: int
    bar_y: int


@dataclass(frozen=True, slots=True)
class Bars:
    bars: list[Bar]
    height: int
    bar_height: int = _BAR


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a panel. `middle` is the position of its labels, and `mark` is the label below the column."""

    x: str
    width: str
    middle: str
    y: int
    height: int
    number: str
    number_y: int
    mark: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The columns of one series. All panels of a picture have the same scale."""

    label: str
    number: str
    columns: list[Column]
    height: int = _TOP + _COLUMN + _FOOT
    base: int = _TOP + _COLUMN


def bars(rows: Sequence[tuple[str, int]]) -> Bars:
    """Return a bar for each label with its number."""
    highest = max((number for _, number in rows), default=0) or 1
    found = [
        Bar(label, grouped(number), f"{100 * number / highest:.2f}%", place * _ROW + 16, place * _ROW + 22)
        for place, (label, number) in enumerate(rows)
    ]
    return Bars(found, _ROW * len(rows))


def panels(series: Sequence[tuple[str, Sequence[int]]], marks: Sequence[str]) -> list[Panel]:
    """Return a panel for each label with its numbers.

    The first and the last of the `marks` are written below the columns.
    """
    highest = max((number for _, numbers in series for number in numbers), default=0) or 1
    return [Panel(label, grouped(sum(numbers)), _columns(numbers, marks, highest)) for label, numbers in series]


def _columns(numbers: Sequence[int], marks: Sequence[str], highest: int) -> list[Column]:
    step, last = 100 / len(numbers), len(numbers) - 1
    found = []
    for place, (number, mark) in enumerate(zip(numbers, marks, strict=True)):
        height = max(round(_COLUMN * number / highest), 2) if number else 0
        found.append(
            Column(
                x=f"{(place + 0.1) * step:.2f}%", width=f"{0.8 * step:.2f}%", middle=f"{(place + 0.5) * step:.2f}%",
                y=_TOP + _COLUMN - height, height=height, number=_short(number), number_y=_TOP + _COLUMN - height - 4,
                mark=mark if place in (0, last) else "", anchor="end" if place == last else "start",
            )
        )  # fmt: skip
    return found


def _short(number: int) -> str:
    return "" if not number else str(number) if number <= MAX_EXACT else f"{number // 1000}k"


def grouped(number: float) -> str:
    """Return the number as readers write it, with separators between thousands."""
    return number_format(number, use_l10n=True, force_grouping=True)
