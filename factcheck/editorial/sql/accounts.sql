-- Taking away needs one person, and giving needs two.
-- The application can delete memberships and administrators, but can't add or change them. An approved proposal about an
-- account takes effect in a trigger that runs as the owner of the tables. So every approval takes effect exactly once.
REVOKE INSERT, UPDATE ON editorial_membership, editorial_user_groups FROM :"application";
-- Memberships refer to accounts, and foreign keys are checked at commit. A transaction could otherwise replace an account.
REVOKE DELETE ON editorial_user FROM :"application";

CREATE OR REPLACE FUNCTION editorial_administers(person bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM editorial_user u WHERE u.id = person AND u.is_active AND (u.is_superuser OR EXISTS (
            SELECT FROM editorial_user_groups ug JOIN auth_group g ON g.id = ug.group_id
            WHERE ug.user_id = u.id AND g.name = 'Account administrators')))
$$;

-- Whether a person may decide on a proposal about an account. For a role, `newsroom` is the role's newsroom. For all
-- other changes it is NULL, and Chief editors of the account's newsrooms may decide.
CREATE OR REPLACE FUNCTION editorial_decides_on_account(person bigint, account bigint, newsroom bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT person <> account AND (editorial_administers(person) OR EXISTS (
        SELECT FROM editorial_membership led JOIN editorial_user u ON u.id = led.user_id AND u.is_active
        WHERE led.user_id = person AND led.role = 'chief_editor' AND (led.publisher_id = newsroom
            OR newsroom IS NULL AND EXISTS (
                SELECT FROM editorial_membership m
                WHERE m.user_id = account AND m.publisher_id = led.publisher_id))))
$$;

-- Whether anybody except this person has ever been an account administrator or a Chief editor. Events are never deleted,
-- so the answer stays the same after these people have lost their roles.
CREATE OR REPLACE FUNCTION editorial_had_decider_except(person bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM editorial_editorialevent
        WHERE subject LIKE 'user:%' AND subject IS DISTINCT FROM 'user:' || person AND (
            action = 'account_group.added'
            OR action IN ('account.added', 'account.changed') AND detail -> 'is_superuser' ->> 1 = 'true'
            OR action IN ('membership.added', 'membership.changed') AND detail -> 'role' ->> 1 = 'chief_editor'))
$$;

-- First-hour mode: this person is the only one who could ever decide, so their own approval is enough.
CREATE OR REPLACE FUNCTION editorial_is_first_hour(person bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT editorial_administers(person) AND NOT editorial_had_decider_except(person)
$$;

CREATE OR REPLACE FUNCTION editorial_has_powers(account bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM editorial_user WHERE id = account AND is_superuser)
        OR EXISTS (SELECT FROM editorial_user_groups WHERE user_id = account)
        OR EXISTS (SELECT FROM editorial_membership WHERE user_id = account)
$$;

-- The rules for everybody except the owner of the tables, who works at the operator's shell.
-- - Nobody sets another person's password. `factcheck.actor` is the person who acts.
-- - Without an approved proposal, an account with a role can't be reopened and keeps its e-mail address.
-- - Only the first account can be created as an administrator and with a password.
CREATE OR REPLACE FUNCTION editorial_account_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
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
    IF NEW.id <> OLD.id OR NEW.is_superuser AND NOT OLD.is_superuser
        OR (NEW.email <> OLD.email OR NEW.is_active AND NOT OLD.is_active OR NEW.is_staff AND NOT OLD.is_staff)
           AND editorial_has_powers(OLD.id) THEN
        RAISE EXCEPTION 'account %: this needs a proposal that a second person approves', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.password <> OLD.password
        AND nullif(current_setting('factcheck.actor', true), '')::bigint IS DISTINCT FROM NEW.id THEN
        RAISE EXCEPTION 'account %: only this person chooses the password', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_rules BEFORE INSERT OR UPDATE ON editorial_user
    FOR EACH ROW EXECUTE FUNCTION editorial_account_rules();

CREATE OR REPLACE FUNCTION editorial_account_proposed() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.decision <> '' THEN
        RAISE EXCEPTION 'a proposal about an account begins undecided' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT editorial_administers(NEW.submitted_by_id) THEN
        RAISE EXCEPTION 'only an account administrator proposes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_proposed BEFORE INSERT ON editorial_proposal
    FOR EACH ROW WHEN (NEW.kind = 'account') EXECUTE FUNCTION editorial_account_proposed();

-- Checks who approves a proposal about an account, and gives exactly what its statement says.
-- The first role of an account replaces its password too, because one person alone could have set up the account. The
-- person then chooses a password with a link that is sent to the address in the statement.
-- Approvals wait for each other, so that they see who may decide now. This requires READ COMMITTED.
CREATE OR REPLACE FUNCTION editorial_account_takes_effect() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said jsonb := NEW.statement::jsonb;
    alone boolean := NEW.decided_by_id = NEW.submitted_by_id;
    account editorial_user%ROWTYPE;
    had_powers boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'accounts and roles are changed as they are now, not as an earlier snapshot has them'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM auth_group WHERE name = 'Account administrators' FOR NO KEY UPDATE;
    SELECT * INTO account FROM editorial_user WHERE id = NEW.account_id FOR NO KEY UPDATE;
    IF alone AND NOT editorial_is_first_hour(NEW.decided_by_id) THEN
        RAISE EXCEPTION 'two_people: somebody else decides on an account' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT editorial_administers(NEW.submitted_by_id)
        OR NOT editorial_decides_on_account(NEW.decided_by_id, NEW.account_id, NEW.newsroom_id) THEN
        RAISE EXCEPTION 'only another account administrator or a Chief editor of the newsroom approves'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (said ->> 'id', said ->> 'username', said ->> 'email') IS DISTINCT FROM
           (account.id::text, account.username::text, account.email::text)
        OR said ->> 'newsroom' IS DISTINCT FROM (SELECT site FROM editorial_publisher WHERE id = NEW.newsroom_id)
        OR account.is_active = (NEW.action = 'reopening') THEN
        RAISE EXCEPTION 'account %: it has changed since the proposal', NEW.account_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    had_powers := editorial_has_powers(NEW.account_id);
    -- The triggers on the changed tables record who decided.
    PERFORM set_config('factcheck.actor', NEW.decided_by_id::text, true);
    IF NEW.action = 'role' THEN
        INSERT INTO editorial_membership (user_id, publisher_id, role)
            VALUES (NEW.account_id, NEW.newsroom_id, said ->> 'role')
            ON CONFLICT (user_id, publisher_id) DO UPDATE SET role = EXCLUDED.role;
    ELSIF NEW.action = 'administrator' THEN
        INSERT INTO editorial_user_groups (user_id, group_id)
            SELECT NEW.account_id, id FROM auth_group WHERE name = 'Account administrators';
    ELSIF NEW.action = 'email' THEN
        UPDATE editorial_user SET email = said ->> 'new_email' WHERE id = NEW.account_id;
    END IF;
    IF NEW.action IN ('reset', 'reopening') OR NEW.action <> 'email' AND NOT had_powers THEN
        -- Django recognises an unusable password by its first character. The rest ends the account's sessions.
        UPDATE editorial_user SET is_active = true, is_staff = true,
            password = '!' || left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 40)
            WHERE id = NEW.account_id;
    END IF;
    IF alone THEN
        INSERT INTO editorial_editorialevent (at, actor_id, action, newsroom_id, subject, detail) VALUES (
            clock_timestamp(), NEW.decided_by_id, 'account_proposal.first_hour', NEW.newsroom_id,
            'user:' || NEW.account_id, jsonb_build_object('change', NEW.action));
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION editorial_account_takes_effect() FROM PUBLIC;
CREATE OR REPLACE TRIGGER account_takes_effect AFTER UPDATE ON editorial_proposal
    FOR EACH ROW WHEN (NEW.kind = 'account' AND NEW.decision = 'approved' AND OLD.decision <> 'approved')
    EXECUTE FUNCTION editorial_account_takes_effect();
