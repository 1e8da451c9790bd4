"""What is checked while the processes run, and at the end."""

import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RETRY_AFTER = 2  # seconds that the gate for searches tells (factcheck/server/search_gate.py)


def published(log: Path) -> dict[int, str]:
    """The digest of each acknowledged publication, by its sequence number."""
    found = re.findall(r"^\S+ published (\d+) ([0-9a-f]{64})$", log.read_text(), re.MULTILINE)
    return {int(sequence): digest for sequence, digest in found}


@dataclass
class Refusals:
    """Answers that weren't successes: by status, from the gate for searches, and later than `after` after a restart."""

    statuses: Counter[int]
    busy: int
    late: list[int]


def refusals(log: Path, restarts: list[tuple[float, float]], after: float) -> Refusals:
    """Read the file of load.lua. A restart has a begin and an end."""
    found = Refusals(Counter(), 0, [])
    for line in log.read_text().splitlines() if log.exists() else []:
        moment, status, retry_after = line.split()
        found.statuses[int(status)] += 1
        if retry_after == str(RETRY_AFTER):
            found.busy += 1
        elif not any(begin - 1 <= int(moment) <= end + after for begin, end in restarts):
            found.late.append(int(moment))
    return found


def memory(pid: int) -> int:
    """The resident memory of a process and its children, in MiB. 0 if it has ended."""
    total = 0
    try:
        total += _resident(pid)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            total += _resident(int(child))
    except OSError:
        return 0
    return total // 2**10


def growth(samples: list[int]) -> float:
    """The last quarter's median memory beside that of the second quarter, in which everything has been loaded."""
    quarter = max(len(samples) // 4, 1)
    return statistics.median(samples[-quarter:]) / statistics.median(samples[quarter : 2 * quarter])


def verify_record(environment: dict[str, str]) -> str:
    """The last line that `manage.py verify_record` prints. Raises SystemExit if it fails."""
    return _run([sys.executable, "manage.py", "verify_record"], environment)


def verify_from_outside(url: str, state: Path) -> str:
    """The last line of the verifier. Raises SystemExit for a discrepancy."""
    return _run([sys.executable, "verifier/verifier.py", url, "--state", str(state)], dict(os.environ))


def _resident(pid: int) -> int:
    found = re.findall(r"^RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[0]) if found else 0  # a killed process has no memory


def _run(command: list[str], environment: dict[str, str]) -> str:
    for attempt in range(5):  # the verifier ends with 2 if the site didn't answer, for example during a restart
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.strip().splitlines()[-1]
        if done.returncode == 1:
            break
        time.sleep(5 * (attempt + 1))
    sys.exit(f"{command[1:3]}: {done.stdout}{done.stderr}")
