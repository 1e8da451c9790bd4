"""Subscribers, deliveries and attempts."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import factcheck.webhooks.addresses


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("record", "0004_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("review.published", "a review is published or reinstated"),
                            ("review.corrected", "a review is corrected or updated"),
                            ("review.withdrawn", "a review is withdrawn or erased"),
                            ("demand.published", "an entry of the register of demands is published or updated"),
                        ],
                        max_length=40,
                        verbose_name="event",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("delivered", "delivered"), ("failed", "given up")],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "tries",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="That failed, since it was last begun.", verbose_name="attempts"
                    ),
                ),
                ("derived_at", models.DateTimeField(auto_now_add=True, verbose_name="since")),
                (
                    "entry",
                    models.ForeignKey(
                        db_column="sequence",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.logentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="when")),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "delivered"),
                            ("refused", "answered with another status than 2xx"),
                            ("redirected", "answered with a redirect; register the new address"),
                            ("address", "the name leads to an address that is not public"),
                            ("unknown_host", "the name has no address"),
                            ("unreachable", "no connection"),
                            ("insecure", "no secure connection: certificate or protocol"),
                            ("timeout", "no answer in time"),
                            ("garbled", "no answer in HTTP"),
                        ],
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                ("milliseconds", models.PositiveIntegerField(verbose_name="milliseconds")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attempts", to="webhooks.delivery"
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "name",
                    models.CharField(
                        help_text="Whose it is and what for.",
                        max_length=200,
                        validators=[factcheck.webhooks.addresses.validate_name],
                        verbose_name="name",
                    ),
                ),
                (
                    "url",
                    models.CharField(
                        help_text="Where messages are sent, with https://. It must be a public address; redirects are not followed.",
                        max_length=1000,
                        validators=[factcheck.webhooks.addresses.validate_address],
                        verbose_name="address",
                    ),
                ),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("review.published", "a review is published or reinstated"),
                                ("review.corrected", "a review is corrected or updated"),
                                ("review.withdrawn", "a review is withdrawn or erased"),
                                ("demand.published", "an entry of the register of demands is published or updated"),
                            ],
                            max_length=40,
                        ),
                        help_text="What is sent there.",
                        size=None,
                        verbose_name="events",
                    ),
                ),
                (
                    "stopped",
                    models.CharField(
                        choices=[
                            ("", "running"),
                            ("by_hand", "stopped"),
                            ("failing", "stopped: nothing arrived there for days"),
                            ("gone", "stopped: the address answered that it is gone (410)"),
                        ],
                        default="",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "generation",
                    models.PositiveIntegerField(default=1, editable=False, help_text="Of the secret; counts from 1."),
                ),
                (
                    "rotated_at",
                    models.DateTimeField(editable=False, help_text="When the secret before ended.", null=True),
                ),
                (
                    "cursor",
                    models.BigIntegerField(
                        editable=False, help_text="The last sequence that was looked at; -1 before any."
                    ),
                ),
                ("failing_since", models.DateTimeField(editable=False, null=True)),
                ("rests_until", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="subscription_has_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("url__regex", "^https?://[!-~]+$")), name="subscription_url_is_address"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "events__contained_by",
                                ["review.published", "review.corrected", "review.withdrawn", "demand.published"],
                            ),
                            ("events__len__gte", 1),
                        ),
                        name="subscription_events_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("cursor__gte", -1)), name="subscription_cursor_in_log"),
                    models.CheckConstraint(
                        condition=models.Q(("stopped__in", ["", "by_hand", "failing", "gone"])),
                        name="subscription_stopped_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="subscription",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="webhooks.subscription",
                verbose_name="webhook",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["subscription", "-id"], name="delivery_newest"),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["derived_at"], name="delivery_derived"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("subscription", "entry"), name="delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("event__in", ["review.published", "review.corrected", "review.withdrawn", "demand.published"])
                ),
                name="delivery_event_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "delivered", "failed"])), name="delivery_state_known"
            ),
        ),
    ]
