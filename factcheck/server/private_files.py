"""Files with a secret in them, which the account that runs the site alone reads (0600)."""

import os
import threading
from pathlib import Path


def make_private(file: Path, text: str) -> None:
    """A new file with the text, whole from its first moment, and its folder. Raises FileExistsError.

    Of several processes or threads that make it at once, one wins.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    unfinished.unlink(missing_ok=True)  # left by a process of the same number that was killed
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    try:
        os.link(unfinished, file)
    finally:
        unfinished.unlink()
