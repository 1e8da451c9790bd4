"""The comparison of names. A name is a run of capitalised words in a sentence that isn't mostly capitalised."""

from dataclasses import dataclass

from factcheck.record.matching.differences.sentences import Sentence, Word, overlap

ALIKE = 0.5  # the share of words that two sentences need in common
CLOSE = 0.6  # the share of words in common from which a function word such as "in" is enough as a neighbour
CAPITALISED = 0.6  # the share of capitalised words from which capitals say nothing, as in headlines and in German
SAME = 4  # letters at the beginning that make two names the same, for example "China" and "Chinese"
# Titles, months and weekdays don't name anybody. `dates` compares months.
_NO_NAMES = frozenset(
    "mr mrs ms dr sir president vice senator sen governor gov representative rep congressman congresswoman mayor judge"
    " justice minister prime king queen prince princess pope general secretary former"
    " january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday".split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a name, with the words before and after it.

    `certain` is false for a single capitalised word at the start of a sentence, because any word is capitalised there.
    """

    words: tuple[Word, ...]
    before: Word | None
    after: Word | None
    certain: bool


def name_differs(post: Sentence, claim: Sentence) -> bool:
    """Return whether the two sentences have different names in the same place."""
    if not (_is_comparable(post) and _is_comparable(claim)) or overlap(post, claim) < ALIKE:
        return False
    close = overlap(post, claim) >= CLOSE
    return any(_same_place(one, other, close) for one in _names(post, claim) for other in _names(claim, post))


def _is_comparable(sentence: Sentence) -> bool:
    letters = [word for word in sentence.words if word.text[0].isalpha()]
    capitals = [word for word in letters if word.text[0].isupper()]
    return 0 < len(capitals) < CAPITALISED * len(letters)


def _names(sentence: Sentence, other: Sentence) -> list[Name]:
    """Return the names, or parts of names, that the other sentence doesn't contain."""
    # `run` collects neighbouring words of a name. Any other word ends the run, and None ends it after the last word.
    found, run, words = list[Name](), list[Word](), sentence.words
    for index, word in enumerate((*words, None)):
        if word and _is_name(word) and not _occurs(word, other) and (not run or word.start - run[-1].end == 1):
            run.append(word)
            continue
        if run:
            first = index - len(run)
            before, after = words[first - 1] if first else None, word
            certain = not run[0].first or len(run) > 1 or bool(word and _is_name(word))
            if not _is_shouted(run) and not _is_abbreviated(run, other):
                found.append(Name(tuple(run), before, after, certain))
        run = []
    return found


def _is_name(word: Word) -> bool:
    """Return whether the word is capitalised and isn't a title, a function word or an initial."""
    if not word.text[0].isupper() or word.plain in _NO_NAMES or len(word.plain) < 2:
        return False
    return word.is_content or word.text.isupper()


def _occurs(word: Word, sentence: Sentence) -> bool:
    """Return whether a word of the sentence begins with the same letters.

    Diacritics count if the word and the sentence contain diacritics. Otherwise "nói" and "Nội" would be the same word.
    """
    if word.text.isascii() or sentence.text.isascii():
        return any(each.plain[:SAME] == word.plain[:SAME] for each in sentence.words)
    start = word.text.lower()[:SAME]
    return any(each.text.lower()[:SAME] == start for each in sentence.words)


def _is_shouted(run: list[Word]) -> bool:
    return len(run) > 1 and all(word.text.isupper() for word in run)


def _is_abbreviated(run: list[Word], sentence: Sentence) -> bool:
    """Return whether the sentence contains the initials of the name, or the words whose initials are the name."""
    initials = "".join(word.plain[0] for word in run)
    if len(initials) > 1 and any(initials in word.plain for word in sentence.words):
        return True
    [first, *others] = run
    short = first.text.isupper() and len(first.text) <= 5
    return short and not others and first.plain in "".join(word.plain[0] for word in sentence.words)


def _same_place(one: Name, other: Name, close: bool) -> bool:
    """Return whether a word next to the names is equal.

    At the start of a sentence, only the word after the name counts.
    """
    if not (one.certain or other.certain):
        return False
    same_before = _same_word(one.before, other.before, close)
    same_after = _same_word(one.after, other.after, close)
    return same_after or (same_before and one.certain and other.certain)


def _same_word(one: Word | None, other: Word | None, close: bool) -> bool:
    return one is not None and other is not None and one.key == other.key and (close or one.is_content)
