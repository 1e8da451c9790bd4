-- The person who recorded a demand and their newsroom determine who may approve it (proposals.sql), so they never
-- change.
CREATE OR REPLACE TRIGGER demand_begun BEFORE UPDATE ON editorial_demand
    FOR EACH ROW WHEN ((NEW.newsroom_id, NEW.created_by_id) IS DISTINCT FROM
                       (OLD.newsroom_id, OLD.created_by_id))
    EXECUTE FUNCTION editorial_refuse();

-- An entry in the register doesn't name a private person, gives a reason if something is left out, and isn't public too
-- early.
CREATE OR REPLACE FUNCTION editorial_require_register_rules(entry record_logentry, document jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (document ->> 'delayed_until')::date > (entry.at AT TIME ZONE 'UTC')::date THEN
        RAISE EXCEPTION 'log entry %: it may not be public before %', entry.sequence, document ->> 'delayed_until'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF document #>> '{from,type}' = 'person' AND document #>> '{from,name}' IS NOT NULL THEN
        RAISE EXCEPTION 'log entry %: a private person is not named', entry.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF document ->> 'withheld' IS NULL AND (document ->> 'asked' IS NULL
        OR document #>> '{from,name}' IS NULL AND document #>> '{from,description}' IS NULL) THEN
        RAISE EXCEPTION 'log entry %: something is left out, and nothing says why', entry.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF entry.kind = 'demand.updated' AND document #>> '{revision,note}' IS NULL THEN
        RAISE EXCEPTION 'log entry %: nothing says what changed', entry.sequence USING ERRCODE = 'restrict_violation';
    END IF;
END $$;
