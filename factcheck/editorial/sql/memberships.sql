-- An account administrator assigns roles and so must not have a role. The account's row is locked, so that assigning a
-- role and making the account an administrator wait for each other. The second transaction then sees the first
-- transaction's change. This requires READ COMMITTED, because an earlier snapshot wouldn't show the change.
CREATE OR REPLACE FUNCTION editorial_membership_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account bigint := CASE WHEN TG_TABLE_NAME = 'editorial_user' THEN (to_jsonb(NEW) ->> 'id')::bigint
                           ELSE (to_jsonb(NEW) ->> 'user_id')::bigint END;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'accounts and roles are changed as they are now, not as an earlier snapshot has them'
            USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM editorial_user WHERE id = account FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id
        WHERE m.user_id = account
        AND (u.is_superuser OR EXISTS (
            SELECT 1 FROM editorial_user_groups ug JOIN auth_group g ON g.id = ug.group_id
            WHERE ug.user_id = u.id AND g.name = 'Account administrators'))
    ) THEN
        RAISE EXCEPTION 'an account administrator cannot be a member of a newsroom'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER membership_rules AFTER INSERT OR UPDATE ON editorial_membership
    FOR EACH ROW EXECUTE FUNCTION editorial_membership_rules();
CREATE OR REPLACE TRIGGER membership_rules AFTER INSERT OR UPDATE ON editorial_user_groups
    FOR EACH ROW EXECUTE FUNCTION editorial_membership_rules();
CREATE OR REPLACE TRIGGER membership_rules AFTER INSERT OR UPDATE ON editorial_user
    FOR EACH ROW EXECUTE FUNCTION editorial_membership_rules();

-- The rule above looks up the group by its name, so the group can't be renamed or deleted.
INSERT INTO auth_group (name) VALUES ('Account administrators') ON CONFLICT (name) DO NOTHING;
CREATE OR REPLACE TRIGGER group_kept BEFORE UPDATE OR DELETE ON auth_group
    FOR EACH ROW WHEN (OLD.name = 'Account administrators') EXECUTE FUNCTION editorial_refuse();
