"""Demands to change or remove a review, and the approval of what the public register says of them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import factcheck.editorial.fields


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0006_imports"),
        ("record", "0005_demands"),
    ]

    operations = [
        migrations.CreateModel(
            name="Demand",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "waiting for approval"),
                            ("approved", "approved"),
                            ("published", "published"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="received on")),
                (
                    "from_type",
                    models.CharField(
                        choices=[
                            ("state_body", "state body"),
                            ("police", "police"),
                            ("court", "court"),
                            ("company", "company or organisation"),
                            ("person", "private person"),
                        ],
                        max_length=20,
                        verbose_name="from",
                    ),
                ),
                (
                    "from_name",
                    factcheck.editorial.fields.LineField(
                        blank=True,
                        help_text="Of a body, court or company; a private person has none here.",
                        max_length=500,
                        verbose_name="name",
                    ),
                ),
                (
                    "from_description",
                    factcheck.editorial.fields.LineField(
                        blank=True,
                        help_text="Of a private person instead of a name, such as “somebody shown in the video”.",
                        max_length=1000,
                        verbose_name="description",
                    ),
                ),
                (
                    "language",
                    factcheck.editorial.fields.LanguageField(
                        default="vi",
                        help_text="The language in which you write.",
                        max_length=35,
                        verbose_name="language",
                    ),
                ),
                (
                    "asked",
                    factcheck.editorial.fields.ProseField(
                        blank=True,
                        help_text="Without what the law forbids to repeat, and without names of private persons.",
                        max_length=10000,
                        verbose_name="what was asked",
                    ),
                ),
                (
                    "legal_basis",
                    factcheck.editorial.fields.ProseField(
                        blank=True,
                        help_text="Law and article, as the demand gives it; empty if none.",
                        max_length=2000,
                        verbose_name="legal basis",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "not decided yet"),
                            ("complied", "done as demanded"),
                            ("partly", "done in part"),
                            ("refused", "refused"),
                            ("dropped", "taken back by whoever made it"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "done",
                    factcheck.editorial.fields.ProseField(blank=True, max_length=10000, verbose_name="what we did"),
                ),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="done on")),
                (
                    "withheld_reason",
                    factcheck.editorial.fields.ProseField(
                        blank=True,
                        help_text="If the law forbids to repeat part of the demand: leave it out above and say here that it is left out, and on what ground. Readers see this.",
                        max_length=2000,
                        verbose_name="why something is left out",
                    ),
                ),
                (
                    "publish_after",
                    models.DateField(
                        blank=True,
                        help_text="If the entry must wait: the first day (UTC) on which it may be public. Approved by then, it is published by itself, and says until when it was delayed.",
                        null=True,
                        verbose_name="not public before",
                    ),
                ),
                (
                    "change_note",
                    factcheck.editorial.fields.ProseField(
                        blank=True, help_text="Readers see this.", max_length=2000, verbose_name="what changed"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="begun at")),
                ("changed_at", models.DateTimeField(auto_now=True, verbose_name="changed at")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written down by",
                    ),
                ),
                (
                    "newsroom",
                    models.ForeignKey(
                        help_text="Who received it.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="editorial.publisher",
                        verbose_name="newsroom",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        blank=True,
                        help_text="The published review that it is about, if it is about one.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="demands",
                        to="editorial.review",
                        verbose_name="review",
                    ),
                ),
            ],
            options={
                "verbose_name": "demand",
                "verbose_name_plural": "demands",
                "ordering": ["-received_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="DemandApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement", models.TextField(help_text="Canonical JSON: what is to be published.")),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the statement.", max_length=64, verbose_name="digest"),
                ),
                (
                    "note",
                    factcheck.editorial.fields.ProseField(blank=True, max_length=2000, verbose_name="public note"),
                ),
                ("submitted_at", models.DateTimeField(auto_now_add=True, verbose_name="submitted at")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "approved"), ("returned", "returned")],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                (
                    "decision_note",
                    factcheck.editorial.fields.ProseField(
                        blank=True, max_length=2000, verbose_name="message to the newsroom"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "demand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="editorial.demand",
                        verbose_name="demand",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        blank=True,
                        db_column="sequence",
                        help_text="Where it was published.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.logentry",
                        verbose_name="log entry",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="submitted by",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval of a demand",
                "verbose_name_plural": "approvals of demands",
                "ordering": ["-pk"],
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="demand",
            index=models.Index(fields=["newsroom", "state", "-received_on", "-id"], name="demand_newsroom_state"),
        ),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "submitted", "approved", "published"])),
                name="demand_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_type__in", ["state_body", "police", "court", "company", "person"])),
                name="demand_from_type_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["open", "complied", "partly", "refused", "dropped"])),
                name="demand_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("from_type", "person"), _negated=True), ("from_name", ""), _connector="OR"
                ),
                name="demand_person_not_named",
                violation_error_message="A private person is not named: describe them and leave the name empty.",
            ),
        ),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withheld_reason", ""), _negated=True),
                    models.Q(("from_type", "person"), models.Q(("from_description", ""), _negated=True)),
                    models.Q(
                        models.Q(("from_type", "person"), _negated=True), models.Q(("from_name", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="demand_says_from_whom",
                violation_error_message="Say from whom it came: the name, or of a private person a description. If the law forbids that, say why it is left out.",
            ),
        ),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked", ""), _negated=True),
                    models.Q(("withheld_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="demand_says_what_was_asked",
                violation_error_message="Write what was asked. If the law forbids that, say why it is left out.",
            ),
        ),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome", "open"),
                    models.Q(models.Q(("done", ""), _negated=True), ("done_on__isnull", False)),
                    _connector="OR",
                ),
                name="demand_says_what_was_done",
                violation_error_message="Write what you did and on which day, or leave the outcome open.",
            ),
        ),
        migrations.AddConstraint(
            model_name="demand",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("done_on__isnull", True), ("done_on__gte", models.F("received_on")), _connector="OR"
                ),
                name="demand_done_after_it_came",
                violation_error_message="You cannot have done something about it before you received it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("decision", "")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decision__in", ["approved", "returned"]),
                    ),
                    _connector="OR",
                ),
                name="demandapproval_decided_at_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    ("decision", "returned"),
                    _connector="OR",
                ),
                name="demandapproval_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(("entry__isnull", True), ("decision", "approved"), _connector="OR"),
                name="demandapproval_published_if_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="demandapproval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("entry__isnull", True), models.Q(("decision", "returned"), _negated=True)),
                fields=("demand",),
                name="demandapproval_one_open",
            ),
        ),
    ]
