"""The constants of search, each with its measurement or with what it limits.

A measurement names the program in `bench/` of commit dbbb6c4 (now part of `finding.py`) and the number of queries n.
For example, "0.966 → 0.949" means 0.966 with the constant and 0.949 without it. The figure is the share of queries with
a relevant review among the first five (`queries.py`) or ten (`scripts.py`), or the mean reciprocal rank (MRR). All
measurements are from 2026-11-28, among 8,459 reviews. If noted, they are among 158,459 reviews, of which 150,000 are
generated. Times are milliseconds of processor time in PostgreSQL for one search among 158,459 reviews.
"""

# The rank of a row

# The weights of words in the body (label D), the claimant (C), the summary (B), and the claim or headline (A).
# `queries.py`, n=59: 0.966 → 0.949.
PLACES = "{0.1,0.2,0.4,1}"
# The weight of neighbouring words. All single words together have the weight 1. `scripts.py`, mistyped, n=200: MRR
# 0.781 → 0.630.
CLOSE = 2.0
MAX_RANKED = 16  # the rarest terms. Queries of 70 words among 450 reviews with a text, n=4: 46 → 124 ms without.
MARKED = 2.0  # for words with the typed diacritics. Vietnamese with diacritics, n=200: MRR 0.964 → 0.940.

# The share of a word's weight that depends on the length of the claim, the headline and the summary, as in BM25, for
# search and matching. `scripts.py` in 14 languages, n=210: MRR 0.953 → 0.916. Vietnamese in Telex, n=200: 0.945 →
# 0.941. `queries.py`, n=125: 0.837 → 0.832.
DAMPED = 0.75
USUAL_LENGTH = 43  # words
# In search, the lengths between which the length counts, in different words. `queries.py`, n=125: 0.837 → 0.835
# without SHORT. No figure above changes without LONG.
SHORT, LONG = 11, 86

# Rows with a similar meaning
# The least cosine. For 66 queries of `search_queries.json` for tuning, 2026-12-01: 0.91 find a wanted review, with 0.82
# 0.94, with 0.85 0.85. Queries without an answer, n=6: 4.5 rows, with 0.82 12.3, with 0.85 0.3.
SIMILAR = 0.83
MEANING = 40.0  # added to the rank for each unit of cosine above SIMILAR. `queries.py`, n=59: 0.966 → 0.949 with 0.
ENOUGH_GOOD = 10  # rows with a good rank. With fewer, similar rows are added. `queries.py`, n=59: 0.966 → 0.831 with 0.
GOOD = 0.5  # a good rank: most of the weight is in the claim or headline. `queries.py`, n=59: 0.966 → 0.949 with 0.

# Rows without all the words need a SHARE of the weight of the HEAVIEST words, or ENOUGH times the weight of the rarest.
# `queries.py`, nothing to find, n=12: 17 → 73 results with 0. `scripts.py`, mistyped, n=200: 0.920 → 0.745 with 0.7.
SHARE = 0.5
ENOUGH = 3  # words. Posts of CheckThat 2022 2A as queries, n=100: 0.21 → 0.17 without.
HEAVIEST = 8  # words that are compared. The same posts: 0.43 with 12, but each search takes three times as long.
# Words of a phrase. Longer phrases need only a SHARE. `scripts.py`, claims without spaces, one sign changed, n=150:
# 1.00 → 0.06.
LONG_PHRASE = 4

# Other words for words that occur in no claim or headline
SIMILAR_WORDS = 10  # for each word, the most frequent first. `scripts.py`, mistyped, n=200: 0.920 → 0.860 with none.
SIMILAR_LETTERS = "2,30"  # the least and the most letters of such a word
MAX_MISSPELT = 8  # the longest such words

# Where rows are searched. In shelves of 2,048 log entries, one common word takes 2.7 ms instead of 13.5 ms (n=40).
SHELVES = 16  # the newest shelves, which are searched first
MIN_CANDIDATES = 64  # matches in the newest shelves. With fewer, the whole table is searched.
MAX_RARE = 1000  # reviews with the rarest word. All matches are ranked then, if there are at most MAX_CANDIDATES.
MAX_CANDIDATES = 400  # rows that are ranked. Older rows follow, newest first.
WHOLE_SHARE = 0.7  # of the time, for a statement that can read the whole table
