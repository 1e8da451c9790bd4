-- The person who entered an incident and its newsroom determine who may read it, so they never change.
CREATE OR REPLACE TRIGGER incident_begun BEFORE UPDATE ON editorial_incident
    FOR EACH ROW WHEN ((NEW.newsroom_id, NEW.created_by_id, NEW.created_at) IS DISTINCT FROM
                       (OLD.newsroom_id, OLD.created_by_id, OLD.created_at))
    EXECUTE FUNCTION editorial_refuse();

-- Nobody deletes an incident before its date. An erasure sets the date first.
CREATE OR REPLACE TRIGGER incident_kept BEFORE DELETE ON editorial_incident
    FOR EACH ROW WHEN (OLD.delete_on > (now() AT TIME ZONE 'UTC')::date) EXECUTE FUNCTION editorial_refuse();
CREATE OR REPLACE TRIGGER incidents_kept BEFORE TRUNCATE ON editorial_incident
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();

-- The Editors hear of every incident, however it was made: by e-mail when they are alarmed. A person whose telephone
-- fails in mid-entry can't press the button, so the worker alarms them after two minutes.
CREATE OR REPLACE FUNCTION editorial_incident_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    late boolean := NEW.alarmed_at IS NULL;
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)
        VALUES ('default', 'incidents.alarm', jsonb_build_object('incident', NEW.id, 'late', late),
                CASE WHEN late THEN now() + interval '2 minutes' END);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER incident_begun_told AFTER INSERT ON editorial_incident
    FOR EACH ROW EXECUTE FUNCTION editorial_incident_told();
CREATE OR REPLACE TRIGGER incident_told AFTER UPDATE ON editorial_incident
    FOR EACH ROW WHEN (OLD.alarmed_at IS NULL AND NEW.alarmed_at IS NOT NULL)
    EXECUTE FUNCTION editorial_incident_told();
