"""What the log says when another key signs it from now on."""

from typing import Annotated

from factcheck.record.statements.parts import Part, needed
from factcheck.record.statements.values import Id, Line


class KeyRotation(Part):
    """The log is handed to another key."""

    id: Id = needed("", "The beginning of the new key's digest.")
    old_key: Annotated[str, Line(500)] = needed("", "The verifier key that signed the log so far.")
    new_key: Annotated[str, Line(500)] = needed("", "The verifier key that follows.")
    signature: str = needed("", "The signature line of a note of both keys, by the old one.")
