-- Events never change, with two exceptions: events of an erased review lose their details, and so do events of a draft
-- of which a passage is forgotten, unless they name a published digest. They keep who did what and when.
CREATE OR REPLACE FUNCTION editorial_event_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.subject ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        -- The n-th event of an erasure belongs to the n-th erasure in the log, so that nobody can add one to forget more.
        IF NEW.detail = '{}' AND to_jsonb(NEW) - 'detail' = to_jsonb(OLD) - 'detail' AND (OLD.id < (
            SELECT max(id) FROM (
                SELECT id FROM editorial_editorialevent WHERE subject = NEW.subject AND action = 'review.erasure'
                ORDER BY id LIMIT (
                    SELECT count(*) FROM record_logentry WHERE subject = NEW.subject::uuid AND kind = 'review.erasure')
            ) erasures) OR editorial_forgets(NEW.subject::uuid) AND NOT OLD.detail ? 'sequence' AND NOT EXISTS (
            SELECT FROM editorial_proposal p WHERE NEW.subject::uuid IN (p.review_id, p.demand_id, p.claim_id)
            AND p.sequence IS NOT NULL AND p.digest = OLD.detail ->> 'digest')) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is refused: it is kept as it was', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE TRIGGER event_fixed BEFORE UPDATE OR DELETE ON editorial_editorialevent
    FOR EACH ROW EXECUTE FUNCTION editorial_event_rules();

CREATE OR REPLACE TRIGGER event_kept BEFORE TRUNCATE ON editorial_editorialevent
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_refuse();

-- The application adds events only with this function. A transaction has one actor: the first event or set_actor fixes
-- the name, and every later event of the transaction has the same actor. The time is the server's, and only triggers
-- record changes to accounts, roles and webhooks.
-- This prevents events in the name of nobody, of a closed account or of several people at once, events with a false
-- time, and invented changes to roles. A request proves its person with the key of the session (sessions.sql). It doesn't
-- prevent a compromised application from beginning a session for another active account, because the application itself
-- checks passwords. Decisions are protected by the rules for proposals (proposals.sql), which don't depend on events.
CREATE OR REPLACE FUNCTION editorial_record_events(
    actor bigint, newsroom bigint, actions text[], subjects text[], details jsonb[], proof text DEFAULT ''
) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    declared text := coalesce(current_setting('factcheck.actor', true), '');
BEGIN
    IF declared <> '' AND declared IS DISTINCT FROM actor::text THEN
        RAISE EXCEPTION 'one transaction cannot name two people in its events' USING ERRCODE = 'restrict_violation';
    END IF;
    -- Nobody is known to have failed to sign in.
    IF NOT EXISTS (SELECT FROM editorial_user WHERE id = actor AND is_active)
       AND (actor IS NOT NULL OR EXISTS (SELECT FROM unnest(actions) AS action WHERE action !~ '^sign_in\.')) THEN
        RAISE EXCEPTION 'an event needs a person with an open account' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM unnest(actions) AS action WHERE
               action ~ '^((account|account_group|membership)\.(added|changed|removed)|webhook\..*)$') THEN
        RAISE EXCEPTION 'only triggers record changes to accounts, roles and webhooks'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM editorial_set_actor(actor, proof);
    INSERT INTO editorial_editorialevent (at, actor_id, action, newsroom_id, subject, detail)
        SELECT clock_timestamp(), actor, act.action, newsroom, act.subject, act.detail
        FROM unnest(actions, subjects, details) WITH ORDINALITY AS act (action, subject, detail, place)
        ORDER BY act.place;
END $$;
REVOKE EXECUTE ON FUNCTION editorial_record_events(bigint, bigint, text[], text[], jsonb[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION editorial_record_events(bigint, bigint, text[], text[], jsonb[], text) TO :"application";

-- Each event of an account or a token is queued for an e-mail to its person, however the event was made.
-- `people/account_mail.py` says which events are told.
CREATE OR REPLACE FUNCTION editorial_event_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO procrastinate_jobs (queue_name, task_name, args)
        SELECT 'default', 'accounts.send_alert', jsonb_build_object('event', NEW.id)
        FROM editorial_user WHERE (email <> '' OR NEW.detail ? 'email') AND id = CASE
            WHEN NEW.subject ~ '^user:[0-9]+$' THEN substring(NEW.subject FROM 6)::bigint
            ELSE (SELECT user_id FROM editorial_apitoken WHERE id = NEW.subject::uuid) END;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER event_told AFTER INSERT ON editorial_editorialevent FOR EACH ROW WHEN (
    (NEW.subject ~ '^user:[0-9]+$' OR NEW.action IN ('token.made', 'token.revoked'))
    AND NEW.action !~ '^(account_proposal\.|account\.added$|sign_in\.(ended|failed)$)'
    AND NEW.detail ->> 'new_device' IS DISTINCT FROM 'false')
    EXECUTE FUNCTION editorial_event_told();

-- Every change to an account, group or membership is recorded as an event, however the change is made. Logins aren't
-- recorded. At a login, Django replaces a hash whose algorithm or iterations are outdated. The password stays the same, but
-- the database can't know this, so the event says "rehashed".
CREATE OR REPLACE FUNCTION editorial_account_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    untold text[] := ARRAY['last_login'];
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - untold END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - untold END;
    changed jsonb;
BEGIN
    IF before = after THEN
        RETURN NULL;
    END IF;
    -- The event contains the changed columns with their values, except for passwords.
    SELECT jsonb_object_agg(key, CASE WHEN key = 'password' THEN to_jsonb(CASE
                                      WHEN after ->> 'id' = current_setting('factcheck.rehashing', true) THEN 'rehashed'
                                      ELSE 'changed' END)
                                      ELSE jsonb_build_array(before -> key, after -> key) END)
        INTO changed FROM jsonb_object_keys(coalesce(after, before)) AS key
        WHERE before -> key IS DISTINCT FROM after -> key;
    INSERT INTO editorial_editorialevent (at, actor_id, action, newsroom_id, subject, detail) VALUES (
        clock_timestamp(),
        nullif(current_setting('factcheck.actor', true), '')::bigint,
        CASE TG_TABLE_NAME WHEN 'editorial_user' THEN 'account.' WHEN 'editorial_membership' THEN 'membership.'
                           ELSE 'account_group.' END
            || CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END,
        (coalesce(after, before) ->> 'publisher_id')::bigint,
        'user:' || coalesce(coalesce(after, before) ->> 'user_id', coalesce(after, before) ->> 'id'),
        changed
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER account_event AFTER INSERT OR UPDATE OR DELETE ON editorial_membership
    FOR EACH ROW EXECUTE FUNCTION editorial_account_event();
CREATE OR REPLACE TRIGGER account_event AFTER INSERT OR UPDATE OR DELETE ON editorial_user_groups
    FOR EACH ROW EXECUTE FUNCTION editorial_account_event();
CREATE OR REPLACE TRIGGER account_event AFTER INSERT OR UPDATE OR DELETE ON editorial_user
    FOR EACH ROW EXECUTE FUNCTION editorial_account_event();

-- Changes to webhooks are recorded too, except for the columns that only the worker writes.
CREATE OR REPLACE FUNCTION editorial_webhook_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
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
CREATE OR REPLACE TRIGGER webhook_event AFTER INSERT OR UPDATE OR DELETE ON webhooks_subscription
    FOR EACH ROW EXECUTE FUNCTION editorial_webhook_event();

-- The application adds events with the function above, and never deletes them. It can update one column, which the
-- trigger event_fixed guards.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON editorial_editorialevent FROM :"application";
GRANT UPDATE (detail) ON editorial_editorialevent TO :"application";
