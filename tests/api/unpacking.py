"""The content of a dump's compressed files."""

import json
from pathlib import Path

from api.dumps.file_formats import read_compressed


def text_of(path: Path) -> str:
    if path.suffix == ".csv":
        return path.read_bytes().decode("utf-8-sig")  # "\r\n" stays
    with read_compressed(path) as stream:
        return stream.read().decode()


def lines_of(path: Path) -> list:
    return [json.loads(line) for line in text_of(path).splitlines()]
