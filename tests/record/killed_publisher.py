"""Publishes approved reviews until it kills itself or PostgreSQL at a named point; run by test_kills.py.

    python killed_publisher.py prepare COUNT          makes so many approved reviews
    python killed_publisher.py points                 publishes one and prints its points, one a line
    python killed_publisher.py kill INDEX WHEN WHAT   checks everything, publishes one, is killed in the second
    python killed_publisher.py check                  checks everything

Every publication that returned is acknowledged on standard output.
"""

import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from factcheck.editorial.models import Review, User  # noqa: E402
from factcheck.editorial.proposals import workflow  # noqa: E402
from factcheck.record.models import LogEntry, PublishedReview  # noqa: E402
from tests.support.drafts import make_newsroom  # noqa: E402
from tests.support.drafts import waiting as waiting_proposal  # noqa: E402


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def kill(what: str) -> None:
    if what == "process":
        os.kill(os.getpid(), signal.SIGKILL)
    pid = int((settings.DATABASE_SERVER.data / "postmaster.pid").read_text().split("\n")[0])
    backend = connection.connection.info.backend_pid
    for each in (pid, backend):
        os.kill(each, signal.SIGKILL)


class Points:
    """Counts statements and the commit; does something before or after one of them."""

    def __init__(self, at: int = -1, when: str = "", act: Callable[[], None] = lambda: None) -> None:
        self.at, self.when, self.act = at, when, act
        self.names: list[str] = []

    def around(self, name: str, run: Callable[[], Any]) -> Any:
        index = len(self.names)
        self.names.append(name)
        if (index, self.when) == (self.at, "before"):
            self.act()
        result = run()
        if (index, self.when) == (self.at, "after"):
            self.act()
        return result

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        verb, _, rest = sql.strip().partition(" ")
        table = re.search(r'(?:FROM|INTO|UPDATE) "?([a-z_]+)', sql)
        name = f"{verb} {table[1]}" if table else f"{verb} {rest[:30]}".strip()
        return self.around(name, lambda: execute(sql, params, many, context))

    def publish(self, review: Review, by: User) -> LogEntry:
        proposal, commit = waiting_proposal(review), connection.commit
        connection.commit = lambda: self.around("COMMIT", commit)
        try:
            with connection.execute_wrapper(self.statement):
                return workflow.publish(proposal=proposal, by=by)
        finally:
            connection.commit = commit


def waiting() -> Review:
    review = Review.objects.filter(state="approved").order_by("created_at").first()
    assert review
    return review


def check() -> None:
    """No half publication: entries, reviews, approvals and the read model agree, and everything verifies.

    The worker signs what was committed but not signed.
    """
    call_command("sign_log", stdout=open(os.devnull, "w"))  # noqa: SIM115
    call_command("verify_record", stdout=open(os.devnull, "w"))  # noqa: SIM115
    entries = set(LogEntry.objects.values_list("subject", flat=True))
    assert entries == set(PublishedReview.objects.values_list("pk", flat=True))
    assert entries == set(Review.objects.filter(state="published").values_list("pk", flat=True))
    say("log", LogEntry.objects.count())


def main(command: str, *arguments: str) -> None:
    if command == "prepare":
        call_command("migrate", database="owner", verbosity=0)
        newsroom = make_newsroom()
        for _ in range(int(arguments[0])):
            review = newsroom.make_review()
            approval = workflow.submit(subject=review, by=newsroom.reporter)
            workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
        return
    editor = User.objects.get(username="editor@kiemchung.example")
    if command == "points":
        workflow.publish(proposal=waiting_proposal(waiting()), by=editor)
        points = Points()
        points.publish(waiting(), editor)
        for name in points.names:
            say(name)
        return
    check()
    if command == "kill":
        index, when, what = arguments
        say("acknowledged", workflow.publish(proposal=waiting_proposal(waiting()), by=editor).sequence)
        entry = Points(int(index), when, lambda: kill(what)).publish(waiting(), editor)
        say("acknowledged", entry.sequence)


main(*sys.argv[1:])
