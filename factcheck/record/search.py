"""Full-text search: from what a person types to a query on the `search` columns."""

import re

from django.contrib.postgres.search import SearchQuery

from factcheck.record.models import SEARCH_CONFIG

# websearch_to_tsquery takes "-" for "not" and puts it on a stack of 32 even when no word follows; beyond that the
# server answers with an error ("tsquery stack too small").
_NOT_OF_NOTHING = re.compile(r'-(?![^\W_]|")')


def words_query(words: str) -> SearchQuery:
    """What has all the words; "quoted" ones in this order, `or` between others, -without these. Never fails."""
    return SearchQuery(_NOT_OF_NOTHING.sub(" ", words), config=SEARCH_CONFIG, search_type="websearch")
