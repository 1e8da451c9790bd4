"""The tables of subscriptions, deliveries and attempts, which aren't public.

Messages are built from the record and aren't stored.
"""

import uuid
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.record.models import LogEntry
from factcheck.webhooks import signing
from factcheck.webhooks.targets import validate_address, validate_name

SECRETS_OVERLAP = timedelta(hours=24)


class Event(models.TextChoices):
    """The events that a subscription can select. The values are also the types of messages."""

    REVIEW_PUBLISHED = "review.published", _("a review is published or reinstated")
    REVIEW_CORRECTED = "review.corrected", _("a review is corrected or updated")
    REVIEW_WITHDRAWN = "review.withdrawn", _("a review is withdrawn or erased")
    DEMAND_PUBLISHED = "demand.published", _("an entry in the register of demands is published or updated")


class Subscription(models.Model):
    """A receiver's URL and its selected events. `cursor` is the last log entry from which deliveries were created."""

    class Stopped(models.TextChoices):
        RUNNING = "", _("running")
        BY_HAND = "by_hand", _("stopped")
        FAILING = "failing", _("stopped: no message could be delivered for days")
        GONE = "gone", _("stopped: the receiver no longer exists (410)")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(
        _("name"), max_length=200, validators=[validate_name], help_text=_("The receiver and its purpose.")
    )
    url = models.CharField(
        _("URL"),
        max_length=1000,
        validators=[validate_address],
        help_text=_("The receiver’s URL, starting with https://. The URL must be public. Redirects are not followed."),
    )
    events = ArrayField(
        models.CharField(max_length=40, choices=Event), verbose_name=_("events"), help_text=_("The events to send.")
    )
    stopped = models.CharField(_("state"), max_length=10, choices=Stopped, default=Stopped.RUNNING, editable=False)
    generation = models.PositiveIntegerField(default=1, editable=False, help_text="The secret's number, from 1.")
    rotated_at = models.DateTimeField(null=True, editable=False, help_text="When the previous secret was replaced.")
    cursor = models.BigIntegerField(editable=False, help_text="The last sequence that was derived, or -1.")
    failing_since = models.DateTimeField(null=True, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="subscription_has_name"),
            models.CheckConstraint(condition=Q(url__regex=r"^https?://[!-~]+$"), name="subscription_url_is_address"),
            models.CheckConstraint(
                condition=Q(events__len__gte=1, events__contained_by=list(Event)), name="subscription_events_known"
            ),
            models.CheckConstraint(condition=Q(cursor__gte=-1), name="subscription_cursor_in_log"),
            models.CheckConstraint(
                condition=Q(stopped__in=["", "by_hand", "failing", "gone"]), name="subscription_stopped_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.stopped == self.Stopped.RUNNING

    @property
    def secret(self) -> str:
        """Return the secret in the format for receivers.

        The secret is derived and never stored (docs/reference/webhooks.md).
        """
        return signing.as_text(signing.secret(self.pk, self.generation))

    def signing_secrets(self, now: datetime) -> list[bytes]:
        """Return the current secret and, for a day after a replacement, the previous secret."""
        overlap = self.rotated_at is not None and now < self.rotated_at + SECRETS_OVERLAP
        return [signing.secret(self.pk, number) for number in (self.generation, self.generation - 1)[: 1 + overlap]]


class Delivery(models.Model):
    """A log entry that is delivered to one subscription."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    subscription = models.ForeignKey(
        Subscription, models.CASCADE, verbose_name=_("webhook"), related_name="deliveries", db_index=False
    )
    entry = models.ForeignKey(LogEntry, models.PROTECT, db_column="sequence", related_name="+")
    event = models.CharField(_("event"), max_length=40, choices=Event)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text="Failed attempts since the last start."
    )
    derived_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "entry"], name="delivery_once"),
            models.CheckConstraint(condition=Q(event__in=list(Event)), name="delivery_event_known"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "delivered", "failed"]), name="delivery_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "-id"], name="delivery_newest"),
            models.Index(fields=["derived_at"], name="delivery_derived"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def message_id(self) -> str:
        """Return the `webhook-id`, which is the same for every attempt, so that receivers can find duplicates."""
        return f"msg_{self.subscription_id.hex}_{self.entry_id}"

    @property
    def may_be_sent_again(self) -> bool:
        return self.state != self.State.WAITING and self.subscription.is_running


class Attempt(models.Model):
    """A request and its outcome. The receiver's response isn't stored, because it might repeat erased content."""

    class Problem(models.TextChoices):
        NONE = "", _("delivered")
        REFUSED = "refused", _("the receiver returned a status other than 2xx")
        REDIRECTED = "redirected", _("the receiver redirects: register its new URL")
        ADDRESS = "address", _("the host name resolves to a private address")
        UNKNOWN_HOST = "unknown_host", _("the host name has no IP address")
        UNREACHABLE = "unreachable", _("no connection")
        INSECURE = "insecure", _("no secure connection: certificate or protocol")
        TIMEOUT = "timeout", _("no response in time")
        GARBLED = "garbled", _("no valid HTTP response")

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("when"))
    problem = models.CharField(_("outcome"), max_length=20, choices=Problem, blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"))

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.get_problem_display()
