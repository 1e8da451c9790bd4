"""What is said to systemd in deploy/systemd/, as far as it can be held without one."""

import re
from pathlib import Path

WORKER = (Path(__file__).resolve().parents[2] / "deploy/systemd/factcheck-worker.service").read_text()


def test_worker_is_started_again_however_long_the_database_is_gone():
    """Five starts in ten seconds are systemd's limit, and `manage.py` ends at once where there is no database."""
    assert re.findall("^(Restart.*|StartLimit.*)$", WORKER, re.MULTILINE) == ["Restart=always", "RestartSec=5"]
