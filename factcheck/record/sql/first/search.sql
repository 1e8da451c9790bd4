-- The search vectors of reviews. A generated column calls these functions, so they are created before the table.
-- After a change to this file, a migration must rewrite the rows, because PostgreSQL computes a generated column only
-- when a row is written.

-- Splits a text into words in the same way as factcheck.record.search.words.split_words, because PostgreSQL's own
-- parser splits differently. The parser reads "a/b" as a path and "a.b" as a host. It keeps invisible format characters
-- inside words, and treats a whole Chinese or Thai sentence as one word. A final sigma is replaced by a normal sigma. A
-- single check for all rarer characters comes first, so that most texts skip the slower replacements.
CREATE OR REPLACE FUNCTION public.record_words(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    words text := translate(coalesce(said, ''), 'ς-+./_@<&~', 'σ         ');
BEGIN
    IF words ~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]' THEN
        words := regexp_replace(words, '([\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc])\u200c', '\1 ', 'g');
        words := regexp_replace(words, '[\u00ad\u200c\u200d\u2060\ufeff]', '', 'g');
        words := regexp_replace(words, '[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]', ' ', 'g');
        words := regexp_replace(words, '([\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])', ' \1 ', 'g');
        words := regexp_replace(words, '((?![\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\ua9e5\uaa7b-\uaa7d])[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\ua9e5\uaa7b-\uaa7d]*)', ' \1 ', 'g');
    END IF;
    RETURN words;
END $$;

-- PostgreSQL's stemmers, with the letters that they stem and the languages that use them. A * means all languages, and
-- "light" is for languages without a useful stemmer. English and Vietnamese aren't in the list, because
-- `public.factcheck` already contains their words in the form that people look for.
CREATE OR REPLACE FUNCTION public.record_stemmers(said text)
RETURNS TABLE (stemmer text, dictionary regdictionary, languages text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT stemmer, dictionary, languages FROM (VALUES
        ('[a-z]', 'basque', 'pg_catalog.basque_stem'::regdictionary, '{eu}'::text[]),
        ('[a-z]', 'catalan', 'pg_catalog.catalan_stem', '{ca}'),
        ('[a-z]', 'danish', 'pg_catalog.danish_stem', '{da}'),
        ('[a-z]', 'dutch', 'pg_catalog.dutch_stem', '{nl,af}'),
        ('[a-z]', 'finnish', 'pg_catalog.finnish_stem', '{fi}'),
        ('[a-z]', 'french', 'pg_catalog.french_stem', '{fr}'),
        ('[a-z]', 'german', 'pg_catalog.german_stem', '{de}'),
        ('[a-z]', 'hungarian', 'pg_catalog.hungarian_stem', '{hu}'),
        ('[a-z]', 'indonesian', 'pg_catalog.indonesian_stem', '{id,ms}'),
        ('[a-z]', 'irish', 'pg_catalog.irish_stem', '{ga}'),
        ('[a-z]', 'italian', 'pg_catalog.italian_stem', '{it}'),
        ('[a-z]', 'lithuanian', 'pg_catalog.lithuanian_stem', '{lt}'),
        ('[a-z]', 'norwegian', 'pg_catalog.norwegian_stem', '{no,nb,nn}'),
        ('[a-z]', 'portuguese', 'pg_catalog.portuguese_stem', '{pt,gl}'),
        ('[a-z]', 'romanian', 'pg_catalog.romanian_stem', '{ro}'),
        ('[a-z]', 'spanish', 'pg_catalog.spanish_stem', '{es}'),
        ('[a-z]', 'swedish', 'pg_catalog.swedish_stem', '{sv}'),
        ('[a-z]', 'turkish', 'pg_catalog.turkish_stem', '{tr}'),
        ('[\u0400-\u052f]', 'russian', 'pg_catalog.russian_stem', '{*}'),
        ('[\u0370-\u03ff\u1f00-\u1fff]', 'greek', 'pg_catalog.greek_stem', '{*}'),
        ('[\u0530-\u058f]', 'armenian', 'pg_catalog.armenian_stem', '{*}'),
        ('[\u0600-\u06ff]', 'arabic', 'pg_catalog.arabic_stem', '{*}'),
        ('[\u0900-\u097f]', 'hindi', 'pg_catalog.hindi_stem', '{*}'),
        ('[a-z\u0590-\u05ff\u0980-\u0dff\u10a0-\u10ff\u1200-\u137f\uac00-\ud7a3]', 'light', 'pg_catalog.simple', '{}')
    ) AS known (letters, stemmer, dictionary, languages)
    WHERE said ~ letters;
$$;

-- Prepares words for a stemmer. The words are in lower case and without diacritics.
CREATE OR REPLACE FUNCTION public.record_before_stemming(stemmer text, words text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    CASE stemmer
    WHEN 'light' THEN
        -- Slavic languages in Latin letters: without the ending and a vowel that disappears before an ending.
        words := regexp_replace(words, '\m(\w{3,}?)(ach|ami|owi|ow|om|em|ie|ego|emu|ej|ych|ich|ymi|imi|ym|im|[aeiouy])\M', '\1', 'g');
        words := regexp_replace(words, '(\w\w)e([knc])\M', '\1\2', 'g');
        words := regexp_replace(words, '\m(\w{6})\w+', '\1', 'g');
        -- Korean: without particles.
        words := regexp_replace(words, '([\uac00-\ud7a3]{2})(은|는|이|가|을|를|의|에|에서|에게|도|와|과|로|으로|부터|까지)\M', '\1', 'g');
        -- Indian languages: five characters, without vowel signs at the end.
        words := regexp_replace(words, '([\u0980-\u0dff]{5})[\u0980-\u0dff]+', '\1', 'g');
        words := regexp_replace(words, '([\u0bbe-\u0bcc])ய(?![\u0b80-\u0bff])', '\1', 'g');
        RETURN regexp_replace(words, '[\u09be-\u09cd\u0a3e-\u0a4d\u0abe-\u0acd\u0b3e-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbe-\u0ccd\u0d3e-\u0d4d\u0dca-\u0ddf]+(?![\u0980-\u0dff])', '', 'g');
    WHEN 'arabic' THEN  -- without the article, and without "and", "so", "by" or "like" before it
        RETURN regexp_replace(words, '\m[وفبك]?(?:ال|لل)([\u0600-\u06ff]{3})', '\1', 'g');
    WHEN 'indonesian' THEN  -- the prefixes me- and pe- replace a t or p at the beginning of the root
        RETURN regexp_replace(regexp_replace(words, '\m[mp]en([aeiou]\w{3})', 't\1', 'g'), '\m[mp]em([aeiou]\w{3})', 'p\1', 'g');
    ELSE
        RETURN words;
    END CASE;
END $$;

-- Completes stems. `stems` can be a single stem or the text of a search vector.
CREATE OR REPLACE FUNCTION public.record_after_stemming(stemmer text, stems text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE stemmer
    WHEN 'arabic' THEN translate(stems, 'اأإآويىئؤءة', '')  -- broken plurals differ in their vowels
    WHEN 'indonesian' THEN regexp_replace(stems, '(\w{3})k(''|$)', '\1\2', 'g')  -- the suffixes -an and -kan look alike
    WHEN 'russian' THEN regexp_replace(stems, '[ео]([кнц])(''|$)', '\1\2', 'g')  -- the vowel disappears before endings
    ELSE stems END;
$$;

-- The stemmer for a text in a language. A text in other letters than Latin is stemmed by its letters, whatever its
-- language.
CREATE OR REPLACE FUNCTION public.record_stemmer(language text, said text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    code text := split_part(lower(language), '-', 1);
BEGIN
    IF code IN ('en', 'vi') OR code = 'und' AND said !~ '[\u0370-\u1dff]' THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT stemmer FROM public.record_stemmers(public.unaccent(lower(left(said, 1000))))
        WHERE languages && ARRAY['*', code] OR stemmer = 'light' AND code <> 'und' LIMIT 1);
END $$;

-- The stems of a text, each with z0 before it, so that a stem never matches a word of another language. The digit makes
-- to_tsquery keep a stem as it is.
CREATE OR REPLACE FUNCTION public.record_stems(stemmer text, said text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    stems text := public.record_before_stemming(stemmer, public.unaccent(lower(said)));
BEGIN
    stems := to_tsvector(('pg_catalog.' || replace(stemmer, 'light', 'simple'))::regconfig, stems);
    RETURN regexp_replace(public.record_after_stemming(stemmer, stems), '(^| )''', '\1''z0', 'g');
END $$;

-- The stems of each word in all languages with its letters.
CREATE OR REPLACE FUNCTION public.record_word_stems(word text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    bare text := public.unaccent(word);
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT 'z0' || public.record_after_stemming(stemmer, stem) FROM public.record_stemmers(bare),
        LATERAL unnest(ts_lexize(dictionary, public.record_before_stemming(stemmer, bare))) stem);
END $$;

-- The weights are A for title and claim, B for summary or headlines, C for the claimant, and D for everything else.
-- The exact spelling with diacritics also has weight D, so that a word in the title doesn't count twice.
-- Stems have weight A or D, because search ranks a row by its words or by its stems.
CREATE OR REPLACE FUNCTION public.record_search(language text, said text, claimant jsonb, more text, prose text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    title text := public.record_words(said);
    rest text := public.record_words(more);
    who text := public.record_words(concat_ws(E'\n', claimant ->> 'name', claimant ->> 'description'));
    -- A search vector is limited to a megabyte, so only the beginning of a long text is searched.
    long text := public.record_words(left(prose, 20000));
    stemmer text := public.record_stemmer(language, title);
    found tsvector;
BEGIN
    found := setweight(to_tsvector('public.factcheck', title), 'A')
        || setweight(to_tsvector('public.factcheck', rest), 'B')
        || setweight(to_tsvector('public.factcheck', who), 'C')
        || setweight(to_tsvector('public.factcheck', long), 'D')
        || setweight(to_tsvector('public.factcheck_exact', concat_ws(E'\n', title, rest)), 'D');
    IF stemmer IS NOT NULL THEN
        found := found || setweight(public.record_stems(stemmer, title), 'A')
            || setweight(public.record_stems(stemmer, concat_ws(E'\n', rest, who, long)), 'D');
    END IF;
    RETURN found;
END $$;

CREATE OR REPLACE FUNCTION public.record_review_search(body text) RETURNS tsvector LANGUAGE plpgsql
IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    review jsonb := body::jsonb;
BEGIN
    RETURN public.record_search(
        review ->> 'language', concat_ws(E'\n', review #>> '{claim,text}', review ->> 'headline', (
            SELECT string_agg(each ->> 'text', E'\n') FROM jsonb_array_elements(review #> '{claim,wordings}') each)),
        review #> '{claim,claimant}',
        review ->> 'summary', review ->> 'body');
END $$;
