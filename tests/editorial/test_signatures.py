"""Proposals in a newsroom whose people sign with their passkeys, before anything reaches the signer."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factcheck.editorial.desk.deciding.proposal_actions import ACTIONS
from factcheck.editorial.models import Authorship, EditorialEvent, Proposal, Signature, User
from factcheck.editorial.proposals import import_policy, review_policy, workflow
from factcheck.editorial.signatures import keys_policy, signing
from factcheck.record.approvals.assertions import Opening, challenge_of_import
from factcheck.record.files.newsroom_keys import write_keys
from factcheck.record.log import checkpoints
from factcheck.record.models import LogCheckpoint, LogEntry
from tests.editorial.proposal_kinds import MAKE, Kind
from tests.support.drafts import Newsroom, make_newsroom, submitted
from tests.support.protecting import give_key, protected
from tests.support.refusals import refused
from tests.support.signing import KEY, Process
from tests.support.software_keys import ORIGIN, SoftwareKey
from tests.support.working import work_off


@pytest.fixture
def keys(newsroom: Newsroom) -> Iterator[Any]:
    """The keys of three people, in a protected newsroom."""
    keys = {name: give_key(getattr(newsroom, name)) for name in ("reporter", "second", "editor")}
    with protected(newsroom.publisher, *keys.values()):
        yield SimpleNamespace(**keys)


def sign(proposal: Proposal, person: User, key: SoftwareKey, **faults: Any) -> None:
    workflow.sign(proposal=proposal, by=person, signature=key.sign(proposal.challenge(), **faults))


def document_of(proposal: Proposal) -> str:
    proposal.refresh_from_db()
    assert proposal.entry is not None
    return bytes(proposal.entry.revision_document.document).decode()


def test_two_people_sign_what_is_published(newsroom: Newsroom, keys: Any) -> None:
    proposal = submitted(newsroom)
    sign(proposal, newsroom.reporter, keys.reporter)
    sign(proposal, newsroom.second, keys.second)  # who then doesn't approve
    sign(proposal, newsroom.editor, keys.editor)
    workflow.approve_and_publish(proposal=proposal, by=newsroom.editor, digest=proposal.digest)
    reporter, editor = (
        Signature.objects.get(proposal=proposal, person=each) for each in (newsroom.reporter, newsroom.editor)
    )
    assert (reporter.passkey, editor.passkey) == (keys.reporter.id, keys.editor.id)
    commitment = Opening([reporter.assertion, editor.assertion]).commitment(bytes(proposal.salt))
    assert f'"approval":{{"commitment":"{commitment}"}}' in document_of(proposal)
    assert proposal.entry is not None
    assert bytes(proposal.entry.revision_document.salt) == bytes(proposal.salt)


def test_readers_see_that_two_people_sign_but_no_names(
    newsroom: Newsroom, keys: Any, settings: Any, tmp_path: Path
) -> None:
    settings.DUMPS_FOLDER = tmp_path
    proposal = submitted(newsroom)
    for name in ("reporter", "editor"):
        sign(proposal, getattr(newsroom, name), getattr(keys, name))
    workflow.approve_and_publish(proposal=proposal, by=newsroom.editor, digest=proposal.digest)
    assert "two people signed this" in Client().get(f"/en/reviews/{proposal.review_id}/").content.decode()
    address = f"/en/publishers/{newsroom.publisher.site}/"
    write_keys(signing.protections())
    page = Client().get(address).content.decode()
    assert ">1 January 2026</time>. 3 keys can sign." in " ".join(page.split())
    assert keys.editor.id not in (tmp_path / "newsroom-keys.json").read_text()


@pytest.mark.parametrize("signers", [["editor"], ["reporter"], []])
def test_approval_needs_both_signatures(newsroom: Newsroom, keys: Any, signers: list[str]) -> None:
    """Also from a command, which has no passkey."""
    proposal = submitted(newsroom)
    for name in signers:
        sign(proposal, getattr(newsroom, name), getattr(keys, name))
    with refused("unsigned"):
        workflow.approve_and_publish(proposal=proposal, by=newsroom.editor, digest=proposal.digest)


@pytest.mark.parametrize("fault", [{"origin": "https://evil.example"}, {"flags": 1}, {"type": "webauthn.create"}])
def test_wrong_signature_is_refused(newsroom: Newsroom, keys: Any, fault: dict[str, Any]) -> None:
    proposal = submitted(newsroom)
    with refused("wrong_factor"):
        sign(proposal, newsroom.reporter, keys.reporter, **fault)


def test_desk_never_says_signed_without_a_signature(newsroom: Newsroom, keys: Any) -> None:
    """A browser without scripts sends an empty field, and so does a person without a key."""
    with refused("unsigned"):
        ACTIONS["sign"].run(submitted(newsroom), newsroom.reporter, {"signature": ""})


def test_signature_on_another_statement_is_refused(newsroom: Newsroom, keys: Any) -> None:
    one, other = submitted(newsroom), submitted(newsroom)
    with refused("wrong_factor"):
        workflow.sign(proposal=one, by=newsroom.reporter, signature=keys.reporter.sign(other.challenge()))


def test_another_persons_key_and_an_unknown_key_are_refused(newsroom: Newsroom, keys: Any) -> None:
    proposal = submitted(newsroom)
    for key in (keys.editor, give_key(newsroom.reporter)):
        with refused("wrong_factor"):
            sign(proposal, newsroom.reporter, key)
    with refused("not_allowed"):
        sign(proposal, make_newsroom("khac.example").editor, keys.editor)


def test_key_that_still_waits_is_refused(newsroom: Newsroom) -> None:
    key, proposal = give_key(newsroom.reporter), submitted(newsroom)
    with protected(newsroom.publisher, key, since="2999-01-01T00:00:00.000000Z"), refused("wrong_factor"):
        sign(proposal, newsroom.reporter, key)


def test_import_is_signed_once_for_all_its_reviews(newsroom: Newsroom, keys: Any) -> None:
    whole = MAKE[Kind.IMPORT](newsroom)
    Authorship.objects.all().delete()  # it was added after the submission
    with CaptureQueriesContext(connection) as asked:
        whole.challenge()
    assert len(asked) == 1  # for all members
    sign(whole, newsroom.second, keys.second)
    sign(whole, newsroom.editor, keys.editor)
    workflow.approve(proposal=whole, by=newsroom.editor, digest=whole.digest)
    assert whole.batch is not None
    one, other = whole.batch.members.order_by("pk")
    # Until all of it is public, an erasure would delete what proves the others' place.
    import_policy.publish_import(batch=whole.batch, by=newsroom.editor, chunk=1, seconds=0)
    with refused("undecided"):
        review_policy.erase(review=one.review, by=newsroom.editor, ground="other", notice="Xóa.", redact=False)
    workflow.policy_of(whole).publish_part(whole, newsroom.editor, seconds=60)
    for member in (one, other):
        member.refresh_from_db()
        opening = Opening.parse(member.entry.approval.opening)
        assert opening.place is not None
        assert challenge_of_import(opening.place, member.challenge()) == whole.challenge()


def test_held_review_is_signed_at_its_approval(newsroom: Newsroom, keys: Any) -> None:
    proposal, until = submitted(newsroom), timezone.now() + timedelta(hours=1)
    sign(proposal, newsroom.reporter, keys.reporter)
    sign(proposal, newsroom.editor, keys.editor)
    workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest, hold_until=until)
    workflow.publish(proposal=proposal, by=newsroom.second)
    assert '"approval":' in document_of(proposal)


def test_editors_are_told_about_each_change_of_the_keys(newsroom: Newsroom, keys: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for name in ("reporter", "editor"):
        User.objects.using("owner").filter(pk=getattr(newsroom, name).pk).update(email=f"{name}@example.org")
    told = []
    proposal = keys_policy.propose(
        newsroom=newsroom.publisher, action="revocation", by=newsroom.second, key=keys.reporter.id, person="an"
    )
    for act in (lambda: None, lambda: workflow.return_(proposal=proposal, by=newsroom.editor, reason="Không.")):
        act()
        mail.outbox = []
        work_off("default")
        told += [(message.to, message.body) for message in mail.outbox if "keys/" in str(message.body)]
    assert [to for to, _text in told] == [["editor@example.org"], ["editor@example.org"]]
    assert f"revoke {keys.reporter.id[:8]}… of an at once." in told[0][1]
    assert "Returned by" in told[1][1]
    actions = EditorialEvent.objects.filter(action__startswith="keys.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["keys.submitted", "keys.returned"]


def test_forgery_with_the_desks_code_gets_nothing_signed(
    newsroom: Newsroom, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attacker runs as the desk: in the names of two people, without their passkeys, but with a key of their own."""
    process, keys = Process(tmp_path, str(KEY)), [give_key(newsroom.reporter), give_key(newsroom.editor)]
    process.once("--begin")
    file = tmp_path / "keys.json"
    said = {"site": newsroom.publisher.site, "origin": ORIGIN, "keys": [key.entry() for key in keys], "subjects": []}
    file.write_text(json.dumps(said))
    assert process.once("--protect", str(file)) == (0, "")
    process.start()
    settings.LOG_SIGNER = str(process.socket)
    try:
        mine = give_key(newsroom.second)
        order = {"key": mine.id, "person": "second", "public_key": mine.public_key, "decides": True}
        enrolment = keys_policy.propose(newsroom=newsroom.publisher, action="enrolment", by=newsroom.second, **order)
        monkeypatch.setattr(signing, "require_signed", lambda proposal, by: None)
        monkeypatch.setattr(checkpoints, "require_approved", lambda entries: None)
        for person in (newsroom.second, newsroom.editor):
            columns = ("passkey", "authenticator_data", "client_data", "signature")
            values = zip(columns, mine.sign(enrolment.challenge()), strict=True)
            Signature.objects.create(proposal=enrolment, person=person, **dict(values))
        with refused("setup"):
            workflow.approve(proposal=enrolment, by=newsroom.editor, digest=enrolment.digest)
        proposal = submitted(newsroom)
        workflow.approve_and_publish(proposal=proposal, by=newsroom.editor, digest=proposal.digest)
        assert (LogEntry.objects.count(), LogCheckpoint.objects.count(), process.state().size) == (1, 0, 0)
        assert len(signing.protections()[newsroom.publisher.site]["keys"]) == 2
    finally:
        process.kill()
