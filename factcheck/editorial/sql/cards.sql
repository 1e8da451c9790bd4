-- The cards of the board. Nobody forgets a card, because the database adds it, whatever program wrote the claim. Every
-- claim that is logged comes in, and every review that a person begins is being checked. A published review leaves the
-- board. The reviews of an import are an archive of finished work, so their claims lose the new card at once. When a person
-- opens the correction of such a review, it is being checked like any other.
CREATE OR REPLACE FUNCTION editorial_card_of_claim() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO editorial_card (newsroom_id, claim_id) SELECT newsroom_id, id FROM inserted;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER card_made AFTER INSERT ON editorial_claim REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION editorial_card_of_claim();

CREATE OR REPLACE FUNCTION editorial_card_of_review() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.import_key IS NOT NULL THEN
        DELETE FROM editorial_card
        WHERE claim_id = NEW.claim_id AND newsroom_id = NEW.newsroom_id AND version = 1 AND stage = 'came_in';
    ELSIF NEW.state = 'draft' AND (NEW.import_key IS NULL OR OLD.state IN ('published', 'withdrawn')) THEN
        -- The person who begins the review takes the card, if nobody has it. A program or an import takes no card.
        INSERT INTO editorial_card AS card (newsroom_id, claim_id, stage, owner_id)
            VALUES (NEW.newsroom_id, NEW.claim_id, 'checking', (
                SELECT m.user_id FROM editorial_membership m
                WHERE m.user_id = NEW.created_by_id AND m.publisher_id = NEW.newsroom_id
                AND NEW.token_id IS NULL AND NEW.import_key IS NULL))
            ON CONFLICT (newsroom_id, claim_id) DO UPDATE
            SET stage = 'checking', owner_id = coalesce(card.owner_id, EXCLUDED.owner_id)
            WHERE card.stage <> 'checking' OR card.owner_id IS NULL AND EXCLUDED.owner_id IS NOT NULL;
    ELSIF NEW.state IN ('published', 'withdrawn', 'erased') AND NOT EXISTS (
            SELECT FROM editorial_review r WHERE r.claim_id = NEW.claim_id AND r.newsroom_id = NEW.newsroom_id
            AND r.import_key IS NULL AND r.state IN ('draft', 'submitted', 'approved')) THEN
        UPDATE editorial_card SET stage = 'off', due_on = NULL, urgent = false
        WHERE claim_id = NEW.claim_id AND newsroom_id = NEW.newsroom_id AND stage <> 'off'
            AND (NEW.import_key IS NULL OR stage = 'checking');
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER card_made AFTER INSERT ON editorial_review
    FOR EACH ROW EXECUTE FUNCTION editorial_card_of_review();
CREATE OR REPLACE TRIGGER card_moved AFTER UPDATE ON editorial_review
    FOR EACH ROW WHEN ((NEW.state, NEW.claim_id) IS DISTINCT FROM (OLD.state, OLD.claim_id))
    EXECUTE FUNCTION editorial_card_of_review();

-- The card of a claim that is merged into another claim, or replaced with it, tells the other claim's card its owner, days and
-- urgency, unless that card has its own. A claim that is replaced also takes its drafts along, and with them its column.
CREATE OR REPLACE FUNCTION editorial_cards_follow(claim uuid, instead uuid, takes_drafts boolean) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO editorial_card (newsroom_id, claim_id, stage)
        SELECT newsroom_id, $2, 'off' FROM editorial_card WHERE claim_id = $1 ON CONFLICT (newsroom_id, claim_id) DO NOTHING;
    UPDATE editorial_card card SET stage = told.stage, owner_id = coalesce(card.owner_id, told.owner_id),
        due_on = CASE WHEN told.stage <> 'off' THEN coalesce(card.due_on, told.due_on) END,
        urgent = told.stage <> 'off' AND (card.urgent OR told.urgent),
        check_again_on = coalesce(card.check_again_on, told.check_again_on)
    FROM (SELECT its.id, old.owner_id, old.due_on, old.urgent, old.check_again_on, CASE
              WHEN $3 AND its.stage = 'off' AND EXISTS (SELECT FROM editorial_review r WHERE r.claim_id = $1)
              THEN old.stage ELSE its.stage END AS stage
          FROM editorial_card old JOIN editorial_card its USING (newsroom_id)
          WHERE old.claim_id = $1 AND its.claim_id = $2) told
    WHERE card.id = told.id
$$;

-- A published claim of which a source has changed is on the board, also if nobody gave it a card before.
CREATE OR REPLACE FUNCTION editorial_card_of_source() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO editorial_card (newsroom_id, claim_id, stage)
        SELECT newsroom_id, claim_id, 'off' FROM editorial_review WHERE id = NEW.review_id
        ON CONFLICT (newsroom_id, claim_id) DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER card_made AFTER INSERT OR UPDATE ON editorial_watchedsource
    FOR EACH ROW WHEN (NEW.state <> 'unchanged' AND NEW.accepted_at IS NULL)
    EXECUTE FUNCTION editorial_card_of_source();

-- A card belongs to one newsroom and one claim forever, and only a member of the newsroom can own it. The lock on the
-- membership makes the end of a role wait for an assignment, and then take the card from the person.
CREATE OR REPLACE FUNCTION editorial_card_rules() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.newsroom_id, NEW.claim_id) IS DISTINCT FROM (OLD.newsroom_id, OLD.claim_id) THEN
        RAISE EXCEPTION 'a card stays with its newsroom and its claim' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.owner_id IS NOT NULL THEN
        PERFORM FROM editorial_membership WHERE user_id = NEW.owner_id AND publisher_id = NEW.newsroom_id
            FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'only a member of the newsroom can own its card' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    NEW.version := CASE TG_OP WHEN 'UPDATE' THEN OLD.version + 1 ELSE 1 END;
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER card_rules BEFORE INSERT OR UPDATE ON editorial_card
    FOR EACH ROW EXECUTE FUNCTION editorial_card_rules();

CREATE OR REPLACE FUNCTION editorial_cards_left() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE editorial_card SET owner_id = NULL WHERE owner_id = OLD.user_id AND newsroom_id = OLD.publisher_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER cards_left AFTER DELETE OR UPDATE OF user_id, publisher_id ON editorial_membership
    FOR EACH ROW EXECUTE FUNCTION editorial_cards_left();
