-- The search vectors of reviews. A generated column calls these functions, so they are created before the table.
-- After a change to this file, a migration must rewrite the rows, because PostgreSQL computes a generated column only
-- when a row is written.

-- Splits a text into words in the same way as factcheck.record.search.words.split_words, because PostgreSQL's own
-- parser splits differently. The parser reads "a/b" as a path and "a.b" as a host. It keeps invisible format characters
-- inside words, and treats a whole Chinese or Japanese sentence as one word. A final sigma is replaced by a normal
-- sigma. A single check for all rarer characters comes first, so that most texts skip the slower replacements.
CREATE OR REPLACE FUNCTION public.record_words(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text := translate(coalesce(said, ''), 'ς-+./_@<&~', 'σ         ');
BEGIN
    IF words ~ '[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]' THEN
        words := regexp_replace(words, '([\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc])\u200c', '\1 ', 'g');
        words := regexp_replace(words, '[\u00ad\u200c\u200d\u2060\ufeff]', '', 'g');
        words := regexp_replace(words, '[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]', ' ', 'g');
        words := regexp_replace(words, '([\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])', ' \1 ', 'g');
    END IF;
    RETURN words;
END $$;

-- The weights are A for title and claim, B for summary or headlines, C for the claimant, and D for everything else.
-- The exact spelling with diacritics also has weight D, so that a word in the title doesn't count twice.
CREATE OR REPLACE FUNCTION public.record_search(said text, claimant jsonb, more text, prose text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    title text := public.record_words(said);
    rest text := public.record_words(more);
    who text := public.record_words(concat_ws(E'\n', claimant ->> 'name', claimant ->> 'description'));
BEGIN
    -- A search vector is limited to a megabyte, so only the beginning of a long text is searched.
    RETURN setweight(to_tsvector('public.factcheck', title), 'A')
        || setweight(to_tsvector('public.factcheck', rest), 'B')
        || setweight(to_tsvector('public.factcheck', who), 'C')
        || setweight(to_tsvector('public.factcheck', public.record_words(left(prose, 20000))), 'D')
        || setweight(to_tsvector('public.factcheck_exact', concat_ws(E'\n', title, rest)), 'D');
END $$;

CREATE OR REPLACE FUNCTION public.record_review_search(body text) RETURNS tsvector LANGUAGE plpgsql
IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    review jsonb := body::jsonb;
BEGIN
    RETURN public.record_search(
        concat_ws(E'\n', review #>> '{claim,text}', review ->> 'headline'), review #> '{claim,claimant}',
        review ->> 'summary', review ->> 'body');
END $$;
