"""Pytest loads this plugin first. If root runs the tests, they continue as an ordinary account (`leave_root`)."""

import os

from factcheck.database.data_directory import leave_root

if os.geteuid() == 0:
    os.environ["STARTED_BY_ROOT"] = "1"
    # Otherwise, git refuses a repository that belongs to another account.
    os.environ |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    # With the last three rights, tests/operations/debian.py becomes root again for a machine of its own.
    leave_root(rights=("dac_override", "fowner", "setuid", "setgid", "kill"))
