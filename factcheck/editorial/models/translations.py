"""Finds translations whose original was corrected."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef

from factcheck.record.models import LogEntry
from factcheck.record.readmodel.translated_reviews import NEW_TEXTS

Row = TypeVar("Row", bound=models.Model)

ENDED = ("withdrawn", "erased", "discarded")


class TranslationQuerySet(models.QuerySet[Row]):
    def behind(self) -> Self:
        """The translations whose original has a newer revision than the one that they translate."""
        newer = LogEntry.objects.filter(
            subject=OuterRef("translation_of"), number__gt=OuterRef("translation_of_revision"), kind__in=NEW_TEXTS
        )
        return self.filter(Exists(newer), translation_of__isnull=False).exclude(state__in=ENDED)
