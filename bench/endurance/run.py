"""Read, search and publish for half an hour while processes are killed and the primary fails over.

    python bench/endurance/run.py [--minutes 30]

The site runs as in service: nginx, two processes for readers, the desk's process, the signer and the worker, a primary
and a standby. wrk keeps twice as many requests open as one process has threads. Kills are spread over the time:
PostgreSQL three times, the worker five times, web processes ten times. Then the primary is killed for good, and the
standby takes its place. It ends with the checks: no acknowledged publication is missing, each refusal is a 503 within
AFTER seconds of a kill, memory is flat, `verify_record` and the outside verifier pass.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from endurance.checking import Checks
from endurance.postgres import HOST, Postgres
from endurance.site import THREADS, Site

KILLS = {"PostgreSQL": 3, "worker": 5, "web": 10}
AFTER = 20.0  # seconds after a kill in which readers may be told to come again
