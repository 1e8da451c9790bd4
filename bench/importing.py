"""The whole way of an import: a file of ClaimReviews, a batch, a second person, rows that the search finds.

    python bench/importing.py [--reviews 1000000] [--seed 1]

Runs the commands that an operator runs, each as a process of its own, against a PostgreSQL that is durable, and
says how many reviews a second they took and the most memory that the processes of a command held (VmHWM; PostgreSQL
has its own, which is bounded by its settings). The file is made before the clock starts.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from generated import Reviews
from loading import own_server
from table import report

ROOT = Path(__file__).resolve().parents[1]


def run(*words: str) -> tuple[float, float, str]:
    """A command: its seconds, the most memory (MiB) that it and its children held, and what it wrote."""
    start, most = time.perf_counter(), dict[int, int]()
    command = [sys.executable, "manage.py", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while process.poll() is None:
            for pid in family(process.pid):
                most[pid] = max(most.get(pid, 0), peak(pid))
            time.sleep(0.2)
        if process.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
        return time.perf_counter() - start, sum(most.values()) / 1024, process.stdout.read()


def family(pid: int) -> Iterator[int]:
    """The process and its children; PostgreSQL, which others use, is nobody's child here."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:  # it has ended
        return
    for child in children:
        yield from family(int(child))


def peak(pid: int) -> int:
    """KiB; 0 when the process has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--reviews", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with own_server():
        from django.conf import settings

        from factcheck.editorial.models import Membership, Publisher, User
        from factcheck.record.models import PublishedReview

        newsroom = Publisher.objects.create(name="Newsroom", site="newsroom.example")
        for name in ("importer", "editor"):
            user = User.objects.using("owner").create(username=name)
            roles = Membership.objects.using("owner")  # the application can't give roles
            roles.create(user_id=user.pk, publisher_id=newsroom.pk, role=Membership.Role.EDITOR)
        file, reviews = settings.VAR / "reviews.jsonl", Reviews(options.seed)
        with file.open("w") as out:
            for index in range(options.reviews):
                out.write(json.dumps(reviews.claim_review(index), ensure_ascii=False) + "\n")
        taken, memory, said = run("import_reviews", "--by", "importer", str(file))
        ((batch, digest),) = re.findall(r"approve_import (\d+) .* (\w{64})$", said.strip())
        approved, some, _ = run("approve_import", batch, "--by", "editor", "--digest", digest)
        published, more, _ = run("publish_import", batch, "--by", "editor")
        found = PublishedReview.objects.count()
        whole = taken + approved + published
        report(
            [
                f"| import of {found:,} ClaimReviews to searchable rows in the log | – | {found / whole:.0f} a second"
                f" | ≥ 1,500 a second, ≤ 300 MiB | {max(memory, some, more):.0f} MiB; {found / taken:.0f} a second into"
                f" the batch, {found / approved:.0f} approved, {found / published:.0f} published |"
            ]
        )


if __name__ == "__main__":
    main()
