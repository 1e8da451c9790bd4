"""Problems with backups. Each message tells the operator what to do."""

import errno


class BackupError(Exception):
    """A backup can't be made or restored. The message is for the operator."""


def disk_problem(problem: OSError, place: object) -> BackupError:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return BackupError(f"The disk of {place} is full. Free some space and start again.")
    return BackupError(f"{place} can't be used ({problem.strerror or problem}). Check the path and its permissions.")
