"""What is said to systemd in deploy/systemd/, as far as it can be held without one."""

import re
from pathlib import Path

WORKER_FILE = Path(__file__).resolve().parents[2] / "deploy/systemd/factcheck-worker.service"
WORKER = WORKER_FILE.read_text()


def test_processes_of_the_site_add_up_their_metrics_from_zero():
    for part in ("site", "desk"):
        unit = set(WORKER_FILE.with_name(f"factcheck-{part}.service").read_text().splitlines())
        name = f"factcheck-{part}"
        assert {f"RuntimeDirectory={name}", f"Environment=PROMETHEUS_MULTIPROC_DIR=%t/{name}"} <= unit


def test_worker_is_started_again_however_long_the_database_is_gone():
    """Five starts in ten seconds are systemd's limit, and `manage.py` ends at once where there is no database."""
    assert re.findall("^(Restart.*|StartLimit.*)$", WORKER, re.MULTILINE) == [
        "StartLimitIntervalSec=0",
        "Restart=always",
        "RestartSec=5",
    ]
