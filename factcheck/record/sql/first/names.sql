-- A name in lower case without diacritics, so that "nguyen" finds "Nguyễn". A generated column calls this function, so
-- it is created before the tables. It names the dictionary, because otherwise it wouldn't be immutable.
CREATE OR REPLACE FUNCTION public.record_folded(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent', name))
$$;
