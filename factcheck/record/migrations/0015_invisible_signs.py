"""Words with invisible signs, and Greek ones that end in a sigma, are found as they are usually typed.

PostgreSQL's parser keeps a format character (Unicode's Cf) as a part of the word before it, so that no spelling found
the word. They join or part words here as in `factcheck.record.words.words_of`. It drops marks that stand alone, too:
PostgreSQL counts them for no word, so that a phrase with an emoji did not find its own title.
"""

import re
import unicodedata
from collections import Counter
from functools import cache

from django.db import migrations

SIGNS = r"\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
FORMAT = (
    r"\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    r"\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    r"\U000e0020-\U000e007f"
)
JOINING = r"\u00ad\u200c\u200d\u2060\ufeff"
ARABIC = r"\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
CHANGED = f"[ς{FORMAT}]"

# One look for all rarer signs, so that a text without any costs no more than before.
FORWARDS = rf"""
CREATE OR REPLACE FUNCTION public.record_words(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text := translate(coalesce(said, ''), 'ς-+./_@<&~', 'σ         ');
BEGIN
    IF words ~ '[{SIGNS}{FORMAT}]' THEN
        words := regexp_replace(words, '([{ARABIC}])\u200c', '\1 ', 'g');
        words := regexp_replace(words, '[{JOINING}]', '', 'g');
        words := regexp_replace(words, '[{FORMAT}]', ' ', 'g');
        words := regexp_replace(words, '([{SIGNS}])', ' \1 ', 'g');
    END IF;
    RETURN words;
END $$;
"""
BACKWARDS = rf"""
CREATE OR REPLACE FUNCTION public.record_words(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text := translate(coalesce(said, ''), '-+./_@<&~', '         ');
BEGIN
    IF words ~ '[{SIGNS}]' THEN
        words := regexp_replace(words, '([{SIGNS}])', ' \1 ', 'g');
    END IF;
    RETURN words;
END $$;
"""
# All other rows have the same words as before.
REWRITE = f"""
UPDATE record_publishedreview SET body = body WHERE body ~ '{CHANGED}';
UPDATE record_publishedclaim SET body = body WHERE body ~ '{CHANGED}';
"""  # noqa: S608 (constants)
TITLES = """
SELECT concat_ws(' ', body::jsonb #>> '{claim,text}', body::jsonb ->> 'headline') FROM record_publishedreview
WHERE status = 'live' AND body ~ %s
"""


@cache
def part(sign):
    kind = unicodedata.category(sign)[0]
    if kind == "L" and unicodedata.name(sign, "").startswith(("CJK", "HIRAGANA", "KATAKANA")):
        return f" {sign} "
    return sign if kind in "LMN" else " "


def cut(text):
    return {word for word in "".join(map(part, text)).split() if len(word) <= 64}


def old_words(title):
    return cut(unicodedata.normalize("NFC", title.lower()))


def new_words(title):
    text = re.sub(f"(?<=[{ARABIC}])\u200c", " ", unicodedata.normalize("NFC", title.lower()))
    text = re.sub(f"[{JOINING}]", "", text).replace("ς", "σ")
    return {word for word in cut(text) if any(map(str.isalnum, word))}


def count_anew(cursor, signs, former, now):
    """Brings the numbers of words up to date with the titles of those reviews that have one of these signs."""
    cursor.execute(TITLES, [signs])
    change = Counter()
    for (title,) in cursor:
        change.update(now(title))
        change.subtract(former(title))
    rows = [(word, number) for word, number in change.items() if number]
    cursor.executemany(
        "DELETE FROM record_word WHERE word = %s AND reviews + %s <= 0", [row for row in rows if row[1] < 0]
    )
    cursor.executemany("UPDATE record_word SET reviews = reviews + %s WHERE word = %s", [row[::-1] for row in rows])
    cursor.executemany(
        "INSERT INTO record_word (word, reviews) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        [row for row in rows if row[1] > 0],
    )


def count_new_words(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Σ too: Python wrote ς for one at the end of a word in capitals, PostgreSQL σ, so that its vector stays.
        count_anew(cursor, f"[Σς{FORMAT}]", old_words, new_words)
        cursor.execute("SELECT word FROM record_word WHERE word !~ '[a-z]'")
        alone = [word for (word,) in cursor if not any(map(str.isalnum, word))]
        cursor.execute("DELETE FROM record_word WHERE word = ANY (%s)", [alone])


def count_old_words(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        count_anew(cursor, "", new_words, old_words)  # of all, since any title may have a mark that stands alone


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0014_rotations"),
    ]

    operations = [
        migrations.RunSQL(FORWARDS + REWRITE, BACKWARDS + REWRITE),
        migrations.RunPython(count_new_words, count_old_words),
    ]
