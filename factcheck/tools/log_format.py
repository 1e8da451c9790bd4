"""The format of the log on standard error, which the machine's journal collects."""

import logging
import re
from datetime import UTC, datetime
from typing import Any

import orjson

from factcheck.tools.budget import current

# Anyone with a receipt can see the status of a message. In the log, the receipt would also reveal who sent the message
# (see deploy/nginx.conf). The rest of the line is removed, because a URL may be mistyped. For example, there may be a
# space before the receipt.
_RECEIPT = re.compile(r"(?<=/receipts/).+", re.IGNORECASE)


def logging_settings(level: str, style: str) -> dict[str, Any]:
    """Return Django's LOGGING. `style` is `line` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": Line, "fmt": "{asctime} {levelname} {name}: {message}", "style": "{"},
            "json": {"()": JsonLine},
        },
        "filters": {"levels": {"()": "factcheck.tools.log_levels.CorrectLevels"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": style, "filters": ["levels"]}},
        "loggers": {"factcheck.editorial.sign_in": {"level": "INFO"}},  # each sign-in, whatever LOG_LEVEL is
        "root": {"handlers": ["stderr"], "level": level},
    }


class Line(logging.Formatter):
    """Lines for people. Removes receipts from the log, because Django logs the URL of every refused request."""

    def format(self, record: logging.LogRecord) -> str:
        return _RECEIPT.sub("-", super().format(record))


class JsonLine(logging.Formatter):
    """One JSON object a line, for programs. `extra={"fields": …}` of a message adds keys."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _RECEIPT.sub("-", record.getMessage()),
        }
        if request_id := current().id:
            line["request_id"] = request_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = _RECEIPT.sub("-", self.formatException(record.exc_info))
        return orjson.dumps(line, default=str).decode()
