"""A database that an earlier commit made is migrated, and everything in it is still there and verifies.

Each folder in `stored/` holds a database as SQL, and what its site answered. Its name is the day of the commit, and
a letter if the day has several. A change of the models is a new migration, so these files never change.
`RECORD_STORED=2026-12-24` adds a folder.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from factcheck.database import client_programs, roles
from factcheck.editorial.models import Review
from factcheck.record.log import tree
from factcheck.record.log.notes import SigningKey
from factcheck.record.models import LogEntry, PublishedClaim
from tests.support.databases import fresh_database, point_to, superuser
from tests.support.drafts import make_newsroom
from verifier import verifier

FOLDER = Path(__file__).with_name("stored")
SITE = "https://factcheck.example"
SCHEMA = """
    SELECT table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
        FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT proname, pg_get_function_arguments(oid), prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@pytest.fixture(autouse=True)
def same_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings, "SITE_URL", SITE)
    monkeypatch.setattr(settings, "LOG_SIGNING_KEY", str(SigningKey("factcheck.example/api/v1/log", bytes(range(32)))))
    tree.signing_key.cache_clear()
    yield
    tree.signing_key.cache_clear()


def answers() -> dict[str, str]:
    """Files whose formats never change: the checkpoint and the proof of each revision, also of what was erased."""
    paths = ["/api/v1/log/checkpoint"]
    for entry in LogEntry.objects.order_by("sequence"):
        kind = entry.kind.partition(".")[0]
        paths.append(f"/{kind}s/{entry.subject}/revisions/{entry.number}/proof.json")
    return {path: b"".join(Client().get(path)).decode() for path in paths}


if "RECORD_STORED" in os.environ:

    def test_record(database: str) -> None:
        folder = FOLDER / os.environ["RECORD_STORED"]
        newsroom = make_newsroom()
        corrected, *_ = newsroom.publish_three()
        newsroom.publish_demand(newsroom.make_demand(corrected))
        newsroom.merge_claims(newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì."))
        newsroom.make_review(headline="Bản nháp")
        folder.mkdir()
        found = {"review": str(corrected.pk), "answers": answers()}
        (folder / "answers.json").write_text(json.dumps(found, ensure_ascii=False, indent=1))
        account = connections["owner"].settings_dict
        program = client_programs.find_program("pg_dump", connections["owner"].pg_version // 10000)
        arguments = ["--inserts", "--rows-per-insert=100"]
        with client_programs.running(program, arguments, account, stdout=subprocess.PIPE) as process:
            written = process.stdout.read().decode()
        (folder / "database.dump").write_text(re.sub(r"^\\(?:un)?restrict .*\n", "", written, flags=re.MULTILINE))


@pytest.fixture(params=sorted(folder.name for folder in FOLDER.iterdir()))
def stored(request: pytest.FixtureRequest, template: str, django_db_blocker) -> Iterator[Path]:
    """The stored database, to which every alias points."""
    logins, name = settings.DATABASE_SERVER.logins(), f"stored_database_{os.getpid()}"
    superuser().execute(f"CREATE DATABASE {name} OWNER {logins.owner.name}")
    for line in roles.connect_rights(name, logins):
        superuser().execute(line)
    with django_db_blocker.unblock():
        before = point_to(name)
        try:
            with settings.DATABASE_SERVER.superuser(name) as connection:
                connection.execute((FOLDER / request.param / "database.dump").read_text())
            yield FOLDER / request.param
        finally:
            point_to(before)
            superuser().execute(f"DROP DATABASE {name} WITH (FORCE)")


def schema() -> set[tuple[str, str, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(SCHEMA)
        # PostgreSQL puts brackets and casts elsewhere when it reads its own definitions.
        return {(table, name, re.sub(r"[()\s]|::[a-z ]+(\[\])?", "", said)) for table, name, said in cursor.fetchall()}


def test_stored_database_is_migrated_and_verifies(stored: Path, template: str, tmp_path: Path) -> None:
    call_command("migrate", database="owner", verbosity=0)
    migrated = schema()
    with fresh_database(template):
        assert migrated == schema()
    call_command("verify_record", stdout=StringIO())
    kept = json.loads((stored / "answers.json").read_text())
    assert answers() == kept["answers"]
    assert PublishedClaim.objects.live().exclude(origins=["own"]).count() == 0
    (review,) = Client().get("/api/v1/reviews/", {"ids": kept["review"]}).json()["results"]
    assert [each["kind"] for each in review["corrections"]] == ["correction"]
    for path, answer in kept["answers"].items():
        if path.endswith("proof.json"):
            (tmp_path / "proof.json").write_text(answer)
            assert verifier.check_proof(tmp_path / "proof.json", None, [])[0] == 3
    # The site goes on.
    size = LogEntry.objects.count()
    newsroom = make_newsroom()  # the one that is there
    newsroom.publish_review(Review.objects.get(headline="Bản nháp"))
    newsroom.correct_review(Review.objects.get(pk=kept["review"]), summary="Lần nữa.")
    newsroom.publish_new()
    assert LogEntry.objects.count() == size + 3
    call_command("rebuild_record", stdout=StringIO())
    call_command("verify_record", stdout=StringIO())
