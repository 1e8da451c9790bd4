"""A claim is found in the words of those that were merged into it, which are not shown by themselves any more."""

from django.db import migrations


def searched(text, prose):
    return rf"""
CREATE OR REPLACE FUNCTION public.record_claim_search(body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    claim jsonb := body::jsonb;
BEGIN
    RETURN public.record_search(
        {text}, claim -> 'claimant',
        (SELECT string_agg(review ->> 'headline', E'\n') FROM jsonb_array_elements(claim -> 'reviews') review), {prose});
END $$;
UPDATE record_publishedclaim SET body = body WHERE body::jsonb -> 'merged' <> '[]';
"""  # noqa: S608 (constants)


# The texts weigh as much as the claim's own, the claimants less than its own.
FORWARDS = searched(
    r"""concat_ws(E'\n', claim ->> 'text',
            (SELECT string_agg(other ->> 'text', E'\n') FROM jsonb_array_elements(claim -> 'merged') other))""",
    r"""
        (SELECT string_agg(concat_ws(E'\n', other #>> '{claimant,name}', other #>> '{claimant,description}'), E'\n')
         FROM jsonb_array_elements(claim -> 'merged') other)""",
)
BACKWARDS = searched("claim ->> 'text'", "NULL")


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0015_invisible_signs"),
    ]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
