"""The verbs of an import: records of other publishers come in as one batch that a second person approves as a whole.

`begin_import`, `add_to_batch` as often as needed, `submit_import`; then `approve_import` or `return_import`,
and `publish_import`. Each checks the person's membership of the batch's newsroom.
"""

from factcheck.editorial.imports.incoming import Incoming, Outcome, Refused
from factcheck.editorial.imports.verbs import (
    add_to_batch,
    approve_import,
    begin_import,
    publish_import,
    return_import,
    submit_import,
)

__all__ = [
    "Incoming",
    "Outcome",
    "Refused",
    "add_to_batch",
    "approve_import",
    "begin_import",
    "publish_import",
    "return_import",
    "submit_import",
]
