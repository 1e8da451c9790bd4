"""What is in a dump's compressed files."""

import json
from pathlib import Path

from api.dumps.file_formats import zstd


def text_of(path: Path) -> str:
    return zstd.decompress(path.read_bytes()).decode()


def lines_of(path: Path) -> list:
    return [json.loads(line) for line in text_of(path).splitlines()]
