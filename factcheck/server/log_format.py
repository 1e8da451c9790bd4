"""The format of the log on standard error, which the machine's journal collects."""

import logging
import re

# A receipt gives access to a message's status. In the log, a receipt would also reveal who sent the message (see
# deploy/nginx.conf). The rest of the line is removed, because a mistyped URL can contain a second slash, or a space
# before the receipt.
_RECEIPT = re.compile(r"(?<=/receipts/).+", re.IGNORECASE)


class Line(logging.Formatter):
    """Removes receipts from log lines, because Django logs the URL of every refused request."""

    def format(self, record: logging.LogRecord) -> str:
        return _RECEIPT.sub("-", super().format(record))
