"""Servers under granian as `make run` starts them, and how many requests a second they answer.

A server has one worker and eight threads. The client is wrk (Debian's package) with one thread and eight connections,
which stay open.
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
def served(application: str, interface: str = "wsgi", workers: int = 1, **environment: str) -> Iterator[int]:
    """Serve `module:application` with granian, and yield the port."""
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", interface, "--port", str(port), "--workers", str(workers),
        "--no-ws", "--log-level", "error", *(["--blocking-threads", "12"] if interface == "wsgi" else []), application,
    ]  # fmt: skip
    paths = os.pathsep.join([str(HERE.parent), str(HERE / "baselines")])
    with listening(port, subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths, **environment})):
        yield port


@contextmanager
def listening(port: int, server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Wait until the server listens, and end it afterwards."""
    try:
        for _ in range(1200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if server.poll() is not None:
                sys.exit(f"A server ended at once ({server.returncode}).")
            time.sleep(0.1)
        else:
            sys.exit("A server didn't start within two minutes.")
        yield
    finally:
        server.terminate()
        server.wait(30)


def fetch(port: int, path: str) -> tuple[Mapping[str, str], bytes]:
    """Return headers and content. End the program if the status isn't 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        sys.exit(f"{path} at port {port} answered {response.status}: {content[:2000]!r}")
    connection.close()
    return response.headers, content


def rate(port: int, path: str, seconds: float, headers: Mapping[str, str] | None = None) -> float:
    """Return the requests a second. End the program if a status isn't 2xx or 3xx."""
    options = [f"-H{name}: {value}" for name, value in (headers or {}).items()]
    printed = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", *options, f"http://127.0.0.1:{port}{path}"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = re.search(r"Requests/sec:\s+([0-9.]+)", printed)
    if found is None or "Non-2xx" in printed or "Socket errors" in printed:
        sys.exit(f"{path} at port {port}:\n{printed}")
    return float(found.group(1))


@contextmanager
def nginx(site: int, desk: int) -> Iterator[int]:
    """Serve with deploy/nginx.conf, without TLS, and yield the port."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="factcheck-nginx-"))
    config = (HERE.parent / "deploy/nginx.conf").read_text(encoding="utf-8")
    before, ours = config.split("\nserver {\n    listen 443 ssl;", 1)
    limits = re.split(r"\n# If the kernel doesn't support IPv6|\nserver {", before)[0]
    ours = re.sub(r"\n +(listen|ssl_|access_log|error_log).*", "", ours)
    ours = ours.replace("127.0.0.1:8000", f"127.0.0.1:{site}").replace("127.0.0.1:8002", f"127.0.0.1:{desk}")
    ours = ours.replace("127.0.0.1:8003", f"127.0.0.1:{desk}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ worker_connections 512; }}\n"
        f"http {{ access_log off; {paths}\n{limits}\nserver {{\n    listen 127.0.0.1:{port};"
        f"{ours.replace('$scheme', 'https')}\n}}\n",
        encoding="utf-8",
    )
    command = [program, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with listening(port, subprocess.Popen(command)):
        yield port
    shutil.rmtree(folder)
