"""kill -9 of the process and of PostgreSQL at every point of publishing: what was acknowledged is there, nothing is half there."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from factcheck.database.embedded import Cluster

ROOT = Path(__file__).parents[2]
STAGES = {
    "editorial_review": "draft",
    "editorial_proposal": "approval",
    "editorial_editorialevent": "event",
    "record_logentry": "entry",
    "record_revisiondocument": "document",
    "record_logtile": "tile",
    "record_logcheckpoint": "checkpoint",
    "record_publishedreview": "read model",
    "record_publishedclaim": "read model",
    "record_publishedreference": "read model",
}


def stage_of(point: str) -> str:
    return "commit" if point == "COMMIT" else STAGES.get(point.split(" ")[-1], "other")


class Publisher:
    """Runs killed_publisher.py on a durable cluster of its own."""

    def __init__(self, var: Path) -> None:
        self.environment = {name: value for name, value in os.environ.items() if name != "FACTCHECK_TEST"}
        self.environment |= {
            "FACTCHECK_VAR": str(var), "DATABASE_CONNECTION_AGE": "0", "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "",
        }  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, list[str]]:
        done = subprocess.run(
            [sys.executable, str(ROOT / "tests" / "record" / "killed_publisher.py"), *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if done.returncode and not done.stdout:
            pytest.fail(f"{arguments}: {done.stderr}")
        return done.returncode, done.stdout.splitlines()


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    var = tmp_path_factory.mktemp("kills")
    var.chmod(0o711)
    publisher = Publisher(var)
    assert publisher.run("prepare", "320") == (0, [])
    yield publisher
    cluster = Cluster(var)
    cluster.prepare()
    cluster.destroy()


@pytest.mark.prove
def test_no_kill_loses_or_halves_a_publication(publisher: Publisher) -> None:
    code, points = publisher.run("points")
    assert code == 0
    assert points[-1] == "COMMIT"
    cases = [
        (index, when, what)
        for index in range(len(points))
        for when in ("before", "after")
        for what in ("process", "postgres")
    ]
    count = Counter(stage_of(points[index]) for index, _, _ in cases)
    for stage, index in {stage_of(point): index for index, point in enumerate(points)}.items():
        extra = [(index, when, what) for when in ("before", "after") for what in ("process", "postgres")]
        cases += extra * (-(-(5 - min(count[stage], 5)) // len(extra)))
    assert len(cases) >= 50
    acknowledged = 1  # the newest sequence that a caller was told of
    killed: Counter[str] = Counter()
    for index, when, what in cases:
        code, lines = publisher.run("kill", str(index), when, what)
        size = int(lines[0].removeprefix("log "))
        # Nothing acknowledged is lost; at most the one that was under way when it was killed has come on top.
        assert acknowledged + 1 <= size <= acknowledged + 2, (points[index], when, what)
        told = [int(line.removeprefix("acknowledged ")) for line in lines[1:]]
        # A server that is killed after the commit cannot take back that the caller was told. The signature comes later.
        committed = (index, when == "after") >= (points.index("COMMIT"), True)
        survived = committed and what == "postgres"
        assert (told, code != 0) in ([([size], True)] if not survived else [([size], True), ([size, size + 1], False)])
        acknowledged = told[-1]
        killed[stage_of(points[index])] += 1
    code, lines = publisher.run("check")
    assert code == 0
    assert int(lines[0].removeprefix("log ")) >= acknowledged + 1
    print(f"\n{sum(killed.values())} kills: {dict(killed)}")
    assert min(killed.values()) >= 5
