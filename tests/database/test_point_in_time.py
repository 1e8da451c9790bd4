"""PostgreSQL's archive of the write-ahead log, as docs/how-to/back-up-and-restore.md sets it up."""

import subprocess
import sys
from pathlib import Path

import pytest

from factcheck.database.data_directory import make_folder
from tests.postgresql import Server, create, environment, servers, wait

ROOT = Path(__file__).resolve().parents[2]
PUBLISH = (
    "from tests.drafts import make_newsroom, make_review, publish_review\n"
    "newsroom = make_newsroom({site!r})\n"
    "print(publish_review(newsroom, make_review(newsroom)).subject)"
)
CHECKPOINT = "from factcheck.record.log import tree; print(tree.newest_checkpoint().note, end='')"


def manage(environ: dict[str, str], *arguments: str, status: int = 0) -> str:
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == status, result.stderr
    return result.stdout + result.stderr


def publish(environ: dict[str, str], site: str) -> str:
    return manage(environ, "shell", "--no-imports", "-c", PUBLISH.format(site=site)).strip()


@pytest.mark.prove
def test_recovery_to_a_moment_between_two_publications(tmp_path: Path):
    with servers(2) as (server, recovered):
        archive = server.folder / "archive"
        make_folder(archive, 0o700, server.account)
        create(server, "archive_mode=on", f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f")
        environ = environment(tmp_path, server)
        manage(environ, "migrate", "--database", "owner", "--verbosity", "0")
        recovered.copy_from(server)
        first = publish(environ, "first.example")
        moment = server.value("SELECT clock_timestamp()::text")
        second = publish(environ, "second.example")
        kept = tmp_path / "checkpoint"
        kept.write_text(manage(environ, "shell", "--no-imports", "-c", CHECKPOINT))
        last = server.value("SELECT pg_walfile_name(pg_switch_wal())")
        wait(lambda: (archive / last).exists())
        server.kill()

        _recover(recovered, archive, moment)
        environ = environment(tmp_path, recovered)
        subjects = [str(row[0]) for row in recovered.execute("SELECT subject FROM record_logentry", "facts")]
        assert (first in subjects, second in subjects) == (True, False)
        assert "1 entries and 1 reviews are correct." in manage(environ, "verify_record", "--verbosity", "0")
        assert f"1 entries are missing: the checkpoint in {kept} has 2 entries, but the log has 1." in manage(
            environ, "verify_record", "--verbosity", "0", "--checkpoint", str(kept), status=1
        )


def _recover(server: Server, archive: Path, moment: str) -> None:
    server.write("recovery.signal")
    server.start(
        f"restore_command=cp {archive}/%f %p", f"recovery_target_time={moment}", "recovery_target_action=promote"
    )
    wait(lambda: not server.value("SELECT pg_is_in_recovery()"))
