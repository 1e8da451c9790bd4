"""Fields for a moment as people write it: “17:30”, “17h30 30/11”, “3 hours” or “tomorrow 9:00”.

Times are in the zone of the newsroom, which the desk sets for each request.
"""

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.text import clean_text
from factcheck.record.statements.demand import RECEIVED_AT
from factcheck.record.statements.faults import InvalidValue

_MINUTES = {"min": 1, "phú": 1, "h": 60, "hou": 60, "giờ": 60, "tiế": 60, "day": 1440, "ngà": 1440}
_SPAN = re.compile(r"(\+|in |trong |sau )? ?(\d{1,3}) ?(min|minutes?|phút|h|hours?|giờ|tiếng|days?|ngày)( nữa)?")
_CLOCK = re.compile(r"(?:at |lúc )?(\d{1,2}) ?(?:(?::|h|giờ) ?(\d\d)?|(?=[ap]m)) ?(am|pm|sáng|chiều|tối)?")
_DAY = re.compile(r"(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)[/.](\d\d?)(?:[/.](\d{4}))?)")
_NAMED = {"today": 0, "hôm nay": 0, "tomorrow": 1, "ngày mai": 1, "mai": 1, "yesterday": -1, "hôm qua": -1}
SHOWN = "%H:%M %d/%m/%Y"
ADVICE = _("This time can’t be read. Write a time such as 17:30, 17:30 30/11 or 3 hours.")


def read_moment(text: str, base: datetime, *, ahead: bool) -> datetime:
    """Return the moment that the text means to somebody who writes it at `base`. Raise ValidationError.

    A time without a day is the next one if `ahead` is true, and otherwise the last one. The text “3h” can mean an hour
    of the day or a number of hours. For a deadline, it means whichever comes first.
    """
    words = " ".join(clean_text(text).casefold().split())
    found = []
    if span := _SPAN.fullmatch(words):
        length = timedelta(minutes=int(span[2]) * _MINUTES[span[3][:3]])
        found.append(base + (length if ahead else -length))
    with suppress(ValueError):
        found.append(_by_clock(words, timezone.localtime(base), ahead))
    if not found:
        raise ValidationError(ADVICE, "unreadable")
    return min(found) if ahead else max(found)


def _by_clock(words: str, base: datetime, ahead: bool) -> datetime:
    """Return the moment that a day, an hour or both name. Raise ValueError for other texts."""
    named = next((name for name in _NAMED if name in words), "")
    words, day = words.replace(named, ""), base.date() + timedelta(days=_NAMED[named]) if named else None
    if day is None and (written := _DAY.search(words)):
        year, month, number = (*written.groups()[:3],) if written[1] else (*written.groups()[:2:-1],)
        day = date(int(year or base.year), int(month), int(number))
        words = words[: written.start()] + words[written.end() :]
    words = words.strip(" ,t")
    clock = _CLOCK.fullmatch(words)
    if not clock and (words or day is None):
        raise ValueError(words)
    at = time(23, 59) if ahead else time(0)
    if clock:
        hour = int(clock[1]) % 12 if clock[3] in ("am", "pm") else int(clock[1])
        at = time(hour + 12 if clock[3] in ("pm", "chiều", "tối") and hour < 12 else hour, int(clock[2] or 0))
    moment = datetime.combine(day or base.date(), at, base.tzinfo)
    if day is None and (moment < base if ahead else moment > base):
        moment += timedelta(days=1 if ahead else -1)
    return moment


class MomentInput(forms.TextInput):
    """A text input with buttons for the present moment, or for moments in some hours (`hours`)."""

    template_name = "admin/editorial/widgets/moment.html"
    hours: tuple[int, ...] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        own = {"hours": self.hours, "zone": str(timezone.get_current_timezone())}
        return {**super().get_context(name, value, attrs), **own}


class MomentField(forms.DateTimeField):
    """A moment in the past or, if `ahead` is set, in the future. Times without a day count from `base`."""

    widget = MomentInput
    ahead = False
    base: datetime | None = None

    def to_python(self, value: Any) -> Any:
        return read_moment(value, self.base or timezone.now(), ahead=self.ahead) if value else None

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value).strftime(SHOWN) if isinstance(value, datetime) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "")


class ZonedMomentField(MomentField):
    """A moment in the past that is stored as text with its UTC offset."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        with suppress(InvalidValue):
            return RECEIVED_AT.read(value or "") or ""
        return timezone.localtime(super().to_python(value)).isoformat(timespec="seconds")

    def prepare_value(self, value: Any) -> Any:
        """Return the text as people write it, unless this would lose the seconds or another zone."""
        with suppress(ValueError, TypeError):
            shown = timezone.localtime(datetime.fromisoformat(value))
            return shown.strftime(SHOWN) if shown.isoformat(timespec="seconds") == value and not shown.second else value
        return value
