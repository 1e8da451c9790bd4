"""A word with diacritics counts once: its exact spelling lies beside it with the least weight, like a body's words.

With that of the title it made claims twice as long where matching counts their words, and the words of Cyrillic, Arabic
or Chinese summaries, whose spelling is no other, weighed as much as those of the title. To tell spellings apart a
search gives all labels the same weight.
"""

from django.db import migrations


def searched(label: str) -> str:
    return rf"""
CREATE OR REPLACE FUNCTION public.record_search(said text, claimant jsonb, more text, prose text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    title text := public.record_words(said);
    rest text := public.record_words(more);
    who text := public.record_words(concat_ws(E'\n', claimant ->> 'name', claimant ->> 'description'));
BEGIN
    -- A vector holds a megabyte at most: of a long text its beginning is searched.
    RETURN setweight(to_tsvector('public.factcheck', title), 'A')
        || setweight(to_tsvector('public.factcheck', rest), 'B')
        || setweight(to_tsvector('public.factcheck', who), 'C')
        || setweight(to_tsvector('public.factcheck', public.record_words(left(prose, 20000))), 'D')
        || setweight(to_tsvector('public.factcheck_exact', concat_ws(E'\n', title, rest)), '{label}');
END $$;
"""


# All other rows have no spelling but one: beyond ASCII there are marks alone, such as dashes and quotes.
REWRITE = r"""
UPDATE record_publishedreview SET body = body WHERE body ~ '[^\u0001-\u007f\u2000-\u206f]';
UPDATE record_publishedclaim SET body = body WHERE body ~ '[^\u0001-\u007f\u2000-\u206f]';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0017_numbers_without_words"),
    ]

    operations = [
        migrations.RunSQL(searched("D") + REWRITE, searched("A") + REWRITE),
    ]
