-- The check for missing migrations reads this table. Only the owner changes it.
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM :"application";
REVOKE ALL ON SEQUENCE django_migrations_id_seq FROM :"application";
