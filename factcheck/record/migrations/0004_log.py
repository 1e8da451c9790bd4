"""The log's tree and its signed checkpoints, and what the database refuses to do to them."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTIONS = """
-- A tile keeps what it has and gains hashes at its end; a checkpoint is larger than all before it.
CREATE FUNCTION record_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF length(NEW.hashes) NOT BETWEEN 32 AND 8192 OR length(NEW.hashes) % 32 <> 0
        OR TG_OP = 'UPDATE' AND ((NEW.level, NEW.index) <> (OLD.level, OLD.index)
            OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes) THEN
        RAISE EXCEPTION 'tile %/% of the log may only grow', OLD.level, OLD.index USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION record_checkpoint_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size <= (SELECT max(size) FROM record_logcheckpoint)
        OR NEW.size <> (SELECT max(sequence) + 1 FROM record_logentry) OR length(NEW.root) <> 32 THEN
        RAISE EXCEPTION 'the checkpoint of % entries does not follow the log', NEW.size
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Replaces the function of 0003: the order of kinds is a rule for reviews; a redacted revision may follow an erasure.
CREATE OR REPLACE FUNCTION record_entry_follows() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF (NEW.kind IN ('review.original', 'demand.published', 'key.rotation')) <> (last.sequence IS NULL)
        OR split_part(NEW.kind, '.', 1) <> split_part(last.kind, '.', 1)
        OR (NEW.kind IN ('review.update', 'review.correction') AND last.kind = 'review.withdrawal')
        OR (NEW.kind = 'review.update' AND last.kind = 'review.erasure')
        OR (NEW.kind = 'review.reinstatement' AND last.kind <> 'review.withdrawal')
        OR (NEW.kind = 'review.withdrawal' AND last.kind IN ('review.withdrawal', 'review.erasure'))
        OR (NEW.kind = 'review.erasure' AND last.kind = 'review.erasure') THEN
        RAISE EXCEPTION '% cannot follow % of %', NEW.kind, last.kind, NEW.subject
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGERS = [
    ("record_logtile", "tile_grows", "BEFORE INSERT OR UPDATE", "ROW", "record_tile_grows"),
    ("record_logtile", "tile_kept", "BEFORE DELETE", "ROW", "record_refuse"),
    ("record_logtile", "tiles_kept", "BEFORE TRUNCATE", "STATEMENT", "record_refuse"),
    ("record_logcheckpoint", "checkpoint_follows", "BEFORE INSERT", "ROW", "record_checkpoint_follows"),
    ("record_logcheckpoint", "checkpoint_fixed", "BEFORE UPDATE OR DELETE", "ROW", "record_refuse"),
    ("record_logcheckpoint", "checkpoints_kept", "BEFORE TRUNCATE", "STATEMENT", "record_refuse"),
    ("record_cosignature", "cosignature_fixed", "BEFORE UPDATE OR DELETE", "ROW", "record_refuse"),
    ("record_cosignature", "cosignatures_kept", "BEFORE TRUNCATE", "STATEMENT", "record_refuse"),
]

FORWARDS = [
    FUNCTIONS,
    *(
        f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}();"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};"
        for table, name, when, each, function in TRIGGERS
    ),
]


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The application adds tiles, checkpoints and cosignatures; the reading role serves them."""
    quote = schema_editor.connection.ops.quote_name
    application = quote(settings.DATABASES["default"]["USER"])
    reading = quote(settings.DATABASES["public"]["USER"])
    tables = "record_logtile, record_logcheckpoint, record_cosignature"
    for statement in (
        f"REVOKE ALL ON {tables} FROM {application}",
        f"GRANT SELECT, INSERT ON {tables} TO {application}",
        f"GRANT UPDATE ON record_logtile TO {application}",
        f"GRANT SELECT ON {tables} TO {reading}",
    ):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0003_defences"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogCheckpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("note", models.TextField(help_text="C2SP signed-note with the log's own signatures.")),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="LogTile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hashes", models.BinaryField(help_text="Up to 256 hashes of 32 bytes (C2SP tlog-tiles).")),
            ],
        ),
        migrations.AlterField(
            model_name="logentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("review.original", "Original"),
                    ("review.update", "Update"),
                    ("review.correction", "Correction"),
                    ("review.withdrawal", "Withdrawal"),
                    ("review.reinstatement", "Reinstatement"),
                    ("review.erasure", "Erasure"),
                    ("demand.published", "Demand Published"),
                    ("demand.updated", "Demand Updated"),
                    ("key.rotation", "Key Rotation"),
                ],
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="logentry",
            name="subject",
            field=models.UUIDField(help_text="The review or demand it is about; of a rotation, the key."),
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("witness", models.CharField(help_text="The name of the witness's key.", max_length=255)),
                ("line", models.CharField(max_length=500)),
                (
                    "checkpoint",
                    models.ForeignKey(
                        db_column="size",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cosignatures",
                        to="record.logcheckpoint",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("checkpoint", "witness"), name="cosignature_once")],
            },
        ),
        migrations.RunSQL(FORWARDS),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
