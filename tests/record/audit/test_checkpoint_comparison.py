"""A kept checkpoint is read from a file or a URL, which can be on this machine."""

import json
from pathlib import Path

import pytest

from factcheck.record.audit.checkpoint_comparison import UnreadableError, read_checkpoints
from factcheck.record.log.notes import SigningKey
from tests.support.local_pages import local_pages

STATE = json.dumps({"seen": {"size": 3, "root": "ab" * 32}}).encode()


def test_checkpoint_is_read_from_a_file_or_a_url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    key = SigningKey.generate("log.example").verifier()
    file = tmp_path / "state.json"
    file.write_bytes(STATE)
    with local_pages(monkeypatch) as site:
        site.add("/state", STATE)
        url = f"http://127.0.0.1:{site.port}"
        for place in (str(file), f"{url}/state"):
            assert read_checkpoints(place, key) == [(3, bytes.fromhex("ab" * 32))]
        with pytest.raises(UnreadableError, match="/none can't be read: the server responds with 404"):
            read_checkpoints(f"{url}/none", key)
    with pytest.raises(UnreadableError, match="can't be read: .*refused"):
        read_checkpoints(f"{url}/state", key)
