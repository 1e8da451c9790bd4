"""The worker's queue, as shown at the desk."""

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob


class Job(ProcrastinateJob):
    """A read-only row from procrastinate's job table."""

    class Meta:
        proxy = True
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.args.get('command') or self.task_name} ({self.pk})"
