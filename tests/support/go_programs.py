"""Programs in Go with Debian's packages of Go modules, such as golang-google-api-dev. Nothing is downloaded."""

import os
import shutil
import subprocess
from pathlib import Path

PACKAGES = Path("/usr/share/gocode")


def has_package(name: str) -> bool:
    return shutil.which("go") is not None and (PACKAGES / "src" / name).exists()


def run_go(program: Path, site: str, cache: Path) -> str:
    """Compile and run the program, and return what it prints."""
    settings = {"GO111MODULE": "off", "GOFLAGS": "", "GOPATH": str(PACKAGES), "GOCACHE": str(cache), "HOME": str(cache)}
    done = subprocess.run(
        ["go", "run", program, site],
        env=os.environ | settings,
        timeout=600,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
