"""A tile has no more hashes than the log's entries give it. What it gains it keeps, and the next entry's would come behind."""

from importlib import import_module

from django.db import migrations

earlier = import_module("factcheck.record.migrations.0004_log").FUNCTIONS

FORWARDS = """
-- Replaces the function of 0004. Entries are appended before the tiles that are made of them.
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
"""

_begin, _end = earlier.index("CREATE FUNCTION record_tile_grows"), "END $$;"
BACKWARDS = (
    earlier[_begin : earlier.index(_end, _begin) + len(_end)]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("LANGUAGE plpgsql AS", "LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS")
)


class Migration(migrations.Migration):
    dependencies = [("record", "0020_documents_follow")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
