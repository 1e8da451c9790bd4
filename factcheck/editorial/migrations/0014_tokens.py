"""Tokens for programs, and what the database refuses to those who come with one."""

import uuid
from datetime import timedelta

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import factcheck.editorial.fields

FORWARDS = """
-- What a token may do is fixed when it is made; that it was used and revoked is added.
CREATE FUNCTION editorial_token_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['used_at', 'revoked_at', 'revoked_by_id']
       IS DISTINCT FROM to_jsonb(OLD) - ARRAY['used_at', 'revoked_at', 'revoked_by_id']
       OR OLD.revoked_at IS NOT NULL AND (NEW.revoked_at, NEW.revoked_by_id)
          IS DISTINCT FROM (OLD.revoked_at, OLD.revoked_by_id) THEN
        RAISE EXCEPTION 'token %: it stays as it was made; revoke it and make another', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER token_fixed BEFORE UPDATE ON editorial_apitoken FOR EACH ROW EXECUTE FUNCTION editorial_token_fixed();
ALTER TABLE editorial_apitoken ENABLE ALWAYS TRIGGER token_fixed;
CREATE TRIGGER token_kept BEFORE DELETE ON editorial_apitoken FOR EACH ROW EXECUTE FUNCTION editorial_refuse();
ALTER TABLE editorial_apitoken ENABLE ALWAYS TRIGGER token_kept;

-- In a transaction that a token has begun nothing is submitted, decided or published.
CREATE FUNCTION editorial_not_by_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('factcheck.token', true), '') <> '' THEN
        RAISE EXCEPTION 'a program drafts; it submits, approves and publishes nothing'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER not_by_token BEFORE INSERT OR UPDATE ON editorial_approval
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_not_by_token();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER not_by_token;
CREATE TRIGGER not_by_token BEFORE INSERT ON record_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_not_by_token();
ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER not_by_token;

-- The account of the token is an author of what was drafted with it, whoever is named since.
CREATE FUNCTION editorial_token_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decision = 'approved' AND EXISTS (
        SELECT 1 FROM editorial_review r JOIN editorial_apitoken t ON t.id = r.token_id
        WHERE r.id = NEW.review_id AND t.user_id = NEW.decided_by_id
    ) THEN
        RAISE EXCEPTION 'who had a program draft it cannot approve' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER token_author BEFORE INSERT OR UPDATE OF decision, decided_by_id ON editorial_approval
    FOR EACH ROW EXECUTE FUNCTION editorial_token_author();
ALTER TABLE editorial_approval ENABLE ALWAYS TRIGGER token_author;

CREATE FUNCTION editorial_review_token_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'review %: with which token it was begun cannot be changed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER review_token_fixed BEFORE UPDATE ON editorial_review FOR EACH ROW
    WHEN (OLD.token_id IS DISTINCT FROM NEW.token_id) EXECUTE FUNCTION editorial_review_token_fixed();
ALTER TABLE editorial_review ENABLE ALWAYS TRIGGER review_token_fixed;
"""
BACKWARDS = """
DROP TRIGGER review_token_fixed ON editorial_review;
DROP TRIGGER token_author ON editorial_approval;
DROP TRIGGER not_by_token ON record_logentry;
DROP TRIGGER not_by_token ON editorial_approval;
DROP TRIGGER token_kept ON editorial_apitoken;
DROP TRIGGER token_fixed ON editorial_apitoken;
DROP FUNCTION editorial_review_token_fixed, editorial_token_author, editorial_not_by_token, editorial_token_fixed;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("editorial", "0013_proposed_links"),
        ("record", "0003_defences"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "name",
                    factcheck.editorial.fields.LineField(
                        help_text="Which program it is for, and where that runs.", max_length=200, verbose_name="name"
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("claims:write", "log claims, and read and change those it logged"),
                                ("drafts:write", "begin reviews, and read and change their drafts"),
                            ],
                            max_length=40,
                        ),
                        size=None,
                        verbose_name="may",
                    ),
                ),
                (
                    "digest",
                    models.CharField(editable=False, help_text="Hexadecimal SHA-256.", max_length=64, unique=True),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="made at"),
                ),
                ("expires_at", models.DateTimeField(editable=False, verbose_name="ends at")),
                (
                    "used_at",
                    models.DateTimeField(
                        editable=False, help_text="To the minute.", null=True, verbose_name="last used"
                    ),
                ),
                ("revoked_at", models.DateTimeField(editable=False, null=True, verbose_name="revoked at")),
                (
                    "newsroom",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="editorial.publisher",
                        verbose_name="newsroom",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="revoked by",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "API token",
                "verbose_name_plural": "API tokens",
                "ordering": ["-made_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="AnsweredRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("route", models.CharField(help_text="Method and path.", max_length=200)),
                ("key", models.CharField(max_length=255)),
                (
                    "digest",
                    models.CharField(
                        help_text="Of the content, keyed: it confirms no guess of what was sent.", max_length=64
                    ),
                ),
                ("subject", models.UUIDField(help_text="The claim or review that was made or changed.")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "token",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="editorial.apitoken",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="review",
            name="token",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="With which a program began it; its account stays an author.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="editorial.apitoken",
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="apitoken_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("scopes__contained_by", ["claims:write", "drafts:write"]), ("scopes__len__gte", 1)),
                name="apitoken_scopes_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="apitoken_digest_hex"
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("expires_at__gt", models.F("made_at")),
                    (
                        "expires_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("made_at"), "+", models.Value(timedelta(days=366))
                        ),
                    ),
                ),
                name="apitoken_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    _connector="OR",
                ),
                name="apitoken_revoked_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="answeredrequest",
            index=models.Index(fields=["at"], name="answeredrequest_at"),
        ),
        migrations.AddConstraint(
            model_name="answeredrequest",
            constraint=models.UniqueConstraint(fields=("token", "route", "key"), name="answeredrequest_once"),
        ),
        migrations.AddConstraint(
            model_name="answeredrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="answeredrequest_digest_hex"
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
