"""What is said to systemd in deploy/systemd/, as far as it can be held without one."""

import re
from pathlib import Path

WORKER_FILE = Path(__file__).resolve().parents[2] / "deploy/systemd/factcheck-worker.service"
WORKER = WORKER_FILE.read_text()


def test_processes_of_the_site_add_up_their_metrics_from_zero():
    site = WORKER_FILE.with_name("factcheck.service").read_text()
    assert {"RuntimeDirectory=factcheck", "Environment=PROMETHEUS_MULTIPROC_DIR=%t/factcheck"} <= set(site.splitlines())


def test_worker_is_started_again_however_long_the_database_is_gone():
    """Five starts in ten seconds are systemd's limit, and `manage.py` ends at once where there is no database."""
    assert re.findall("^(Restart.*|StartLimit.*)$", WORKER, re.MULTILINE) == ["Restart=always", "RestartSec=5"]
