"""Logs an outage of the database in one line for each request, because tracebacks would fill the journal."""

import logging

from django.db import InterfaceError, OperationalError


class OutageInOneLine(logging.Filter):
    """A filter for Django's logger of requests. It replaces the traceback by the first line of the error."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, OperationalError | InterfaceError):
            reason = str(error).strip().partition("\n")[0]
            record.msg, record.args = f"{record.getMessage()}: {reason}", None
            record.exc_info = record.exc_text = None
        return True
