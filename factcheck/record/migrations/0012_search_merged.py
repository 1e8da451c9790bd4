"""The words of many rows go into the search's indexes together: gathered by a statement, merged when it ends.

Only an index's owner may have what is gathered merged, so the function runs as the owner.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

INDEXES = [
    ("publishedreview", "record_publishedreview", "review_search"),
    ("publishedclaim", "record_publishedclaim", "claim_search"),
]

FUNCTION = """
CREATE FUNCTION record_search_merged() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM gin_clean_pending_list(TG_ARGV[0]::regclass);
    RETURN NULL;
END $$;
"""

FORWARDS = [
    FUNCTION,
    *(
        f"ALTER INDEX {index} SET (fastupdate = on, gin_pending_list_limit = 1024);"
        f"CREATE TRIGGER search_merged AFTER INSERT OR UPDATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION record_search_merged('public.{index}');"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER search_merged;"
        for _, table, index in INDEXES
    ),
]
BACKWARDS = [
    *(
        f"DROP TRIGGER search_merged ON {table};"
        f"ALTER INDEX {index} SET (fastupdate = off); ALTER INDEX {index} RESET (gin_pending_list_limit);"
        for _, table, index in INDEXES
    ),
    "DROP FUNCTION record_search_merged;",
]


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0011_index_ours"),
    ]

    operations = [
        # ALTER INDEX, since building the indexes of a large record anew takes minutes.
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(FORWARDS, BACKWARDS)],
            [
                operation
                for model, _, index in INDEXES
                for operation in (
                    migrations.RemoveIndex(model_name=model, name=index),
                    migrations.AddIndex(
                        model_name=model,
                        index=django.contrib.postgres.indexes.GinIndex(
                            models.F("sequence").bitrightshift(11),
                            "search",
                            condition=models.Q(("status", "live")),
                            gin_pending_list_limit=1024,
                            name=index,
                        ),
                    ),
                )
            ],
        ),
    ]
