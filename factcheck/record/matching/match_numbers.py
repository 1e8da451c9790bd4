"""The numbers that turn a comparison into a probability, fitted by logistic regressions.

The pairs are posts of CheckThat 2022 2A English, split train, as they are and changed as in `bench/variants.py`. In
half of the cases, the claim and its near-duplicates were taken out of the database. Numbers for meaning alone are also
fitted to the posts of `bench/languages_tuning.json`, which are in other languages than their claims.
`bench/calibration.py --split train --fit` repeats the regressions on the first posts and prints numbers close to these.
The threshold and the bounds of the background were chosen by hand with the same posts.
"""

import math
from dataclasses import dataclass

# A claim is a result from this probability on. On the split dev, 95 % of the results are then right, also by words.
THRESHOLD = 0.7

K1, B, USUAL_LENGTH = 1.2, 0.75, 43  # BM25's usual parameters, and the words in a usual claim, headline and summary
FEW = 10.0  # the weight of words that a short part of a text lacks when the most similar part is chosen

# The evidence that a claim is the right one, in log-odds (conditional logistic regression among a post's candidates).
COSINE = 112.0  # for a cosine similarity of 1
SHARED = 1.55  # for the root of BM25, if meaning is compared too
SILENT = 3.0  # a smaller root of BM25 counts as this one, so that a claim in another language loses nothing
ALONE_SHARED, ALONE_SHARE = 2.8, 5.75  # for the root of BM25 and the share of words, if only words are compared
# For reviews up to this number of days after the post. Most posts are reviewed within days. A review that is older than
# the post is hardly ever about the post. These are four fifths of the log-likelihood ratios, because the ratios made
# scores too sure.
BEFORE = -2.4
AFTER = ((7, 3.1), (30, 1.0), (365, -0.6), (math.inf, -1.2))

# A claim is probable if it exceeds the next best claims, so their mean evidence is the background. The first
# two are left out, because the same claim is often reviewed twice.
NEXT = slice(2, 10)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far the evidence for a claim exceeds the background, as a probability (logistic regression)."""

    usual: float  # the mean background. It replaces claims that a small database lacks.
    # The least background. Any claim would exceed a few dozen unrelated ones. Chosen with databases of 30 and
    # 300 claims, so that precision rises and recall hardly falls.
    least: float
    most: float  # about the 98th percentile of backgrounds. Many reviews of the same claim can't raise it further.
    constant: float
    slope: float


BY_BOTH = Calibration(usual=101.3, least=96.0, most=105.0, constant=-6.02, slope=0.944)
BY_MEANING = Calibration(usual=101.3, least=96.0, most=105.0, constant=-5.6, slope=1.25)
BY_WORDS = Calibration(usual=14.3, least=8.0, most=18.1, constant=-5.32, slope=0.964)
