"""Pages that newsrooms write about their own rules. They are outside the log, but their history can't change.

`rules_digest` of a newsroom's published reviews is the digest of a version, and covers all versions before it. So each
review that the newsroom publishes puts the history so far into the log. The rules are in `editorial/sql/rules.sql`.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class RulesVersion(models.Model):
    """A version of one page, which is never changed or deleted. An erasure leaves the row, without text and salt.

    The database sets `number`, `written_at`, `salt` and both digests.
    """

    class Page(models.TextChoices):
        METHODOLOGY = "methodology", _("How we choose and check claims")
        CORRECTIONS = "corrections", _("Corrections policy")
        FUNDING = "funding", _("Organisation and funding")
        CONFLICTS = "conflicts", _("Impartiality and conflicts of interest")
        SOURCES = "sources", _("Policy on unnamed sources")
        MACHINES = "machines", _("Use of artificial intelligence")
        COMPLAINTS = "complaints", _("How to complain to us")

    publisher = models.CharField(_("newsroom"), max_length=255, help_text="The newsroom's site.")
    number = models.PositiveIntegerField(_("number"), default=0, help_text="Counts all pages of the newsroom together.")
    page = models.CharField(_("page"), max_length=20, choices=Page)
    language = models.CharField(_("language"), max_length=35)
    text = models.TextField(_("text"), help_text="Markdown.")
    written_at = models.DateTimeField(_("written at"), default=timezone.now)
    salt = models.CharField(max_length=72, help_text="Prevents that `text_digest` confirms a guess after an erasure.")
    text_digest = models.CharField(max_length=64, help_text="SHA-256 of salt and text.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of this version and of the digest before it.")
    erased_because = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("version of a newsroom’s rules")
        verbose_name_plural = _("newsrooms’ rules")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["publisher", "number"], name="rulesversion_number")]

    def __str__(self) -> str:
        return f"{self.get_page_display()} ({self.language}), {self.publisher} {self.number}"
