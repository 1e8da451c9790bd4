-- A checkpoint is larger than all earlier checkpoints, and its size is the size of the log.
CREATE OR REPLACE FUNCTION record_checkpoint_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.size <= (SELECT max(size) FROM record_logcheckpoint)
        OR NEW.size <> (SELECT max(sequence) + 1 FROM record_logentry) OR length(NEW.root) <> 32 THEN
        RAISE EXCEPTION 'the checkpoint of % entries does not follow the log', NEW.size
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER checkpoint_follows BEFORE INSERT ON record_logcheckpoint
    FOR EACH ROW EXECUTE FUNCTION record_checkpoint_follows();

CREATE OR REPLACE TRIGGER checkpoint_fixed BEFORE UPDATE OR DELETE ON record_logcheckpoint
    FOR EACH ROW EXECUTE FUNCTION record_refuse();
CREATE OR REPLACE TRIGGER checkpoints_kept BEFORE TRUNCATE ON record_logcheckpoint
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse();

CREATE OR REPLACE TRIGGER cosignature_fixed BEFORE UPDATE OR DELETE ON record_cosignature
    FOR EACH ROW EXECUTE FUNCTION record_refuse();
CREATE OR REPLACE TRIGGER cosignatures_kept BEFORE TRUNCATE ON record_cosignature
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse();

REVOKE ALL ON record_logcheckpoint, record_cosignature FROM :"application";
GRANT SELECT, INSERT ON record_logcheckpoint, record_cosignature TO :"application";
GRANT SELECT ON record_logcheckpoint, record_cosignature TO :"reading";
