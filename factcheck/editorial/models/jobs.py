"""The worker's queue as the desk shows it."""

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob


class Job(ProcrastinateJob):
    """A row in procrastinate's table of jobs, read-only."""

    class Meta:
        proxy = True
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.args.get('command') or self.task_name} ({self.pk})"
