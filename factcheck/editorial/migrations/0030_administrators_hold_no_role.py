"""Who hands out roles holds none: not for a moment in which the group is called otherwise, nor by two at the same time."""

from importlib import import_module

from django.db import migrations

earlier = import_module("factcheck.editorial.migrations.0018_imports_decided_as_whole").earlier

FORWARDS = """
-- Replaces the function of 0002. The account is held: who gives it a role and who lets it administer wait for each other,
-- and the second sees what the first did, if it looks at what is there now.
CREATE OR REPLACE FUNCTION editorial_membership_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account bigint := CASE WHEN TG_TABLE_NAME = 'editorial_user' THEN (to_jsonb(NEW) ->> 'id')::bigint
                           ELSE (to_jsonb(NEW) ->> 'user_id')::bigint END;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'accounts and roles are changed as they are now, not as an earlier snapshot has them'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM editorial_user WHERE id = account FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id
        WHERE m.user_id = account
        AND (u.is_superuser OR EXISTS (
            SELECT 1 FROM editorial_user_groups ug JOIN auth_group g ON g.id = ug.group_id
            WHERE ug.user_id = u.id AND g.name = 'Account administrators'))
    ) THEN
        RAISE EXCEPTION 'an account administrator cannot be a member of a newsroom'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER group_kept BEFORE UPDATE OR DELETE ON auth_group FOR EACH ROW
    WHEN (OLD.name = 'Account administrators') EXECUTE FUNCTION editorial_refuse();
ALTER TABLE auth_group ENABLE ALWAYS TRIGGER group_kept;
"""

BACKWARDS = "DROP TRIGGER group_kept ON auth_group;" + (
    earlier("0002_defences", "FUNCTIONS", "CREATE FUNCTION editorial_membership_rules", "END $$;")
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("LANGUAGE plpgsql AS", "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS")
)


class Migration(migrations.Migration):
    dependencies = [("editorial", "0029_open_approvals_by_import")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
