"""The rules of the editors' side, held by PostgreSQL against SQL of the application's own role."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from django.db.models import CheckConstraint, UniqueConstraint
from django.utils import timezone

from factcheck.editorial.drafts.review_statements import build_statement, publisher_part
from factcheck.editorial.fields import ProseField
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import (
    Comment,
    EditorialEvent,
    Incident,
    Membership,
    Mismatch,
    Picture,
    Proposal,
    ReaderMessage,
    ReusableAnswer,
    Review,
    SecondFactor,
    Session,
    Signature,
    VerdictMapping,
    WatchedSource,
)
from factcheck.editorial.models.claims import TopicLabel
from factcheck.editorial.models.kinds import Decision, Kind
from factcheck.editorial.proposals import merge_policy, workflow
from factcheck.record.formats.canonical import canonical, rfc3339, sha256_hex
from tests.editorial.breaches import BREACHES
from tests.editorial.proposal_kinds import MAKE, written
from tests.support.drafts import Newsroom, give_role, make_newsroom, make_scale, make_user, waiting
from tests.support.evidence import make_capture
from tests.support.refusals import refused
from tests.support.sql import approve_with_sql, execute
from tests.support.tokens import make_program
from tests.support.waiting import begin_until_it_waits
from tests.support.whole import extract_statement


@pytest.fixture(scope="module")
def newsroom(module_database: str) -> Iterator[Newsroom]:
    """A newsroom with a published review, a submitted one and one row of everything else."""
    newsroom = make_newsroom()
    one, other = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(one)
    newsroom.publish_review(other)
    merge_policy.propose_merge(claim=other.claim, into=one.claim, by=newsroom.chief, note="Cùng một lời đồn.")
    submitted = workflow.submit(subject=newsroom.make_review(), by=newsroom.reporter)
    Signature.objects.create(proposal=submitted, person=newsroom.reporter, client_data="{}")
    one.replies.create(type="unnamed", description="chủ tiệm", asked_on="2026-10-03")
    mapping = VerdictMapping.objects.create(words="Falso", verdict=make_scale().verdicts.get(slug="false"))
    workflow.submit(subject=mapping, by=newsroom.editor)
    execute("INSERT INTO editorial_topic (slug) VALUES ('floods')")
    execute("INSERT INTO editorial_topiclabel (topic_id, language, label) SELECT id, 'vi', 'Lũ' FROM editorial_topic")
    execute(
        "INSERT INTO editorial_claim_topics (claim_id, topic_id) SELECT c.id, t.id FROM editorial_claim c, editorial_topic t"
    )
    workflow.submit(subject=newsroom.make_review(), by=newsroom.chief)
    MAKE[Kind.ACCOUNT](newsroom)
    MAKE[Kind.IMPORT](newsroom)
    workflow.submit(subject=newsroom.make_demand(), by=newsroom.chief)
    MAKE[Kind.FREEZE](make_newsroom("khoa.example"))
    for kind in Kind:
        if not Proposal.objects.filter(kind=kind, decision="").exists():
            MAKE[kind](newsroom)
    make_program(newsroom).post("claims/", {"text": "Lời đồn.", "language": "vi"}, **{"Idempotency-Key": "k"})
    make_capture(newsroom, url="https://source.example/1")
    WatchedSource.objects.create(review=one, url="https://source.example/1", sequence=0)
    for subject in ({"review": one}, {"claim": one.claim}):
        Picture.objects.create(
            **subject, sha256="ab" * 32, media_type="image/png", size=1, uploaded_by=newsroom.reporter
        )
    Incident.objects.create(newsroom=newsroom.publisher, created_by=newsroom.reporter)
    Comment.objects.create(newsroom=newsroom.publisher, claim=one.claim, author=newsroom.reporter, text="Ai gọi?")
    ReusableAnswer.objects.create(newsroom=newsroom.publisher, name="Cảm ơn", language="vi", text="Xin cảm ơn.")
    SecondFactor.objects.create(user=newsroom.reporter, kind=SecondFactor.Kind.APP)
    Session.objects.create(session_key="k", session_data="", expire_date=timezone.now())
    reader_messages.receive_message(
        kind=ReaderMessage.Kind.TIP, values={"text": "Có tin đồn này.", "language": "vi"}, address="x"
    )
    Mismatch.objects.create(claim=one.claim, newsroom=newsroom.publisher, kind="place", count=1, last_on="2026-10-05")
    return newsroom


ALL = {
    constraint.name
    for model in apps.get_app_config("editorial").get_models()
    for constraint in model._meta.constraints
    if isinstance(constraint, CheckConstraint | UniqueConstraint)
}


OWNERS = ("membership_", "secondfactor_", "readermessage_")


def test_every_constraint_has_its_breach() -> None:
    assert set(BREACHES) == ALL


@pytest.mark.parametrize("name", sorted(BREACHES))
def test_constraint_refuses(newsroom: Newsroom, name: str) -> None:
    # The application can't write some columns at all, and the constraints hold even for the owner of the tables.
    with pytest.raises(IntegrityError, match=name):
        execute(BREACHES[name], alias="owner" if name.startswith(OWNERS) else "default")


KEPT = ("editorial_secondfactor", "editorial_readermessage")
TEXT_FIELDS = [
    (model._meta.db_table, field.column, field.max_length)
    for model in apps.get_app_config("editorial").get_models()
    for field in model._meta.local_fields
    if isinstance(field, ProseField)
]


@pytest.mark.parametrize(("table", "column", "limit"), TEXT_FIELDS)
def test_text_column_refuses_what_forms_refuse(newsroom: Newsroom, table: str, column: str, limit: int) -> None:
    prefix = "https://x.example/"
    for value in (
        prefix + "\x07",
        prefix + "\x9d",
        prefix + unicodedata.normalize("NFD", "ệ"),
        prefix + "x" * limit,
        prefix + "\ufffe",
    ):
        # The approval's own rules answer first for its columns; no matter who refuses.
        with pytest.raises(IntegrityError):
            execute(f"UPDATE {table} SET {column} = %s", [value], "owner" if table in KEPT else "default")


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "ftp://x.example/", "//x.example", "https://", "data:text/html,x"]
)
def test_address_column_takes_http_only(newsroom: Newsroom, value: str) -> None:
    with pytest.raises(IntegrityError, match="url_check"):
        execute("UPDATE editorial_source SET url = %s", [value])


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM editorial_signature",
        "UPDATE editorial_signature SET client_data = ''",
        "TRUNCATE editorial_signature",
    ],
)
def test_signature_is_kept(newsroom: Newsroom, sql: str) -> None:
    with pytest.raises(IntegrityError, match="is refused"):
        execute(sql, alias="owner")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM editorial_editorialevent",
        "UPDATE editorial_editorialevent SET action = 'nothing'",
        "TRUNCATE editorial_editorialevent",
    ],
)
def test_history_of_the_desk_is_kept(newsroom: Newsroom, sql: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        execute(sql)


def test_only_a_person_who_can_write_the_review_submits_it(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    visitor = make_user("visitor")
    give_role(visitor, newsroom.publisher, "reporter")
    for person in (visitor, make_newsroom("la.example").chief):
        with pytest.raises(IntegrityError, match="only a person who can write the review submits it"):
            written(review, build_statement(review).to_json_object(), person)
    assert written(review, build_statement(review).to_json_object(), newsroom.reporter).pk


def test_who_began_it_never_approves_whoever_is_named_as_author(newsroom: Newsroom) -> None:
    review = newsroom.make_review(created_by=newsroom.editor)  # its author is the reporter
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    with refused("needs_other_person"):
        workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    with pytest.raises(IntegrityError, match=r"\(author\)"):
        approve_with_sql(approval, newsroom.editor)
    for change in (f"created_by_id = {newsroom.chief.pk}", "import_key = 'x'"):
        with pytest.raises(IntegrityError, match="who began it, and with what, cannot be changed"):
            execute(f"UPDATE editorial_review SET {change} WHERE id = %s", [review.pk])
    to_decide = Proposal.objects.to_decide
    assert approval not in to_decide(newsroom.editor)
    assert approval in to_decide(newsroom.second)
    workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest)


def test_account_administrator_holds_no_membership(newsroom: Newsroom) -> None:
    root = make_user("root2", is_superuser=True)
    message = "an account administrator cannot be a member"
    with pytest.raises(IntegrityError, match=message):
        give_role(root, newsroom.publisher, "editor")
    for administer in ADMINISTER:
        with pytest.raises(IntegrityError, match=message):
            execute(administer, [newsroom.editor.pk], alias="owner")


def test_group_of_account_administrators_stays_what_it_is(newsroom: Newsroom) -> None:
    """By another name its members could be given a role meanwhile."""
    for sql in ("UPDATE auth_group SET name = 'Others'", "UPDATE auth_group SET id = id + 1", "DELETE FROM auth_group"):
        with pytest.raises(IntegrityError, match="of auth_group is refused"):
            execute(sql)


ADMINISTER = [
    "UPDATE editorial_user SET is_superuser = true WHERE id = %s",
    "INSERT INTO editorial_user_groups (user_id, group_id) SELECT %s, id FROM auth_group",
]


@pytest.mark.parametrize("administer", ADMINISTER)
def test_role_and_administration_at_the_same_time_are_refused(newsroom: Newsroom, administer: str) -> None:
    user = make_user(f"both at once: {administer[:6]}")
    role = "INSERT INTO editorial_membership (user_id, publisher_id, role) VALUES (%s, %s, 'editor')"
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(administer, [user.pk])
        given = begin_until_it_waits(lambda: execute(role, [user.pk, newsroom.publisher.pk], alias="owner"), "owner")
    with pytest.raises(IntegrityError, match="an account administrator cannot be a member"):
        given.result(timeout=30)


@pytest.mark.parametrize("administer", ADMINISTER)
def test_administration_by_an_earlier_snapshot_is_refused(newsroom: Newsroom, administer: str) -> None:
    user = make_user(f"snapshot: {administer[:6]}")
    with pytest.raises(IntegrityError, match="not as an earlier snapshot has them"):
        execute(
            f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {administer}".replace("%s", str(user.pk)), alias="owner"
        )


def insert_revision(review: Review, document: dict[str, Any], approval: Proposal | None) -> None:
    """Attempts of somebody with the application's role: an entry and a document by hand."""
    data = canonical(document)
    salt = b"s" * 32
    revision = document["revision"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " SELECT coalesce(max(sequence) + 1, 0), %s, %s, %s, %s, %s FROM record_logentry RETURNING sequence",
            [AT, f"review.{revision['kind']}", review.pk, revision["number"], sha256_hex(salt + data)],
        )
        sequence = cursor.fetchone()[0]
        cursor.execute("INSERT INTO record_revisiondocument VALUES (%s, %s, %s)", [sequence, salt, data])
        if approval:
            cursor.execute("UPDATE editorial_proposal SET sequence = %s WHERE id = %s", [sequence, approval.pk])


AT = "2126-01-01T00:00:00.000000Z"  # behind whatever was published


def added(statement: dict[str, Any]) -> dict[str, Any]:
    return statement | {
        "published_at": AT, "updated_at": AT, "corrections": [],
        "revision": {"number": 1, "kind": "original", "class": None, "note": None},
    }  # fmt: skip


def test_publication_without_approval_is_refused(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        insert_revision(review, added(build_statement(review).to_json_object()), None)


def test_publication_of_something_else_than_approved_is_refused(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    approval = workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    said = build_statement(review).to_json_object()
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        insert_revision(review, added(said | {"summary": "Đúng."}), approval)
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        document = added(said)
        document["revision"] = {"number": 1, "kind": "original", "class": None, "note": "not been approved"}
        insert_revision(review, document, approval)


def approved(newsroom: Newsroom, review: Review, said: dict[str, Any], action: str = "publication") -> Proposal:
    """Approved around the verbs, whatever it says."""
    approval = written(review, said, newsroom.reporter, action=action)
    approval.decide(Decision.APPROVED, newsroom.editor)
    return approval


def test_publication_of_another_review_or_for_another_newsroom_is_refused(newsroom: Newsroom) -> None:
    review, other = newsroom.make_review(), make_newsroom("khac.example")
    said = build_statement(newsroom.make_review()).to_json_object()
    with pytest.raises(IntegrityError, match="does not follow from the log"):
        insert_revision(review, added(said), approved(newsroom, review, said))
    review = newsroom.make_review()
    said = build_statement(review).to_json_object() | {"publisher": publisher_part(other.publisher).to_json_object()}
    with pytest.raises(IntegrityError, match="it speaks for another newsroom"):
        insert_revision(review, added(said), approved(newsroom, review, said))


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        ("withdrawal", {"publisher": {"site": "khac.example"}}),
        ("withdrawal", {"publisher": None}),
        ("reinstatement", {"publisher": {"site": "khac.example"}}),
        ("reinstatement", {"summary": "Đúng."}),
        ("reinstatement", {"verdict": None, "summary": None, "sources": []}),
    ],
)
def test_withdrawal_and_reinstatement_of_something_else_are_refused(newsroom, action, changes):
    review = newsroom.make_review()
    first = newsroom.publish_review(review)
    said, number = extract_statement(bytes(first.revision_document.document)), 2
    if action == "reinstatement":
        newsroom.withdraw_review(review)
        number = 3
    said |= changes
    document = added(said) | {
        "published_at": rfc3339(first.at),
        "revision": {"number": number, "kind": action, "class": None, "note": None},
    }
    with pytest.raises(IntegrityError, match="it says something else than what was published"):
        insert_revision(review, document, approved(newsroom, review, said, action))


def test_own_review_is_complete_whatever_its_row_says(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=1)
    said = build_statement(review).to_json_object()
    theirs = make_newsroom("ai.example").publisher.pk
    execute(
        "UPDATE editorial_review SET original_url = 'https://x.example/', publisher_id = %s WHERE id = %s",
        [theirs, review.pk],
    )
    with pytest.raises(IntegrityError, match="verdict, summary or sources are missing"):
        insert_revision(review, added(said), approved(newsroom, review, said))


@pytest.mark.parametrize("fields", [{"summary": ""}, {"verdict": None}, {"sources": 1}, {"sources": 0}])
def test_publication_of_an_incomplete_review_is_refused(newsroom: Newsroom, fields: dict[str, Any]) -> None:
    review = newsroom.make_review(**fields)
    approved(newsroom, review, build_statement(review).to_json_object())
    execute("UPDATE editorial_review SET state = 'approved' WHERE id = %s", [review.pk])
    with pytest.raises(IntegrityError, match="verdict, summary or sources are missing"):
        workflow.publish(proposal=waiting(review), by=newsroom.editor)


def test_author_added_after_approval_is_found_at_publication(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    # The statement stays the same, since an account without a byline shows no name.
    execute("UPDATE editorial_user SET byline = '' WHERE id = %s", [newsroom.editor.pk])
    review.authorships.create(user=newsroom.editor)
    with pytest.raises(IntegrityError, match="an author approved it"):
        workflow.publish(proposal=waiting(review), by=newsroom.second)


def test_accounts_write_themselves_down(newsroom: Newsroom) -> None:
    user = make_user("newcomer")
    user.set_password("another long secret")
    user.save(using="owner")
    give_role(user, newsroom.publisher, "reporter")
    give_role(user, newsroom.publisher, "editor")
    Membership.objects.using("owner").filter(user=user).delete()
    events = EditorialEvent.objects.filter(subject=f"user:{user.pk}").order_by("pk")
    assert list(events.values_list("action", flat=True)) == [
        "account.added",
        "account.changed",
        "membership.added",
        "membership.changed",
        "membership.removed",
    ]
    assert events[1].detail == {"password": "changed"}
    assert events[3].detail == {"role": ["reporter", "editor"]}
    assert "secret" not in str(list(events.values_list("detail", flat=True)))


def test_topic_label_reads_as_written(newsroom: Newsroom) -> None:
    assert str(TopicLabel.objects.get().topic) == "Lũ"
