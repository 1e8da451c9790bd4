"""The projection of the record's URL: the SITE_URL that all stored bodies contain.

Processes and commands with another SITE_URL would mix two URLs, so they can't publish, write dumps or rebuild.
`manage.py rebuild_record --move-to` moves the record to a new URL.
"""

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from factcheck.record.errors import SetupError
from factcheck.record.formats.urls import URL_RULES
from factcheck.record.log.models import Published


class RecordAddress(models.Model):
    """The URL of the last publication, in the only row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    url = models.CharField(max_length=300, help_text="SITE_URL of the last publication.")
    url_rules = models.PositiveSmallIntegerField(help_text="The URL rules that the stored keys follow.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="recordaddress_only_one")]

    def __str__(self) -> str:
        return self.url


def apply(_published: Sequence[Published]) -> None:
    """Store the URL with the first publication. Raise SetupError if this process has another SITE_URL."""
    _require(RecordAddress.objects.get_or_create(defaults={"url": settings.SITE_URL, "url_rules": URL_RULES})[0].url)


def rebuild() -> None:
    RecordAddress.objects.all().delete()


def stored_address(using: str | None = None) -> str | None:
    """Return the record's URL, or None if nothing has been published."""
    return RecordAddress.objects.using(using).values_list("url", flat=True).first()


def has_old_keys(using: str | None = None) -> bool:
    """Return whether the keys of URLs must be computed again, because `url_rules.toml` has changed.

    A record that moves to another URL is rebuilt later.
    """
    return RecordAddress.objects.using(using).filter(url=settings.SITE_URL).exclude(url_rules=URL_RULES).exists()


def require_address(using: str | None = None) -> None:
    """Raise SetupError if the record has been published under another URL than SITE_URL."""
    _require(stored_address(using) or settings.SITE_URL)


def _require(stored: str) -> None:
    if stored != settings.SITE_URL:
        raise SetupError(
            _(
                "This record was published at %(stored)s, but SITE_URL is %(site)s. Set SITE_URL to %(stored)s, or"
                " PORT if you use make run. To move the site to a new URL, read /docs/how-to/upgrade/."
            )
            % {"stored": stored, "site": settings.SITE_URL}
        )
