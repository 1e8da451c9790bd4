"""The rights of people on an import, what goes on after an interruption, and what the commands say."""

import json
import os
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import EditorialEvent, ImportBatch, Membership, Proposal, Review
from factcheck.editorial.people.lookups import find_newsroom
from factcheck.editorial.proposals import import_policy, workflow
from factcheck.imports.importer import batches, files
from factcheck.imports.readers import chunks
from factcheck.record.formats.canonical import sha256_hex
from factcheck.record.models import LogEntry
from tests.imports.own_records import IMPORTER, SECOND, bodies, digest, publish, record, run, take, write
from tests.support.drafts import Newsroom, give_role, make_newsroom, make_user, waiting
from tests.support.refusals import refused


def test_digest_is_over_the_digests_one_a_line(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1), record(2))
    batch = ImportBatch.objects.get()
    digests = [sha256_hex(approval.statement.encode()) for approval in batch.members.order_by("pk")]
    assert digest(batch) == sha256_hex(f"{digests[0]}\n{digests[1]}\n".encode())


def test_only_editors_return_and_publish_an_import(newsroom: Newsroom, file: Path) -> None:
    stranger = make_newsroom("khac.example").chief
    take(file, record())
    batch = ImportBatch.objects.get()
    proposal = waiting(batch)
    for person in (newsroom.reporter, stranger, make_user("admin", is_superuser=True)):
        with refused("not_allowed"):
            workflow.return_(proposal=proposal, by=person, reason="No.")
    with refused("incomplete"):
        workflow.return_(proposal=proposal, by=newsroom.second, reason=" ")
    with refused("wrong_state"):
        import_policy.publish_import(batch=batch, by=newsroom.second)
    workflow.approve(proposal=proposal, by=newsroom.second, digest=proposal.digest)
    with refused("already_decided"):
        workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    with refused("already_decided"):
        workflow.return_(proposal=proposal, by=newsroom.chief, reason="No.")
    with refused("already_decided"):
        workflow.take_back(proposal=proposal, by=newsroom.editor)
    for person in (newsroom.reporter, stranger):
        with refused("not_allowed"):
            import_policy.publish_import(batch=batch, by=person)
    assert not LogEntry.objects.exists()
    assert import_policy.publish_import(batch=batch, by=newsroom.editor) == 1
    assert import_policy.publish_import(batch=batch, by=newsroom.editor) == 0
    assert list(EditorialEvent.objects.filter(subject=f"import:{batch.pk}").values_list("action", "actor__username")) == [
        ("import.published", IMPORTER), ("import.approved", SECOND), ("import.submitted", IMPORTER)
    ]  # fmt: skip


def test_database_refuses_the_importer_as_approver(newsroom: Newsroom, file: Path) -> None:
    take(file, record())
    for kind in ("review", "import"):
        with pytest.raises(IntegrityError, match="two_people"):
            Proposal.objects.filter(kind=kind).update(
                decision="approved", decided_by=newsroom.editor, decided_at="2026-01-01T00:00Z"
            )


def test_single_statement_returned_stays_out(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1), record(2))
    single = waiting(Review.objects.get(headline="Headline 1"))
    workflow.return_(proposal=single, by=newsroom.second, reason="Which language?")
    publish()
    assert [body["headline"] for body in bodies()] == ["Headline 2"]


def test_adding_needs_who_began_it(newsroom: Newsroom) -> None:
    stranger = make_newsroom("khac.example").chief
    with refused("not_member"):
        batches.begin_import(newsroom=newsroom.publisher, by=stranger, files="x")
    batch = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.reporter, files="x" * 2001)
    assert len(batch.files) == 2000
    with refused("not_allowed"):
        batches.add_to_batch(batch=batch, by=newsroom.editor, records=[])
    Membership.objects.using("owner").filter(user=newsroom.reporter).delete()
    with refused("not_allowed"):
        batches.submit_import(batch=batch, by=newsroom.reporter)


def test_finished_import_takes_nothing_more(newsroom: Newsroom, file: Path) -> None:
    take(file, record())
    with refused("wrong_state"):
        batches.submit_import(batch=ImportBatch.objects.get(), by=newsroom.editor)


def test_interrupted_import_goes_on(newsroom: Newsroom, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 2)
    add, calls = files.add_to_batch, iter([True, True, False])

    def interrupted(**arguments: object) -> object:
        if not next(calls):
            raise KeyboardInterrupt
        return add(**arguments)  # type: ignore[arg-type]

    rows = [record(number) for number in range(7)]
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(files, "add_to_batch", interrupted)
        take(file, *rows)
    begun = ImportBatch.objects.get()
    assert (begun.proposal, begun.members.count()) == (None, 4)
    with pytest.raises(CommandError, match="This import is not finished"):
        run("approve_import", begun.pk, by=SECOND, digest="")
    assert run("approve_import", begun.pk, by=SECOND)[-1] == "It is not finished."
    assert take(file, *rows) == "3 new, 4 unchanged, 0 changed, 0 refused."
    batch = ImportBatch.objects.get()
    assert (batch.pk, batch.new, batch.members.count()) == (begun.pk, 7, 7)


def approve(newsroom: Newsroom) -> ImportBatch:
    batch = ImportBatch.objects.latest("pk")
    workflow.approve(proposal=waiting(batch), by=newsroom.second, digest=digest(batch))
    return batch


def stop(_count: int) -> None:
    raise KeyboardInterrupt


def begin(newsroom: Newsroom, path: Path, *rows: dict[str, Any]) -> ImportBatch:
    """An import that was interrupted after all but the last of its records."""
    write(path, *rows)

    def interrupted(**arguments: object) -> object:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(batches, "submit_import", interrupted)
        run("import_reviews", path, by=IMPORTER)
    return ImportBatch.objects.latest("pk")


def test_equally_named_files_are_imports_of_their_own(newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "monday").mkdir()
    (tmp_path / "tuesday").mkdir()
    monday, tuesday = tmp_path / "monday" / "reviews.jsonl", tmp_path / "tuesday" / "reviews.jsonl"
    begun = begin(newsroom, monday, record(1), record(2))
    assert take(tuesday, record(3)) == "1 new, 0 unchanged, 0 changed, 0 refused."
    assert take(monday, record(1), record(2)) == "0 new, 2 unchanged, 0 changed, 0 refused."
    assert list(ImportBatch.objects.order_by("pk").values_list("pk", "files", "new")) == [
        (begun.pk, "reviews.jsonl", 2),
        (begun.pk + 1, "reviews.jsonl", 1),
    ]


def test_file_that_was_mended_meanwhile_is_another_import(newsroom: Newsroom, file: Path) -> None:
    begun = begin(newsroom, file, record(1), record(2))
    assert take(file, record(1), record(3)) == "1 new, 1 unchanged, 0 changed, 0 refused."
    assert list(ImportBatch.objects.order_by("pk").values_list("new", flat=True)) == [0, 1]
    closed = import_policy.close_import(batch=begun, by=newsroom.second)
    workflow.return_(proposal=closed, by=newsroom.second, reason="The file was mended.")
    assert take(file, record(1), record(3)) == "1 new, 1 unchanged, 0 changed, 0 refused."


def test_same_file_begun_twice_at_once_is_one_import(newsroom: Newsroom) -> None:
    """Neither run sees what the other has not committed."""
    of_files = "0f" * 32
    begun = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="x", files_digest=of_files)
    with pytest.raises(IntegrityError, match="importbatch_begun_once"), transaction.atomic():
        ImportBatch.objects.create(
            newsroom=newsroom.publisher, imported_by=newsroom.editor, files="x", files_digest=of_files
        )
    again = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="x", files_digest=of_files)
    other = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.reporter, files="x", files_digest=of_files)
    assert (again.pk == begun.pk, other.pk == begun.pk) == (True, False)


def test_pipe_is_refused_before_anything_is_begun(newsroom: Newsroom, tmp_path: Path) -> None:
    """It gives its bytes once; an interrupted import has to read them again."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def fill() -> None:
        with suppress(BrokenPipeError):
            write(pipe, record())

    writing = Thread(target=fill)
    writing.start()
    with pytest.raises(CommandError, match=f"^{pipe}: the import has to read it twice, .*Save it to a file first$"):
        run("import_reviews", pipe, by=IMPORTER)
    writing.join()
    assert not ImportBatch.objects.exists()


def test_interrupted_publication_goes_on(newsroom: Newsroom, file: Path) -> None:
    take(file, *(record(number) for number in range(5)))
    batch = approve(newsroom)
    with pytest.raises(KeyboardInterrupt):
        import_policy.publish_import(batch=batch, by=newsroom.second, chunk=2, progress=stop)
    assert len(bodies()) == 2
    assert import_policy.publish_import(batch=batch, by=newsroom.second, chunk=2) == 3
    assert [body["headline"] for body in bodies()] == [f"Headline {number}" for number in range(5)]


def test_publication_in_parts_is_one_event(newsroom: Newsroom, file: Path) -> None:
    take(file, *(record(number) for number in range(4)))
    batch = approve(newsroom)
    published = EditorialEvent.objects.filter(action="import.published")
    for _part in range(2):
        assert import_policy.publish_import(batch=batch, by=newsroom.second, chunk=2, seconds=0) == 2
    assert [event.detail for event in published] == [{"reviews": 4}]
    assert import_policy.publish_import(batch=batch, by=newsroom.second, seconds=0) == 0
    assert published.count() == 1


def test_publication_by_two_at_once_is_one_event(newsroom: Newsroom, file: Path) -> None:
    take(file, *(record(number) for number in range(3)))
    batch = approve(newsroom)

    def between(_dealt_with: int) -> None:
        import_policy.publish_import(batch=batch, by=newsroom.chief)

    import_policy.publish_import(batch=batch, by=newsroom.second, chunk=1, progress=between)
    (event,) = EditorialEvent.objects.filter(action="import.published")
    assert (event.actor, event.detail) == (newsroom.chief, {"reviews": 3})


def test_publication_interrupted_after_its_last_part_is_an_event(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1))
    batch = approve(newsroom)
    with pytest.raises(KeyboardInterrupt):
        import_policy.publish_import(batch=batch, by=newsroom.second, progress=stop)
    assert EditorialEvent.objects.get(action="import.published").detail == {"reviews": 1}


def test_commands_say_what_to_do_next(newsroom: Newsroom, file: Path) -> None:
    write(file, record(1), record(2, original_url="nowhere"))
    printed = run("import_reviews", file, by=IMPORTER)
    batch = ImportBatch.objects.get()
    assert printed == [
        "1 new, 0 unchanged, 0 changed, 1 refused (wrong_form 1).",
        f"Refused records and reasons: {settings.VAR / 'refused' / 'reviews.jsonl.jsonl'}",
        f"Import {batch.pk} waits for a second person: manage.py approve_import {batch.pk} --by USER"
        f" --digest {digest(batch)}",
    ]
    assert run("approve_import", batch.pk, by=SECOND) == [
        f"Import {batch.pk} of reviews.jsonl into kiemchung.example by {IMPORTER}: 1 new, 0 changed.",
        "         1  other.example",
        f"To approve it: --digest {digest(batch)}",
    ]
    assert run("approve_import", batch.pk, by=SECOND, digest=digest(batch)) == [
        f"Approved. To publish it: manage.py publish_import {batch.pk} --by USER"
    ]
    assert run("publish_import", batch.pk, by=SECOND) == ["1 reviews published."]


def test_commands_say_what_is_wrong(newsroom: Newsroom, file: Path) -> None:
    write(file, record())
    make_user("nobody")
    for command, arguments, by, message in (
        ("import_reviews", [file], "unknown", "The account unknown does not exist. Check the spelling."),
        ("import_reviews", [file], "nobody", "nobody is not a member of any newsroom."),
        ("import_reviews", [file.with_name("none.jsonl")], IMPORTER, "none.jsonl: No such file or directory"),
        ("approve_import", [99], SECOND, "There is no import 99."),
        ("publish_import", [99], SECOND, "There is no import 99."),
    ):
        with pytest.raises(CommandError, match=message):
            run(command, *arguments, by=by)
    take(file, record())
    pk = ImportBatch.objects.get().pk
    with pytest.raises(CommandError, match="You submitted this yourself"):
        run("approve_import", pk, by=IMPORTER, digest="x")
    with pytest.raises(CommandError, match="Only an approved import can be published"):
        run("publish_import", pk, by=SECOND)


def test_newsroom_of_several(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example").publisher
    give_role(newsroom.editor, other, "reporter")
    with refused("ambiguous"):
        find_newsroom(newsroom.editor, None)
    assert find_newsroom(newsroom.editor, "khac.example") == other
    with refused("not_found"):
        find_newsroom(newsroom.second, "khac.example")


def test_refused_record_is_written_as_it_was(newsroom: Newsroom, tmp_path: Path) -> None:
    file, refused = tmp_path / "odd.jsonl", tmp_path / "some" / "refused.jsonl"
    file.write_bytes(
        b'{"@type": "ClaimReview", "url": "https://a.example/", "claimReviewed": "caf\xe9",'
        b' "reviewRating": {"alternateName": "x", "ratingValue": 1.50, "bestRating": [NaN, 5]}}\n{oops\n'
    )
    assert run("import_reviews", file, by=IMPORTER, refused=refused)[0] == (
        "0 new, 0 unchanged, 0 changed, 2 refused (forbidden_character 1, unreadable 1)."
    )
    first, second = map(json.loads, refused.read_text(encoding="utf-8").splitlines())
    assert first["record"]["claimReviewed"] == "caf\udce9"
    assert first["record"]["reviewRating"] == {"alternateName": "x", "ratingValue": 1.5, "bestRating": ["NaN", 5]}
    assert (first["file"], first["line"], first["address"]) == (str(file), 1, "https://a.example/")
    assert (second["line"], second["record"], second["address"]) == (2, None, None)


def test_few_statements_a_chunk(newsroom: Newsroom, file: Path) -> None:
    """As many for two hundred records as for two."""
    counts = []
    for size in (1, 2, 200):  # the first makes the publisher and begins the log
        rows = [
            record(size * 1000 + number, sources=[{"url": "https://a.example/"}], authors=[{"name": "Bo"}])
            for number in range(size)
        ]
        with CaptureQueriesContext(connection) as queries:
            take(file, *rows)
        batch = approve(newsroom)
        with CaptureQueriesContext(connection) as publishing:
            import_policy.publish_import(batch=batch, by=newsroom.second)
        counts.append((len(queries), len(publishing)))
    assert counts[1] == counts[2]
    assert sum(counts[2]) <= 105  # eight sign the log, after the commit
