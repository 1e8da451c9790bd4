-- The application can read and write every table that later migrations create.
-- Other files restrict these privileges for single tables.
-- The reading role gets no privileges by default. A file grants it access to each table that the public can see.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"application";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"application";
-- Django creates this table before the first migration. The check for missing migrations reads the table.
GRANT SELECT ON django_migrations TO :"application";
