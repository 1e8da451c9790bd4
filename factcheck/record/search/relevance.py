"""The formulas that decide why one search result comes before another.

A row's rank is the sum of four parts. Rare words count more than common words in the first two parts:

- the words of the query that the row contains, depending on whether they are in the claim, the summary or the body,
  and less in long texts, by the same rule as in matching
- the closeness of words that are next to each other in the query
- words with the typed diacritics
- the similarity of meaning, only if few rows contain all words

docs/explanation/search-and-matching.md explains the same to readers.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from factcheck.record.search.constants import (
    CLOSE,
    DAMPED,
    ENOUGH,
    HEAVIEST,
    LONG,
    LONG_PHRASE,
    MARKED,
    MAX_RANKED,
    PLACES,
    SHARE,
    SHORT,
    USUAL_LENGTH,
)
from factcheck.record.search.lookup import Stems
from factcheck.record.search.models import EXACT_CONFIG, SEARCH_CONFIG
from factcheck.record.search.query import Alternative, Query, Term, all_of, any_of, term_query


def term_weight(reviews: float, total: int) -> float:
    """Return the inverse frequency of a term as in BM25, for search and for matching.

    `reviews` is the number of reviews that contain the term.
    """
    return math.log(1 + (total + 0.5) / (min(max(reviews, 1), total) + 0.5))


def rank_expression(query: Query, weigh: Callable[[Term], float], stems: Stems) -> tuple[str, list[str]]:
    """Return the rank of a row as an SQL expression with parameters.

    The rank depends only on the row and the query, so pages of results don't overlap.
    """
    # Each part is a factor and a ts_rank. The factors of the single words sum up to 1, and the factors of the pairs sum
    # up to CLOSE. So a long query doesn't have higher ranks than a short query. A single word always has the factor 1,
    # so its weight isn't computed.
    terms = dict.fromkeys(query.terms)
    found = {term: weigh(term) if len(terms) > 1 else 1.0 for term in terms}
    weights = dict(sorted(found.items(), key=lambda each: -each[1])[:MAX_RANKED])
    total = sum(weights.values())
    words = [(weight / total, *_placed([term], stems)) for term, weight in weights.items()]
    pairs = (pair for alternative in query.alternatives for pair in pairwise(alternative.required))
    neighbours = [pair for pair in pairs if weights.keys() >= {*pair}]
    heavy = sum(weights[one] + weights[other] for one, other in neighbours)
    others = [
        (CLOSE * (weights[one] + weights[other]) / heavy, *_placed([one, other], stems)) for one, other in neighbours
    ]
    if marked := query.any_marked_word():
        others.append((MARKED, _MARKED, [marked]))
    by_words, by_others = (
        " + ".join(["0", *(f"{weight:.4f} * {sql}" for weight, sql, _ in parts)]) for parts in (words, others)
    )
    return f"({by_words}) / {_DAMPING} + {by_others}", [text for *_, texts in (*words, *others) for text in texts]


def _placed(terms: Sequence[Term], stems_of: Stems) -> tuple[str, list[str]]:
    """Return an expression for the rank of a row by the places of the terms or of their stems, whichever is higher."""
    typed = "&".join(map(term_query, terms))
    stems = [
        [stem for spelling in term if len(spelling) == 1 for stem in stems_of.get(spelling[0], ())] for term in terms
    ]
    if not all(stems):
        return _PLACED, [typed]
    # ts_rank divides the rank by the number of alternatives, but a row usually contains one alternative. The factor
    # makes up for this.
    factor = len(stems[0]) if len(terms) == 1 else 1
    return f"greatest({_PLACED}, {factor} * {_PLACED})", [
        typed,
        "&".join(any_of(f"'{stem}'" for stem in found) for found in stems),
    ]


# For two words, ts_rank decreases with the distance between them.
_PLACED = f"ts_rank('{PLACES}', search, to_tsquery('{SEARCH_CONFIG}', %s))"
# As in BM25. A claim with many reviews is long for another reason than an article.
_DAMPING = (
    f"({1 - DAMPED} + {DAMPED} / {USUAL_LENGTH} * "
    f"greatest({SHORT}, least({LONG}, length(ts_filter(search, '{{a,b}}')))))"
)
_MARKED = f"ts_rank('{{1,1,1,1}}', search, to_tsquery('{EXACT_CONFIG}', %s))"


def enough(query: Query, weigh: Callable[[Term], float]) -> str:
    """Return the text for `to_tsquery` that matches rows with enough of the weight of the words.

    A word of weight 0 isn't required.
    """
    return any_of(part for each in query.alternatives for part in _enough(each, weigh))


def _enough(alternative: Alternative, weigh: Callable[[Term], float]) -> Iterator[str]:
    """Yield one query for each term that can be the heaviest term of a row. Long phrases are split into words."""
    apart = (
        each
        for term in alternative.required
        for each in ([((word,),) for word in term[0]] if len(term[0]) > LONG_PHRASE else [term])
    )
    weights = sorted(((weigh(term), term_query(term)) for term in dict.fromkeys(apart)), reverse=True)[:HEAVIEST]
    if not weights[0][0]:  # no term is known, so all terms count the same
        weights = [(1.0, term) for _, term in weights]
    terms = [(weight, term) for weight, term in weights if weight]
    needed = min(SHARE * sum(weight for weight, _ in terms), ENOUGH * terms[0][0])
    excluded = all_of(f"!{term_query(term)}" for term in alternative.excluded)
    # Example: the words a, b and c have the weights 4, 3 and 2. A row needs half of the sum, 4.5. If a is the heaviest
    # word of the row, b or c must be there too. If b is the heaviest, c must be there too. The word c isn't enough
    # alone. So the queries are "a & (b | c)" and "b & c".
    for number, (weight, term) in enumerate(terms):
        if (rest := _at_least(needed - weight, terms[number + 1 :])) is not None:
            yield all_of(filter(None, (term, rest, excluded)))


def _at_least(needed: float, terms: Sequence[tuple[float, str]]) -> str | None:
    """Return a query for terms whose weights sum up to `needed`.

    The query is empty if nothing is needed, and None if the sum can't be reached.
    """
    if needed <= 0:
        return ""
    if sum(weight for weight, _ in terms) < needed:
        return None
    # The first term either belongs to the sum, or the other terms must reach the sum without it.
    (weight, term), *others = terms
    with_term = all_of(filter(None, (term, _at_least(needed - weight, others))))
    return any_of(filter(None, (with_term, _at_least(needed, others))))
