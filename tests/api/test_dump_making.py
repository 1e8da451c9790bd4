"""Bulk dumps are made whole or not at all, and an erasure takes them."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from api.dumps import making
from factcheck.editorial.models import Review
from factcheck.record.files import dump_files
from factcheck.record.log.notes import Checkpoint, open_note
from factcheck.record.models import PublishedReview
from tests.api.unpacking import lines_of, text_of
from tests.support.drafts import Newsroom


def test_dump_of_nothing(database, own_folder, api, capsys):
    call_command("make_dumps")
    assert api.get("dumps/")["results"] == []
    assert (
        capsys.readouterr().out
        == "Nothing has been published since the newest dump, so the dump is still up to date.\n"
    )


def test_the_last_ones_are_kept(newsroom: Newsroom, own_folder, api, monkeypatch):
    monkeypatch.setattr(settings, "DUMPS_KEEP", 2)
    for _ in range(3):
        newsroom.publish_new()
        call_command("make_dumps")
    assert [dump["sequence"] for dump in api.get("dumps/")["results"]] == [2, 1]
    assert sorted(path.name for path in own_folder.iterdir()) == ["1", "2", "lock"]


def test_erasure_takes_the_dumps_that_hold_the_review(newsroom: Newsroom, live: Review, own_folder, api):
    call_command("make_dumps")
    secret = newsroom.publish_new(newsroom.make_claim(text="Zwielicht."), headline="Zwielicht")
    call_command("make_dumps")
    (own_folder / "unfinished-9").mkdir()
    (own_folder / "unfinished-9" / "reviews.jsonl.zst").write_bytes(b"left by a killed run")
    newsroom.erase_review(secret)
    assert sorted(path.name for path in own_folder.iterdir()) == ["0", "lock"]
    call_command("make_dumps")
    assert [dump["sequence"] for dump in api.get("dumps/")["results"]] == [2, 0]
    assert len(lines_of(own_folder / "2" / "reviews.jsonl.zst")) == 1


def test_erasure_hides_a_dump_whose_files_cannot_be_removed(
    newsroom: Newsroom, live: Review, own_folder, api, monkeypatch
):
    call_command("make_dumps")
    monkeypatch.setattr(dump_files.shutil, "rmtree", lambda *args, **kwargs: None)
    monkeypatch.setattr(Path, "unlink", lambda *args, **kwargs: None)
    newsroom.erase_review(live)
    assert (own_folder / "0" / "reviews.parquet").exists()
    assert api.get("dumps/")["results"] == []
    api.problem("dumps/0/", status=404)
    api.problem("dumps/0/reviews.parquet", status=404)


def test_erasure_while_a_dump_is_made(newsroom: Newsroom, own_folder, api, monkeypatch):
    """The snapshot still has the review; the dump is thrown away and made again."""
    secret = newsroom.publish_new(headline="Zwielicht")
    rename, times = Path.rename, []

    def slow(unfinished, folder):
        times.append(folder.name)
        if len(times) == 1:
            # In another thread, as in life: on connections of its own.
            thread = threading.Thread(target=lambda: (newsroom.erase_review(secret), connections.close_all()))
            thread.start()
            thread.join()
        return rename(unfinished, folder)

    monkeypatch.setattr(Path, "rename", slow)
    call_command("make_dumps")
    assert times == ["0", "1"]
    assert [dump["sequence"] for dump in api.get("dumps/")["results"]] == [1]
    assert "Zwielicht" not in text_of(own_folder / "1" / "reviews.csv")


def test_what_is_published_meanwhile_waits_for_the_next_dump(newsroom: Newsroom, live: Review, own_folder, monkeypatch):
    later = newsroom.make_review()
    write = making.write_table

    def slow(table, *args):
        if table.name == "reviews":
            thread = threading.Thread(target=lambda: (newsroom.publish_review(later), connections.close_all()))
            thread.start()
            thread.join()
        return write(table, *args)

    monkeypatch.setattr(making, "write_table", slow)
    call_command("make_dumps")
    assert PublishedReview.objects.count() == 2
    manifest = json.loads((own_folder / "0" / "manifest.json").read_bytes())
    assert {file["rows"] for file in manifest["files"] if file["table"] in ("reviews", "claims", "entries")} == {1}
    assert Checkpoint.parse(open_note(manifest["checkpoint"])[0]).size == 1


def test_files_of_others_in_the_folder_stay(live: Review, own_folder):
    for name in ("photos", "7", "unfinished-3"):
        (own_folder / name).mkdir(parents=True)
    (own_folder / "photos" / "1.jpg").write_bytes(b"x")
    (own_folder / "unfinished-note").write_text("mine")
    call_command("make_dumps")
    assert sorted(path.name for path in own_folder.iterdir()) == ["0", "lock", "photos", "unfinished-note"]
    assert (own_folder / "photos" / "1.jpg").exists()


def test_two_makers_at_once(database, own_folder):
    own_folder.mkdir()
    with dump_files.lock_folder(), pytest.raises(CommandError, match="Another process is making dumps"):
        call_command("make_dumps")


def test_no_room(newsroom: Newsroom, live: Review, own_folder, monkeypatch):
    call_command("make_dumps")
    newsroom.publish_new()

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CommandError, match="Earlier dumps are kept. .*No space left"):
        call_command("make_dumps")
    assert sorted(path.name for path in own_folder.iterdir()) == ["0", "lock"]


KILLED = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.conf import settings
from django.core.management import call_command
from django.db import connections
for alias in connections.settings.values():
    alias["NAME"] = sys.argv[1]
settings.DUMPS_FOLDER = Path(sys.argv[2])
signal.signal(signal.SIGINT, signal.default_int_handler)  # which who starts the tests in the background ignores
Path.rename = lambda *args: os.kill(os.getpid(), int(sys.argv[3]))
call_command("make_dumps")
"""


@pytest.mark.prove
@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.prove)])
def test_run_that_is_stopped_leaves_the_old_ones(
    database: str, newsroom: Newsroom, live: Review, own_folder, api, number
):
    call_command("make_dumps")
    before = {path.name: path.read_bytes() for path in (own_folder / "0").iterdir()}
    newsroom.publish_new()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, database, str(own_folder), str(int(number))],
        cwd=settings.BASE_DIR,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == (-number if number == signal.SIGKILL else done.returncode) != 0, done.stderr
    assert {path.name: path.read_bytes() for path in (own_folder / "0").iterdir()} == before
    assert [dump["sequence"] for dump in api.get("dumps/")["results"]] == [0]
    left = {path.name for path in own_folder.iterdir()} - {"0", "lock"}
    assert left == ({"unfinished-1"} if number == signal.SIGKILL else set())
    call_command("make_dumps")
    assert sorted(path.name for path in own_folder.iterdir()) == ["0", "1", "lock"]


def test_progress_is_told(live: Review, own_folder):
    told = []

    def begin(total):
        told.append(total)
        return told.append

    making.make(begin)
    assert told == [3, 1, 1, 1]  # all rows; then reviews, claims, entries
