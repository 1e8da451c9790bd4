"""The time zones of newsrooms and of the site, with names that people use, such as "Hanoi time (UTC+7)"."""

from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

DEFAULT = "UTC"
_CITIES = {"Ho Chi Minh": _("Hanoi"), "Saigon": _("Hanoi")}  # the IANA names aren't those that people say


class NamedZone(ZoneInfo):
    """A zone whose name in formatted times is readable. Django writes it for the letter T of a format."""

    def tzname(self, at: datetime | None) -> str:
        offset = self.utcoffset(at or datetime.now(self))
        assert offset is not None
        if self.key == DEFAULT:
            return DEFAULT
        minutes = round(offset.total_seconds() / 60)
        hours = f"{'−' if minutes < 0 else '+'}{abs(minutes) // 60}" + (f":{abs(minutes) % 60}" if minutes % 60 else "")
        city = self.key.rpartition("/")[2].replace("_", " ")
        # Translators: the time in a zone, such as "Hanoi time (UTC+7)".
        name = gettext("%(city)s time (UTC%(hours)s)") % {"city": _CITIES.get(city, city), "hours": hours}
        return name.replace(" ", "\xa0")


@cache
def time_zone_names() -> tuple[str, ...]:
    """Return the IANA names that people choose from, without obsolete abbreviations such as `EST5EDT`."""
    named = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return (DEFAULT, *named)


@lru_cache(maxsize=1024)  # Python keeps zones of subclasses only while they are used, and would read the file each time
def zone(name: str) -> NamedZone:
    """Return the zone, or UTC if this machine doesn't have a zone with this name."""
    return NamedZone(name if name in time_zone_names() else DEFAULT)
