"""The database holds the rule of two people, whoever writes: a superuser of Django, the shell, SQL."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTIONS = """
CREATE FUNCTION editorial_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: it is kept as it was', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- What was submitted stays as it was; who decides is an Editor there, not an author, not the submitter.
CREATE FUNCTION editorial_approval_rules() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased boolean;
BEGIN
    erased := EXISTS (SELECT 1 FROM record_logentry WHERE subject = NEW.review_id AND kind = 'review.erasure');
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.review_id, NEW.action, NEW.digest, NEW.change_class, NEW.batch_id, NEW.submitted_by_id,
            NEW.submitted_at)
           IS DISTINCT FROM
           (OLD.id, OLD.review_id, OLD.action, OLD.digest, OLD.change_class, OLD.batch_id, OLD.submitted_by_id,
            OLD.submitted_at)
           OR (NEW.statement, NEW.note) IS DISTINCT FROM (OLD.statement, OLD.note) AND NOT erased
           OR OLD.sequence IS NOT NULL AND NEW.sequence IS DISTINCT FROM OLD.sequence
           OR OLD.decision = 'returned' AND NEW.decision <> 'returned'
           OR OLD.decision = 'approved' AND (NEW.decision = '' OR OLD.sequence IS NOT NULL
                                             AND NEW.decision <> 'approved') THEN
            RAISE EXCEPTION 'approval %: what was submitted or decided cannot be changed', OLD.id
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.sequence IS NOT NULL THEN
        RAISE EXCEPTION 'an approval begins before the publication' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT erased AND NEW.digest <> encode(sha256(convert_to(NEW.statement, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the statement has not the digest of its approval' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.decision = 'approved' AND (TG_OP = 'INSERT' OR OLD.decision <> 'approved') THEN
        IF EXISTS (SELECT 1 FROM editorial_authorship WHERE review_id = NEW.review_id AND user_id = NEW.decided_by_id)
        THEN
            RAISE EXCEPTION 'an author cannot approve' USING ERRCODE = 'restrict_violation';
        END IF;
        IF NOT EXISTS (
            SELECT 1 FROM editorial_membership m
            JOIN editorial_review r ON r.newsroom_id = m.publisher_id AND r.id = NEW.review_id
            JOIN editorial_user u ON u.id = m.user_id AND u.is_active
            WHERE m.user_id = NEW.decided_by_id AND m.role IN ('editor', 'chief_editor')
        ) THEN
            RAISE EXCEPTION 'only an Editor of the newsroom approves' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- At commit: every entry about a review has an approval of exactly what its document says.
CREATE FUNCTION editorial_published_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    approval editorial_approval%ROWTYPE;
    review editorial_review%ROWTYPE;
    document jsonb;
BEGIN
    SELECT * INTO approval FROM editorial_approval WHERE sequence = NEW.sequence;
    SELECT * INTO review FROM editorial_review WHERE id = NEW.subject;
    SELECT convert_from(d.document, 'UTF8')::jsonb INTO document
        FROM record_revisiondocument d WHERE d.sequence = NEW.sequence;
    IF approval.id IS NULL OR approval.decision <> 'approved' OR approval.review_id <> NEW.subject
        OR approval.action <> (CASE WHEN NEW.kind IN ('review.withdrawal', 'review.reinstatement', 'review.erasure')
                                    THEN split_part(NEW.kind, '.', 2) ELSE 'publication' END)
        OR document - ARRAY['published_at', 'updated_at', 'revision', 'corrections']
           IS DISTINCT FROM approval.statement::jsonb
        OR document #>> '{revision,class}' IS DISTINCT FROM nullif(approval.change_class, '')
        OR document #>> '{revision,note}' IS DISTINCT FROM nullif(approval.note, '') THEN
        RAISE EXCEPTION 'log entry %: nobody approved what it publishes', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM editorial_authorship
               WHERE review_id = NEW.subject AND user_id = approval.decided_by_id) THEN
        RAISE EXCEPTION 'log entry %: an author approved it', NEW.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    -- Others answer for what they published; these rules are for the newsroom's own reviews.
    IF approval.action = 'publication' AND review.publisher_id = review.newsroom_id AND (
        document #>> '{verdict,slug}' IS NULL
        OR coalesce(document ->> 'summary', '') = ''
        OR jsonb_array_length(document -> 'sources') < 2
        OR NOT jsonb_path_exists(document, '$.sources[*] ? (@.stance == "supports" || @.stance == "refutes")')
    ) THEN
        RAISE EXCEPTION 'log entry %: verdict, summary or sources are missing', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

-- Whoever hands out roles holds none.
CREATE FUNCTION editorial_membership_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id
        WHERE m.user_id = CASE WHEN TG_TABLE_NAME = 'editorial_user' THEN (to_jsonb(NEW) ->> 'id')::bigint
                               ELSE (to_jsonb(NEW) ->> 'user_id')::bigint END
        AND (u.is_superuser OR EXISTS (
            SELECT 1 FROM editorial_user_groups ug JOIN auth_group g ON g.id = ug.group_id
            WHERE ug.user_id = u.id AND g.name = 'Account administrators'))
    ) THEN
        RAISE EXCEPTION 'an account administrator cannot be a member of a newsroom'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

-- Changes of accounts, groups and memberships write themselves down; signing in is none.
CREATE FUNCTION editorial_account_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - 'last_login' END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - 'last_login' END;
    changed jsonb;
BEGIN
    IF before = after THEN
        RETURN NULL;
    END IF;
    -- Which columns, and the values of those that are no secret.
    SELECT jsonb_object_agg(key, CASE WHEN key = 'password' THEN '"changed"'::jsonb
                                      ELSE jsonb_build_array(before -> key, after -> key) END)
        INTO changed FROM jsonb_object_keys(coalesce(after, before)) AS key
        WHERE before -> key IS DISTINCT FROM after -> key;
    INSERT INTO editorial_editorialevent (at, actor_id, action, newsroom_id, subject, detail) VALUES (
        clock_timestamp(),
        nullif(current_setting('factcheck.actor', true), '')::bigint,
        CASE TG_TABLE_NAME WHEN 'editorial_user' THEN 'account.' WHEN 'editorial_membership' THEN 'membership.'
                           ELSE 'account_group.' END
            || CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END,
        (coalesce(after, before) ->> 'publisher_id')::bigint,
        'user:' || coalesce(coalesce(after, before) ->> 'user_id', coalesce(after, before) ->> 'id'),
        changed
    );
    RETURN NULL;
END $$;
"""

TRIGGERS = [
    ("editorial_approval", "approval_rules", "BEFORE INSERT OR UPDATE", "ROW", "editorial_approval_rules"),
    ("editorial_approval", "approval_fixed", "BEFORE DELETE", "ROW", "editorial_refuse"),
    ("editorial_approval", "approval_kept", "BEFORE TRUNCATE", "STATEMENT", "editorial_refuse"),
    ("editorial_editorialevent", "event_fixed", "BEFORE UPDATE OR DELETE", "ROW", "editorial_refuse"),
    ("editorial_editorialevent", "event_kept", "BEFORE TRUNCATE", "STATEMENT", "editorial_refuse"),
    ("editorial_membership", "membership_rules", "AFTER INSERT OR UPDATE", "ROW", "editorial_membership_rules"),
    ("editorial_user_groups", "membership_rules", "AFTER INSERT OR UPDATE", "ROW", "editorial_membership_rules"),
    ("editorial_user", "membership_rules", "AFTER INSERT OR UPDATE", "ROW", "editorial_membership_rules"),
    ("editorial_membership", "account_event", "AFTER INSERT OR UPDATE OR DELETE", "ROW", "editorial_account_event"),
    ("editorial_user_groups", "account_event", "AFTER INSERT OR UPDATE OR DELETE", "ROW", "editorial_account_event"),
    ("editorial_user", "account_event", "AFTER INSERT OR UPDATE OR DELETE", "ROW", "editorial_account_event"),
]

FORWARDS = [
    FUNCTIONS,
    *(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}();"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};"
        for table, name, when, each, function in TRIGGERS
    ),
    # At commit, because the approval learns its sequence number after the entry is there.
    (
        "CREATE CONSTRAINT TRIGGER published_was_approved AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION editorial_published_was_approved();"
        "ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER published_was_approved;"
    ),
    "INSERT INTO auth_group (name) VALUES ('Account administrators');",
]

BACKWARDS = [
    "DELETE FROM auth_group WHERE name = 'Account administrators';",
    "DROP TRIGGER published_was_approved ON record_logentry;",
    *(f"DROP TRIGGER {name} ON {table};" for table, name, *_ in reversed(TRIGGERS)),
    (
        "DROP FUNCTION editorial_refuse, editorial_approval_rules, editorial_published_was_approved,"
        " editorial_membership_rules, editorial_account_event;"
    ),
]


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The application adds events and approvals, and takes none away."""
    application = schema_editor.connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON editorial_editorialevent FROM {application}")
    schema_editor.execute(f"REVOKE DELETE, TRUNCATE ON editorial_approval FROM {application}")


class Migration(migrations.Migration):
    dependencies = [("editorial", "0001_models"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
