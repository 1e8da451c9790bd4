-- Every change of who can do what is a proposal. Giving needs two people. Taking away needs one person, with a brake.
-- The application can't change memberships and administrators. An approved proposal about an account takes effect in a
-- trigger that runs as the owner of the tables. So every approval takes effect exactly once.
REVOKE INSERT, UPDATE, DELETE ON editorial_membership, editorial_user_groups FROM :"application";
-- Memberships refer to accounts, and foreign keys are checked at commit. A transaction could otherwise replace an account.
REVOKE DELETE ON editorial_user FROM :"application";

-- Whether a person may decide on a proposal about an account. For a role, `newsroom` is the role's newsroom. For all
-- other changes it is NULL, and the account's newsrooms count. Chief editors decide on what is given. On what is taken
-- away or given back, Editors decide too, and on an administrator the Chief editors of every newsroom: an attacker may
-- have removed everybody else.
CREATE OR REPLACE FUNCTION editorial_decides_on_account(person bigint, account bigint, newsroom bigint, action text)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT person <> account AND (editorial_administers(person) OR EXISTS (
        SELECT FROM editorial_membership held JOIN editorial_user u ON u.id = held.user_id AND u.is_active
        WHERE held.user_id = person
        AND (held.role = 'chief_editor'
            OR held.role = 'editor' AND action IN ('removal', 'dismissal', 'closing', 'pause', 'undoing'))
        AND (held.publisher_id = newsroom OR newsroom IS NULL AND (
            EXISTS (SELECT FROM editorial_membership m WHERE m.user_id = account AND m.publisher_id = held.publisher_id)
            OR held.role = 'chief_editor' AND action IN ('dismissal', 'closing', 'pause', 'undoing')
               AND NOT EXISTS (SELECT FROM editorial_membership m WHERE m.user_id = account)))))
$$;

-- Account administrators propose. Chief editors also remove the roles of their own newsroom, and everybody who can
-- decide on it can propose to undo a removal.
CREATE OR REPLACE FUNCTION editorial_proposes_on_account(person bigint, account bigint, newsroom bigint, action text)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT editorial_administers(person)
        OR action = 'undoing' AND editorial_decides_on_account(person, account, newsroom, action)
        OR action = 'removal' AND editorial_role_in(person, newsroom) = 'chief_editor'
$$;

-- The part of editorial_decision_refusal (proposals.sql) for accounts. One person takes away alone while the brake lets
-- them, and in first-hour mode also gives alone. Nobody decides whether their own removal is undone.
CREATE OR REPLACE FUNCTION editorial_account_refusal(person bigint, proposal bigint, approving boolean) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN person = p.submitted_by_id AND p.action IN ('removal', 'dismissal', 'closing')
            THEN CASE WHEN NOT editorial_proposes_on_account(person, p.account_id, p.newsroom_id, p.action) THEN 'not_editor'
                WHEN approving AND editorial_removal_waits(p.id) THEN 'submitter' ELSE '' END
        WHEN person = p.account_id THEN 'own_account'
        WHEN NOT editorial_decides_on_account(person, p.account_id, p.newsroom_id, p.action) THEN 'not_editor'
        WHEN p.action = 'undoing' AND EXISTS (
            SELECT FROM editorial_proposal taken
            WHERE taken.id = (p.statement::jsonb ->> 'removal')::bigint AND taken.submitted_by_id = person)
            THEN 'took_it_away'
        WHEN approving AND person = p.submitted_by_id AND NOT editorial_is_first_hour(person) THEN 'submitter'
        ELSE '' END
    FROM editorial_proposal p WHERE p.id = proposal
$$;

-- Whether nobody else could decide without this account: in one of its newsrooms, or in this newsroom, or on accounts.
CREATE OR REPLACE FUNCTION editorial_is_last_decider(account bigint, newsroom bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH deciders AS (
        SELECT m.user_id, m.publisher_id FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id
        WHERE u.is_active AND m.role IN ('editor', 'chief_editor')
        UNION ALL SELECT id, NULL FROM editorial_user WHERE editorial_administers(id))
    SELECT EXISTS (
        SELECT FROM deciders d WHERE d.user_id = account AND (newsroom IS NULL OR d.publisher_id = newsroom)
        AND NOT EXISTS (SELECT FROM deciders other WHERE other.user_id <> account
                        AND other.publisher_id IS NOT DISTINCT FROM d.publisher_id))
$$;

-- The brake: whether this proposal to take something away needs a second person. It does for 24 hours if its submitter
-- has taken away twice alone within an hour, or if it concerns the last person who can decide. A compromised application
-- can name any administrator, and the brake then counts for each of them (events.sql).
CREATE OR REPLACE FUNCTION editorial_removal_waits(proposal bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.submitted_at > now() - interval '24 hours' AND (
        editorial_is_last_decider(p.account_id, p.newsroom_id)
        OR (SELECT count(*) FROM editorial_proposal done
            WHERE done.kind = 'account' AND done.action IN ('removal', 'dismissal', 'closing') AND done.id <> p.id
            AND done.decision = 'approved' AND done.submitted_by_id = p.submitted_by_id
            AND done.decided_by_id = done.submitted_by_id
            AND done.decided_at BETWEEN now() - interval '1 hour' AND done.submitted_at + interval '24 hours') >= 2)
    FROM editorial_proposal p WHERE p.id = proposal
$$;

-- Whether an event made its account an account administrator or a Chief editor.
CREATE OR REPLACE FUNCTION editorial_makes_decider(event editorial_editorialevent) RETURNS boolean LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT event.subject LIKE 'user:%' AND (
        event.action = 'account_group.added'
        OR event.action IN ('account.added', 'account.changed') AND event.detail -> 'is_superuser' ->> 1 = 'true'
        OR event.action IN ('membership.added', 'membership.changed') AND event.detail -> 'role' ->> 1 = 'chief_editor')
$$;

-- Whether anybody except this person has ever been an account administrator or a Chief editor. Events are never deleted,
-- so the answer stays the same after these people have lost their roles.
CREATE OR REPLACE FUNCTION editorial_had_decider_except(person bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM editorial_editorialevent event WHERE editorial_makes_decider(event)
                   AND event.subject IS DISTINCT FROM 'user:' || person)
$$;

-- The end of first-hour mode, or NULL if the mode is over. In this mode, the first account administrator is the only one
-- who could ever decide, so their own approval is enough. The mode ends seven days after this administrator was added.
-- Readers see the time, so the reading role can call this function, but it can't read the events.
-- The first event is found quickly, and the others are read only within these days.
CREATE OR REPLACE FUNCTION editorial_first_hour_ends() RETURNS timestamptz LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH first AS (
        SELECT at + interval '7 days' AS ends, substring(subject FROM 6)::bigint AS person
        FROM editorial_editorialevent event WHERE editorial_makes_decider(event) ORDER BY id LIMIT 1)
    SELECT CASE WHEN ends > now() AND editorial_administers(person) AND NOT editorial_had_decider_except(person)
        THEN ends END FROM first
$$;

CREATE OR REPLACE FUNCTION editorial_is_first_hour(person bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT editorial_administers(person) AND editorial_first_hour_ends() IS NOT NULL
$$;

-- An account that lost its role or its administration today keeps its protection, because that can be undone.
CREATE OR REPLACE FUNCTION editorial_has_powers(account bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM editorial_user WHERE id = account AND is_superuser)
        OR EXISTS (SELECT FROM editorial_user_groups WHERE user_id = account)
        OR EXISTS (SELECT FROM editorial_membership WHERE user_id = account)
        OR EXISTS (SELECT FROM editorial_proposal WHERE account_id = account AND action IN ('removal', 'dismissal')
                   AND decision = 'approved' AND decided_at > now() - interval '24 hours')
$$;

-- Whether such a change replaces the password. The first role does, because one person could set up the account.
CREATE OR REPLACE FUNCTION editorial_replaces_password(account bigint, change text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT change IN ('reset', 'reopening') OR change IN ('role', 'administrator') AND NOT editorial_has_powers(account)
$$;

-- Whether the operator was the last to close the account. Changes at the operator's shell have no person.
CREATE OR REPLACE FUNCTION editorial_is_closed_by_operator(account bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((
        SELECT actor_id IS NULL AND detail -> 'is_active' ->> 1 = 'false' FROM editorial_editorialevent
        WHERE subject = 'user:' || account AND action = 'account.changed' AND detail ? 'is_active'
        ORDER BY id DESC LIMIT 1), false)
$$;

-- An operator can also close an account that is only paused. No column changes, so this event tells the two apart.
CREATE OR REPLACE FUNCTION editorial_account_closed_again() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF coalesce(current_setting('factcheck.actor', true), '') = ''
        AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        INSERT INTO editorial_editorialevent (at, action, subject, detail) VALUES (
            clock_timestamp(), 'account.changed', 'user:' || NEW.id, '{"is_active": [false, false]}');
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER account_closed_again AFTER UPDATE OF is_active ON editorial_user
    FOR EACH ROW WHEN (NOT OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION editorial_account_closed_again();

-- Whether an undoing would give back what was taken, and change nothing that was decided since.
CREATE OR REPLACE FUNCTION editorial_can_be_undone(account bigint, newsroom bigint, taken text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE taken
        WHEN 'removal' THEN NOT EXISTS (
                SELECT FROM editorial_membership WHERE user_id = account AND publisher_id = newsroom)
            AND NOT EXISTS (SELECT FROM editorial_user WHERE id = account AND is_superuser)
            AND NOT EXISTS (SELECT FROM editorial_user_groups WHERE user_id = account)
        WHEN 'dismissal' THEN NOT EXISTS (SELECT FROM editorial_membership WHERE user_id = account)
        ELSE NOT editorial_is_closed_by_operator(account) END
$$;

-- The rules for everybody except the owner of the tables, who works at the operator's shell.
-- - Nobody sets another person's password. The request has proved the person (sessions.sql). Only the first password after
--   a link, and a new hash at a login, have no proof. The prefix is the algorithm and its iterations.
-- - Without an approved proposal, an account can't be closed or reopened, and one with a role keeps its e-mail address.
-- - Only the first account can be created as an administrator and with a password.
CREATE OR REPLACE FUNCTION editorial_account_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    prefix constant text := '^[^$]+\$[^$]+\$';
BEGIN
    IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF (NEW.is_superuser OR NEW.password NOT LIKE '!%') AND editorial_had_decider_except(NULL) THEN
            RAISE EXCEPTION 'a new account has no password and administers nothing' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.username, NEW.is_superuser, NEW.is_active, NEW.is_staff)
            IS DISTINCT FROM (OLD.id, OLD.username, OLD.is_superuser, OLD.is_active, OLD.is_staff)
        OR NEW.email <> OLD.email AND editorial_has_powers(OLD.id) THEN
        RAISE EXCEPTION 'account %: this needs an approved proposal', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.password <> OLD.password
        AND editorial_proved() IS DISTINCT FROM NEW.id AND NOT coalesce(
            current_setting('factcheck.actor', true) = NEW.id::text AND (OLD.password LIKE '!%'
                OR current_setting('factcheck.rehashing', true) = NEW.id::text
                   AND substring(NEW.password FROM prefix) <> substring(OLD.password FROM prefix)), false) THEN
        RAISE EXCEPTION 'account %: only this person chooses the password', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_rules BEFORE INSERT OR UPDATE ON editorial_user
    FOR EACH ROW EXECUTE FUNCTION editorial_account_rules();

-- The times are the server's, because the brake counts in hours.
CREATE OR REPLACE FUNCTION editorial_account_proposed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.decided_at := clock_timestamp();
        RETURN NEW;
    END IF;
    NEW.submitted_at := clock_timestamp();
    IF NEW.decision <> '' THEN
        RAISE EXCEPTION 'a proposal about an account begins undecided' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT editorial_proposes_on_account(NEW.submitted_by_id, NEW.account_id, NEW.newsroom_id, NEW.action) THEN
        RAISE EXCEPTION 'only an account administrator proposes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_proposed BEFORE INSERT ON editorial_proposal
    FOR EACH ROW WHEN (NEW.kind = 'account') EXECUTE FUNCTION editorial_account_proposed();
CREATE OR REPLACE TRIGGER account_decided BEFORE UPDATE ON editorial_proposal
    FOR EACH ROW WHEN (NEW.kind = 'account' AND NEW.decision <> '' AND OLD.decision = '')
    EXECUTE FUNCTION editorial_account_proposed();

-- Checks who approves a proposal about an account, and changes exactly what its statement says.
-- - A pause takes effect when it is proposed, and ends when it is returned, unless the operator has closed the account.
--   Its approval makes it last. The same person can't pause an account again and again.
-- - The first role of an account replaces its password too, because one person alone could have set up the account. The
--   person then chooses a password with a link that is sent to the address in the statement.
-- - An undoing gives back what one removal took from the account within the 24 hours before, and
--   replaces nothing that the account received since.
-- Changes wait for each other, so that they see who may decide now. This requires READ COMMITTED.
CREATE OR REPLACE FUNCTION editorial_account_takes_effect() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said jsonb := NEW.statement::jsonb;
    alone boolean := NEW.decided_by_id = NEW.submitted_by_id;
    takes boolean := NEW.action IN ('removal', 'dismissal', 'closing');
    person bigint := coalesce(NEW.decided_by_id, NEW.submitted_by_id);
    change text := NEW.action;
    account editorial_user%ROWTYPE;
    replaces_password boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'accounts and roles are changed as they are now, not as an earlier snapshot has them'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM auth_group WHERE name = 'Account administrators' FOR NO KEY UPDATE;
    SELECT * INTO account FROM editorial_user WHERE id = NEW.account_id FOR NO KEY UPDATE;
    -- The triggers on the changed tables record who acted.
    PERFORM set_config('factcheck.actor', person::text, true);
    IF NEW.decision = 'returned' THEN
        UPDATE editorial_user SET is_active = true
            WHERE id = NEW.account_id AND NOT editorial_is_closed_by_operator(NEW.account_id);
        RETURN NULL;
    END IF;
    IF NEW.decision = 'approved' AND editorial_decision_refusal(person, NEW.id, true) <> '' THEN
        RAISE EXCEPTION 'account %: % cannot approve this (%)', NEW.account_id, person,
            editorial_decision_refusal(person, NEW.id, true) USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT editorial_proposes_on_account(NEW.submitted_by_id, NEW.account_id, NEW.newsroom_id, NEW.action) THEN
        RAISE EXCEPTION 'account %: the submitter can no longer propose this', NEW.account_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (said ->> 'id', said ->> 'username', said ->> 'email') IS DISTINCT FROM
           (account.id::text, account.username::text, account.email::text)
        OR NEW.action = 'role' AND said ->> 'byline' IS DISTINCT FROM account.byline
        OR said ->> 'newsroom' IS DISTINCT FROM (SELECT site FROM editorial_publisher WHERE id = NEW.newsroom_id)
        OR NEW.action = 'removal' AND said ->> 'role' IS DISTINCT FROM (
            SELECT role FROM editorial_membership WHERE user_id = NEW.account_id AND publisher_id = NEW.newsroom_id)
        OR NEW.action NOT IN ('removal', 'dismissal', 'undoing')
           AND account.is_active = (NEW.action = 'reopening' OR NEW.action = 'pause' AND NEW.decision = 'approved') THEN
        RAISE EXCEPTION 'account %: it has changed since the proposal', NEW.account_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.action = 'pause' THEN
        IF NEW.decision = '' AND (editorial_is_last_decider(NEW.account_id, NULL) OR EXISTS (
            SELECT FROM editorial_proposal earlier WHERE earlier.account_id = NEW.account_id AND earlier.id <> NEW.id
            AND earlier.action = 'pause' AND earlier.submitted_by_id = NEW.submitted_by_id
            AND earlier.submitted_at > now() - interval '48 hours')) THEN
            RAISE EXCEPTION 'account %: nobody else could decide, or the same person has paused it before', NEW.account_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        UPDATE editorial_user SET is_active = false WHERE id = NEW.account_id AND is_active;
        RETURN NULL;
    END IF;
    IF NEW.action = 'undoing' THEN
        SELECT action INTO change FROM editorial_proposal taken WHERE taken.id = (said ->> 'removal')::bigint
            AND taken.account_id = NEW.account_id AND taken.newsroom_id IS NOT DISTINCT FROM NEW.newsroom_id
            AND taken.action IN ('removal', 'dismissal', 'closing', 'pause') AND taken.decision = 'approved'
            AND taken.decided_at > NEW.submitted_at - interval '24 hours'
            AND taken.statement::jsonb ->> 'role' IS NOT DISTINCT FROM said ->> 'role';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'account %: nothing was taken away within 24 hours', NEW.account_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        IF NOT editorial_can_be_undone(NEW.account_id, NEW.newsroom_id, change) THEN
            RAISE EXCEPTION 'account %: it has changed since the proposal', NEW.account_id
                USING ERRCODE = 'restrict_violation';
        END IF;
        change := CASE change WHEN 'removal' THEN 'role' WHEN 'dismissal' THEN 'administrator' ELSE 'undoing' END;
    END IF;
    replaces_password := editorial_replaces_password(NEW.account_id, change);
    IF change = 'role' THEN
        INSERT INTO editorial_membership (user_id, publisher_id, role)
            VALUES (NEW.account_id, NEW.newsroom_id, said ->> 'role')
            ON CONFLICT (user_id, publisher_id) DO UPDATE SET role = EXCLUDED.role;
    ELSIF change = 'administrator' THEN
        INSERT INTO editorial_user_groups (user_id, group_id)
            SELECT NEW.account_id, id FROM auth_group WHERE name = 'Account administrators' ON CONFLICT DO NOTHING;
    ELSIF change = 'email' THEN
        UPDATE editorial_user SET email = said ->> 'new_email' WHERE id = NEW.account_id;
    ELSIF change = 'removal' THEN
        DELETE FROM editorial_membership WHERE user_id = NEW.account_id AND publisher_id = NEW.newsroom_id;
    ELSIF change = 'dismissal' THEN
        DELETE FROM editorial_user_groups WHERE user_id = NEW.account_id;
        UPDATE editorial_user SET is_superuser = false WHERE id = NEW.account_id AND is_superuser;
    ELSIF change IN ('closing', 'undoing') THEN
        UPDATE editorial_user SET is_active = (change = 'undoing') WHERE id = NEW.account_id;
    END IF;
    IF replaces_password THEN
        -- Django recognises an unusable password by its first character. The rest ends the account's sessions.
        UPDATE editorial_user SET is_active = true, is_staff = true,
            password = '!' || left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 40)
            WHERE id = NEW.account_id;
    END IF;
    IF alone AND NOT takes THEN
        INSERT INTO editorial_editorialevent (at, actor_id, action, newsroom_id, subject, detail) VALUES (
            clock_timestamp(), NEW.decided_by_id, 'account_proposal.first_hour', NEW.newsroom_id,
            'user:' || NEW.account_id, jsonb_build_object('change', NEW.action));
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION editorial_account_takes_effect() FROM PUBLIC;
CREATE OR REPLACE TRIGGER account_takes_effect AFTER UPDATE ON editorial_proposal
    FOR EACH ROW WHEN (NEW.kind = 'account' AND OLD.decision = ''
        AND (NEW.decision = 'approved' OR NEW.decision = 'returned' AND NEW.action = 'pause'))
    EXECUTE FUNCTION editorial_account_takes_effect();
CREATE OR REPLACE TRIGGER account_pauses AFTER INSERT ON editorial_proposal
    FOR EACH ROW WHEN (NEW.kind = 'account' AND NEW.action = 'pause')
    EXECUTE FUNCTION editorial_account_takes_effect();

-- A person who returns a proposal can decide on it, or takes it back. A proposal also makes way for a stronger one, which the
-- same person then proposes. So this is checked at commit. An undoing gives way only to a pause. A pause never gives way.
CREATE OR REPLACE FUNCTION editorial_account_returned() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT editorial_may_return(NEW.decided_by_id, NEW.id) AND NOT EXISTS (
        SELECT FROM editorial_proposal stronger
        WHERE stronger.account_id = NEW.account_id AND stronger.submitted_by_id = NEW.decided_by_id
        AND stronger.id > NEW.id AND stronger.submitted_at >= NEW.decided_at AND NEW.action <> 'pause'
        AND (stronger.action = 'pause'
            OR NEW.action <> 'undoing' AND stronger.action IN ('removal', 'dismissal', 'closing', 'undoing'))) THEN
        RAISE EXCEPTION 'account %: % cannot return this', NEW.account_id, NEW.decided_by_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER account_returned AFTER UPDATE ON editorial_proposal DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'account' AND NEW.decision = 'returned' AND OLD.decision = '')
    EXECUTE FUNCTION editorial_account_returned();
