"""The page of limits has the numbers of the code. Rows that the constants can't give are left out."""

import re
from pathlib import Path

from django.conf import settings

from api.http import long_polling, request_bodies
from api.lists import parameters, requests
from api.schema import match_answers
from api.views import match
from api.views.drafts import Copies, ReviewDrafts
from factcheck.clean_room import copy_decoder, door, page_decoder, picture_decoder, program, service, table_decoder
from factcheck.editorial import file_quotas, pictures
from factcheck.editorial.messages import message_limits, mismatches, opened_messages
from factcheck.editorial.models import demands
from factcheck.editorial.models.talk import comments as talk_comments
from factcheck.editorial.people import newsroom_rules
from factcheck.editorial.programs import copies
from factcheck.editorial.sign_in import freshness, second_factors, sessions
from factcheck.editorial.talk import comments
from factcheck.imports.importer import uploads
from factcheck.record.formats import markdown
from factcheck.record.lists import counts, dimensions, statistics, values
from factcheck.record.matching import embeddings, judging, match_numbers, query_vectors
from factcheck.record.search import constants, query, questions, snippets
from factcheck.record.search import pictures as pictures_search
from factcheck.record.statements import disowning, mapping
from factcheck.tools import budget, fair_queue
from factcheck.web import places, rate_limits
from factcheck.website.browse import filters as page_filters

PAGE = Path(__file__).parent.parent / "docs/reference/limits.md"
LIMITS: dict[str, list[float]] = {
    "`page_size`": [1, requests.MAX_PAGE_SIZE, requests.PAGE_SIZE],
    "values for one filter": [dimensions.MAX_VALUES],
    "`fields`": [parameters.MAX_FIELDS],
    "length of `q`": [query.MAX_QUERY],
    "URL in a parameter (`appearance_url`, `cited_url`, `original_url`)": [values.MAX_URL],
    "`wait` for changes": [long_polling.MAX_WAIT],
    "downloads of more than 256 KiB at the same time, per process": [places.MAX_DOWNLOADS],
    "claims for which a network can answer *This isn't what I asked*": [mismatches.MAX_PER_HOUR],
    "request body for drafts": [ReviewDrafts.max_content / 2**20],
    "request body with a copy from a browser": [Copies.max_content / 10**6],
    "sources, and appearances, that a token for copies can list": [copies.MAX_CARDS],
    "request body for a match": [match.MAX_CONTENT],
    "errors listed for one request body": [request_bodies.MOST_ERRORS],
    "entries of the log that a newsroom disowns at once": [disowning.MAX_ENTRIES],
    "text of a version of a newsroom's rules": [newsroom_rules.MAX_TEXT],
    "mappings of verdicts that are decided together": [mapping.MAX_MAPPINGS],
    "characters of a publisher's words that can be mapped": [mapping.MAX_WORDS],
    "text that is kept of one day, for each account": [file_quotas.ACCOUNT_TEXT / 10**6],
    "text that is kept of one day, for each newsroom": [file_quotas.NEWSROOM_TEXT / 10**6],
    "incidents": [demands.KEPT_DAYS],
    "actions of an account with a session or a token": [file_quotas.ACTIONS],
    "comment": [talk_comments.MAX_TEXT],
    "comments of an account": [comments.MAX_PER_HOUR],
    "messages from one network": [settings.READER_MESSAGES_PER_HOUR],
    "messages from one IPv4 /24 or IPv6 /48 network": [message_limits.WIDE_FACTOR],
    "tips to the whole site": [message_limits.SITE_FACTOR],
    "messages that wait for one newsroom, or for every newsroom": [message_limits.MAX_WAITING],
    "messages that the site stores": [message_limits.MAX_STORED],
    "messages in the list of groups": [opened_messages.MOST],
    "time for vectors that a list of groups computes": [opened_messages.SECONDS],
    "vectors of messages that a process remembers": [opened_messages.REMEMBERED],
    "decoding of a page, PDF or picture": [door.SECONDS, program.CPU_SECONDS, program.MEMORY / 2**30],
    "files that the clean room decodes at the same time": [service.MOST],
    "text of a copy that a page shows": [
        copy_decoder.MAX_SHOWN,
        copy_decoder.MAX_BLOCKS,
        page_decoder.MAX_HTML / 10**6,
    ],
    "Markdown that is shown as HTML": [markdown.MAX_LENGTH, markdown.MAX_BRACKETS, markdown.MAX_MARKS],
    "picture for the text of a review": [pictures.MAX_PICTURE / 2**20, picture_decoder.MAX_PIXELS / 10**6],
    "picture that readers see": [picture_decoder.MAX_SIDE],
    "picture or video that a claim is about": [pictures.MAX_MEDIA / 2**20, picture_decoder.MAX_PIXELS / 10**6],
    "sheet that a member imports at the desk": [
        uploads.MAX_SHEET / 2**20,
        table_decoder.MAX_ROWS,
        table_decoder.MAX_COLUMNS,
    ],
    "uploaded sheet and the outcomes of its rows": [uploads.KEPT.days],
    "picture in a search by picture": [pictures_search.MAX_BYTES / 10**6, 2.5, pictures_search.MAX_PIXELS / 10**6],
    "searches by picture on the website and in `/api/v1/match/`, from one network": [rate_limits.PICTURES],
    "session without activity": [sessions.IDLE.total_seconds() / 60],
    "session": [sessions.LONGEST.total_seconds() / 3600],
    "time after which some actions ask for the password or passkey again": [freshness.SECONDS / 60],
    "recovery codes": [second_factors.RECOVERY_CODES],
    "waiting time": [fair_queue.MAX_WAIT],
    "requests before yours, for each turn at the same time, from which only words are compared": [fair_queue.LONG],
    "time after which a batch lets others go first, again and again": [fair_queue.SLICE],
    "time for which a batch lets others go first, in all": [match_numbers.BATCH_SECONDS],
    "threads of a process that search, match or wait": [places.FREE_THREADS, settings.WEB_THREADS - 2],
    "time for one search": [budget.SEARCH_SECONDS],
    "ranked hits": [constants.MAX_CANDIDATES],
    "characters of a review's body that are searched": [snippets.SEARCHED],
    "highlights": [snippets.LENGTH],
    "rows that are counted": [counts.AT_LEAST],
    "groups in statistics": [statistics.MAX_ROWS],
    "values in a facet": [counts.VALUES],
    "values of a filter on the search page": [page_filters.MAX_CHOSEN, page_filters.MAX_LENGTH],
    "length of `text`": [questions.MAX_QUESTION],
    "`page_size` of a match": [1, match_answers.MAX_LIMIT, match_answers.LIMIT],
    "`candidates` of a match": [match_answers.MAX_CANDIDATES],
    "result or related claim with `view=brief`": [match_answers.MAX_BRIEF],
    "texts in a batch": [match_answers.MAX_TEXTS],
    "time for a batch of texts": [match_numbers.BATCH_SECONDS, match_numbers.VECTOR_SECONDS],
    "time in the database, for each text": [match_numbers.SECONDS],
    "length above which a text is compared sentence by sentence": [questions.LONG],
    "sentences compared by meaning": [match_numbers.MAX_MEANINGS, embeddings.MAX_TOKENS],
    "sentences compared by words": [match_numbers.MAX_PIECES],
    "words of the text that are searched": [match_numbers.MAX_WORDS],
    "characters of a review that are compared by meaning": [match_numbers.MAX_TEXT],
    "misspelt words that are replaced": [constants.MAX_MISSPELT, match_numbers.MISSPELT],
    "time for the text's vectors from another server": [embeddings.QUERY_TIMEOUT],
    "texts whose vectors are remembered, per process": [query_vectors.REMEMBERED],
    "claims that are judged by their vectors": [match_numbers.MAX_JUDGED, judging.MAX_SENTENCE],
    "lowest score of a claim in `related`": [match_numbers.RELATED],
    "lowest score of a claim that is judged (`threshold`), and of claims that the desk lists first": [
        match_numbers.THRESHOLD
    ],
}


def test_limits_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    found = {what: re.findall(r"\d[\d,]*(?:\.\d+)?", rows[what])[: len(LIMITS[what])] for what in LIMITS}
    numbers = {what: [float(each.replace(",", "")) for each in values] for what, values in found.items()}
    assert numbers == LIMITS
