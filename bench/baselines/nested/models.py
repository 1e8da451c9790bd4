"""A review in normalised tables."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Table(models.Model):
    class Meta:
        abstract = True
        app_label = "nested"


class Publisher(Table):
    key = models.TextField(unique=True)
    type = models.TextField()
    name = models.TextField()
    site = models.TextField()
    url = models.TextField(null=True)
    logo_url = models.TextField(null=True)
    same_as = ArrayField(models.TextField())
    methodology_url = models.TextField(null=True)
    corrections_url = models.TextField(null=True)
    principles_url = models.TextField(null=True)
    unnamed_sources_url = models.TextField(null=True)
    feedback_url = models.TextField(null=True)


class Claimant(Table):
    id = models.UUIDField(primary_key=True)
    type = models.TextField()
    name = models.TextField(null=True)
    description = models.TextField(null=True)
    job_title = models.TextField(null=True)
    same_as = ArrayField(models.TextField())
    confirmed = models.BooleanField()


class Claim(Table):
    id = models.UUIDField(primary_key=True)
    text = models.TextField()
    language = models.TextField()
    claimed_on = models.DateField(null=True)
    location = models.TextField(null=True)
    claimant = models.ForeignKey(Claimant, models.CASCADE, null=True)


class Appearance(Table):
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="appearances")
    url = models.TextField()
    medium = models.TextField(null=True)
    media_sha256 = models.TextField(null=True)
    archive_url = models.TextField(null=True)
    first = models.BooleanField()

    class Meta(Table.Meta):
        ordering = ["id"]


class Verdict(Table):
    key = models.TextField(unique=True)
    scale = models.TextField(null=True)
    slug = models.TextField(null=True)
    label = models.TextField()
    labels = models.JSONField()
    value = models.IntegerField(null=True)
    best = models.IntegerField(null=True)
    worst = models.IntegerField(null=True)
    explanation = models.TextField(null=True)
    original = models.JSONField(null=True)


class Topic(Table):
    slug = models.TextField(unique=True)
    labels = models.JSONField()

    class Meta(Table.Meta):
        ordering = ["slug"]


class Review(Table):
    id = models.UUIDField(primary_key=True)
    claim = models.ForeignKey(Claim, models.CASCADE)
    publisher = models.ForeignKey(Publisher, models.CASCADE)
    verdict = models.ForeignKey(Verdict, models.CASCADE)
    topics = models.ManyToManyField(Topic)
    url = models.TextField()
    original_url = models.TextField(null=True)
    archive_url = models.TextField(null=True)
    language = models.TextField()
    headline = models.TextField(null=True)
    summary = models.TextField(null=True)
    body = models.TextField(null=True)
    license = models.TextField()
    reviewed_on = models.DateField(null=True)
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    number = models.IntegerField()
    kind = models.TextField()
    change_class = models.TextField(null=True)
    note = models.TextField(null=True)
    sequence = models.BigIntegerField()
    digest = models.TextField()

    class Meta(Table.Meta):
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="nested_review_published"),
            models.Index(fields=["verdict", "-published_at", "-id"], name="nested_review_verdict"),
        ]


class Author(Table):
    review = models.ForeignKey(Review, models.CASCADE, related_name="authors")
    name = models.TextField()

    class Meta(Table.Meta):
        ordering = ["id"]


class Source(Table):
    review = models.ForeignKey(Review, models.CASCADE, related_name="sources")
    title = models.TextField(null=True)
    url = models.TextField(null=True)
    publisher = models.TextField(null=True)
    stance = models.TextField(null=True)
    quote = models.TextField(null=True)
    archive_url = models.TextField(null=True)
    accessed_on = models.DateField(null=True)

    class Meta(Table.Meta):
        ordering = ["id"]


class Correction(Table):
    review = models.ForeignKey(Review, models.CASCADE, related_name="corrections")
    revision = models.IntegerField()
    at = models.DateTimeField()
    kind = models.TextField()
    change_class = models.TextField(null=True)
    note = models.TextField(null=True)
    publisher = models.TextField()
    verdict_before = models.JSONField(null=True)
    verdict_after = models.JSONField(null=True)

    class Meta(Table.Meta):
        ordering = ["id"]
