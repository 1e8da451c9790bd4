-- The rights of people. Each right is one function: here, for decisions in proposals.sql, and for accounts in accounts.sql.
-- Triggers, policies, lists and buttons all ask these functions (`factcheck/editorial/people/roles.py`).

-- The person's role in the newsroom, or '' without one. A closed account doesn't have a role.
CREATE OR REPLACE FUNCTION editorial_role_in(person bigint, newsroom bigint) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((
        SELECT m.role FROM editorial_membership m JOIN editorial_user u ON u.id = m.user_id AND u.is_active
        WHERE m.user_id = person AND m.publisher_id = newsroom), '')
$$;

CREATE OR REPLACE FUNCTION editorial_is_editor(person bigint, newsroom bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT editorial_role_in(person, newsroom) IN ('editor', 'chief_editor')
$$;

CREATE OR REPLACE FUNCTION editorial_is_editor_anywhere(person bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM editorial_membership m
                   WHERE m.user_id = person AND editorial_is_editor(person, m.publisher_id))
$$;

CREATE OR REPLACE FUNCTION editorial_administers(person bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM editorial_user u WHERE u.id = person AND u.is_active AND (u.is_superuser OR EXISTS (
            SELECT FROM editorial_user_groups ug JOIN auth_group g ON g.id = ug.group_id
            WHERE ug.user_id = u.id AND g.name = 'Account administrators')))
$$;

-- Whether a person is listed as an author of the review, or created the review, also through a program. Anyone who can
-- edit the draft can change the list of authors, but the creator never changes (reviews.sql). Importers don't count as
-- authors of the reviews that they import.
CREATE OR REPLACE FUNCTION editorial_is_author(person bigint, review uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM editorial_authorship s WHERE s.review_id = review AND s.user_id = person)
        OR EXISTS (SELECT FROM editorial_review r
                   WHERE r.id = review AND r.created_by_id = person AND r.import_key IS NULL)
$$;

-- Editors write all reviews of their newsroom. Reporters write the reviews that they created or are an author of.
CREATE OR REPLACE FUNCTION editorial_may_write(person bigint, review uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM editorial_review r WHERE r.id = review AND CASE editorial_role_in(person, r.newsroom_id)
            WHEN '' THEN false
            WHEN 'reporter' THEN r.created_by_id = person OR editorial_is_author(person, r.id)
            ELSE true END)
$$;

CREATE OR REPLACE FUNCTION editorial_may_freeze(person bigint, newsroom bigint) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT editorial_administers(person) OR editorial_role_in(person, newsroom) = 'chief_editor'
$$;
