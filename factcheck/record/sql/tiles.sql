-- Hashes can only be appended to a tile, and a tile never has more hashes than there are log entries for it.
-- A wrong hash could never be removed, and later hashes would be appended after the wrong hash.
-- Entries are inserted before their tiles.
CREATE OR REPLACE FUNCTION record_tile_grows() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF length(NEW.hashes) NOT BETWEEN 32 AND 8192 OR length(NEW.hashes) % 32 <> 0
        OR TG_OP = 'UPDATE' AND ((NEW.level, NEW.index) <> (OLD.level, OLD.index)
            OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes) THEN
        RAISE EXCEPTION 'tile %/% of the log may only grow', NEW.level, NEW.index USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.level NOT BETWEEN 0 AND 7 OR NEW.index < 0 OR NEW.index * 256 + length(NEW.hashes) / 32
        > (SELECT coalesce(max(sequence) + 1, 0) FROM record_logentry) >> (8 * NEW.level) THEN
        RAISE EXCEPTION 'tile %/% has hashes of entries that the log has not', NEW.level, NEW.index
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER tile_grows BEFORE INSERT OR UPDATE ON record_logtile
    FOR EACH ROW EXECUTE FUNCTION record_tile_grows();
CREATE OR REPLACE TRIGGER tile_kept BEFORE DELETE ON record_logtile FOR EACH ROW EXECUTE FUNCTION record_refuse();
CREATE OR REPLACE TRIGGER tiles_kept BEFORE TRUNCATE ON record_logtile
    FOR EACH STATEMENT EXECUTE FUNCTION record_refuse();

REVOKE ALL ON record_logtile FROM :"application";
GRANT SELECT, INSERT, UPDATE ON record_logtile TO :"application";
GRANT SELECT ON record_logtile TO :"reading";
