"""What the site writes to standard error, from where it comes into the machine's journal."""

import logging
import re

# Who knows a receipt reads what became of a message; beside the time it would tell who sent it (as deploy/nginx.conf).
# To the end of the line, since an address may be mistyped: with a second slash, or a space before the receipt.
_RECEIPT = re.compile(r"(?<=/receipts/).+", re.IGNORECASE)


class Line(logging.Formatter):
    """Without receipts: Django names the address of every request that it refuses."""

    def format(self, record: logging.LogRecord) -> str:
        return _RECEIPT.sub("-", super().format(record))
