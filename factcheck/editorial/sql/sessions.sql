-- The sessions and the API tokens of a closed account end for good, however the account is closed. A reopened account
-- must log in again and create new tokens.
CREATE OR REPLACE FUNCTION editorial_end_access() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM editorial_session WHERE user_id = NEW.id;
    UPDATE editorial_apitoken SET revoked_at = clock_timestamp(),
        revoked_by_id = coalesce(nullif(current_setting('factcheck.actor', true), '')::bigint, NEW.id)
        WHERE user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER access_ends AFTER UPDATE ON editorial_user
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION editorial_end_access();

-- Whom the request proved: the person of an open session, or of a usable API token. `factcheck.proof` is the session's key
-- or the token's secret. The tables contain only hashes of them (`factcheck/editorial/sign_in/sessions.py`), so what the
-- database contains proves nobody.
CREATE OR REPLACE FUNCTION editorial_proved() RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    WITH proof AS (SELECT encode(sha256(convert_to(current_setting('factcheck.proof', true), 'UTF8')), 'hex') AS hash)
    SELECT s.user_id FROM proof JOIN editorial_session s ON s.session_key = left(hash, 40) AND s.expire_date > now()
    UNION ALL
    SELECT t.user_id FROM proof JOIN editorial_apitoken t ON t.digest = hash AND t.revoked_at IS NULL AND t.expires_at > now()
$$;

-- Name the person of the transaction. A request that has proved somebody can't name anybody else. A sign-in, a link to a
-- new password and the worker have no proof.
CREATE OR REPLACE FUNCTION editorial_set_actor(actor bigint, proof text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM set_config('factcheck.actor', coalesce(actor::text, ''), true), set_config('factcheck.proof', proof, true);
    IF proof <> '' AND editorial_proved() IS DISTINCT FROM actor THEN
        RAISE EXCEPTION 'the request has proved another person' USING ERRCODE = 'restrict_violation';
    END IF;
END $$;

-- A session never passes to another person.
CREATE OR REPLACE TRIGGER session_keeps_person BEFORE UPDATE ON editorial_session
    FOR EACH ROW WHEN (OLD.user_id <> NEW.user_id OR OLD.session_key <> NEW.session_key
        OR OLD.user_id IS NOT NULL AND NEW.user_id IS NULL) EXECUTE FUNCTION editorial_refuse();

-- The application deletes sessions, second factors and messages only with the following functions, which note who did it.
REVOKE DELETE, TRUNCATE ON editorial_session, editorial_secondfactor, editorial_readermessage FROM :"application";
-- The other columns of a second factor and a message never change, so that neither can be emptied instead.
REVOKE UPDATE ON editorial_secondfactor, editorial_readermessage FROM :"application";
GRANT UPDATE (counter, used_at) ON editorial_secondfactor TO :"application";
GRANT UPDATE (state, decided_by_id, decided_at, newsroom_id, answer, claim_id, corrects_revision, sender, wide_sender)
    ON editorial_readermessage TO :"application";

-- End the account's sessions with these hashed keys, or all of them, except one. The session that is the proof can be among
-- them, so the proof is checked before.
CREATE OR REPLACE FUNCTION editorial_end_sessions(actor bigint, proof text, account bigint, ended text[], kept text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM editorial_record_events(actor, NULL, '{}', '{}', '{}', proof);
    DELETE FROM editorial_session WHERE user_id = account AND session_key <> kept
        AND (ended IS NULL OR session_key = ANY(ended));
    IF FOUND OR actor <> account THEN
        PERFORM editorial_record_events(
            actor, NULL, ARRAY['session.ended'], ARRAY['user:' || account], ARRAY['{}'::jsonb]);
    END IF;
END $$;

-- Delete the session of a person who logs out and knows its key, and all sessions that are over.
CREATE OR REPLACE FUNCTION editorial_leave_session(key text) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM editorial_session
    WHERE session_key = left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 40) OR expire_date < now()
$$;

-- Delete second factors of an account, and return how many. People remove their own, and a recovery code is used up by a
-- login, which has no session yet. Without `removed`, all are deleted, after two people have approved a new password.
CREATE OR REPLACE FUNCTION editorial_remove_factors(actor bigint, proof text, account bigint, removed bigint[])
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone jsonb[];
BEGIN
    PERFORM editorial_record_events(actor, NULL, '{}', '{}', '{}', proof);
    IF removed IS NULL THEN
        IF NOT EXISTS (SELECT FROM editorial_user WHERE id = account AND password LIKE '!%') THEN
            RAISE EXCEPTION 'account %: two people reset its second factors', account USING ERRCODE = 'restrict_violation';
        END IF;
        DELETE FROM editorial_secondfactor WHERE user_id = account;
        PERFORM editorial_record_events(
            actor, NULL, ARRAY['second_factor.reset'], ARRAY['user:' || account], ARRAY['{}'::jsonb], proof);
        RETURN NULL;
    END IF;
    WITH deleted AS (
        DELETE FROM editorial_secondfactor WHERE user_id = account AND id = ANY(removed)
        AND (editorial_proved() = account
            OR actor = account AND kind = 'recovery_code' AND cardinality(removed) = 1)
        RETURNING kind, name)
    SELECT array_agg(jsonb_build_object('kind', kind, 'name', name)) INTO gone FROM deleted;
    PERFORM editorial_record_events(
        actor, NULL, ARRAY['second_factor.removed'], ARRAY['user:' || account], ARRAY[each], proof)
        FROM (SELECT DISTINCT each FROM unnest(gone) AS each) AS kinds;
    RETURN coalesce(cardinality(gone), 0);
END $$;

-- Delete messages from readers with everything that repeats them. Editors delete those to their newsroom with an erasure.
-- Without a person, the application can delete all that are older than a day. The worker deletes only those that are older
-- than READER_MESSAGES_DAYS, but the database doesn't know this number.
CREATE OR REPLACE FUNCTION editorial_delete_messages(actor bigint, proof text, deleted uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF actor IS NOT NULL THEN
        PERFORM editorial_record_events(actor, NULL, '{}', '{}', '{}', proof);
    END IF;
    IF EXISTS (SELECT FROM editorial_readermessage m WHERE m.id = ANY(deleted) AND NOT CASE WHEN actor IS NULL
               THEN m.received_at < now() - interval '1 day' ELSE editorial_is_editor(actor, m.newsroom_id) END) THEN
        RAISE EXCEPTION 'only an Editor of its newsroom can delete a message on its first day'
            USING ERRCODE = 'restrict_violation';
    END IF;
    INSERT INTO editorial_editorialevent (at, actor_id, action, newsroom_id, subject, detail)
        SELECT clock_timestamp(), actor, 'message.deleted', newsroom_id, 'messages', jsonb_build_object('count', count(*))
        FROM editorial_readermessage WHERE id = ANY(deleted) GROUP BY newsroom_id;
    DELETE FROM editorial_readermessage WHERE id = ANY(deleted) OR same_as_id = ANY(deleted);
END $$;
REVOKE EXECUTE ON FUNCTION editorial_end_sessions(bigint, text, bigint, text[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION editorial_end_sessions(bigint, text, bigint, text[], text) TO :"application";
REVOKE EXECUTE ON FUNCTION editorial_leave_session(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION editorial_leave_session(text) TO :"application";
REVOKE EXECUTE ON FUNCTION editorial_remove_factors(bigint, text, bigint, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION editorial_remove_factors(bigint, text, bigint, bigint[]) TO :"application";
REVOKE EXECUTE ON FUNCTION editorial_delete_messages(bigint, text, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION editorial_delete_messages(bigint, text, uuid[]) TO :"application";
