"""The words in published claims and headlines, with the number of reviews that contain each word."""

from django.db import models
from django.db.models import F, Func, Q

# The project's text search configurations. The first one removes diacritics and stems English words. The second one
# keeps exact spellings.
SEARCH_CONFIG, EXACT_CONFIG = "public.factcheck", "public.factcheck_exact"
MAX_LENGTH = 64  # longer runs of letters aren't words and would only fill up the table


class Word(models.Model):
    """A word in lower case and NFC, with the number of reviews that contain the word."""

    word = models.CharField(max_length=MAX_LENGTH, primary_key=True)
    lexeme = models.GeneratedField(
        expression=Func(F("word"), template=f"(tsvector_to_array(to_tsvector('{SEARCH_CONFIG}', %(expressions)s)))[1]"),
        output_field=models.TextField(null=True),
        db_persist=True,
        help_text="The stemmed word without diacritics, for search.",
    )
    reviews = models.PositiveIntegerField(help_text="Number of live reviews with this word in the claim or headline.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(reviews__gte=1), name="word_in_a_review")]
        indexes = [models.Index(fields=["lexeme"], name="word_lexeme")]

    def __str__(self) -> str:
        return f"{self.word} in {self.reviews}"
