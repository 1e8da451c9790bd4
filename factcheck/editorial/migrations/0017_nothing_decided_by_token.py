"""What 0014 holds for reviews holds for demands, merges and imports: in a token's transaction nothing is decided."""

from django.db import migrations

TABLES = ("editorial_demandapproval", "editorial_claimmerge", "editorial_importbatch")


def forwards() -> str:
    return "\n".join(
        f"""
CREATE TRIGGER not_by_token BEFORE INSERT OR UPDATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_not_by_token();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER not_by_token;
"""
        for table in TABLES
    )


def backwards() -> str:
    return "\n".join(f"DROP TRIGGER not_by_token ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("editorial", "0016_reader_messages")]

    operations = [migrations.RunSQL(forwards(), backwards())]
