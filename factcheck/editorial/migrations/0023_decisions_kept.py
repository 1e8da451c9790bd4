"""Who decided on a demand or a merge, and when, stays as it was; 0018 holds that for reviews and imports."""

from django.db import migrations

TABLES = ("editorial_demandapproval", "editorial_claimmerge")
# A decision that may still become another one (an approved demand that is returned) takes its own person and time.
FORWARDS = """
CREATE FUNCTION editorial_decision_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% %: who decided and when cannot be changed', TG_TABLE_NAME, OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER decision_kept BEFORE UPDATE ON {table} FOR EACH ROW
    WHEN (OLD.decision <> '' AND NEW.decision = OLD.decision
          AND (NEW.decided_by_id, NEW.decided_at) IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at))
    EXECUTE FUNCTION editorial_decision_kept();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER decision_kept;
"""
    for table in TABLES
)
BACKWARDS = "".join(f"DROP TRIGGER decision_kept ON {table};" for table in TABLES) + (
    "DROP FUNCTION editorial_decision_kept;"
)


class Migration(migrations.Migration):
    dependencies = [("editorial", "0022_default_scale_is_a_setting")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
