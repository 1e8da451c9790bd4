"""Changes of webhooks write themselves down, as those of accounts do; the worker's own bookkeeping is none."""

from django.db import migrations, models
from django.db.models import Q

FORWARDS = """
CREATE FUNCTION editorial_webhook_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    untold text[] := ARRAY['cursor', 'failing_since', 'rests_until', 'rotated_at'];
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - untold END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - untold END;
    changed jsonb;
BEGIN
    IF before = after THEN
        RETURN NULL;
    END IF;
    SELECT jsonb_object_agg(key, jsonb_build_array(before -> key, after -> key))
        INTO changed FROM jsonb_object_keys(coalesce(after, before)) AS key
        WHERE before -> key IS DISTINCT FROM after -> key;
    INSERT INTO editorial_editorialevent (at, actor_id, action, subject, detail) VALUES (
        clock_timestamp(),
        nullif(current_setting('factcheck.actor', true), '')::bigint,
        'webhook.' || CASE WHEN TG_OP = 'INSERT' THEN 'added' WHEN TG_OP = 'DELETE' THEN 'removed'
                           WHEN OLD.stopped = '' AND NEW.stopped <> '' THEN 'stopped'
                           WHEN OLD.stopped <> '' AND NEW.stopped = '' THEN 'started'
                           WHEN OLD.generation <> NEW.generation THEN 'secret_changed'
                           ELSE 'changed' END,
        'webhook:' || (coalesce(after, before) ->> 'id'),
        changed
    );
    RETURN NULL;
END $$;
CREATE TRIGGER webhook_event AFTER INSERT OR UPDATE OR DELETE ON webhooks_subscription
    FOR EACH ROW EXECUTE FUNCTION editorial_webhook_event();
ALTER TABLE webhooks_subscription ENABLE ALWAYS TRIGGER webhook_event;
"""
BACKWARDS = """
DROP TRIGGER webhook_event ON webhooks_subscription;
DROP FUNCTION editorial_webhook_event;
"""


class Migration(migrations.Migration):
    dependencies = [("editorial", "0011_merges"), ("webhooks", "0001_models")]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        # For who administers accounts and webhooks; the list asks for both with the same words.
        migrations.RemoveIndex(model_name="editorialevent", name="event_accounts"),
        migrations.AddIndex(
            model_name="editorialevent",
            index=models.Index(
                fields=["-id"],
                condition=Q(subject__startswith="user:") | Q(subject__startswith="webhook:"),
                name="event_administration",
            ),
        ),
    ]
