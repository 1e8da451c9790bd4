"""What can be wrong with a database, as one sentence that says what to do."""

from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError


class DatabaseProblem(ImproperlyConfigured):
    """Shown without a traceback by ``manage.py``; the message is one sentence for the operator."""


class DatabaseAway(DatabaseProblem, OperationalError):
    """Nobody answers, or lets us in: to a site that runs the same as a connection that breaks later."""
