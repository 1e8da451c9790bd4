"""Sites under granian as `make run` has them (one worker, eight threads), and how many requests a second they answer.

The client is wrk (Debian's package): one thread, eight connections that are kept.
"""

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONNECTIONS = 8


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(application: str, interface: str = "wsgi", **environment: str) -> Iterator[int]:
    """The port of a granian of its own that serves `module:application`."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", interface, "--port", str(port), "--workers", "1",
        "--no-ws", "--log-level", "error",
    ]  # fmt: skip
    if interface == "wsgi":
        command += ["--blocking-threads", "8"]
    paths = os.pathsep.join([str(HERE.parent), str(HERE / "baselines")])
    server = subprocess.Popen([*command, application], env={**os.environ, "PYTHONPATH": paths, **environment})
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def fetch(port: int, path: str) -> tuple[Mapping[str, str], bytes]:
    """Headers and content of a 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        sys.exit(f"{path} at port {port} answered {response.status}: {content[:2000]!r}")
    connection.close()
    return response.headers, content


def rate(port: int, path: str, seconds: float, headers: Mapping[str, str] | None = None) -> float:
    """Requests a second over CONNECTIONS at once; an answer other than 2xx and 3xx ends it all."""
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("wrk is missing: install it (Debian: apt-get install wrk; macOS: brew install wrk).")
    options = [f"-H{name}: {value}" for name, value in (headers or {}).items()]
    said = subprocess.run(
        [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", *options, f"http://127.0.0.1:{port}{path}"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    if found is None or "Non-2xx" in said or "Socket errors" in said:
        sys.exit(f"{path} at port {port}:\n{said}")
    return float(found.group(1))


@contextmanager
def nginx(site: int, desk: int, *, limited: bool = True) -> Iterator[int]:
    """The port of an nginx with deploy/nginx.conf without TLS. If it isn't `limited`, clients have no limits."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        sys.exit("nginx is missing: install it (Debian: apt-get install nginx-light).")
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="factcheck-nginx-"))
    config = (HERE.parent / "deploy/nginx.conf").read_text(encoding="utf-8")
    before, ours = config.split("\nserver {\n    listen 443 ssl;", 1)
    limits = re.split(r"\n# If the kernel doesn't support IPv6|\nserver {", before)[0]
    ours = re.sub(r"\n +(listen|ssl_|access_log|error_log).*", "", ours)
    ours = ours.replace("127.0.0.1:8000", f"127.0.0.1:{site}").replace("127.0.0.1:8002", f"127.0.0.1:{desk}")
    ours = ours.replace("$scheme", "https")
    if not limited:
        ours = re.sub(r"\n +limit_(conn|req) .*", "", ours)
    paths = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ worker_connections 512; }}\n"
        f"http {{ access_log off; {paths}\n{limits}\nserver {{\n    listen 127.0.0.1:{port};{ours}\n}}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")])
    try:
        while not _listens(port):
            if process.poll() is not None:
                sys.exit((folder / "error.log").read_text(encoding="utf-8"))
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            sys.exit(f"A server ended at once ({server.returncode}).")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("A server did not start within a minute.")
