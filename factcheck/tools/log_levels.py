"""The rule for levels: ERROR means that an operator has to act (docs/how-to/monitor.md).

Libraries don't follow this rule. They log a busy site, a forged Host header and each failed job as errors, and write a
traceback of 60 lines for each error.
"""

import logging

from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import InterfaceError, OperationalError
from procrastinate.exceptions import ConnectorException

from factcheck.tools.budget import current

OUTAGE = OperationalError, InterfaceError, ConnectorException
# Each message says what is wrong and what to do, so a traceback adds nothing.
EXPLAINED = *OUTAGE, CommandError, ImproperlyConfigured


class CorrectLevels(logging.Filter):
    """Lowers the level of what passes without an operator, and replaces tracebacks by the first line of the error."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.request" and current().is_quiet:
            return False
        error = record.exc_info[1] if record.exc_info else None
        is_busy = getattr(record, "status_code", None) == 503 and error is None
        is_refusal = record.name.startswith("django.security")
        # The queue starts its parts again, and runs a job again that lost its connection.
        is_reconnecting = record.name.startswith("procrastinate") and isinstance(error, OUTAGE)
        if record.levelno == logging.ERROR and (is_busy or is_refusal or is_reconnecting):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        if error and (record.levelno < logging.ERROR or isinstance(error, EXPLAINED)):
            reason = str(error).strip().partition("\n")[0]
            record.msg, record.args = f"{record.getMessage()}: {reason}", None
            record.exc_info = record.exc_text = None
        return True
