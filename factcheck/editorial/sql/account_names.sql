-- The skeleton of a name, in the style of UTS 39: names that people can confuse have the same skeleton. Compatibility
-- forms are decomposed, invisible characters are removed, and a letter or digit becomes the Latin letter that it looks
-- like. Upper case equals lower case, and "i", "1" and "l" are the same. Marks stay, because "Hà" isn't "Ha".
-- Each row is a letter, and the characters that Unicode's confusables.txt maps to it (© Unicode, Inc., Unicode License V3).
CREATE OR REPLACE FUNCTION editorial_skeleton(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    letters text;
BEGIN
    name := regexp_replace(normalize(name, NFKD), '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f'
        '\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff]', '', 'g');
    FOREACH letters IN ARRAY ARRAY[
        '2ƧϨᒿꙄꛯꝚ',
        '3ƷȜЗӠⳌꝪꞫ𑣊𖼻𝈆',
        '4Ꮞ𑢯',
        '5Ƽ𑢻',
        '6бᏮⳒ𑣕',
        '7𐓒𑣆𝈒',
        '8Ȣȣ৪੪𐌚',
        '9৭੧୨൭ⳊꝮ𑢬𑣌𑣖',
        'aɑΑαАаᎪᗅ⍺ꓮ𐊠𖽀',
        'bƄΒВЬᏏᏴᑲᖯᗷꓐꞴ𐊂𐊡𐌁',
        'cΣςСсᏟᴄⲤⲥꓚꮯ𐊢𐌂𐐕𐐽𐔜𑣩𑣲🝌',
        'đÐðĐƉɖ',
        'dԁᎠᏧᑯᗞᗪꓒꓓ',
        'eΕЕеҽᎬ℮⋿ⴹꓰꬲ𐊆𑢦𑢮',
        'fϜքᖴẝꓝꞘꞙꬵ𐊇𐊥𐔥𑢢𑣂𝈓',
        'gƍɡԌցᏀᏳᶃꓖ',
        'hΗНһհᎻᏂᕼⲎꓧ𐋏',
        'jͿϳЈјᎫᒍꓙꞲ',
        'kΚКᏦᛕⲔꓗ𐔘',
        'lıƖǀɩɪΙιІіӀӏ۱ᎥᏞᒪᛁ∣⍳⏽│ⲒⳐⵏꓡꓲꙇꭵ𐊊𐌉𐌠𐐛𐔦𑢣𑢲𑣃𖼖𖼨𝈪',
        'mΜϺМᎷᗰᛖⲘꓟ𐊰𐌑',
        'nΝոռⲚꓠ𐔓',
        'oΟοσОоՕօ۵०০੦૦ଠ୦௦౦೦ഠ൦๐໐ဝ၀ჿዐᴏᴑⲞⲟⵔ〇ꓳꬽ𐊒𐊫𐐄𐐬𐓂𐓪𐔖𑓐𑢵𑣈𑣗𑣠',
        'pΡρРрᏢᑭ⍴Ⲣⲣꓑ𐊕',
        'qԛգզⵕ',
        'rƦгᎡᏒᖇᴦⲅꓣꭇꭈꮁ𐒴𖼵𝈖',
        'sƽЅѕՏᏕᏚꓢꜱꮪ𐊖𐐠𐑈𑣁𖼺',
        'tΤТᎢ⊤⟙Ⲧꓔ𐊗𐊱𐌕𑢼𖼊🝨',
        'uʋυՍսሀᑌᴜ∪⋃ꓴꞟꭎꭒ𐓎𐓶𑢸𑣘𖽂',
        'vνѴѵ۷Ꮩᐯᴠ∨⋁ⴸꓦꛟꮩ𐔝𑜆𑢠𑣀𖼈𝈍',
        'wɯѡԜԝաᎳᏔᴡꓪꮃ𑜊𑜎𑜏𑣦𑣯',
        'x×ΧХхᕁᕽ᙭ᚷ╳⤫⤬⨯ⲬⵝꓫꞳ𐊐𐊴𐌗𐌢𐔧𑣬',
        'yɣʏΥγУуҮүყᎩᎽᶌỿⲨꓬꭚ𐊲𑢤𑣜𖽃',
        'zΖᏃᴢꓜꮓ𐋵𑢩𑣄𑣥'
    ] LOOP
        name := translate(name, letters, repeat(left(letters, 1), length(letters)));
    END LOOP;
    -- Unicode maps "m" to "rn". The stroke through "d" can be a mark.
    name := translate(lower(name), U&'i|10\0336', U&'lllo\0335');
    name := replace(replace(replace(name, U&'d\0335', 'đ'), 'rn', 'm'), 'vv', 'w');
    RETURN normalize(regexp_replace(btrim(name), '\s+', ' ', 'g'), NFC);
END $$;

-- Another account whose username or byline can be confused with this name, or NULL. A new account has no ID yet.
CREATE OR REPLACE FUNCTION editorial_lookalike(account bigint, name text) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT username FROM editorial_user WHERE id IS DISTINCT FROM account AND name <> ''
        AND editorial_skeleton(name) IN (editorial_skeleton(username), editorial_skeleton(byline)) ORDER BY id LIMIT 1
$$;

-- Nobody receives a name that looks like another person's. Older names stay until they are changed. Changes wait for
-- each other, so that two people can't receive the same name at once.
CREATE OR REPLACE FUNCTION editorial_name_rules() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('editorial_user.names', 0));
    FOREACH name IN ARRAY ARRAY[NEW.username, NEW.byline] LOOP
        CONTINUE WHEN TG_OP = 'UPDATE' AND name IN (OLD.username, OLD.byline);
        IF editorial_lookalike(NEW.id, name) IS NOT NULL THEN
            RAISE EXCEPTION 'the name % looks like the name of the account %', name, editorial_lookalike(NEW.id, name)
                USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER account_names BEFORE INSERT OR UPDATE OF username, byline ON editorial_user
    FOR EACH ROW EXECUTE FUNCTION editorial_name_rules();
