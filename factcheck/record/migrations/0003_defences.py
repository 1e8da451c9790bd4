"""The database defends the record, whoever writes: a superuser of Django, the shell, SQL.

Every trigger is ENABLE ALWAYS, so that `session_replication_role` does not switch it off. The
owner of the tables can drop them; the log, which others hold copies of, is what shows that.
"""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTIONS = """
CREATE FUNCTION record_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what is published never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- 1178682196 is "FACT" in ASCII; the same lock as factcheck.record.log.LOCK, taken here too so that
-- an INSERT that goes round the application stands in the same queue.
CREATE FUNCTION record_entry_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head record_logentry%ROWTYPE;
    last record_logentry%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock(1178682196);
    SELECT * INTO head FROM record_logentry ORDER BY sequence DESC LIMIT 1;
    SELECT * INTO last FROM record_logentry WHERE subject = NEW.subject ORDER BY number DESC LIMIT 1;
    IF NEW.sequence <> coalesce(head.sequence + 1, 0) THEN
        RAISE EXCEPTION 'log entry % does not follow %', NEW.sequence, head.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.at < head.at THEN
        RAISE EXCEPTION 'log entry % is dated before the one that it follows', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.number <> coalesce(last.number + 1, 1) THEN
        RAISE EXCEPTION 'revision % of % does not follow %', NEW.number, NEW.subject, last.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.kind = 'review.original') <> (last.sequence IS NULL)
        OR (NEW.kind IN ('review.update', 'review.correction') AND last.kind = 'review.withdrawal')
        OR (NEW.kind = 'review.reinstatement' AND last.kind <> 'review.withdrawal')
        OR (NEW.kind = 'review.withdrawal' AND last.kind IN ('review.withdrawal', 'review.erasure')) THEN
        RAISE EXCEPTION '% cannot follow % of %', NEW.kind, last.kind, NEW.subject
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION record_entry_has_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM record_revisiondocument d WHERE d.sequence = NEW.sequence) THEN
        RAISE EXCEPTION 'log entry % has no document', NEW.sequence USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION record_document_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record_logentry%ROWTYPE;
BEGIN
    SELECT * INTO entry FROM record_logentry WHERE sequence = NEW.sequence;
    IF length(NEW.salt) <> 32 OR entry.digest <> encode(sha256(NEW.salt || NEW.document), 'hex') THEN
        RAISE EXCEPTION 'the document of log entry % has not its digest', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM record_logentry e WHERE e.subject = entry.subject
               AND e.kind = 'review.erasure' AND e.sequence > entry.sequence) THEN
        RAISE EXCEPTION 'the document of log entry % was erased', NEW.sequence
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION record_document_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM record_logentry e JOIN record_logentry mine ON mine.sequence = OLD.sequence
                   WHERE e.subject = mine.subject AND e.kind = 'review.erasure' AND e.sequence > mine.sequence) THEN
        RAISE EXCEPTION 'DELETE of record_revisiondocument is refused: no erasure of it is in the log'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
"""

TRIGGERS = [
    ("record_logentry", "entry_follows", "BEFORE INSERT", "ROW", "record_entry_follows"),
    ("record_logentry", "entry_fixed", "BEFORE UPDATE OR DELETE", "ROW", "record_refuse"),
    ("record_logentry", "entry_kept", "BEFORE TRUNCATE", "STATEMENT", "record_refuse"),
    ("record_revisiondocument", "document_fits", "BEFORE INSERT", "ROW", "record_document_fits"),
    ("record_revisiondocument", "document_fixed", "BEFORE UPDATE", "ROW", "record_refuse"),
    ("record_revisiondocument", "document_erased", "BEFORE DELETE", "ROW", "record_document_erased"),
    ("record_revisiondocument", "document_kept", "BEFORE TRUNCATE", "STATEMENT", "record_refuse"),
]

FORWARDS = [
    FUNCTIONS,
    *(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}();"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};"
        for table, name, when, each, function in TRIGGERS
    ),
    # At commit, because the document is inserted after its entry.
    (
        "CREATE CONSTRAINT TRIGGER entry_has_document AFTER INSERT ON record_logentry DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION record_entry_has_document();"
        "ALTER TABLE record_logentry ENABLE ALWAYS TRIGGER entry_has_document;"
    ),
]

BACKWARDS = [
    *(f"DROP TRIGGER {name} ON {table};" for table, name, *_ in TRIGGERS),
    "DROP TRIGGER entry_has_document ON record_logentry;",
    (
        "DROP FUNCTION record_refuse, record_entry_follows, record_entry_has_document, record_document_fits,"
        " record_document_erased;"
    ),
]

RECORD_TABLES = "record_logentry, record_revisiondocument"
READ_MODEL = "record_publishedreview, record_publishedclaim, record_publishedreference"


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The application appends to the record; the reading role reads it and nothing else."""
    quote = schema_editor.connection.ops.quote_name
    application = quote(settings.DATABASES["default"]["USER"])
    reading = quote(settings.DATABASES["public"]["USER"])
    for statement in (
        f"REVOKE ALL ON {RECORD_TABLES} FROM {application}",
        f"GRANT SELECT, INSERT ON {RECORD_TABLES} TO {application}",
        f"GRANT DELETE ON record_revisiondocument TO {application}",
        f"GRANT SELECT ON {RECORD_TABLES}, {READ_MODEL} TO {reading}",
    ):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("record", "0002_models")]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
