"""Merges and splits of claims: the proposals, and the rule of two people for them, held by the database (ADR 13)."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import factcheck.editorial.fields

FUNCTIONS = """
-- What was proposed stays as it was. A newsroom proposes what touches a claim of its own; who decides is an Editor,
-- not the one who proposed (claimmerge_two_people): of a merge of two newsrooms' claims an Editor of the other one.
CREATE FUNCTION editorial_claimmerge_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := (SELECT newsroom_id FROM editorial_claim WHERE id = NEW.claim_id);
    theirs bigint := (SELECT newsroom_id FROM editorial_claim WHERE id = NEW.into_id);
    deciding bigint := CASE WHEN NEW.action = 'split' THEN NEW.newsroom_id
                            WHEN NEW.newsroom_id = mine THEN theirs ELSE mine END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.action, NEW.newsroom_id, NEW.claim_id, NEW.into_id, NEW.statement, NEW.digest, NEW.note,
            NEW.submitted_by_id, NEW.submitted_at)
           IS DISTINCT FROM
           (OLD.id, OLD.action, OLD.newsroom_id, OLD.claim_id, OLD.into_id, OLD.statement, OLD.digest, OLD.note,
            OLD.submitted_by_id, OLD.submitted_at)
           OR OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence
           OR OLD.decision <> '' AND NEW.decision <> OLD.decision THEN
            RAISE EXCEPTION 'merge %: what was proposed or decided cannot be changed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'a proposal begins before the publication' USING ERRCODE = 'restrict_violation';
    ELSIF NEW.newsroom_id NOT IN (mine, theirs) THEN
        RAISE EXCEPTION 'neither claim is of the newsroom that proposes to merge them'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.digest <> encode(sha256(convert_to(NEW.statement, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the statement has not the digest of its proposal' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decision = 'approved' AND (TG_OP = 'INSERT' OR OLD.decision <> 'approved') AND NOT EXISTS (
        SELECT 1 FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
        WHERE m.user_id = NEW.decided_by_id AND m.role IN ('editor', 'chief_editor') AND m.publisher_id = deciding
    ) THEN
        RAISE EXCEPTION 'only an Editor of the newsroom that decides approves' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- At commit: every entry about a claim has an approval of exactly what its document says, and says why.
CREATE FUNCTION editorial_merge_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    merge editorial_claimmerge%ROWTYPE;
    document jsonb;
BEGIN
    SELECT * INTO merge FROM editorial_claimmerge WHERE sequence = NEW.sequence;
    SELECT convert_from(d.document, 'UTF8')::jsonb INTO document
        FROM record_revisiondocument d WHERE d.sequence = NEW.sequence;
    IF merge.id IS NULL OR merge.decision <> 'approved' OR merge.claim_id <> NEW.subject
        OR merge.action <> split_part(NEW.kind, '.', 2)
        OR document - ARRAY['published_at', 'updated_at', 'revision'] IS DISTINCT FROM merge.statement::jsonb
        OR document #>> ARRAY[CASE merge.action WHEN 'merge' THEN 'into' ELSE 'from' END, 'id']
           IS DISTINCT FROM merge.into_id::text
        OR document #>> '{revision,class}' IS NOT NULL
        OR document #>> '{revision,note}' IS DISTINCT FROM merge.note THEN
        RAISE EXCEPTION 'log entry %: nobody approved what it publishes', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = [
    ("merge_rules", "BEFORE INSERT OR UPDATE", "ROW", "editorial_claimmerge_rules"),
    ("merge_fixed", "BEFORE DELETE", "ROW", "editorial_refuse"),
    ("merge_kept", "BEFORE TRUNCATE", "STATEMENT", "editorial_refuse"),
]

GUARDS = """
DROP TRIGGER published_was_approved ON record_logentry;
CREATE CONSTRAINT TRIGGER published_was_approved AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind <> 'key.rotation' AND NEW.kind NOT LIKE 'demand.%' AND NEW.kind NOT LIKE 'claim.%')
    EXECUTE FUNCTION editorial_published_was_approved();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER published_was_approved;
CREATE CONSTRAINT TRIGGER merge_was_approved AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind LIKE 'claim.%') EXECUTE FUNCTION editorial_merge_was_approved();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER merge_was_approved;
"""


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The application adds proposals, and takes none away."""
    application = schema_editor.connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    schema_editor.execute(f"REVOKE DELETE, TRUNCATE ON editorial_claimmerge FROM {application}")


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0010_jobs"),
        ("record", "0008_merges"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement", models.TextField(help_text="Canonical JSON: what is to be published.")),
                (
                    "digest",
                    models.CharField(help_text="SHA-256 of the statement.", max_length=64, verbose_name="digest"),
                ),
                (
                    "note",
                    factcheck.editorial.fields.ProseField(blank=True, max_length=2000, verbose_name="public note"),
                ),
                ("submitted_at", models.DateTimeField(auto_now_add=True, verbose_name="submitted at")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("approved", "approved"), ("returned", "returned")],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                (
                    "decision_note",
                    factcheck.editorial.fields.ProseField(
                        blank=True, max_length=2000, verbose_name="message to the newsroom"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("merge", "merge"), ("split", "split")], max_length=10, verbose_name="what for"
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        help_text="It goes, or comes back.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="editorial.claim",
                        verbose_name="claim",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        blank=True,
                        db_column="sequence",
                        help_text="Where it was published.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.logentry",
                        verbose_name="log entry",
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        help_text="The claim under which readers find the reviews of both.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges_into",
                        to="editorial.claim",
                        verbose_name="same as",
                    ),
                ),
                (
                    "newsroom",
                    models.ForeignKey(
                        help_text="Who proposes it.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="editorial.publisher",
                        verbose_name="newsroom",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="submitted by",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge of claims",
                "verbose_name_plural": "merges of claims",
                "ordering": ["-pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("decision__in", ["approved", "returned"]),
                            ),
                            _connector="OR",
                        ),
                        name="claimmerge_decided_at_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                            ("decision", "returned"),
                            _connector="OR",
                        ),
                        name="claimmerge_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entry__isnull", True), ("decision", "approved"), _connector="OR"),
                        name="claimmerge_published_if_approved",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("entry__isnull", True), models.Q(("decision", "returned"), _negated=True)),
                        fields=("claim",),
                        name="claimmerge_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["merge", "split"])), name="claimmerge_action_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("claim", models.F("into")), _negated=True), name="claimmerge_into_another"
                    ),
                    models.CheckConstraint(condition=models.Q(("note", ""), _negated=True), name="claimmerge_says_why"),
                ],
            },
        ),
        migrations.RunSQL(
            [
                FUNCTIONS,
                *(
                    f"CREATE TRIGGER {name} {when} ON editorial_claimmerge FOR EACH {each} EXECUTE FUNCTION {function}();"
                    f"ALTER TABLE editorial_claimmerge ENABLE ALWAYS TRIGGER {name};"
                    for name, when, each, function in TRIGGERS
                ),
                GUARDS,
            ]
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
