"""The format of the log on standard error, which the machine's journal collects."""

import logging
import re

# A receipt opens the status of a message. In the log it would also tell who sent the message (as in deploy/nginx.conf).
# Everything to the end of the line goes, since a URL may be mistyped: a second slash, or a space before the receipt.
_RECEIPT = re.compile(r"(?<=/receipts/).+", re.IGNORECASE)


class Line(logging.Formatter):
    """Removes receipts, because Django logs the URL of every refused request."""

    def format(self, record: logging.LogRecord) -> str:
        return _RECEIPT.sub("-", super().format(record))
