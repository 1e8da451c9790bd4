"""The words that search knows, and how common each is."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q

# Text search configurations of ours: without diacritics, English stemmed; and words that have diacritics, as they are.
SEARCH_CONFIG, EXACT_CONFIG = "public.factcheck", "public.factcheck_exact"
MAX_LENGTH = 64  # longer runs of letters are no words: they would only swell the table


class Word(models.Model):
    """A word as it is written, in lower case and NFC, and how common it is."""

    word = models.CharField(max_length=MAX_LENGTH, primary_key=True)
    lexeme = models.GeneratedField(
        expression=Func(F("word"), template=f"(tsvector_to_array(to_tsvector('{SEARCH_CONFIG}', %(expressions)s)))[1]"),
        output_field=models.TextField(null=True),
        db_persist=True,
        help_text="What the search finds it by: without diacritics, stemmed.",
    )
    reviews = models.PositiveIntegerField(help_text="Live reviews with it in claim or headline.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(reviews__gte=1), name="word_in_a_review")]
        indexes = [
            models.Index(fields=["lexeme"], name="word_lexeme"),
            GinIndex(fields=["lexeme"], opclasses=["gin_trgm_ops"], name="word_similar"),
        ]

    def __str__(self) -> str:
        return f"{self.word} in {self.reviews}"
