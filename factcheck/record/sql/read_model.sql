-- The tables that are readable for the public. Every table of the read model must be listed here.
GRANT SELECT ON
    record_publishedreview, record_publishedclaim, record_publishedreference, record_publishedcorrection,
    record_publisheddemand, record_publishedmerge, record_publishedmapping, record_word, record_reviewvector,
    record_publishedpicture, record_profilechange,
    record_recordaddress, record_rulesversion
TO :"reading";
