"""The version of rows that people edit at the desk, so that one person's edit doesn't overwrite another person's."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class VersionedModel(models.Model):
    """A row with the number of its state. The database raises the number at each edit (sql/versions.sql)."""

    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        abstract = True


class DatedModel(VersionedModel):
    """A versioned row with the time of its last edit."""

    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        abstract = True
