"""What is in a dump's compressed files."""

import json
from pathlib import Path

import pyarrow as pa


def text_of(path: Path) -> str:
    with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as stream:
        return stream.read().decode()


def lines_of(path: Path) -> list:
    return [json.loads(line) for line in text_of(path).splitlines()]
