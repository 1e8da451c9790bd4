"""The statement that replaces the log's signing key."""

from typing import Annotated

from factcheck.record.statements.parts import Part, required
from factcheck.record.statements.values import Id, Line


class KeyRotation(Part):
    """The log's signing key is replaced."""

    id: Id = required("", "The start of the new key's digest.")
    old_key: Annotated[str, Line(500)] = required("", "The verifier key of the previous signing key.")
    new_key: Annotated[str, Line(500)] = required("", "The verifier key of the new signing key.")
    signature: str = required("", "The previous key's signature line for a note that contains both keys.")
