"""What can be wrong with a database, as one sentence that says what to do."""

from django.core.exceptions import ImproperlyConfigured


class DatabaseProblem(ImproperlyConfigured):
    """Shown without a traceback by ``manage.py``; the message is one sentence for the operator."""
