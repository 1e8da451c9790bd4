"""The constants of matching: what is compared, within which limits, and how a comparison becomes a probability.

A measurement names the program in `bench/` of commit dbbb6c4 and the number of posts n. For example, "0.915 → 0.910"
means 0.915 with the constant and 0.910 without it. Measurements without another date are from
2026-11-28. A number without a measurement is a limit, or wasn't measured separately.

The numbers of the evidence (COSINE to AFTER) are from an earlier fit, by logistic regressions. The pairs were posts of
CheckThat 2022 2A (English, split train), unchanged and changed as in `bench/variants.py`. In half of the cases, the
claim and its near-duplicates were removed from the database. Each calibration (BY_BOTH to BY_WORDS) names the posts of
its own fit, of 2026-12-01. The threshold and `least` were chosen by hand.
"""

import math
from dataclasses import dataclass, replace

# Time and size
SECONDS = 1.5  # for all SQL statements, which take a sixth of a second with a million reviews
BATCH_SECONDS = 15.0  # for all questions of a batch, including their vectors
VECTOR_SECONDS = 7.0  # after which a batch computes no more vectors. The other half is for comparing all its texts.
SIMILAR_SECONDS = 0.5  # for all SQL statements that find similar rows for a search
MAX_TEXT = 1000  # in characters. More characters add little and take long (multilingual-e5-small reads 512 tokens).
MAX_MEANINGS = 8  # sentences of a long post that are compared by meaning
MAX_PIECES = 50  # sentences of a long post that are scored. The sentences with the rarest words are chosen.

# Candidates by words
MAX_WORDS = 40  # the number of words used from the text. The rarest words that occur in claims are chosen.
FOUND = 300  # the expected number of reviews found by words, first by rare words and then by pairs of common words
PAIRED = 8  # words that are too common to be searched for on their own
MAX_FOUND = 1000  # reviews found by words, even if fewer are expected
MAX_READ = 4000  # reviews read to find MAX_FOUND reviews, because many contain the words only in their body
READ_EACH = 1000  # reviews read per word
# The fewest letters of an unknown word for which a similar word is looked for, and the share of its weight that the
# similar word gets. Mistyped posts and claims by words, n=1,074: MRR 0.9803 → 0.9769. The nearest word by trigrams:
# 0.9801. From 3 letters: 0.9804. With a share of 0.8: 0.9806.
MISSPELT, LIKENESS = 5, 0.6

# Candidates by meaning
NEAREST = 100  # reviews found by their vectors
EF_SEARCH = 1000  # vectors compared by the index, pgvector's maximum. `searching.py`, a million: 600 misses one in 14.
# Claims with two to ten reviews (`matching.py --often 1`), recall at the threshold without and with groups: train,
# n=66, 0.44 → 0.76. Three of 337 unchecked posts reach the threshold both times. If the number of reviews added to the
# log-odds, recall would be 0.85, but on the split dev, 2.0 % of the unchecked posts would reach the threshold.
GROUPED = 30  # the best claims, which are compared with each other. Background and answer need 20 at most.
ABOUT_THE_SAME = 0.93  # the least cosine of two claims about the same thing. From 0.90 to 0.95, recall is 0.71 to 0.76.

# The scale of cosines. Those of other models are converted to the scale of the included model.
UNRELATED = 0.75  # the mean cosine of posts and claims about something else. CheckThat 2022 2A, split train: 0.759.
BELOW_UNRELATED = 0.15  # candidates are seldom further below the mean cosine of unrelated texts

# Scores. 2026-12-01, split dev, n=199, among 6,161 claims, MAP@5: dated 0.9849, undated 0.9724, meaning alone 0.9682.
# Claims from this probability on are judged. On the split dev, 46 of 49 best claims of undated posts were right.
THRESHOLD = 0.7

K1 = 1.2  # BM25's usual parameter. The others are in `search/constants.py`.
# Factors for the weights of pairs of signs in scripts without spaces. About three signs make a word, but fewer make a
# word in Chinese characters. `finding.py --tuning 1` by words, everyday sentences in Thai and Lao with a score of 0.5
# or more, n=30: 1 with 0.4, 6 with 0.7, 27 when single signs counted. Chinese rewordings with a score of 0.5 or more,
# n=10: 10 with 1.2, 1 with 0.4.
HAN_PAIR, PAIR = 1.2, 0.4
FIRST_HAN = "\u3400"  # no sign of the other scripts comes after this character
USUAL_REVIEWS = 10_000  # a database from this size on shows how rare words are
# Added to the weight of each part of the post, so that a part of two words is seldom the most similar.
PART_SMOOTHING = 10.0

# The evidence that a claim is the right one, in log-odds (conditional logistic regression among a post's candidates).
COSINE = 112.0  # for a cosine similarity of 1
SHARED = 1.55  # for the square root of BM25, if meaning is compared too
SILENT = 3.0  # the least square root of BM25, so that a claim in another language isn't at a disadvantage
ALONE_SHARED, ALONE_SHARE = 2.8, 5.75  # for the square root of BM25 and the share of words, if only words are compared
# The evidence of the date, in log-odds. AFTER contains pairs: a review up to this number of days after the post, and
# its evidence. Most posts are reviewed within days. A review that is older than the post is hardly ever about the post.
# These are four fifths of the log-likelihood ratios, because scores with the full ratios were too high.
BEFORE = -2.4
AFTER = ((7, 3.1), (30, 1.0), (365, -0.6), (math.inf, -1.2))

# The log-odds from which a claim says the same (`judging`). They are from `same_statement.py`, where one in twenty
# contradictions is above them.
SAME = 0.9
RELATED = 0.05  # the least score of a claim about the same thing. `pairs.py`, n=75: 0.1 misses one more rewording.
MAX_JUDGED = 3  # claims whose vectors are compared with the post's. At most 0.5 CPU seconds each, usually 0.03.

# A claim is probable if its evidence exceeds the evidence for the next best claims. The mean evidence for these claims
# is the background. The best two claims are left out, because the same claim is often reviewed twice.
NEXT = slice(2, 10)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression: the probability of a claim whose evidence exceeds the background by some amount."""

    usual: float  # the mean background. It replaces the next best claims if a small database has too few of them.
    # The least background. Any claim would exceed a few dozen unrelated claims. The number was chosen with databases of
    # 30 and 300 claims, so that precision rises and recall hardly falls.
    least: float
    most: float  # about the 98th percentile of backgrounds. Many reviews of the same claim can't raise it further.
    constant: float
    slope: float
    subtracted: float = 1.0  # the share of the background that is subtracted


# 425 posts of split train, half of them without their claims, and 203 everyday sentences. The cosines are from maps
# that weren't learned from these posts. Precision and recall at the threshold: undated 0.965 and 0.716, dated 0.967 and
# 0.768. With the fit for undated posts, dated posts have 0.910 and 0.845.
BY_BOTH = Calibration(usual=99.3, least=94.5, most=103.2, constant=-6.77, slope=0.917)
BY_BOTH_DATED = replace(BY_BOTH, constant=-7.3, slope=0.804)
# 461 posts of `languages_tuning.json` in the same way: 0.910 and 0.544. Another review of the claim counts as wrong.
BY_MEANING = replace(BY_BOTH, constant=-5.2, slope=1.12)
# A vague text has a low background by words, so subtracting all of it would favour any claim. `finding.py --tuning 1`
# by words, everyday sentences with a score of 0.5 or more, n=203: 1 with 0.8, 6 with 1. Fitted to posts of split train.
BY_WORDS = Calibration(usual=14.3, least=8.0, most=18.1, constant=-7.66, slope=0.912, subtracted=0.8)
