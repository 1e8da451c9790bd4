"""A new Debian 13 in memory, in namespaces of its own. When they end, nothing is left.

Two programs that need the world outside are replaced: `systemctl` by systemctl.py beside this file, and `certbot` by a
certificate of our own. Only what is installed reaches the network.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Debian is installed into this folder, which is a file system in memory, and then becomes the root.
PLACE = "/mnt"
# The machine's first process reaps others, as systemd does. The machine ends after this time, whatever happens.
INIT = "sleep 3600 & wait $!"
CERTBOT = """#!/bin/sh
# A certificate of our own, where Let's Encrypt's would be. The folder that certbot would use must be served.
host=$(echo "$*" | grep --only-matching --perl-regexp '(?<=--domain )\\S+')
curl --fail --silent "http://$host/" > /dev/null || exit 1
mkdir -p "/etc/letsencrypt/live/$host"
cd "/etc/letsencrypt/live/$host"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \\
  -keyout privkey.pem -out fullchain.pem
# As a public certificate, it is trusted by every program of the machine.
cat fullchain.pem >> /etc/ssl/certs/ca-certificates.crt
"""
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


# The tests themselves run as an ordinary account (tests/support/ordinary_account.py).
AS_ROOT = ["setpriv", "--reuid=0", "--regid=0", "--clear-groups"]
AS_ROOT += ["setpriv", "--securebits=-no_setuid_fixup", "--inh-caps=-all", "--ambient-caps=-all"]


class Machine:
    def __init__(self, holder: int) -> None:
        self.holder = holder

    def enter(self, *command: str, text: str = "", network: bool = False, seconds: int = 120) -> str:
        namespaces = ["--mount", "--pid", *([] if network else ["--net", "--uts"])]
        done = subprocess.run(
            [*AS_ROOT, "nsenter", f"--target={self.holder}", *namespaces, *command],
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=ENVIRONMENT,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{text or command}\n{done.stdout[-6000:]}"
        return done.stdout

    def run(self, script: str, *, network: bool = False, seconds: int = 120) -> str:
        """The output of a script that runs as root on the machine. When it fails, the output ends with the command."""
        self.write("/root/script", f"trap 'echo \"FAILED: $BASH_COMMAND\"' ERR\n{script}")
        return self.enter("bash", "-Eeu", "/root/script", network=network, seconds=seconds)

    def write(self, path: str, content: str, mode: str = "0600") -> None:
        self.enter("sh", "-c", f"cat > {path} && chmod {mode} {path}", text=content)


@contextmanager
def new_machine(*hosts: str) -> Iterator[Machine]:
    """A machine with the project's files in /srv/code, and with names for itself."""
    holder = subprocess.Popen(
        [*AS_ROOT, "unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child", "bash", "-c", INIT]
    )
    try:
        deadline = time.monotonic() + 30
        while not (children := Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        (child,) = children
        machine = Machine(int(child))
        _install(machine)
        machine.write("/etc/hosts", f"127.0.0.1 localhost {' '.join(hosts)}\n", "0644")
        yield machine
    finally:
        holder.kill()
        holder.wait()


def _install(machine: Machine) -> None:
    machine.enter("sh", "-c", f"mount -t tmpfs -o size=8g,mode=755 tmpfs {PLACE} && ip link set lo up")
    machine.enter(
        *("mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates", "--skip=check/empty"),
        *("trixie", PLACE, "http://deb.debian.org/debian"),
        network=True,
        seconds=240,
    )
    files = {file: Path(file).read_text() for file in ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt")}
    for file, content in files.items():
        machine.write(f"{PLACE}{file}", content, "0644")
    # The base of the containers' images.
    machine.enter(
        "sh", "-c", f"tar --create --directory {PLACE} . > /dev/shm/base.tar && mv /dev/shm/base.tar {PLACE}/srv"
    )
    for folder in ("proc", "sys", "dev"):
        machine.enter("mount", "--rbind", f"/{folder}", f"{PLACE}/{folder}")
    machine.enter("mount", "-t", "proc", "proc", f"{PLACE}/proc")
    # Containers need a root of their own, and not a changed root.
    machine.enter(
        "sh", "-c", f"cd {PLACE} && mkdir old && pivot_root . old && cd / && umount --lazy /old && rmdir /old"
    )
    # podman wants the first or the second version of cgroups, and not both.
    machine.run("if mountpoint --quiet /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi")
    # Debian's packages start their services through systemd.
    machine.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", "0755")
    machine.write("/usr/local/bin/systemctl", (ROOT / "tests/operations/systemctl.py").read_text(), "0755")
    machine.write("/usr/local/bin/certbot", CERTBOT, "0755")
    _copy_code(machine)


def _copy_code(machine: Machine) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    existing = sorted({file for file in files if file and (ROOT / file).exists()})
    packed = ["tar", "--create", "--file=-", *existing]
    archive = subprocess.run(packed, cwd=ROOT, capture_output=True, check=True).stdout
    unpack = ["tar", "--extract", "--one-top-level=/srv/code"]
    subprocess.run([*AS_ROOT, "nsenter", f"--target={machine.holder}", "--mount", *unpack], input=archive, check=True)
