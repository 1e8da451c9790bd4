"""Vectors of another model are found by an index, and what is written in rarer Chinese and Japanese signs by each sign.

The signs beyond U+FFFF, chữ Nôm among them, and small kana are parted as `factcheck.record.words.words_of` parts them.
"""

from django.db import migrations, models

SIGNS = r"\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
FEWER = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
ADDED = r"[\u31f0-\u31ff\U00020000-\U0003ffff]"


def parted(signs: str) -> str:
    return rf"""
CREATE OR REPLACE FUNCTION public.record_words(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text := translate(coalesce(said, ''), '-+./_@<&~', '         ');
BEGIN
    IF words ~ '[{signs}]' THEN
        words := regexp_replace(words, '([{signs}])', ' \1 ', 'g');
    END IF;
    RETURN words;
END $$;
-- The rows that have one of the added signs; all others have the same words as before.
UPDATE record_publishedreview SET body = body WHERE body ~ '{ADDED}';
UPDATE record_publishedclaim SET body = body WHERE body ~ '{ADDED}';
"""  # noqa: S608 (constants)


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0012_search_merged"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reviewvector",
            index=models.Index(
                condition=models.Q(("embedding__isnull", False)), fields=["model"], name="reviewvector_model"
            ),
        ),
        migrations.RunSQL(parted(SIGNS), parted(FEWER)),
    ]
