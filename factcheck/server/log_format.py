"""The format of the log on standard error, which the machine's journal collects."""

import logging
import re

# Anyone with a receipt can see the status of a message. In the log, the receipt would also reveal who sent the message
# (see deploy/nginx.conf). The rest of the line is removed, because a URL may be mistyped. For example, there may be a
# space before the receipt.
_RECEIPT = re.compile(r"(?<=/receipts/).+", re.IGNORECASE)


class Line(logging.Formatter):
    """Removes receipts from the log, because Django logs the URL of every refused request."""

    def format(self, record: logging.LogRecord) -> str:
        return _RECEIPT.sub("-", super().format(record))
