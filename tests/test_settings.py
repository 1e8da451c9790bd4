"""Settings come from the environment; what is wrong with it is one sentence without a traceback."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pyrage
import pytest
from django.conf import global_settings
from django.core.exceptions import ImproperlyConfigured

from factcheck.record.log.notes import SigningKey

ROOT = Path(__file__).parent.parent
KEY = pyrage.x25519.Identity.generate()
PRODUCTION = {
    "SITE_URL": "https://factcheck.example.org",
    "ALLOWED_HOSTS": "factcheck.example.org",
    "SECRET_KEY": "A2Vw8kq5Zt1Yx7Rb4Nc9Mf6Jd3Hg0Ls-pQeTuOiPaSdFgHjKlZxCvBnM",
    "MESSAGES_KEY": "/etc/factcheck/messages-key",
    "DATABASE_URL": "postgresql://app:secret@127.0.0.1:1/factcheck",
    "PUBLIC_DATABASE_URL": "postgresql://reader:secret@127.0.0.1:1/factcheck",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def read_settings(**variables: str) -> dict[str, Any]:
    """The settings that a process with these variables has."""
    with mock.patch.dict(os.environ, variables):
        return runpy.run_path(str(ROOT / "factcheck/settings.py"))


@pytest.fixture
def filled_in(tmp_path: Path) -> dict[str, str]:
    """The variables of the examples, filled in as the installation guide says."""
    for name in ("messages-key", "dumps", "var", "backups"):
        (tmp_path / name).mkdir() if name != "messages-key" else (tmp_path / name).write_text(f"{KEY}\n")
    examples = "\n".join((ROOT / f"deploy/env/{part}.env.example").read_text() for part in ("common", "desk"))
    lines = [line for line in examples.splitlines() if line and not line.startswith("#")]
    given = dict(line.replace("factcheck.example.org", "facts.newsroom.test").split("=", 1) for line in lines)
    return given | {
        "SECRET_KEY": PRODUCTION["SECRET_KEY"],
        "EMAIL_URL": "smtps://desk:secret@mail.newsroom.test",
        "LOG_VERIFIER_KEY": str(SigningKey.generate("facts.newsroom.test/api/v1/log").verifier()),
        "MESSAGES_RECIPIENT": str(KEY.to_public()),
        "MESSAGES_KEY": str(tmp_path / "messages-key"),
        "DUMPS_FOLDER": str(tmp_path / "dumps"),
        "FACTCHECK_VAR": str(tmp_path / "var"),
        "BACKUP_FOLDER": str(tmp_path / "backups"),
        "BACKUP_RECIPIENT": str(pyrage.x25519.Identity.generate().to_public()),
        "OPERATOR_NAME": "Hội Bút Sông Hương",
        "OPERATOR_ADDRESS": "1 Lê Lợi, Huế",
        "OPERATOR_CONTACT": "mailto:office@newsroom.test",
    }


def test_examples_pass_the_check_when_they_are_filled_in(filled_in: dict[str, str]):
    result = manage("check", "--deploy", "--fail-level", "WARNING", **filled_in)
    assert (result.returncode, result.stderr) == (0, "")


def test_settings_that_cannot_work_are_refused(filled_in: dict[str, str]):
    """Each with its own sentence, all at once."""
    wrong = {
        "SITE_URL": "https://factcheck.example.org",
        "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
        "EMAIL_FROM": "factcheck@example.org",
        "LOG_VERIFIER_KEY": "abc",
        "LOG_WITNESSES": "abc",
        "MESSAGES_KEY": "/nowhere/key",
        "DUMPS_FOLDER": "/nowhere/dumps",
        "FACTCHECK_VAR": "/nowhere/var",
        "BACKUP_FOLDER": "/nowhere/backups",
        "BACKUP_RECIPIENT": "age1nonsense",
        "OPERATOR_CONTACT": "mailto:office@example.org",
    }
    result = manage("check", "--deploy", **filled_in | wrong)
    assert result.returncode == 1
    named = re.findall(r"^\?: .*?\b([A-Z]+_[A-Z_]+)\b", result.stderr, re.MULTILINE)
    assert sorted(named) == sorted({"ALLOWED_HOSTS", *wrong})


def test_allowed_hosts_can_contain_a_whole_domain(filled_in: dict[str, str]):
    result = manage("check", "--deploy", **filled_in | {"ALLOWED_HOSTS": ".newsroom.test"})
    assert (result.returncode, result.stderr) == (0, "")


def test_backups_and_the_operator_are_missed(filled_in: dict[str, str]):
    """Nothing refuses to start without them."""
    missing = ["BACKUP_RECIPIENT", "OPERATOR_NAME", "OPERATOR_ADDRESS", "OPERATOR_CONTACT"]
    result = manage("check", "--deploy", **filled_in | dict.fromkeys(missing, ""))
    assert (result.returncode, result.stderr.count("WARNINGS")) == (0, 1)
    assert [name for name in missing if name not in result.stderr] == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"SECRET_KEY": ""},
            "SECRET_KEY isn't set. Set it to 50 or more random characters, for example from: openssl rand -base64 48",
        ),
        (
            {"SECRET_KEY": "short", "SITE_URL": ""},
            "SECRET_KEY is too short. Set 50 or more random characters, for example from: openssl rand -base64 48",
        ),
        (
            {"MESSAGES_KEY": ""},
            "MESSAGES_RECIPIENT isn't set. Set it to the public key that encrypts readers' messages. age-keygen prints one.",
        ),
        (
            {"EMAIL_URL": "smtp://mail.example.org"},
            "EMAIL_URL isn't valid. Set the URL of a mail server, for example"
            " smtp+tls://user:password@mail.example.org:587. Use smtp:// only for a server on this machine.",
        ),
        (
            {"SECURITY_CONTACT": "security@factcheck.example.org"},
            "SECURITY_CONTACT is 'security@factcheck.example.org'. Set a URL with its scheme, for example"
            " mailto:security@factcheck.example.org.",
        ),
        (
            {"OPERATOR_CONTACT": "1 Lê Lợi"},
            "OPERATOR_CONTACT is '1 Lê Lợi'. Set a URL with its scheme, for example"
            " mailto:office@factcheck.example.org.",
        ),
        (
            {"EMAIL_FROM": "nonsense"},
            "EMAIL_FROM is 'nonsense'. Set an e-mail address, for example factcheck@example.org.",
        ),
        (
            {"ALLOWED_HOSTS": " "},
            "ALLOWED_HOSTS isn't set. Set it to the site's hosts, for example factcheck.example.org.",
        ),
        (
            {"SITE_URL": "http://factcheck.example.org"},
            "SITE_URL is 'http://factcheck.example.org'. A public site requires https, "
            "for example https://factcheck.example.org.",
        ),
        (
            {"SITE_URL": "factcheck.example.org"},
            "SITE_URL is 'factcheck.example.org'. Set only the scheme and the host, for example https://factcheck.example.org.",
        ),
        (
            {"SITE_URL": "https://factcheck.example.org:abc"},
            "SITE_URL is 'https://factcheck.example.org:abc'. Set only the scheme and the host, "
            "for example https://factcheck.example.org.",
        ),
        (
            {"SITE_URL": "https://["},
            "SITE_URL is 'https://['. Set only the scheme and the host, for example https://factcheck.example.org.",
        ),
        (
            {"TIMESTAMP_URL": "https://["},
            "TIMESTAMP_URL is 'https://['. Set a URL, for example https://timestamp.example.org/.",
        ),
        ({"DUMPS_KEEP": "0"}, "DUMPS_KEEP is '0'. Set a number of 1 or more, for example 3."),
        (
            {"ACCEL_REDIRECT": "files"},
            "ACCEL_REDIRECT is 'files'. Set a path that begins and ends with a slash, for example /published-files/.",
        ),
        ({"CHANGES_WAITERS": "-1"}, "CHANGES_WAITERS is '-1'. Set a number of 0 or more, for example 4."),
        (
            {"READER_MESSAGES_DAYS": "3651"},
            "READER_MESSAGES_DAYS is '3651'. Set a number from 1 to 3650, for example 90.",
        ),
        ({"PORT": "eighty"}, "PORT is 'eighty'. Set a number from 1 to 65535, for example 8000."),
        ({"DEBUG": "1"}, "DEBUG is set for a public site. Unset it, because its error pages show settings and data."),
        (
            {"TIMESTAMP_URL": "timestamp.example.org"},
            "TIMESTAMP_URL is 'timestamp.example.org'. Set a URL, for example https://timestamp.example.org/.",
        ),
        ({"LANGUAGE_CODE": "fr"}, "LANGUAGE_CODE is 'fr'. Set it to en or vi."),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'. Set it to json or line."),
        (
            {"METRICS_TOKEN": "short"},
            "METRICS_TOKEN is too short. Set 20 or more random characters, for example from: openssl rand -hex 20",
        ),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'. Set it to on or off."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud'. Set it to DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    ],
)
def test_wrong_variable_is_one_sentence(changed: dict[str, str], sentence: str):
    with pytest.raises(ImproperlyConfigured) as refused:
        read_settings(**{**PRODUCTION, **changed})
    assert str(refused.value) == sentence


def test_command_prints_the_sentence_alone():
    result = manage("check", **PRODUCTION | {"DEBUG": "maybe"})
    assert (result.returncode, result.stderr) == (1, "DEBUG is 'maybe'. Set it to on or off.\n")


def test_secret_key_is_made_once_and_private():
    folder = Path(os.environ["FACTCHECK_VAR"]) / f"settings {os.getpid()}"
    first, second = (read_settings(FACTCHECK_VAR=str(folder))["SECRET_KEY"] for _ in range(2))
    assert first == second
    assert len(first) == 64
    assert (folder / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("written", ["HTTPS://FactCheck.Example.org", "https://factcheck.example.org:443/"])
def test_site_url_has_one_spelling(written: str):
    assert read_settings(**PRODUCTION | {"SITE_URL": written})["SITE_URL"] == "https://factcheck.example.org"


@pytest.mark.parametrize(("content", "port"), [("8140\n", 8140), ("", 8000), ("nonsense", 8000)])
def test_commands_use_the_port_of_the_folder(tmp_path: Path, content: str, port: int):
    (tmp_path / "port").write_text(content)
    for variables, expected in (({}, port), ({"PORT": "8001"}, 8001)):
        found = read_settings(FACTCHECK_VAR=str(tmp_path), **variables)
        assert found["SITE_URL"] == f"http://127.0.0.1:{expected}"


def test_every_variable_is_documented():
    code = "".join(
        (ROOT / file).read_text()
        for file in ("factcheck/settings.py", "factcheck/database/source.py", "factcheck/record/log/signer_process.py")
    )
    read = set(
        re.findall(
            r'(?:choice|contact|email_address|environment|switch|number|rate|site_url|web_address)\(\s*"(\w+)"', code
        )
    ) | set(re.findall(r'environ\.get\("(\w+)"', code))
    read |= set(re.findall(r'"(\w*DATABASE_URL)"', code))
    documented = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/reference/settings.md").read_text(), re.MULTILINE))
    assert len(read) > 15
    assert read == documented


@pytest.mark.parametrize("limit", ["600", "600/10min", "600 per min", "0/min", "x/min"])
def test_limit_of_requests_that_cannot_be_read_is_said_at_the_start(limit: str) -> None:
    expected = (
        f"API_RATE_LIMIT is {limit!r}. Set a number, a slash and s, min or hour, for example 600/min, or set off."
    )
    with pytest.raises(ImproperlyConfigured) as refused:
        read_settings(API_RATE_LIMIT=limit)
    assert str(refused.value) == expected


def test_cookies_of_a_site_with_https_are_secure():
    found = vars(global_settings) | read_settings(**PRODUCTION)
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert (found[f"{name}_COOKIE_SECURE"], found[f"{name}_COOKIE_SAMESITE"]) == (True, "Lax")
    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    assert (found["SECURE_HSTS_SECONDS"], found["SECURE_HSTS_INCLUDE_SUBDOMAINS"]) == (31_536_000, True)
