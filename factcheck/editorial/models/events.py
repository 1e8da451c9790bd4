"""Who did what and when, inside the newsroom. Kept for the newsroom; not public."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.people import Publisher, User

# Of accounts and webhooks, for who administers them.
ADMINISTRATION = Q(subject__startswith="user:") | Q(subject__startswith="webhook:")


class EditorialEvent(models.Model):
    """One act. Rows are only ever added; triggers add those about accounts and memberships."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        User,
        models.PROTECT,
        verbose_name=_("who"),
        null=True,
        related_name="+",
        help_text=_("Empty: done outside the application."),
    )
    action = models.CharField(_("what"), max_length=60, help_text="Dotted, such as review.submitted.")
    newsroom = models.ForeignKey(
        Publisher, models.PROTECT, verbose_name=_("newsroom"), null=True, related_name="+", db_index=False
    )
    subject = models.CharField(_("of what"), max_length=60, help_text=_("The id of what it was done to."))
    detail = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["subject", "-id"], name="event_subject"),
            models.Index(fields=["newsroom", "-id"], name="event_newsroom"),
            models.Index(fields=["-id"], condition=ADMINISTRATION, name="event_administration"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
