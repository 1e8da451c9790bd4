-- Every log entry adds a job that derives the deliveries to subscribers, even if the entry was appended with SQL.
-- The job has a higher priority than deliveries, so that a slow receiver only delays its own messages.
CREATE OR REPLACE FUNCTION webhooks_entry_appended() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, priority) VALUES ('webhooks', 'webhooks.derive', 'webhooks.derive', 1);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER entry_appended AFTER INSERT ON record_logentry
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_entry_appended();
