-- The application may read and write every table that migrations make from here on.
-- Other files narrow this for the tables that need it.
-- The reading role gets nothing by default: a file grants it each table that the public may see.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"application";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"application";
-- Django makes this table before the first migration. The check for missing migrations reads it.
GRANT SELECT ON django_migrations TO :"application";
