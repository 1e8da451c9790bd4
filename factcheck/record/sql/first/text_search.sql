-- With `factcheck`, "tin gia" finds "tin giả", because unaccent removes the diacritics. The configuration stems English
-- words but has no stop words, because unaccented Vietnamese syllables look like English stop words ("do", "an", "no").
-- `factcheck_exact` keeps exact spellings, but only for words with letters beyond ASCII.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_ts_config WHERE cfgname = 'factcheck' AND cfgnamespace = 'public'::regnamespace) THEN
        RETURN;
    END IF;
    CREATE TEXT SEARCH DICTIONARY public.factcheck_english (TEMPLATE = pg_catalog.snowball, Language = english);
    CREATE TEXT SEARCH CONFIGURATION public.factcheck (COPY = pg_catalog.simple);
    ALTER TEXT SEARCH CONFIGURATION public.factcheck
        ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part
        WITH public.unaccent, public.factcheck_english;
    ALTER TEXT SEARCH CONFIGURATION public.factcheck
        ALTER MAPPING FOR numword WITH public.unaccent, pg_catalog.simple;
    CREATE TEXT SEARCH CONFIGURATION public.factcheck_exact (COPY = pg_catalog.simple);
    ALTER TEXT SEARCH CONFIGURATION public.factcheck_exact
        DROP MAPPING FOR asciiword, asciihword, hword_asciipart, numword, numhword, hword_numpart, int, uint, float,
                         sfloat, version, email, url, host, url_path, file;
END $$;
