-- The vector of a submitted review becomes the vector of the published review, and is deleted if nothing is published. A
-- text can be guessed from its vector, so a returned or forgotten text must not leave one.
CREATE OR REPLACE FUNCTION editorial_vector_goes() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.sequence IS NOT NULL THEN
        UPDATE record_reviewvector mine
        SET model = made.model, embedding = made.embedding, long_embedding = made.long_embedding
        FROM editorial_preparedvector made
        WHERE made.proposal_id = NEW.id AND mine.review_id = NEW.review_id AND mine.digest = made.digest
            AND mine.embedding IS NULL;
    END IF;
    DELETE FROM editorial_preparedvector WHERE proposal_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER vector_goes AFTER UPDATE ON editorial_proposal FOR EACH ROW
    WHEN (NEW.sequence IS NOT NULL OR NEW.decision = 'returned' OR NEW.digest <> OLD.digest)
    EXECUTE FUNCTION editorial_vector_goes();
