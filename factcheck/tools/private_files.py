"""Files with secrets, which only the site's account can read (0600)."""

import os
import threading
from pathlib import Path


def write_private_file(file: Path, text: str) -> None:
    """Create a file and its folder. Other processes never see an incomplete file. Raises FileExistsError.

    If several processes or threads create the file at the same time, only one of them succeeds.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    unfinished.unlink(missing_ok=True)  # left behind by a killed process with the same process ID
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    try:
        os.link(unfinished, file)
    finally:
        unfinished.unlink()
