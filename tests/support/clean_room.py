"""The clean room in the test's process. A process for each file, as `make run` starts, takes half a second."""

import io
import warnings
from collections.abc import Iterable

from factcheck.clean_room import door, program

exchange_with_a_process = door._exchange


def exchange_here(pieces: Iterable[bytes]) -> bytes:
    with warnings.catch_warnings(action="ignore"):
        return program.answer(io.BytesIO(b"".join(pieces)))
