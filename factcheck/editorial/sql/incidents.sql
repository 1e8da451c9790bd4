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

-- The Editors hear of every incident, however it was made. The desk alarms them when the person presses the button. A
-- person whose telephone fails in mid-entry can't press it, so the worker alarms them after two minutes.
CREATE OR REPLACE FUNCTION editorial_incident_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)
        VALUES ('default', 'incidents.alarm', jsonb_build_object('incident', NEW.id, 'late', true),
                now() + interval '2 minutes');
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER incident_told AFTER INSERT ON editorial_incident
    FOR EACH ROW EXECUTE FUNCTION editorial_incident_told();
