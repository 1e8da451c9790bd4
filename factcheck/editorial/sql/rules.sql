-- Editors add versions of their newsroom's rules. A version is never changed or deleted: a Chief editor can only erase its
-- text, and gives a reason that readers see. The transaction names the person. This is checked against a session only
-- when the application records the event (events.sql).
-- docs/reference/website.md describes the digest. The salt goes with the text, so that the digest can't confirm a guess.
CREATE OR REPLACE FUNCTION editorial_rules_version() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    person bigint := nullif(current_setting('factcheck.actor', true), '')::bigint;
    newsroom bigint;
    gone text[] := ARRAY['text', 'salt', 'erased_because'];
BEGIN
    SELECT id INTO newsroom FROM editorial_publisher WHERE site = NEW.publisher FOR NO KEY UPDATE;
    IF TG_OP = 'UPDATE' THEN
        IF editorial_role_in(person, newsroom) = 'chief_editor' AND OLD.erased_because = '' AND NEW.erased_because <> ''
            AND NEW.text = '' AND NEW.salt = '' AND to_jsonb(NEW) - gone = to_jsonb(OLD) - gone THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'rules %: a version only loses its text, by a Chief editor who says why', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT editorial_is_editor(person, newsroom) THEN
        RAISE EXCEPTION 'rules: an Editor of the newsroom writes them' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT number + 1, digest INTO NEW.number, NEW.digest FROM record_rulesversion
        WHERE publisher = NEW.publisher ORDER BY number DESC LIMIT 1;
    NEW.number := coalesce(NEW.number, 1);
    NEW.written_at := date_trunc('second', clock_timestamp());
    NEW.salt := gen_random_uuid()::text || gen_random_uuid()::text;
    NEW.text_digest := encode(sha256(convert_to(NEW.salt || NEW.text, 'UTF8')), 'hex');
    NEW.erased_because := '';
    NEW.digest := encode(sha256(convert_to(concat_ws(E'\n', coalesce(NEW.digest, ''), NEW.number, NEW.page, NEW.language,
        to_char(NEW.written_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), NEW.text_digest), 'UTF8')), 'hex');
    PERFORM editorial_require_not_frozen(ARRAY[newsroom], NEW.number);
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER rules_version BEFORE INSERT OR UPDATE ON record_rulesversion
    FOR EACH ROW EXECUTE FUNCTION editorial_rules_version();
-- The newsroom's details contain the digest of its newest version, whatever anybody writes into the column.
CREATE OR REPLACE FUNCTION editorial_rules_digest() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'editorial_publisher' THEN
        NEW.rules_digest := coalesce((SELECT digest FROM record_rulesversion WHERE publisher = NEW.site
                                      ORDER BY number DESC LIMIT 1), '');
        RETURN NEW;
    END IF;
    UPDATE editorial_publisher SET rules_digest = '' WHERE site = NEW.publisher;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER rules_digest BEFORE INSERT OR UPDATE ON editorial_publisher
    FOR EACH ROW EXECUTE FUNCTION editorial_rules_digest();
CREATE OR REPLACE TRIGGER rules_digest AFTER INSERT ON record_rulesversion
    FOR EACH ROW EXECUTE FUNCTION editorial_rules_digest();

CREATE OR REPLACE TRIGGER rules_kept BEFORE DELETE ON record_rulesversion
    FOR EACH ROW EXECUTE FUNCTION editorial_refuse();
CREATE OR REPLACE TRIGGER rules_not_emptied BEFORE TRUNCATE ON record_rulesversion
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();
REVOKE UPDATE, DELETE, TRUNCATE ON record_rulesversion FROM :"application";
GRANT UPDATE (text, salt, erased_because) ON record_rulesversion TO :"application";
