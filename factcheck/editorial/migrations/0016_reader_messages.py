"""What readers send in."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import factcheck.editorial.fields


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0015_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReaderMessage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("tip", "a claim to check"), ("correction", "a mistake in a review")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("taken_up", "taken up"),
                            ("answered", "answered"),
                            ("dismissed", "put aside"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
                ("language", factcheck.editorial.fields.LanguageField(max_length=35, verbose_name="language")),
                ("text", factcheck.editorial.fields.ProseField(blank=True, max_length=5000, verbose_name="text")),
                (
                    "url",
                    factcheck.editorial.fields.WebAddressField(blank=True, max_length=2000, verbose_name="address"),
                ),
                ("contact", factcheck.editorial.fields.LineField(blank=True, max_length=300, verbose_name="contact")),
                (
                    "receipt",
                    models.CharField(
                        help_text="Hexadecimal SHA-256 of what the sender holds.", max_length=64, unique=True
                    ),
                ),
                (
                    "sender",
                    models.CharField(
                        blank=True, help_text="Keyed hash of day and network; empty after a day.", max_length=64
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(help_text="Keyed hash of what was said, to know repetitions by.", max_length=64),
                ),
                ("answer", factcheck.editorial.fields.ProseField(blank=True, max_length=2000, verbose_name="answer")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "claim",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="editorial.claim",
                        verbose_name="claim",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "newsroom",
                    models.ForeignKey(
                        help_text="Of the review; of a tip, whose member decided on it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="editorial.publisher",
                        verbose_name="newsroom",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="editorial.review",
                        verbose_name="review",
                    ),
                ),
                (
                    "same_as",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="repetitions",
                        to="editorial.readermessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "message from a reader",
                "verbose_name_plural": "messages from readers",
                "ordering": ["-received_at", "-id"],
                "indexes": [
                    models.Index(fields=["-received_at", "-id"], name="readermessage_received"),
                    models.Index(
                        condition=models.Q(("sender", ""), _negated=True),
                        fields=["sender", "received_at"],
                        name="readermessage_sender",
                    ),
                    models.Index(fields=["fingerprint"], name="readermessage_fingerprint"),
                    models.Index(
                        condition=models.Q(("same_as__isnull", True), ("state", "waiting")),
                        fields=["newsroom"],
                        name="readermessage_waiting",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "tip"), ("review__isnull", True)),
                            models.Q(("kind", "correction"), ("newsroom__isnull", False), ("review__isnull", False)),
                            _connector="OR",
                        ),
                        name="readermessage_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "waiting")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("newsroom__isnull", False),
                                ("state__in", ["taken_up", "answered", "dismissed"]),
                            ),
                            _connector="OR",
                        ),
                        name="readermessage_decided_at_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("same_as__isnull", True), models.Q(("text", ""), _negated=True)),
                            models.Q(("same_as__isnull", False), ("text", ""), ("url", "")),
                            _connector="OR",
                        ),
                        name="readermessage_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "answered"), models.Q(("answer", ""), _negated=True)),
                            models.Q(models.Q(("state", "answered"), _negated=True), ("answer", "")),
                            _connector="OR",
                        ),
                        name="readermessage_answered_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fingerprint__regex", "^[0-9a-f]{64}$"),
                            ("receipt__regex", "^[0-9a-f]{64}$"),
                            ("sender__regex", "^([0-9a-f]{64})?$"),
                        ),
                        name="readermessage_hashes_hex",
                    ),
                ],
            },
        ),
    ]
