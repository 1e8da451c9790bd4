"""What is searched: claim, headline, summary, claimant and body, each with its weight, in shelves of the log."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

# Signs inside of words, of which PostgreSQL would make one word (a host, a path, a number with its sign), are spaces:
# the same as factcheck.record.words.words_of does. Chinese and Japanese signs are words by themselves.
FORWARDS = r"""
CREATE TEXT SEARCH CONFIGURATION public.factcheck_exact (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public.factcheck_exact
    DROP MAPPING FOR asciiword, asciihword, hword_asciipart, numword, numhword, hword_numpart, int, uint, float, sfloat,
                     version, email, url, host, url_path, file;
ALTER TEXT SEARCH CONFIGURATION public.factcheck
    ALTER MAPPING FOR numword WITH public.unaccent, pg_catalog.simple;

CREATE FUNCTION public.record_words(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text := translate(coalesce(said, ''), '-+./_@<&~', '         ');
BEGIN
    IF words ~ '[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]' THEN
        words := regexp_replace(words, '([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])', ' \1 ', 'g');
    END IF;
    RETURN words;
END $$;

CREATE FUNCTION public.record_search(said text, claimant jsonb, more text, prose text) RETURNS tsvector
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
        || setweight(to_tsvector('public.factcheck_exact', concat_ws(E'\n', title, rest)), 'A');
END $$;

CREATE FUNCTION public.record_review_search(body text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    review jsonb := body::jsonb;
BEGIN
    RETURN public.record_search(
        concat_ws(E'\n', review #>> '{claim,text}', review ->> 'headline'), review #> '{claim,claimant}',
        review ->> 'summary', review ->> 'body');
END $$;

CREATE FUNCTION public.record_claim_search(body text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    claim jsonb := body::jsonb;
BEGIN
    RETURN public.record_search(
        claim ->> 'text', claim -> 'claimant',
        (SELECT string_agg(review ->> 'headline', E'\n') FROM jsonb_array_elements(claim -> 'reviews') review), NULL);
END $$;
"""
BACKWARDS = """
DROP FUNCTION public.record_claim_search, public.record_review_search, public.record_search, public.record_words;
ALTER TEXT SEARCH CONFIGURATION public.factcheck ALTER MAPPING FOR numword WITH pg_catalog.simple;
DROP TEXT SEARCH CONFIGURATION public.factcheck_exact;
"""


def searched(model: str, table: str, function: str, index: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.RemoveIndex(model_name=model, name=index),
        migrations.RemoveField(model_name=model, name="search"),
        migrations.AddField(
            model_name=model,
            name="search",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("body"), function=f"public.{function}"),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        # Beside the row as long as it fits, so that ranking need not fetch it: the body is moved out first.
        migrations.RunSQL(f"ALTER TABLE {table} ALTER COLUMN search SET STORAGE MAIN", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name=model,
            index=django.contrib.postgres.indexes.GinIndex(
                models.F("sequence").bitrightshift(11),
                "search",
                condition=models.Q(("status", "live")),
                fastupdate=False,
                name=index,
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0008_merges"),
    ]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
        *searched("publishedreview", "record_publishedreview", "record_review_search", "review_search"),
        *searched("publishedclaim", "record_publishedclaim", "record_claim_search", "claim_search"),
    ]
