"""The processes that a process has started, according to `ps`, which every system has."""

import subprocess


def children(pid: int) -> list[int]:
    """Return the ids of the child processes, oldest first.

    The helper process of multiprocessing and the database's server are left out.
    """
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,command="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return sorted(
        int(row[0])
        for row in rows
        if row[1] == str(pid) and not any(name in row[2] for name in ("resource_tracker", "postgres -D", "<defunct>"))
    )
