"""The time zones of newsrooms. The desk and the e-mails show times in the newsroom's zone."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DEFAULT = "UTC"


@cache
def time_zone_names() -> tuple[str, ...]:
    """Return the IANA names that people choose from, without obsolete abbreviations such as `EST5EDT`."""
    named = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return (DEFAULT, *named)


def validate_time_zone(name: str) -> None:
    if name not in time_zone_names():
        raise ValidationError(
            _("This isn’t the name of a time zone. Choose a zone from the list, such as Asia/Ho_Chi_Minh."),
            code="time_zone",
        )


def zone(name: str) -> ZoneInfo:
    """Return the zone, or UTC if this machine no longer knows the name."""
    return ZoneInfo(name if name in time_zone_names() else DEFAULT)
