"""The check of the time zone that a newsroom chooses."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.time_zones import time_zone_names


def validate_time_zone(name: str) -> None:
    if name not in time_zone_names():
        raise ValidationError(
            _("This isn’t the name of a time zone. Choose a zone from the list, such as Asia/Ho_Chi_Minh."),
            code="time_zone",
        )
