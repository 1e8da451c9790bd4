"""The constants of search."""

MAX_BRANCHES = 8  # if there are more branches, they are joined into one
ORDERED = 4  # from this number of terms on, sorting by frequency pays off
PLACES = "{0.1,0.2,0.4,1}"  # everything else, the claimant, the summary, and the claim or headline
CLOSE = 2.0  # for neighbouring words, relative to the words themselves
MARKED = 2.0  # for words with the typed diacritics
MEANING = 40.0  # per unit of cosine above SIMILAR. The best results by meaning are about 0.05 above it.
SIMILAR = 0.85  # the least cosine of a text that counts as similar in meaning
MOST_SIMILAR = 0.06  # how much less similar than the most similar text a text can be
FEW, GOOD = 10, 0.5
SHARE, ENOUGH, HEAVIEST = 0.5, 3, 8
LONG_PHRASE = 4  # words. A longer phrase in quotation marks is a pasted text, of which only some words are required.
MAX_RANKED = 16  # terms of a long query that are ranked, the rarest first
SIMILAR_WORDS = 10  # words for each misspelt word, the most frequent first
SIMILAR_LENGTHS = range(2, 9)  # in letters. Longer words have too many variants
MIN_LETTERS = 5  # of a word with an error. A shorter word is similar to too many others.
MIN_DOUBLED = 4  # letters of a word with a doubled letter
LONG = 8  # letters. A longer word can have two errors.
MAX_CANDIDATES = 400
SAMPLE_SHELVES, MIN_SHELVES = 4, 16
MANY_IN_SAMPLE, SOME_IN_SAMPLE = 8, 4  # candidates in the sample
MIN_CANDIDATES = 64  # for a common query, which continues beyond MIN_SHELVES to find this many
MAX_RARE = 1000  # reviews that contain a word for which the whole table is searched
MIN_COMMON = 20_000  # reviews. A query is common if even its rarest word is in this many reviews.
SECONDS = 0.9  # for all SQL statements of one search request
FIRST_SECONDS = 0.1  # for the first SQL statement about a word that seems to be rare
MAX_SUGGESTED = (
    3  # unknown words for which similar words are suggested. Each word requires a query with the trigram index.
)
