"""PostgreSQL's archive of the write-ahead log, as docs/how-to/back-up-and-restore.md sets it up."""

import subprocess
import sys
from pathlib import Path

import pytest

from factcheck.database.data_directory import make_folder
from tests.support.postgresql import Server, create, environment, servers, wait

ROOT = Path(__file__).resolve().parents[2]
PUBLISH = "from tests.support.drafts import make_newsroom\nprint(make_newsroom({site!r}).publish_new().pk)"


def manage(environ: dict[str, str], *arguments: str, status: int = 0) -> str:
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == status, result.stderr
    return result.stdout + result.stderr


def begin_signing(environ: dict[str, str], folder: Path, request: pytest.FixtureRequest) -> None:
    """Start the process that signs, with the key of the site."""
    key = folder / "log-key"
    manage({**environ, "LOG_SIGNER": ""}, "make_log_key", str(key))
    command = [sys.executable, "-m", "factcheck.record.log.signer_process"]
    environ = {**environ, "LOG_SIGNING_KEY": str(key)}
    subprocess.run([*command, "--begin"], cwd=ROOT, env=environ, check=True, capture_output=True)
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    request.addfinalizer(process.wait)
    request.addfinalizer(process.kill)
    wait((folder / "socket").exists)


def publish(environ: dict[str, str], site: str) -> str:
    return manage(environ, "shell", "--no-imports", "-c", PUBLISH.format(site=site)).strip()


@pytest.mark.prove
def test_recovery_to_a_moment_between_two_publications(tmp_path: Path, request: pytest.FixtureRequest):
    with servers(2) as (server, recovered):
        archive = server.folder / "archive"
        make_folder(archive, 0o700)
        create(server, "archive_mode=on", f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f")
        signer = {"LOG_SIGNER": str(tmp_path / "socket"), "LOG_SIGNER_STATE": str(tmp_path)}
        environ = environment(tmp_path, server, **signer)
        manage(environ, "migrate", "--database", "owner", "--verbosity", "0")
        begin_signing(environ, tmp_path, request)
        recovered.copy_from(server)
        first = publish(environ, "first.example")
        moment = server.value("SELECT clock_timestamp()::text")
        second = publish(environ, "second.example")
        kept = tmp_path / "checkpoint"  # in the signer's folder
        last = server.value("SELECT pg_walfile_name(pg_switch_wal())")
        wait(lambda: (archive / last).exists())
        server.kill()

        _recover(recovered, archive, moment)
        environ = environment(tmp_path, recovered, **signer)
        subjects = [str(row[0]) for row in recovered.execute("SELECT subject FROM record_logentry", "facts")]
        assert (first in subjects, second in subjects) == (True, False)
        assert "1 entries and 1 reviews are correct." in manage(environ, "verify_record", "--verbosity", "0")
        assert f"1 entries are missing: the checkpoint in {kept} has 2 entries, but the log has 1." in manage(
            environ, "verify_record", "--verbosity", "0", "--checkpoint", str(kept), status=1
        )
        refused = manage(environ, "shell", "--no-imports", "-c", PUBLISH.format(site="third.example"), status=1)
        assert "the log's signer has signed 2 entries that aren't in this database of 1 entries" in refused


def _recover(server: Server, archive: Path, moment: str) -> None:
    server.write("recovery.signal")
    server.start(
        f"restore_command=cp {archive}/%f %p", f"recovery_target_time={moment}", "recovery_target_action=promote"
    )
    wait(lambda: not server.value("SELECT pg_is_in_recovery()"))
