"""One breach for every constraint of the editors' side, as SQL; tests/editorial/test_defences.py holds that none is missing."""

from factcheck.editorial.models.kinds import Kind

# A copy of one proposal with other values in some columns; a copy of what is open is refused as the second of its subject.
COPY = (
    "INSERT INTO editorial_proposal SELECT (jsonb_populate_record(p, jsonb_build_object('id', nextval(pg_get_serial_sequence("
    "'editorial_proposal', 'id')), %s))).* FROM editorial_proposal p WHERE %s"
)
TOKEN = (
    "INSERT INTO editorial_apitoken (id, newsroom_id, user_id, name, scopes, digest, made_at, expires_at, revoked_at)"
    " SELECT gen_random_uuid(), newsroom_id, user_id, %s, %s, %s, made_at, %s, %s FROM editorial_apitoken"
)
FRESH = ("'x'", "'{claims:write}'", "repeat('0', 64)", "expires_at", "NULL")
PICTURE = (
    "INSERT INTO editorial_picture (id, review_id, claim_id, sha256, media_type, size, uploaded_by_id, uploaded_at)"
    " SELECT gen_random_uuid(), %s, %s, %s, media_type, size, uploaded_by_id, uploaded_at FROM editorial_picture"
)
WATCH = (
    "INSERT INTO editorial_watchedsource (review_id, url, sequence, state, since, suspected, next_at, had_quote, accepted_at)"
    " SELECT review_id, %s, sequence, %s, since, '', next_at, false, %s FROM editorial_watchedsource"
)
MISMATCH = (
    "INSERT INTO editorial_mismatch (claim_id, newsroom_id, kind, count, last_on)"
    " SELECT claim_id, newsroom_id, %s, 1, last_on FROM editorial_mismatch"
)
COMMENT = (
    "INSERT INTO editorial_comment (newsroom_id, claim_id, review_id, author_id, at, text, mentioned)"
    " SELECT newsroom_id, %s, id, created_by_id, now(), %s, '{}' FROM editorial_review"
)
NOTICES = (
    "INSERT INTO editorial_noticechoice (person_id, seen_at, mailed_at, mail, kinds, language)"
    " SELECT user_id, now(), now(), %s, %s, '' FROM editorial_membership"
)
BREACHES = {
    "watchedsource_once": WATCH % ("url", "state", "NULL"),
    "watchedsource_state_known": WATCH % ("'x'", "'lost'", "NULL"),
    "watchedsource_problem_accepted": WATCH % ("'x'", "'gone'", "now()"),
    "picture_of_one_subject": PICTURE % ("NULL", "NULL", "sha256"),
    "picture_sha256_hex": PICTURE % ("review_id", "claim_id", "'../x'"),
    "picture_review_once": PICTURE % ("review_id", "claim_id", "sha256") + " WHERE review_id IS NOT NULL",
    "picture_claim_once": PICTURE % ("review_id", "claim_id", "sha256") + " WHERE claim_id IS NOT NULL",
    "publisher_site_is_host": "UPDATE editorial_publisher SET site = 'https://x.example/'",
    "publisher_has_name": "UPDATE editorial_publisher SET name = ''",
    "membership_once": "INSERT INTO editorial_membership (user_id, publisher_id, role)"
    " SELECT user_id, publisher_id, 'editor' FROM editorial_membership",
    "membership_role_known": "UPDATE editorial_membership SET role = 'owner'",
    "ratingscale_worst_from_1": "UPDATE editorial_ratingscale SET worst = 0",
    "ratingscale_best_above_worst": "UPDATE editorial_ratingscale SET best = 1",
    "verdict_slug_once": "INSERT INTO editorial_verdict (scale_id, slug, value) SELECT scale_id, slug, 1 FROM editorial_verdict",
    "verdict_value_from_1": "UPDATE editorial_verdict SET value = 0",
    "verdictlabel_language_once": "INSERT INTO editorial_verdictlabel (verdict_id, language, label, explanation)"
    " SELECT verdict_id, language, 'x', '' FROM editorial_verdictlabel",
    "verdictmapping_once": "INSERT INTO editorial_verdictmapping (words, site, verdict_id)"
    " SELECT words, site, verdict_id FROM editorial_verdictmapping",
    "claimant_named_or_described": "UPDATE editorial_claimant SET description = ''",
    "claimant_person_is_public_figure": "UPDATE editorial_claimant SET type = 'person', name = 'Nguyễn Văn A'",
    "topiclabel_language_once": "INSERT INTO editorial_topiclabel (topic_id, language, label)"
    " SELECT topic_id, language, 'x' FROM editorial_topiclabel",
    "card_once": "INSERT INTO editorial_card (newsroom_id, claim_id) SELECT newsroom_id, claim_id FROM editorial_card",
    "card_stage_known": "UPDATE editorial_card SET stage = 'lost'",
    "card_off_is_not_due": "UPDATE editorial_card SET stage = 'off', urgent = true",
    "claim_has_text": "UPDATE editorial_claim SET text = ''",
    "appearance_one_first": "INSERT INTO editorial_appearance (claim_id, url, medium, media_sha256, archive_url, first,"
    " no_capture_reason, position) SELECT claim_id, url, '', '', '', true, '', 0 FROM editorial_appearance",
    "capture_state_known": "UPDATE editorial_capture SET state = 'lost' WHERE state <> 'done'",
    "capture_origin_known": "UPDATE editorial_capture SET origin = 'heaven' WHERE state <> 'done'",
    "capture_sha256_hex": "UPDATE editorial_capture SET sha256 = 'abc' WHERE state <> 'done'",
    "capture_done_is_complete": "UPDATE editorial_capture SET state = 'done' WHERE state <> 'done'",
    "capture_failure_explained": "UPDATE editorial_capture SET state = 'failed' WHERE state <> 'done'",
    "appearance_medium_known": "UPDATE editorial_appearance SET medium = 'smell'",
    "appearance_media_sha256_hex": "UPDATE editorial_appearance SET media_sha256 = 'abc'",
    "review_own_or_imported": "UPDATE editorial_review SET original_url = 'https://x.example/'",
    "review_state_known": "UPDATE editorial_review SET state = 'gone'",
    "review_discarded_at_a_time": "INSERT INTO editorial_review SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'discarded_at', now()))).* FROM editorial_review d",
    "demand_discarded_at_a_time": "INSERT INTO editorial_demand SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'discarded_at', now()))).* FROM editorial_demand d",
    "savedstate_kind_known": "INSERT INTO editorial_savedstate (draft, version, kind, saved_by_id, saved_at, content)"
    " SELECT gen_random_uuid(), 1, 'x', user_id, now(), '{}' FROM editorial_membership",
    "opendraft_once": "INSERT INTO editorial_opendraft (draft, user_id, seen_at)"
    " SELECT '00000000-0000-0000-0000-000000000000', user_id, now() FROM editorial_membership, generate_series(1, 2)",
    "review_change_class_known": "UPDATE editorial_review SET change_class = 'whim'",
    "review_translates_a_revision": "UPDATE editorial_review SET translation_of_revision = 1",
    "review_selection_has_a_reason": "UPDATE editorial_review SET selection_note = 'x'",
    "authorship_once": "INSERT INTO editorial_authorship (review_id, user_id, name)"
    " SELECT review_id, user_id, '' FROM editorial_authorship",
    "authorship_of_somebody": "UPDATE editorial_authorship SET user_id = NULL",
    "source_stance_known": "UPDATE editorial_source SET stance = 'likes'",
    "source_can_be_found": "UPDATE editorial_source SET title = '', url = ''",
    "reply_type_known": "UPDATE editorial_reply SET type = 'thing', name = 'x'",
    "reply_channel_known": "UPDATE editorial_reply SET channel = 'pigeon'",
    "reply_named_or_described": "UPDATE editorial_reply SET name = 'Nguyễn Văn A'",
    "reply_person_is_public_figure": "UPDATE editorial_reply SET type = 'person', name = 'Nguyễn Văn A'",
    "reply_came_or_did_not": "UPDATE editorial_reply SET no_answer = true, answer = 'x'",
    "reply_after_the_question": "UPDATE editorial_reply SET answer_until = '2026-10-02'",
    "review_import_key": "INSERT INTO editorial_review SELECT (jsonb_populate_record(review, jsonb_build_object("
    "'id', gen_random_uuid(), 'import_key', repeat('0f', 32)))).* FROM editorial_review review, generate_series(1, 2)",
    "importbatch_begun_once": "INSERT INTO editorial_importbatch (newsroom_id, files, files_digest, new, unchanged, changed,"
    " refused, imported_by_id, imported_at) SELECT publisher_id, 'f', repeat('0f', 32), 0, 0, 0, 0, user_id,"
    " now() FROM editorial_membership, generate_series(1, 2)",
    "proposal_decided_at_once": "UPDATE editorial_proposal SET decided_at = now() WHERE decision = ''",
    "proposal_two_people": "UPDATE editorial_proposal SET decision = 'approved', decided_at = now(),"
    " decided_by_id = submitted_by_id WHERE decision = ''",
    "proposal_published_if_approved": "UPDATE editorial_proposal SET sequence = 0 WHERE decision = ''",
    "proposal_of_its_subject": COPY
    % ("'kind', 'demand', 'sequence', NULL", "kind = 'review' AND decision = 'approved'"),
    "proposal_of_a_newsroom": COPY
    % ("'newsroom_id', NULL, 'sequence', NULL", "kind = 'review' AND decision = 'approved'"),
    "proposal_action_of_its_kind": COPY
    % ("'action', 'sale', 'sequence', NULL", "kind = 'review' AND decision = 'approved'"),
    "proposal_into_another": COPY % ("'into_id', claim_id", "kind = 'merge'"),
    "proposal_hold_of_a_review": COPY % ("'hold_until', now()", "kind = 'demand' AND decision = ''"),
    "proposal_merge_says_why": COPY % ("'note', ''", "kind = 'merge'"),
    **{
        f"proposal_one_open_{kind}": COPY % ("'note', 'x'", f"kind = '{kind}' AND decision = ''")
        for kind in Kind
        if kind not in (Kind.IMPORT, Kind.KEYS)
    },
    "signature_once": "INSERT INTO editorial_signature SELECT (jsonb_populate_record(s, jsonb_build_object('id', s.id + 1))).*"
    " FROM editorial_signature s",
    "freeze_one_open": "INSERT INTO editorial_freeze (newsroom_id, reason, begun_by_id, begun_at)"
    " SELECT newsroom_id, 'x', begun_by_id, now() FROM editorial_freeze",
    "freeze_says_why": "INSERT INTO editorial_freeze (newsroom_id, reason, begun_by_id, begun_at)"
    " SELECT newsroom_id, '', begun_by_id, now() FROM editorial_freeze",
    "proposal_one_import": COPY % ("'note', ''", "kind = 'import'"),
    "secondfactor_one_app": "INSERT INTO editorial_secondfactor (user_id, kind, name, secret, counter, added_at)"
    " SELECT user_id, kind, name, secret, counter, added_at FROM editorial_secondfactor",
    "secondfactor_has_key": "UPDATE editorial_secondfactor SET key = repeat('0f', 32)",
    "demand_state_known": "UPDATE editorial_demand SET state = 'lost'",
    "demand_from_type_known": "UPDATE editorial_demand SET from_type = 'lawyer'",
    "demand_outcome_known": "UPDATE editorial_demand SET outcome = 'won'",
    "demand_person_not_named": "UPDATE editorial_demand SET from_type = 'person', from_description = 'x'",
    "demand_channel_known": "UPDATE editorial_demand SET channel = 'dream'",
    "demand_kinds_known": "UPDATE editorial_demand SET kinds = '{sing}'",
    "demand_law_is_named": "UPDATE editorial_demand SET law_article = '25'",
    "demand_says_from_whom": "UPDATE editorial_demand SET from_name = ''",
    "demand_says_what_was_asked": "UPDATE editorial_demand SET asked = ''",
    "demand_says_what_was_done": "UPDATE editorial_demand SET done = ''",
    "demand_done_after_it_came": "UPDATE editorial_demand SET done_on = received_on - 1",
    "incident_outcome_known": "UPDATE editorial_incident SET outcome = 'won', answered_at = now()",
    "incident_channel_known": "UPDATE editorial_incident SET channel = 'dream'",
    "incident_answered_at_a_time": "UPDATE editorial_incident SET outcome = 'refused'",
    "apitoken_has_name": TOKEN % ("''", *FRESH[1:]),
    "apitoken_scopes_known": TOKEN % (FRESH[0], "'{reviews:publish}'", *FRESH[2:]),
    "apitoken_digest_hex": TOKEN % (*FRESH[:2], "'fct_secret'", *FRESH[3:]),
    "apitoken_ends": TOKEN % (*FRESH[:3], "made_at + interval '367 days'", "NULL"),
    "apitoken_revoked_by_somebody": TOKEN % (*FRESH[:4], "now()"),
    "answeredrequest_once": "INSERT INTO editorial_answeredrequest (token_id, route, key, digest, subject, at)"
    " SELECT token_id, route, key, digest, subject, at FROM editorial_answeredrequest",
    "answeredrequest_digest_hex": "UPDATE editorial_answeredrequest SET digest = ''",
    "readermessage_kind_known": "UPDATE editorial_readermessage SET kind = 'praise'",
    "readermessage_decided_at_once": "UPDATE editorial_readermessage SET state = 'dismissed'",
    "readermessage_says_something": "UPDATE editorial_readermessage SET text = ''",
    "readermessage_answered_with_words": "UPDATE editorial_readermessage SET answer = 'x'",
    "readermessage_hashes_hex": "UPDATE editorial_readermessage SET sender = '192.0.2.1'",
    "reusableanswer_once": "INSERT INTO editorial_reusableanswer (newsroom_id, name, language, text)"
    " SELECT newsroom_id, name, language, 'x' FROM editorial_reusableanswer",
    "reusableanswer_says_something": "INSERT INTO editorial_reusableanswer (newsroom_id, name, language, text)"
    " SELECT newsroom_id, 'x', 'vi', '' FROM editorial_reusableanswer",
    "comment_of_one_subject": COMMENT % ("claim_id", "'x'"),
    "comment_or_answer": COMMENT % ("NULL", "''"),
    "noticechoice_mail_known": NOTICES % ("'hourly'", "'{}'"),
    "noticechoice_kinds_known": NOTICES % ("'daily'", "'{praise}'"),
    "mismatch_kind_once": MISMATCH % "kind",
    "mismatch_kind_known": MISMATCH % "'praise'",
}
