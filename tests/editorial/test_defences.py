"""The rules of the editors' side, held by PostgreSQL against SQL of the application's own role."""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from factcheck.editorial import demands, merges, messages, workflow
from factcheck.editorial.admin.home import to_decide
from factcheck.editorial.documents import publisher, statement
from factcheck.editorial.errors import NotAllowed
from factcheck.editorial.fields import ProseField
from factcheck.editorial.models import (
    Approval,
    EditorialEvent,
    ImportBatch,
    Membership,
    ProposedLink,
    ReaderMessage,
    Review,
    VerdictMapping,
)
from factcheck.editorial.models.approvals import Decision
from factcheck.editorial.models.claims import TopicLabel
from factcheck.record.canonical import canonical, sha256_hex
from tests.drafts import (
    Newsroom,
    approve_demand,
    make_demand,
    make_newsroom,
    make_review,
    make_scale,
    make_user,
    merge_claims,
    publish_demand,
    publish_review,
)
from tests.tokens import make_program


@pytest.fixture(scope="module")
def newsroom(module_database: str) -> Iterator[Newsroom]:
    """A newsroom with a published review, a submitted one and one row of everything else."""
    newsroom = make_newsroom()
    one, other = make_review(newsroom), make_review(newsroom)
    publish_review(newsroom, one)
    publish_review(newsroom, other)
    merges.propose_merge(claim=other.claim, into=one.claim, by=newsroom.chief, note="Cùng một lời đồn.")
    workflow.submit(review=make_review(newsroom), by=newsroom.reporter)
    VerdictMapping.objects.create(
        words="Falso", verdict=make_scale().verdicts.get(slug="false"), proposed_by=newsroom.editor
    )
    run("INSERT INTO editorial_topic (slug) VALUES ('floods')")
    run("INSERT INTO editorial_topiclabel (topic_id, language, label) SELECT id, 'vi', 'Lũ' FROM editorial_topic")
    run(
        "INSERT INTO editorial_claim_topics (claim_id, topic_id) SELECT c.id, t.id FROM editorial_claim c, editorial_topic t"
    )
    workflow.submit(review=make_review(newsroom), by=newsroom.chief)
    batch = ImportBatch.objects.create(newsroom=newsroom.publisher, files="f", submitted_by=newsroom.editor)
    ProposedLink.objects.create(batch=batch, claim=other.claim, other=one.claim, score=0.9)
    demands.submit_demand(demand=make_demand(newsroom), by=newsroom.chief)
    make_program(newsroom).post("claims/", {"text": "Lời đồn.", "language": "vi"}, **{"Idempotency-Key": "k"})
    messages.take_in(kind=ReaderMessage.Kind.TIP, said={"text": "Có tin đồn này.", "language": "vi"}, address="x")
    return newsroom


def run(sql: str, params: Any = None) -> None:
    """Runs the statement and commits."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


MERGE = (
    "INSERT INTO editorial_claimmerge (newsroom_id, claim_id, action, into_id, note, statement, digest, submitted_by_id,"
    " submitted_at, decision, decision_note) SELECT newsroom_id, claim_id, %s, %s, statement, digest, submitted_by_id,"
    " now(), '', '' FROM editorial_claimmerge"
)
LINK = (
    "INSERT INTO editorial_proposedlink (batch_id, found_at, answer, claim_id, other_id, score)"
    " SELECT batch_id, now(), '', %s FROM editorial_proposedlink"
)
TOKEN = (
    "INSERT INTO editorial_apitoken (id, newsroom_id, user_id, name, scopes, digest, made_at, expires_at, revoked_at)"
    " SELECT gen_random_uuid(), newsroom_id, user_id, %s, %s, %s, made_at, %s, %s FROM editorial_apitoken"
)
FRESH = ("'x'", "'{claims:write}'", "repeat('0', 64)", "expires_at", "NULL")
# One breach for every constraint; the test below holds that none is missing.
BREACHES = {
    "publisher_site_is_host": "UPDATE editorial_publisher SET site = 'https://x.example/'",
    "publisher_has_name": "UPDATE editorial_publisher SET name = ''",
    "membership_once": "INSERT INTO editorial_membership (user_id, publisher_id, role)"
    " SELECT user_id, publisher_id, 'editor' FROM editorial_membership",
    "membership_role_known": "UPDATE editorial_membership SET role = 'owner'",
    "ratingscale_worst_from_1": "UPDATE editorial_ratingscale SET worst = 0",
    "ratingscale_best_above_worst": "UPDATE editorial_ratingscale SET best = 1",
    "verdict_slug_once": "INSERT INTO editorial_verdict (scale_id, slug, value) SELECT scale_id, slug, 1 FROM editorial_verdict",
    "verdict_value_from_1": "UPDATE editorial_verdict SET value = 0",
    "verdictlabel_language_once": "INSERT INTO editorial_verdictlabel (verdict_id, language, label, explanation)"
    " SELECT verdict_id, language, 'x', '' FROM editorial_verdictlabel",
    "verdictmapping_once": "INSERT INTO editorial_verdictmapping (words, site, verdict_id, proposed_by_id)"
    " SELECT words, site, verdict_id, proposed_by_id FROM editorial_verdictmapping",
    "verdictmapping_two_people": "UPDATE editorial_verdictmapping SET approved_by_id = proposed_by_id",
    "claimant_named_or_described": "UPDATE editorial_claimant SET description = ''",
    "claimant_person_is_public_figure": "UPDATE editorial_claimant SET type = 'person', name = 'Nguyễn Văn A'",
    "topiclabel_language_once": "INSERT INTO editorial_topiclabel (topic_id, language, label)"
    " SELECT topic_id, language, 'x' FROM editorial_topiclabel",
    "claim_has_text": "UPDATE editorial_claim SET text = ''",
    "appearance_one_first": "INSERT INTO editorial_appearance (claim_id, url, medium, media_sha256, archive_url, first)"
    " SELECT claim_id, url, '', '', '', true FROM editorial_appearance",
    "appearance_medium_known": "UPDATE editorial_appearance SET medium = 'smell'",
    "appearance_media_sha256_hex": "UPDATE editorial_appearance SET media_sha256 = 'abc'",
    "review_own_or_imported": "UPDATE editorial_review SET original_url = 'https://x.example/'",
    "review_state_known": "UPDATE editorial_review SET state = 'gone'",
    "review_change_class_known": "UPDATE editorial_review SET change_class = 'whim'",
    "authorship_once": "INSERT INTO editorial_authorship (review_id, user_id, name)"
    " SELECT review_id, user_id, '' FROM editorial_authorship",
    "authorship_of_somebody": "UPDATE editorial_authorship SET user_id = NULL",
    "source_stance_known": "UPDATE editorial_source SET stance = 'likes'",
    "source_can_be_found": "UPDATE editorial_source SET title = '', url = ''",
    "importbatch_decided_at_once": "INSERT INTO editorial_importbatch (newsroom_id, files, digest, new, unchanged, changed,"
    " refused, submitted_by_id, submitted_at, decision) SELECT publisher_id, 'f', '', 0, 0, 0, 0, user_id, now(), 'approved'"
    " FROM editorial_membership",
    "importbatch_two_people": "INSERT INTO editorial_importbatch (newsroom_id, files, digest, new, unchanged, changed, refused,"
    " submitted_by_id, submitted_at, decision, decided_by_id, decided_at) SELECT publisher_id, 'f', '', 0, 0, 0, 0, user_id,"
    " now(), 'approved', user_id, now() FROM editorial_membership",
    "importbatch_begun_once": "INSERT INTO editorial_importbatch (newsroom_id, files, files_digest, digest, new, unchanged,"
    " changed, refused, submitted_by_id, submitted_at, decision) SELECT publisher_id, 'f', repeat('0f', 32), '', 0, 0, 0, 0,"
    " user_id, now(), '' FROM editorial_membership, generate_series(1, 2)",
    "approval_decided_at_once": "UPDATE editorial_approval SET decided_at = now() WHERE decision = ''",
    "approval_two_people": "UPDATE editorial_approval SET decision = 'approved', decided_at = now(),"
    " decided_by_id = submitted_by_id WHERE submitted_by_id = (SELECT id FROM editorial_user WHERE username LIKE 'chief@%')",
    "approval_published_if_approved": "UPDATE editorial_approval SET sequence = 0 WHERE decision = ''",
    "approval_one_open": "INSERT INTO editorial_approval (review_id, action, statement, digest, change_class, note,"
    " submitted_by_id, submitted_at, decision, decision_note) SELECT review_id, action, statement, digest, '', '',"
    " submitted_by_id, now(), '', '' FROM editorial_approval WHERE decision = ''",
    "approval_action_known": "INSERT INTO editorial_approval (review_id, action, statement, digest, change_class, note,"
    " submitted_by_id, submitted_at, decision, decision_note) SELECT review_id, 'sale', statement, digest, '', '',"
    " submitted_by_id, now(), '', '' FROM editorial_approval WHERE decision = 'approved'",
    "demand_state_known": "UPDATE editorial_demand SET state = 'lost'",
    "demand_from_type_known": "UPDATE editorial_demand SET from_type = 'lawyer'",
    "demand_outcome_known": "UPDATE editorial_demand SET outcome = 'won'",
    "demand_person_not_named": "UPDATE editorial_demand SET from_type = 'person', from_description = 'x'",
    "demand_says_from_whom": "UPDATE editorial_demand SET from_name = ''",
    "demand_says_what_was_asked": "UPDATE editorial_demand SET asked = ''",
    "demand_says_what_was_done": "UPDATE editorial_demand SET done = ''",
    "demand_done_after_it_came": "UPDATE editorial_demand SET done_on = received_on - 1",
    "demandapproval_decided_at_once": "UPDATE editorial_demandapproval SET decided_at = now()",
    "demandapproval_two_people": "UPDATE editorial_demandapproval SET decision = 'approved', decided_at = now(),"
    " decided_by_id = submitted_by_id",
    "demandapproval_published_if_approved": "UPDATE editorial_demandapproval SET sequence = 0",
    "demandapproval_one_open": "INSERT INTO editorial_demandapproval (demand_id, statement, digest, note, submitted_by_id,"
    " submitted_at, decision, decision_note) SELECT demand_id, statement, digest, '', submitted_by_id, now(), '', ''"
    " FROM editorial_demandapproval",
    "claimmerge_decided_at_once": "UPDATE editorial_claimmerge SET decided_at = now()",
    "claimmerge_two_people": "UPDATE editorial_claimmerge SET decision = 'approved', decided_at = now(),"
    " decided_by_id = submitted_by_id",
    "claimmerge_published_if_approved": "UPDATE editorial_claimmerge SET sequence = 0",
    "claimmerge_one_open": MERGE % ("action, into_id", "note"),
    "claimmerge_action_known": MERGE % ("'swap', into_id", "note"),
    "claimmerge_into_another": MERGE % ("action, claim_id", "note"),
    "proposedlink_once": LINK % "claim_id, other_id, score",
    "proposedlink_to_another": LINK % "claim_id, claim_id, score",
    "proposedlink_score_known": LINK % "other_id, claim_id, 1.5",
    "proposedlink_answered_at_once": "UPDATE editorial_proposedlink SET answer = 'accepted'",
    "apitoken_has_name": TOKEN % ("''", *FRESH[1:]),
    "apitoken_scopes_known": TOKEN % (FRESH[0], "'{reviews:publish}'", *FRESH[2:]),
    "apitoken_digest_hex": TOKEN % (*FRESH[:2], "'fct_secret'", *FRESH[3:]),
    "apitoken_ends": TOKEN % (*FRESH[:3], "made_at + interval '367 days'", "NULL"),
    "apitoken_revoked_by_somebody": TOKEN % (*FRESH[:4], "now()"),
    "answeredrequest_once": "INSERT INTO editorial_answeredrequest (token_id, route, key, digest, subject, at)"
    " SELECT token_id, route, key, digest, subject, at FROM editorial_answeredrequest",
    "answeredrequest_digest_hex": "UPDATE editorial_answeredrequest SET digest = ''",
    "readermessage_kind_known": "UPDATE editorial_readermessage SET kind = 'praise'",
    "readermessage_decided_at_once": "UPDATE editorial_readermessage SET state = 'dismissed'",
    "readermessage_says_something": "UPDATE editorial_readermessage SET text = ''",
    "readermessage_answered_with_words": "UPDATE editorial_readermessage SET answer = 'x'",
    "readermessage_hashes_hex": "UPDATE editorial_readermessage SET sender = '192.0.2.1'",
    "claimmerge_says_why": MERGE % ("action, into_id", "''"),
}
ALL = {
    constraint.name
    for model in apps.get_app_config("editorial").get_models()
    for constraint in model._meta.constraints
    if isinstance(constraint, CheckConstraint | UniqueConstraint)
}


def test_every_constraint_has_its_breach() -> None:
    assert set(BREACHES) == ALL


@pytest.mark.parametrize("name", sorted(BREACHES))
def test_constraint_refuses(newsroom: Newsroom, name: str) -> None:
    with pytest.raises(IntegrityError, match=name):
        run(BREACHES[name])


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
            run(f"UPDATE {table} SET {column} = %s", [value])


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "ftp://x.example/", "//x.example", "https://", "data:text/html,x"]
)
def test_address_column_takes_http_only(newsroom: Newsroom, value: str) -> None:
    with pytest.raises(IntegrityError, match="url_check"):
        run("UPDATE editorial_source SET url = %s", [value])


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("UPDATE editorial_approval SET statement = '{}'", "cannot be changed"),
        ("UPDATE editorial_approval SET digest = repeat('0', 64)", "cannot be changed"),
        (
            "UPDATE editorial_approval SET submitted_by_id = decided_by_id WHERE decision = 'approved'",
            "cannot be changed",
        ),
        ("UPDATE editorial_approval SET note = 'else'", "cannot be changed"),
        (
            "UPDATE editorial_approval SET decision = '', decided_by_id = NULL, decided_at = NULL, sequence = NULL"
            " WHERE decision = 'approved'",
            "cannot be changed",
        ),
        ("UPDATE editorial_approval SET sequence = NULL WHERE decision = 'approved'", "cannot be changed"),
        (
            "UPDATE editorial_approval SET decision = 'approved', decided_at = now(), decided_by_id ="
            " (SELECT id FROM editorial_user WHERE username LIKE 'reporter@%%') WHERE decision = ''"
            " AND submitted_by_id = (SELECT id FROM editorial_user WHERE username LIKE 'chief@%%')",
            "an author cannot approve",
        ),
    ],
)
def test_approval_stays_as_it_was(newsroom: Newsroom, sql: str, message: str) -> None:
    with pytest.raises(IntegrityError, match=message):
        run(sql, [])


CHANGED_DECISIONS = pytest.mark.parametrize(
    "change", ["decided_by_id = (SELECT max(id) FROM editorial_user)", "decided_at = now()"]
)


@CHANGED_DECISIONS
@pytest.mark.parametrize("decide", [approve_demand, publish_demand])
def test_decision_on_a_demand_stays_as_it_was(database: str, decide: Callable[..., object], change: str) -> None:
    """Before its publication as after it; an approval may still be returned, by whoever returns it."""
    newsroom = make_newsroom()
    demand = make_demand(newsroom)
    decide(newsroom, demand)
    with pytest.raises(IntegrityError, match="who decided and when cannot be changed"):
        run(f"UPDATE editorial_demandapproval SET {change}")
    if decide is approve_demand:
        demands.return_demand(demand=demand, by=newsroom.second, reason="Thiếu căn cứ.")


@CHANGED_DECISIONS
@pytest.mark.parametrize("published", [False, True])
def test_decision_on_a_merge_stays_as_it_was(database: str, published: bool, change: str) -> None:
    newsroom = make_newsroom()
    one, other = make_review(newsroom), make_review(newsroom)
    for review in (one, other):
        publish_review(newsroom, review)
    if published:
        merge_claims(newsroom, one.claim, other.claim)
    else:
        merge = merges.propose_merge(claim=one.claim, into=other.claim, by=newsroom.reporter, note="Cùng tin đồn.")
        merges.return_merge(merge=merge, by=newsroom.editor, reason="Hai chuyện khác nhau.")
    with pytest.raises(IntegrityError, match="who decided and when cannot be changed"):
        run(f"UPDATE editorial_claimmerge SET {change}")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM editorial_approval",
        "TRUNCATE editorial_approval",
        "DELETE FROM editorial_editorialevent",
        "UPDATE editorial_editorialevent SET action = 'nothing'",
        "TRUNCATE editorial_editorialevent",
    ],
)
def test_history_of_the_desk_is_kept(newsroom: Newsroom, sql: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(sql)


def test_statement_must_have_its_digest(newsroom: Newsroom) -> None:
    review = make_review(newsroom)
    with pytest.raises(IntegrityError, match="has not the digest"):
        Approval.objects.create(
            review=review, action="publication", statement="{}", digest="0" * 64, submitted_by=newsroom.reporter
        )


def test_superuser_and_stranger_cannot_approve(newsroom: Newsroom) -> None:
    review = make_review(newsroom)
    approval = workflow.submit(review=review, by=newsroom.reporter)
    stranger = make_newsroom("other.example").chief
    root = make_user("root", is_superuser=True)
    for person in (stranger, root):
        with pytest.raises(IntegrityError, match="only an Editor of the newsroom approves"):
            run(
                "UPDATE editorial_approval SET decision = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s",
                [person.pk, approval.pk],
            )


def test_who_began_it_never_approves_whoever_is_named_as_author(newsroom: Newsroom) -> None:
    review = make_review(newsroom, created_by=newsroom.editor)  # its author is the reporter
    approval = workflow.submit(review=review, by=newsroom.reporter)
    with pytest.raises(NotAllowed, match="You began this review or are one of its authors"):
        workflow.approve(review=review, by=newsroom.editor, digest=approval.digest)
    with pytest.raises(IntegrityError, match="who began it cannot approve"):
        run(
            "UPDATE editorial_approval SET decision = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s",
            [newsroom.editor.pk, approval.pk],
        )
    for change in (f"created_by_id = {newsroom.chief.pk}", "import_key = 'x'"):
        with pytest.raises(IntegrityError, match="who began it, and with what, cannot be changed"):
            run(f"UPDATE editorial_review SET {change} WHERE id = %s", [review.pk])
    assert approval not in to_decide(newsroom.editor, [newsroom.publisher.pk])
    assert approval in to_decide(newsroom.second, [newsroom.publisher.pk])
    workflow.approve(review=review, by=newsroom.second, digest=approval.digest)


def test_account_administrator_holds_no_membership(newsroom: Newsroom) -> None:
    root = make_user("root2", is_superuser=True)
    message = "an account administrator cannot be a member"
    with pytest.raises(IntegrityError, match=message):
        Membership.objects.create(user=root, publisher=newsroom.publisher, role="editor")
    with pytest.raises(IntegrityError, match=message):
        run("UPDATE editorial_user SET is_superuser = true WHERE id = %s", [newsroom.editor.pk])
    with pytest.raises(IntegrityError, match=message):
        run("INSERT INTO editorial_user_groups (user_id, group_id) SELECT %s, id FROM auth_group", [newsroom.editor.pk])


def insert_revision(review: Review, document: dict[str, Any], approval: Approval | None) -> None:
    """What somebody with the application's role could try: an entry and a document by hand."""
    data = canonical(document)
    salt = b"s" * 32
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_logentry (sequence, at, kind, subject, number, digest)"
            " SELECT max(sequence) + 1, now(), 'review.original', %s, 1, %s FROM record_logentry RETURNING sequence",
            [review.pk, sha256_hex(salt + data)],
        )
        sequence = cursor.fetchone()[0]
        cursor.execute("INSERT INTO record_revisiondocument VALUES (%s, %s, %s)", [sequence, salt, data])
        if approval:
            cursor.execute("UPDATE editorial_approval SET sequence = %s WHERE id = %s", [sequence, approval.pk])


def added(statement: dict[str, Any]) -> dict[str, Any]:
    return statement | {
        "published_at": "2026-01-01T00:00:00.000000Z", "updated_at": "2026-01-01T00:00:00.000000Z", "corrections": [],
        "revision": {"number": 1, "kind": "original", "class": None, "note": None},
    }  # fmt: skip


def test_publication_without_approval_is_refused(newsroom: Newsroom) -> None:
    review = make_review(newsroom)
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        insert_revision(review, added(statement(review)), None)


def test_publication_of_something_else_than_approved_is_refused(newsroom: Newsroom) -> None:
    review = make_review(newsroom)
    approval = workflow.submit(review=review, by=newsroom.reporter)
    approval = workflow.approve(review=review, by=newsroom.editor, digest=approval.digest)
    said = statement(review)
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        insert_revision(review, added(said | {"summary": "Đúng."}), approval)
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        document = added(said)
        document["revision"] = {"number": 1, "kind": "original", "class": None, "note": "not approved"}
        insert_revision(review, document, approval)


def approved(newsroom: Newsroom, review: Review, said: dict[str, Any]) -> Approval:
    """Approved around the verbs, whatever it says."""
    data = canonical(said)
    approval = Approval.objects.create(
        review=review,
        action="publication",
        statement=data.decode(),
        digest=sha256_hex(data),
        submitted_by=newsroom.reporter,
    )
    approval.decide(Decision.APPROVED, newsroom.editor)
    return approval


def test_publication_of_another_review_or_for_another_newsroom_is_refused(newsroom: Newsroom) -> None:
    review, other = make_review(newsroom), make_newsroom("khac.example")
    said = statement(make_review(newsroom))
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        insert_revision(review, added(said), approved(newsroom, review, said))
    review = make_review(newsroom)
    said = statement(review) | {"publisher": publisher(other.publisher)}
    with pytest.raises(IntegrityError, match="it speaks for another newsroom"):
        insert_revision(review, added(said), approved(newsroom, review, said))


def test_own_review_is_complete_whatever_its_row_says(newsroom: Newsroom) -> None:
    review = make_review(newsroom, sources=1)
    said = statement(review)
    theirs = make_newsroom("ai.example").publisher.pk
    run(
        "UPDATE editorial_review SET original_url = 'https://x.example/', publisher_id = %s WHERE id = %s",
        [theirs, review.pk],
    )
    with pytest.raises(IntegrityError, match="verdict, summary or sources are missing"):
        insert_revision(review, added(said), approved(newsroom, review, said))


@pytest.mark.parametrize(
    "fields",
    [{"summary": ""}, {"verdict": None}, {"sources": 1}, {"sources": 0}],
)
def test_publication_of_an_incomplete_review_is_refused(newsroom: Newsroom, fields: dict[str, Any]) -> None:
    review = make_review(newsroom, **fields)
    approved(newsroom, review, statement(review))
    run("UPDATE editorial_review SET state = 'approved' WHERE id = %s", [review.pk])
    with pytest.raises(IntegrityError, match="verdict, summary or sources are missing"):
        workflow.publish(review=review, by=newsroom.editor)


def test_author_added_after_approval_is_found_at_publication(newsroom: Newsroom) -> None:
    review = make_review(newsroom)
    approval = workflow.submit(review=review, by=newsroom.reporter)
    workflow.approve(review=review, by=newsroom.editor, digest=approval.digest)
    # The statement stays the same, since an account without a byline shows no name.
    run("UPDATE editorial_user SET byline = '' WHERE id = %s", [newsroom.editor.pk])
    review.authorships.create(user=newsroom.editor)
    with pytest.raises(IntegrityError, match="an author approved it"):
        workflow.publish(review=review, by=newsroom.second)


def test_accounts_write_themselves_down(newsroom: Newsroom) -> None:
    user = make_user("newcomer")
    user.set_password("another long secret")
    user.save()
    Membership.objects.create(user=user, publisher=newsroom.publisher, role="reporter")
    Membership.objects.filter(user=user).update(role="editor")
    Membership.objects.filter(user=user).delete()
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
