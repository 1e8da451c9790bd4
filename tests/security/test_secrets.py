"""Each service gets the secrets that it needs and no others, is locked in, and starts with its own files alone."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils.crypto import salted_hmac
from pyrage.x25519 import Identity

from factcheck.editorial.encryption import decrypt, encrypt
from factcheck.editorial.people.account_mail import password_url
from factcheck.record.log.notes import SigningKey
from factcheck.webhooks import signing
from tests.security.services import DEPLOY, ROOT, SERVICES, UNITS, environment, example, files, unit, values
from tests.support.drafts import Newsroom
from tests.support.postgresql import free_port

# The secrets that each service may have. A leak of one service's memory or environment reveals these, and nothing else.
SECRETS = {
    "factcheck-site": {"SECRET_KEY", "PUBLIC_DATABASE_URL"},
    "factcheck-mcp": {"SECRET_KEY", "PUBLIC_DATABASE_URL"},
    "factcheck-desk": {"SECRET_KEY", "DATABASE_URL", "PUBLIC_DATABASE_URL"},
    "factcheck-worker": {"SECRET_KEY", "DATABASE_URL", "PUBLIC_DATABASE_URL"},
    "factcheck-intake": {"SECRET_KEY", "DATABASE_URL", "PUBLIC_DATABASE_URL"},
    "factcheck-signer": {"LOG_SIGNING_KEY"},
    "factcheck-clean-room": set(),
}
ALL_SECRETS = {"SECRET_KEY", "DATABASE_URL", "PUBLIC_DATABASE_URL", "OWNER_DATABASE_URL", "LOG_SIGNING_KEY"}
KEY = SigningKey("factcheck.example.org/api/v1/log", bytes(range(32)))


def test_every_service_has_its_own_secrets_and_no_others() -> None:
    assert {service: environment(service).keys() & ALL_SECRETS for service in SERVICES} == SECRETS


def test_owner_of_the_tables_is_in_no_service_that_runs_all_day() -> None:
    """The backup has an account of its own, which no other process can look into."""
    assert "OWNER_DATABASE_URL" in example("migrate")
    assert [service for service in UNITS if "migrate" in files(service)] == ["factcheck-backup"]
    assert values("factcheck-backup", "Type") == ["oneshot"]
    assert not example("common").keys() & ALL_SECRETS


def test_services_that_read_do_not_share_a_key_with_those_that_write() -> None:
    """Sessions and webhooks are signed with the desk's key."""
    assert {service: files(service) for service in SERVICES if files(service)} == {
        "factcheck-desk": ["common", "desk"],
        "factcheck-worker": ["common", "desk", "worker"],
        "factcheck-site": ["common", "site"],
        "factcheck-mcp": ["common", "mcp"],
        "factcheck-intake": ["common", "intake"],
    }
    assert "MESSAGES_KEY" not in environment("factcheck-intake")
    assert "MESSAGES_RECIPIENT" in environment("factcheck-intake")
    # The last file's value counts, so the worker never has the desk's keys.
    assert example("worker") == {"SECRET_KEY": "", "WEBHOOKS_KEY": "", "MESSAGES_KEY": ""}


def test_worker_can_sign_webhooks_and_nothing_of_the_desks(newsroom: Newsroom, settings: Any) -> None:
    """With its own key and WEBHOOKS_KEY. Before, the worker had the desk's key, and made links to choose a password."""
    desk, person, subscription = settings.SECRET_KEY, newsroom.editor, uuid4()
    secret, second_factor = signing.secret(subscription, 1), encrypt("a second factor", "sign_in.app")
    assert secret == salted_hmac("factcheck.webhooks", f"{subscription.hex}:1", algorithm="sha256").digest()
    settings.SECRET_KEY = "the worker's own key, which is long enough for Django to accept"
    settings.WEBHOOKS_KEY = hashlib.sha256(f"factcheck.webhooks{desk}".encode()).hexdigest()
    assert signing.secret(subscription, 1) == secret
    assert decrypt(second_factor, "sign_in.app") is None
    link = urlsplit(password_url(person)).path
    settings.SECRET_KEY = desk
    assert "new_password1" not in Client().get(link, follow=True).content.decode()
    assert "new_password1" in Client().get(urlsplit(password_url(person)).path, follow=True).content.decode()


def test_every_service_has_an_account_of_its_own() -> None:
    """Processes of one account can read each other's environment."""
    assert [values(service, "User") for service in UNITS] == [[service] for service in UNITS]
    members = [service for service in SERVICES if "factcheck-log" in " ".join(values(service, "SupplementaryGroups"))]
    assert members == ["factcheck-desk", "factcheck-worker"]
    assert values("factcheck-signer", "Group") == ["factcheck-log"]


def test_signer_has_no_network_and_its_key_from_systemd() -> None:
    assert values("factcheck-signer", "PrivateNetwork") == ["yes"]
    assert values("factcheck-signer", "RestrictAddressFamilies") == ["AF_UNIX"]
    assert values("factcheck-signer", "LoadCredential") == ["log-key:/etc/factcheck/log-key"]


def test_clean_room_has_no_network_no_files_and_no_account_of_another() -> None:
    for name in ("PrivateNetwork", "PrivateUsers", "PrivateTmp", "NoNewPrivileges"):
        assert values("factcheck-clean-room", name) == ["yes"]
    assert values("factcheck-clean-room", "RestrictAddressFamilies") == ["AF_UNIX"]
    assert values("factcheck-clean-room", "ProtectProc") == ["invisible"]
    assert values("factcheck-clean-room", "SupplementaryGroups") == []
    assert files("factcheck-clean-room") == []
    hidden = set(values("factcheck-clean-room", "InaccessiblePaths")[0].split())
    assert hidden >= {"-/etc/factcheck", "-/opt/factcheck/var", "-/run/postgresql", "-/run/factcheck-signer"}
    members = [
        service for service in SERVICES if "factcheck-clean-room" in " ".join(values(service, "SupplementaryGroups"))
    ]
    assert members == ["factcheck-desk", "factcheck-site", "factcheck-worker"]


def test_services_are_started_again_and_none_takes_others_along() -> None:
    for service in SERVICES:
        assert values(service, "Restart") == ["always"]
        assert values(service, "StartLimitIntervalSec") == ["0"]
        assert values(service, "MemoryMax")
        assert values(service, "TasksMax")
        assert re.findall("^(Requires|BindsTo|PartOf|Requisite)=", unit(service), re.MULTILINE) == []


def test_one_killed_web_worker_does_not_end_the_server() -> None:
    for service in ("factcheck-site", "factcheck-desk"):
        assert "--respawn-failed-workers" in values(service, "ExecStart")[0]


def test_web_workers_count_in_a_folder_that_is_empty_at_each_start() -> None:
    for service in ("factcheck-site", "factcheck-desk"):
        words = " ".join(values(service, "Environment")).split()
        assert f"PROMETHEUS_MULTIPROC_DIR=%t/{service}" in words
        assert f"REQUEST_COUNTS=%t/{service}/request-counts" in words
        assert values(service, "RuntimeDirectory") == [service]


@pytest.mark.prove
def test_services_are_locked_in() -> None:
    """The best exposure is 0, and 10 the worst. Before, the services had 8.3."""
    for file in DEPLOY.glob("*/*.service"):  # with the witness, which runs on another machine
        checked = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=30", file],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout + checked.stderr


class Started:
    """Processes as the units start them, with the roles of the test's database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def environment(self, *names: str) -> dict[str, str]:
        """The example files with real values."""
        found = {name: value for file in names for name, value in example(file).items()}
        roles = {"DATABASE_URL": "default", "PUBLIC_DATABASE_URL": "public", "OWNER_DATABASE_URL": "owner"}
        for variable in roles.keys() & found.keys():
            alias = connections.settings[roles[variable]]
            login = f"{alias['USER']}:{alias['PASSWORD']}"
            found[variable] = f"postgresql://{login}@/{alias['NAME']}?host={alias['HOST']}"
        if "SECRET_KEY" in found:
            assert found["SECRET_KEY"] == ""
            found["SECRET_KEY"] = "".join(map(chr, range(40, 91)))
        if "LOG_VERIFIER_KEY" in found:
            found["LOG_VERIFIER_KEY"] = str(KEY.verifier())
            found["MESSAGES_RECIPIENT"] = str(Identity.generate().to_public())
        if "LOG_SIGNER" in found:
            found["LOG_SIGNER"] = str(self.folder / "socket")
        return found | {"PATH": os.environ["PATH"], "FACTCHECK_VAR": str(self.folder), "EMBEDDINGS_URL": "off"}

    def manage(self, *arguments: str, files: tuple[str, ...]) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment(*files), capture_output=True,
            text=True, timeout=60,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def service(self, name: str, port: int = 0) -> subprocess.Popen[bytes]:
        words = re.sub(r"--port \d+", f"--port {port}", values(name, "ExecStart")[0]).split()
        program = Path(sys.executable).with_name(Path(words[0]).name)
        process = subprocess.Popen(
            [program if program.exists() else sys.executable, *words[1:]], cwd=ROOT,
            env=self.environment(*files(name)) | self.own(name), start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def own(self, name: str) -> dict[str, str]:
        """The variables in the unit itself."""
        if name != "factcheck-signer":
            words = " ".join(values(name, "Environment")).replace("%t", str(self.folder)).split()
            for folder in values(name, "RuntimeDirectory"):
                (self.folder / folder).mkdir(exist_ok=True)
            return dict(word.split("=", 1) for word in words)
        return {
            "LOG_SIGNING_KEY": str(self.folder / "log-key"),
            "LOG_SIGNER": str(self.folder / "socket"),
            "LOG_SIGNER_STATE": str(self.folder),
        }

    def stop(self) -> None:
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture
def started(database: str) -> Iterator[Started]:
    with TemporaryDirectory(prefix="factcheck-", dir="/tmp") as folder:  # a short path, for the socket
        (Path(folder) / "log-key").write_text(str(KEY))
        started = Started(Path(folder))
        yield started
        started.stop()


def request(port: int, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    """As the proxy sends it. Waits for a server that starts."""
    sent = {"Host": "factcheck.example.org", "X-Forwarded-Proto": "https", **headers}
    deadline = time.monotonic() + 40
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("POST" if body else "GET", path, body, sent)
            response = connection.getresponse()
            return response.status, response.read()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        finally:
            connection.close()


def test_readers_are_served_with_the_reading_role_alone(started: Started) -> None:
    port = free_port()
    started.service("factcheck-site", port)
    for path in ("/en/", "/api/v1/reviews/", "/api/v1/", "/en/docs/"):
        assert request(port, path)[0] == 200, path
    assert request(port, "/api/v1/log/key") == (200, f"{KEY.verifier()}\n".encode())


@pytest.mark.prove
def test_assistants_are_served_with_the_reading_role_alone(started: Started) -> None:
    port = free_port()
    started.service("factcheck-mcp", port)
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search_reviews", "arguments": {}}}
    status, body = request(
        port, "/mcp", json.dumps(call).encode(), Accept="application/json, text/event-stream",
        **{"Content-Type": "application/json"},
    )  # fmt: skip
    assert status == 200, body
    assert json.loads(body)["result"]["structuredContent"]["results"] == []


@pytest.mark.prove
def test_process_that_reads_cannot_write(started: Started) -> None:
    code = "from factcheck.editorial.models import User; User.objects.count()"
    for files_of_it in (("common", "site"), ("common", "mcp")):
        ended, said = started.manage("shell", "--no-imports", "-c", code, files=files_of_it)
        assert ended != 0
        assert "This process can't use the database role of DATABASE_URL, because DATABASE_URL isn't set." in said


@pytest.mark.prove
def test_tables_are_migrated_with_the_owners_file_alone(started: Started) -> None:
    ended, said = started.manage("migrate", "--database", "owner", files=("common", "desk"))
    assert (ended, said) == (
        1,
        "This process can't use the database role of OWNER_DATABASE_URL, because OWNER_DATABASE_URL isn't set."
        " Run the command or send the request in a process that has this variable.\n",
    )
    ended, said = started.manage("migrate", "--database", "owner", files=("common", "desk", "migrate"))
    assert (ended, "No migrations to apply" in said) == (0, True), said


@pytest.mark.prove
def test_desk_worker_and_signer_start_with_their_files(started: Started) -> None:
    begun = subprocess.run(
        [sys.executable, "-m", "factcheck.record.log.signer_process", "--begin"], cwd=ROOT, timeout=60,
        env=started.own("factcheck-signer") | {"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert begun.returncode == 0
    port = free_port()
    services = [started.service(name, port) for name in ("factcheck-signer", "factcheck-desk", "factcheck-worker")]
    assert request(port, "/admin/login/")[0] == 200
    assert started.manage("sign_log", files=("common", "desk")) == (0, "0 entries are signed.\n")
    time.sleep(2)
    assert [each.poll() for each in services] == [None, None, None]
